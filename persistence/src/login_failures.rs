//! Failed logins: they make the next one wait, and auditors are told of them later.

use diesel::prelude::*;

use crate::columns::{Id, Moment};
use crate::error::StoreError;
use crate::schema::{accounts, login_failures};
use crate::store::{Reader, Writer};

/// Failed logins of one name from one address.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = login_failures, treat_none_as_default_value = false)]
pub struct LoginFailure {
    /// Hash of name and address; whether the name exists plays no part.
    pub subject: String,
    /// Failures in a row.
    pub failures: i32,
    /// No attempt is looked at before this.
    pub locked_until: Option<Moment>,
    /// When the last one was.
    pub last_failure_at: Moment,
    /// The account of that name, if there is one: for auditors, who are told later.
    pub account_id: Option<Id>,
    /// From where the last one was tried; of names that nobody has it is not kept.
    pub address: Option<String>,
    /// The request that tried the last one.
    pub request_id: Option<String>,
    /// Up to which failure auditors were told.
    pub told: i32,
}

impl Reader<'_> {
    /// The failed logins of a subject.
    ///
    /// # Errors
    /// On a database failure.
    pub fn login_failure(&mut self, subject: &str) -> Result<Option<LoginFailure>, StoreError> {
        Ok(login_failures::table
            .find(subject)
            .select(LoginFailure::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// Failed logins to accounts of a city that made the next attempt wait, and that auditors have not been told of.
    ///
    /// # Errors
    /// On a database failure.
    pub fn login_failures_to_tell(
        &mut self,
        city: Id,
        limit: i64,
    ) -> Result<Vec<LoginFailure>, StoreError> {
        Ok(login_failures::table
            .inner_join(accounts::table.on(login_failures::account_id.eq(accounts::id.nullable())))
            .filter(accounts::jurisdiction_id.eq(city))
            .filter(login_failures::account_id.is_not_null())
            .filter(login_failures::told.lt(login_failures::failures))
            .filter(login_failures::locked_until.is_not_null())
            .order(login_failures::subject.asc())
            .limit(limit)
            .select(LoginFailure::as_select())
            .load(self.conn)?)
    }
}

impl Writer<'_> {
    /// Stores the count of failed logins of a subject.
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_login_failure(&mut self, failure: &LoginFailure) -> Result<(), StoreError> {
        self.clear_login_failures(&failure.subject)?;
        diesel::insert_into(login_failures::table).values(failure).execute(self.conn)?;
        Ok(())
    }

    /// Notes that auditors were told of all failed logins of a subject so far.
    ///
    /// # Errors
    /// On a database failure.
    pub fn login_failures_are_told(&mut self, subject: &str) -> Result<(), StoreError> {
        diesel::update(login_failures::table.find(subject))
            .set(login_failures::told.eq(login_failures::failures))
            .execute(self.conn)?;
        Ok(())
    }

    /// Forgets the failed logins of a subject.
    ///
    /// # Errors
    /// On a database failure.
    pub fn clear_login_failures(&mut self, subject: &str) -> Result<(), StoreError> {
        diesel::delete(login_failures::table.find(subject)).execute(self.conn)?;
        Ok(())
    }
}
