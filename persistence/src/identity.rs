//! Accounts, what they may do, and their sessions.

use diesel::prelude::*;
use time::OffsetDateTime;
use xueshi_domain::access::Role;
use xueshi_domain::units::needed_office;

use crate::columns::{Id, Moment, Word};
use crate::connection::on_either;
use crate::error::StoreError;
use crate::figures::fact::Fact;
use crate::schema::{accounts, grants, login_failures, organizations, sessions};
use crate::store::{Reader, Writer};
use xueshi_domain::registry::Standing;

/// Someone who logs in with a password.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = accounts, treat_none_as_default_value = false)]
pub struct Account {
    /// Its id.
    pub id: Id,
    /// The city.
    pub jurisdiction_id: Id,
    /// The name to log in with.
    pub username: String,
    /// Argon2id, as a PHC string.
    pub password_hash: String,
    /// What to call its owner.
    pub display_name: String,
    /// The professional that the owner is, if so.
    pub professional_id: Option<Id>,
    /// Whether it may log in.
    pub state: Word<Standing>,
    /// Grows with every change.
    pub version: i32,
    /// When it was made.
    pub created_at: Moment,
    /// When it was last changed.
    pub updated_at: Moment,
}

/// A role on the subtree of a unit.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = grants, treat_none_as_default_value = false)]
pub struct Grant {
    /// Its id.
    pub id: Id,
    /// The city.
    pub jurisdiction_id: Id,
    /// Who holds it.
    pub account_id: Id,
    /// The role.
    pub role: Word<Role>,
    /// The unit at the top of the subtree.
    pub organization_id: Id,
    /// Since when.
    pub granted_at: Moment,
    /// By whom.
    pub granted_by: Option<Id>,
    /// Until when, once it has ended.
    pub ended_at: Option<Moment>,
    /// Who ended it.
    pub ended_by: Option<Id>,
}

/// A login on one device, with its rotating refresh token.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub struct Session {
    /// Its id.
    pub id: Id,
    /// Whose it is.
    pub account_id: Id,
    /// SHA-256 of the present refresh token.
    pub refresh_hash: Vec<u8>,
    /// How often it was refreshed; an older generation coming back means theft.
    pub generation: i32,
    /// When it began.
    pub created_at: Moment,
    /// When the refresh token runs out.
    pub expires_at: Moment,
    /// When it was ended.
    pub ended_at: Option<Moment>,
    /// Why it was ended.
    pub end_reason: Option<String>,
}

/// Who a session belongs to and what they may do at this moment.
#[derive(Debug, Clone)]
pub struct SessionIdentity {
    /// The session.
    pub session: Session,
    /// Its account.
    pub account: Account,
    /// The account's present grants, each with the path of its unit.
    pub grants: Vec<(Grant, String)>,
}

impl Reader<'_> {
    /// The account with this name.
    ///
    /// # Errors
    /// On a database failure.
    pub fn account_by_username(&mut self, username: &str) -> Result<Option<Account>, StoreError> {
        Ok(accounts::table
            .filter(accounts::username.eq(username))
            .select(Account::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The account with this id.
    ///
    /// # Errors
    /// On a database failure.
    pub fn account(&mut self, id: Id) -> Result<Option<Account>, StoreError> {
        Ok(accounts::table.find(id).select(Account::as_select()).first(self.conn).optional()?)
    }

    /// The session, its account and the grants that stand now.
    ///
    /// # Errors
    /// On a database failure.
    pub fn session_identity(&mut self, session: Id) -> Result<Option<SessionIdentity>, StoreError> {
        // One question, so that all of it is of one moment; a row for each grant.
        type Row = (Session, Account, Option<Grant>, Option<String>);
        let rows: Vec<Row> = on_either!(self.conn, |conn| {
            let rows = sessions::table
                .inner_join(accounts::table.on(accounts::id.eq(sessions::account_id)))
                .left_join(
                    grants::table
                        .on(grants::account_id.eq(accounts::id).and(grants::ended_at.is_null())),
                )
                .left_join(
                    organizations::table.on(organizations::jurisdiction_id
                        .nullable()
                        .eq(grants::jurisdiction_id.nullable())
                        .and(organizations::id.nullable().eq(grants::organization_id.nullable()))),
                )
                .filter(sessions::id.eq(session))
                .order(grants::granted_at.asc())
                .select((
                    Session::as_select(),
                    Account::as_select(),
                    Option::<Grant>::as_select(),
                    organizations::path.nullable(),
                ));
            rows.load(conn)?
        });
        let mut identity: Option<SessionIdentity> = None;
        for (session, account, grant, path) in rows {
            let identity = identity.get_or_insert_with(|| SessionIdentity {
                session,
                account,
                grants: Vec::new(),
            });
            identity.grants.extend(grant.zip(path));
        }
        Ok(identity)
    }

    /// The grants of an account that stand now, each with the path of its unit.
    ///
    /// # Errors
    /// On a database failure.
    pub fn grants_of(&mut self, account: Id) -> Result<Vec<(Grant, String)>, StoreError> {
        Ok(grants::table
            .inner_join(
                organizations::table.on(organizations::jurisdiction_id
                    .eq(grants::jurisdiction_id)
                    .and(organizations::id.eq(grants::organization_id))),
            )
            .filter(grants::account_id.eq(account))
            .filter(grants::ended_at.is_null())
            .order(grants::granted_at.asc())
            .select((Grant::as_select(), organizations::path))
            .load(self.conn)?)
    }

    /// The grants of an account that stood at some time from one instant to another, each with the path that its unit has now.
    ///
    /// # Errors
    /// On a database failure.
    pub fn grants_between(
        &mut self,
        account: Id,
        from: Moment,
        to: Moment,
    ) -> Result<Vec<(Grant, String)>, StoreError> {
        Ok(grants::table
            .inner_join(
                organizations::table.on(organizations::jurisdiction_id
                    .eq(grants::jurisdiction_id)
                    .and(organizations::id.eq(grants::organization_id))),
            )
            .filter(grants::account_id.eq(account))
            .filter(grants::granted_at.le(to))
            .filter(grants::ended_at.is_null().or(grants::ended_at.ge(from)))
            .select((Grant::as_select(), organizations::path))
            .load(self.conn)?)
    }

    /// Those who act for a unit now, with their grants.
    ///
    /// # Errors
    /// On a database failure.
    pub fn administrators_of(
        &mut self,
        jurisdiction: Id,
        organization: Id,
    ) -> Result<Vec<(Grant, Account)>, StoreError> {
        Ok(grants::table
            .inner_join(accounts::table.on(accounts::id.eq(grants::account_id)))
            .filter(grants::jurisdiction_id.eq(jurisdiction))
            .filter(grants::organization_id.eq(organization))
            .filter(grants::ended_at.is_null())
            .order(grants::granted_at.asc())
            .select((Grant::as_select(), Account::as_select()))
            .load(self.conn)?)
    }

    /// Whether anyone holds this role in a city.
    ///
    /// # Errors
    /// On a database failure.
    pub fn role_is_held(&mut self, jurisdiction: Id, role: Role) -> Result<bool, StoreError> {
        let held = grants::table
            .filter(grants::jurisdiction_id.eq(jurisdiction))
            .filter(grants::role.eq(Word(role)))
            .filter(grants::ended_at.is_null());
        Ok(held.count().get_result::<i64>(self.conn)? > 0)
    }
}

impl Writer<'_> {
    /// Adds an account.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the name is in use.
    pub fn insert_account(&mut self, account: &Account) -> Result<(), StoreError> {
        diesel::insert_into(accounts::table).values(account).execute(self.conn)?;
        Ok(())
    }

    /// Changes an account, if nobody else has since it was read.
    ///
    /// # Errors
    /// On a database failure.
    pub fn update_account(&mut self, account: &mut Account) -> Result<bool, StoreError> {
        let now = Moment(self.now());
        let was: Option<Word<Standing>> =
            accounts::table.find(account.id).select(accounts::state).first(self.conn).optional()?;
        let state_changes = was.is_some_and(|was| was != account.state);
        let disabled = account.state.0 == Standing::Disabled;
        // Who cannot log in acts for no unit: noted while, or as soon as, they can.
        if state_changes && disabled {
            self.note_offices_of(account.id, now, -1)?;
        }
        let updated = diesel::update(
            accounts::table.find(account.id).filter(accounts::version.eq(account.version)),
        )
        .set((
            accounts::password_hash.eq(&account.password_hash),
            accounts::display_name.eq(&account.display_name),
            accounts::professional_id.eq(account.professional_id),
            accounts::state.eq(account.state),
            accounts::version.eq(account.version + 1),
            accounts::updated_at.eq(now),
        ))
        .execute(self.conn)?;
        account.version += 1;
        account.updated_at = now;
        if updated == 1 && state_changes && !disabled {
            self.note_offices_of(account.id, now, 1)?;
        }
        Ok(updated == 1)
    }

    /// Gives a role.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the unit's one administrator is already there (U1).
    pub fn insert_grant(&mut self, grant: &Grant) -> Result<(), StoreError> {
        diesel::insert_into(grants::table).values(grant).execute(self.conn)?;
        self.note_office(grant, grant.granted_at, 1)
    }

    /// Ends one grant; false when it had ended already.
    ///
    /// # Errors
    /// On a database failure.
    pub fn end_grant(&mut self, grant: Id, by: Option<Id>) -> Result<bool, StoreError> {
        let now = Moment(self.now());
        let ended = diesel::update(grants::table.find(grant).filter(grants::ended_at.is_null()))
            .set((grants::ended_at.eq(now), grants::ended_by.eq(by)))
            .execute(self.conn)?;
        if ended == 1 {
            let grant: Grant =
                grants::table.find(grant).select(Grant::as_select()).first(self.conn)?;
            self.note_office(&grant, now, -1)?;
        }
        Ok(ended == 1)
    }

    /// Tells the figures that all units of an account have one administrator more or less (U1).
    fn note_offices_of(&mut self, account: Id, at: Moment, change: i64) -> Result<(), StoreError> {
        for (grant, _) in self.grants_of(account)? {
            self.note_office(&grant, at, change)?;
        }
        Ok(())
    }

    /// Tells the figures that a unit has one administrator more or less (U1).
    fn note_office(&mut self, grant: &Grant, at: Moment, change: i64) -> Result<(), StoreError> {
        let unit = self.organization(grant.jurisdiction_id, grant.organization_id)?;
        let account = self.account(grant.account_id)?;
        // The one office that such a unit needs, held by someone who can log in.
        let counts = unit.is_some_and(|unit| grant.role.0 == needed_office(unit.kind.0))
            && account.is_some_and(|account| account.state.0 == Standing::Active);
        if !counts {
            return Ok(());
        }
        let fact = Fact::Office { unit: grant.organization_id, change };
        self.note(grant.jurisdiction_id, at, &fact)
    }

    /// Begins a session.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_session(&mut self, session: &Session) -> Result<(), StoreError> {
        diesel::insert_into(sessions::table).values(session).execute(self.conn)?;
        Ok(())
    }

    /// Replaces the refresh token of `generation`; false when another refresh came first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn rotate_session(
        &mut self,
        session: Id,
        generation: i32,
        refresh_hash: &[u8],
        expires_at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let rotated = diesel::update(
            sessions::table
                .find(session)
                .filter(sessions::generation.eq(generation))
                .filter(sessions::ended_at.is_null()),
        )
        .set((
            sessions::refresh_hash.eq(refresh_hash),
            sessions::generation.eq(generation + 1),
            sessions::expires_at.eq(Moment(expires_at)),
        ))
        .execute(self.conn)?;
        Ok(rotated == 1)
    }

    /// Ends one session.
    ///
    /// # Errors
    /// On a database failure.
    pub fn end_session(&mut self, session: Id, reason: &str) -> Result<(), StoreError> {
        let now = Moment(self.now());
        diesel::update(sessions::table.find(session).filter(sessions::ended_at.is_null()))
            .set((sessions::ended_at.eq(now), sessions::end_reason.eq(reason)))
            .execute(self.conn)?;
        Ok(())
    }

    /// Ends every session of an account.
    ///
    /// # Errors
    /// On a database failure.
    pub fn end_sessions_of(&mut self, account: Id, reason: &str) -> Result<(), StoreError> {
        let now = Moment(self.now());
        let open = sessions::account_id.eq(account).and(sessions::ended_at.is_null());
        diesel::update(sessions::table.filter(open))
            .set((sessions::ended_at.eq(now), sessions::end_reason.eq(reason)))
            .execute(self.conn)?;
        Ok(())
    }

    /// Ends every session of an account but one.
    ///
    /// # Errors
    /// On a database failure.
    pub fn end_other_sessions(
        &mut self,
        account: Id,
        kept: Id,
        reason: &str,
    ) -> Result<(), StoreError> {
        let now = Moment(self.now());
        let open = sessions::account_id.eq(account).and(sessions::ended_at.is_null());
        diesel::update(sessions::table.filter(open).filter(sessions::id.ne(kept)))
            .set((sessions::ended_at.eq(now), sessions::end_reason.eq(reason)))
            .execute(self.conn)?;
        Ok(())
    }

    /// Forgets failures that are long past, and sessions that ran out before `before`.
    ///
    /// # Errors
    /// On a database failure.
    pub fn forget_old_logins(&mut self, before: OffsetDateTime) -> Result<(), StoreError> {
        let before = Moment(before);
        diesel::delete(login_failures::table.filter(login_failures::last_failure_at.lt(before)))
            .execute(self.conn)?;
        diesel::delete(sessions::table.filter(sessions::expires_at.lt(before)))
            .execute(self.conn)?;
        Ok(())
    }
}
