//! A file as rows of one kind: its heads found, its cells in the order of the kind's columns.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use xueshi_domain::import::{Cell, ImportKind};

use crate::problem::{Code, Problem, Text};
use crate::sheets::{self, Content, Format, Line, letters};

/// Rows with something in them among which the heads are looked for: files often begin with a title.
const HEADS_WITHIN: usize = 10;
/// Heads that name no column, as many as are told.
const IGNORED: usize = 50;
/// Characters of such a head.
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
    /// An earlier row that is about the same: the one that counts.
    pub twin: Option<u32>,
    /// What cannot be read of it at all.
    pub broken: Option<Broken>,
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
    looked_at: usize,
    /// Whether any sheet had the heads.
    found: bool,
    /// The columns that were missing where most were there.
    missing: Option<Vec<&'static str>>,
    repeated: Option<&'static str>,
    seen: HashMap<[u8; 16], u32>,
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
            looked_at: 0,
            found: false,
            missing: None,
            repeated: None,
            seen: HashMap::new(),
            shape: Shape::default(),
        }
    }

    fn take(&mut self, line: Line, each: &mut dyn FnMut(Row) -> bool) -> bool {
        if self.sheet.as_ref() != Some(&line.sheet) {
            self.sheet = Some(Arc::clone(&line.sheet));
            self.heads = None;
            self.looked_at = 0;
        }
        let Line { sheet, number, content } = line;
        let columns = self.kind.columns();
        let (cells, letters, broken) = match content {
            Content::Cells(cells) => match &self.heads {
                None => {
                    self.look_for_heads(&cells);
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
            Some(key) if broken.is_none() => {
                let first = *self.seen.entry(key).or_insert(number);
                (first != number).then_some(first)
            }
            Some(_) | None => None,
        };
        self.shape.rows = self.shape.rows.saturating_add(1);
        each(Row { sheet, number, cells, letters, twin, broken })
    }

    /// Whether a row names every column that the kind needs.
    fn look_for_heads(&mut self, cells: &[Cell]) {
        if self.looked_at >= HEADS_WITHIN || cells.iter().all(Cell::is_blank) {
            return;
        }
        self.looked_at += 1;
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
                        repeated = columns.get(column).map(|column| column.zh);
                    }
                },
                None if !head.trim().is_empty() => ignored.push(shortened(head)),
                None => {}
            }
        }
        let missing: Vec<&'static str> = columns
            .iter()
            .zip(&places)
            .filter(|(column, place)| column.required && place.is_none())
            .map(|(column, _)| column.zh)
            .collect();
        if missing.is_empty() && repeated.is_none() {
            let letters = places.iter().map(|place| place.map(letters)).collect();
            self.heads = Some(Heads { places, letters });
            self.found = true;
            ignored.truncate(IGNORED.saturating_sub(self.shape.ignored.len()));
            self.shape.ignored.extend(ignored);
        } else if self.missing.as_ref().is_none_or(|fewest| missing.len() < fewest.len()) {
            self.missing = Some(missing);
            self.repeated = repeated;
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
        if let Some(head) = self.repeated {
            return problem.detail(
                format!("列“{head}”出现多次"),
                format!("the column “{head}” stands there more than once"),
            );
        }
        let all = || {
            let required = self.kind.columns().iter().filter(|column| column.required);
            required.map(|column| column.zh).collect()
        };
        let missing: Vec<&str> = self.missing.clone().unwrap_or_else(all);
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

fn shortened(head: &str) -> String {
    head.trim().chars().filter(|c| !c.is_control()).take(IGNORED_LENGTH).collect()
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
        assert_eq!(shape, Shape { rows: 2, ignored: vec!["序号".to_owned()] });
        assert_eq!(
            (rows[0].number, rows[0].twin, rows[1].number, rows[1].twin),
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
