//! Figures follow what happens.

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both};

use super::{figures, number, stage, unit_named, whole};

on_both!(
    figures_follow_the_main_road,
    parts_add_up_to_the_whole_and_rows_to_the_figure,
    reviews_are_counted_by_stage_in_time_and_late,
    people_and_units_are_counted,
);

/// 30 public and 60 professional hours, approved and verified: each figure follows at once, for the employer, its district and
/// the city.
async fn figures_follow_the_main_road(server: &Server) {
    let hospital = server.login("hospital.admin").await;
    let city = server.login("city.officer").await;
    let before = (whole(&hospital, "completion").await, whole(&city, "completion").await);
    steps::certified_person(server).await;
    let after = (whole(&hospital, "completion").await, whole(&city, "completion").await);
    for (before, after) in [(&before.0, &after.0), (&before.1, &after.1)] {
        for (figure, change) in [
            ("people", 0),
            ("not_started", -1),
            ("in_progress", 0),
            ("completed_in_year", 1),
            ("certified", 1),
            ("exempt", 0),
        ] {
            assert_eq!(
                number(after, figure) - number(before, figure),
                change,
                "{figure} {after:#}"
            );
        }
        for (figure, change) in [("hours_public", 300), ("hours_professional", 600), ("hours", 900)]
        {
            let change_of = steps::tenths(&after[figure]) - steps::tenths(&before[figure]);
            assert_eq!(change_of, change, "{figure}");
        }
        let people = number(after, "people") - number(after, "exempt");
        let rate = number(after, "completed_in_year") as f64 / people as f64;
        let shown = after["completion_rate"].as_f64().unwrap();
        assert!((shown - rate).abs() < 0.000_051, "{shown} is not {rate}");
    }
    // Taking an approval back takes its hours and the outcome with it.
    let declarations = "/v1/declarations?year=2023&limit=200&state=approved";
    let doctor = server.login("professional").await;
    let approved = steps::all_pages(&doctor, declarations).await;
    let public = approved.iter().find(|row| row["subject"] == "public").unwrap();
    let call = city.post(&format!("/v1/declarations/{}/revocation", text(public, "id")));
    call.if_match("*").json(json!({"reason": "核查不符"})).await.is(200);
    let revoked = whole(&hospital, "completion").await;
    assert_eq!(steps::tenths(&revoked["hours_public"]), steps::tenths(&before.0["hours_public"]));
    assert_eq!(revoked["completed_in_year"], before.0["completed_in_year"]);
    assert_eq!(number(&revoked, "in_progress"), number(&before.0, "in_progress") + 1);
    assert_eq!(revoked["certified"], before.0["certified"]);
}

/// The figures that have rows, by family.
const FIGURES: [(&str, &[&str]); 3] = [
    (
        "completion",
        &[
            "people",
            "in_progress",
            "completed_in_year",
            "completed_by_makeup",
            "exempt",
            "certified",
        ],
    ),
    ("filing", &["units", "units_without_administrator"]),
    ("timeliness", &["waiting", "overdue", "done", "on_time", "late", "lapsed_late"]),
];

async fn parts_add_up_to_the_whole_and_rows_to_the_figure(server: &Server) {
    steps::certified_person(server).await;
    server.set_clock("2023-10-26T09:00:00+08:00").await;
    let city = server.login("city.officer").await;
    for at in ["", "&as_of=2023-10-01T12:34:56%2B08:00"] {
        for (family, names) in FIGURES {
            let answer = figures(&city, &format!("{family}?year=2023&by=unit{at}")).await;
            let parts = answer["units"].as_array().unwrap();
            assert!(parts.len() > 3, "{answer:#}");
            if family == "timeliness" {
                for stage_name in ["employer", "authority"] {
                    let total = stage(&answer["total"], stage_name);
                    for name in names {
                        let sum: i64 = parts
                            .iter()
                            .map(|part| number(&stage(&part["figures"], stage_name), name))
                            .sum();
                        assert_eq!(sum, number(&total, name), "{stage_name} {name} {answer:#}");
                        let figure = format!("{stage_name}_{name}");
                        assert_rows(&city, family, &figure, at, sum).await;
                    }
                }
                continue;
            }
            for name in names {
                let sum: i64 = parts.iter().map(|part| number(&part["figures"], name)).sum();
                assert_eq!(sum, number(&answer["total"], name), "{name} {answer:#}");
                assert_rows(&city, family, name, at, sum).await;
            }
        }
        let completion = figures(&city, &format!("completion?year=2023{at}")).await;
        for name in ["hours_public", "hours_professional", "hours_makeup"] {
            let path =
                format!("/v1/statistics/completion/rows?figure={name}&year=2023&limit=7{at}");
            let rows = steps::all_pages(&city, &path).await;
            let sum: i64 = rows.iter().map(|row| steps::tenths(&row["amount"])).sum();
            assert_eq!(sum, steps::tenths(&completion["total"][name]), "{name}");
        }
    }
    // By way: what the figure says of it.
    let completion = whole(&city, "completion").await;
    for way in completion["hours_by_way"].as_array().unwrap() {
        let path = format!(
            "/v1/statistics/completion/rows?figure=hours_{}&way={}&year=2023&limit=200",
            text(way, "subject"),
            text(way, "way")
        );
        let rows = steps::all_pages(&city, &path).await;
        let sum: i64 = rows.iter().map(|row| steps::tenths(&row["amount"])).sum();
        assert_eq!(sum, steps::tenths(&way["hours"]), "{way:#}");
    }
}

/// As many rows as the figure says, of people and units with a name.
async fn assert_rows(client: &Client, family: &str, figure: &str, at: &str, expected: i64) {
    let path = format!("/v1/statistics/{family}/rows?figure={figure}&year=2023&limit=6{at}");
    let rows = steps::all_pages(client, &path).await;
    assert_eq!(rows.len() as i64, expected, "{figure}{at}: {rows:#?}");
    let total = client.get(&format!("{path}&include=total")).await.is(200);
    assert_eq!(total["total"], expected, "{figure}{at}");
    for row in rows {
        assert!(!text(&row, "organization").is_empty(), "{row:#}");
        if !row["professional_id"].is_null() {
            assert!(!text(&row, "professional").is_empty(), "{row:#}");
        }
    }
}

async fn reviews_are_counted_by_stage_in_time_and_late(server: &Server) {
    server.set_clock("2023-10-16T09:00:00+08:00").await;
    let engineer = server.login("engineer").await;
    let before = whole(&server.login("company.admin").await, "timeliness").await;
    let mut drafts = Vec::new();
    for (title, from) in [("甲", "05-08"), ("乙", "06-05"), ("丙", "07-03")] {
        let to = format!("{}9", &from[..4]);
        let draft = steps::conference_with_evidence(&engineer, title, from, &to, 1).await;
        steps::submission(&engineer, &draft).await.is(200);
        drafts.push(text(&draft, "id"));
    }
    let change = |after: &Value, name: &str| {
        let before = number(&stage(&before, "employer"), name);
        number(&stage(after, "employer"), name) - before
    };
    let company = server.login("company.admin").await;
    let submitted = whole(&company, "timeliness").await;
    assert_eq!(change(&submitted, "waiting"), 3, "{submitted:#}");
    // Two working days later one is approved: in time.
    server.set_clock("2023-10-18T09:00:00+08:00").await;
    let company = server.login("company.admin").await;
    steps::decision(&company, &drafts[0], "approve").await.is(200);
    // On the day after the due day the others are overdue, with no one having done anything (V3).
    server.set_clock("2023-10-24T09:00:00+08:00").await;
    let company = server.login("company.admin").await;
    let late = whole(&company, "timeliness").await;
    assert!(change(&late, "overdue") >= 2, "{late:#}");
    assert_eq!((change(&late, "waiting"), change(&late, "on_time")), (2, 1), "{late:#}");
    let district = server.login("jinshui.reviewer").await;
    let seen = stage(&whole(&district, "timeliness").await, "employer");
    assert!(number(&seen, "overdue") >= 2, "{seen:#}");
    steps::decision(&company, &drafts[1], "return").await.is(200);
    let decided = whole(&company, "timeliness").await;
    assert_eq!((change(&decided, "late"), change(&decided, "done")), (1, 2), "{decided:#}");
    assert_eq!(change(&decided, "overdue"), change(&late, "overdue") - 1, "{decided:#}");
    let employer = stage(&decided, "employer");
    assert!(employer["mean_working_days"].as_f64().is_some(), "{employer:#}");
    assert!(employer["p90_working_days"].as_i64().is_some_and(|days| days >= 2), "{employer:#}");
    let done = number(&employer, "done") as f64;
    let rate = employer["on_time_rate"].as_f64().unwrap();
    assert!((rate - number(&employer, "on_time") as f64 / done).abs() < 0.000_051, "{employer:#}");
    // The approved one waits at the district now, and is counted there.
    let rows = "/v1/statistics/timeliness/rows?figure=authority_waiting&year=2023&limit=200";
    let waiting = steps::all_pages(&district, rows).await;
    assert!(waiting.iter().any(|row| row["declaration_id"] == drafts[0].as_str()), "{waiting:#?}");
    // Taken back by its owner, the third one is no review at all.
    let third = engineer_again(server).await;
    let path = format!("/v1/declarations/{}/withdrawal", drafts[2]);
    third.post(&path).if_match("*").await.is(200);
    let gone = whole(&company, "timeliness").await;
    assert_eq!((change(&gone, "waiting"), change(&gone, "done")), (0, 2), "{gone:#}");
    assert_eq!(change(&gone, "overdue"), change(&decided, "overdue") - 1, "{gone:#}");
}

async fn engineer_again(server: &Server) -> Client {
    server.login("engineer").await
}

async fn people_and_units_are_counted(server: &Server) {
    let admin = server.login("city.admin").await;
    let (people, filing) = (whole(&admin, "completion").await, whole(&admin, "filing").await);
    let company = unit_named(&admin, "郑州示范科技有限公司").await;
    // Someone joins, and leaves again (U3): they count in between.
    let new = json!({"name": "郑小满", "id_type": "resident_id", "id_number": "410102198506151238", "post": "technical",
        "employer_id": company, "started_on": "2023-09-01"});
    let person = admin.post("/v1/professionals").json(new).await.is(201);
    let joined = whole(&admin, "completion").await;
    assert_eq!(number(&joined, "people"), number(&people, "people") + 1);
    assert_eq!(number(&joined, "not_started"), number(&people, "not_started") + 1);
    let path = format!("/v1/professionals/{}", text(&person, "id"));
    // Managed as a civil servant, they do not (U4b).
    let call = admin.patch(&path).if_match("*").json(json!({"post": "civil_servant"}));
    call.await.is(200);
    assert_eq!(whole(&admin, "completion").await["people"], people["people"]);
    admin.patch(&path).if_match("*").json(json!({"post": "management"})).await.is(200);
    assert_eq!(whole(&admin, "completion").await["people"], joined["people"]);
    // A new unit has no administrator until one is appointed (U1).
    let above =
        text(&admin.get(&format!("/v1/organizations/{company}")).await.is(200), "parent_id");
    let unit = json!({"parent_id": above, "kind": "employer", "name": "新单位", "unit_code": "914403001922038216",
        "reviewing_body_id": above});
    let unit = text(&admin.post("/v1/organizations").json(unit).await.is(201), "id");
    let added = whole(&admin, "filing").await;
    assert_eq!(number(&added, "units"), number(&filing, "units") + 1);
    let without = |figures: &Value| number(figures, "units_without_administrator");
    assert_eq!(without(&added), without(&filing) + 1);
    let rows = "/v1/statistics/filing/rows?figure=units_without_administrator&year=2023&limit=200";
    let rows = steps::all_pages(&server.login("jinshui.reviewer").await, rows).await;
    assert!(
        rows.iter().any(|row| row["id"] == unit.as_str()),
        "listed for the level above: {rows:#?}"
    );
    let account = steps::bare_account(&admin, "new.admin", "a long enough password").await;
    let appointment = json!({"account_id": account, "role": "employer_administrator"});
    let call = admin.post(&format!("/v1/organizations/{unit}/administrators")).json(appointment);
    call.await.is(201);
    let appointed = whole(&admin, "filing").await;
    assert_eq!(without(&appointed), without(&filing));
    assert_eq!(appointed["units"], added["units"]);
}
