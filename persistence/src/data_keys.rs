//! The keys that fields are encrypted under, wrapped under the master key (ADR 0030).

use diesel::prelude::*;
use xueshi_domain::TextEnum;

use crate::cipher::{KeyAlgorithm, KeyName, MasterKey};
use crate::columns::{Moment, Word};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::data_keys;
use crate::store::{Keep, Reader, Store, Writer};
use crate::url::DatabaseUrl;

/// What a data key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// Encrypting fields.
    Field,
    /// Hashing id numbers, so that they are found: one for good (ADR 0030).
    LookUp,
}

impl TextEnum for KeyKind {
    const ALL: &'static [Self] = &[Self::Field, Self::LookUp];
    const NAMES: &'static [&'static str] = &["field", "look_up"];

    fn as_str(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::LookUp => "look_up",
        }
    }
}

/// A data key as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = data_keys, treat_none_as_default_value = false)]
pub struct DataKey {
    /// What it is for.
    pub kind: Word<KeyKind>,
    /// 0 for what was derived from the first master key, then 1, 2, 3 …
    pub version: i32,
    /// How it is used.
    pub algorithm: Word<KeyAlgorithm>,
    /// The key itself, encrypted.
    pub wrapped: Vec<u8>,
    /// The name of the master key that it is wrapped under.
    pub wrapped_by: String,
    /// When it was made.
    pub created_at: Moment,
    /// When nothing was left that is encrypted under it.
    pub retired_at: Option<Moment>,
}

impl DataKey {
    /// What its wrapping is bound to.
    pub(crate) fn name(&self) -> KeyName {
        KeyName { kind: self.kind.0, version: self.version, algorithm: self.algorithm.0 }
    }
}

/// A change of the key that everything is encrypted under.
#[derive(Debug, Clone, Copy)]
pub struct Rotation {
    /// The version that everything is to be encrypted under.
    pub version: i32,
    /// How it encrypts.
    pub algorithm: KeyAlgorithm,
    /// Whether it was begun before, and broke off.
    pub resumed: bool,
}

fn wrapped_otherwise(row: &DataKey, master: &MasterKey) -> StoreError {
    StoreError::Corrupt(format!(
        "the data keys are wrapped under the master key {}, this one is {}",
        row.wrapped_by,
        master.name()
    ))
}

/// All data keys, the oldest first.
pub(crate) fn all(conn: &mut AnyConnection) -> Result<Vec<DataKey>, StoreError> {
    Ok(data_keys::table
        .order((data_keys::kind.asc(), data_keys::version.asc()))
        .select(DataKey::as_select())
        .load(conn)?)
}

/// The name of the master key that a database's data keys are wrapped under, asked before it is opened; `None` for one that has none
/// yet, or that cannot be asked, which opening it will tell more about.
///
/// # Errors
/// When it cannot be reached.
pub fn keys_wrapped_by(url: &DatabaseUrl) -> Result<Option<String>, StoreError> {
    if matches!(url, DatabaseUrl::Sqlite(path) if !path.exists()) {
        return Ok(None);
    }
    let mut conn = AnyConnection::open(url)?;
    let name = data_keys::table.select(data_keys::wrapped_by).first::<String>(&mut conn);
    Ok(name.ok())
}

impl Store {
    /// Makes the first data keys of a database, or sees that the master key opens those that are there. What an older version of the
    /// program encrypted reads back under version 0; an empty database has none such, and begins with version 1.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the master key is another one than that which they are wrapped under.
    pub async fn prepare_keys(&self, algorithm: KeyAlgorithm) -> Result<(), StoreError> {
        self.write(Keep::Yes, move |writer| writer.prepare_keys(algorithm)).await?;
        self.cipher().load()
    }

    /// Begins to encrypt under a new key, or goes on with a change to a key of this algorithm that broke off. From the commit on every process can read
    /// the key; this one encrypts under it at once, the others within [`KEY_SETTLES`](crate::KEY_SETTLES).
    ///
    /// # Errors
    /// On a database failure.
    pub async fn begin_rotation(&self, algorithm: KeyAlgorithm) -> Result<Rotation, StoreError> {
        let begun = self.write(Keep::Yes, move |writer| writer.begin_rotation(algorithm)).await?;
        self.cipher().load()?;
        Ok(begun)
    }
}

impl Reader<'_> {
    /// All data keys, the oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn data_keys(&mut self) -> Result<Vec<DataKey>, StoreError> {
        all(self.conn)
    }
}

impl Writer<'_> {
    fn prepare_keys(&mut self, algorithm: KeyAlgorithm) -> Result<(), StoreError> {
        let rows = self.data_keys()?;
        let master = self.cipher.master().clone();
        for row in &rows {
            if master.unwrap(row.name(), &row.wrapped).is_none() {
                return Err(wrapped_otherwise(row, &master));
            }
        }
        let has = |kind: KeyKind| rows.iter().any(|row| row.kind.0 == kind);
        if !has(KeyKind::LookUp) {
            let named =
                KeyName { kind: KeyKind::LookUp, version: 1, algorithm: KeyAlgorithm::HmacSha256 };
            self.insert_data_key(named, &master.first_look_up_key())?;
        }
        if has(KeyKind::Field) {
            return Ok(());
        }
        if self.purpose()?.is_some() {
            let algorithm = KeyAlgorithm::Aes256Gcm;
            let named = KeyName { kind: KeyKind::Field, version: 0, algorithm };
            self.insert_data_key(named, &master.first_field_key())?;
        }
        let named = KeyName { kind: KeyKind::Field, version: 1, algorithm };
        self.insert_data_key(named, &algorithm.new_key())
    }

    fn begin_rotation(&mut self, algorithm: KeyAlgorithm) -> Result<Rotation, StoreError> {
        let mut in_use = self.data_keys()?;
        in_use.retain(|row| row.kind.0 == KeyKind::Field && row.retired_at.is_none());
        let newest = in_use.last();
        // One to another algorithm that broke off is overtaken: what it did is encrypted anew with the rest.
        let begun = newest.filter(|row| in_use.len() > 1 && row.algorithm.0 == algorithm);
        if let Some(row) = begun {
            return Ok(Rotation { version: row.version, algorithm, resumed: true });
        }
        let version = newest.map_or(1, |row| row.version + 1);
        let named = KeyName { kind: KeyKind::Field, version, algorithm };
        self.insert_data_key(named, &algorithm.new_key())?;
        Ok(Rotation { version, algorithm, resumed: false })
    }

    /// All data keys, if they are wrapped under this process's master key. Another process may have changed it meanwhile: then a key that
    /// this one wraps would open for nobody.
    fn own_data_keys(&mut self) -> Result<Vec<DataKey>, StoreError> {
        let rows = self.data_keys()?;
        let master = self.cipher.master();
        let name = master.name();
        if let Some(row) = rows.iter().find(|row| row.wrapped_by != name) {
            return Err(wrapped_otherwise(row, master));
        }
        Ok(rows)
    }

    /// Another process that makes the same key at the same time is met as a conflict: running again finds its key.
    fn insert_data_key(&mut self, named: KeyName, key: &[u8]) -> Result<(), StoreError> {
        self.own_data_keys()?;
        let master = self.cipher.master();
        let row = DataKey {
            kind: Word(named.kind),
            version: named.version,
            algorithm: Word(named.algorithm),
            wrapped: master.wrap(named, key)?,
            wrapped_by: master.name(),
            created_at: Moment(self.now()),
            retired_at: None,
        };
        let made = diesel::insert_into(data_keys::table).values(&row).execute(self.conn);
        match made.map_err(StoreError::from) {
            Err(StoreError::Taken(_)) => Err(StoreError::Conflict),
            made => made.map(drop),
        }
    }

    /// Notes that nothing is encrypted any more under keys before this version.
    ///
    /// # Errors
    /// On a database failure.
    pub fn retire_data_keys(&mut self, before: i32) -> Result<(), StoreError> {
        let now = Moment(self.now());
        let older = data_keys::table
            .filter(data_keys::kind.eq(Word(KeyKind::Field)))
            .filter(data_keys::version.lt(before))
            .filter(data_keys::retired_at.is_null());
        diesel::update(older).set(data_keys::retired_at.eq(now)).execute(self.conn)?;
        Ok(())
    }

    /// Wraps all data keys under another master key; how many there are.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when they are wrapped under another master key than the present one.
    pub fn rewrap_data_keys(&mut self, next: &MasterKey) -> Result<usize, StoreError> {
        let rows = self.own_data_keys()?;
        for row in &rows {
            let key = self.cipher.master().unwrap(row.name(), &row.wrapped).ok_or_else(|| {
                StoreError::Corrupt(format!(
                    "the data key {} does not open under this master key",
                    row.version
                ))
            })?;
            diesel::update(data_keys::table.find((row.kind, row.version)))
                .set((
                    data_keys::wrapped.eq(next.wrap(row.name(), &key)?),
                    data_keys::wrapped_by.eq(next.name()),
                ))
                .execute(self.conn)?;
        }
        Ok(rows.len())
    }
}
