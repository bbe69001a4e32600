//! Nothing is skipped and nothing read twice, however transactions that tell events begin, wait, commit and roll back.
//!
//! The writers are sessions of their own on the database, as other instances are: so they hold their numbers for as long as they
//! like, and commit in another order than they drew them in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl as _, SqliteConnection};
use xueshi_tests::steps::text;
use xueshi_tests::{Database, Follower, Server, on_both};

on_both!(what_is_read_is_what_was_committed);

const WRITERS: usize = 16;
const TRANSACTIONS: usize = 40;

/// A little chance, the same in each run.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

/// A session of one writer.
pub(super) enum Session {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Session {
    pub(super) fn open(server: &Server) -> Self {
        match server.database() {
            Database::Sqlite => {
                let file = server.database_url().trim_start_matches("sqlite://");
                let mut connection = SqliteConnection::establish(file).unwrap();
                connection.batch_execute("pragma busy_timeout = 60000").unwrap();
                Self::Sqlite(connection)
            }
            Database::Postgres => {
                Self::Postgres(PgConnection::establish(server.database_url()).unwrap())
            }
        }
    }

    pub(super) fn run(&mut self, statement: &str) {
        match self {
            Self::Sqlite(connection) => connection.batch_execute(statement).unwrap(),
            Self::Postgres(connection) => connection.batch_execute(statement).unwrap(),
        }
    }

    /// The texts that a query gives as `text`.
    pub(super) fn texts(&mut self, query: &str) -> Vec<String> {
        let rows: Vec<Row> = match self {
            Self::Sqlite(connection) => diesel::sql_query(query).load(connection).unwrap(),
            Self::Postgres(connection) => diesel::sql_query(query).load(connection).unwrap(),
        };
        rows.into_iter().map(|row| row.text).collect()
    }

    pub(super) fn begin(&mut self) {
        match self {
            Self::Sqlite(connection) => connection.batch_execute("begin immediate").unwrap(),
            Self::Postgres(connection) => {
                // What they draw and when they commit is what matters; at this level they hold up nobody else on the server.
                connection.batch_execute("begin isolation level read committed").unwrap();
            }
        }
    }

    /// An event of a class, with an id that a number stands in.
    pub(super) fn tell(&mut self, number: u128, subject: u128) {
        let (id, subject, at) = match self {
            Self::Sqlite(_) => {
                (format!("x'{number:032x}'"), format!("x'{subject:032x}'"), "1697418000000000")
            }
            Self::Postgres(_) => (
                format!("'{number:032x}'::uuid"),
                format!("'{subject:032x}'::uuid"),
                "'2023-10-16T09:00:00+08:00'",
            ),
        };
        self.run(&format!(
            "insert into events (jurisdiction_id, id, kind, subject, subject_id, data, occurred_at)
             select id, {id}, 'administrator.missing', 'administrator', {subject}, '{{}}', {at}
             from jurisdictions where is_default"
        ));
    }
}

async fn what_is_read_is_what_was_committed(server: &Server) {
    let province = server.machine("province").await;
    let mut follower = Follower::default();
    follower.catch_up(&province, "limit=200").await;
    follower.events.clear();
    let committed = Arc::new(Mutex::new(BTreeMap::<u128, Vec<u128>>::new()));
    let over = Arc::new(AtomicBool::new(false));
    let threads: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (mut session, committed) = (Session::open(server), Arc::clone(&committed));
            std::thread::spawn(move || {
                let mut chance = Chance::new(writer as u64 + 1);
                for transaction in 0..TRANSACTIONS {
                    session.begin();
                    let mut told = Vec::new();
                    for event in 0..=chance.below(3) {
                        let number = 0x018b_3b1e_7c00_7a10_8000_0000_0000_0000_u128
                            + ((writer as u128) << 40)
                            + ((transaction as u128) << 20)
                            + u128::from(event);
                        session.tell(number, writer as u128);
                        told.push(number);
                        std::thread::sleep(Duration::from_millis(chance.below(8)));
                    }
                    if chance.below(4) == 0 {
                        session.run("rollback");
                    } else {
                        session.run("commit");
                        committed.lock().unwrap().entry(writer as u128).or_default().extend(told);
                    }
                }
            })
        })
        .collect();
    let waiter = {
        let over = Arc::clone(&over);
        std::thread::spawn(move || {
            threads.into_iter().for_each(|thread| thread.join().unwrap());
            over.store(true, Ordering::SeqCst);
        })
    };
    while !over.load(Ordering::SeqCst) {
        follower.read(&province, "limit=11&wait=1&types=administrator.missing").await;
    }
    waiter.join().unwrap();
    follower.catch_up(&province, "limit=11&types=administrator.missing").await;
    let number = |event: &serde_json::Value, member: &str| {
        u128::from_str_radix(&text(event, member).replace('-', ""), 16).unwrap()
    };
    let read: Vec<u128> = follower.events.iter().map(|event| number(event, "id")).collect();
    let once: BTreeSet<u128> = read.iter().copied().collect();
    assert_eq!(read.len(), once.len(), "nothing is read twice");
    let committed = committed.lock().unwrap();
    let all: BTreeSet<u128> = committed.values().flatten().copied().collect();
    let lost: Vec<_> = all.difference(&once).collect();
    let made_up: Vec<_> = once.difference(&all).collect();
    assert!(
        lost.is_empty() && made_up.is_empty(),
        "lost {}: {lost:?}; made up {made_up:?}",
        lost.len()
    );
    assert!(all.len() > 300, "{}", all.len());
    // One writer's transactions follow each other, as those on one subject do.
    for (writer, told) in committed.iter() {
        let mine: Vec<u128> = read.iter().copied().filter(|id| told.contains(id)).collect();
        assert_eq!(&mine, told, "the order of writer {writer}");
    }
}
