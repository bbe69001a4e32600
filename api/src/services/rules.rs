//! The rules of a year as they are stored: policy, timetable and working days.

use std::sync::Arc;

use xueshi_domain::Refusal;
use xueshi_domain::calendar::{Timetable, WorkdayCalendar};
use xueshi_domain::policy::{Policy, Window};
use xueshi_persistence::{Declaration, Id, MakeupGrant, Reader};

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
        let rules = reader.city_rules(jurisdiction)?;
        let (policy, version) = rules.policy(year).cloned().ok_or(Refusal::NoPolicy { year })?;
        let timetable = Timetable::new(&policy, rules.policies().map(|(_, policy)| policy));
        Ok(Self { policy, version, timetable })
    }

    /// The rules for a declaration: those of its year, or under a make-up grant those of [`Rules::under_grant`].
    ///
    /// # Errors
    /// `no-policy` when nothing is published for the year.
    pub fn for_declaration(
        reader: &mut Reader<'_>,
        declaration: &Declaration,
    ) -> Result<Self, Problem> {
        let d = declaration;
        match d.makeup_grant_id {
            None => Self::of(reader, d.jurisdiction_id, d.year),
            Some(grant) => {
                let grant =
                    super::makeup::grant_of(reader, d.jurisdiction_id, d.professional_id, grant)?;
                Self::under_grant(reader, &grant)
            }
        }
    }

    /// The rules for hours of a prior year under a grant (M3, M4): the floors, caps and version of the prior year's policy;
    /// the time from the grant until its registration closes in place of the windows; and the review terms of the year in
    /// which was granted, which say how long a review may take then.
    ///
    /// # Errors
    /// `no-policy` when nothing is published for one of the two years.
    pub fn under_grant(reader: &mut Reader<'_>, grant: &MakeupGrant) -> Result<Self, Problem> {
        let prior = Self::of(reader, grant.jurisdiction_id, grant.year)?;
        let present = Self::of(reader, grant.jurisdiction_id, grant.granted_in)?;
        let registration = Window { opens: grant.granted_at.0, closes: grant.register_until.0 };
        Ok(Self {
            policy: Policy { review: present.policy.review, ..prior.policy },
            version: prior.version,
            timetable: present.timetable.under_grant(registration),
        })
    }
}

/// The working days of a city, from the arrangements that were loaded (V2).
///
/// # Errors
/// When a stored arrangement does not read back.
pub fn working_days(
    reader: &mut Reader<'_>,
    jurisdiction: Id,
) -> Result<Arc<WorkdayCalendar>, Problem> {
    Ok(reader.city_rules(jurisdiction)?.calendar())
}
