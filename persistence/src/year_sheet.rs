//! What one row each says of a person's year, asked for at once: the most frequent question of all.

use diesel::prelude::*;
use xueshi_domain::sync::Resource;

use crate::annual_records::AnnualRecord;
use crate::columns::{Id, Moment, Word};
use crate::connection::on_either;
use crate::error::StoreError;
use crate::inbound::{Acknowledgement, ReportedYear};
use crate::people::Professional;
use crate::schema::{
    annual_records, professionals, reported_years, rule_stamps, settlements, sync_acknowledgements,
};
use crate::store::Reader;

/// A person, and what there is of one of their years.
#[derive(Debug, Clone)]
pub struct YearSheet {
    /// The person.
    pub person: Professional,
    /// Their year; `None` while nothing was declared in it.
    pub record: Option<AnnualRecord>,
    /// When the year's settlement began, and the version of the policy by which it measures; `None` while nobody has asked for it.
    pub settled: Option<(Moment, i32)>,
    /// The year as another system knows it.
    pub reported: Option<ReportedYear>,
    /// What another system made of the record.
    pub acknowledgement: Option<Acknowledgement>,
}

impl Reader<'_> {
    /// The sheet of a person's year, whoever asks; `None` when there is no such person.
    ///
    /// # Errors
    /// On a database failure.
    pub fn year_sheet(
        &mut self,
        city: Id,
        person: Id,
        year: i32,
    ) -> Result<Option<YearSheet>, StoreError> {
        use sync_acknowledgements as answers;
        type Row = (
            Professional,
            Option<AnnualRecord>,
            Option<(Moment, i32)>,
            Option<ReportedYear>,
            Option<Acknowledgement>,
            Option<String>,
        );
        let of_record = AnnualRecord::followed_as(person, year);
        let row: Option<Row> = on_either!(self.conn, |conn| professionals::table
            .left_join(
                annual_records::table.on(annual_records::jurisdiction_id
                    .eq(professionals::jurisdiction_id)
                    .and(annual_records::professional_id.eq(professionals::professional_id))
                    .and(annual_records::year.eq(year))),
            )
            .left_join(
                settlements::table.on(settlements::jurisdiction_id
                    .eq(professionals::jurisdiction_id)
                    .and(settlements::year.eq(year))),
            )
            .left_join(
                reported_years::table.on(reported_years::jurisdiction_id
                    .eq(professionals::jurisdiction_id)
                    .and(reported_years::professional_id.eq(professionals::professional_id))
                    .and(reported_years::year.eq(year))),
            )
            .left_join(
                answers::table.on(answers::jurisdiction_id
                    .eq(professionals::jurisdiction_id)
                    .and(answers::kind.eq(Word(Resource::AnnualRecord)))
                    .and(answers::record_id.eq(of_record))),
            )
            .left_join(
                rule_stamps::table
                    .on(rule_stamps::jurisdiction_id.eq(professionals::jurisdiction_id)),
            )
            .filter(professionals::jurisdiction_id.eq(city))
            .filter(professionals::professional_id.eq(person))
            .select((
                Professional::as_select(),
                Option::<AnnualRecord>::as_select(),
                (settlements::started_at, settlements::policy_version).nullable(),
                Option::<ReportedYear>::as_select(),
                Option::<Acknowledgement>::as_select(),
                rule_stamps::stamp.nullable(),
            ))
            .first(conn)
            .optional()?);
        let Some((person, record, settled, reported, acknowledgement, stamp)) = row else {
            return Ok(None);
        };
        if let Some(stamp) = stamp {
            self.rules_are(city, &stamp);
        }
        Ok(Some(YearSheet { person, record, settled, reported, acknowledgement }))
    }
}
