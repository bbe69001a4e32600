//! On SQLite: triggers in the writing connection, which call functions that only it has.
//!
//! They note which rows were touched, not what is in them: a statement that fires them is compiled with them, and should stay short.
//! What is rolled back stays noted, which does no harm: a row is digested as it is at the end.

use std::sync::{Arc, Mutex, PoisonError};

use diesel::connection::{DefaultLoadingMode, SimpleConnection};
use diesel::deserialize::{self, FromSql};
use diesel::prelude::*;
use diesel::row::NamedRow;
use diesel::row::{Field, Row};
use diesel::sql_types::{BigInt, Binary, Double, Integer, Text};
use diesel::sqlite::{Sqlite, SqliteType};

use super::super::commitment::hex;
use super::super::covered::{COVERED, Covered};
use super::{Digest, Touched, of_form, of_row};
use crate::columns::Id;
use crate::error::StoreError;
use crate::prepared::Prepared;

/// A covered table, and how its rows are read.
#[derive(Debug)]
pub(super) struct Form {
    number: u8,
    covered: &'static Covered,
    /// Its columns in the order of their names: each with its place in the key, if it is in it.
    columns: Vec<(String, Option<usize>)>,
    /// Reads rows: the columns in their order, and the salt behind them.
    select: String,
    /// Reads the row with a number.
    by_number: String,
}

/// A row, its values one behind the other.
struct Values {
    bytes: Vec<u8>,
    /// The kind of each, and where it ends.
    ends: Vec<(Kind, usize)>,
}

/// What a value is, whatever its column was declared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Null,
    Integer,
    Real,
    Text,
    Blob,
}

impl Kind {
    fn letter(self) -> u8 {
        match self {
            Self::Null => b'n',
            Self::Integer => b'i',
            Self::Real => b'r',
            Self::Text => b't',
            Self::Blob => b'b',
        }
    }
}

impl QueryableByName<Sqlite> for Values {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> deserialize::Result<Self> {
        let columns = row.field_count();
        let mut values =
            Self { bytes: Vec::with_capacity(1_024), ends: Vec::with_capacity(columns) };
        for place in 0..columns {
            let field = Row::get(row, place).ok_or("a column is missing")?;
            let kind = values.add(field.value())?;
            values.ends.push((kind, values.bytes.len()));
        }
        Ok(values)
    }
}

impl Values {
    fn add(
        &mut self,
        value: Option<diesel::sqlite::SqliteValue<'_, '_, '_>>,
    ) -> deserialize::Result<Kind> {
        let Some(value) = value else { return Ok(Kind::Null) };
        let kind = match value.value_type() {
            None => Kind::Null,
            Some(SqliteType::Text) => Kind::Text,
            Some(SqliteType::Binary) => Kind::Blob,
            Some(SqliteType::Float | SqliteType::Double) => Kind::Real,
            Some(SqliteType::SmallInt | SqliteType::Integer | SqliteType::Long) => Kind::Integer,
        };
        match kind {
            Kind::Null => {}
            Kind::Integer => {
                let number = <i64 as FromSql<BigInt, Sqlite>>::from_sql(value)?;
                self.bytes.extend_from_slice(&number.to_be_bytes());
            }
            Kind::Real => {
                let number = <f64 as FromSql<Double, Sqlite>>::from_sql(value)?;
                self.bytes.extend_from_slice(&number.to_be_bytes());
            }
            // Text may be no text at all once somebody has changed it.
            Kind::Text | Kind::Blob => {
                let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?;
                self.bytes.extend_from_slice(&bytes);
            }
        }
        Ok(kind)
    }

    fn get(&self, place: usize) -> (Kind, &[u8]) {
        let start = place.checked_sub(1).and_then(|before| self.ends.get(before));
        let start = start.map_or(0, |(_, end)| *end);
        self.ends
            .get(place)
            .map_or((Kind::Null, &[]), |(kind, end)| (*kind, &self.bytes[start..*end]))
    }

    fn written(&self, place: usize) -> String {
        let (kind, bytes) = self.get(place);
        match kind {
            Kind::Null => String::new(),
            Kind::Integer => bytes
                .try_into()
                .map_or_else(|_| String::new(), |bytes| i64::from_be_bytes(bytes).to_string()),
            Kind::Real => bytes
                .try_into()
                .map_or_else(|_| String::new(), |bytes| f64::from_be_bytes(bytes).to_string()),
            Kind::Text => String::from_utf8_lossy(bytes).into_owned(),
            Kind::Blob => hex(bytes),
        }
    }
}

/// A column of a table: its name and the type that it was declared with.
#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    declared: String,
}

impl Form {
    fn new(number: u8, covered: &'static Covered, columns: Vec<Column>) -> Self {
        let table = covered.table;
        let salt = if covered.of_person {
            "(select log_salt from main.professionals as p where p.jurisdiction_id = t.jurisdiction_id
                and p.professional_id = t.professional_id)"
        } else {
            "null"
        };
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let select = format!("select {}, {salt} from main.{table} as t", names.join(", "));
        let by_number = format!("{select} where t.rowid = ?");
        let place = |name: &str| covered.key.iter().position(|part| *part == name);
        let columns = columns.into_iter().map(|column| {
            let place = place(&column.name);
            (column.name, place)
        });
        Self { number, covered, columns: columns.collect(), select, by_number }
    }

    /// The digest of a row. Its form is, of each column that is not null: the name, a zero byte, the letter of the value's type, its
    /// length in four bytes, and its bytes (of numbers eight, the highest first).
    fn digest(&self, row: &Values) -> Digest {
        let mut form = Vec::with_capacity(row.bytes.len() + self.columns.len() * 24);
        for (place, (name, _)) in self.columns.iter().enumerate() {
            let (kind, bytes) = row.get(place);
            if kind == Kind::Null {
                continue;
            }
            form.extend_from_slice(name.as_bytes());
            form.extend_from_slice(&[0, kind.letter()]);
            form.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
            form.extend_from_slice(bytes);
        }
        let (_, salt) = row.get(self.columns.len());
        of_row(salt, of_form(&form))
    }

    fn key(&self, row: &Values) -> String {
        let mut parts = vec![String::new(); self.covered.key.len()];
        for (place, (_, in_key)) in self.columns.iter().enumerate() {
            if let Some(part) = in_key.and_then(|in_key| parts.get_mut(in_key)) {
                *part = row.written(place);
            }
        }
        parts.join("/")
    }
}

/// What one writing connection notes, and how it reads the rows again.
#[derive(Debug)]
pub(crate) struct Watched {
    forms: Vec<Form>,
    notes: Arc<Mutex<Vec<Note>>>,
}

/// A row that was touched.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Note {
    /// The number of its table.
    table: i32,
    /// Its own number.
    at: i64,
    /// The key that it had, if it has it no longer.
    former: Option<Vec<u8>>,
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// Notes that a row was put in or changed.
    fn log_touched(covered: Integer, at: BigInt) -> Bool;
    /// Notes that a row is gone, or has another key.
    fn log_gone(covered: Integer, at: BigInt, former: Binary) -> Bool;
}

pub(super) fn watch(conn: &mut SqliteConnection) -> Result<Watched, StoreError> {
    let notes = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&notes);
    log_touched_utils::register_nondeterministic_impl(conn, move |table: i32, at: i64| {
        note(&noted, Note { table, at, former: None })
    })?;
    let noted = Arc::clone(&notes);
    log_gone_utils::register_nondeterministic_impl(
        conn,
        move |table: i32, at: i64, former: Vec<u8>| {
            note(&noted, Note { table, at, former: Some(former) })
        },
    )?;
    let mut forms = Vec::with_capacity(COVERED.len());
    for (number, covered) in (0_u8..).zip(COVERED) {
        let columns = columns(conn, covered.table)?;
        if columns.is_empty() {
            continue;
        }
        let table = covered.table;
        let former = key_before(covered, &columns);
        let gone = format!("select log_gone({number}, old.rowid, cast({former} as blob))");
        let touched = format!("select log_touched({number}, new.rowid)");
        let other: Vec<String> =
            covered.key.iter().map(|part| format!("old.{part} is not new.{part}")).collect();
        conn.batch_execute(&format!(
            "create temp trigger log_{table}_new after insert on main.{table} begin {touched}; end;
             create temp trigger log_{table}_changed after update on main.{table} begin {touched}; end;
             create temp trigger log_{table}_moved after update of {} on main.{table} when {} begin {gone}; end;
             create temp trigger log_{table}_gone after delete on main.{table} begin {gone}; end;",
            covered.key.join(", "),
            other.join(" or "),
        ))?;
        forms.push(Form::new(number, covered, columns));
    }
    Ok(Watched { forms, notes })
}

fn note(notes: &Mutex<Vec<Note>>, note: Note) -> bool {
    notes.lock().unwrap_or_else(PoisonError::into_inner).push(note);
    true
}

impl Watched {
    /// Forgets what was noted so far.
    pub(super) fn forget(&self) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(super) fn take(&self, conn: &mut SqliteConnection) -> Result<Touched, StoreError> {
        let mut notes =
            std::mem::take(&mut *self.notes.lock().unwrap_or_else(PoisonError::into_inner));
        notes.sort_unstable();
        notes.dedup();
        let mut touched = Touched::new();
        let mut gone = Vec::new();
        let mut last = None;
        for Note { table, at, former } in notes {
            let Some(form) = self.forms.iter().find(|form| i32::from(form.number) == table) else {
                continue;
            };
            if let Some(former) = former {
                gone.push((form.number, String::from_utf8_lossy(&former).into_owned()));
            }
            if last.replace((table, at)) == Some((table, at)) {
                continue;
            }
            let query = diesel::sql_query(form.by_number.as_str()).bind::<BigInt, _>(at);
            for row in Prepared(query).load::<Values>(conn)? {
                touched.insert((form.number, form.key(&row)), Some(form.digest(&row)));
            }
        }
        // A row with that key may have been put there again, or have stayed.
        for key in gone {
            touched.entry(key).or_insert(None);
        }
        Ok(touched)
    }
}

pub(super) fn each_digest(
    conn: &mut SqliteConnection,
    covered: &'static Covered,
    of: Option<(Id, Id)>,
    mut show: impl FnMut(String, Digest),
) -> Result<(), StoreError> {
    let columns = columns(conn, covered.table)?;
    if columns.is_empty() {
        return Ok(());
    }
    let form = Form::new(0, covered, columns);
    let of = of.map_or_else(String::new, |(city, person)| {
        format!(
            " where t.jurisdiction_id = x'{}' and t.professional_id = x'{}'",
            city.0.simple(),
            person.0.simple()
        )
    });
    let query = diesel::sql_query(format!("{}{of}", form.select));
    for row in query.load_iter::<Values, DefaultLoadingMode>(conn)? {
        let row = row?;
        show(form.key(&row), form.digest(&row));
    }
    Ok(())
}

fn columns(conn: &mut SqliteConnection, table: &str) -> Result<Vec<Column>, StoreError> {
    Ok(diesel::sql_query("select name, type as declared from pragma_table_info(?) order by name")
        .bind::<Text, _>(table)
        .load(conn)?)
}

/// An expression for the key of a row before a change, as [`Form::key`] writes it.
fn key_before(covered: &Covered, columns: &[Column]) -> String {
    let part = |name: &&str| {
        let is_blob = columns
            .iter()
            .any(|column| column.name == **name && column.declared.eq_ignore_ascii_case("blob"));
        if is_blob { format!("lower(hex(old.{name}))") } else { format!("old.{name}") }
    };
    let parts: Vec<String> = covered.key.iter().map(part).collect();
    parts.join(" || '/' || ")
}
