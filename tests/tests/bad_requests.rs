//! Bad requests beside their JSON: sizes, media types, parameters, cursors, paths and ids.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Answer, Server, on_both, on_sqlite};

use crate::bad_input::{operations, raw};

on_both!(made_up_cursors_and_parameters_are_refused);
on_sqlite!(
    too_large_and_wrongly_packed_bodies_are_refused,
    unknown_paths_and_methods_are_problems,
    made_up_ids_are_not_found,
);

/// Cursors, limits, sort orders, fields and filters that do not exist.
async fn made_up_cursors_and_parameters_are_refused(server: &Server) {
    let officer = server.login("city.officer").await;
    let cursor = |content: &str| URL_SAFE_NO_PAD.encode(content);
    let long = "A".repeat(5000);
    for list in [
        "/v1/declarations",
        "/v1/review-queue",
        "/v1/learning-records",
        "/v1/professionals",
        "/v1/organizations",
    ] {
        for made_up in [
            "x",
            "",
            "%00",
            "null",
            &long,
            &cursor("{}"),
            &cursor(r#"{"v":1,"s":"-created_at","k":"zzz"}"#),
            &cursor(r#"{"v":1,"s":"due_at","k":[1,2,3]}"#),
            &cursor(r#"{"v":1,"s":"created_at","k":{"a":1}}"#),
            &cursor(r#"{"v":2,"s":"-created_at","k":"01890000-0000-7000-8000-000000000000"}"#),
            &cursor("[[[[[[[["),
        ] {
            let answer = officer.get(&format!("{list}?cursor={made_up}")).await;
            assert_eq!(answer.status, 400, "{answer:?}");
            assert!(
                matches!(
                    answer.json()["code"].as_str(),
                    Some("invalid-cursor" | "invalid-parameter")
                ),
                "{answer:?}"
            );
        }
        for (query, code) in [
            ("limit=0", "invalid-parameter"),
            ("limit=201", "invalid-parameter"),
            ("limit=-1", "invalid-parameter"),
            ("limit=1e2", "invalid-parameter"),
            ("limit=", "invalid-parameter"),
            ("limit=10&limit=20", "invalid-parameter"),
            ("sort=password", "invalid-parameter"),
            ("include=everything", "invalid-parameter"),
            ("offset=10", "unknown-parameter"),
            ("LIMIT=10", "unknown-parameter"),
            ("page[size]=10", "unknown-parameter"),
        ] {
            let answer = officer.get(&format!("{list}?{query}")).await;
            answer.refused(400, code);
        }
    }
    for query in [
        "fields=secret",
        "state=finished",
        "year=abc",
        "year=2023.0",
        "subject=PUBLIC",
        "professional_id=me",
    ] {
        officer.get(&format!("/v1/declarations?{query}")).await.refused(400, "invalid-parameter");
    }
    officer.get("/v1/review-queue?overdue=maybe").await.refused(400, "invalid-parameter");
    let doctor = server.login("professional").await;
    let body = steps::conference("会议", "05-08", "05-09", 8);
    doctor
        .post("/v1/declarations?dry_run=yes")
        .json(body.clone())
        .await
        .refused(400, "invalid-parameter");
    doctor.post("/v1/declarations?dryrun=true").json(body).await.refused(400, "unknown-parameter");
}

/// 10 MB, unknown media types, compressed bodies.
async fn too_large_and_wrongly_packed_bodies_are_refused(server: &Server) {
    for (client, method, path, valid) in operations(server).await {
        let huge = format!("{{\"title\":\"{}\"}}", "x".repeat(10 * 1024 * 1024));
        raw(&client, method, &path, huge).await.refused(413, "payload-too-large");
        let send =
            |media_type: &str| client.method(method, &path).text(media_type, valid.to_string());
        for media_type in
            ["text/plain", "application/xml", "application/x-www-form-urlencoded", "x"]
        {
            send(media_type).await.refused(415, "unsupported-media-type");
        }
        let packed = send("application/json").header("content-encoding", "gzip");
        packed.await.refused(415, "unsupported-media-type");
        client.method(method, &path).await.refused(415, "unsupported-media-type");
    }
    let doctor = server.login("professional").await;
    let draft = doctor
        .post("/v1/declarations")
        .json(steps::conference("会议", "05-08", "05-09", 8))
        .await
        .is(201);
    let path = format!("/v1/declarations/{}/attachments", text(&draft, "id"));
    for (media_type, body) in [
        ("multipart/form-data; boundary=x", "no parts"),
        (
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-",
        ),
        (
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\ncertificate\r\n--x--\r\n",
        ),
        ("multipart/form-data", "--x--\r\n"),
    ] {
        let answer = doctor.post(&path).text(media_type, body).await;
        assert!(matches!(answer.status, 400 | 415 | 422), "{answer:?}");
    }
    doctor
        .post(&path)
        .text("multipart/form-data; boundary=x", "no parts")
        .await
        .refused(400, "malformed-multipart");
    doctor.post(&path).json(json!({})).await.refused(415, "unsupported-media-type");
    assert!(
        doctor.get(&path).await.is(200)["data"].as_array().unwrap().is_empty(),
        "nothing was stored"
    );
}

/// 404 and 405 with `Allow`, as problems.
async fn unknown_paths_and_methods_are_problems(server: &Server) {
    let doctor = server.login("professional").await;
    for path in [
        "/v1",
        "/v1/",
        "/v1/nothing",
        "/v1/declarations/",
        "/v2/me",
        "/v1/me/../me/x",
        "/v1//me",
        "/%00",
        "/v1/declarations%2F1",
    ] {
        let answer: Answer = doctor.get(path).undocumented().await;
        answer.refused(404, "not-found");
    }
    for (method, path, allow) in [
        ("DELETE", "/v1/declarations", "GET, HEAD, POST"),
        ("PUT", "/v1/me", "GET, HEAD"),
        ("GET", "/v1/auth/login", "POST"),
        ("PATCH", "/v1/review-queue", "GET, HEAD"),
    ] {
        let answer = doctor.method(method, path).undocumented().await;
        answer.refused(405, "method-not-allowed");
        assert_eq!(answer.header("allow"), allow, "{answer:?}");
    }
}

/// Ids of nothing, and texts that are no ids.
async fn made_up_ids_are_not_found(server: &Server) {
    let officer = server.login("city.officer").await;
    for id in ["01890000-0000-7000-8000-000000000000", "00000000-0000-0000-0000-000000000000"] {
        for path in
            ["declarations", "professionals", "organizations", "classes", "learning-records"]
        {
            officer.get(&format!("/v1/{path}/{id}")).await.refused(404, "not-found");
        }
    }
    for id in [
        "1",
        "me",
        "%20",
        "01890000-0000-7000-8000-00000000000g",
        "' or 1=1 --",
        "..%2f..%2fetc%2fpasswd",
        "%00",
    ] {
        let id = id.replace(' ', "%20").replace('\'', "%27");
        for path in ["declarations", "professionals"] {
            let answer = officer.get(&format!("/v1/{path}/{id}")).undocumented().await;
            assert!(matches!(answer.status, 400 | 404), "{answer:?}");
        }
    }
    for number in ["410100-2023-00000001-0", "x", "%00", "410100-2023-99999999-1"] {
        officer.get(&format!("/v1/certificates/{number}")).await.refused(404, "not-found");
        officer.get(&format!("/v1/certificates/{number}.pdf")).await.refused(404, "not-found");
    }
    for code in
        ["x", "00000000000000000000", "%F0%9F%98%80", "7Q4M2ZC9K1T8XW5B3N6E7Q4M2ZC9K1T8XW5B3N6E"]
    {
        let call =
            server.nobody().get(&format!("/v1/verify/{code}")).header("accept", "application/json");
        call.await.refused(404, "not-found");
    }
}
