//! Answers kept for repeated requests; a key commits in the transaction of its effect.

use diesel::prelude::*;
use time::OffsetDateTime;

use crate::cipher::context;
use crate::columns::Moment;
use crate::connection::on_either;
use crate::error::StoreError;
use crate::schema::idempotency_keys;
use crate::store::{Reader, Writer};

/// The first answer to a request with an `Idempotency-Key`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency_keys, treat_none_as_default_value = false)]
pub struct StoredAnswer {
    /// Whose key it is.
    pub caller: String,
    /// The key.
    pub key: String,
    /// What the request was: method, path, parameters and body, hashed.
    pub fingerprint: Vec<u8>,
    /// The HTTP status.
    pub status: i32,
    /// The headers worth repeating, as JSON.
    pub headers: String,
    /// The body, byte for byte.
    pub body: Vec<u8>,
    /// When it was given.
    pub created_at: Moment,
}

impl Reader<'_> {
    /// The answer already given under a caller's key.
    ///
    /// # Errors
    /// On a database failure.
    pub fn stored_answer(
        &mut self,
        caller: &str,
        key: &str,
    ) -> Result<Option<StoredAnswer>, StoreError> {
        let answer = on_either!(self.conn, |conn| idempotency_keys::table
            .find((caller, key))
            .select(StoredAnswer::as_select())
            .first(conn)
            .optional()?);
        let Some(mut answer) = answer else { return Ok(None) };
        // Those of earlier versions are not encrypted: they begin with a brace, or are empty.
        if answer.body.first().is_some_and(|first| *first != b'{') {
            answer.body = self.cipher.open(context::KEPT_ANSWER, &answer.body)?.into_bytes();
        }
        Ok(Some(answer))
    }
}

impl Writer<'_> {
    /// Keeps an answer, encrypted: some show a secret once.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when another transaction has just used the key: running the
    /// transaction again finds its answer.
    pub fn keep_answer(&mut self, answer: &StoredAnswer) -> Result<(), StoreError> {
        let mut answer = answer.clone();
        if !answer.body.is_empty() {
            let text = std::str::from_utf8(&answer.body)
                .map_err(|error| StoreError::Corrupt(format!("an answer: {error}")))?;
            answer.body = self.cipher.seal(context::KEPT_ANSWER, text)?;
        }
        let kept = on_either!(self.conn, |conn| diesel::insert_into(idempotency_keys::table)
            .values(&answer)
            .execute(conn));
        match kept.map_err(StoreError::from) {
            Err(StoreError::Taken(_)) => return Err(StoreError::Conflict),
            kept => kept?,
        };
        Ok(())
    }

    /// Forgets answers older than `before`; returns how many.
    ///
    /// # Errors
    /// On a database failure.
    pub fn forget_answers(&mut self, before: OffsetDateTime) -> Result<usize, StoreError> {
        let old = idempotency_keys::created_at.lt(Moment(before));
        Ok(diesel::delete(idempotency_keys::table.filter(old)).execute(self.conn)?)
    }
}
