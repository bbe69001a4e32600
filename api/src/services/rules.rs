//! The rules of a year as they are stored: policy, timetable and working days.

use xueshi_domain::Refusal;
use xueshi_domain::calendar::{Arrangement, Timetable, WorkdayCalendar};
use xueshi_domain::policy::Policy;
use xueshi_persistence::{Id, Reader};

use crate::problem::Problem;

/// What decides about a declaration of a year.
pub struct Rules {
    /// The policy in force.
    pub policy: Policy,
    /// Its version, kept with every decision (V10).
    pub version: i32,
    /// When what may be done, with the freezes of all years.
    pub timetable: Timetable,
}

impl Rules {
    /// The rules in force for a year of a city.
    ///
    /// # Errors
    /// `no-policy` when nothing is published for the year.
    pub fn of(reader: &mut Reader<'_>, jurisdiction: Id, year: i32) -> Result<Self, Problem> {
        let mut own = None;
        let mut others = Vec::new();
        for stored in reader.published_policies(jurisdiction)? {
            let policy = Policy::from_json(&stored.document).map_err(Problem::internal)?;
            if stored.year == year {
                own = Some((policy, stored.version));
            } else {
                others.push(policy);
            }
        }
        let (policy, version) = own.ok_or(Refusal::NoPolicy { year })?;
        let timetable = Timetable::new(&policy, &others);
        Ok(Self { policy, version, timetable })
    }
}

/// The working days of a city, from the arrangements that were loaded (V2).
///
/// # Errors
/// When a stored arrangement does not read back.
pub fn working_days(reader: &mut Reader<'_>, jurisdiction: Id) -> Result<WorkdayCalendar, Problem> {
    let mut calendar = WorkdayCalendar::new([]);
    for stored in reader.arrangements(jurisdiction)? {
        for arrangement in Arrangement::parse_csv(&stored.days).map_err(Problem::internal)? {
            calendar.insert(arrangement);
        }
    }
    Ok(calendar)
}
