//! What records say of themselves when they are stored: the facts that figures follow.

use xueshi_domain::figures::visit::{Leave, Stay};
use xueshi_domain::figures::{Count, Counts, PersonLabel, YearLabel};
use xueshi_domain::learning::{Subject, Way};
use xueshi_domain::registry::Standing;
use xueshi_domain::review::State;

use crate::annual_records::AnnualRecord;
use crate::columns::Id;
use crate::declarations::Declaration;
use crate::organizations::Organization;
use crate::people::Professional;
use crate::stage_visits::StageVisit;

/// A change that figures follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fact {
    /// Where a person works, and whether they count (U3, U4b).
    Person {
        /// The person.
        person: Id,
        /// The employer, or the last one.
        unit: Option<Id>,
        /// Whether they count.
        label: PersonLabel,
    },
    /// A person's record became part of another one: it counts nothing any more (U4).
    Gone {
        /// The person.
        person: Id,
    },
    /// Where a person's year stands.
    Year {
        /// The person.
        person: Id,
        /// The year.
        year: i32,
        /// Where it stands.
        label: YearLabel,
    },
    /// A declaration came to be approved, or ceased to be.
    Hours {
        /// The person.
        person: Id,
        /// The declaration.
        declaration: Id,
        /// The year.
        year: i32,
        /// Public or professional.
        subject: Subject,
        /// How they were earned.
        way: Way,
        /// Hours in tenths; none when it is not approved.
        tenths: i64,
        /// Whether they were registered under a make-up grant.
        makeup: bool,
    },
    /// A declaration came to a stage, left it, or got another due day.
    Visit {
        /// The year.
        year: i32,
        /// The unit that held it.
        unit: Id,
        /// What was noted before.
        before: Option<Stay>,
        /// What is noted now.
        after: Stay,
    },
    /// A unit was added, moved, disabled or enabled.
    Place {
        /// The unit.
        unit: Id,
        /// The unit above it.
        parent: Option<Id>,
        /// Its place.
        path: String,
        /// Whether it is in use.
        active: bool,
    },
    /// A unit got an administrator (1) or lost one (−1) (U1).
    Office {
        /// The unit.
        unit: Id,
        /// How many more.
        change: i64,
    },
    /// A plan, class, filing, report … counts this much now.
    Part {
        /// What it is.
        kind: Count,
        /// Which one.
        subject: Id,
        /// The year.
        year: i32,
        /// The unit that it counts for.
        unit: Id,
        /// Where it stands.
        label: String,
        /// What it counts.
        amounts: Counts,
    },
    /// A class was added, changed or cancelled, or its roster came in (P3, P4).
    Class {
        /// The class.
        class: Id,
        /// The year.
        year: i32,
        /// Who holds it.
        unit: Id,
        /// Where it stands.
        label: String,
        /// Whether it takes place.
        takes_place: bool,
        /// How many are on its roster, if that is what came in.
        attendees: Option<i64>,
        /// The plan that it stands on, and the plan's year.
        plan: Option<(Id, i32)>,
    },
}

impl Fact {
    /// What a person's record says.
    pub(crate) fn person(person: &Professional) -> Self {
        Self::Person {
            person: person.professional_id,
            unit: person.employer_id,
            label: PersonLabel::of(person.state.0, person.post.0, person.employer_id.is_some()),
        }
    }

    /// What a year says.
    pub(crate) fn year(record: &AnnualRecord) -> Self {
        Self::Year { person: record.professional_id, year: record.year, label: year_label(record) }
    }

    /// What a declaration says.
    pub(crate) fn hours(declaration: &Declaration) -> Self {
        let approved = declaration.state.0 == State::Approved;
        Self::Hours {
            person: declaration.professional_id,
            declaration: declaration.id,
            year: declaration.year,
            subject: declaration.subject.0,
            way: declaration.way.0,
            tenths: if approved { i64::from(declaration.hours.0.tenths()) } else { 0 },
            makeup: declaration.makeup_grant_id.is_some(),
        }
    }

    /// What a stay says, and what it said before.
    pub(crate) fn visit(visit: &StageVisit, before: Option<&StageVisit>) -> Self {
        Self::Visit {
            year: visit.year,
            unit: visit.unit_id,
            before: before.map(stay),
            after: stay(visit),
        }
    }

    /// What a unit's record says.
    pub(crate) fn place(unit: &Organization) -> Self {
        Self::Place {
            unit: unit.id,
            parent: unit.parent_id,
            path: unit.path.clone(),
            active: unit.state.0 == Standing::Active,
        }
    }
}

/// Where a stored year stands for the figures.
pub(crate) fn year_label(record: &AnnualRecord) -> YearLabel {
    let made_up = !record.makeup_public.0.is_zero() || !record.makeup_professional.0.is_zero();
    YearLabel::of(record.state.0, record.outcome.map(|outcome| outcome.0), made_up)
}

/// The facts of a stored stay.
pub(crate) fn stay(visit: &StageVisit) -> Stay {
    let left = match (visit.left_at, visit.ending) {
        (Some(at), Some(ending)) => Some(Leave {
            at: at.0,
            ending: ending.0,
            working_days: u32::try_from(visit.working_days.unwrap_or(0)).unwrap_or(0),
        }),
        (Some(_) | None, _) => None,
    };
    Stay {
        stage: visit.stage.0,
        entered: visit.entered_at.0,
        late_from: visit.late_from.map(|from| from.0),
        left,
    }
}
