//! Many at once: one decision (V4, E12), one effect for one key, no lost update.

use std::collections::BTreeSet;
use std::future::IntoFuture;

use futures_util::future::join_all;
use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Answer, Database, Server, on_both};

on_both!(
    e12_of_fifty_contrary_decisions_one_stands,
    one_key_sent_a_hundred_times_has_one_effect,
    a_key_belongs_to_one_request_of_one_caller,
    refusals_are_replayed_and_dry_runs_are_not_kept,
    forty_approvals_at_once_add_up,
    h7_of_many_declarations_of_one_completion_one_stands,
    what_concerns_everybody_comes_between_what_concerns_some,
    one_of_two_edits_of_the_same_version_stands,
    one_verification_of_many_issues_the_certificate,
    v4_of_many_acts_on_a_filing_the_others_hear_of_it_in_their_own_terms,
);

/// E12, V4: fifty contrary decisions at once: one stands, 49 conflicts name it.
async fn e12_of_fifty_contrary_decisions_one_stands(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = steps::draft_of(&doctor, "public").await;
    steps::submission(&doctor, &draft).await.is(200);
    let id = text(&draft, "id");
    let employer = server.login("hospital.admin").await;
    let decisions = (0..50).map(|index| {
        let decision = if index % 2 == 0 { "approve" } else { "return" };
        steps::decision(&employer, &id, decision).into_future()
    });
    let answers = join_all(decisions).await;
    let won: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    let reviews = employer.get(&format!("/v1/declarations/{id}/reviews")).await.is(200);
    assert_eq!(reviews["data"].as_array().unwrap().len(), 1, "{reviews:#}");
    let winner = &reviews["data"][0];
    for lost in answers.iter().filter(|answer| answer.status != 200) {
        let problem = lost.refused(409, "decision-already-made");
        assert_eq!(problem["review"]["id"], winner["id"], "{problem:#}");
        assert_eq!(problem["review"]["decision"], winner["decision"]);
    }
    let expected = if winner["decision"] == "approve" { "authority_review" } else { "returned" };
    assert_eq!(steps::reread(&doctor, &draft).await["state"], expected);
    steps::assert_totals_add_up(server, &text(&draft, "professional_id"), 2023).await;
}

/// The same Idempotency-Key a hundred times at once: one effect, one answer, byte for byte.
async fn one_key_sent_a_hundred_times_has_one_effect(server: &Server) {
    let doctor = server.login("professional").await;
    let body = steps::conference("学术会议", "05-08", "05-09", 8);
    let send =
        || doctor.post("/v1/declarations").json(body.clone()).key("\"one-and-only\"").into_future();
    let answers = join_all((0..100).map(|_| send())).await;
    let (done, waiting): (Vec<&Answer>, Vec<&Answer>) =
        answers.iter().partition(|answer| answer.status == 201);
    for answer in &waiting {
        answer.refused(409, "idempotency-key-in-progress");
    }
    assert!(!done.is_empty(), "{answers:?}");
    let bodies: BTreeSet<&[u8]> = done.iter().map(|answer| answer.bytes.as_slice()).collect();
    assert_eq!(bodies.len(), 1, "one answer, byte for byte");
    let first = done.iter().filter(|answer| answer.header("idempotent-replayed").is_empty());
    assert_eq!(first.count(), 1, "one was the first, the others say that they are repeats");
    for answer in &done {
        assert_eq!(
            (answer.etag(), answer.header("location")),
            (done[0].etag(), done[0].header("location"))
        );
    }
    let declarations = doctor.get("/v1/declarations?year=2023").await.is(200);
    assert_eq!(declarations["data"].as_array().unwrap().len(), 1, "one effect");
    // The plain form of the key is the same key, and it outlives the rush.
    let again = doctor.post("/v1/declarations").json(body.clone()).key("one-and-only").await;
    assert_eq!((again.is(201), again.header("idempotent-replayed")), (done[0].json(), "true"));
}

/// Another body or path under the key is refused; another caller's same key is another key.
async fn a_key_belongs_to_one_request_of_one_caller(server: &Server) {
    let doctor = server.login("professional").await;
    let engineer = server.login("engineer").await;
    let body = steps::conference("学术会议", "05-08", "05-09", 8);
    let first = doctor.post("/v1/declarations").json(body.clone()).key("k-1").await.is(201);
    let other = steps::conference("另一个会议", "05-08", "05-09", 8);
    doctor
        .post("/v1/declarations")
        .json(other)
        .key("k-1")
        .await
        .refused(422, "idempotency-key-reused");
    let path = format!("/v1/declarations/{}/withdrawal", text(&first, "id"));
    doctor.post(&path).if_match("\"1\"").key("k-1").await.refused(422, "idempotency-key-reused");
    let theirs = engineer.post("/v1/declarations").json(body).key("k-1").await;
    assert_ne!(theirs.is(201)["id"], first["id"]);
    assert_eq!(theirs.header("idempotent-replayed"), "");
    for key in ["", "\"\"", "\"unclosed", &"x".repeat(256), "中文"] {
        let body = steps::conference("第三个会议", "05-08", "05-09", 8);
        doctor
            .post("/v1/declarations")
            .json(body)
            .key(key)
            .await
            .refused(400, "invalid-idempotency-key");
    }
}

/// A refusal is the answer of its key too; a dry run leaves no key behind.
async fn refusals_are_replayed_and_dry_runs_are_not_kept(server: &Server) {
    let doctor = server.login("professional").await;
    let too_long = steps::conference("学术会议", "05-08", "05-09", 13);
    let send =
        || doctor.post("/v1/declarations").json(too_long.clone()).key("refused").into_future();
    let (first, second) = (send().await, send().await);
    first.refused(422, "hours-over-limit");
    second.refused(422, "hours-over-limit");
    assert_eq!(
        (first.header("idempotent-replayed"), second.header("idempotent-replayed")),
        ("", "true")
    );
    assert_eq!(first.bytes, second.bytes, "byte for byte");

    let body = steps::conference("学术会议", "05-08", "05-09", 8);
    let dry = doctor.post("/v1/declarations?dry_run=true").json(body.clone()).key("dry").await;
    dry.is(201);
    assert!(
        doctor.get("/v1/declarations?year=2023").await.is(200)["data"]
            .as_array()
            .unwrap()
            .is_empty(),
        "nothing is kept"
    );
    let kept = doctor.post("/v1/declarations").json(body).key("dry").await;
    kept.is(201);
    assert_eq!(kept.header("idempotent-replayed"), "");
}

/// 40 declarations of one person approved at once: the year's totals lose none of them.
async fn forty_approvals_at_once_add_up(server: &Server) {
    let doctor = server.login("professional").await;
    let mut ids = Vec::new();
    for index in 0..40 {
        let (month, day) = (1 + index / 14, 1 + 2 * (index % 14));
        let date = format!("{month:02}-{day:02}");
        let title = format!("第 {index} 场会议");
        let draft = steps::conference_with_evidence(&doctor, &title, &date, &date, 1.5).await;
        steps::submission(&doctor, &draft).await.is(200);
        ids.push(text(&draft, "id"));
    }
    let employer = server.login("hospital.admin").await;
    let authority = server.login("health.reviewer").await;
    for client in [&employer, &authority] {
        let answers =
            join_all(ids.iter().map(|id| steps::decision(client, id, "approve").into_future()))
                .await;
        for answer in answers {
            answer.is(200);
        }
    }
    let year = doctor.get("/v1/me/years/2023").await.is(200);
    assert_eq!(year["approved"], json!({"total": 60, "public": 0, "professional": 60}));
    assert_eq!(year["pending"], json!({"total": 0, "public": 0, "professional": 0}));
    steps::assert_totals_add_up(server, &text(&year, "professional_id"), 2023).await;
}

/// H7: the same completion declared twenty times at once counts once.
async fn h7_of_many_declarations_of_one_completion_one_stands(server: &Server) {
    let doctor = server.login("professional").await;
    let record = text(&steps::records(&doctor, "public").await[0], "id");
    let calls = (0..20).map(|_| steps::declare_record(&doctor, 2023, &record).into_future());
    let answers = join_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.refused(422, "duplicate-learning");
    }
}

/// Declarations of two people, and suspensions of a filing, which concern everybody: none is lost, and none waits for ever.
async fn what_concerns_everybody_comes_between_what_concerns_some(server: &Server) {
    let (doctor, engineer) = (server.login("professional").await, server.login("engineer").await);
    let officer = server.login("city.officer").await;
    let filings = steps::all_pages(&officer, "/v1/filings?limit=200").await;
    let filing = filings.iter().find(|filing| filing["state"] == "granted").unwrap();
    let path = format!("/v1/filings/{}/suspension", text(filing, "id"));
    let declare = |index: usize| {
        let who = if index.is_multiple_of(2) { &doctor } else { &engineer };
        let day = format!("05-{:02}", 1 + index);
        let body = steps::conference(&format!("会议 {index}"), &day, &day, 1);
        who.post("/v1/declarations").json(body).into_future()
    };
    let suspend =
        || officer.post(&path).if_match("*").json(json!({"reason": "核查"})).into_future();
    let (drafts, suspensions) =
        tokio::join!(join_all((0..20).map(declare)), join_all((0..10).map(|_| suspend())),);
    for draft in drafts {
        draft.is(201);
    }
    let stands = suspensions.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(stands, 1, "{suspensions:?}");
}

/// V4, H1: two instances of the service on one database decide on declarations of one person, each declaration at both of them at
/// once: one decision stands of each, and the year's totals lose none.
#[test]
fn two_instances_have_one_turn_for_each_person() {
    xueshi_tests::run(Database::Postgres, async |server: &Server| {
        let other = server.another();
        let doctor = server.login("professional").await;
        let mut ids = Vec::new();
        for index in 0..20 {
            let date = format!("0{}-{:02}", 1 + index / 10, 1 + 2 * (index % 10));
            let title = format!("第 {index} 场会议");
            let draft = steps::conference_with_evidence(&doctor, &title, &date, &date, 1.5).await;
            steps::submission(&doctor, &draft).await.is(200);
            ids.push(text(&draft, "id"));
        }
        for name in ["hospital.admin", "health.reviewer"] {
            let here = server.login(name).await;
            let there = here.at(other.address());
            let calls = ids.iter().flat_map(|id| {
                [&here, &there].map(|client| steps::decision(client, id, "approve").into_future())
            });
            let answers = join_all(calls).await;
            for both in answers.chunks(2) {
                let mut statuses: Vec<u16> = both.iter().map(|answer| answer.status).collect();
                statuses.sort_unstable();
                assert_eq!(statuses, [200, 409], "{both:?}");
            }
        }
        let year = doctor.get("/v1/me/years/2023").await.is(200);
        assert_eq!(year["approved"], json!({"total": 30, "public": 0, "professional": 30}));
        steps::assert_totals_add_up(server, &text(&year, "professional_id"), 2023).await;
    });
}

/// Of two changes to the same version one stands, the other gets 412; without a version 428.
async fn one_of_two_edits_of_the_same_version_stands(server: &Server) {
    let doctor = server.login("professional").await;
    let draft =
        doctor.post("/v1/declarations").json(steps::conference("会议", "05-08", "05-09", 8)).await;
    let path = format!("/v1/declarations/{}", text(&draft.is(201), "id"));
    let edits = (0..10).map(|index| {
        let body = json!({"title": format!("改名 {index}")});
        doctor.patch(&path).json(body).if_match(&draft.etag()).into_future()
    });
    let answers = join_all(edits).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.refused(412, "precondition-failed");
    }
    assert_eq!(doctor.get(&path).await.is(200)["version"], 2);
    doctor.patch(&path).json(json!({"title": "x"})).await.refused(428, "precondition-required");
    doctor
        .patch(&path)
        .json(json!({"title": "x"}))
        .if_match("W/\"2\"")
        .await
        .refused(412, "precondition-failed");
    doctor
        .patch(&path)
        .json(json!({"title": "x"}))
        .if_match("2")
        .await
        .refused(400, "invalid-parameter");
}

/// A1: ten verifications of one person at once issue one certificate.
async fn one_verification_of_many_issues_the_certificate(server: &Server) {
    let authority = server.login("health.reviewer").await;
    let page = authority.get("/v1/annual-records?year=2023&state=satisfied").await.is(200);
    let person = text(&page["data"][0], "professional_id");
    let calls = (0..10).map(|_| steps::verification(&authority, &person).into_future());
    let results: Vec<Value> =
        join_all(calls).await.iter().map(|answer| answer.is(200)["results"][0].clone()).collect();
    let outcomes: Vec<&str> =
        results.iter().filter_map(|result| result["outcome"].as_str()).collect();
    assert_eq!(
        outcomes.iter().filter(|outcome| **outcome == "certified").count(),
        1,
        "{outcomes:?}"
    );
    let numbers: BTreeSet<String> =
        results.iter().map(|result| text(result, "certificate_number")).collect();
    assert_eq!(numbers.len(), 1, "{results:#?}");
}

/// V4, P5: many suspend one filing at once. One stands; whoever named the version hears that it is stale (412), whoever named none,
/// that the filing is suspended already (409).
async fn v4_of_many_acts_on_a_filing_the_others_hear_of_it_in_their_own_terms(server: &Server) {
    let officer = server.login("city.officer").await;
    let filings = steps::all_pages(&officer, "/v1/filings?limit=200").await;
    let filing = filings.iter().find(|filing| filing["state"] == "granted").unwrap();
    let path = format!("/v1/filings/{}/suspension", text(filing, "id"));
    let version = format!("\"{}\"", filing["version"]);
    let acts = (0..20).map(|index| {
        let condition = if index % 2 == 0 { "*" } else { &version };
        let body = json!({"reason": "核查"});
        officer.post(&path).if_match(condition).json(body).into_future()
    });
    let answers = join_all(acts).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{answers:?}");
    for (index, answer) in answers.iter().enumerate().filter(|(_, answer)| answer.status != 200) {
        match index % 2 {
            0 => answer.refused(409, "wrong-state"),
            _ => answer.refused(412, "precondition-failed"),
        };
    }
}
