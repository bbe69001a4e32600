//! What a follower of the feed may see: all of a city, or a scope.

use diesel::prelude::*;
use xueshi_domain::registry::{PlanState, PolicyState};

use crate::columns::{Id, Word};
use crate::events::for_auditors;
use crate::schema::{
    annual_records, certificates, classes, declarations, events, exemptions, filings,
    learning_records, makeup_grants, organizations, policies, professionals, training_plans,
};
use crate::scope::{Condition, Scope, people_below};

/// What a follower of the feed may see.
#[derive(Debug, Clone)]
pub enum Sight {
    /// All of a city, but nobody's drafts: the provincial platform.
    City(Id),
    /// What a scope covers.
    Within(Scope),
}

/// Tables that have a condition for scopes, and no drafts.
macro_rules! seen {
    ($($table:ident)*) => { $(
        pub(crate) fn $table(&self) -> Condition<$table::table> {
            match self {
                Self::City(city) => Box::new($table::jurisdiction_id.eq(*city)),
                Self::Within(scope) => scope.$table(),
            }
        }
    )* };
}

impl Sight {
    /// The city.
    #[must_use]
    pub fn city(&self) -> Id {
        match self {
            Self::City(city) => *city,
            Self::Within(scope) => scope.jurisdiction,
        }
    }

    seen!(
        annual_records professionals organizations learning_records exemptions makeup_grants filings
    );

    /// What happened, but for what is told to auditors only.
    pub(crate) fn events(&self) -> Condition<events::table> {
        let open = events::kind.ne_all(for_auditors());
        match self {
            Self::City(city) => Box::new(events::jurisdiction_id.eq(*city).and(open)),
            Self::Within(scope) => Box::new(scope.events().and(open)),
        }
    }

    /// Declarations that were submitted once (ADR 0007), and those of the scope.
    pub(crate) fn declarations(&self) -> Condition<declarations::table> {
        use declarations as d;
        match self {
            Self::City(city) => {
                Box::new(d::jurisdiction_id.eq(*city).and(d::submitted_at.is_not_null()))
            }
            Self::Within(scope) => scope.declarations(),
        }
    }

    /// Plans that were handed in, and those of the scope.
    pub(crate) fn training_plans(&self) -> Condition<training_plans::table> {
        use training_plans as p;
        match self {
            Self::City(city) => {
                Box::new(p::jurisdiction_id.eq(*city).and(p::state.ne(Word(PlanState::Draft))))
            }
            Self::Within(scope) => scope.training_plans(),
        }
    }

    /// Classes are for everyone in the city.
    pub(crate) fn classes(&self) -> Condition<classes::table> {
        Box::new(classes::jurisdiction_id.eq(self.city()))
    }

    /// The policies in force are for everyone.
    pub(crate) fn policies(&self) -> Condition<policies::table> {
        let in_force = policies::state.eq(Word(PolicyState::Published));
        Box::new(policies::jurisdiction_id.eq(self.city()).and(in_force))
    }

    /// Certificates of the people of the scope.
    pub(crate) fn certificates(&self) -> Condition<certificates::table> {
        use certificates as c;
        match self {
            Self::City(city) => Box::new(c::jurisdiction_id.eq(*city)),
            Self::Within(scope) => {
                let mut within: Condition<c::table> = Box::new(c::professional_id.eq(scope.own()));
                for pattern in scope.patterns() {
                    let people = people_below(scope.jurisdiction, pattern);
                    within = Box::new(within.or(c::professional_id.eq_any(people)));
                }
                Box::new(c::jurisdiction_id.eq(scope.jurisdiction).and(within))
            }
        }
    }
}
