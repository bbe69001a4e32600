//! The end of a year: settlement, what lapses, what is sealed, reinstatement, standing (A2, A3, A3a, A4, M5, E9, E13), and jobs.

mod afterwards;
mod jobs;
mod reinstatement;
mod settling;

use std::time::Duration;

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server};

const FREEZE: &str = "2023-12-20T00:00:00+08:00";
const AFTER: &str = "2024-01-08T10:00:00+08:00";

/// Asks for the settlement of 2023 and waits until the job is over: the settlement.
async fn settle(server: &Server) -> Value {
    let officer = server.login("city.officer").await;
    let asked = officer.post("/v1/settlements/2023").await;
    asked.is(202);
    let job = over(&officer, asked.header("location")).await;
    assert_eq!(
        (&job["state"], &job["result"]),
        (&json!("succeeded"), &json!("/v1/settlements/2023"))
    );
    officer.get("/v1/settlements/2023").await.is(200)
}

/// A job once it is over.
pub(crate) async fn over(client: &Client, location: &str) -> Value {
    for _ in 0..600 {
        let job = client.get(location).await.is(200);
        if !["queued", "running"].contains(&job["state"].as_str().unwrap()) {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{location} does not end");
}

/// All snapshots of a year.
async fn snapshots(client: &Client, year: i32) -> Vec<Value> {
    steps::all_pages(client, &format!("/v1/appraisals?year={year}&limit=200")).await
}

/// A decision of an office that came late: the doctor's class was submitted on 1 December and not looked at.
async fn held_too_long(server: &Server) -> (Client, String) {
    let doctor = server.login("professional").await;
    let employer = server.login("hospital.admin").await;
    let authority = server.login("health.reviewer").await;
    let public = steps::draft_of(&doctor, "public").await;
    steps::approve_fully(&doctor, &public, &employer, &authority).await;
    server.set_clock("2023-12-01T10:00:00+08:00").await;
    let doctor = server.login("professional").await;
    let class = steps::draft_of(&doctor, "professional").await;
    steps::submission(&doctor, &class).await.is(200);
    (doctor, text(&class, "id"))
}

/// Keeps every worker on this database away, as another process would that is at work.
pub(crate) fn hold_jobs(server: &Server) -> std::fs::File {
    let file = format!("{}.jobs.lock", server.database_url().trim_start_matches("sqlite://"));
    let file = std::fs::File::options().create(true).truncate(false).write(true).open(file);
    let file = file.unwrap();
    file.lock().unwrap();
    file
}
