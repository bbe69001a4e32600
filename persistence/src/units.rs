//! Units as they change: what rests on them, who is missing, and moves in the tree (U1, "Who").

use diesel::prelude::*;
use xueshi_domain::registry::{OrganizationKind, PersonState, Standing};
use xueshi_domain::units::{InUse, needed_office};

use crate::columns::{Id, Moment, Word};
use crate::connection::AnyBackend;
use crate::error::StoreError;
use crate::figures::fact::Fact;
use crate::identity::{Account, Grant};
use crate::organizations::Organization;
use crate::schema::{accounts, declarations, grants, organizations, professionals};
use crate::store::{Reader, Writer};

type Condition =
    Box<dyn BoxableExpression<organizations::table, AnyBackend, SqlType = diesel::sql_types::Bool>>;

/// Units in use that nobody acts for: of a kind without anyone in the office that it needs who can log in (U1).
pub(crate) fn without_administrator() -> Condition {
    use organizations as o;
    let mut missing: Condition = Box::new(o::path.eq(""));
    for kind in OrganizationKind::ALL {
        let holders = grants::table
            .inner_join(accounts::table.on(accounts::id.eq(grants::account_id)))
            .filter(grants::ended_at.is_null())
            .filter(grants::role.eq(Word(needed_office(*kind))))
            .filter(accounts::state.eq(Word(Standing::Active)))
            .select(grants::organization_id);
        let of_kind = o::kind.eq(Word(*kind)).and(o::id.ne_all(holders));
        missing = Box::new(missing.or(of_kind));
    }
    Box::new(o::state.eq(Word(Standing::Active)).and(missing))
}

impl Reader<'_> {
    /// The unit with this unit code.
    ///
    /// # Errors
    /// On a database failure.
    pub fn organization_by_code(
        &mut self,
        jurisdiction: Id,
        unit_code: &str,
    ) -> Result<Option<Organization>, StoreError> {
        Ok(organizations::table
            .filter(organizations::jurisdiction_id.eq(jurisdiction))
            .filter(organizations::unit_code.eq(unit_code))
            .select(Organization::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// What still rests on a unit.
    ///
    /// # Errors
    /// On a database failure.
    pub fn unit_in_use(&mut self, unit: &Organization) -> Result<InUse, StoreError> {
        use declarations as d;
        use organizations as o;
        use professionals as p;
        let (city, id) = (unit.jurisdiction_id, unit.id);
        let in_use = || {
            o::table
                .filter(o::jurisdiction_id.eq(city))
                .filter(o::state.eq(Word(Standing::Active)))
                .filter(o::id.ne(id))
        };
        let people = p::table
            .filter(p::jurisdiction_id.eq(city))
            .filter(p::employer_id.eq(id))
            .filter(p::state.eq(Word(PersonState::Active)));
        let waiting = d::table.filter(d::jurisdiction_id.eq(city)).filter(d::holder_id.eq(id));
        Ok(InUse {
            people: people.count().get_result(self.conn)?,
            units: in_use().filter(o::parent_id.eq(id)).count().get_result(self.conn)?,
            reviewed_units: in_use()
                .filter(o::reviewing_body_id.eq(id))
                .count()
                .get_result(self.conn)?,
            waiting: waiting.count().get_result(self.conn)?,
        })
    }

    /// The units of a subtree, itself first, whoever asks.
    ///
    /// # Errors
    /// On a database failure.
    pub fn subtree(&mut self, unit: &Organization) -> Result<Vec<Organization>, StoreError> {
        Ok(organizations::table
            .filter(organizations::jurisdiction_id.eq(unit.jurisdiction_id))
            .filter(organizations::path.like(format!("{}%", unit.path)))
            .order(organizations::path.asc())
            .select(Organization::as_select())
            .load(self.conn)?)
    }

    /// Whether nobody acts for a unit (U1).
    ///
    /// # Errors
    /// On a database failure.
    pub fn lacks_administrator(&mut self, unit: &Organization) -> Result<bool, StoreError> {
        let found = organizations::table
            .find((unit.jurisdiction_id, unit.id))
            .filter(without_administrator())
            .select(organizations::id);
        Ok(found.first::<Id>(self.conn).optional()?.is_some())
    }

    /// The offices that stand at one unit and belong to the account of a person.
    ///
    /// # Errors
    /// On a database failure.
    pub fn offices_of_person(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        unit: Id,
    ) -> Result<Vec<(Grant, Account)>, StoreError> {
        Ok(grants::table
            .inner_join(accounts::table.on(accounts::id.eq(grants::account_id)))
            .filter(grants::jurisdiction_id.eq(jurisdiction))
            .filter(grants::organization_id.eq(unit))
            .filter(grants::ended_at.is_null())
            .filter(accounts::professional_id.eq(professional))
            .select((Grant::as_select(), Account::as_select()))
            .load(self.conn)?)
    }
}

impl Writer<'_> {
    /// Puts a unit into its place in the tree, if nobody else has changed it since it was read.
    ///
    /// # Errors
    /// On a database failure.
    pub fn place_organization(&mut self, unit: &mut Organization) -> Result<bool, StoreError> {
        let now = Moment(self.now());
        let row = organizations::table.find((unit.jurisdiction_id, unit.id));
        let updated = diesel::update(row.filter(organizations::version.eq(unit.version)))
            .set((
                organizations::parent_id.eq(unit.parent_id),
                organizations::path.eq(&unit.path),
                organizations::reviewing_body_id.eq(unit.reviewing_body_id),
                organizations::version.eq(unit.version + 1),
                organizations::updated_at.eq(now),
            ))
            .execute(self.conn)?;
        unit.version += 1;
        unit.updated_at = now;
        if updated == 1 {
            self.note(unit.jurisdiction_id, now, &Fact::place(unit))?;
        }
        Ok(updated == 1)
    }
}
