//! Lists that are taken out as files by jobs (ADR 0026).

use diesel::prelude::*;
use xueshi_domain::export::{ExportFormat, ExportList};

use crate::columns::{Id, Moment, Word};
use crate::connection::AnyBackend;
use crate::error::StoreError;
use crate::page::{Page, Slice};
use crate::schema::{export_parts, exports};
use crate::store::{Reader, Writer};

/// A list that is taken out as a file.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = exports, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Export {
    /// The city.
    pub jurisdiction_id: Id,
    /// Its id.
    pub id: Id,
    /// The job that does it.
    pub job_id: Id,
    /// Which list.
    pub list: Word<ExportList>,
    /// The list's parameters, as a JSON object of texts.
    pub parameters: String,
    /// What the file is.
    pub format: Word<ExportFormat>,
    /// The columns that occurred, as a JSON list.
    pub heads: String,
    /// Rows so far.
    pub row_count: i64,
    /// Who asked for it, and in whose name it is read.
    pub account_id: Id,
    /// Acting for which unit.
    pub unit_id: Id,
    /// When.
    pub created_at: Moment,
    /// When it was over.
    pub finished_at: Option<Moment>,
    /// When its parts were removed.
    pub removed_at: Option<Moment>,
    /// Grows with every change.
    pub version: i32,
}

/// Some rows of an export, in a sealed file.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = export_parts, treat_none_as_default_value = false)]
pub struct ExportPart {
    /// The city.
    pub jurisdiction_id: Id,
    /// The export.
    pub export_id: Id,
    /// 1, 2, 3 … within it.
    pub number: i32,
    /// Rows.
    pub row_count: i32,
    /// Where the file is.
    pub blob_hash: String,
}

impl Reader<'_> {
    /// An export of a city.
    ///
    /// # Errors
    /// On a database failure.
    pub fn export(&mut self, city: Id, id: Id) -> Result<Option<Export>, StoreError> {
        let export = exports::table.find((city, id)).select(Export::as_select());
        Ok(export.first(self.conn).optional()?)
    }

    /// The exports that an account asked for.
    ///
    /// # Errors
    /// On a database failure.
    pub fn exports(
        &mut self,
        city: Id,
        account: Id,
        list: Option<ExportList>,
        page: Page<Id>,
    ) -> Result<Slice<Export>, StoreError> {
        let matching = || -> exports::BoxedQuery<'static, AnyBackend> {
            let own = exports::table
                .into_boxed()
                .filter(exports::jurisdiction_id.eq(city))
                .filter(exports::account_id.eq(account));
            match list {
                Some(list) => own.filter(exports::list.eq(Word(list))),
                None => own,
            }
        };
        let total = match page.count {
            true => Some(matching().count().get_result(self.conn)?),
            false => None,
        };
        let mut query = matching();
        if let Some(after) = page.after {
            query = match page.descending {
                true => query.filter(exports::id.lt(after)),
                false => query.filter(exports::id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(exports::id.desc()),
            false => query.order(exports::id.asc()),
        };
        let rows = query.select(Export::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }

    /// The parts of an export, in order.
    ///
    /// # Errors
    /// On a database failure.
    pub fn export_parts(&mut self, export: &Export) -> Result<Vec<ExportPart>, StoreError> {
        Ok(export_parts::table
            .filter(export_parts::jurisdiction_id.eq(export.jurisdiction_id))
            .filter(export_parts::export_id.eq(export.id))
            .order(export_parts::number.asc())
            .select(ExportPart::as_select())
            .load(self.conn)?)
    }

    /// Exports of any city that have been over since before an instant and whose parts are still there.
    ///
    /// # Errors
    /// On a database failure.
    pub fn exports_with_old_parts(
        &mut self,
        before: Moment,
        limit: i64,
    ) -> Result<Vec<Export>, StoreError> {
        Ok(exports::table
            .filter(exports::removed_at.is_null())
            .filter(exports::finished_at.lt(before))
            .order((exports::finished_at.asc(), exports::id.asc()))
            .limit(limit)
            .select(Export::as_select())
            .load(self.conn)?)
    }
}

impl Writer<'_> {
    /// Adds an export.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_export(&mut self, export: &Export) -> Result<(), StoreError> {
        diesel::insert_into(exports::table).values(export).execute(self.conn)?;
        Ok(())
    }

    /// Stores a changed export. Whoever changes it has read it in this transaction.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it was changed since.
    pub fn save_export(&mut self, export: &mut Export) -> Result<(), StoreError> {
        let before = export.version;
        export.version += 1;
        let guarded = exports::table
            .find((export.jurisdiction_id, export.id))
            .filter(exports::version.eq(before));
        let updated = diesel::update(guarded).set(&*export).execute(self.conn)?;
        if updated == 1 { Ok(()) } else { Err(StoreError::Conflict) }
    }

    /// Adds a part.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when there is one of its number.
    pub fn insert_export_part(&mut self, part: &ExportPart) -> Result<(), StoreError> {
        diesel::insert_into(export_parts::table).values(part).execute(self.conn)?;
        Ok(())
    }

    /// Forgets the parts of an export.
    ///
    /// # Errors
    /// On a database failure.
    pub fn forget_export_parts(&mut self, export: &Export) -> Result<(), StoreError> {
        diesel::delete(export_parts::table)
            .filter(export_parts::jurisdiction_id.eq(export.jurisdiction_id))
            .filter(export_parts::export_id.eq(export.id))
            .execute(self.conn)?;
        Ok(())
    }
}
