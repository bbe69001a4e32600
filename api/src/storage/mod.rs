//! Where a running service keeps everything: the database with its key and clock, and the evidence files.

mod digester;
mod folder;
mod housekeeping;
mod master_key;
mod place;
mod ready;
mod rekeying;
#[cfg(test)]
pub(crate) mod scratch;
mod sequencer;
mod sweeper;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use xueshi_persistence::{
    BlobStore, Clock, DatabaseUrl, Keep, KeyAlgorithm, LocalDirectory, MasterKey, Purpose, Reader,
    Store, StoreError, StoreOptions, Transparency, UnknownDatabase, Writer, keys_wrapped_by,
    pending_migrations,
};

use crate::sandbox::Sandbox;
use crate::sandbox::clock::SystemClock;
use crate::services::Desk;
use crate::settings::Settings;

pub use digester::Digester;
pub use folder::Folder;
pub use housekeeping::Housekeeping;
pub use place::{database, make_data_dir};
pub use ready::StoreCheck;
pub use rekeying::{MasterChange, change_master_key};
pub use sequencer::Sequencer;
pub use sweeper::Sweeper;

use master_key::KeyFile;
use place::{Place, beside};

/// PostgreSQL connections of one service. SQLite, where a read runs on the thread that asks for it, has as many as threads.
const POSTGRES_CONNECTIONS: u32 = 8;

/// Why the storage cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The database URL is none.
    #[error(transparent)]
    Url(#[from] UnknownDatabase),
    /// A directory or a file in it cannot be used.
    #[error("{}: {source}", path.display())]
    Directory {
        /// Which one.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// The master key is not readable, or missing.
    #[error("{0}")]
    Key(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl StorageError {
    /// A failure to open the data keys or the signing keys: what needs the right master key first.
    pub(crate) fn of_keys(error: StoreError) -> Self {
        match error {
            StoreError::Corrupt(cause) => Self::Key(format!(
                "the master key is not the one that this database was written with ({cause})"
            )),
            other @ (StoreError::Conflict
            | StoreError::Taken(_)
            | StoreError::Busy
            | StoreError::Unfinished(_)
            | StoreError::Unreachable(_)
            | StoreError::WrongPurpose(_)
            | StoreError::Database(_)) => Self::Store(other),
        }
    }
}

/// The opened storage of one service.
pub struct Storage {
    /// The store, as handlers use it.
    pub desk: Desk,
    /// The evidence files.
    pub blobs: Arc<dyn BlobStore>,
    /// The clock that everything goes by.
    pub clock: Arc<dyn Clock>,
    /// Demo world and test clock, where it is a sandbox.
    pub sandbox: Option<Arc<Sandbox>>,
    /// Keeps a sandbox's directory from being used by another one.
    place: Place,
}

impl std::fmt::Debug for Storage {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Storage").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Storage {
    /// Opens what the settings name; an empty database is marked for its purpose, and a sandbox gets the demo world.
    ///
    /// # Errors
    /// When something cannot be reached or read, or the database is marked for the other purpose.
    pub async fn open(settings: &Settings) -> Result<Self, StorageError> {
        let place = Place::of(settings)?;
        let blobs = LocalDirectory::open(&place.attachments)
            .map_err(place::unusable(&place.attachments))?;
        let blobs: Arc<dyn BlobStore> = Arc::new(blobs);
        if settings.sandbox {
            Self::sandbox(settings, place, blobs).await
        } else {
            Self::production(settings, place, blobs).await
        }
    }

    async fn sandbox(
        settings: &Settings,
        place: Place,
        blobs: Arc<dyn BlobStore>,
    ) -> Result<Self, StorageError> {
        refuse(
            &place.url,
            Purpose::Production,
            "this database holds production data and is not opened as a sandbox",
        )?;
        let sandbox = Arc::new(Sandbox::new(Arc::new(SystemClock)));
        let clock: Arc<dyn Clock> = sandbox.clock();
        let store = open_store(settings, &place, master_key::of_sandboxes(), &clock)?;
        store.prepare_keys(settings.field_cipher).await.map_err(StorageError::of_keys)?;
        sandbox.settle(&store, blobs.as_ref()).await?;
        Ok(Self { desk: Desk::new(store), blobs, clock, sandbox: Some(sandbox), place })
    }

    async fn production(
        settings: &Settings,
        place: Place,
        blobs: Arc<dyn BlobStore>,
    ) -> Result<Self, StorageError> {
        let text = "this is a sandbox database with public passwords; start with --sandbox, or use another";
        refuse(&place.url, Purpose::Sandbox, text)?;
        let wrapped_by = keys_wrapped_by(&place.url)?;
        let key = KeyFile::fitting(&settings.data_dir, wrapped_by.as_deref())?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let store = open_store(settings, &place, key.key.clone(), &clock)?;
        claim_for_production(&store, key, settings.field_cipher).await?;
        Ok(Self { desk: Desk::new(store), blobs, clock, sandbox: None, place })
    }
}

/// Leaves a database alone that is for the other purpose: not even its tables are brought up to date.
fn refuse(url: &DatabaseUrl, purpose: Purpose, text: &str) -> Result<(), StorageError> {
    if Purpose::of(url)? == Some(purpose) {
        return Err(StoreError::WrongPurpose(text.to_owned()).into());
    }
    Ok(())
}

fn open_store(
    settings: &Settings,
    place: &Place,
    master_key: MasterKey,
    clock: &Arc<dyn Clock>,
) -> Result<Store, StorageError> {
    let connections = match place.url {
        DatabaseUrl::Sqlite(_) => u32::try_from(settings.workers).unwrap_or(u32::MAX).clamp(2, 32),
        DatabaseUrl::Postgres(_) => POSTGRES_CONNECTIONS,
    };
    let (url, clock) = (place.url.clone(), Arc::clone(clock));
    let transparency = settings.transparency;
    let (pooler, replica) = (
        beside(&url, settings.pooler_url.as_deref(), "a pooler")?,
        beside(&url, settings.replica_url.as_deref(), "a replica")?,
    );
    let options =
        StoreOptions { url, pooler, replica, master_key, clock, connections, transparency };
    let store = Store::open(options)?;
    store.begin_log()?;
    Ok(store)
}

/// Opens a database to check it or to mend its figures, whatever it is for, without its master key: nothing can be decrypted.
///
/// # Errors
/// When it cannot be reached; [`StoreError::WrongPurpose`] when it is not at this version.
pub fn open_for_checks(settings: &Settings) -> Result<Store, StorageError> {
    let url = database(settings)?;
    if !pending_migrations(&url)?.is_empty() {
        let text = format!("{url} is empty or older than this version: run `xueshi migrate` first");
        return Err(StoreError::WrongPurpose(text).into());
    }
    let options = StoreOptions {
        url,
        pooler: None,
        replica: None,
        master_key: master_key::of_sandboxes(),
        clock: Arc::new(SystemClock),
        connections: 1,
        transparency: Transparency::Kept,
    };
    Ok(Store::open(options)?)
}

/// Marks an empty database. A new key is kept only now: a database that has data already was encrypted under another one.
async fn claim_for_production(
    store: &Store,
    key: KeyFile,
    algorithm: KeyAlgorithm,
) -> Result<(), StorageError> {
    let purpose =
        store.read::<_, StoreError, _>(|reader: &mut Reader<'_>| reader.purpose()).await?;
    match purpose {
        Some(Purpose::Production) => {
            key.must_exist()?;
            store.prepare_keys(algorithm).await.map_err(StorageError::of_keys)
        }
        Some(Purpose::Sandbox) | None => {
            key.keep()?;
            // Before the mark, by which an empty database is told from one that an older version has written in.
            store.prepare_keys(algorithm).await.map_err(StorageError::of_keys)?;
            let claim =
                |writer: &mut Writer<'_>| writer.claim_for(Purpose::Production, writer.now());
            Ok(store.write(Keep::Yes, claim).await?)
        }
    }
}
