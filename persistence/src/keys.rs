//! The keys that access tokens, heads of the log and credentials are signed with.

use diesel::prelude::*;
use time::OffsetDateTime;
use xueshi_domain::TextEnum;

use crate::columns::{Moment, Word};
use crate::error::StoreError;
use crate::schema::signing_keys;
use crate::store::{Reader, Writer};

/// What a key signs. No key signs two kinds of things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPurpose {
    /// Access tokens.
    Access,
    /// Heads of the transparency log.
    Log,
    /// Certificates as credentials.
    Credential,
}

impl TextEnum for KeyPurpose {
    const ALL: &'static [Self] = &[Self::Access, Self::Log, Self::Credential];
    const NAMES: &'static [&'static str] = &["access", "log", "credential"];

    fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Log => "log",
            Self::Credential => "credential",
        }
    }
}

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
#[diesel(table_name = signing_keys, treat_none_as_default_value = false)]
struct Row {
    kid: String,
    private_key: Vec<u8>,
    public_key: String,
    created_at: Moment,
    retired_at: Option<Moment>,
    expires_at: Option<Moment>,
    purpose: Word<KeyPurpose>,
}

impl Reader<'_> {
    /// The keys for access tokens that still sign or verify, newest first.
    ///
    /// # Errors
    /// When a key does not decrypt: the master key is not the one it was stored under.
    pub fn signing_keys(&mut self) -> Result<Vec<SigningKey>, StoreError> {
        self.signing_keys_for(KeyPurpose::Access)
    }

    /// The keys of a purpose that still sign or verify, newest first.
    ///
    /// # Errors
    /// When a key does not decrypt: the master key is not the one it was stored under.
    pub fn signing_keys_for(&mut self, purpose: KeyPurpose) -> Result<Vec<SigningKey>, StoreError> {
        let now = Moment(self.now());
        let rows: Vec<Row> = signing_keys::table
            .filter(signing_keys::purpose.eq(Word(purpose)))
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
    /// Adds a key for access tokens and retires the others: they go on verifying until `accept_until`.
    ///
    /// # Errors
    /// On a database failure.
    pub fn rotate_signing_key(
        &mut self,
        key: &SigningKey,
        accept_until: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let now = Moment(self.now());
        let access = signing_keys::purpose.eq(Word(KeyPurpose::Access));
        diesel::update(
            signing_keys::table.filter(access).filter(signing_keys::retired_at.is_null()),
        )
        .set((signing_keys::retired_at.eq(now), signing_keys::expires_at.eq(Moment(accept_until))))
        .execute(self.conn)?;
        self.insert_signing_key(KeyPurpose::Access, key)
    }

    /// Adds a key and retires the others of its purpose, which go on verifying for ever: what they signed is kept by others.
    ///
    /// # Errors
    /// On a database failure.
    pub fn keep_signing_key(
        &mut self,
        purpose: KeyPurpose,
        key: &SigningKey,
    ) -> Result<(), StoreError> {
        let now = Moment(self.now());
        let same = signing_keys::purpose.eq(Word(purpose));
        diesel::update(signing_keys::table.filter(same).filter(signing_keys::retired_at.is_null()))
            .set(signing_keys::retired_at.eq(now))
            .execute(self.conn)?;
        self.insert_signing_key(purpose, key)
    }

    /// Adds a key and retires these of its purpose only, which go on verifying for ever: the others go on signing beside it, each with
    /// its own algorithms.
    ///
    /// # Errors
    /// On a database failure.
    pub fn keep_signing_key_for(
        &mut self,
        purpose: KeyPurpose,
        former: &[String],
        key: &SigningKey,
    ) -> Result<(), StoreError> {
        let now = Moment(self.now());
        for kid in former {
            let one =
                signing_keys::purpose.eq(Word(purpose)).and(signing_keys::kid.eq(kid.as_str()));
            diesel::update(
                signing_keys::table.filter(one).filter(signing_keys::retired_at.is_null()),
            )
            .set(signing_keys::retired_at.eq(now))
            .execute(self.conn)?;
        }
        self.insert_signing_key(purpose, key)
    }

    fn insert_signing_key(
        &mut self,
        purpose: KeyPurpose,
        key: &SigningKey,
    ) -> Result<(), StoreError> {
        let row = Row {
            purpose: Word(purpose),
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

    /// Ends the acceptance of all keys for access tokens that were retired before.
    ///
    /// # Errors
    /// On a database failure.
    pub fn expire_signing_keys(&mut self) -> Result<(), StoreError> {
        let now = Moment(self.now());
        let access = signing_keys::purpose.eq(Word(KeyPurpose::Access));
        let accepted = signing_keys::retired_at.is_not_null().and(signing_keys::expires_at.gt(now));
        diesel::update(signing_keys::table.filter(access).filter(accepted))
            .set(signing_keys::expires_at.eq(now))
            .execute(self.conn)?;
        Ok(())
    }
}
