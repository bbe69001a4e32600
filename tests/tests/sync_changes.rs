//! The change feed: what is told, to whom, in which order, and how one waits for it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Follower, Replica, Server, on_both};

use super::people_merging::{approved, deliver, merge, second_record};

on_both!(
    a_declaration_is_followed_with_its_records,
    everyone_follows_what_they_may_see,
    machines_and_people_without_the_right_follow_nothing,
    types_choose_and_empty_pages_go_on,
    wrong_cursors_and_numbers_are_refused,
    a_cursor_outlives_the_service,
    who_waits_is_woken_by_a_commit,
    edits_that_nobody_decided_are_told_too,
    what_is_gone_is_told_also_years_later,
);

/// A follower that has read everything there is.
async fn caught_up(client: &Client) -> Follower {
    let mut follower = Follower::default();
    follower.catch_up(client, "limit=200").await;
    follower.events.clear();
    follower
}

async fn a_declaration_is_followed_with_its_records(server: &Server) {
    let province = server.machine("province").await;
    let mut follower = caught_up(&province).await;
    let person = steps::certified_person(server).await;
    follower.catch_up(&province, "limit=7").await;
    let mut ids = BTreeSet::new();
    for pair in follower.events.windows(2) {
        assert!(text(&pair[0], "sequence") < text(&pair[1], "sequence"), "{pair:#?}");
    }
    for event in &follower.events {
        assert!(ids.insert(text(event, "id")), "once: {event:#}");
        assert_eq!(event["specversion"], "1.0", "{event:#}");
        assert_eq!(event["source"], "/v1/cities/410100", "{event:#}");
        assert_eq!(event["datacontenttype"], "application/json", "{event:#}");
    }
    let of = |id: &str| -> Vec<&str> {
        let subject = format!("declarations/{id}");
        let of = follower.events.iter().filter(|event| event["subject"] == subject.as_str());
        of.filter_map(|event| event["type"].as_str()).collect()
    };
    let road = ["declaration.submitted", "declaration.forwarded", "declaration.approved"];
    assert_eq!(of(&person.public), road);
    assert_eq!(of(&person.professional), road);
    // Every record as its own address shows it to whoever may see it.
    let officer = server.login("city.officer").await;
    let find = |kind: &str| {
        follower.events.iter().rfind(|event| event["type"] == kind).unwrap_or_else(|| {
            panic!("no {kind} in {:?}", follower.types());
        })
    };
    let approved = &find("declaration.approved")["data"]["resources"];
    let declaration =
        officer.get(&format!("/v1/declarations/{}", person.professional)).await.is(200);
    assert_eq!(approved["declaration"], declaration);
    let learning = text(&declaration, "learning_record_id");
    let learning = officer.get(&format!("/v1/learning-records/{learning}")).await.is(200);
    assert_eq!(approved["learning_record"], learning);
    let years = officer.get("/v1/annual-records?year=2023&limit=200").await.is(200);
    let year = years["data"].as_array().unwrap().iter();
    let year = year.clone().find(|year| year["professional_id"] == person.professional_id.as_str());
    let mut year = year.unwrap().clone();
    year["id"] = json!(format!("{}:2023", person.professional_id));
    assert_eq!(approved["annual_record"], year);
    let issued = &find("certificate.issued")["data"]["resources"];
    let mut certificate = officer.get(&format!("/v1/certificates/{}", person.number)).await.is(200);
    certificate["id"] = year["certificate_id"].clone();
    assert_eq!(issued["certificate"], certificate);
    assert_eq!(find("certificate.issued")["subject"], format!("certificates/{}", person.number));
    assert_eq!(find("declaration.approved")["data"]["facts"]["state"], "approved");
}

async fn everyone_follows_what_they_may_see(server: &Server) {
    let province = server.machine("province").await;
    let before = caught_up(&province).await;
    let person = steps::certified_person(server).await;
    for (account, sees) in [
        ("hospital.admin", true),
        ("health.reviewer", true),
        ("city.officer", true),
        ("auditor", true),
        ("company.admin", false),
        ("jinshui.reviewer", false),
        ("base.admin", false),
    ] {
        let client = server.login(account).await;
        // A place is a place of the city's feed, whoever was given it.
        let mut follower = before.clone();
        follower.catch_up(&client, "limit=100").await;
        let theirs = follower
            .events
            .iter()
            .filter(|event| event["data"]["professional_id"] == person.professional_id.as_str());
        let seen = theirs.count();
        assert_eq!(seen > 0, sees, "{account}: {seen}");
        if !sees {
            let whole = Value::from(follower.events);
            assert!(!whole.to_string().contains(&person.professional_id), "{account}: {whole:#}");
        }
    }
}

async fn machines_and_people_without_the_right_follow_nothing(server: &Server) {
    let platform = server.machine("hnzjzx").await;
    platform.get("/v1/sync/changes").await.refused(403, "insufficient-scope");
    let doctor = server.login("professional").await;
    doctor.get("/v1/sync/changes").await.refused(403, "forbidden");
    server.nobody().get("/v1/sync/changes").await.refused(401, "unauthenticated");
}

async fn types_choose_and_empty_pages_go_on(server: &Server) {
    let province = server.machine("province").await;
    let before = caught_up(&province).await;
    steps::certified_person(server).await;
    let mut chosen = before.clone();
    let query = "types=certificate.issued,annual_record.satisfied&limit=1";
    chosen.catch_up(&province, query).await;
    assert_eq!(chosen.types(), ["annual_record.satisfied", "certificate.issued"]);
    let mut none = before.clone();
    none.catch_up(&province, "types=settlement.finished").await;
    assert!(none.events.is_empty(), "{:?}", none.types());
    assert_ne!(none.cursor, before.cursor, "an empty page has gone past what it looked at");
}

async fn wrong_cursors_and_numbers_are_refused(server: &Server) {
    let province = server.machine("province").await;
    let list = server.login("city.officer").await.get("/v1/events?limit=1").await.is(200);
    let follower = caught_up(&province).await;
    let ours = URL_SAFE_NO_PAD.decode(follower.cursor.unwrap()).unwrap();
    let ours: Value = serde_json::from_slice(&ours).unwrap();
    let with = |name: &str, value: Value| {
        let mut other = ours.clone();
        other[name] = value;
        URL_SAFE_NO_PAD.encode(other.to_string())
    };
    for cursor in [
        String::new(),
        "abc".to_owned(),
        text(&list, "next_cursor"),
        with("v", json!(2)),
        with("p", json!(-1)),
        with("p", json!(1_000_000_000)),
        with("c", json!("018b35ff-3680-7000-8000-000000000001")),
        with("x", json!(1)),
    ] {
        let call = province.get(&format!("/v1/sync/changes?cursor={cursor}"));
        call.await.refused(400, "invalid-cursor");
    }
    for query in ["limit=0", "limit=201", "wait=61", "wait=-1", "wait=x", "types=declaration.eaten"]
    {
        let call = province.get(&format!("/v1/sync/changes?{query}"));
        call.await.refused(400, "invalid-parameter");
    }
}

async fn a_cursor_outlives_the_service(server: &Server) {
    let mut own = Server::start(server.database()).await;
    let mut follower = caught_up(&own.machine("province").await).await;
    let doctor = own.login("professional").await;
    steps::draft_of(&doctor, "public").await;
    own.stop();
    own.start_again();
    follower.catch_up(&own.machine("province").await, "limit=100").await;
    assert_eq!(follower.types(), ["learning_record.changed"], "what was told before it stopped");
    let doctor = own.login("professional").await;
    let record = doctor.get("/v1/declarations?year=2023").await.is(200)["data"][0].clone();
    steps::submission(&doctor, &record).await.is(200);
    follower.catch_up(&own.machine("province").await, "limit=100").await;
    assert_eq!(follower.types(), ["learning_record.changed", "declaration.submitted"]);
}

async fn who_waits_is_woken_by_a_commit(server: &Server) {
    let province = server.machine("province").await;
    let mut follower = caught_up(&province).await;
    let path = follower.path("wait=1");
    let began = Instant::now();
    let page = province.get(&path).await.is(200);
    assert!(began.elapsed() >= Duration::from_millis(900), "it waits: {:?}", began.elapsed());
    assert_eq!((&page["data"], &page["more"]), (&json!([]), &json!(false)));
    follower.take(&page);

    let doctor = server.login("professional").await;
    let path = follower.path("wait=30");
    let waiting = async {
        let page = province.get(&path).await.is(200);
        (page, Instant::now())
    };
    let acting = async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        let draft = steps::draft_of(&doctor, "public").await;
        (text(&draft, "id"), Instant::now())
    };
    let ((page, woken), (_, acted)) = futures_util::future::join(waiting, acting).await;
    assert_eq!(page["data"][0]["type"], "learning_record.changed", "{page:#}");
    let late = woken.saturating_duration_since(acted);
    assert!(late < Duration::from_secs(2), "woken {late:?} after the commit");
}

/// What changes a record without a decision is told, once others know the record (ADR 0007).
async fn edits_that_nobody_decided_are_told_too(server: &Server) {
    let province = server.machine("province").await;
    let mut follower = caught_up(&province).await;
    let doctor = server.login("professional").await;
    let draft = steps::conference_with_evidence(&doctor, "学术会议", "05-08", "05-09", 8).await;
    let id = text(&draft, "id");
    let edit = |hours: i32, version: Value| {
        let call = doctor.patch(&format!("/v1/declarations/{id}"));
        call.json(json!({"hours": hours})).if_match(&format!("\"{version}\""))
    };
    let edited = edit(7, draft["version"].clone()).await.is(200);
    follower.catch_up(&province, "limit=100").await;
    assert!(follower.events.is_empty(), "drafts are private: {:#?}", follower.events);
    steps::submission(&doctor, &edited).await.is(200);
    let employer = server.login("hospital.admin").await;
    steps::decision(&employer, &id, "return").await.is(200);
    let returned = steps::reread(&doctor, &draft).await;
    edit(6, returned["version"].clone()).await.is(200);
    follower.catch_up(&province, "limit=100").await;
    let last = follower.events.last().unwrap();
    assert_eq!(last["type"], "declaration.changed", "{:?}", follower.types());
    assert_eq!(last["data"]["resources"]["declaration"], steps::reread(&doctor, &draft).await);
}

/// U4: the year of a record that gave way is gone. Whoever comes back years later is still told, and forgets it too.
async fn what_is_gone_is_told_also_years_later(server: &Server) {
    let kept = steps::professional_id(&server.login("professional").await).await;
    let (merged, other) = second_record(server).await;
    let record = deliver(server, &merged, "another", 5).await;
    approved(server, &other, &record).await;
    let province = server.machine("province").await;
    let mut copy = Replica::begin(&province).await;
    let mut follower = caught_up(&province).await;
    let key = ("annual_record".to_owned(), format!("{merged}:2023"));
    assert_eq!(copy.records[&key]["professional_id"], merged.as_str());
    merge(&server.login("city.officer").await, &kept, &merged).await.is(200);

    server.set_clock("2035-10-16T09:00:00+08:00").await;
    let province = server.machine("province").await;
    follower.catch_up(&province, "limit=200").await;
    let told = follower.events.iter().find(|event| event["type"] == "professional.merged");
    let years = &told.unwrap()["data"]["resources"]["annual_records"];
    let tombstone = json!({"id": key.1, "deleted": true});
    assert!(years.as_array().unwrap().contains(&tombstone), "{years:#}");
    copy.catch_up(&province).await;
    assert!(!copy.records.contains_key(&key), "the copy has forgotten it");
    // The year is that of the record that stands.
    let source = Replica::begin(&province).await;
    assert!(!source.records.contains_key(&key));
    assert!(source.records.contains_key(&("annual_record".to_owned(), format!("{kept}:2023"))));
}
