//! Who did what, to whom, when, from where: events as auditors read them, all types of them.

use std::collections::BTreeSet;

use diesel::prelude::*;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;
use xueshi_domain::access::Role;
use xueshi_domain::event::EventType;

use crate::columns::{Id, Moment, Word};
use crate::connection::AnyBackend;
use crate::error::StoreError;
use crate::events::Event;
use crate::identity::Grant;
use crate::page::{Page, Slice};
use crate::schema::{accounts, clients, events, grants, organizations};
use crate::scope::{Condition, Scope};
use crate::store::{Purpose, Reader};

/// Types that are each searched by themselves. An index has the events of one type in the order of ids; those of several would have
/// to be sorted, of however many events.
const APART: usize = 16;

/// Units of an office below the city's that are each searched by themselves, for the same reason. Those of an office over more are
/// searched together, which goes through what happened in the city until a page is full.
const UNITS_APART: usize = 200;

/// To where events are counted.
const COUNTED: i64 = 10_000;

/// How far the instant in an id may be from the one at which its event happened: an id is drawn while a transaction goes on, and a
/// clock may have been put right.
const LEEWAY: Duration = Duration::DAY;

/// What an auditor may see of the events of a city.
#[derive(Debug, Clone)]
pub enum AuditSight {
    /// All of them, also those that concern no unit.
    City(Id),
    /// Those that concern the units of a scope.
    Within(Scope),
}

impl AuditSight {
    fn city(&self) -> Id {
        match self {
            Self::City(city) => *city,
            Self::Within(scope) => scope.jurisdiction,
        }
    }

    fn events(&self) -> Condition<events::table> {
        match self {
            Self::City(city) => Box::new(events::jurisdiction_id.eq(*city)),
            Self::Within(scope) => scope.events(),
        }
    }
}

/// Which events an auditor asks for.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Only what this account or client did.
    pub actor: Option<Id>,
    /// Only what happened to this resource; of a person, also to records that were merged into theirs (U4).
    pub subject: Option<Id>,
    /// Only about this person, under their own record or one that was merged into it (U4).
    pub person: Option<Id>,
    /// Only about this very unit or the people of it.
    pub unit: Option<Id>,
    /// Only what concerns this very body above the unit.
    pub authority: Option<Id>,
    /// Only of these types; of all types where none are named.
    pub kinds: Option<BTreeSet<EventType>>,
    /// Only about this year.
    pub year: Option<i32>,
    /// Only what this request did.
    pub request: Option<String>,
    /// Only what happened at this instant or later.
    pub from: Option<Moment>,
    /// Only what happened before this instant.
    pub to: Option<Moment>,
}

impl AuditFilter {
    /// Whether there is an id to search by: an index has what happened to it, or what it did.
    fn is_by_id(&self) -> bool {
        let ids = [self.actor, self.subject, self.person, self.unit, self.authority];
        self.request.is_some() || ids.iter().any(Option::is_some)
    }
}

/// Who did something.
#[derive(Debug, Clone)]
pub struct AuditActor {
    /// The account or client.
    pub id: Id,
    /// The name that it logs in with.
    pub username: String,
    /// What to call it.
    pub name: String,
    /// Whether it is a program.
    pub is_client: bool,
    /// The offices that it has held, also those that have ended.
    pub offices: Vec<Grant>,
}

/// Events that an index has in the order of their ids.
#[derive(Debug, Clone, Copy)]
enum Part {
    /// All of them.
    Whole,
    /// Those of one type.
    OfKind(EventType),
    /// Those about one unit of the sight.
    OfUnit(Id),
    /// Those that concern one unit of the sight as the body above.
    OfAuthority(Id),
}

/// A filter with what had to be looked up for it.
struct Search<'a> {
    sight: &'a AuditSight,
    filter: &'a AuditFilter,
    subjects: Option<Vec<Id>>,
    people: Option<Vec<Id>>,
    /// The units of the sight, where they are searched apart.
    units: Option<Vec<Id>>,
    /// The ids between which everything lies that happened from one instant to another.
    between: (Option<Id>, Option<Id>),
}

impl Search<'_> {
    /// The events of a part that are searched for.
    fn events(&self, part: Part) -> events::BoxedQuery<'static, AnyBackend> {
        let filter = self.filter;
        let query: events::BoxedQuery<'static, AnyBackend> = events::table.into_boxed();
        let of_city = events::jurisdiction_id.eq(self.sight.city());
        let mut query = match part {
            Part::Whole | Part::OfKind(_) => query.filter(self.sight.events()),
            Part::OfUnit(unit) => query.filter(of_city).filter(events::unit_id.eq(unit)),
            Part::OfAuthority(body) => query.filter(of_city).filter(events::authority_id.eq(body)),
        };
        if let Some(actor) = filter.actor {
            query = query.filter(events::account_id.eq(actor));
        }
        if let Some(subjects) = &self.subjects {
            query = query.filter(events::subject_id.eq_any(subjects.clone()));
        }
        if let Some(people) = &self.people {
            query = query.filter(events::person_id.eq_any(people.clone()));
        }
        if let Some(unit) = filter.unit {
            query = query.filter(events::unit_id.eq(unit));
        }
        if let Some(authority) = filter.authority {
            query = query.filter(events::authority_id.eq(authority));
        }
        query = match (part, &filter.kinds) {
            (Part::OfKind(kind), _) => query.filter(events::kind.eq(Word(kind))),
            (Part::Whole | Part::OfUnit(_) | Part::OfAuthority(_), Some(kinds)) => {
                let kinds: Vec<_> = kinds.iter().copied().map(Word).collect();
                query.filter(events::kind.eq_any(kinds))
            }
            (Part::Whole | Part::OfUnit(_) | Part::OfAuthority(_), None) => query,
        };
        if let Some(year) = filter.year {
            query = query.filter(events::year.eq(year));
        }
        if let Some(request) = &filter.request {
            query = query.filter(events::request_id.eq(request.clone()));
        }
        if let Some(from) = filter.from {
            query = query.filter(events::occurred_at.ge(from));
        }
        if let Some(to) = filter.to {
            query = query.filter(events::occurred_at.lt(to));
        }
        let (first, end) = self.between;
        if let Some(first) = first {
            query = query.filter(events::id.ge(first));
        }
        if let Some(end) = end {
            query = query.filter(events::id.lt(end));
        }
        query
    }

    /// What is searched apart. Of some events two parts may know.
    fn parts(&self) -> Vec<Part> {
        if let Some(units) = &self.units {
            let both = |unit: &Id| [Part::OfUnit(*unit), Part::OfAuthority(*unit)];
            return units.iter().flat_map(both).collect();
        }
        match &self.filter.kinds {
            Some(kinds) if !self.filter.is_by_id() && kinds.len() <= APART => {
                kinds.iter().copied().map(Part::OfKind).collect()
            }
            Some(_) | None => vec![Part::Whole],
        }
    }
}

/// The least id that can be drawn at an instant.
fn least_id(at: OffsetDateTime) -> Id {
    let seconds = u64::try_from(at.unix_timestamp()).unwrap_or(0);
    Id(Uuid::from_u128((u128::from(seconds) * 1_000) << 80))
}

impl Reader<'_> {
    fn search<'a>(
        &mut self,
        sight: &'a AuditSight,
        filter: &'a AuditFilter,
    ) -> Result<Search<'a>, StoreError> {
        // What was told is never rewritten: it goes on bearing the id of the record that it happened to.
        let subjects = self.also_merged(sight.city(), filter.subject)?;
        let people = self.also_merged(sight.city(), filter.person)?;
        // Ids are in the order of time, so that a time is a part of any index. Not in a sandbox: its clock is set at will, and its past
        // is written afterwards.
        let in_order = self.purpose()? != Some(Purpose::Sandbox);
        let first = filter.from.filter(|_| in_order);
        let first = first.map(|from| least_id(from.0.saturating_sub(LEEWAY)));
        let end = filter.to.filter(|_| in_order);
        let end = end.map(|to| least_id(to.0.saturating_add(LEEWAY)));
        let units = match sight {
            AuditSight::Within(scope) if !filter.is_by_id() => self.few_units(scope)?,
            AuditSight::Within(_) | AuditSight::City(_) => None,
        };
        Ok(Search { sight, filter, subjects, people, units, between: (first, end) })
    }

    /// The units of a scope, unless there are too many to search each.
    fn few_units(&mut self, scope: &Scope) -> Result<Option<Vec<Id>>, StoreError> {
        let most = i64::try_from(UNITS_APART).unwrap_or(i64::MAX);
        let units: Vec<Id> = organizations::table
            .filter(scope.organizations())
            .select(organizations::id)
            .limit(most.saturating_add(1))
            .load(self.conn)?;
        Ok(Some(units).filter(|units| units.len() <= UNITS_APART))
    }

    /// How many events are found, counted no further than [`COUNTED`].
    fn counted(&mut self, search: &Search<'_>) -> Result<i64, StoreError> {
        let mut found = BTreeSet::new();
        let most = usize::try_from(COUNTED).unwrap_or(usize::MAX);
        for part in search.parts() {
            let ids: Vec<Id> =
                search.events(part).select(events::id).limit(COUNTED).load(self.conn)?;
            found.extend(ids);
            if found.len() >= most {
                return Ok(COUNTED);
            }
        }
        Ok(i64::try_from(found.len()).unwrap_or(COUNTED))
    }

    /// The events that an auditor may see, in the order of their ids, which is that in which they happened. They are counted to 10,000:
    /// that number means so many or more.
    ///
    /// # Errors
    /// On a database failure.
    pub fn audit_events(
        &mut self,
        sight: &AuditSight,
        filter: &AuditFilter,
        page: Page<Id>,
    ) -> Result<Slice<Event>, StoreError> {
        let search = self.search(sight, filter)?;
        let total = match page.count {
            true => Some(self.counted(&search)?),
            false => None,
        };
        let most = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let mut rows: Vec<Event> = Vec::new();
        for part in search.parts() {
            let mut query = search.events(part);
            if let Some(after) = page.after {
                query = match page.descending {
                    true => query.filter(events::id.lt(after)),
                    false => query.filter(events::id.gt(after)),
                };
            }
            // What lies behind a page that is full already is not wanted.
            if let Some(last) = rows.last().filter(|_| rows.len() >= most) {
                query = match page.descending {
                    true => query.filter(events::id.gt(last.id)),
                    false => query.filter(events::id.lt(last.id)),
                };
            }
            query = match page.descending {
                true => query.order(events::id.desc()),
                false => query.order(events::id.asc()),
            };
            let found: Vec<Event> =
                query.select(Event::as_select()).limit(page.limit).load(self.conn)?;
            rows.extend(found);
            rows.sort_by_key(|event| event.id);
            rows.dedup_by_key(|event| event.id);
            if page.descending {
                rows.reverse();
            }
            rows.truncate(most);
        }
        Ok(Slice { rows, total })
    }

    /// An event that an auditor may see.
    ///
    /// # Errors
    /// On a database failure.
    pub fn audit_event(&mut self, sight: &AuditSight, id: Id) -> Result<Option<Event>, StoreError> {
        Ok(events::table
            .filter(sight.events())
            .filter(events::id.eq(id))
            .select(Event::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// Who some accounts and clients are, with the offices that they have held.
    ///
    /// # Errors
    /// On a database failure.
    pub fn audit_actors(&mut self, ids: &[Id]) -> Result<Vec<AuditActor>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let people: Vec<(Id, String, String)> = accounts::table
            .filter(accounts::id.eq_any(ids.to_vec()))
            .select((accounts::id, accounts::username, accounts::display_name))
            .load(self.conn)?;
        let machines: Vec<(Id, String, String)> = clients::table
            .filter(clients::id.eq_any(ids.to_vec()))
            .select((clients::id, clients::client_id, clients::name))
            .load(self.conn)?;
        let held: Vec<Grant> = grants::table
            .filter(grants::account_id.eq_any(ids.to_vec()))
            .filter(grants::role.ne(Word(Role::Professional)))
            .order((grants::granted_at.asc(), grants::id.asc()))
            .select(Grant::as_select())
            .load(self.conn)?;
        let of = |id: Id| held.iter().filter(|grant| grant.account_id == id).cloned().collect();
        let people = people.into_iter().map(|(id, username, name)| AuditActor {
            id,
            username,
            name,
            is_client: false,
            offices: of(id),
        });
        let machines = machines.into_iter().map(|(id, username, name)| AuditActor {
            id,
            username,
            name,
            is_client: true,
            offices: Vec::new(),
        });
        Ok(people.chain(machines).collect())
    }
}
