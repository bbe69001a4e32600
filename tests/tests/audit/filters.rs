//! Each filter finds what it says, alone and with others, in both directions, and pages stay as they are while more is told.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both};

use super::{at, escaped, found, ids, kinds, words};

on_both!(
    each_filter_finds_what_it_says,
    filters_that_lead_nowhere_are_refused,
    pages_stay_as_they_are_while_more_is_told,
);

/// Holds a query against the same choice among all events. What is told meanwhile beside the service is left out.
async fn same(auditor: &Client, all: &[Value], query: &str, fits: impl Fn(&Value) -> bool) {
    let known: BTreeSet<String> = ids(all).into_iter().collect();
    let expected: Vec<&Value> = all.iter().filter(|event| fits(event)).collect();
    assert!(!expected.is_empty(), "{query} tests nothing");
    let expected: Vec<String> = expected.iter().map(|event| text(event, "id")).collect();
    for (more, backwards) in [
        ("sort=occurred_at&limit=200", false),
        ("sort=occurred_at&limit=7", false),
        ("limit=50", true),
    ] {
        let mut found = ids(&found(auditor, &format!("{query}&{more}")).await);
        found.retain(|id| known.contains(id));
        if backwards {
            found.reverse();
        }
        assert_eq!(found, expected, "{query}&{more}");
    }
    let total =
        auditor.get(&format!("/v1/audit/events?{query}&limit=1&include=total")).await.is(200);
    assert!(total["total"].as_u64().unwrap() >= expected.len() as u64, "{query}: {total:#}");
}

async fn each_filter_finds_what_it_says(server: &Server) {
    let person = steps::certified_person(server).await;
    let auditor = server.login("auditor").await;
    let all = found(&auditor, "sort=occurred_at&limit=200").await;
    let of_kind = |kind: &str| {
        let event = all.iter().rev().find(|event| event["kind"] == kind);
        event.unwrap_or_else(|| panic!("no {kind}")).clone()
    };
    let forwarded = of_kind("declaration.forwarded");
    let member = |member: &'static str, value: &Value| {
        let value = value.clone();
        move |event: &Value| event[member] == value
    };

    let actor = &forwarded["actor"]["id"];
    let by_actor = |event: &Value| event["actor"]["id"] == *actor;
    same(&auditor, &all, &format!("actor={}", actor.as_str().unwrap()), by_actor).await;
    for (parameter, name) in [
        ("subject", "subject_id"),
        ("person", "professional_id"),
        ("unit", "organization_id"),
        ("authority", "authority_id"),
    ] {
        let query = format!("{parameter}={}", text(&forwarded, name));
        same(&auditor, &all, &query, member(name, &forwarded[name])).await;
    }
    same(&auditor, &all, "year=2023", member("year", &json!(2023))).await;
    let request = text(&forwarded, "request_id");
    let by_request = member("request_id", &forwarded["request_id"]);
    same(&auditor, &all, &format!("request_id={request}"), by_request).await;
    same(&auditor, &all, "kind=declaration.forwarded", member("kind", &forwarded["kind"])).await;
    let two = ["declaration.submitted", "certificate.issued"];
    let of_two = |event: &Value| two.contains(&event["kind"].as_str().unwrap());
    same(&auditor, &all, "kind=declaration.submitted,certificate.issued", of_two).await;
    // However many, and one of them twice.
    let every: Vec<String> = words("AuditEventType").into_iter().collect();
    same(&auditor, &all, &format!("kind={},declaration.submitted", every.join(",")), |_| true)
        .await;
    let by_rule = |rule: &'static str| move |event: &Value| event["rule"]["id"] == rule;
    for rule in ["V1", "V10", "A1", "Who"] {
        same(&auditor, &all, &format!("rule={rule}"), by_rule(rule)).await;
    }
    same(&auditor, &all, "rule=A1&kind=certificate.issued,declaration.submitted", |event| {
        event["kind"] == "certificate.issued"
    })
    .await;
    let none = found(&auditor, "rule=A1&kind=declaration.submitted").await;
    assert_eq!(none, Vec::<Value>::new(), "no kind is under another rule");

    // From an instant on, before another, and both with others.
    let issued = of_kind("certificate.issued");
    let (from, to) = (at(&forwarded), at(&issued));
    let [from_is, to_is] = [("from", &forwarded), ("to", &issued)]
        .map(|(name, event)| format!("{name}={}", escaped(&text(event, "occurred_at"))));
    same(&auditor, &all, &from_is, |event| at(event) >= from).await;
    same(&auditor, &all, &to_is, |event| at(event) < to).await;
    let query = format!("{from_is}&{to_is}&person={}", person.professional_id);
    same(&auditor, &all, &query, |event| {
        at(event) >= from
            && at(event) < to
            && event["professional_id"] == person.professional_id.as_str()
    })
    .await;
    let query = format!("actor={}&kind=declaration.forwarded&year=2023", actor.as_str().unwrap());
    same(&auditor, &all, &query, |event| {
        by_actor(event) && event["kind"] == "declaration.forwarded" && event["year"] == 2023
    })
    .await;

    // What each says of itself.
    assert_eq!(forwarded["subject"], "declaration", "{forwarded:#}");
    assert_eq!(forwarded["actor"]["username"], "hospital.admin", "{forwarded:#}");
    assert_eq!(forwarded["actor"]["offices"][0]["role"], "employer_administrator", "{forwarded:#}");
    assert_eq!(forwarded["address"], "127.0.0.1", "{forwarded:#}");
    assert_eq!(forwarded["rule"]["clause"], "三（四）审核时限", "{forwarded:#}");
    let path = format!("/v1/audit/events/{}", text(&forwarded, "id"));
    let english = auditor.get(&path).english().await.is(200);
    assert_eq!(english["rule"]["title"], "Five working days for each stage", "{english:#}");
    let leaf: Value = serde_json::from_str(&text(&forwarded["log"], "leaf")).unwrap();
    assert_eq!((&leaf["id"], &leaf["kind"]), (&forwarded["id"], &forwarded["kind"]), "{leaf:#}");
}

async fn filters_that_lead_nowhere_are_refused(server: &Server) {
    let auditor = server.login("auditor").await;
    for query in [
        "kind=declaration.eaten",
        "kind=declaration.submitted,",
        "rule=Z9",
        "year=23",
        "actor=me",
        "from=yesterday",
        "from=2023-10-16T00:00:00Z&to=2023-10-15T00:00:00Z",
        "request_id=",
        "sort=kind",
        "limit=201",
        "include=all",
    ] {
        let answer = auditor.get(&format!("/v1/audit/events?{query}")).undocumented().await;
        // An empty part of a list is no part of it.
        match query {
            "kind=declaration.submitted," => assert_eq!(answer.status, 200, "{answer:?}"),
            _ => drop(answer.refused(400, "invalid-parameter")),
        }
    }
    auditor.get("/v1/audit/events?who=me").undocumented().await.refused(400, "unknown-parameter");
    auditor.get("/v1/audit/events?cursor=abc").await.refused(400, "invalid-cursor");
    let unknown = "/v1/audit/events/018b3b1e-7c00-7a10-8c11-00000000e001";
    auditor.get(unknown).await.refused(404, "not-found");
    for who in ["professional", "hospital.admin", "health.reviewer", "city.officer"] {
        let client = server.login(who).await;
        client.get("/v1/audit/events").await.refused(403, "forbidden");
        client.get(unknown).await.refused(403, "forbidden");
    }
    server
        .machine("province")
        .await
        .get("/v1/audit/events")
        .await
        .refused(403, "insufficient-scope");
}

async fn pages_stay_as_they_are_while_more_is_told(server: &Server) {
    // Ids go by the clock, which was set back when the test began.
    server.set_clock("2023-10-16T10:00:00+08:00").await;
    let (auditor, admin) = (server.login("auditor").await, server.login("city.admin").await);
    let before = found(&auditor, "sort=occurred_at&limit=200").await;
    let mut told = 0;
    for (sort, kinds) in [
        ("occurred_at", ""),
        ("-occurred_at", ""),
        ("occurred_at", "&kind=platform.registered,account.logged_in,declaration.submitted"),
    ] {
        let first = ids(&found(&auditor, &format!("sort={sort}&limit=200{kinds}")).await);
        let path = format!("/v1/audit/events?sort={sort}&limit=5{kinds}");
        let (mut read, mut next, mut meanwhile) = (Vec::new(), Some(path.clone()), 0);
        while let Some(page) = next {
            let page = auditor.get(&page).await.is(200);
            read.extend(ids(page["data"].as_array().unwrap()));
            // Something new between any two pages; whoever goes forward comes to it.
            if meanwhile < 6 {
                let platform = json!({"code": format!("p{told}"), "name": "新平台"});
                admin.post("/v1/platforms").json(platform).await.is(201);
                (told, meanwhile) = (told + 1, meanwhile + 1);
            }
            let cursor = page["next_cursor"].as_str();
            next = cursor.map(|cursor| format!("{path}&cursor={cursor}"));
        }
        let distinct: BTreeSet<&String> = read.iter().collect();
        assert_eq!(distinct.len(), read.len(), "nothing comes twice: {path}");
        assert_eq!(read[..first.len()], first, "{path}");
        if sort == "occurred_at" {
            let comes = read.len() >= first.len() + meanwhile - 1;
            assert!(comes, "{path}: what was told before the last page was read comes too");
        } else {
            assert_eq!(read.len(), first.len(), "{path}: what is newer comes on no later page");
        }
    }
    let after = found(&auditor, "sort=occurred_at&limit=200").await;
    assert_eq!(ids(&after)[..before.len()], ids(&before));
    let registered = |events: &[Value]| {
        kinds(events).iter().filter(|kind| **kind == "platform.registered").count()
    };
    assert_eq!(registered(&after), registered(&before) + told);
}
