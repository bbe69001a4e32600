//! Applications for make-up (M1, M2).

use diesel::prelude::*;
use xueshi_domain::makeup::ApplicationState;

use crate::columns::{Id, Moment, Word};
use crate::connection::AnyBackend;
use crate::declarations::Saved;
use crate::error::StoreError;
use crate::page::{Page, Slice};
use crate::schema::makeup_applications;
use crate::scope::Scope;
use crate::store::{Reader, Writer};

/// An employer's application for make-up.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = makeup_applications, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct MakeupApplication {
    /// The city.
    pub jurisdiction_id: Id,
    /// Its id.
    pub id: Id,
    /// The employer that applies.
    pub employer_id: Id,
    /// The year in which is applied: its windows and deadlines hold.
    pub year: i32,
    /// Whether it is outside of the ordinary windows, for a special reason (M6).
    pub exceptional: bool,
    /// The reason.
    pub reason: Option<String>,
    /// Where it stands.
    pub state: Word<ApplicationState>,
    /// 1, and one more with every submission after a return.
    pub revision: i32,
    /// Who reviews first, from the submission on (M2).
    pub body_id: Option<Id>,
    /// The account that wrote it, and from the submission on the one that submitted it.
    pub applied_by: Id,
    /// When it was last submitted.
    pub submitted_at: Option<Moment>,
    /// The version of the year's policy that it was last judged by (V10).
    pub policy_version: i32,
    /// Grows with every change.
    pub version: i32,
    /// When it was begun.
    pub created_at: Moment,
    /// When it was last changed.
    pub updated_at: Moment,
}

/// Which applications a list shows.
#[derive(Debug, Clone, Default)]
pub struct MakeupApplicationFilter {
    /// Only of this year of application.
    pub year: Option<i32>,
    /// Only in one of these states.
    pub states: Vec<ApplicationState>,
    /// Only of this employer.
    pub employer: Option<Id>,
    /// Only reviewed first by this body.
    pub body: Option<Id>,
    /// Only exceptional, or only ordinary ones (M6).
    pub exceptional: Option<bool>,
}

/// What an actor may see of make-up applications, by the rights that they look with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakeupSight {
    /// Where they apply: all, drafts too.
    pub applicants: Scope,
    /// Where they read records: what was submitted by units, or to bodies, of these subtrees.
    pub readers: Scope,
    /// The bodies that they review for: what was submitted to these very units.
    pub bodies: Vec<Id>,
}

impl Reader<'_> {
    /// An application, if the actor may see it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn visible_makeup_application(
        &mut self,
        sight: &MakeupSight,
        id: Id,
    ) -> Result<Option<MakeupApplication>, StoreError> {
        Ok(makeup_applications::table
            .filter(makeup_applications::id.eq(id))
            .filter(sight.applications())
            .select(MakeupApplication::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The applications of an employer that wait for their first review, oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn makeup_applications_in_body_review(
        &mut self,
        jurisdiction: Id,
        employer: Id,
    ) -> Result<Vec<MakeupApplication>, StoreError> {
        use makeup_applications as m;
        Ok(m::table
            .filter(m::jurisdiction_id.eq(jurisdiction))
            .filter(m::employer_id.eq(employer))
            .filter(m::state.eq(Word(ApplicationState::BodyReview)))
            .order(m::id.asc())
            .select(MakeupApplication::as_select())
            .load(self.conn)?)
    }

    /// The applications that the actor may see, in the order in which they were begun.
    ///
    /// # Errors
    /// On a database failure.
    pub fn makeup_applications(
        &mut self,
        sight: &MakeupSight,
        filter: &MakeupApplicationFilter,
        page: Page<Id>,
    ) -> Result<Slice<MakeupApplication>, StoreError> {
        use makeup_applications as m;
        let matching = || -> m::BoxedQuery<'static, AnyBackend> {
            let mut query = m::table.into_boxed().filter(sight.applications());
            if let Some(year) = filter.year {
                query = query.filter(m::year.eq(year));
            }
            if !filter.states.is_empty() {
                let states: Vec<_> = filter.states.iter().copied().map(Word).collect();
                query = query.filter(m::state.eq_any(states));
            }
            if let Some(employer) = filter.employer {
                query = query.filter(m::employer_id.eq(employer));
            }
            if let Some(body) = filter.body {
                query = query.filter(m::body_id.eq(body));
            }
            if let Some(exceptional) = filter.exceptional {
                query = query.filter(m::exceptional.eq(exceptional));
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
                true => query.filter(m::id.lt(after)),
                false => query.filter(m::id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(m::id.desc()),
            false => query.order(m::id.asc()),
        };
        let rows =
            query.select(MakeupApplication::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }
}

impl Writer<'_> {
    /// Adds an application.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_makeup_application(
        &mut self,
        application: &MakeupApplication,
    ) -> Result<(), StoreError> {
        diesel::insert_into(makeup_applications::table).values(application).execute(self.conn)?;
        Ok(())
    }

    /// Stores a changed application, if it is still in the state and version that it was read in. Its version grows.
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_makeup_application(
        &mut self,
        was: ApplicationState,
        application: &mut MakeupApplication,
    ) -> Result<Saved, StoreError> {
        let before = application.version;
        application.version += 1;
        application.updated_at = Moment(self.now());
        let updated = diesel::update(
            makeup_applications::table
                .find((application.jurisdiction_id, application.id))
                .filter(makeup_applications::state.eq(Word(was)))
                .filter(makeup_applications::version.eq(before)),
        )
        .set(&*application)
        .execute(self.conn)?;
        Ok(if updated == 1 { Saved::Yes } else { Saved::Overtaken })
    }
}
