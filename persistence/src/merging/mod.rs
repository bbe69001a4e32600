//! Merging two records of one person: everything is keyed by person, so everything changes its key (U4).

mod keys;

use diesel::dsl::auto_type;
use diesel::prelude::*;

use crate::annual_records::AnnualRecord;
use crate::attachments::Attachment;
use crate::columns::{Id, Moment};
use crate::declarations::Declaration;
use crate::error::StoreError;
use crate::learning::LearningRecord;
use crate::schema::{
    annual_records, appeals, attachments, certificates, declarations, learning_records,
    makeup_grants, makeup_items, makeup_reviews, person_merges, roster_lines,
};
use crate::store::{Reader, Writer};

/// Two records of one person that became one.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = person_merges, treat_none_as_default_value = false)]
pub struct PersonMerge {
    /// The city.
    pub jurisdiction_id: Id,
    /// The record that stands.
    pub professional_id: Id,
    /// Its id.
    pub id: Id,
    /// The record that is an empty shell now.
    pub merged_id: Id,
    /// Who merged them.
    pub account_id: Id,
    /// Acting for which unit.
    pub unit_id: Id,
    /// Why.
    pub reason: String,
    /// How many declarations gave way to another one of the same learning (H7).
    pub ended_declarations: i32,
    /// When.
    pub merged_at: Moment,
    /// The account of the merged record that was closed, if there was one beside that of the record that stands.
    pub closed_account_id: Option<Id>,
}

/// The records that were merged into a person's, as a subquery.
#[auto_type]
pub(crate) fn merged_records(jurisdiction: Id, professional: Id) -> _ {
    person_merges::table
        .filter(person_merges::jurisdiction_id.eq(jurisdiction))
        .filter(person_merges::professional_id.eq(professional))
        .select(person_merges::merged_id)
}

impl Reader<'_> {
    /// The records that were merged into a person's (U4): what is never rewritten, such as events and sealed years, still bears
    /// their ids.
    ///
    /// # Errors
    /// On a database failure.
    pub fn merged_into(
        &mut self,
        jurisdiction: Id,
        professional: Id,
    ) -> Result<Vec<Id>, StoreError> {
        Ok(merged_records(jurisdiction, professional).load(self.conn)?)
    }

    /// The accounts of a person that were closed when records were merged: nobody's any more, and still with the person's name (U4).
    ///
    /// # Errors
    /// On a database failure.
    pub fn closed_accounts_of(
        &mut self,
        jurisdiction: Id,
        professional: Id,
    ) -> Result<Vec<Id>, StoreError> {
        let closed: Vec<Option<Id>> = person_merges::table
            .filter(person_merges::jurisdiction_id.eq(jurisdiction))
            .filter(person_merges::professional_id.eq(professional))
            .select(person_merges::closed_account_id)
            .load(self.conn)?;
        Ok(closed.into_iter().flatten().collect())
    }

    /// The record that stands since this one was merged into it; `None` for one that was not merged.
    ///
    /// # Errors
    /// On a database failure.
    pub fn merged_with(
        &mut self,
        jurisdiction: Id,
        professional: Id,
    ) -> Result<Option<Id>, StoreError> {
        Ok(person_merges::table
            .filter(person_merges::jurisdiction_id.eq(jurisdiction))
            .filter(person_merges::merged_id.eq(professional))
            .select(person_merges::professional_id)
            .first(self.conn)
            .optional()?)
    }

    /// All declarations of a person, of whatever year and in whatever state, oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn all_declarations_of(
        &mut self,
        jurisdiction: Id,
        professional: Id,
    ) -> Result<Vec<Declaration>, StoreError> {
        Ok(declarations::table
            .filter(declarations::jurisdiction_id.eq(jurisdiction))
            .filter(declarations::professional_id.eq(professional))
            .order(declarations::id.asc())
            .select(Declaration::as_select())
            .load(self.conn)?)
    }

    /// All evidence of a person.
    ///
    /// # Errors
    /// On a database failure.
    pub fn all_attachments_of(
        &mut self,
        jurisdiction: Id,
        professional: Id,
    ) -> Result<Vec<Attachment>, StoreError> {
        Ok(attachments::table
            .filter(attachments::jurisdiction_id.eq(jurisdiction))
            .filter(attachments::professional_id.eq(professional))
            .order(attachments::id.asc())
            .select(Attachment::as_select())
            .load(self.conn)?)
    }

    /// All years of a person, oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn annual_records_of(
        &mut self,
        jurisdiction: Id,
        professional: Id,
    ) -> Result<Vec<AnnualRecord>, StoreError> {
        Ok(annual_records::table
            .filter(annual_records::jurisdiction_id.eq(jurisdiction))
            .filter(annual_records::professional_id.eq(professional))
            .order(annual_records::year.asc())
            .select(AnnualRecord::as_select())
            .load(self.conn)?)
    }

    /// All learning records of a person, oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn learning_of(
        &mut self,
        jurisdiction: Id,
        professional: Id,
    ) -> Result<Vec<LearningRecord>, StoreError> {
        Ok(learning_records::table
            .filter(learning_records::jurisdiction_id.eq(jurisdiction))
            .filter(learning_records::professional_id.eq(professional))
            .order(learning_records::id.asc())
            .select(LearningRecord::as_select())
            .load(self.conn)?)
    }
}

/// Two records of one person.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    /// The city.
    pub jurisdiction: Id,
    /// The record that stands.
    pub kept: Id,
    /// The record that is merged into it.
    pub merged: Id,
}

impl Writer<'_> {
    /// Lets the declarations of one learning record rest on another one of the same learning (H7).
    ///
    /// # Errors
    /// On a database failure.
    pub fn rest_on(&mut self, pair: Pair, old: Id, new: Id) -> Result<(), StoreError> {
        use declarations as d;
        diesel::update(d::table)
            .filter(d::jurisdiction_id.eq(pair.jurisdiction))
            .filter(d::professional_id.eq(pair.merged))
            .filter(d::learning_record_id.eq(old))
            .set(d::learning_record_id.eq(new))
            .execute(self.conn)?;
        Ok(())
    }

    /// Lets what a person declared under one grant rest on another one for the same year (M3).
    ///
    /// # Errors
    /// On a database failure.
    pub fn rest_on_grant(
        &mut self,
        (jurisdiction, professional): (Id, Id),
        old: Id,
        new: Id,
    ) -> Result<(), StoreError> {
        use declarations as d;
        diesel::update(d::table)
            .filter(d::jurisdiction_id.eq(jurisdiction))
            .filter(d::professional_id.eq(professional))
            .filter(d::makeup_grant_id.eq(old))
            .set((
                d::makeup_grant_id.eq(new),
                d::version.eq(d::version + 1),
                d::updated_at.eq(Moment(self.now())),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// Keeps together what belongs together where something could not move, because the record that stands has the same already: what
    /// has moved rests on the learning that stands, and the reviews and the grant of an item that both have in one application stay
    /// with the shell's item.
    ///
    /// # Errors
    /// On a database failure.
    pub fn keep_together(&mut self, pair: Pair, learning: &[(Id, Id)]) -> Result<(), StoreError> {
        for (copy, standing) in learning {
            diesel::update(roster_lines::table)
                .filter(roster_lines::jurisdiction_id.eq(pair.jurisdiction))
                .filter(roster_lines::professional_id.eq(pair.kept))
                .filter(roster_lines::learning_record_id.eq(copy))
                .set(roster_lines::learning_record_id.eq(standing))
                .execute(self.conn)?;
            diesel::update(appeals::table)
                .filter(appeals::jurisdiction_id.eq(pair.jurisdiction))
                .filter(appeals::professional_id.eq(pair.kept))
                .filter(appeals::learning_record_id.eq(copy))
                .set(appeals::learning_record_id.eq(standing))
                .execute(self.conn)?;
        }
        let items: Vec<Id> = makeup_items::table
            .filter(makeup_items::jurisdiction_id.eq(pair.jurisdiction))
            .filter(makeup_items::professional_id.eq(pair.merged))
            .select(makeup_items::id)
            .load(self.conn)?;
        diesel::update(makeup_reviews::table)
            .filter(makeup_reviews::jurisdiction_id.eq(pair.jurisdiction))
            .filter(makeup_reviews::professional_id.eq(pair.kept))
            .filter(makeup_reviews::item_id.eq_any(items.clone()))
            .set(makeup_reviews::professional_id.eq(pair.merged))
            .execute(self.conn)?;
        diesel::update(makeup_grants::table)
            .filter(makeup_grants::jurisdiction_id.eq(pair.jurisdiction))
            .filter(makeup_grants::professional_id.eq(pair.kept))
            .filter(makeup_grants::item_id.eq_any(items))
            .set(makeup_grants::professional_id.eq(pair.merged))
            .execute(self.conn)?;
        Ok(())
    }

    /// Numbers the certificates of the merged record's year behind those of the one that stands.
    ///
    /// # Errors
    /// On a database failure.
    pub fn renumber_certificates(
        &mut self,
        pair: Pair,
        year: i32,
        behind: i32,
    ) -> Result<(), StoreError> {
        use certificates as c;
        // From the last one on, so that no number is there twice in between.
        let all = self.certificates_of_year(pair.jurisdiction, pair.merged, year)?;
        for certificate in all.iter().rev() {
            let key = (pair.jurisdiction, pair.merged, certificate.id);
            diesel::update(c::table.find(key))
                .set(c::version.eq(certificate.version + behind))
                .execute(self.conn)?;
        }
        Ok(())
    }

    /// Notes that two records became one.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_person_merge(&mut self, merge: &PersonMerge) -> Result<(), StoreError> {
        diesel::insert_into(person_merges::table).values(merge).execute(self.conn)?;
        Ok(())
    }
}
