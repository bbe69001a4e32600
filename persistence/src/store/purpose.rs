//! Production data and sandbox data never share a database.

use diesel::prelude::*;
use time::OffsetDateTime;
use xueshi_domain::TextEnum;

use super::{Reader, Writer};
use crate::columns::{Moment, Word};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::installation;
use crate::url::DatabaseUrl;

/// What a database is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Real people's records.
    Production,
    /// The demo world, with known passwords and a clock that anyone may set.
    Sandbox,
}

impl TextEnum for Purpose {
    const ALL: &'static [Self] = &[Self::Production, Self::Sandbox];
    const NAMES: &'static [&'static str] = &["production", "sandbox"];

    fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Sandbox => "sandbox",
        }
    }
}

impl Purpose {
    /// What a database is for, asked before anything in it is touched; `None` for an empty one, and
    /// for one that cannot be asked, which opening it will tell more about.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub fn of(url: &DatabaseUrl) -> Result<Option<Self>, StoreError> {
        if matches!(url, DatabaseUrl::Sqlite(path) if !path.exists()) {
            return Ok(None);
        }
        let mut conn = AnyConnection::open(url)?;
        let word = installation::table.select(installation::purpose).first::<Word<Self>>(&mut conn);
        Ok(word.ok().map(|word| word.0))
    }
}

impl Reader<'_> {
    /// What this database is for; `None` while it is empty.
    ///
    /// # Errors
    /// On a database failure.
    pub fn purpose(&mut self) -> Result<Option<Purpose>, StoreError> {
        let word = installation::table
            .select(installation::purpose)
            .first::<Word<Purpose>>(self.conn)
            .optional()?;
        Ok(word.map(|word| word.0))
    }

    /// The sandbox clock's setting as it was last stored.
    ///
    /// # Errors
    /// On a database failure.
    pub fn sandbox_clock(&mut self) -> Result<Option<String>, StoreError> {
        let setting = installation::table
            .select(installation::sandbox_clock)
            .first::<Option<String>>(self.conn)
            .optional()?;
        Ok(setting.flatten())
    }
}

impl Writer<'_> {
    /// Marks an empty database for `purpose`, or checks that an existing mark agrees.
    ///
    /// # Errors
    /// [`StoreError::WrongPurpose`] when the database is marked for the other purpose.
    pub fn claim_for(&mut self, purpose: Purpose, now: OffsetDateTime) -> Result<(), StoreError> {
        match self.purpose()? {
            Some(marked) if marked == purpose => Ok(()),
            Some(Purpose::Production) => Err(StoreError::WrongPurpose(
                "this database holds production data and is not opened as a sandbox".into(),
            )),
            Some(Purpose::Sandbox) => Err(StoreError::WrongPurpose(
                "this is a sandbox database with public passwords; start with --sandbox, or use another".into(),
            )),
            None => {
                diesel::insert_into(installation::table)
                    .values((
                        installation::id.eq(1),
                        installation::purpose.eq(Word(purpose)),
                        installation::created_at.eq(Moment(now)),
                    ))
                    .execute(self.conn)?;
                Ok(())
            }
        }
    }

    /// Lets what follows in this transaction happen at another instant: the past of the demo world
    /// is written as of its own days.
    ///
    /// # Errors
    /// [`StoreError::WrongPurpose`] in any database but a sandbox.
    pub fn as_of(&mut self, instant: OffsetDateTime) -> Result<(), StoreError> {
        if self.purpose()? != Some(Purpose::Sandbox) {
            return Err(StoreError::WrongPurpose("only a sandbox's past can be written".into()));
        }
        self.now = instant;
        self.tells_the_past = true;
        Ok(())
    }

    /// Remembers the sandbox clock's setting, so that a restart goes on from it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn set_sandbox_clock(&mut self, setting: Option<&str>) -> Result<(), StoreError> {
        diesel::update(installation::table)
            .set(installation::sandbox_clock.eq(setting))
            .execute(self.conn)?;
        Ok(())
    }
}
