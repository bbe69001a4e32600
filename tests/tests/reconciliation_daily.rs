//! The daily check of all digests: from three o'clock on, once a day, and also while others write all the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use xueshi_tests::steps::text;
use xueshi_tests::{Server, on_both};

use super::reconciliation::{fill, spoil};
use super::sync_order::Session;

on_both!(
    the_check_runs_once_a_day_from_three_o_clock_on,
    the_check_runs_while_others_write_all_the_time,
);

/// Real time in which the service looks more than once whether a check is due.
const LOOKS: Duration = Duration::from_secs(4);
/// Real time after which a check that is due is a failure of the test.
const PATIENCE: Duration = Duration::from_secs(120);

/// The city as it stands, by somebody who has just logged in: the clock goes on for longer than tokens last.
async fn city(server: &Server) -> Value {
    let province = server.machine("province").await;
    province.get("/v1/sync/reconciliation?year=2023").await.is(200)
}

/// The city once it was checked at an instant that begins like this.
async fn checked(server: &Server, at: &str) -> Value {
    let begun = Instant::now();
    loop {
        let city = city(server).await;
        if city["checked"]["at"].as_str().is_some_and(|checked| checked.starts_with(at)) {
            return city;
        }
        assert!(begun.elapsed() < PATIENCE, "not checked at {at}: {:#}", city["checked"]);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn the_check_runs_once_a_day_from_three_o_clock_on(server: &Server) {
    // The day has its check already: it was due when the service started.
    let first = checked(server, "2023-10-16T").await;
    server.freeze_clock("2023-10-17T02:59:59+08:00").await;
    tokio::time::sleep(LOOKS).await;
    let right = city(server).await;
    assert_eq!(right["checked"], first["checked"], "not before three o'clock");
    spoil(server);
    tokio::time::sleep(LOOKS).await;
    let wrong = city(server).await;
    assert_ne!(wrong["digest"], right["digest"]);
    assert_eq!(wrong["checked"], first["checked"]);
    server.freeze_clock("2023-10-17T03:00:00+08:00").await;
    let mended = checked(server, "2023-10-17T03:00:00").await;
    assert_eq!(mended["checked"]["differing"], 2, "{:#}", mended["checked"]);
    assert_eq!(mended["digest"], right["digest"]);
    // Not again on the same day, and again on the next one.
    server.freeze_clock("2023-10-17T23:59:59+08:00").await;
    tokio::time::sleep(LOOKS).await;
    assert_eq!(city(server).await["checked"], mended["checked"]);
    server.freeze_clock("2023-10-18T03:00:00+08:00").await;
    let again = checked(server, "2023-10-18T03:00:00").await;
    assert_eq!(again["checked"]["differing"], 0, "{:#}", again["checked"]);
}

/// More people change all the time than one look computes. Nobody asks meanwhile: an answer would wait for the digests itself.
async fn the_check_runs_while_others_write_all_the_time(server: &Server) {
    const PEOPLE: u32 = 2_000;
    let first = checked(server, "2023-10-16T").await;
    assert!(!text(&first, "digest").is_empty());
    fill(server, 3, PEOPLE);
    let over = Arc::new(AtomicBool::new(false));
    let writer = {
        let (mut session, over) = (Session::open(server), Arc::clone(&over));
        std::thread::spawn(move || {
            let one = "(select max(professional_id) from annual_records where year = 2023)";
            // PostgreSQL has no largest uuid.
            let one = match &session {
                Session::Sqlite(_) => one.to_owned(),
                Session::Postgres(_) => {
                    one.replace("max(professional_id)", "max(professional_id::text)::uuid")
                }
            };
            for turn in 0_u32.. {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let whose = match turn % 30 {
                    0 => String::new(),
                    _ => format!(" and professional_id = {one}"),
                };
                session.run(&format!(
                    "update annual_records set updated_at = updated_at where year = 2023{whose}"
                ));
                std::thread::sleep(Duration::from_millis(100));
            }
        })
    };
    let mut looks = Session::open(server);
    let mut seen = || {
        looks.texts("select cast(checked_at as text) as text from digest_states where checked_at is not null")
    };
    let before = seen();
    server.freeze_clock("2023-10-17T03:00:00+08:00").await;
    let begun = Instant::now();
    let in_time = loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let now = seen();
        if now.len() >= before.len() && !now.iter().any(|at| before.contains(at)) {
            break true;
        }
        if begun.elapsed() > PATIENCE {
            break false;
        }
    };
    over.store(true, Ordering::SeqCst);
    writer.join().unwrap();
    assert!(in_time, "no check while others write: {before:?}");
    let done = checked(server, "2023-10-17T03:00:00").await;
    assert_eq!(done["checked"]["differing"], 0, "{:#}", done["checked"]);
    assert!(done["checked"]["people"].as_i64().unwrap() >= i64::from(PEOPLE), "{done:#}");
}
