//! Long work: a job is watched, cancelled, taken up again.

use std::time::Duration;

use serde_json::{Value, json};
use xueshi_tests::{Database, Server, on_sqlite};

use super::{FREEZE, hold_jobs, over};

on_sqlite!(a_job_is_seen_cancelled_and_resumed, jobs_of_a_killed_service_go_on);

/// Long work: one process works; a job can be watched, cancelled, asked for again; it streams its progress and its end.
async fn a_job_is_seen_cancelled_and_resumed(server: &Server) {
    server.set_clock(FREEZE).await;
    let officer = server.login("city.officer").await;
    let held = hold_jobs(server);
    let asked = officer.post("/v1/settlements/2023").key("settle-2023").await;
    let first = asked.is(202);
    let path = asked.header("location").to_owned();
    let job = officer.get(&path).await.is(200);
    assert_eq!((&job["state"], &job["done"]), (&json!("queued"), &json!(0)));
    assert!(job["total"].as_i64().unwrap() > 15, "{job:#}");
    let auditor = server.login("auditor").await;
    assert_eq!(auditor.get(&path).await.is(200), job);
    auditor.post(&format!("{path}/cancellation")).await.refused(403, "forbidden");
    let same = officer.post("/v1/settlements/2023").await;
    assert_eq!(
        (same.is(202)["job"]["id"].clone(), same.header("location")),
        (first["job"]["id"].clone(), &*path)
    );

    let cancel = || officer.post(&format!("{path}/cancellation"));
    cancel().if_match("\"99\"").await.refused(412, "precondition-failed");
    let cancelled = cancel().await.is(200);
    assert_eq!(
        (&cancelled["state"], &cancelled["cancel_requested"]),
        (&json!("cancelled"), &json!(true))
    );
    cancel().await.refused(409, "wrong-state");
    let stopped = officer.get("/v1/settlements/2023").await.is(200);
    assert_eq!((&stopped["state"], &stopped["totals"]), (&json!("running"), &Value::Null));

    let resumed = officer.post("/v1/settlements/2023").await.is(202);
    assert_eq!(
        (&resumed["job"]["id"], &resumed["job"]["state"]),
        (&first["job"]["id"], &json!("queued"))
    );
    let stream = tokio::spawn({
        let (officer, path) = (officer.clone(), path.clone());
        async move { officer.get(&format!("{path}/events")).await }
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    drop(held);
    let stream = stream.await.unwrap();
    assert_eq!((stream.status, stream.header("content-type")), (200, "text/event-stream"));
    let text = String::from_utf8(stream.bytes.clone()).unwrap();
    assert!(text.contains("event: progress\ndata: {"), "{text}");
    assert!(text.contains("event: end\n") && text.contains("\"state\":\"succeeded\""), "{text}");
    let done = officer.get(&path).await.is(200);
    assert_eq!((&done["done"], &done["failed_items"]), (&done["total"], &json!(0)));
    assert_eq!(done["result"], "/v1/settlements/2023");
    let over = officer.get(&format!("{path}/events")).await;
    assert!(String::from_utf8(over.bytes).unwrap().contains("event: end\n"));
    let random = "/v1/jobs/018c83f2-1c00-7000-8000-00000000ffff";
    officer.get(random).await.refused(404, "not-found");
    officer.get(&format!("{random}/events")).await.refused(404, "not-found");
}

/// A service that is started takes up what another one left behind.
async fn jobs_of_a_killed_service_go_on(_: &Server) {
    let mut first = Server::start(Database::Sqlite).await;
    first.freeze_clock(FREEZE).await;
    let officer = first.login("city.officer").await;
    let held = hold_jobs(&first);
    let path = officer.post("/v1/settlements/2023").await.header("location").to_owned();
    // As it is found when a worker was killed in the middle of it.
    first.sql("update jobs set state = 'running' where state = 'queued'");
    first.stop();
    drop(held);
    first.start_again();
    let officer = first.login("city.officer").await;
    assert_eq!(over(&officer, &path).await["state"], "succeeded");
}
