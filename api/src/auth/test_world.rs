//! An empty store with a clock that tests turn by hand.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use xueshi_persistence::{Clock, DatabaseUrl, MasterKey, Store, StoreOptions, Transparency};

/// A clock that stands still until it is told otherwise.
#[derive(Clone)]
pub(crate) struct HandClock(Arc<Mutex<OffsetDateTime>>);

impl HandClock {
    /// Turns it on, or back with a negative duration.
    pub(crate) fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for HandClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap()
    }
}

/// A directory that goes with the test.
pub(crate) struct Directory(PathBuf);

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// An empty SQLite store, its clock, and the directory that it lives in.
pub(crate) fn world() -> (Store, HandClock, Directory) {
    let directory = std::env::temp_dir().join(format!("xueshi-{}", uuid::Uuid::now_v7()));
    std::fs::create_dir_all(&directory).unwrap();
    let clock = HandClock(Arc::new(Mutex::new(datetime!(2023-10-16 09:00 +8))));
    let store = Store::open(StoreOptions {
        url: DatabaseUrl::Sqlite(directory.join("test.db")),
        pooler: None,
        replica: None,
        master_key: MasterKey([7; 32]),
        clock: Arc::new(clock.clone()),
        connections: 2,
        transparency: Transparency::Kept,
    });
    (store.unwrap(), clock, Directory(directory))
}
