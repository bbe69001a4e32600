//! What an actor may see of make-up.

use diesel::prelude::*;

use super::MakeupSight;
use crate::columns::Id;
use crate::schema::{makeup_applications, makeup_grants};
use crate::scope::{Condition, NOBODY, Scope, people_below, units_below};

impl MakeupSight {
    /// Drafts where one applies; what was submitted, where one reads records or reviews first.
    pub(super) fn applications(&self) -> Condition<makeup_applications::table> {
        use makeup_applications as m;
        let city = self.readers.jurisdiction;
        let mut within: Condition<m::table> = Box::new(m::id.eq(NOBODY));
        for pattern in self.applicants.patterns() {
            within = Box::new(within.or(m::employer_id.eq_any(units_below(city, pattern))));
        }
        for pattern in self.readers.patterns() {
            let units = || units_below(city, pattern.clone());
            let theirs =
                m::employer_id.eq_any(units()).or(m::body_id.assume_not_null().eq_any(units()));
            let submitted = m::submitted_at.is_not_null().and(m::body_id.is_not_null());
            within = Box::new(within.or(submitted.and(theirs)));
        }
        let bodies: Vec<Id> = self.bodies.clone();
        let to_them = m::body_id.is_not_null().and(m::body_id.assume_not_null().eq_any(bodies));
        within = Box::new(within.or(m::submitted_at.is_not_null().and(to_them)));
        Box::new(m::jurisdiction_id.eq(city).and(within))
    }
}

impl Scope {
    /// Own grants, and those of the people of the scope's units.
    pub(crate) fn makeup_grants(&self) -> Condition<makeup_grants::table> {
        use makeup_grants as g;
        let mut within: Condition<g::table> = Box::new(g::professional_id.eq(self.own()));
        for pattern in self.patterns() {
            let people = people_below(self.jurisdiction, pattern);
            within = Box::new(within.or(g::professional_id.eq_any(people)));
        }
        Box::new(g::jurisdiction_id.eq(self.jurisdiction).and(within))
    }
}
