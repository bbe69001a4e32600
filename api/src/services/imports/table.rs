//! A file as rows of one kind: its heads found, its cells in the order of the kind's columns.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use xueshi_domain::identity::mask_long_numbers;
use xueshi_domain::import::{Cell, ImportKind};

use super::templates::NOTES;
use crate::dto::imports::IgnoredSheetDto;
use crate::problem::{Code, Problem, Text};
use crate::sheets::{self, Content, Format, Line, letters};

/// Rows with something in them among which the heads are looked for: files often begin with a title.
const HEADS_WITHIN: u32 = 10;
/// Heads that name no column, as many as are told; as many sheets without heads.
const IGNORED: usize = 50;
/// Characters of such a head, and of such a sheet's name.
const IGNORED_LENGTH: usize = 60;

/// A row of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The sheet; empty for files without sheets.
    pub sheet: Arc<str>,
    /// Its number in the sheet, from 1.
    pub number: u32,
    /// Its cells, one for each column of the kind.
    pub cells: Vec<Cell>,
    /// The letter of each column in the sheet.
    pub letters: Arc<[Option<String>]>,
    /// An earlier row of the file that is about the same: the one that counts.
    pub twin: Option<Twin>,
    /// What cannot be read of it at all.
    pub broken: Option<Broken>,
}

/// Where a row that is about the same stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twin {
    /// The sheet; empty for files without sheets.
    pub sheet: Arc<str>,
    /// Its number in the sheet, from 1.
    pub number: u32,
}

/// What cannot be read of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// It is no JSON object.
    NoObject,
    /// It has a member that the kind does not know.
    UnknownMember(String),
}

/// What a file turned out to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    /// Rows with something in them, heads aside.
    pub rows: u32,
    /// Heads that name no column.
    pub ignored: Vec<String>,
    /// Sheets with something in them, but without the heads.
    pub ignored_sheets: Vec<IgnoredSheetDto>,
}

/// Reads a file row by row, until `each` has enough.
///
/// # Errors
/// 422 for what cannot be read, and `import-columns-missing` where no sheet has the heads of the kind.
pub fn rows(
    kind: ImportKind,
    format: Format,
    bytes: &[u8],
    each: &mut dyn FnMut(Row) -> bool,
) -> Result<Shape, Problem> {
    let mut table = Table::new(kind);
    sheets::read(format, bytes, &mut |line| table.take(line, each))?;
    table.leave_sheet();
    if table.found {
        return Ok(table.shape);
    }
    Err(table.without_heads())
}

struct Table {
    kind: ImportKind,
    sheet: Option<Arc<str>>,
    /// The columns of the sheet by place; none while its heads are looked for.
    heads: Option<Heads>,
    /// The sheet while its heads are looked for: what is missing in the row where most were there.
    headless: Option<IgnoredSheetDto>,
    /// Whether any sheet had the heads.
    found: bool,
    seen: HashMap<[u8; 16], Twin>,
    shape: Shape,
}

struct Heads {
    /// For each column of the kind its place in the sheet.
    places: Vec<Option<usize>>,
    letters: Arc<[Option<String>]>,
}

impl Table {
    fn new(kind: ImportKind) -> Self {
        Self {
            kind,
            sheet: None,
            heads: None,
            headless: None,
            found: false,
            seen: HashMap::new(),
            shape: Shape::default(),
        }
    }

    fn take(&mut self, line: Line, each: &mut dyn FnMut(Row) -> bool) -> bool {
        if self.sheet.as_ref() != Some(&line.sheet) {
            self.leave_sheet();
            self.sheet = Some(Arc::clone(&line.sheet));
            self.heads = None;
        }
        let Line { sheet, number, content } = line;
        let columns = self.kind.columns();
        let (cells, letters, broken) = match content {
            Content::Cells(cells) => match &self.heads {
                None => {
                    self.look_for_heads(&sheet, &cells);
                    return true;
                }
                Some(heads) => {
                    let cell = |place: &Option<usize>| {
                        place.and_then(|place| cells.get(place)).cloned().unwrap_or(Cell::Empty)
                    };
                    let cells: Vec<Cell> = heads.places.iter().map(cell).collect();
                    (cells, Arc::clone(&heads.letters), None)
                }
            },
            Content::Members(members) => {
                self.found = true;
                let mut cells = vec![Cell::Empty; columns.len()];
                let mut broken = None;
                for (name, cell) in members {
                    match self.kind.column_of(&name).and_then(|place| cells.get_mut(place)) {
                        Some(place) => *place = cell,
                        None => broken = Some(Broken::UnknownMember(shortened(&name))),
                    }
                }
                (cells, Arc::from(vec![None; columns.len()]), broken)
            }
            Content::Broken => {
                self.found = true;
                let nothing = vec![Cell::Empty; columns.len()];
                (nothing, Arc::from(vec![None; columns.len()]), Some(Broken::NoObject))
            }
        };
        if broken.is_none() && cells.iter().all(Cell::is_blank) {
            return true;
        }
        let twin = match self.key(&cells) {
            // Each row comes by once: whoever has the key stands in another one, of this sheet or of one before it.
            Some(key) if broken.is_none() => match self.seen.entry(key) {
                Entry::Occupied(first) => Some(first.get().clone()),
                Entry::Vacant(place) => {
                    place.insert(Twin { sheet: Arc::clone(&sheet), number });
                    None
                }
            },
            Some(_) | None => None,
        };
        self.shape.rows = self.shape.rows.saturating_add(1);
        each(Row { sheet, number, cells, letters, twin, broken })
    }

    /// Whether a row names every column that the kind needs.
    fn look_for_heads(&mut self, sheet: &str, cells: &[Cell]) {
        if cells.iter().all(Cell::is_blank) {
            return;
        }
        let headless = self.headless.get_or_insert_with(|| IgnoredSheetDto {
            sheet: shortened(sheet),
            rows: 0,
            missing: Vec::new(),
            repeated: None,
        });
        headless.rows = headless.rows.saturating_add(1);
        if headless.rows > HEADS_WITHIN {
            return;
        }
        let columns = self.kind.columns();
        let mut places = vec![None; columns.len()];
        let mut ignored = Vec::new();
        let mut repeated = None;
        for (place, cell) in cells.iter().enumerate() {
            let Cell::Text(head) = cell else { continue };
            match self.kind.column_of(head) {
                Some(column) => match places.get_mut(column) {
                    Some(taken @ None) => *taken = Some(place),
                    Some(Some(_)) | None => {
                        repeated = columns.get(column).map(|column| column.zh.to_owned());
                    }
                },
                None if !head.trim().is_empty() => ignored.push(shortened(head)),
                None => {}
            }
        }
        let missing: Vec<String> = columns
            .iter()
            .zip(&places)
            .filter(|(column, place)| column.required && place.is_none())
            .map(|(column, _)| column.zh.to_owned())
            .collect();
        if missing.is_empty() && repeated.is_none() {
            let letters = places.iter().map(|place| place.map(letters)).collect();
            self.heads = Some(Heads { places, letters });
            self.found = true;
            ignored.truncate(IGNORED.saturating_sub(self.shape.ignored.len()));
            self.shape.ignored.extend(ignored);
            self.headless = None;
        } else if headless.rows == 1 || missing.len() < headless.missing.len() {
            headless.missing = missing;
            headless.repeated = repeated;
        }
    }

    /// A sheet whose heads were not found is passed over, and told of. The notes of a template never had any.
    fn leave_sheet(&mut self) {
        let Some(headless) = self.headless.take() else { return };
        if headless.sheet != NOTES && self.shape.ignored_sheets.len() < IGNORED {
            self.shape.ignored_sheets.push(headless);
        }
    }

    /// What a row is about, as a short digest that holds nothing of it: two rows of one key are about the same.
    fn key(&self, cells: &[Cell]) -> Option<[u8; 16]> {
        let by: &[&str] = match self.kind {
            ImportKind::People | ImportKind::Rosters => &["id_number"],
            ImportKind::Units => &["unit_code"],
            ImportKind::Plans => {
                &["unit_code", "year", "title", "subject", "theme", "starts_on", "ends_on"]
            }
            ImportKind::Declarations => &[
                "id_number",
                "year",
                "class_id",
                "subject",
                "way",
                "title",
                "learning_start",
                "learning_end",
            ],
        };
        let mut hash = Sha256::new();
        for (column, cell) in self.kind.columns().iter().zip(cells) {
            if !by.contains(&column.name) {
                continue;
            }
            // What cannot be read is refused by itself, as often as it stands there.
            match cell.say(column.form).ok()? {
                None if column.required => return None,
                None => hash.update([0]),
                Some(said) => hash.update(format!("{said:?}").to_ascii_uppercase()),
            }
            hash.update([1]);
        }
        hash.finalize().first_chunk().copied()
    }

    fn without_heads(self) -> Problem {
        let problem = Problem::new(Code::ImportColumnsMissing);
        let kind = self.kind;
        let sheets = self.shape.ignored_sheets.into_iter();
        let nearest = sheets.min_by_key(|sheet| sheet.missing.len());
        if let Some(head) = nearest.as_ref().and_then(|sheet| sheet.repeated.as_ref()) {
            return problem.detail(
                format!("列“{head}”出现多次"),
                format!("the column “{head}” stands there more than once"),
            );
        }
        let all = || {
            let required = kind.columns().iter().filter(|column| column.required);
            required.map(|column| column.zh.to_owned()).collect()
        };
        let missing: Vec<String> = nearest.map_or_else(all, |sheet| sheet.missing);
        let names = missing.join("、");
        let problem = problem.detail(
            format!("没有找到这些列：{names}"),
            format!("these columns were not found: {names}"),
        );
        let problem = missing.iter().fold(problem, |problem, head| {
            problem.at(
                "/file",
                "column-missing",
                Text::new(format!("缺少列“{head}”"), format!("the column “{head}” is missing")),
            )
        });
        problem.fact("missing", missing)
    }
}

/// What is kept of it: where heads are missing, the first row of people may stand in their place (U4a).
fn shortened(head: &str) -> String {
    mask_long_numbers(head.trim())
        .chars()
        .filter(|c| !c.is_control())
        .take(IGNORED_LENGTH)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(Vec<Row>, Shape), Problem> {
        let mut all = Vec::new();
        let shape = rows(ImportKind::Rosters, Format::Csv, text.as_bytes(), &mut |row| {
            all.push(row);
            true
        })?;
        Ok((all, shape))
    }

    #[test]
    fn heads_are_found_below_a_title_in_any_order() {
        let text = "某班名册\n\n序号,是否合格 *,学时*, 证件号码,姓名\n1,合格,24,410102198506151238,张明\n,,,,\n2,合格,24,410102198506151238,张明\n";
        let (rows, shape) = read(text).unwrap();
        let expected = Shape { rows: 2, ignored: vec!["序号".to_owned()], ..Shape::default() };
        assert_eq!(shape, expected);
        let twin = |row: &Row| row.twin.as_ref().map(|twin| twin.number);
        assert_eq!(
            (rows[0].number, twin(&rows[0]), rows[1].number, twin(&rows[1])),
            (4, None, 6, Some(4))
        );
        let letters: Vec<_> = rows[0].letters.iter().map(|letter| letter.as_deref()).collect();
        assert_eq!(letters, [Some("E"), None, Some("D"), Some("C"), Some("B")]);
    }

    #[test]
    fn missing_and_repeated_heads_are_named() {
        let problem = read("姓名,证件号码,是否合格\n").unwrap_err();
        assert_eq!(problem.facts()["missing"], serde_json::json!(["学时"]));
        assert_eq!(problem.code(), Code::ImportColumnsMissing);
        let problem = read("证件号码,学时,学时,是否合格\n").unwrap_err();
        assert!(problem.english_detail().unwrap().contains("more than once"));
        assert_eq!(read("").unwrap_err().code(), Code::ImportColumnsMissing);
    }
}
