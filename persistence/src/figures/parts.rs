//! What each subject counts, for whom and from when to when: the rows behind the figures.

use diesel::prelude::*;
use xueshi_domain::figures::part::hours_count_as;
use xueshi_domain::figures::{Count, Counts, PersonLabel, PersonPart, YearLabel};

use crate::columns::{Id, Moment, Word};
use crate::connection::on_either;
use crate::error::StoreError;
use crate::prepared::Prepared;
use crate::schema::{person_parts, unit_parts};
use crate::store::{Reader, Writer};

/// A part of a person: that they count, where their year stands, or an approved declaration.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = person_parts, treat_none_as_default_value = false)]
pub struct PersonPartRow {
    /// The city.
    pub jurisdiction_id: Id,
    /// The person.
    pub professional_id: Id,
    /// What it is.
    pub kind: Word<PersonPart>,
    /// The person, or the declaration.
    pub subject_id: Id,
    /// The year; 0 for the person as such.
    pub year: i32,
    /// Which version of it this is.
    pub seq: i64,
    /// The unit that it counts for.
    pub unit_id: Id,
    /// Where it stands.
    pub label: String,
    /// 1, or hours in tenths.
    pub amount: i64,
    /// From when on.
    pub valid_from: Moment,
    /// Until when.
    pub valid_to: Option<Moment>,
}

impl PersonPartRow {
    /// What it counts.
    pub fn counts(&self) -> Counts {
        match self.kind.0 {
            PersonPart::Person => {
                self.label.parse().map_or_else(|_| Counts::new(), PersonLabel::counts_as)
            }
            PersonPart::Year => {
                self.label.parse().map_or_else(|_| Counts::new(), YearLabel::counts_as)
            }
            PersonPart::Hours => hours_count_as(&self.label, self.amount),
        }
    }
}

/// A part of a plan, a class, a unit, a report …
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = unit_parts, treat_none_as_default_value = false)]
pub struct UnitPartRow {
    /// The city.
    pub jurisdiction_id: Id,
    /// What it is.
    pub kind: Word<Count>,
    /// Which one.
    pub subject_id: Id,
    /// The year; 0 for what has none.
    pub year: i32,
    /// Which version of it this is.
    pub seq: i64,
    /// The unit that it counts for.
    pub unit_id: Id,
    /// Where it stands.
    pub label: String,
    /// What it counts, as JSON.
    pub amounts: String,
    /// From when on.
    pub valid_from: Moment,
    /// Until when.
    pub valid_to: Option<Moment>,
}

impl UnitPartRow {
    /// What it counts.
    ///
    /// # Errors
    /// When it does not read back.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        serde_json::from_str(&self.amounts).map_err(|error| StoreError::Corrupt(error.to_string()))
    }
}

impl Reader<'_> {
    /// All parts of a person but their declarations', the oldest first.
    pub(super) fn parts_of_person(
        &mut self,
        city: Id,
        person: Id,
    ) -> Result<Vec<PersonPartRow>, StoreError> {
        let kinds = [Word(PersonPart::Person), Word(PersonPart::Year)];
        Ok(on_either!(self.conn, |conn| {
            let parts = person_parts::table
                .filter(person_parts::jurisdiction_id.eq(city))
                .filter(person_parts::professional_id.eq(person))
                .filter(person_parts::kind.eq_any(kinds))
                .order(person_parts::seq.asc())
                .select(PersonPartRow::as_select());
            Prepared(parts).load(conn)?
        }))
    }

    /// The parts of a person's declarations that stand.
    pub(super) fn hours_parts_of(
        &mut self,
        city: Id,
        person: Id,
    ) -> Result<Vec<PersonPartRow>, StoreError> {
        Ok(on_either!(self.conn, |conn| person_parts::table
            .filter(person_parts::jurisdiction_id.eq(city))
            .filter(person_parts::professional_id.eq(person))
            .filter(person_parts::kind.eq(Word(PersonPart::Hours)))
            .filter(person_parts::valid_to.is_null())
            .order(person_parts::seq.asc())
            .select(PersonPartRow::as_select())
            .load(conn)?))
    }

    /// The last part of a declaration.
    pub(super) fn last_hours_part_of(
        &mut self,
        city: Id,
        person: Id,
        declaration: Id,
    ) -> Result<Option<PersonPartRow>, StoreError> {
        Ok(on_either!(self.conn, |conn| person_parts::table
            .filter(person_parts::jurisdiction_id.eq(city))
            .filter(person_parts::professional_id.eq(person))
            .filter(person_parts::kind.eq(Word(PersonPart::Hours)))
            .filter(person_parts::subject_id.eq(declaration))
            .order(person_parts::seq.desc())
            .select(PersonPartRow::as_select())
            .first(conn)
            .optional()?))
    }

    /// The last part of a subject.
    pub(super) fn last_unit_part(
        &mut self,
        city: Id,
        kind: Count,
        subject: Id,
        year: i32,
    ) -> Result<Option<UnitPartRow>, StoreError> {
        Ok(unit_parts::table
            .filter(unit_parts::jurisdiction_id.eq(city))
            .filter(unit_parts::kind.eq(Word(kind)))
            .filter(unit_parts::subject_id.eq(subject))
            .filter(unit_parts::year.eq(year))
            .order(unit_parts::seq.desc())
            .select(UnitPartRow::as_select())
            .first(self.conn)
            .optional()?)
    }
}

impl Writer<'_> {
    pub(super) fn insert_person_part(&mut self, part: &PersonPartRow) -> Result<(), StoreError> {
        on_either!(self.conn, |conn| diesel::insert_into(person_parts::table)
            .values(part)
            .execute(conn))?;
        Ok(())
    }

    pub(super) fn end_person_part(&mut self, part: &PersonPartRow) -> Result<(), StoreError> {
        let key = (
            part.jurisdiction_id,
            part.professional_id,
            part.kind,
            part.subject_id,
            part.year,
            part.seq,
        );
        let ended = person_parts::valid_to.eq(part.valid_to);
        self.conn.run(diesel::update(person_parts::table.find(key)).set(ended))?;
        Ok(())
    }

    pub(super) fn insert_unit_part(&mut self, part: &UnitPartRow) -> Result<(), StoreError> {
        on_either!(self.conn, |conn| diesel::insert_into(unit_parts::table)
            .values(part)
            .execute(conn))?;
        Ok(())
    }

    pub(super) fn end_unit_part(&mut self, part: &UnitPartRow) -> Result<(), StoreError> {
        let key = (part.jurisdiction_id, part.kind, part.subject_id, part.year, part.seq);
        diesel::update(unit_parts::table.find(key))
            .set(unit_parts::valid_to.eq(part.valid_to))
            .execute(self.conn)?;
        Ok(())
    }
}
