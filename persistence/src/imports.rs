//! Files of rows that are taken in by jobs (ADR 0024).

use diesel::prelude::*;
use xueshi_domain::import::{ImportKind, ImportMode};

use crate::columns::{Id, Moment, Word};
use crate::connection::{AnyBackend, AnyConnection};
use crate::error::StoreError;
use crate::page::{Page, Slice};
use crate::schema::{import_errors, imports};
use crate::scope::{Condition, Scope, units_below};
use crate::store::{Reader, Writer};

/// Rows in one statement: SQLite takes 32,766 values in one.
const AT_ONCE: usize = 1_000;

/// A file that is taken in.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = imports, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Import {
    /// The city.
    pub jurisdiction_id: Id,
    /// Its id.
    pub id: Id,
    /// The job that does it.
    pub job_id: Id,
    /// What its rows are.
    pub kind: Word<ImportKind>,
    /// What one refused row does to the others.
    pub mode: Word<ImportMode>,
    /// Whether the rows are checked only.
    pub dry_run: bool,
    /// The class of a roster; the unit for rows that name none.
    pub target_id: Option<Id>,
    /// Why a roster is corrected.
    pub reason: Option<String>,
    /// The name that the file was sent under.
    pub file_name: String,
    /// Its format, by content.
    pub file_format: String,
    /// Bytes.
    pub file_size: i64,
    /// SHA-256 of its content.
    pub content_hash: String,
    /// Where the sealed file is; none once it was removed.
    pub blob_hash: Option<String>,
    /// Heads that name no column, as a JSON list.
    pub ignored_heads: String,
    /// Sheets without the heads, as a JSON list.
    pub ignored_sheets: String,
    /// Rows with something in them.
    pub row_count: i32,
    /// Rows that made something.
    pub created: i32,
    /// Rows that changed something.
    pub changed: i32,
    /// Rows that say what stood already.
    pub unchanged: i32,
    /// Rows that were refused.
    pub refused: i32,
    /// What was wrong, as many as are kept.
    pub error_count: i32,
    /// The revision of the roster that it makes.
    pub roster_revision: Option<i32>,
    /// Who asked for it.
    pub account_id: Id,
    /// Acting for which unit.
    pub unit_id: Id,
    /// When.
    pub created_at: Moment,
    /// When it was over.
    pub finished_at: Option<Moment>,
    /// Grows with every change.
    pub version: i32,
}

/// What was wrong with a row.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = import_errors, treat_none_as_default_value = false)]
pub struct ImportError {
    /// The city.
    pub jurisdiction_id: Id,
    /// The import.
    pub import_id: Id,
    /// 1, 2, 3 … within the import.
    pub number: i32,
    /// The sheet; empty for files without sheets.
    pub sheet: String,
    /// The row of the sheet, from 1; a line of NDJSON.
    pub line: i32,
    /// The letter of the column.
    pub letter: Option<String>,
    /// The column's name.
    pub field: Option<String>,
    /// What is wrong: a code.
    pub code: String,
    /// What is wrong, without personal data.
    pub detail_zh: String,
    /// The same in English.
    pub detail_en: String,
}

impl Scope {
    /// Imports for the units of the scope, and those of the account.
    fn imports(&self, account: Id) -> Condition<imports::table> {
        let mut within: Condition<imports::table> = Box::new(imports::account_id.eq(account));
        for pattern in self.patterns() {
            let units = units_below(self.jurisdiction, pattern);
            within = Box::new(within.or(imports::unit_id.eq_any(units)));
        }
        Box::new(imports::jurisdiction_id.eq(self.jurisdiction).and(within))
    }
}

impl Reader<'_> {
    /// An import of a city.
    ///
    /// # Errors
    /// On a database failure.
    pub fn import(&mut self, city: Id, id: Id) -> Result<Option<Import>, StoreError> {
        let import = imports::table.find((city, id)).select(Import::as_select());
        Ok(import.first(self.conn).optional()?)
    }

    /// The import that a job does.
    ///
    /// # Errors
    /// On a database failure.
    pub fn import_of_job(&mut self, city: Id, job: Id) -> Result<Option<Import>, StoreError> {
        let import = imports::table
            .filter(imports::jurisdiction_id.eq(city))
            .filter(imports::job_id.eq(job))
            .select(Import::as_select());
        Ok(import.first(self.conn).optional()?)
    }

    /// The imports of an account and of the units of a scope, in the order in which they were asked for.
    ///
    /// # Errors
    /// On a database failure.
    pub fn imports(
        &mut self,
        scope: &Scope,
        account: Id,
        kind: Option<ImportKind>,
        page: Page<Id>,
    ) -> Result<Slice<Import>, StoreError> {
        let matching = || -> imports::BoxedQuery<'static, AnyBackend> {
            let query = imports::table.into_boxed().filter(scope.imports(account));
            match kind {
                Some(kind) => query.filter(imports::kind.eq(Word(kind))),
                None => query,
            }
        };
        let total = match page.count {
            true => Some(matching().count().get_result(self.conn)?),
            false => None,
        };
        let mut query = matching();
        if let Some(after) = page.after {
            query = match page.descending {
                true => query.filter(imports::id.lt(after)),
                false => query.filter(imports::id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(imports::id.desc()),
            false => query.order(imports::id.asc()),
        };
        let rows = query.select(Import::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }

    /// What was wrong with the rows of an import, by its number.
    ///
    /// # Errors
    /// On a database failure.
    pub fn import_errors(
        &mut self,
        import: &Import,
        page: Page<i32>,
    ) -> Result<Slice<ImportError>, StoreError> {
        let mut query = import_errors::table
            .into_boxed::<AnyBackend>()
            .filter(import_errors::jurisdiction_id.eq(import.jurisdiction_id))
            .filter(import_errors::import_id.eq(import.id));
        if let Some(after) = page.after {
            query = match page.descending {
                true => query.filter(import_errors::number.lt(after)),
                false => query.filter(import_errors::number.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(import_errors::number.desc()),
            false => query.order(import_errors::number.asc()),
        };
        let rows = query.select(ImportError::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total: page.count.then_some(i64::from(import.error_count)) })
    }

    /// Imports of any city that have been over since before an instant and whose file is still there.
    ///
    /// # Errors
    /// On a database failure.
    pub fn imports_with_old_file(
        &mut self,
        before: Moment,
        limit: i64,
    ) -> Result<Vec<Import>, StoreError> {
        Ok(imports::table
            .filter(imports::blob_hash.is_not_null())
            .filter(imports::finished_at.lt(before))
            .order((imports::finished_at.asc(), imports::id.asc()))
            .limit(limit)
            .select(Import::as_select())
            .load(self.conn)?)
    }
}

impl Writer<'_> {
    /// Adds an import.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_import(&mut self, import: &Import) -> Result<(), StoreError> {
        diesel::insert_into(imports::table).values(import).execute(self.conn)?;
        Ok(())
    }

    /// Stores a changed import. Whoever changes it has read it in this transaction.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it was changed since.
    pub fn save_import(&mut self, import: &mut Import) -> Result<(), StoreError> {
        let before = import.version;
        import.version += 1;
        let guarded = imports::table
            .find((import.jurisdiction_id, import.id))
            .filter(imports::version.eq(before));
        let updated = diesel::update(guarded).set(&*import).execute(self.conn)?;
        if updated == 1 { Ok(()) } else { Err(StoreError::Conflict) }
    }

    /// Keeps what was wrong with some rows.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_import_errors(&mut self, errors: &[ImportError]) -> Result<(), StoreError> {
        for rows in errors.chunks(AT_ONCE) {
            // A batch insert has no common form for both: the same statement, for each by itself.
            match &mut *self.conn {
                AnyConnection::Sqlite(conn) => {
                    diesel::insert_into(import_errors::table).values(rows).execute(conn)?
                }
                AnyConnection::Postgres(conn) => {
                    diesel::insert_into(import_errors::table).values(rows).execute(conn)?
                }
            };
        }
        Ok(())
    }
}
