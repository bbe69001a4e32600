//! Recomputing what is kept: totals of years against the declarations behind them.

use std::collections::BTreeMap;

use diesel::prelude::*;
use xueshi_domain::hours::Hours;
use xueshi_domain::learning::Subject;
use xueshi_domain::review::State;

use crate::annual_records::AnnualRecord;
use crate::columns::{Id, Tenths, Word};
use crate::error::StoreError;
use crate::schema::{annual_records, declarations};
use crate::store::Reader;

/// A total that does not equal the sum of what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discrepancy {
    /// The person.
    pub professional: Id,
    /// The year.
    pub year: i32,
    /// Which total.
    pub figure: &'static str,
    /// What is stored.
    pub stored: Hours,
    /// What the declarations add up to.
    pub recomputed: Hours,
}

/// Approved, pending and made-up hours of a year: public, professional, each in tenths.
#[derive(Default)]
struct Sums {
    approved: [u32; 2],
    pending: [u32; 2],
    makeup: [u32; 2],
}

impl Reader<'_> {
    /// Recomputes the totals of every year of every person and returns those that differ.
    ///
    /// # Errors
    /// On a database failure.
    pub fn discrepancies(&mut self, jurisdiction: Id) -> Result<Vec<Discrepancy>, StoreError> {
        let mut sums: BTreeMap<(Id, i32), Sums> = BTreeMap::new();
        let rows = declarations::table
            .filter(declarations::jurisdiction_id.eq(jurisdiction))
            .select((
                declarations::professional_id,
                declarations::year,
                declarations::subject,
                declarations::state,
                declarations::hours,
                declarations::makeup_grant_id,
            ))
            .load::<(Id, i32, Word<Subject>, Word<State>, Tenths, Option<Id>)>(self.conn)?;
        for (person, year, subject, state, hours, grant) in rows {
            let sums = sums.entry((person, year)).or_default();
            let subject = match subject.0 {
                Subject::Public => 0,
                Subject::Professional => 1,
            };
            if state.0 == State::Approved {
                sums.approved[subject] += hours.0.tenths();
                if grant.is_some() {
                    sums.makeup[subject] += hours.0.tenths();
                }
            } else if State::PENDING.contains(&state.0) {
                sums.pending[subject] += hours.0.tenths();
            }
        }
        let records = annual_records::table
            .filter(annual_records::jurisdiction_id.eq(jurisdiction))
            .select(AnnualRecord::as_select())
            .load::<AnnualRecord>(self.conn)?;
        let mut found = Vec::new();
        for record in records {
            let key = (record.professional_id, record.year);
            let sums = sums.remove(&key).unwrap_or_default();
            for (figure, stored, recomputed) in [
                ("approved_public", record.approved_public, sums.approved[0]),
                ("approved_professional", record.approved_professional, sums.approved[1]),
                ("pending_public", record.pending_public, sums.pending[0]),
                ("pending_professional", record.pending_professional, sums.pending[1]),
                ("makeup_public", record.makeup_public, sums.makeup[0]),
                ("makeup_professional", record.makeup_professional, sums.makeup[1]),
            ] {
                let recomputed = Hours::from_tenths(recomputed);
                if stored.0 != recomputed {
                    let (professional, year) = key;
                    found.push(Discrepancy {
                        professional,
                        year,
                        figure,
                        stored: stored.0,
                        recomputed,
                    });
                }
            }
        }
        // Hours declared in a year that has no record at all.
        for ((professional, year), sums) in sums {
            for (figure, tenths) in [
                ("approved_public", sums.approved[0]),
                ("approved_professional", sums.approved[1]),
                ("pending_public", sums.pending[0]),
                ("pending_professional", sums.pending[1]),
            ] {
                if tenths > 0 {
                    found.push(Discrepancy {
                        professional,
                        year,
                        figure,
                        stored: Hours::ZERO,
                        recomputed: Hours::from_tenths(tenths),
                    });
                }
            }
        }
        Ok(found)
    }
}
