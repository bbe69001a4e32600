//! The keys of whatever tables there are: everything of one person becomes another's (U4).

use std::collections::{BTreeMap, BTreeSet};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{Integer, Text};

use super::Pair;
use crate::columns::{Id, Moment};
use crate::connection::AnyConnection;
use crate::error::{StoreError, StoreFailure};
use crate::schema::{employment_requests, professional_identities};
use crate::store::Writer;

/// Tables with a person in them that change otherwise: the shell stays, so that old ids keep meaning something; id numbers
/// lead to the record that stands; one person has one account, and the service decides which; what was counted stays counted
/// for the past, and the figures and digests follow by themselves; what was sealed stays as it was sealed, with what was
/// added beside it (A3).
const LEFT_ALONE: &[&str] = &[
    "professionals",
    "professional_identities",
    "accounts",
    "person_parts",
    "person_digests",
    "appraisals",
    "appraisal_addenda",
];

/// Tables whose `version` is the number of an edition (A2) and not of a state of the row.
const EDITIONS: &[&str] = &["certificates"];

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// A column of a table.
#[derive(QueryableByName)]
struct NamedColumn {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    own: String,
}

/// A table with a person in it, and what of its rows changes with their key: what was known of a row before says another person.
struct PeopleTable {
    name: String,
    is_versioned: bool,
    is_dated: bool,
}

impl PeopleTable {
    fn new(name: String, columns: &BTreeSet<String>) -> Self {
        let is_edition = EDITIONS.contains(&name.as_str());
        Self {
            is_versioned: columns.contains("version") && !is_edition,
            is_dated: columns.contains("updated_at"),
            name,
        }
    }
}

/// A column of a foreign key, as SQLite tells it.
#[derive(QueryableByName)]
struct KeyColumn {
    #[diesel(sql_type = Text)]
    child: String,
    #[diesel(sql_type = Integer)]
    number: i32,
    #[diesel(sql_type = Text)]
    parent: String,
    #[diesel(sql_type = Text)]
    own: String,
    #[diesel(sql_type = Text)]
    other: String,
}

impl Writer<'_> {
    /// Runs `work` while foreign keys may point nowhere: parents and children change their keys one after the other. `work` ends
    /// with [`Self::check_keys`].
    ///
    /// # Errors
    /// Whatever `work` returns.
    pub fn with_deferred_keys<T, E: StoreFailure>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let statement = match self.conn {
            AnyConnection::Sqlite(_) => "pragma defer_foreign_keys = on",
            AnyConnection::Postgres(_) => "set constraints all deferred",
        };
        self.conn.batch_execute(statement).map_err(StoreError::from)?;
        let result = work(self);
        if let AnyConnection::Sqlite(conn) = &mut *self.conn {
            // The writers that share this transaction are checked at once again, whatever became of this one.
            let off = conn.batch_execute("pragma defer_foreign_keys = off");
            off.map_err(StoreError::from)?;
        }
        result
    }

    /// Whether all foreign keys of the two records point somewhere again. They do not when something stayed with the shell that
    /// belongs to what has moved; the caller then gives up, and nothing is kept.
    ///
    /// # Errors
    /// On a database failure.
    pub fn check_keys(&mut self, pair: Pair) -> Result<bool, StoreError> {
        if let AnyConnection::Postgres(conn) = &mut *self.conn {
            return match conn.batch_execute("set constraints all immediate") {
                Ok(()) => Ok(true),
                Err(DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)) => {
                    Ok(false)
                }
                Err(error) => Err(error.into()),
            };
        }
        for statement in self.dangling(pair)? {
            let AnyConnection::Sqlite(conn) = &mut *self.conn else { continue };
            let found: Vec<Name> = diesel::sql_query(statement).load(conn)?;
            if !found.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// SQLite cannot be asked whether deferred keys are broken: one query for each foreign key with a person in it, which finds
    /// the rows of the two records that point nowhere.
    fn dangling(&mut self, pair: Pair) -> Result<Vec<String>, StoreError> {
        let (kept, merged) = (self.literal(pair.kept), self.literal(pair.merged));
        let AnyConnection::Sqlite(conn) = &mut *self.conn else { return Ok(Vec::new()) };
        let columns: Vec<KeyColumn> = diesel::sql_query(
            "select t.name as child, f.id as number, f.\"table\" as parent, f.\"from\" as own, f.\"to\" as other \
             from sqlite_master t join pragma_foreign_key_list(t.name) f where t.type = 'table' order by t.name, f.id, f.seq",
        )
        .load(conn)?;
        let mut keys: BTreeMap<(String, i32), Vec<KeyColumn>> = BTreeMap::new();
        for column in columns {
            keys.entry((column.child.clone(), column.number)).or_default().push(column);
        }
        let of_people = keys
            .into_iter()
            .filter(|(_, columns)| columns.iter().any(|column| column.own == "professional_id"));
        let statements = of_people.map(|((child, _), columns)| {
            let parent = columns.first().map(|column| column.parent.clone()).unwrap_or_default();
            let set: Vec<_> =
                columns.iter().map(|column| format!("c.{} is not null", column.own)).collect();
            let same: Vec<_> =
                columns.iter().map(|column| format!("p.{} = c.{}", column.other, column.own)).collect();
            format!(
                "select '{child}' as name from {child} c where c.professional_id in ({kept}, {merged}) and {} \
                 and not exists (select 1 from {parent} p where {}) limit 1",
                set.join(" and "),
                same.join(" and ")
            )
        });
        Ok(statements.collect())
    }

    /// Lets everything of the merged record belong to the one that stands, table by table, whatever tables there are. What
    /// cannot, because the one that stands has the same already, stays with the shell; gives the tables where that was so. What
    /// has moved is another version: nobody who read it before has seen whose it is now.
    ///
    /// # Errors
    /// On a database failure.
    pub fn rekey(&mut self, pair: Pair) -> Result<Vec<String>, StoreError> {
        let mut stayed = Vec::new();
        for table in self.tables_of_people()? {
            if LEFT_ALONE.contains(&table.name.as_str()) {
                continue;
            }
            let whole = self.change_key(&table, pair, None);
            let alone = self.attempt_statement(&whole)?;
            if alone {
                continue;
            }
            for place in self.places(&table.name, pair)? {
                let row = self.change_key(&table, pair, Some(&place));
                if !self.attempt_statement(&row)? && !stayed.contains(&table.name) {
                    stayed.push(table.name.clone());
                }
            }
        }
        diesel::update(professional_identities::table)
            .filter(professional_identities::jurisdiction_id.eq(pair.jurisdiction))
            .filter(professional_identities::professional_id.eq(pair.merged))
            .set(professional_identities::professional_id.eq(pair.kept))
            .execute(self.conn)?;
        diesel::update(employment_requests::table)
            .filter(employment_requests::jurisdiction_id.eq(pair.jurisdiction))
            .filter(employment_requests::person_id.eq(pair.merged))
            .set((
                employment_requests::person_id.eq(pair.kept),
                employment_requests::version.eq(employment_requests::version + 1),
                employment_requests::updated_at.eq(Moment(self.now())),
            ))
            .execute(self.conn)?;
        self.refer_to_kept(pair)?;
        self.note_merge(pair.jurisdiction, pair.kept, pair.merged)?;
        Ok(stayed)
    }

    /// Runs a statement in a savepoint; false when a unique key stands in its way.
    fn attempt_statement(&mut self, statement: &str) -> Result<bool, StoreError> {
        let result =
            self.attempt(|writer| Ok::<_, StoreError>(writer.conn.batch_execute(statement)?));
        match result {
            Ok(()) => Ok(true),
            Err(StoreError::Taken(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The tables with a person in them, by what the database says of itself.
    fn tables_of_people(&mut self) -> Result<Vec<PeopleTable>, StoreError> {
        let columns: Vec<NamedColumn> = match &mut *self.conn {
            AnyConnection::Sqlite(conn) => diesel::sql_query(
                "select t.name as name, c.name as own from sqlite_master t join pragma_table_info(t.name) c \
                 where t.type = 'table' and c.name in ('professional_id', 'version', 'updated_at')",
            )
            .load(conn)?,
            AnyConnection::Postgres(conn) => diesel::sql_query(
                "select table_name::text as name, column_name::text as own from information_schema.columns \
                 where table_schema = current_schema() and column_name in ('professional_id', 'version', 'updated_at')",
            )
            .load(conn)?,
        };
        let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for column in columns {
            tables.entry(column.name).or_default().insert(column.own);
        }
        tables.retain(|_, columns| columns.contains("professional_id"));
        Ok(tables.into_iter().map(|(name, columns)| PeopleTable::new(name, &columns)).collect())
    }

    /// Where the rows of the merged record are in a table.
    fn places(&mut self, table: &str, pair: Pair) -> Result<Vec<String>, StoreError> {
        let rows = self.rows_of(pair);
        let names: Vec<Name> = match &mut *self.conn {
            AnyConnection::Sqlite(conn) => diesel::sql_query(format!(
                "select cast(rowid as text) as name from {table} where {rows}"
            ))
            .load(conn)?,
            AnyConnection::Postgres(conn) => {
                diesel::sql_query(format!("select ctid::text as name from {table} where {rows}"))
                    .load(conn)?
            }
        };
        Ok(names.into_iter().map(|row| row.name).collect())
    }

    fn change_key(&self, table: &PeopleTable, pair: Pair, place: Option<&str>) -> String {
        let (kept, rows) = (self.literal(pair.kept), self.rows_of(pair));
        let one = match (place, &*self.conn) {
            (None, _) => String::new(),
            (Some(place), AnyConnection::Sqlite(_)) => format!(" and rowid = {place}"),
            (Some(place), AnyConnection::Postgres(_)) => format!(" and ctid = '{place}'::tid"),
        };
        let version = if table.is_versioned { ", version = version + 1" } else { "" };
        let date = match table.is_dated {
            true => format!(", updated_at = {}", self.present()),
            false => String::new(),
        };
        let name = &table.name;
        format!("update {name} set professional_id = {kept}{version}{date} where {rows}{one}")
    }

    fn rows_of(&self, pair: Pair) -> String {
        let (city, merged) = (self.literal(pair.jurisdiction), self.literal(pair.merged));
        format!("jurisdiction_id = {city} and professional_id = {merged}")
    }

    /// An id as the database writes it; it holds hexadecimal digits only.
    fn literal(&self, id: Id) -> String {
        match &*self.conn {
            AnyConnection::Sqlite(_) => format!("x'{}'", id.0.simple()),
            AnyConnection::Postgres(_) => format!("'{}'::uuid", id.0),
        }
    }
    /// The transaction's instant as the database writes it.
    fn present(&self) -> String {
        let now = self.now();
        let (seconds, micros) = (now.unix_timestamp(), now.microsecond());
        match &*self.conn {
            AnyConnection::Sqlite(_) => format!("{seconds}{micros:06}"),
            AnyConnection::Postgres(_) => {
                format!("to_timestamp({seconds}) + interval '{micros} microseconds'")
            }
        }
    }
}
