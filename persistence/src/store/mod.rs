//! The door to the database: one way to read, one way to write.

mod concerns;
mod identity;
mod line;
mod postgres;
mod purpose;
mod reading;
mod replica;
mod sqlite;
mod transaction;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use time::OffsetDateTime;

use crate::cipher::{Cipher, MasterKey};
use crate::city_rules::RulesKept;
use crate::clock::Clock;
use crate::connection::{self, AnyConnection, Kind, Manager};
use crate::error::{StoreError, StoreFailure};
use crate::feed::FeedSignal;
use crate::ids::Ids;
use crate::lock::StoreLock;
use crate::transparency::{self, Transparency, Watched};
use crate::url::DatabaseUrl;

pub use self::concerns::Concerns;
pub(crate) use self::identity::Identity;
use self::postgres::Lane;
pub use self::purpose::Purpose;
pub use self::replica::Position;
use self::replica::Replica;
use self::transaction::earliest;
pub use self::transaction::{Reader, Writer};

/// How long a request waits for a server that is not there: it may be starting again.
const SERVER: Duration = Duration::from_secs(1);

/// How a store is opened.
pub struct StoreOptions {
    /// Which database.
    pub url: DatabaseUrl,
    /// A pooler before the same PostgreSQL database, which lends its sessions for a transaction at a time: for everything but migrations,
    /// locks between processes, and who seals the log.
    pub pooler: Option<DatabaseUrl>,
    /// A streaming replica of the same PostgreSQL database, for reads of whoever was admitted with a position ([`Store::look_at`]).
    pub replica: Option<DatabaseUrl>,
    /// The key under which the keys of ids and phones are wrapped (U4a).
    pub master_key: MasterKey,
    /// The clock by which everything is decided.
    pub clock: Arc<dyn Clock>,
    /// Connections to keep; on SQLite these only read.
    pub connections: u32,
    /// Whether the transparency log is kept.
    pub transparency: Transparency,
}

/// Whether a transaction's effect is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Commit.
    Yes,
    /// Run everything, constraints included, and roll back (`dry_run=true`).
    No,
}

/// The database of a running service. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
    engine: Engine,
}

/// What every transaction is given.
struct Shared {
    clock: Arc<dyn Clock>,
    cipher: Cipher,
    ids: Ids,
    rules_kept: RulesKept,
    pool: r2d2::Pool<Manager>,
    /// When a server was found not to be there.
    away: Mutex<Option<Instant>>,
    /// Where reads may go that bring a position.
    replica: Option<Replica>,
    /// The connection of who seals the log on PostgreSQL.
    apart: Mutex<Option<AnyConnection>>,
    url: DatabaseUrl,
    /// What a transaction of the pool says behind its `begin`; nothing where sessions are its own.
    settings: String,
    /// Who folds the figures: one at a time.
    folding: tokio::sync::Mutex<()>,
    /// Wakes those who follow the feed.
    feed: FeedSignal,
    /// What its writers need to keep the log; nothing if they do not.
    watched: Option<Watched>,
    /// Called when a transaction has written entries of the log.
    entered: tokio::sync::Notify,
}

impl Shared {
    /// A connection of the pool, of which there are as many as may be asked for at a time: who has to wait waits for the server.
    fn connection(&self) -> Result<r2d2::PooledConnection<Manager>, StoreError> {
        if let Some(conn) = self.pool.try_get() {
            return Ok(conn);
        }
        let mut away = self.away.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever waited just now was not answered: nobody waits behind them.
        if away.is_some_and(|since| since.elapsed() < SERVER) {
            return Err(StoreError::Unreachable("the server was not there a moment ago".into()));
        }
        *away = None;
        drop(away);
        let conn = self.pool.get_timeout(SERVER);
        if conn.is_err() {
            *self.away.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
        Ok(conn?)
    }

    /// Begins a transaction on a connection of the pool.
    fn begin(&self, conn: &mut AnyConnection, begin: &str) -> Result<(), StoreError> {
        if self.settings.is_empty() {
            return execute(conn, begin);
        }
        execute(conn, &format!("{begin}{}", self.settings))
    }

    /// The present instant, to the microsecond that the database keeps: what a change answers is what a later read finds.
    fn now(&self) -> OffsetDateTime {
        let now = self.clock.now();
        now.replace_microsecond(now.microsecond()).unwrap_or(now)
    }
}

#[derive(Clone)]
enum Engine {
    Sqlite(sqlite::WriterThread),
    Postgres(postgres::Gate),
}

impl Store {
    /// Opens the database and brings its schema up to date.
    ///
    /// # Errors
    /// When the database cannot be reached or a migration fails.
    pub fn open(options: StoreOptions) -> Result<Self, StoreError> {
        if options.transparency == Transparency::Left
            && Purpose::of(&options.url)? == Some(Purpose::Production)
        {
            let text = "the transparency log of a production database cannot be left out";
            return Err(StoreError::WrongPurpose(text.to_owned()));
        }
        crate::migrate::run(&options.url)?;
        let mut writing = AnyConnection::open(&options.url)?;
        let (pooled, kind, settings) = match options.pooler {
            Some(pooler) => {
                let settings = connection::settings_of_transactions(&mut writing)?;
                let manager = Manager { url: pooler.clone(), kind: Kind::Pooler };
                let mut through = r2d2::ManageConnection::connect(&manager)?;
                Identity::of(&mut writing)?.must_be(&mut through, &pooler, false)?;
                (pooler, Kind::Pooler, settings)
            }
            None => (options.url.clone(), Kind::Database, String::new()),
        };
        let replica = match options.replica {
            Some(url) => Some(Replica::new(url, Identity::of(&mut writing)?, options.connections)),
            None => None,
        };
        let pool = r2d2::Pool::builder()
            .max_size(options.connections)
            .min_idle(Some(1))
            .test_on_check_out(false)
            .connection_timeout(Duration::from_secs(10))
            .build(Manager { url: pooled, kind })?;
        let cipher = Cipher::new(&options.master_key, Some(&options.url));
        cipher.load()?;
        let watched = match options.transparency {
            Transparency::Kept => Some(transparency::watch(&mut writing)?),
            Transparency::Left => {
                transparency::leave_out(&mut writing)?;
                None
            }
        };
        let shared = Arc::new(Shared {
            ids: Ids::new(Arc::clone(&options.clock)),
            rules_kept: RulesKept::default(),
            clock: options.clock,
            cipher,
            pool,
            away: Mutex::default(),
            replica,
            apart: Mutex::default(),
            url: options.url,
            settings,
            folding: tokio::sync::Mutex::new(()),
            feed: FeedSignal::default(),
            watched,
            entered: tokio::sync::Notify::new(),
        });
        let engine = match &shared.url {
            DatabaseUrl::Sqlite(_) => {
                Engine::Sqlite(sqlite::WriterThread::start(Arc::clone(&shared), writing)?)
            }
            DatabaseUrl::Postgres(_) => Engine::Postgres(postgres::Gate::new(options.connections)),
        };
        Ok(Self { shared, engine })
    }

    /// The present instant of the clock that the store decides by.
    pub fn now(&self) -> OffsetDateTime {
        self.shared.now()
    }

    /// Takes a lock over all processes that use this database; `None` while someone else has it. It is let go of when it is
    /// dropped, or with its process.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub fn try_lock(&self, name: &str) -> Result<Option<StoreLock>, StoreError> {
        crate::lock::try_lock(&self.shared.url, name)
    }

    /// The ids that are given out.
    pub(crate) fn ids(&self) -> &Ids {
        &self.shared.ids
    }

    /// The keys that everything is encrypted under.
    pub(crate) fn cipher(&self) -> &Cipher {
        &self.shared.cipher
    }

    /// Encrypts a file that is to lie outside the database; `context` is bound to it.
    ///
    /// # Errors
    /// When it cannot be encrypted.
    pub fn seal_file(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.shared.cipher.seal_bytes(context, plain)
    }

    /// Decrypts what [`Self::seal_file`] made for the same context.
    ///
    /// # Errors
    /// When it does not decrypt.
    pub fn open_file(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.shared.cipher.open_bytes(context, sealed)
    }

    /// Enters into the log what was there before it, or before its tables had their present columns. For a service that starts; it has
    /// to have the right master key.
    ///
    /// # Errors
    /// On a database failure.
    pub fn begin_log(&self) -> Result<(), StoreError> {
        let shared = &self.shared;
        if shared.watched.is_none() {
            return Ok(());
        }
        let mut conn = AnyConnection::open(&shared.url)?;
        let begin = match &conn {
            AnyConnection::Sqlite(_) => "begin immediate",
            AnyConnection::Postgres(_) => "begin isolation level read committed",
        };
        let watched = transparency::watch(&mut conn)?;
        execute(&mut conn, begin)?;
        transparency::take_turns(&mut conn)?;
        let mut writer = Writer::new(shared.reader(&mut conn), Keep::Yes, Some(&watched));
        transparency::begin(&mut writer)?;
        writer.write_entries()?;
        execute(&mut conn, "commit")
    }

    /// Waits until a transaction of this process has written entries of the log since this was asked last; for its keeper only.
    pub async fn log_grew(&self) {
        self.shared.entered.notified().await;
    }

    /// Seals some of the log's entries that wait for it, at most once a call; whether there may be more to do (ADR 0027). A new log is
    /// called by the `origin`.
    ///
    /// On PostgreSQL it opens a transaction of its own kind, as [`Self::number_events`] does.
    ///
    /// # Errors
    /// On a database failure.
    pub async fn seal_log(&self, origin: &str) -> Result<bool, StoreError> {
        let origin = origin.to_owned();
        match &self.engine {
            Engine::Sqlite(thread) => {
                let seal = move |writer: &mut Writer<'_>| transparency::seal_alone(writer, &origin);
                thread.write(Keep::Yes, seal).await
            }
            Engine::Postgres(_) => {
                let shared = Arc::clone(&self.shared);
                let seal = move || {
                    postgres::apart(&shared, |writer| transparency::seal_alone(writer, &origin))
                };
                tokio::task::spawn_blocking(seal)
                    .await
                    .unwrap_or_else(|_| Err(StoreError::Corrupt("sealing broke off".into())))
            }
        }
    }

    /// Whoever holds it folds the figures.
    pub(crate) fn folding(&self) -> &tokio::sync::Mutex<()> {
        &self.shared.folding
    }

    /// Wakes those who follow the feed of events, in this process.
    pub fn feed_signal(&self) -> &FeedSignal {
        &self.shared.feed
    }

    /// Gives committed events their positions in the feed; whether there may be more to do (ADR 0020).
    ///
    /// It opens a transaction of its own kind, which waits for no other write: it writes one column that no other writes.
    ///
    /// # Errors
    /// On a database failure.
    pub async fn number_events(&self) -> Result<bool, StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(false),
            Engine::Postgres(gate) => {
                let shared = Arc::clone(&self.shared);
                gate.run(Lane::Read, move || postgres::number(&shared)).await
            }
        }
    }

    /// Whether a write that comes now is likely to be committed within a moment, about a second: whoever lets callers in asks before their
    /// work is begun. What is written all the same waits its turn.
    #[must_use]
    pub fn is_free(&self) -> bool {
        match &self.engine {
            Engine::Sqlite(thread) => thread.is_free(),
            Engine::Postgres(gate) => gate.is_free(),
        }
    }

    /// Runs a writing transaction that concerns everything, and commits it durably before returning.
    ///
    /// `work` may run more than once: after a conflict with another transaction, and when an
    /// instant given to [`Writer::valid_until`] has passed before the commit (W2).
    ///
    /// # Errors
    /// Whatever `work` returns (nothing is then stored), or a [`StoreError`].
    pub async fn write<T, E, F>(&self, keep: Keep, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: StoreFailure,
        F: Fn(&mut Writer<'_>) -> Result<T, E> + Send + 'static,
    {
        self.write_concerning(Concerns::Everything, keep, work).await
    }

    /// Runs a writing transaction that concerns some only: beside others where the database can (ADR 0033). Otherwise as
    /// [`Self::write`].
    ///
    /// # Errors
    /// As there.
    pub async fn write_concerning<T, E, F>(
        &self,
        concerns: Concerns,
        keep: Keep,
        work: F,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: StoreFailure,
        F: Fn(&mut Writer<'_>) -> Result<T, E> + Send + 'static,
    {
        match &self.engine {
            Engine::Sqlite(thread) => thread.write(keep, work).await,
            Engine::Postgres(gate) => {
                let shared = Arc::clone(&self.shared);
                let work = move || postgres::write(&shared, keep, &concerns, work);
                gate.run(Lane::Write, work).await
            }
        }
    }
}

fn execute(conn: &mut AnyConnection, sql: &str) -> Result<(), StoreError> {
    Ok(conn.batch_execute(sql)?)
}
