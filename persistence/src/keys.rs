//! The keys that access tokens are signed with.

use diesel::prelude::*;
use time::OffsetDateTime;

use crate::columns::Moment;
use crate::error::StoreError;
use crate::schema::signing_keys;
use crate::store::{Reader, Writer};

/// A signing key with its private half decrypted.
#[derive(Clone)]
pub struct SigningKey {
    /// Its name in token headers and in the published key set.
    pub kid: String,
    /// The private key (the caller's encoding).
    pub private_key: String,
    /// The public key as a JWK.
    pub public_key: String,
    /// Since when it signs.
    pub created_at: OffsetDateTime,
    /// When it stopped signing.
    pub retired_at: Option<OffsetDateTime>,
    /// Until when what it signed is still accepted.
    pub expires_at: Option<OffsetDateTime>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
struct Row {
    kid: String,
    private_key: Vec<u8>,
    public_key: String,
    created_at: Moment,
    retired_at: Option<Moment>,
    expires_at: Option<Moment>,
}

impl Reader<'_> {
    /// The keys that still sign or verify, newest first.
    ///
    /// # Errors
    /// When a key does not decrypt: the master key is not the one it was stored under.
    pub fn signing_keys(&mut self) -> Result<Vec<SigningKey>, StoreError> {
        let now = Moment(self.now());
        let rows: Vec<Row> = signing_keys::table
            .filter(signing_keys::expires_at.is_null().or(signing_keys::expires_at.gt(now)))
            .order((signing_keys::created_at.desc(), signing_keys::kid.desc()))
            .select(Row::as_select())
            .load(self.conn)?;
        rows.into_iter()
            .map(|row| {
                Ok(SigningKey {
                    private_key: self.cipher.open("signing key", &row.private_key)?,
                    kid: row.kid,
                    public_key: row.public_key,
                    created_at: row.created_at.0,
                    retired_at: row.retired_at.map(|at| at.0),
                    expires_at: row.expires_at.map(|at| at.0),
                })
            })
            .collect()
    }
}

impl Writer<'_> {
    /// Adds a key and retires the others: they go on verifying until `accept_until`.
    ///
    /// # Errors
    /// On a database failure.
    pub fn rotate_signing_key(
        &mut self,
        key: &SigningKey,
        accept_until: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let now = Moment(self.now());
        diesel::update(signing_keys::table.filter(signing_keys::retired_at.is_null()))
            .set((
                signing_keys::retired_at.eq(now),
                signing_keys::expires_at.eq(Moment(accept_until)),
            ))
            .execute(self.conn)?;
        let row = Row {
            kid: key.kid.clone(),
            private_key: self.cipher.seal("signing key", &key.private_key)?,
            public_key: key.public_key.clone(),
            created_at: Moment(key.created_at),
            retired_at: key.retired_at.map(Moment),
            expires_at: key.expires_at.map(Moment),
        };
        diesel::insert_into(signing_keys::table).values(&row).execute(self.conn)?;
        Ok(())
    }

    /// Ends the acceptance of all keys that were retired before.
    ///
    /// # Errors
    /// On a database failure.
    pub fn expire_signing_keys(&mut self) -> Result<(), StoreError> {
        let now = Moment(self.now());
        let accepted = signing_keys::retired_at.is_not_null().and(signing_keys::expires_at.gt(now));
        diesel::update(signing_keys::table.filter(accepted))
            .set(signing_keys::expires_at.eq(now))
            .execute(self.conn)?;
        Ok(())
    }
}
