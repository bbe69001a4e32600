//! When what may be done: the windows of the year and its freeze (W1–W5, E4), by the sandbox's clock.

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, HeldRequest, Server, on_both};

on_both!(
    e4_the_last_second_and_the_first_of_the_freeze,
    w1_the_freeze_refuses_every_change_and_no_reading,
    w1_the_freeze_refuses_changes_of_every_year,
    after_the_freeze_the_windows_of_2023_are_closed,
    before_the_year_its_windows_are_closed,
    w2_a_request_held_open_across_midnight_is_refused,
    w3_overlapping_and_inverted_windows_are_refused,
    w5_windows_are_public_as_json_and_as_a_calendar,
);

const LAST_SECOND: &str = "2023-12-19T23:59:59+08:00";
const FREEZE: &str = "2023-12-20T00:00:00+08:00";
const NEW_YEAR: &str = "2024-01-01T00:00:00+08:00";

/// E4 and V5: accepted with a warning at the last second, refused in the first of the freeze.
async fn e4_the_last_second_and_the_first_of_the_freeze(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = steps::draft_of(&doctor, "public").await;
    server.freeze_clock(FREEZE).await;
    let doctor = server.login("professional").await;
    let refused = steps::submission(&doctor, &draft).await.refused(422, "year-end-freeze");
    assert_eq!((&refused["opens"], &refused["closes"]), (&json!(FREEZE), &json!(NEW_YEAR)));
    assert_eq!(steps::reread(&doctor, &draft).await["state"], "draft");

    server.freeze_clock(LAST_SECOND).await;
    let doctor = server.login("professional").await;
    let submitted = steps::submission(&doctor, &draft).await.is(200);
    assert_eq!(submitted["state"], "employer_review");
    assert_eq!(submitted["warnings"][0]["code"], "review-may-not-finish");
}

/// Who sends what: account, method, path, body, `If-Match`.
type Change = (&'static str, &'static str, String, Option<Value>, Option<String>);

/// One of everything that the freeze must refuse, prepared before it.
struct Prepared {
    calls: Vec<Change>,
}

async fn prepare(server: &Server) -> Prepared {
    let doctor = server.login("professional").await;
    let employer = server.login("hospital.admin").await;
    let authority = server.login("health.reviewer").await;
    let draft = steps::draft_of(&doctor, "public").await;
    let waiting = steps::draft_of(&doctor, "professional").await;
    let waiting = steps::submission(&doctor, &waiting).await.is(200);
    let other = steps::conference_with_evidence(&doctor, "学术年会", "05-08", "05-09", 8).await;
    steps::approve_fully(&doctor, &other, &employer, &authority).await;
    let approved = steps::reread(&doctor, &other).await;
    let own = steps::conference_with_evidence(&doctor, "另一场年会", "06-08", "06-09", 8).await;
    let record = steps::records(&doctor, "public").await.remove(0);
    let person = steps::professional_id(&doctor).await;
    let satisfied = satisfied_person(server).await;
    let tag = |declaration: &Value| Some(format!("\"{}\"", declaration["version"]));
    let path = |declaration: &Value, rest: &str| {
        format!("/v1/declarations/{}{rest}", text(declaration, "id"))
    };
    let new = steps::conference("第三场年会", "07-08", "07-09", 8);
    let delivery = json!({"professional_id": person, "platform": "hnzjzx", "course_code": "late", "title": "课程",
        "hours": 1, "started_on": "2023-11-01", "completed_on": "2023-11-02"});
    assert_eq!(record["declared"], true);
    Prepared {
        calls: vec![
            ("professional", "POST", "/v1/declarations".to_owned(), Some(new), None),
            ("professional", "PATCH", path(&own, ""), Some(json!({"title": "改名"})), tag(&own)),
            ("professional", "POST", path(&own, "/submission"), None, tag(&own)),
            ("professional", "POST", path(&draft, "/submission"), None, tag(&draft)),
            ("professional", "POST", path(&waiting, "/withdrawal"), None, tag(&waiting)),
            (
                "hospital.admin",
                "POST",
                path(&waiting, "/reviews"),
                Some(json!({"decision": "approve"})),
                None,
            ),
            (
                "hospital.admin",
                "POST",
                path(&waiting, "/reviews"),
                Some(json!({"decision": "return", "comment": "x"})),
                None,
            ),
            (
                "city.officer",
                "POST",
                path(&approved, "/revocation"),
                Some(json!({"reason": "查实不符"})),
                tag(&approved),
            ),
            (
                "health.reviewer",
                "POST",
                "/v1/annual-records:verify".to_owned(),
                Some(json!({"year": 2023, "professional_ids": [satisfied]})),
                None,
            ),
            ("hnzjzx", "POST", "/v1/learning-records".to_owned(), Some(delivery), None),
        ],
    }
}

/// 欧阳若曦 of the hospital: satisfied, not verified.
async fn satisfied_person(server: &Server) -> String {
    let authority = server.login("health.reviewer").await;
    let page = authority.get("/v1/annual-records?year=2023&state=satisfied").await.is(200);
    text(&page["data"][0], "professional_id")
}

async fn client(server: &Server, who: &str) -> Client {
    if who == "hnzjzx" { server.machine(who).await } else { server.login(who).await }
}

/// W1: drafts, submissions, withdrawals, reviews, revocations, verifications and deliveries rest; reading goes on.
async fn w1_the_freeze_refuses_every_change_and_no_reading(server: &Server) {
    let prepared = prepare(server).await;
    for instant in [FREEZE, "2023-12-31T23:59:59+08:00"] {
        server.freeze_clock(instant).await;
        for (who, method, path, body, tag) in &prepared.calls {
            let mut call = client(server, who).await.method(method, path);
            if let Some(body) = body {
                call = call.json(body.clone());
            }
            if let Some(tag) = tag {
                call = call.if_match(tag);
            }
            let answer = call.await;
            if path.ends_with(":verify") && answer.status == 200 {
                // Verification answers for each person.
                assert_eq!(
                    answer.json()["results"][0]["problem"]["code"],
                    "year-end-freeze",
                    "{answer:?}"
                );
            } else {
                answer.refused(422, "year-end-freeze");
            }
        }
        let doctor = server.login("professional").await;
        let declarations = doctor.get("/v1/declarations?year=2023").await.is(200);
        assert_eq!(declarations["data"].as_array().unwrap().len(), 4);
        doctor.get("/v1/me/years/2023").await.is(200);
        server.login("hospital.admin").await.get("/v1/review-queue").await.is(200);
    }
}

/// W1: of any year: what belongs to 2022 rests in the freeze of 2023 too.
async fn w1_the_freeze_refuses_changes_of_every_year(server: &Server) {
    server.freeze_clock(FREEZE).await;
    let platform = server.machine("hnzjzx").await;
    let person = steps::professional_id(&server.login("professional").await).await;
    let delivery = json!({"professional_id": person, "platform": "hnzjzx", "course_code": "of-2022", "title": "课程",
        "hours": 1, "started_on": "2022-11-01", "completed_on": "2022-11-02"});
    platform.post("/v1/learning-records").json(delivery).await.refused(422, "year-end-freeze");
}

/// The window table: from New Year on, 2023 is closed, with both bounds and the next opening.
async fn after_the_freeze_the_windows_of_2023_are_closed(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = steps::draft_of(&doctor, "public").await;
    let waiting = steps::draft_of(&doctor, "professional").await;
    let waiting = steps::submission(&doctor, &waiting).await.is(200);
    server.freeze_clock(NEW_YEAR).await;
    let doctor = server.login("professional").await;
    let closed = steps::submission(&doctor, &draft).await.refused(422, "window-closed");
    assert_eq!(closed["opens"], "2023-01-01T00:00:00+08:00");
    assert_eq!(closed["closes"], FREEZE);
    assert!(closed.get("next_opening").is_some(), "the next opening is said: {closed:#}");
    assert!(
        closed["rule"].to_string().contains("W3") || closed["rule"].to_string().contains('W'),
        "{closed:#}"
    );
    let employer = server.login("hospital.admin").await;
    steps::decision(&employer, &text(&waiting, "id"), "approve")
        .await
        .refused(422, "window-closed");
    // Taking back what was submitted needs no window.
    let withdrawn = doctor.post(&format!("/v1/declarations/{}/withdrawal", text(&waiting, "id")));
    let withdrawn = withdrawn.if_match(&format!("\"{}\"", waiting["version"])).await.is(200);
    assert_eq!(withdrawn["state"], "withdrawn");
}

/// The window table: learning of 2024 is declared in 2024 and not before.
async fn before_the_year_its_windows_are_closed(server: &Server) {
    let doctor = server.login("professional").await;
    let mut of_2024 = steps::conference("学术年会", "01-08", "01-09", 8);
    of_2024["year"] = json!(2024);
    of_2024["learning_start"] = json!("2024-01-08");
    of_2024["learning_end"] = json!("2024-01-09");
    let closed =
        doctor.post("/v1/declarations").json(of_2024.clone()).await.refused(422, "window-closed");
    assert_eq!(closed["opens"], "2024-01-01T00:00:00+08:00");
    assert_eq!(closed["next_opening"], "2024-01-01T00:00:00+08:00");
    server.set_clock("2024-01-10T09:00:00+08:00").await;
    let doctor = server.login("professional").await;
    doctor.post("/v1/declarations").json(of_2024).await.is(201);
}

/// W2: what began in time and ends after midnight does not slip through.
async fn w2_a_request_held_open_across_midnight_is_refused(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = steps::draft_of(&doctor, "public").await;
    let submitted = steps::submission(&doctor, &draft).await.is(200);
    let id = text(&submitted, "id");
    server.freeze_clock(LAST_SECOND).await;
    let employer = server.login("hospital.admin").await;
    let path = format!("/v1/declarations/{id}/reviews");
    let body = json!({"decision": "approve", "comment": "在冻结前的最后一秒开始发送"});
    let review = HeldRequest::begin(server, &employer, &path, &body, "").await;
    let doctor = server.login("professional").await;
    let new = steps::conference("学术年会", "05-08", "05-09", 8);
    let draft = HeldRequest::begin(server, &doctor, "/v1/declarations", &new, "").await;
    server.freeze_clock(FREEZE).await;
    for held in [review, draft] {
        let (status, problem) = held.finish().await;
        assert_eq!((status, &problem["code"]), (422, &json!("year-end-freeze")), "{problem:#}");
    }
    let doctor = server.login("professional").await;
    assert_eq!(steps::reread(&doctor, &submitted).await["state"], "employer_review");
    assert_eq!(
        doctor.get("/v1/declarations?year=2023").await.is(200)["data"].as_array().unwrap().len(),
        1
    );

    // The same request within the time is accepted: it was the clock that refused it.
    server.freeze_clock(LAST_SECOND).await;
    let employer = server.login("hospital.admin").await;
    let review = HeldRequest::begin(server, &employer, &path, &body, "").await;
    let (status, declaration) = review.finish().await;
    assert_eq!(
        (status, &declaration["state"]),
        (200, &json!("authority_review")),
        "{declaration:#}"
    );
}

/// W3: a draft whose windows overlap the freeze, or end before they begin, cannot be kept or published.
async fn w3_overlapping_and_inverted_windows_are_refused(server: &Server) {
    let admin = server.login("city.admin").await;
    let begun = admin.post("/v1/policies/2023/drafts").json(json!({})).await;
    let draft = begun.is(201);
    let path = format!("/v1/policies/2023/drafts/{}", draft["version"]);
    for (window, member, instant) in [
        ("declare", "closes", "2023-12-21T00:00:00+08:00"),
        ("review", "closes", "2022-12-20T00:00:00+08:00"),
        ("freeze", "closes", "2023-12-01T00:00:00+08:00"),
    ] {
        let mut document = draft["document"].clone();
        document["windows"][window][member] = json!(instant);
        let answer =
            admin.put(&path).json(json!({"document": document})).if_match(&begun.etag()).await;
        assert_eq!(answer.status, 422, "{answer:?}");
        let errors = answer.json()["errors"].to_string();
        assert!(errors.contains("/document/windows/"), "the pointer names the window: {answer:?}");
    }
    let unchanged = admin.get(&path).await.is(200);
    assert_eq!(unchanged["document"], draft["document"], "nothing was stored");
    // A published policy is changed by a new version, with a reason.
    let publish =
        |body: Value| admin.post(&format!("{path}/publication")).json(body).if_match(&begun.etag());
    let missing = publish(json!({})).await;
    assert_eq!(missing.status, 422, "a reason is required: {missing:?}");
    publish(json!({"reason": "按通知更正"})).await.is(200);
    assert_eq!(server.nobody().get("/v1/policies/2023").await.is(200)["version"], draft["version"]);
}

/// W5: without a login, as JSON with what is open, and as iCalendar.
async fn w5_windows_are_public_as_json_and_as_a_calendar(server: &Server) {
    server.freeze_clock("2023-12-19T23:00:00+08:00").await;
    let calendar = server.nobody().get("/v1/policies/2023/calendar").await.is(200);
    let kinds: Vec<&str> =
        calendar["windows"].as_array().unwrap().iter().filter_map(|w| w["kind"].as_str()).collect();
    for kind in ["declare", "review", "makeup_application", "freeze"] {
        assert!(kinds.contains(&kind), "{kind}: {calendar:#}");
    }
    let declare =
        calendar["windows"].as_array().unwrap().iter().find(|w| w["kind"] == "declare").unwrap();
    assert_eq!((&declare["is_open"], &declare["seconds_left"]), (&json!(true), &json!(3600)));
    server.freeze_clock(FREEZE).await;
    let calendar = server.nobody().get("/v1/policies/2023/calendar").await.is(200);
    let freeze =
        calendar["windows"].as_array().unwrap().iter().find(|w| w["kind"] == "freeze").unwrap();
    assert_eq!((&freeze["is_open"], &freeze["seconds_left"]), (&json!(true), &json!(12 * 86_400)));

    let feed = server.nobody().get("/v1/policies/2023/calendar.ics").await;
    assert_eq!(
        (feed.status, feed.header("content-type")),
        (200, "text/calendar; charset=utf-8"),
        "{feed:?}"
    );
    let text = feed.text();
    assert!(
        text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") || text.contains("VERSION:2.0\r\n"),
        "{text}"
    );
    assert!(text.ends_with("END:VCALENDAR\r\n"), "{text}");
    assert!(text.lines().all(|line| line.len() <= 75), "lines are folded at 75 octets (RFC 5545)");
    assert!(text.matches("BEGIN:VEVENT").count() >= 4, "{text}");
    for line in text.split_inclusive('\n') {
        assert!(line.ends_with("\r\n"), "{line:?}");
    }
}
