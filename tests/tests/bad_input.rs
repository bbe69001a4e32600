//! Bad input: a precise problem in either language, nothing stored, no fault of the server's.

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Call, Client, Server, on_both, on_sqlite};

on_both!(
    bodies_that_cannot_be_read_are_refused_and_nothing_is_stored,
    hours_that_are_none_are_refused,
    dates_that_are_none_are_refused,
    texts_that_cannot_be_stored_are_refused,
);
on_sqlite!(problems_are_in_the_callers_language,);

/// Operations with a JSON body, each with a body that it would take.
pub(crate) async fn operations(server: &Server) -> Vec<(Client, &'static str, String, Value)> {
    let doctor = server.login("professional").await;
    let person = steps::professional_id(&doctor).await;
    let employer = server.login("hospital.admin").await;
    let unit = employer.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
    let waiting = employer.get("/v1/review-queue").await.is(200)["data"][0].clone();
    let reviews = format!("/v1/declarations/{}/reviews", text(&waiting, "id"));
    let delivery = json!({"professional_id": person, "platform": "hnzjzx", "course_code": "bad", "title": "课程",
        "hours": 1, "started_on": "2023-05-08", "completed_on": "2023-05-12"});
    let colleague = json!({"name": "郑小满", "id_type": "resident_id", "id_number": "410102198506151238",
        "post": "technical", "employer_id": unit, "started_on": "2023-09-01"});
    let batch = json!({"items": [{"declaration_id": waiting["id"], "decision": "approve"}]});
    let days = json!({"days": [{"date": "2027-10-01", "kind": "holiday"}]});
    vec![
        (
            doctor,
            "POST",
            "/v1/declarations".to_owned(),
            steps::conference("会议", "05-08", "05-09", 8),
        ),
        (server.machine("hnzjzx").await, "POST", "/v1/learning-records".to_owned(), delivery),
        (employer.clone(), "POST", "/v1/professionals".to_owned(), colleague),
        (employer.clone(), "POST", reviews, json!({"decision": "approve"})),
        (employer, "POST", "/v1/reviews:batch".to_owned(), batch),
        (server.login("city.officer").await, "PUT", "/v1/working-days/2027".to_owned(), days),
        (
            server.nobody(),
            "POST",
            "/v1/auth/login".to_owned(),
            json!({"username": "x", "password": "y"}),
        ),
        (
            server.nobody(),
            "PUT",
            "/v1/sandbox/clock".to_owned(),
            json!({"now": "2023-10-16T09:00:00+08:00"}),
        ),
    ]
}

/// What the database has of what the operations above would add.
async fn stored(server: &Server) -> Vec<usize> {
    let auditor = server.login("auditor").await;
    let mut counts = Vec::new();
    for path in [
        "/v1/declarations?limit=200",
        "/v1/learning-records?limit=200",
        "/v1/professionals?limit=200",
    ] {
        counts.push(steps::all_pages(&auditor, path).await.len());
    }
    let decided = steps::all_pages(&auditor, "/v1/review-queue?limit=200").await;
    counts.push(decided.len());
    counts.push(usize::from(server.nobody().get("/v1/working-days/2027").await.status == 200));
    counts
}

pub(crate) fn raw(client: &Client, method: &str, path: &str, body: impl Into<Vec<u8>>) -> Call {
    client.method(method, path).text("application/json", body.into())
}

/// The pointers that a problem names.
fn pointers(problem: &Value) -> Vec<String> {
    let errors = problem["errors"].as_array().into_iter().flatten();
    errors.filter_map(|error| error["pointer"].as_str().map(str::to_owned)).collect()
}

/// Malformed JSON, duplicate keys, unknown members, wrong types, missing members.
async fn bodies_that_cannot_be_read_are_refused_and_nothing_is_stored(server: &Server) {
    let before = stored(server).await;
    for (client, method, path, valid) in operations(server).await {
        let send = |body: String| raw(&client, method, &path, body);
        let good = valid.to_string();
        for broken in [
            String::new(),
            "{".to_owned(),
            good[..good.len() - 1].to_owned(),
            format!("{good}x"),
            good.replace('"', "'"),
            "{\"a\":01}".to_owned(),
            "{\"a\":NaN}".to_owned(),
            "[".repeat(10_000),
            format!("{}1{}", "{\"a\":".repeat(5_000), "}".repeat(5_000)),
            format!("\u{feff}{good}"),
        ] {
            let answer = send(broken.clone()).await;
            let shown: String = broken.chars().take(80).collect();
            assert_eq!(answer.status, 400, "{shown}\n{answer:?}");
        }
        for not_an_object in ["null", "true", "3", "\"text\"", "[]"] {
            let problem = send(not_an_object.to_owned()).await.refused(400, "invalid-type");
            assert_eq!(pointers(&problem), [""], "{path} {not_an_object}: {problem:#}");
        }
        let mut bytes = good.clone().into_bytes();
        bytes.insert(2, 0xFF);
        raw(&client, method, &path, bytes).await.refused(400, "malformed-json");

        let problem =
            send(good.replacen('{', "{\"surprise\":1,", 1)).await.refused(400, "unknown-member");
        assert_eq!(pointers(&problem), ["/surprise"], "{path}: {problem:#}");
        for (member, value) in valid.as_object().unwrap() {
            let pointer = format!("/{member}");
            let twice = good.replacen('{', &format!("{{\"{member}\":{value},"), 1);
            let problem = send(twice).await.refused(400, "duplicate-member");
            assert_eq!(pointers(&problem), [pointer.as_str()], "{path}: {problem:#}");
            for wrong in [json!({"a": 1}), json!(true), json!([[1]])] {
                let mut body = valid.clone();
                body[member] = wrong.clone();
                let answer = send(body.to_string()).await;
                assert!(matches!(answer.status, 400 | 422), "{member} as {wrong}: {answer:?}");
                let named = pointers(&answer.json());
                assert!(
                    named.iter().any(|named| named.starts_with(&pointer)),
                    "{member} as {wrong}: {answer:?}"
                );
            }
        }
    }
    assert_eq!(stored(server).await, before, "nothing was stored");
}

/// Hours of 0, −1, 0.05, 1e308 and more of the kind.
async fn hours_that_are_none_are_refused(server: &Server) {
    let before = stored(server).await;
    let doctor = server.login("professional").await;
    let valid = steps::conference("会议", "05-08", "05-09", 8).to_string();
    for (hours, status, code) in [
        ("0", 422, "hours-not-positive"),
        ("0.0", 422, "hours-not-positive"),
        ("-0", 422, "hours-not-positive"),
        ("-1", 422, "invalid-value"),
        ("-0.1", 422, "invalid-value"),
        ("0.05", 422, "invalid-value"),
        ("7.99999999999999999999", 422, "invalid-value"),
        ("10000", 422, "invalid-value"),
        ("1e308", 422, "invalid-value"),
        ("1e400", 422, "invalid-value"),
        ("18446744073709551616", 422, "invalid-value"),
        ("\"8\"", 400, "invalid-type"),
        ("null", 422, "validation-failed"),
    ] {
        let answer = raw(
            &doctor,
            "POST",
            "/v1/declarations",
            valid.replace("\"hours\":8", &format!("\"hours\":{hours}")),
        )
        .await;
        assert_eq!(answer.status, status, "hours {hours}: {answer:?}");
        let problem = answer.json();
        assert_eq!(pointers(&problem), ["/hours"], "hours {hours}: {problem:#}");
        assert_eq!(problem["code"], code, "hours {hours}: {problem:#}");
    }
    assert_eq!(stored(server).await, before, "nothing was stored");
    // The same number written otherwise is the same number.
    for hours in ["8.0", "8e0", "0.8e1", "80e-1"] {
        let body = valid.replace("\"hours\":8", &format!("\"hours\":{hours}"));
        let draft = raw(&doctor, "POST", "/v1/declarations?dry_run=true", body).await.is(201);
        assert_eq!(draft["hours"], 8, "{hours}");
    }
}

/// Dates of year 0 and 9999, 29 February, and texts that are no dates.
async fn dates_that_are_none_are_refused(server: &Server) {
    let before = stored(server).await;
    let doctor = server.login("professional").await;
    for member in ["learning_start", "learning_end"] {
        for date in [
            "2023-02-29",
            "2023-02-30",
            "2023-13-01",
            "2023-00-10",
            "2023-5-8",
            "2023-05-08T00:00:00+08:00",
            "20230508",
            "+002023-05-08",
            "-2023-05-08",
            "10000-01-01",
            "２０２３-05-08",
            "",
            "今天",
            "0000-00-00",
        ] {
            let mut body = steps::conference("会议", "05-08", "05-09", 8);
            body[member] = json!(date);
            let problem =
                doctor.post("/v1/declarations").json(body).await.refused(422, "invalid-value");
            assert_eq!(pointers(&problem), [format!("/{member}")], "{date}: {problem:#}");
        }
        for date in ["0000-01-01", "0001-01-01", "9999-12-31", "2024-02-29"] {
            let mut body = steps::conference("会议", "05-08", "05-09", 8);
            body[member] = json!(date);
            let answer = doctor.post("/v1/declarations").json(body).await;
            assert_eq!(answer.status, 422, "{member} {date}: {answer:?}");
        }
    }
    for year in ["0", "-1", "1989", "2101", "99999999999", "2023.5", "\"2023\"", "null"] {
        let body = steps::conference("会议", "05-08", "05-09", 8).to_string();
        let answer = raw(
            &doctor,
            "POST",
            "/v1/declarations",
            body.replace("\"year\":2023", &format!("\"year\":{year}")),
        )
        .await;
        assert!(matches!(answer.status, 400 | 422), "year {year}: {answer:?}");
        assert_eq!(pointers(&answer.json()), ["/year"], "year {year}: {answer:?}");
    }
    // A year that nobody has published a policy for.
    doctor.get("/v1/me/years/2050").await.refused(422, "no-policy");
    for path in ["0", "-1", "99999999999", "2023.0", "abc", "1899", "%32%30%32%33x"] {
        let answer = doctor.get(&format!("/v1/me/years/{path}")).await;
        assert!(matches!(answer.status, 400 | 404 | 422), "{answer:?}");
    }
    for instant in [
        "2023-12-19",
        "2023-12-19T24:00:00+08:00",
        "2023-02-29T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "now",
        "",
    ] {
        let call = server.nobody().put("/v1/sandbox/clock").json(json!({"now": instant}));
        assert_eq!(pointers(&call.await.refused(422, "invalid-value")), ["/now"], "{instant}");
    }
    assert_eq!(stored(server).await, before, "nothing was stored");
}

/// NUL, lone surrogates, control characters, blanks, and texts that are too long.
async fn texts_that_cannot_be_stored_are_refused(server: &Server) {
    let before = stored(server).await;
    let doctor = server.login("professional").await;
    let valid = steps::conference("T", "05-08", "05-09", 8).to_string();
    let with = |title: &str| valid.replace("\"title\":\"T\"", &format!("\"title\":{title}"));
    let long = format!("\"{}\"", "长".repeat(201));
    for (title, statuses) in [
        (r#""a\u0000b""#, [422, 422]),
        (r#""a\ud800b""#, [422, 422]),
        (r#""a\udc00\ud800b""#, [422, 422]),
        (r#""""#, [422, 422]),
        (r#""   ""#, [422, 422]),
        ("\"\u{3000}\"", [422, 422]),
        (r#""one\ntwo""#, [422, 422]),
        ("\"raw\ncontrol\"", [400, 400]),
        (long.as_str(), [422, 422]),
    ] {
        let answer = raw(&doctor, "POST", "/v1/declarations", with(title)).await;
        assert!(statuses.contains(&answer.status), "title {title}: {answer:?}");
        if answer.status == 422 {
            let named = pointers(&answer.json());
            assert!(
                !named.is_empty() && named.iter().all(|pointer| pointer == "/title"),
                "title {title}: {answer:?}"
            );
        }
    }
    assert_eq!(stored(server).await, before, "nothing was stored");
    // What looks like an attack is a text: it is kept and given back as it was written.
    for title in [
        "'; drop table declarations; --",
        "<script>alert(1)</script>",
        "吕𠮷安 👩‍⚕️ é",
        "%s%n${x}{{y}}",
        "\\",
    ] {
        let body = steps::conference(title, "05-08", "05-09", 1);
        let draft = doctor.post("/v1/declarations").json(body).await.is(201);
        assert_eq!(steps::reread(&doctor, &draft).await["title"], title);
    }
    let bytes = "a\0b".to_owned();
    let answer = server
        .nobody()
        .post("/v1/auth/login")
        .json(json!({"username": bytes, "password": "x\0y"}))
        .await;
    assert!(matches!(answer.status, 400 | 401 | 422), "{answer:?}");
}

/// Chinese where nothing is asked for, English where it is; the code is the same.
async fn problems_are_in_the_callers_language(server: &Server) {
    for (client, method, path, valid) in operations(server).await {
        let body = valid.to_string().replacen('{', "{\"surprise\":1,", 1);
        for (language, tag, chinese) in [
            ("", "zh-CN", true),
            ("en", "en", false),
            ("fr, en;q=0.5", "en", false),
            ("zh-TW", "zh-CN", true),
        ] {
            let mut call = raw(&client, method, &path, body.clone());
            if !language.is_empty() {
                call = call.header("accept-language", language);
            }
            let answer = call.await;
            let problem = answer.refused(400, "unknown-member");
            assert_eq!(answer.header("content-language"), tag, "{answer:?}");
            for member in ["title", "detail", "solve"] {
                let text = text(&problem, member);
                assert_eq!(
                    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)),
                    chinese,
                    "{member}: {answer:?}"
                );
            }
        }
    }
}
