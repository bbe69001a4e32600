//! Evidence that belongs to a declaration (H10). The bytes are in the blob store.

use diesel::prelude::*;
use xueshi_domain::learning::EvidenceKind;

use crate::columns::{Id, Moment, Word};
use crate::connection::on_either;
use crate::declarations::days_of;
use crate::error::StoreError;
use crate::schema::{attachments, declarations};
use crate::store::{Reader, Writer};

/// One piece of evidence.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = attachments, treat_none_as_default_value = false)]
pub struct Attachment {
    /// The city.
    pub jurisdiction_id: Id,
    /// Whose declaration.
    pub professional_id: Id,
    /// Its id.
    pub id: Id,
    /// The declaration.
    pub declaration_id: Id,
    /// What it proves.
    pub kind: Word<EvidenceKind>,
    /// The name that its owner gave it.
    pub file_name: String,
    /// What its content is, whatever its name says.
    pub media_type: String,
    /// Bytes.
    pub size: i32,
    /// SHA-256 of its content.
    pub content_hash: String,
    /// When it was added.
    pub created_at: Moment,
}

impl Reader<'_> {
    /// The evidence of a declaration, oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn attachments_of(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        declaration: Id,
    ) -> Result<Vec<Attachment>, StoreError> {
        Ok(attachments::table
            .filter(attachments::jurisdiction_id.eq(jurisdiction))
            .filter(attachments::professional_id.eq(professional))
            .filter(attachments::declaration_id.eq(declaration))
            .order(attachments::id.asc())
            .select(Attachment::as_select())
            .load(self.conn)?)
    }

    /// All evidence of a person's declarations that are of a year, or of learning that ended in another one, for telling
    /// duplicates (H7).
    ///
    /// # Errors
    /// On a database failure.
    pub fn attachments_near(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        (year, learning_year): (i32, i32),
    ) -> Result<Vec<Attachment>, StoreError> {
        let (first, last) = days_of(learning_year);
        Ok(on_either!(self.conn, |conn| attachments::table
            .inner_join(
                declarations::table.on(declarations::jurisdiction_id
                    .eq(attachments::jurisdiction_id)
                    .and(declarations::professional_id.eq(attachments::professional_id))
                    .and(declarations::id.eq(attachments::declaration_id))),
            )
            .filter(attachments::jurisdiction_id.eq(jurisdiction))
            .filter(attachments::professional_id.eq(professional))
            .filter(
                declarations::year.eq(year).or(declarations::learning_end
                    .ge(first)
                    .and(declarations::learning_end.le(last))),
            )
            .select(Attachment::as_select())
            .load(conn)?))
    }
}

impl Writer<'_> {
    /// Adds a piece of evidence.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the declaration already has the same content.
    pub fn insert_attachment(&mut self, attachment: &Attachment) -> Result<(), StoreError> {
        on_either!(self.conn, |conn| diesel::insert_into(attachments::table)
            .values(attachment)
            .execute(conn))?;
        Ok(())
    }

    /// Removes a piece of evidence; false when it was not there.
    ///
    /// # Errors
    /// On a database failure.
    pub fn delete_attachment(&mut self, attachment: &Attachment) -> Result<bool, StoreError> {
        let key = (attachment.jurisdiction_id, attachment.professional_id, attachment.id);
        Ok(diesel::delete(attachments::table.find(key)).execute(self.conn)? == 1)
    }
}
