//! Figures for supervision over HTTP: each after real acts, as of past moments, by unit, with the rows behind them and as files
//! (rulebook, "Figures for supervision"; V3, V9, U1).

use serde_json::{Value, json};
use xueshi_api::Settings;
use xueshi_api::cli::audit_findings;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both};

on_both!(
    figures_follow_the_main_road,
    the_past_gives_the_same_answer_again,
    parts_add_up_to_the_whole_and_rows_to_the_figure,
    reviews_are_counted_by_stage_in_time_and_late,
    people_and_units_are_counted,
    files_have_the_same_figures,
    figures_are_for_those_who_supervise,
    what_cannot_be_asked_is_refused,
    a_forecast_says_what_will_not_finish,
    the_check_finds_what_was_changed_behind_the_service,
    sealed_figures_are_those_of_the_settlement,
);

/// The figures of a family, as somebody.
async fn figures(client: &Client, query: &str) -> Value {
    client.get(&format!("/v1/statistics/{query}")).await.is(200)
}

/// A figure of the whole of 2023.
async fn whole(client: &Client, family: &str) -> Value {
    figures(client, &format!("{family}?year=2023")).await["total"].clone()
}

async fn unit_named(client: &Client, name: &str) -> String {
    let units = steps::all_pages(client, "/v1/organizations?limit=200").await;
    text(units.iter().find(|unit| unit["name"] == name).unwrap(), "id")
}

fn number(figures: &Value, name: &str) -> i64 {
    figures[name].as_i64().unwrap_or_else(|| panic!("no {name} in {figures:#}"))
}

/// A stage of the timeliness figures.
fn stage(figures: &Value, name: &str) -> Value {
    let stages = figures["stages"].as_array().unwrap();
    stages.iter().find(|stage| stage["stage"] == name).unwrap().clone()
}

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

async fn the_past_gives_the_same_answer_again(server: &Server) {
    let city = server.login("city.officer").await;
    let families = ["completion", "timeliness", "filing", "funding"];
    let mut asked = Vec::new();
    for (instant, next) in [
        ("2023-10-16T10:20:30+08:00", "2023-10-16T10:40:00+08:00"),
        ("2023-10-16T10:50:00+08:00", "2023-10-25T11:00:00+08:00"),
    ] {
        server.freeze_clock(instant).await;
        let city = server.login("city.officer").await;
        for family in families {
            let now = figures(&city, &format!("{family}?year=2023&by=unit")).await;
            asked.push((instant, family, now));
        }
        server.freeze_clock(next).await;
        if asked.len() == families.len() {
            steps::certified_person(server).await;
        }
    }
    drop(city);
    let city = server.login("city.officer").await;
    let engineer = server.login("engineer").await;
    let draft = steps::conference_with_evidence(&engineer, "会议", "05-08", "05-09", 2).await;
    steps::submission(&engineer, &draft).await.is(200);
    let mut different = 0;
    for (instant, family, before) in &asked {
        let at = instant.replace('+', "%2B");
        let query = format!("{family}?year=2023&by=unit&as_of={at}");
        for _ in 0..2 {
            let again = figures(&city, &query).await;
            assert_eq!(again, *before, "{family} as of {instant}");
        }
        let now = figures(&city, &format!("{family}?year=2023&by=unit")).await;
        different += i32::from(now["total"] != before["total"]);
    }
    assert!(different >= 3, "nothing has changed since: {different}");
    // The story before the tests began is there too.
    let early = figures(&city, "completion?year=2023&as_of=2023-03-01T00:00:00%2B08:00").await;
    let now = figures(&city, "completion?year=2023").await;
    assert!(
        steps::tenths(&early["total"]["hours"]) < steps::tenths(&now["total"]["hours"]),
        "{early:#}"
    );
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

async fn files_have_the_same_figures(server: &Server) {
    let city = server.login("city.officer").await;
    for family in ["completion", "timeliness", "filing", "funding"] {
        let path = format!("/v1/statistics/{family}?year=2023&by=unit");
        let json = city.get(&path).await.is(200);
        let csv = city.get(&format!("{path}&format=csv")).english().await;
        assert_eq!((csv.status, csv.header("content-type")), (200, "text/csv; charset=utf-8"));
        assert!(csv.header("content-disposition").contains(&format!("{family}-2023.csv")));
        assert_eq!(&csv.bytes[..3], b"\xef\xbb\xbf", "a byte order mark");
        let text = csv.text();
        let lines: Vec<&str> =
            text.trim_start_matches('\u{feff}').trim_end().split("\r\n").collect();
        assert_eq!(lines.len(), 2 + json["units"].as_array().unwrap().len(), "{text}");
        assert!(lines[0].starts_with("organization_id,organization,kind,scope,year,as_of,"));
        if family == "completion" {
            let heads: Vec<&str> = lines[0].split(',').collect();
            let place = heads.iter().position(|head| *head == "people").unwrap();
            let total: Vec<&str> = lines[1].split(',').collect();
            assert_eq!(total[place], json["total"]["people"].to_string());
        }
        let chinese = city.get(&path).header("accept", "text/csv").await.text();
        assert!(chinese.contains("单位标识"), "{chinese}");
        let xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        let workbook = city.get(&path).header("accept", xlsx).await;
        assert_eq!((workbook.status, workbook.header("content-type")), (200, xlsx));
        assert_eq!(&workbook.bytes[..4], b"PK\x03\x04");
    }
    let rows = "/v1/statistics/completion/rows?figure=people&year=2023";
    let csv = city.get(&format!("{rows}&format=csv")).await.text();
    let listed = steps::all_pages(&city, &format!("{rows}&limit=200")).await;
    assert_eq!(csv.trim_end().split("\r\n").count(), listed.len() + 1, "a file has all rows");
    let workbook = city.get(&format!("{rows}&format=xlsx")).await;
    assert_eq!(&workbook.bytes[..4], b"PK\x03\x04");
}

async fn figures_are_for_those_who_supervise(server: &Server) {
    let admin = server.login("city.admin").await;
    let [hospital, jinshui] = [
        unit_named(&admin, "郑州市示范医院").await,
        unit_named(&admin, "郑州市金水区人力资源和社会保障局").await,
    ];
    for who in ["professional", "base.admin", "institute.admin"] {
        let client = server.login(who).await;
        client.get("/v1/statistics/completion?year=2023").await.refused(403, "forbidden");
    }
    for family in ["completion", "timeliness", "filing", "funding"] {
        let path = format!("/v1/statistics/{family}?year=2023&organization_id=");
        let company = server.login("company.admin").await;
        company.get(&format!("{path}{hospital}")).await.refused(404, "not-found");
        let district = server.login("jinshui.reviewer").await;
        district.get(&format!("{path}{hospital}")).await.refused(404, "not-found");
        district.get(&format!("{path}{jinshui}")).await.is(200);
        server.login("health.reviewer").await.get(&format!("{path}{hospital}")).await.is(200);
        server.login("auditor").await.get(&format!("{path}{jinshui}")).await.is(200);
    }
    let rows = format!(
        "/v1/statistics/completion/rows?figure=people&year=2023&organization_id={hospital}"
    );
    server.login("company.admin").await.get(&rows).await.refused(404, "not-found");
    // By default everyone sees their own.
    let mine = figures(&server.login("hospital.admin").await, "completion?year=2023").await;
    assert_eq!(mine["organization"]["id"], hospital.as_str());
    let formulae = mine["formulae"].as_array().unwrap();
    let rate = formulae.iter().find(|formula| formula["figure"] == "completion_rate").unwrap();
    assert_eq!(rate["formula"], "completed_in_year ÷ (people − exempt)");
}

async fn what_cannot_be_asked_is_refused(server: &Server) {
    let city = server.login("city.officer").await;
    for query in [
        "completion?year=2023&as_of=2023-10-17T09:00:00%2B08:00",
        "completion?year=2023&as_of=yesterday",
        "completion?year=1812",
        "completion",
        "completion?year=2023&by=colour",
        "completion?year=2023&format=pdf",
        "completion/rows?year=2023",
        "completion/rows?year=2023&figure=payroll",
        "funding/rows?year=2023&figure=colour",
    ] {
        let path = format!("/v1/statistics/{query}");
        city.get(&path).await.refused(400, "invalid-parameter");
    }
    let both = "/v1/statistics/completion?year=2023&sealed=true&as_of=2023-10-01T09:00:00%2B08:00";
    city.get(both).await.refused(400, "invalid-parameter");
    let unsettled = "/v1/statistics/completion?year=2023&sealed=true";
    city.get(unsettled).await.refused(404, "not-found");
    let path = "/v1/statistics/colours/rows?year=2023&figure=people";
    city.get(path).await.refused(404, "not-found");
}

async fn a_forecast_says_what_will_not_finish(server: &Server) {
    server.set_clock("2023-12-15T09:00:00+08:00").await;
    let engineer = server.login("engineer").await;
    let mut drafts = Vec::new();
    for (title, from) in [("甲", "05-08"), ("乙", "06-05"), ("丙", "07-03"), ("丁", "08-07")] {
        let to = format!("{}9", &from[..4]);
        let draft = steps::conference_with_evidence(&engineer, title, from, &to, 1).await;
        steps::submission(&engineer, &draft).await.is(200);
        drafts.push(text(&draft, "id"));
    }
    let company = server.login("company.admin").await;
    let path = "/v1/review-queue/forecast?year=2023";
    let forecast = company.get(path).await.is(200)["data"][0].clone();
    assert_eq!(forecast["organization"], "郑州示范科技有限公司", "{forecast:#}");
    // Friday the 15th: Monday 18 and Tuesday 19 are left; no one has decided anything for a month.
    assert_eq!(number(&forecast, "working_days_left"), 2, "{forecast:#}");
    assert_eq!(forecast["decided"], 0, "{forecast:#}");
    let waiting = number(&forecast, "waiting");
    assert!(waiting >= 4, "{forecast:#}");
    assert_eq!(number(&forecast, "will_not_finish"), waiting);
    assert_eq!(forecast["working_days_needed"], Value::Null);
    assert_eq!(forecast["review_ends"], "2023-12-20T00:00:00+08:00");
    for draft in &drafts[..2] {
        steps::decision(&company, draft, "approve").await.is(200);
    }
    // Today's decisions count from tomorrow on.
    server.set_clock("2023-12-18T09:00:00+08:00").await;
    let company = server.login("company.admin").await;
    let forecast = company.get(path).await.is(200)["data"][0].clone();
    assert_eq!(forecast["decided"], 2, "{forecast:#}");
    assert_eq!(forecast["pace"], json!(0.1), "{forecast:#}");
    assert_eq!(number(&forecast, "will_not_finish"), number(&forecast, "waiting"));
    // The levels above see their units; others do not.
    let district = server.login("jinshui.reviewer").await;
    let seen = steps::all_pages(&district, &format!("{path}&limit=1")).await;
    assert!(seen.len() >= 2, "the company and the district itself: {seen:#?}");
    let counted = district.get(&format!("{path}&include=total")).await.is(200);
    assert_eq!(counted["total"], seen.len());
    let school = server.login("school.admin").await.get(path).await.is(200);
    assert!(!school.to_string().contains("郑州示范科技有限公司"), "{school:#}");
    city_year_without_rules(server).await;
}

async fn city_year_without_rules(server: &Server) {
    let city = server.login("city.officer").await;
    city.get("/v1/review-queue/forecast?year=2031").await.refused(422, "no-policy");
}

/// What `xueshi audit verify` says.
async fn findings(server: &Server) -> Vec<String> {
    let mut settings = Settings::for_tests(server.directory().to_owned());
    settings.database_url = Some(server.database_url().to_owned());
    audit_findings(&settings).await.unwrap()
}

async fn the_check_finds_what_was_changed_behind_the_service(server: &Server) {
    steps::certified_person(server).await;
    assert_eq!(findings(server).await, Vec::<String>::new());
    for (change, back, figure) in [
        (
            "update unit_figures set amounts = replace(amounts, '\"people_technical\":', '\"people_technical\":1')",
            "update unit_figures set amounts = replace(amounts, '\"people_technical\":1', '\"people_technical\":')",
            "people_technical",
        ),
        (
            "update person_parts set label = 'nothing' where kind = 'year' and label = 'certified' and valid_to is null",
            "update person_parts set label = 'certified' where kind = 'year' and label = 'nothing' and valid_to is null",
            "certified",
        ),
        (
            "update person_parts set amount = amount + 1 where kind = 'hours' and valid_to is null",
            "update person_parts set amount = amount - 1 where kind = 'hours' and valid_to is null",
            "hours",
        ),
        (
            "update figure_log set year = year + 100 where year > 0",
            "update figure_log set year = year - 100 where year > 100",
            "hours_public",
        ),
    ] {
        server.sql(change);
        let found = findings(server).await;
        assert!(found.iter().any(|line| line.contains(figure)), "{change}: {found:#?}");
        server.sql(back);
        assert_eq!(findings(server).await, Vec::<String>::new(), "{back}");
    }
}

/// The demo world's 2022 is settled: its sealed figures are what the settlement says, whatever becomes of people later (A3).
async fn sealed_figures_are_those_of_the_settlement(server: &Server) {
    let city = server.login("city.officer").await;
    let path = "/v1/statistics/completion?year=2022&sealed=true";
    let sealed = city.get(path).await.is(200);
    assert_eq!(sealed["sealed"], true);
    let settlement = city.get("/v1/settlements/2022").await.is(200);
    assert_eq!(sealed["as_of"], settlement["finished_at"], "{settlement:#}");
    let totals = &settlement["totals"];
    for figure in ["people", "completed_in_year", "completed_by_makeup", "incomplete", "exempt"] {
        assert_eq!(sealed["total"][figure], totals[figure], "{figure} {sealed:#} {totals:#}");
    }
    assert_eq!(sealed["total"]["in_progress"], 0);
    assert_eq!(sealed["total"]["not_started"], 0);
    let rows =
        "/v1/statistics/completion/rows?figure=completed_in_year&year=2022&sealed=true&limit=200";
    let rows = steps::all_pages(&city, rows).await;
    assert_eq!(rows.len() as i64, number(&sealed["total"], "completed_in_year"));
    assert_eq!(findings(server).await, Vec::<String>::new());
}
