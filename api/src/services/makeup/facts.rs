//! What the rules want to know about the items of an application, and what they say of them (M1, M3).

use std::collections::BTreeMap;

use serde_json::{Value, json};
use xueshi_domain::Refusal;
use xueshi_domain::instant::china_date;
use xueshi_domain::ledger::{Breakdown, YearTotals};
use xueshi_domain::makeup::{GrantState, ItemFacts, check_item};
use xueshi_domain::people::employment_of_day;
use xueshi_domain::policy::{MakeupTerms, Policy};
use xueshi_persistence::{Employment, Id, Professional, Reader};

use crate::problem::refusal_text::text;
use crate::problem::{Code, Problem};
use crate::services::rules::Rules;
use crate::services::year::{measured_by, totals};

/// Judges items of one application; the policies of prior years are read once each.
pub(super) struct Judge {
    city: Id,
    employer: Id,
    application: Option<Id>,
    terms: MakeupTerms,
    policies: BTreeMap<i32, Option<Rules>>,
    /// What was looked at of each item, in the order of judging (V7).
    seen: Vec<Value>,
}

impl Judge {
    /// Of the items of an employer's application, by the terms of the year in which is applied.
    pub(super) fn new(
        (city, employer): (Id, Id),
        application: Option<Id>,
        terms: MakeupTerms,
    ) -> Self {
        Self { city, employer, application, terms, policies: BTreeMap::new(), seen: Vec::new() }
    }

    /// Whether a person may make up a year now, and what of it is missing.
    ///
    /// # Errors
    /// On a database failure; what the rules refuse is the inner result.
    pub(super) fn judge(
        &mut self,
        reader: &mut Reader<'_>,
        person: &Professional,
        year: i32,
    ) -> Result<Result<Breakdown, Refusal>, Problem> {
        let today = china_date(reader.now());
        let id = person.professional_id;
        let record = reader.annual_record(self.city, id, year)?;
        // Only of the employer that applies: someone who has gone elsewhere is not its to apply for.
        let mut jobs = reader.employments(self.city, id)?;
        jobs.retain(|job| job.organization_id == self.employer);
        let job = employment_of_day(jobs, Employment::days, today);
        let grants = reader.makeup_grants_of_year(self.city, id, year)?;
        let standing = grants.iter().find(|grant| match grant.state.0 {
            GrantState::Granted | GrantState::Used => true,
            GrantState::Expired => false,
        });
        let key = (self.city, id);
        // What waits at an employer that the person has left can only be refused (M1): it is in nobody's way.
        let years = (year, today.year());
        let pending =
            reader.pending_makeup_application(key, self.employer, years, self.application)?;
        let facts = ItemFacts {
            year,
            today,
            terms: self.terms,
            employment: job.map(|job| job.days()),
            post: person.post.0,
            totals: record.as_ref().map_or_else(YearTotals::default, totals),
            state: record.as_ref().map(|record| record.state.0),
            standing_grant: standing.map(|grant| grant.id.0),
            pending_application: pending.map(|id| id.0),
        };
        let city = self.city;
        let rules = match self.policies.entry(year) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(published(reader, city, year)?)
            }
        };
        // W3: a settled year lacks what its own version asks for, not what a later one would.
        let policy = match (rules, &record) {
            (None, _) => None,
            (Some(rules), None) => Some((rules.version, rules.policy.clone())),
            (Some(rules), Some(record)) => {
                let measured = measured_by(reader, record)?;
                let (version, floors) = measured
                    .map_or((rules.version, rules.policy.floors), |(version, policy)| {
                        (version, policy.floors)
                    });
                Some((version, Policy { floors, ..rules.policy.clone() }))
            }
        };
        let approved: Breakdown = facts.totals.approved.into();
        self.seen.push(json!({
            "prior_year": year, "prior_policy_version": policy.as_ref().map(|(version, _)| version),
            "floors": policy.as_ref().map(|(_, policy)| Breakdown::from(policy.floors)),
            "approved": approved, "year_state": facts.state,
            "earliest_year": facts.terms.earliest_year,
        }));
        Ok(check_item(&facts, policy.as_ref().map(|(_, policy)| policy)))
    }

    /// What was looked at of each item, without whom it is about (V7).
    pub(super) fn seen(self) -> Vec<Value> {
        self.seen
    }
}

/// The rules of a year, if it has a published policy.
fn published(reader: &mut Reader<'_>, city: Id, year: i32) -> Result<Option<Rules>, Problem> {
    match Rules::of(reader, city, year) {
        Ok(rules) => Ok(Some(rules)),
        Err(problem) if problem.code() == Code::NoPolicy => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// One problem that names every item that was refused, by its place; its code is that of the first.
///
/// # Errors
/// That problem, when anything was refused.
pub(super) fn all_fine(refused: Vec<(usize, Refusal)>) -> Result<(), Problem> {
    let mut refused = refused.into_iter();
    let Some((place, first)) = refused.next() else { return Ok(()) };
    let named = |place: usize, refusal: &Refusal| {
        format!("/items/{place}{}", refusal.field().unwrap_or("/professional_id"))
    };
    let pointer = named(place, &first);
    let (code, detail) = (first.code(), text(&first));
    let problem = match first.field() {
        Some(field) => Problem::from(first).moved(field, &pointer),
        None => Problem::from(first).at(pointer, code, detail),
    };
    Err(refused.fold(problem, |problem, (place, refusal)| {
        problem.at(named(place, &refusal), refusal.code(), text(&refusal))
    }))
}
