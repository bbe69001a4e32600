//! A3: a settlement that is killed at any moment and goes on ends like one that is not.

use std::collections::hash_map::RandomState;
use std::fmt::Write as _;
use std::hash::{BuildHasher as _, Hasher as _};
use std::process::{Child, Output};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Database, Server, on_both};

use crate::program::xueshi;

on_both!(a3_killed_at_ten_random_moments_and_resumed_it_ends_the_same);

/// People beside those of the demo world.
const PEOPLE: usize = 240;

fn settle(server: &Server, batch: &str) -> Child {
    xueshi(server, &["settle", "2023", "--json", "--batch", batch]).spawn().unwrap()
}

/// The result of a run that ended well.
fn result(output: &Output) -> Value {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?}: {errors}", output.status);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// A number below a limit, another one each time.
fn random(below: u64) -> u64 {
    RandomState::new().build_hasher().finish() % below.max(1)
}

/// A resident id number of somebody born in 1985, with its check digit.
pub(crate) fn id_number(index: usize) -> String {
    let mut number = format!(
        "4101021985{:02}{:02}{:03}",
        index / 28 % 12 + 1,
        index % 28 + 1,
        100 + index % 800
    );
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = number
        .chars()
        .zip(weights)
        .map(|(digit, weight)| digit.to_digit(10).unwrap() * weight)
        .sum();
    number.push(['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'][sum as usize % 11]);
    number
}

/// The people, two thirds of them with hours, every fourth with something that waits, and the beginning of the freeze.
async fn fill(server: &Server) {
    let mut sql = String::new();
    for (who, from) in [("hospital.admin", 0), ("company.admin", PEOPLE / 2)] {
        let employer = server.login(who).await;
        let unit = text(&employer.get("/v1/me").await.is(200)["grants"][0]["organization"], "id");
        for index in from..from + PEOPLE / 2 {
            let person = json!({"name": "甲", "id_type": "resident_id", "id_number": id_number(index), "post": "technical",
                "employer_id": unit, "started_on": "2020-01-01"});
            let person = text(&employer.post("/v1/professionals").json(person).await.is(201), "id");
            let key = person.replace('-', "");
            let key = match server.database() {
                Database::Sqlite => format!("x'{key}'"),
                Database::Postgres => format!("'{person}'::uuid"),
            };
            let (public, professional, pending) = match index % 4 {
                0 => (0, 0, 80),
                1 => (300, 600, 0),
                2 => (300, 599, 0),
                _ => continue,
            };
            let _ = write!(
                sql,
                "insert into annual_records (jurisdiction_id, professional_id, year, employer_id, authority_id, state, \
                 approved_public, approved_professional, pending_public, pending_professional, version, updated_at) \
                 select p.jurisdiction_id, p.professional_id, 2023, o.id, o.reviewing_body_id, \
                 '{}', {public}, {professional}, 0, {pending}, 1, p.created_at \
                 from professionals p join organizations o on o.id = p.employer_id where p.professional_id = {key};",
                if professional == 600 { "satisfied" } else { "in_progress" },
            );
            if pending > 0 {
                // A declaration's id need not be its own here: that of its person is unique too.
                let _ = write!(
                    sql,
                    "insert into declarations (jurisdiction_id, professional_id, id, year, subject, way, title, hours, \
                     learning_start, learning_end, state, revision, employer_id, authority_id, holder_id, submitted_at, \
                     stage_entered_at, due_at, due_provisional, policy_version, version, created_at, updated_at, reinstated) \
                     select p.jurisdiction_id, p.professional_id, p.professional_id, 2023, 'professional', 'conference', \
                     '年会', 80, '2023-05-08', '2023-05-09', 'employer_review', 1, o.id, o.reviewing_body_id, o.id, p.created_at, \
                     p.created_at, p.created_at, false, 1, 1, p.created_at, p.created_at, false \
                     from professionals p join organizations o on o.id = p.employer_id where p.professional_id = {key};",
                );
            }
        }
    }
    server.sql(&sql);
    server.freeze_clock("2023-12-20T09:00:00+08:00").await;
}

/// Everything that a settlement leaves behind, as the auditor sees it.
async fn left_behind(server: &mut Server) -> Value {
    server.start_again();
    let auditor = server.login("auditor").await;
    let mut settlement = auditor.get("/v1/settlements/2023").await.is(200);
    let job = settlement["job"].take();
    assert_eq!((&job["state"], &job["done"]), (&json!("succeeded"), &job["total"]), "{job:#}");
    // The one thing that is each run's own.
    settlement["started_by"].take();
    let mut events = Vec::new();
    for kind in
        ["annual_record.settled", "declaration.lapsed", "settlement.started", "settlement.finished"]
    {
        let mut rows =
            steps::all_pages(&auditor, &format!("/v1/events?type={kind}&limit=200")).await;
        for row in &mut rows {
            row["id"].take();
            row["subject_id"].take();
            row["data"]["job_id"].take();
        }
        rows.sort_by_key(Value::to_string);
        events.push(rows);
    }
    let appraisals = steps::all_pages(&auditor, "/v1/appraisals?year=2023&limit=200").await;
    let lapses = steps::all_pages(&auditor, "/v1/settlements/2023/lapses?limit=200").await;
    let records = steps::all_pages(&auditor, "/v1/annual-records?year=2023&limit=200").await;
    assert!(appraisals.len() >= PEOPLE && lapses.len() >= PEOPLE / 4, "{}", lapses.len());
    server.stop();
    json!({"settlement": settlement, "appraisals": appraisals, "lapses": lapses, "records": records, "events": events})
}

/// A3: the same digest and the same rows, whatever the moments, the batches, and who goes on; also by two at once.
async fn a3_killed_at_ten_random_moments_and_resumed_it_ends_the_same(server: &Server) {
    // Two copies of one city, which nobody uses while it is copied.
    let mut city = Server::start(server.database()).await;
    fill(&city).await;
    city.stop();
    let mut whole = city.copy();
    whole.stop();
    let mut killed = city.copy();
    killed.stop();

    let begun = Instant::now();
    let once = result(&settle(&whole, "50").wait_with_output().unwrap());
    let time = u64::try_from(begun.elapsed().as_millis()).unwrap();
    assert_eq!((&once["settled_before"], &once["state"]), (&json!(false), &json!("finished")));

    let mut interrupted = 0;
    for kill in 0..10 {
        let mut child = settle(&killed, "3");
        tokio::time::sleep(Duration::from_millis(random(time) + 5 * kill)).await;
        interrupted += i32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(interrupted > 0, "no run was interrupted");
    // Two at once: one works, and both tell the same.
    let both = [settle(&killed, "20"), settle(&killed, "7")];
    for child in both {
        let resumed = result(&child.wait_with_output().unwrap());
        assert_eq!((&resumed["digest"], &resumed["totals"]), (&once["digest"], &once["totals"]));
    }
    // And once more, which changes nothing.
    let again = result(&settle(&killed, "3").wait_with_output().unwrap());
    assert_eq!((&again["digest"], &again["settled_before"]), (&once["digest"], &json!(true)));
    assert_eq!(left_behind(&mut killed).await, left_behind(&mut whole).await);

    // The seals hold; what is changed behind their back is found.
    let audit = |server: &Server| xueshi(server, &["audit", "verify"]).output().unwrap();
    let said = String::from_utf8(audit(&whole).stdout).unwrap();
    assert!(said.contains("all seals hold"), "{said}");
    let drop = match whole.database() {
        Database::Sqlite => "drop trigger appraisals_are_sealed;",
        Database::Postgres => "drop trigger appraisals_are_sealed on appraisals;",
    };
    let change = "update appraisals set outcome = 'exempt' where year = 2023 and outcome = 'incomplete' and lapsed = 0;";
    whole.sql(&format!("{drop}{change}"));
    let found = audit(&whole);
    assert_eq!(found.status.code(), Some(3), "{found:?}");
    assert!(String::from_utf8_lossy(&found.stdout).contains("the sealed snapshot was changed"));

    // Before the freeze it is refused: exit code 3.
    city.start_again();
    city.freeze_clock("2023-12-19T23:59:59+08:00").await;
    city.stop();
    let early = settle(&city, "50").wait_with_output().unwrap();
    assert_eq!(early.status.code(), Some(3), "{early:?}");
    let said: Value = serde_json::from_slice(&early.stderr).unwrap();
    assert_eq!(said["exit_code"], 3, "{said}");
    let unknown = xueshi(server, &["settle", "last year"]).output().unwrap();
    assert_eq!(unknown.status.code(), Some(2), "{unknown:?}");
    let plain = xueshi(&whole, &["settle", "2023"]).output().unwrap();
    assert!(
        String::from_utf8_lossy(&plain.stdout).contains("2023 was settled already"),
        "{plain:?}"
    );
    let help = xueshi(server, &["settle", "--help"]).output().unwrap();
    assert!(String::from_utf8_lossy(&help.stdout).contains("Exit codes"), "{help:?}");
}
