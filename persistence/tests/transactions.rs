//! What every transaction promises, on both databases.
//!
//! PostgreSQL is the server named by `XUESHI_TEST_POSTGRES` (`scripts/with-postgres` starts one).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::prelude::*;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;
use xueshi_persistence::{
    Clock, DatabaseUrl, Id, Jurisdiction, Keep, MasterKey, Moment, Purpose, Store, StoreError,
    StoreOptions, Transparency,
};

struct ManualClock(Mutex<OffsetDateTime>);

impl ManualClock {
    fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap()
    }
}

struct World {
    store: Store,
    clock: Arc<ManualClock>,
    city: Id,
}

/// One second before the freeze of 2023.
const EVE: OffsetDateTime = datetime!(2023-12-19 23:59:59 +8);

async fn world(url: DatabaseUrl) -> World {
    let clock = Arc::new(ManualClock(Mutex::new(EVE)));
    let store = Store::open(StoreOptions {
        url,
        pooler: None,
        replica: None,
        master_key: MasterKey([1; 32]),
        clock: clock.clone(),
        connections: 8,
        transparency: Transparency::Kept,
    })
    .unwrap();
    let city = Id(Uuid::from_u128(1));
    let jurisdiction = Jurisdiction {
        id: city,
        code: "410100".into(),
        name: "郑州市".into(),
        is_default: true,
        created_at: Moment(EVE),
    };
    store
        .write::<_, StoreError, _>(Keep::Yes, move |writer| {
            writer.insert_jurisdiction(&jurisdiction)
        })
        .await
        .unwrap();
    World { store, clock, city }
}

fn sqlite() -> DatabaseUrl {
    let path = std::env::temp_dir()
        .join(format!("xueshi-transactions-{:032x}.db", rand::random::<u128>()));
    DatabaseUrl::Sqlite(path)
}

fn postgres() -> DatabaseUrl {
    let admin = std::env::var("XUESHI_TEST_POSTGRES")
        .expect("XUESHI_TEST_POSTGRES names no server: run the tests with scripts/with-postgres");
    let name = format!("transactions_{:032x}", rand::random::<u128>());
    let mut conn = PgConnection::establish(&admin).unwrap();
    diesel::sql_query(format!("create database {name}")).execute(&mut conn).unwrap();
    admin.replace("/postgres?", &format!("/{name}?")).parse().unwrap()
}

macro_rules! on_both {
    ($(async fn $name:ident($world:ident: World) $body:block)+) => {$(
        mod $name {
            use super::*;
            async fn run($world: World) $body
            #[tokio::test(flavor = "multi_thread")]
            async fn on_sqlite() { run(world(sqlite()).await).await }
            #[tokio::test(flavor = "multi_thread")]
            async fn on_postgres() { run(world(postgres()).await).await }
        }
    )+};
}

async fn number(world: &World) -> i64 {
    let city = world.city;
    world
        .store
        .write::<_, StoreError, _>(Keep::No, move |writer| writer.next_number(city, "n"))
        .await
        .unwrap()
}

on_both! {
    async fn w2_a_decision_is_made_anew_when_its_instant_passes_before_the_commit(world: World) {
        let midnight = EVE + Duration::seconds(1);
        let (clock, runs) = (world.clock.clone(), Arc::new(AtomicUsize::new(0)));
        let counted = runs.clone();
        let outcome = world.store.write::<bool, StoreError, _>(Keep::Yes, move |writer| {
            counted.fetch_add(1, Ordering::SeqCst);
            if writer.now() >= midnight {
                return Ok(false);
            }
            writer.valid_until(Some(midnight));
            // The request is held up here, between its decision and its commit.
            clock.advance(Duration::seconds(2));
            Ok(true)
        });
        assert!(!outcome.await.unwrap());
        assert_eq!(runs.load(Ordering::SeqCst), 2);
    }

    async fn w2_what_was_decided_too_late_leaves_nothing_behind(world: World) {
        let midnight = EVE + Duration::seconds(1);
        let (clock, city) = (world.clock.clone(), world.city);
        let outcome = world.store.write::<(), StoreError, _>(Keep::Yes, move |writer| {
            if writer.now() >= midnight {
                return Err(StoreError::Taken("frozen".into()));
            }
            writer.valid_until(Some(midnight));
            writer.next_number(city, "n")?;
            clock.advance(Duration::seconds(2));
            Ok(())
        });
        assert!(matches!(outcome.await, Err(StoreError::Taken(_))));
        assert_eq!(number(&world).await, 1);
    }

    async fn a_dry_run_runs_everything_and_keeps_nothing(world: World) {
        assert_eq!(number(&world).await, 1);
        assert_eq!(number(&world).await, 1);
    }

    async fn no_update_is_lost_among_concurrent_writers(world: World) {
        let mut tasks = Vec::new();
        for _ in 0..16 {
            let (store, city) = (world.store.clone(), world.city);
            tasks.push(tokio::spawn(async move {
                let mut taken = Vec::new();
                for _ in 0..10 {
                    let next = store
                        .write::<_, StoreError, _>(Keep::Yes, move |writer| writer.next_number(city, "n"));
                    taken.push(next.await.unwrap());
                }
                taken
            }));
        }
        let mut taken = Vec::new();
        for task in tasks {
            taken.extend(task.await.unwrap());
        }
        taken.sort_unstable();
        assert_eq!(taken, (1..=160).collect::<Vec<i64>>());
    }

    async fn an_attempt_that_fails_is_undone_alone(world: World) {
        let city = world.city;
        let outcome = world.store.write::<i64, StoreError, _>(Keep::Yes, move |writer| {
            let kept = writer.next_number(city, "n")?;
            let failed = writer.attempt(|writer| {
                writer.next_number(city, "n")?;
                Err::<(), _>(StoreError::Taken("no".into()))
            });
            assert!(failed.is_err());
            Ok(kept)
        });
        assert_eq!(outcome.await.unwrap(), 1);
        assert_eq!(number(&world).await, 2);
    }

    async fn work_that_panics_harms_nobody_else(world: World) {
        let panicking = world.store.write::<(), StoreError, _>(Keep::Yes, |_| panic!("on purpose"));
        assert!(matches!(panicking.await, Err(StoreError::Corrupt(_))));
        assert_eq!(number(&world).await, 1);
    }

    async fn a_database_serves_one_purpose(world: World) {
        let claim = |purpose| {
            world.store.write::<(), StoreError, _>(Keep::Yes, move |writer| writer.claim_for(purpose, EVE))
        };
        claim(Purpose::Production).await.unwrap();
        claim(Purpose::Production).await.unwrap();
        assert!(matches!(claim(Purpose::Sandbox).await, Err(StoreError::WrongPurpose(_))));
        let emptied = world.store.write::<(), StoreError, _>(Keep::Yes, |writer| writer.empty_sandbox());
        assert!(matches!(emptied.await, Err(StoreError::WrongPurpose(_))));
    }
}
