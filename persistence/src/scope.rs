//! What an actor may see, as a filter that every finder for a person starts from.

use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use xueshi_domain::registry::PlanState;

use crate::columns::{Id, Word};
use crate::connection::AnyBackend;
use crate::merging::merged_records;
use crate::schema::{
    annual_records, appeals, appraisals, declarations, employment_requests, events, exemptions,
    filings, lapses, learning_records, organizations, person_merges, professionals, training_plans,
    transfers, unit_registrations,
};

/// The rows that an actor may see: their own, and those of the units they answer for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The city.
    pub jurisdiction: Id,
    /// The actor's own record as a professional.
    pub own: Option<Id>,
    /// Path prefixes of the subtrees that the actor may read.
    pub subtrees: Vec<String>,
}

pub(crate) type Condition<Table> = Box<dyn BoxableExpression<Table, AnyBackend, SqlType = Bool>>;

/// The ids of the units in one subtree, as a subquery.
#[auto_type]
pub(crate) fn units_below(jurisdiction: Id, pattern: String) -> _ {
    organizations::table
        .filter(organizations::jurisdiction_id.eq(jurisdiction))
        .filter(organizations::path.like(pattern))
        .select(organizations::id)
}

/// The ids of the people who work in one subtree, as a subquery.
#[auto_type]
pub(crate) fn people_below(jurisdiction: Id, pattern: String) -> _ {
    professionals::table
        .inner_join(
            organizations::table.on(organizations::jurisdiction_id
                .eq(professionals::jurisdiction_id)
                .and(professionals::employer_id.eq(organizations::id.nullable()))),
        )
        .filter(organizations::jurisdiction_id.eq(jurisdiction))
        .filter(organizations::path.like(pattern))
        .select(professionals::professional_id)
}

/// The records that were merged into those of the people who work in one subtree, as a subquery.
#[auto_type]
fn merged_into_people(jurisdiction: Id, pattern: String) -> _ {
    let people: people_below = people_below(jurisdiction, pattern);
    person_merges::table
        .filter(person_merges::jurisdiction_id.eq(jurisdiction))
        .filter(person_merges::professional_id.eq_any(people))
        .select(person_merges::merged_id)
}

impl Scope {
    /// Whether a unit's path lies in the scope.
    pub fn covers(&self, path: &str) -> bool {
        self.subtrees.iter().any(|prefix| path.starts_with(prefix))
    }

    pub(crate) fn own(&self) -> Id {
        self.own.unwrap_or(NOBODY)
    }

    /// The scope's subtrees as LIKE patterns. Paths hold only hexadecimal digits, `-` and `/`.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = String> {
        self.subtrees.iter().map(|prefix| format!("{prefix}%"))
    }

    /// The units of the scope's subtrees.
    pub(crate) fn organizations(&self) -> Condition<organizations::table> {
        use organizations as o;
        let mut within: Condition<o::table> = Box::new(o::id.eq(NOBODY));
        for pattern in self.patterns() {
            within = Box::new(within.or(o::path.like(pattern)));
        }
        Box::new(o::jurisdiction_id.eq(self.jurisdiction).and(within))
    }

    /// What happened to oneself, under whichever record (U4), and in the units of the scope.
    pub(crate) fn events(&self) -> Condition<events::table> {
        use events as e;
        let person = || e::person_id.assume_not_null();
        let merged = merged_records(self.jurisdiction, self.own());
        let oneself = person().eq(self.own()).or(person().eq_any(merged));
        let mut within: Condition<e::table> = Box::new(e::person_id.is_not_null().and(oneself));
        for pattern in self.patterns() {
            let units = || units_below(self.jurisdiction, pattern.clone());
            let theirs = e::unit_id.assume_not_null().eq_any(units());
            let above = e::authority_id.assume_not_null().eq_any(units());
            within = Box::new(
                within
                    .or(e::unit_id.is_not_null().and(theirs))
                    .or(e::authority_id.is_not_null().and(above)),
            );
        }
        Box::new(e::jurisdiction_id.eq(self.jurisdiction).and(within))
    }

    /// Own declarations in any state; other people's once they have been submitted.
    pub(crate) fn declarations(&self) -> Condition<declarations::table> {
        use declarations as d;
        let mut within: Condition<d::table> = Box::new(d::professional_id.eq(self.own()));
        for pattern in self.patterns() {
            let units = || units_below(self.jurisdiction, pattern.clone());
            let theirs = d::employer_id.eq_any(units()).or(d::authority_id.eq_any(units()));
            // U2: history follows the person to those whom they work for now.
            let people = people_below(self.jurisdiction, pattern.clone());
            let theirs = theirs.or(d::professional_id.eq_any(people));
            within = Box::new(within.or(d::submitted_at.is_not_null().and(theirs)));
        }
        Box::new(d::jurisdiction_id.eq(self.jurisdiction).and(within))
    }

    /// Declarations that wait for a unit of the scope's subtrees.
    pub(crate) fn held(&self) -> Condition<declarations::table> {
        use declarations as d;
        let mut within: Condition<d::table> = Box::new(d::professional_id.eq(NOBODY));
        for pattern in self.patterns() {
            let units = units_below(self.jurisdiction, pattern);
            within = Box::new(within.or(d::holder_id.assume_not_null().eq_any(units)));
        }
        let waiting = d::holder_id.is_not_null();
        Box::new(d::jurisdiction_id.eq(self.jurisdiction).and(waiting.and(within)))
    }

    /// The filings of the scope's units.
    pub(crate) fn filings(&self) -> Condition<filings::table> {
        use filings as f;
        let mut within: Condition<f::table> = Box::new(f::organization_id.eq(NOBODY));
        for pattern in self.patterns() {
            let units = units_below(self.jurisdiction, pattern);
            within = Box::new(within.or(f::organization_id.eq_any(units)));
        }
        Box::new(f::jurisdiction_id.eq(self.jurisdiction).and(within))
    }

    /// The approved plans of the city, and all plans of the scope's units.
    pub(crate) fn training_plans(&self) -> Condition<training_plans::table> {
        use training_plans as p;
        let mut within: Condition<p::table> = Box::new(p::state.eq(Word(PlanState::Approved)));
        for pattern in self.patterns() {
            let units = units_below(self.jurisdiction, pattern);
            within = Box::new(within.or(p::organization_id.eq_any(units)));
        }
        Box::new(p::jurisdiction_id.eq(self.jurisdiction).and(within))
    }

    /// Own learning records, and those of the people of the scope's units.
    pub(crate) fn learning_records(&self) -> Condition<learning_records::table> {
        use learning_records as l;
        let mut within: Condition<l::table> = Box::new(l::professional_id.eq(self.own()));
        for pattern in self.patterns() {
            let people = people_below(self.jurisdiction, pattern);
            within = Box::new(within.or(l::professional_id.eq_any(people)));
        }
        Box::new(l::jurisdiction_id.eq(self.jurisdiction).and(within))
    }

    /// Own transfers, and those from or to the scope's units (U2).
    pub(crate) fn transfers(&self) -> Condition<transfers::table> {
        use transfers as t;
        let mut within: Condition<t::table> = Box::new(t::professional_id.eq(self.own()));
        for pattern in self.patterns() {
            let units = || units_below(self.jurisdiction, pattern.clone());
            let theirs = t::from_id.eq_any(units()).or(t::to_id.eq_any(units()));
            within = Box::new(within.or(theirs));
        }
        Box::new(t::jurisdiction_id.eq(self.jurisdiction).and(within))
    }

    /// An account's own requests to join, and those to the scope's units (U0).
    pub(crate) fn employment_requests(&self, account: Id) -> Condition<employment_requests::table> {
        use employment_requests as e;
        let mut within: Condition<e::table> = Box::new(e::account_id.eq(account));
        for pattern in self.patterns() {
            let units = units_below(self.jurisdiction, pattern);
            within = Box::new(within.or(e::organization_id.eq_any(units)));
        }
        Box::new(e::jurisdiction_id.eq(self.jurisdiction).and(within))
    }

    /// The registration of an account's own unit, and those that name a body of the scope (U0).
    pub(crate) fn unit_registrations(&self, account: Id) -> Condition<unit_registrations::table> {
        use unit_registrations as u;
        let mut within: Condition<u::table> = Box::new(u::account_id.eq(account));
        for pattern in self.patterns() {
            let units = units_below(self.jurisdiction, pattern);
            within = Box::new(within.or(u::body_id.eq_any(units)));
        }
        Box::new(u::jurisdiction_id.eq(self.jurisdiction).and(within))
    }

    /// Oneself, and the people of the scope's units.
    pub(crate) fn professionals(&self) -> Condition<professionals::table> {
        use professionals as p;
        let mut within: Condition<p::table> = Box::new(p::professional_id.eq(self.own()));
        for pattern in self.patterns() {
            let units = units_below(self.jurisdiction, pattern);
            let theirs = p::employer_id.assume_not_null().eq_any(units);
            within = Box::new(within.or(p::employer_id.is_not_null().and(theirs)));
        }
        Box::new(p::jurisdiction_id.eq(self.jurisdiction).and(within))
    }

    /// Own years, and those of the people of the scope's units.
    pub(crate) fn annual_records(&self) -> Condition<annual_records::table> {
        use annual_records as a;
        let mut within: Condition<a::table> = Box::new(a::professional_id.eq(self.own()));
        for pattern in self.patterns() {
            let units = || units_below(self.jurisdiction, pattern.clone());
            let theirs = a::employer_id.eq_any(units()).or(a::authority_id.eq_any(units()));
            // U2: history follows the person to those whom they work for now.
            let people = people_below(self.jurisdiction, pattern.clone());
            within = Box::new(within.or(theirs).or(a::professional_id.eq_any(people)));
        }
        Box::new(a::jurisdiction_id.eq(self.jurisdiction).and(within))
    }

    /// Own exemptions, and those of the people of the scope's units (A5).
    pub(crate) fn exemptions(&self) -> Condition<exemptions::table> {
        use exemptions as e;
        let mut within: Condition<e::table> = Box::new(e::professional_id.eq(self.own()));
        for pattern in self.patterns() {
            let units = || units_below(self.jurisdiction, pattern.clone());
            let theirs = e::employer_id.eq_any(units()).or(e::authority_id.eq_any(units()));
            // U2: history follows the person to those whom they work for now.
            let people = people_below(self.jurisdiction, pattern.clone());
            within = Box::new(within.or(theirs).or(e::professional_id.eq_any(people)));
        }
        Box::new(e::jurisdiction_id.eq(self.jurisdiction).and(within))
    }

    /// Own appeals, those of the people of the scope's units, and those that a unit of the scope decides (V8).
    pub(crate) fn appeals(&self) -> Condition<appeals::table> {
        use appeals as a;
        let mut within: Condition<a::table> = Box::new(a::professional_id.eq(self.own()));
        for pattern in self.patterns() {
            let units = || units_below(self.jurisdiction, pattern.clone());
            let theirs = a::employer_id.eq_any(units()).or(a::authority_id.eq_any(units()));
            within = Box::new(within.or(theirs.or(a::decider_id.eq_any(units()))));
        }
        Box::new(a::jurisdiction_id.eq(self.jurisdiction).and(within))
    }
}

impl Scope {
    /// Own lapses, and those of the declarations that went through the scope's units or were held by them.
    pub(crate) fn lapses(&self) -> Condition<lapses::table> {
        use lapses as l;
        let mut within: Condition<l::table> = Box::new(l::professional_id.eq(self.own()));
        for pattern in self.patterns() {
            let units = || units_below(self.jurisdiction, pattern.clone());
            let theirs = l::employer_id.eq_any(units()).or(l::unit_id.eq_any(units()));
            within = Box::new(within.or(theirs));
        }
        Box::new(l::jurisdiction_id.eq(self.jurisdiction).and(within))
    }

    /// Own sealed years, under whichever record (U4), those of the people of the scope's units when the freeze began, and those of
    /// the people who work there now.
    pub(crate) fn appraisals(&self) -> Condition<appraisals::table> {
        use appraisals as a;
        let merged = merged_records(self.jurisdiction, self.own());
        let oneself = a::professional_id.eq(self.own()).or(a::professional_id.eq_any(merged));
        let mut within: Condition<a::table> = Box::new(oneself);
        for pattern in self.patterns() {
            let units = || units_below(self.jurisdiction, pattern.clone());
            let theirs = a::employer_id.eq_any(units()).or(a::authority_id.eq_any(units()));
            // U2: history follows the person to those whom they work for now.
            let people = || people_below(self.jurisdiction, pattern.clone());
            let merged = merged_into_people(self.jurisdiction, pattern.clone());
            let present = a::professional_id.eq_any(people()).or(a::professional_id.eq_any(merged));
            within = Box::new(within.or(theirs).or(present));
        }
        Box::new(a::jurisdiction_id.eq(self.jurisdiction).and(within))
    }
}

/// An id that no row has: version 7 ids are never nil.
pub(crate) const NOBODY: Id = Id(uuid::Uuid::nil());
