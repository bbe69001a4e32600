//! What the policies and arrangements of a city say, parsed once for as long as they stay the same.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use diesel::prelude::*;
use xueshi_domain::calendar::{Arrangement, WorkdayCalendar};
use xueshi_domain::policy::Policy;

use crate::columns::Id;
use crate::connection::on_either;
use crate::error::StoreError;
use crate::figures::Years;
use crate::schema::rule_stamps;
use crate::store::Reader;

/// The policies in force of a city, and its working days.
#[derive(Debug)]
pub struct CityRules {
    policies: BTreeMap<i32, (Policy, i32)>,
    calendar: Arc<WorkdayCalendar>,
    years: Years,
}

impl CityRules {
    /// The policy in force for a year, and its version.
    #[must_use]
    pub fn policy(&self, year: i32) -> Option<&(Policy, i32)> {
        self.policies.get(&year)
    }

    /// All policies in force, by year.
    pub fn policies(&self) -> impl Iterator<Item = (i32, &Policy)> {
        self.policies.iter().map(|(year, (policy, _))| (*year, policy))
    }

    /// The working days, by the arrangements that were loaded (V2).
    #[must_use]
    pub fn calendar(&self) -> Arc<WorkdayCalendar> {
        Arc::clone(&self.calendar)
    }

    /// What they say about figures.
    pub(crate) fn years(&self) -> &Years {
        &self.years
    }
}

/// The rules of cities by their stamps, which triggers set anew with every change of a policy or an arrangement.
#[derive(Debug, Default)]
pub(crate) struct RulesKept(RwLock<HashMap<Id, (String, Arc<CityRules>)>>);

impl RulesKept {
    fn get(&self, city: Id, stamp: &str) -> Option<Arc<CityRules>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        kept.get(&city).filter(|(of, _)| of == stamp).map(|(_, rules)| Arc::clone(rules))
    }

    fn put(&self, city: Id, stamp: String, rules: Arc<CityRules>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(city, (stamp, rules));
    }
}

impl Reader<'_> {
    /// The rules of a city, as they are in this transaction.
    ///
    /// # Errors
    /// On a database failure, and when what is stored does not read back.
    pub fn city_rules(&mut self, city: Id) -> Result<Arc<CityRules>, StoreError> {
        if let Some((of, rules)) = &self.rules
            && *of == city
        {
            return Ok(Arc::clone(rules));
        }
        let stamp = rule_stamps::table.find(city).select(rule_stamps::stamp);
        let stamp: Option<String> = on_either!(self.conn, |conn| stamp.first(conn).optional()?);
        let kept = stamp.as_deref().and_then(|stamp| self.rules_kept.get(city, stamp));
        let rules = match kept {
            Some(rules) => rules,
            None => {
                let rules = Arc::new(self.parse_rules(city)?);
                if let Some(stamp) = stamp {
                    self.rules_kept.put(city, stamp, Arc::clone(&rules));
                }
                rules
            }
        };
        self.rules = Some((city, Arc::clone(&rules)));
        Ok(rules)
    }

    /// The stamp of a city's rules was read with something else: whoever asks for them next need not ask for it. Rules that this
    /// transaction has decided by already stay.
    pub(crate) fn rules_are(&mut self, city: Id, stamp: &str) {
        if self.rules.as_ref().is_some_and(|(of, _)| *of == city) {
            return;
        }
        if let Some(rules) = self.rules_kept.get(city, stamp) {
            self.rules = Some((city, rules));
        }
    }

    fn parse_rules(&mut self, city: Id) -> Result<CityRules, StoreError> {
        let unfit = |error: &dyn std::fmt::Display| StoreError::Corrupt(error.to_string());
        let mut policies = BTreeMap::new();
        for stored in self.published_policies(city)? {
            let policy = Policy::from_json(&stored.document).map_err(|error| unfit(&error))?;
            policies.insert(stored.year, (policy, stored.version));
        }
        let mut calendar = WorkdayCalendar::new([]);
        for stored in self.arrangements(city)? {
            let days = Arrangement::parse_csv(&stored.days).map_err(|error| unfit(&error))?;
            days.into_iter().for_each(|arrangement| calendar.insert(arrangement));
        }
        let years = Years::of(policies.iter().map(|(year, (policy, _))| (*year, policy)));
        Ok(CityRules { policies, calendar: Arc::new(calendar), years })
    }
}
