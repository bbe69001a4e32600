//! When more wants to be written than can be (ADR 0036): what is accepted is kept, what is refused is refused at once, reads go on.

use std::collections::BTreeSet;
use std::future::IntoFuture as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, SqliteConnection};
use futures_util::future::join_all;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Database, Server, on_both};

on_both!(who_finds_a_long_line_is_refused_at_once_and_nothing_is_lost);

/// More than any line holds that is a second long: a write takes a millisecond at least.
const MANY: usize = 1_500;

/// Somebody else keeps everybody from writing: the line grows, and does not move.
enum Obstacle {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Obstacle {
    fn put_up(server: &Server) -> Obstacle {
        match server.database() {
            Database::Sqlite => {
                let file = server.database_url().trim_start_matches("sqlite://");
                let mut connection = SqliteConnection::establish(file).unwrap();
                connection.batch_execute("pragma busy_timeout = 5000; begin immediate").unwrap();
                Obstacle::Sqlite(connection)
            }
            Database::Postgres => {
                let mut connection = PgConnection::establish(server.database_url()).unwrap();
                connection
                    .batch_execute("begin; lock table declarations in exclusive mode")
                    .unwrap();
                Obstacle::Postgres(connection)
            }
        }
    }

    fn take_away(self) {
        match self {
            Obstacle::Sqlite(mut connection) => connection.batch_execute("rollback").unwrap(),
            Obstacle::Postgres(mut connection) => connection.batch_execute("rollback").unwrap(),
        }
    }
}

async fn who_finds_a_long_line_is_refused_at_once_and_nothing_is_lost(server: &Server) {
    let doctor = server.login("professional").await;
    let before = drafts(&doctor).await;
    let obstacle = Obstacle::put_up(server);
    let refused = Arc::new(AtomicUsize::new(0));
    let declare = |number: usize| {
        let (doctor, refused) = (doctor.clone(), Arc::clone(&refused));
        async move {
            let learning = steps::conference(&format!("第 {number} 场会议"), "05-08", "05-09", 8);
            let answer = doctor.post("/v1/declarations").json(learning).into_future().await;
            refused.fetch_add(usize::from(answer.status == 503), Ordering::Relaxed);
            answer
        }
    };
    let rush = join_all((0..MANY).map(declare));
    let meanwhile = async {
        while refused.load(Ordering::Relaxed) == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // Whoever only reads is not refused, and what is refused is not looked at.
        doctor.get("/v1/me/years/2023").await.is(200);
        doctor.post("/v1/declarations").json("not read".into()).await.refused(503, "overloaded");
        obstacle.take_away();
    };
    let (answers, ()) = tokio::join!(rush, meanwhile);
    let mut accepted = BTreeSet::new();
    for answer in &answers {
        if answer.status == 503 {
            answer.refused(503, "overloaded");
            assert_eq!(answer.header("retry-after"), "1");
        } else {
            accepted.insert(text(&answer.is(201), "id"));
        }
    }
    // What always finds room was let in.
    assert!(accepted.len() >= 256, "{}", accepted.len());
    let after = drafts(&doctor).await;
    assert_eq!(after.difference(&before).cloned().collect::<BTreeSet<_>>(), accepted);
    // The line is short again.
    let last = steps::conference("散场", "05-08", "05-09", 8);
    doctor.post("/v1/declarations").json(last).await.is(201);
}

/// The ids of all declarations.
async fn drafts(doctor: &Client) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut path = "/v1/declarations?limit=200".to_owned();
    loop {
        let page = doctor.get(&path).await.is(200);
        all.extend(page["data"].as_array().unwrap().iter().map(|item| text(item, "id")));
        let Some(cursor) = page["next_cursor"].as_str() else { return all };
        path = format!("/v1/declarations?limit=200&cursor={cursor}");
    }
}
