//! Grants: the right of one person to register hours of one prior year (M3).

use diesel::prelude::*;
use xueshi_domain::makeup::GrantState;

use crate::columns::{Id, Moment, Word};
use crate::connection::{AnyBackend, on_either};
use crate::declarations::Saved;
use crate::error::StoreError;
use crate::figures::fact::Fact;
use crate::page::{Page, Slice};
use crate::schema::makeup_grants;
use crate::scope::Scope;
use crate::store::{Reader, Writer};

/// The right of one person to register hours of one prior year.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = makeup_grants, treat_none_as_default_value = false)]
pub struct MakeupGrant {
    /// The city.
    pub jurisdiction_id: Id,
    /// The person.
    pub professional_id: Id,
    /// Its id.
    pub id: Id,
    /// The prior year.
    pub year: i32,
    /// The application that it was granted on.
    pub application_id: Id,
    /// The item that it was granted on.
    pub item_id: Id,
    /// The employer that applied.
    pub employer_id: Id,
    /// Whether it is exceptional (M6).
    pub exceptional: bool,
    /// Where it stands.
    pub state: Word<GrantState>,
    /// When it was granted: from that day on study counts.
    pub granted_at: Moment,
    /// The first instant at which study no longer counts.
    pub study_until: Moment,
    /// The first instant at which nothing is registered or reviewed any more.
    pub register_until: Moment,
    /// The year in which it was granted.
    pub granted_in: i32,
    /// The version of that year's policy (V10).
    pub policy_version: i32,
    /// When it was used or expired.
    pub ended_at: Option<Moment>,
    /// Grows with every change.
    pub version: i32,
}

/// Which grants a list shows.
#[derive(Debug, Clone, Default)]
pub struct MakeupGrantFilter {
    /// Only for this prior year.
    pub year: Option<i32>,
    /// Only in this state.
    pub state: Option<GrantState>,
    /// Only of this person.
    pub professional: Option<Id>,
    /// Only on the application of this employer.
    pub employer: Option<Id>,
    /// Only exceptional, or only ordinary ones (M6).
    pub exceptional: Option<bool>,
}

impl Reader<'_> {
    /// A grant, if the scope covers it: one's own, or of the people of the scope's units.
    ///
    /// # Errors
    /// On a database failure.
    pub fn visible_makeup_grant(
        &mut self,
        scope: &Scope,
        id: Id,
    ) -> Result<Option<MakeupGrant>, StoreError> {
        Ok(makeup_grants::table
            .filter(makeup_grants::id.eq(id))
            .filter(scope.makeup_grants())
            .select(MakeupGrant::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The grants of a scope, in the order in which they were given.
    ///
    /// # Errors
    /// On a database failure.
    pub fn makeup_grants(
        &mut self,
        scope: &Scope,
        filter: &MakeupGrantFilter,
        page: Page<Id>,
    ) -> Result<Slice<MakeupGrant>, StoreError> {
        use makeup_grants as g;
        let matching = || -> g::BoxedQuery<'static, AnyBackend> {
            let mut query = g::table.into_boxed().filter(scope.makeup_grants());
            if let Some(year) = filter.year {
                query = query.filter(g::year.eq(year));
            }
            if let Some(state) = filter.state {
                query = query.filter(g::state.eq(Word(state)));
            }
            if let Some(professional) = filter.professional {
                query = query.filter(g::professional_id.eq(professional));
            }
            if let Some(employer) = filter.employer {
                query = query.filter(g::employer_id.eq(employer));
            }
            if let Some(exceptional) = filter.exceptional {
                query = query.filter(g::exceptional.eq(exceptional));
            }
            query
        };
        let total = match page.count {
            true => Some(matching().count().get_result(self.conn)?),
            false => None,
        };
        let mut query = matching();
        if let Some(after) = page.after {
            query = match page.descending {
                true => query.filter(g::id.lt(after)),
                false => query.filter(g::id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(g::id.desc()),
            false => query.order(g::id.asc()),
        };
        let rows = query.select(MakeupGrant::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }

    /// A grant of a person, whoever asks.
    ///
    /// # Errors
    /// On a database failure.
    pub fn makeup_grant(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        id: Id,
    ) -> Result<Option<MakeupGrant>, StoreError> {
        Ok(makeup_grants::table
            .find((jurisdiction, professional, id))
            .select(MakeupGrant::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// A person's grants for a prior year, latest first; at most one of them is not expired.
    ///
    /// # Errors
    /// On a database failure.
    pub fn makeup_grants_of_year(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        year: i32,
    ) -> Result<Vec<MakeupGrant>, StoreError> {
        Ok(on_either!(self.conn, |conn| makeup_grants::table
            .filter(makeup_grants::jurisdiction_id.eq(jurisdiction))
            .filter(makeup_grants::professional_id.eq(professional))
            .filter(makeup_grants::year.eq(year))
            .order(makeup_grants::id.desc())
            .select(MakeupGrant::as_select())
            .load(conn)?))
    }

    /// Grants that are open although their registration has closed.
    ///
    /// # Errors
    /// On a database failure.
    pub fn makeup_grants_that_ended(
        &mut self,
        jurisdiction: Id,
        most: i64,
    ) -> Result<Vec<MakeupGrant>, StoreError> {
        Ok(makeup_grants::table
            .filter(makeup_grants::jurisdiction_id.eq(jurisdiction))
            .filter(makeup_grants::state.eq(Word(GrantState::Granted)))
            .filter(makeup_grants::register_until.le(Moment(self.now())))
            .order(makeup_grants::register_until.asc())
            .limit(most)
            .select(MakeupGrant::as_select())
            .load(self.conn)?)
    }
}

impl Writer<'_> {
    /// Adds a grant.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when one stands for the same person and year (M3).
    pub fn insert_makeup_grant(&mut self, grant: &MakeupGrant) -> Result<(), StoreError> {
        diesel::insert_into(makeup_grants::table).values(grant).execute(self.conn)?;
        // M6: what is exceptional is listed apart.
        if !grant.exceptional {
            return Ok(());
        }
        self.note(grant.jurisdiction_id, grant.granted_at, &Fact::exceptional(grant))
    }

    /// Moves a grant to a state, if nobody else has moved it since it was read. An end is noted with its time.
    ///
    /// # Errors
    /// On a database failure.
    pub fn move_makeup_grant(
        &mut self,
        grant: &mut MakeupGrant,
        state: GrantState,
    ) -> Result<Saved, StoreError> {
        let ended_at = match state {
            GrantState::Granted => None,
            GrantState::Used | GrantState::Expired => Some(Moment(self.now())),
        };
        let key = (grant.jurisdiction_id, grant.professional_id, grant.id);
        let updated = diesel::update(
            makeup_grants::table
                .find(key)
                .filter(makeup_grants::state.eq(grant.state))
                .filter(makeup_grants::version.eq(grant.version)),
        )
        .set((
            makeup_grants::state.eq(Word(state)),
            makeup_grants::ended_at.eq(ended_at),
            makeup_grants::version.eq(grant.version + 1),
        ))
        .execute(self.conn)?;
        grant.state = Word(state);
        grant.ended_at = ended_at;
        grant.version += 1;
        Ok(if updated == 1 { Saved::Yes } else { Saved::Overtaken })
    }
}
