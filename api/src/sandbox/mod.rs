//! The sandbox: a demo world with known accounts, and a clock that anyone may set. Production has none of it.

pub mod clock;
pub mod world;

use std::sync::{Arc, OnceLock};

use xueshi_persistence::{BlobStore, Clock, Keep, Purpose, Reader, Store, StoreError, Writer};

use self::clock::{ClockSetting, START, SandboxClock};
use crate::auth::password::hash_now;
use crate::dto::sandbox::{NewSandboxCity, SandboxCity};
use crate::services::founding::{CityName, FirstAdministrator, administrator, city_with_bureau};

/// The demo world and the clock of one sandbox.
#[derive(Debug)]
pub struct Sandbox {
    clock: Arc<SandboxClock>,
}

impl Sandbox {
    /// A sandbox whose clock runs by `real` time.
    #[must_use]
    pub fn new(real: Arc<dyn Clock>) -> Self {
        Self { clock: Arc::new(SandboxClock::new(real)) }
    }

    /// Its clock.
    #[must_use]
    pub fn clock(&self) -> Arc<SandboxClock> {
        Arc::clone(&self.clock)
    }

    /// Moves into a database: an empty one is marked and gets the demo world, one that has it goes on where it was.
    ///
    /// # Errors
    /// [`StoreError::WrongPurpose`] when it holds production data.
    pub async fn settle(&self, store: &Store, blobs: &dyn BlobStore) -> Result<(), StoreError> {
        let found: Found = store.read(look).await?;
        if !matches!(found, Found::World(_)) {
            let hash = password_hash()?;
            let setting = self.clock.setting_for(START, false);
            let json = to_json(setting)?;
            let fill = move |writer: &mut Writer<'_>| {
                writer.claim_for(Purpose::Sandbox, START)?;
                // Another instance may have been faster.
                if matches!(look(writer)?, Found::World(_)) {
                    return Ok(());
                }
                world::load(writer, &hash)?;
                writer.set_sandbox_clock(Some(&json))
            };
            store.write::<(), StoreError, _>(Keep::Yes, fill).await?;
            store.fold_figures().await?;
        }
        if let Found::World(Some(setting)) = store.read::<_, StoreError, _>(look).await? {
            self.clock.set(setting);
        }
        world::store_evidence(blobs)
            .map_err(|error| StoreError::Corrupt(format!("evidence of the demo world: {error}")))
    }

    /// The setting of the clock with which the story begins.
    #[must_use]
    pub fn beginning(&self) -> ClockSetting {
        self.clock.setting_for(START, false)
    }
}

/// Puts the demo world back to its beginning, in the writer's transaction, and keeps the clock's setting with it.
///
/// # Errors
/// [`StoreError::WrongPurpose`] in any database but a sandbox.
pub fn restore(writer: &mut Writer<'_>, setting: ClockSetting) -> Result<(), StoreError> {
    writer.empty_sandbox()?;
    world::load(writer, &password_hash()?)?;
    writer.set_sandbox_clock(Some(&to_json(setting)?))
}

/// Adds a further city to a sandbox, empty but for its bureau and its administrator, whose password is that of all.
///
/// # Errors
/// [`StoreError::Taken`] for a code or a name that is in use.
pub fn found_city(
    writer: &mut Writer<'_>,
    new: &NewSandboxCity,
) -> Result<SandboxCity, StoreError> {
    let code = new.code.0.clone();
    if writer.jurisdiction_by_code(Some(&code))?.is_some() {
        return Err(StoreError::Taken("the city".into()));
    }
    if writer.account_by_username(&new.administrator)?.is_some() {
        return Err(StoreError::Taken("the user name".into()));
    }
    let bureau = format!("{}人力资源和社会保障局", new.name);
    let (city, root) =
        city_with_bureau(writer, &CityName { code, name: new.name.clone(), bureau })?;
    let first = FirstAdministrator {
        username: new.administrator.clone(),
        name: new.administrator.clone(),
        password_hash: password_hash()?,
    };
    administrator(writer, &root, &first)?;
    let administrator = first.username;
    Ok(SandboxCity { code: city.code, name: city.name, bureau_id: root.id.0, administrator })
}

/// Keeps a setting of the clock, so that a restart goes on from it.
///
/// # Errors
/// On a database failure.
pub fn keep_setting(writer: &mut Writer<'_>, setting: ClockSetting) -> Result<(), StoreError> {
    writer.set_sandbox_clock(Some(&to_json(setting)?))
}

/// What a database has.
enum Found {
    /// No demo world.
    Nothing,
    /// A demo world, and the setting of its clock if one was stored.
    World(Option<ClockSetting>),
}

fn look(reader: &mut Reader<'_>) -> Result<Found, StoreError> {
    let purpose = reader.purpose()?;
    if purpose != Some(Purpose::Sandbox) || reader.jurisdiction_by_code(None)?.is_none() {
        return Ok(Found::Nothing);
    }
    let setting = reader.sandbox_clock()?.map(|text| ClockSetting::from_json(&text)).transpose();
    Ok(Found::World(
        setting.map_err(|error| StoreError::Corrupt(format!("sandbox clock: {error}")))?,
    ))
}

/// One hash for all accounts of this process: it is slow on purpose.
fn password_hash() -> Result<String, StoreError> {
    static HASH: OnceLock<String> = OnceLock::new();
    if let Some(hash) = HASH.get() {
        return Ok(hash.clone());
    }
    let hash = hash_now(world::PASSWORD)
        .map_err(|error| StoreError::Corrupt(format!("password hash: {error}")))?;
    Ok(HASH.get_or_init(|| hash).clone())
}

fn to_json(setting: ClockSetting) -> Result<String, StoreError> {
    setting.to_json().map_err(|error| StoreError::Corrupt(format!("sandbox clock: {error}")))
}
