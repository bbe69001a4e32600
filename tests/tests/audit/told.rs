//! What auditors are told: logins, files, snapshots, accounts; each once, with whom and from where.

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both};

use super::{account, awaited, found, kinds};

on_both!(
    logins_of_those_who_hold_an_office_are_told,
    wrong_passwords_are_told_once_the_next_attempt_has_to_wait,
    files_are_told_when_they_are_asked_for_and_taken,
    accounts_and_platforms_are_told,
);

async fn try_login(server: &Server, username: &str, password: &str) -> u16 {
    let body = json!({"username": username, "password": password});
    let call = server.nobody().post("/v1/auth/login").json(body);
    call.header("x-request-id", &format!("login-of-{username}")).await.status
}

async fn logins_of_those_who_hold_an_office_are_told(server: &Server) {
    let auditor = server.login("auditor").await;
    assert_eq!(try_login(server, "hospital.admin", "sandbox").await, 200);
    assert_eq!(try_login(server, "professional", "sandbox").await, 200);
    let told = found(&auditor, "kind=account.logged_in&request_id=login-of-hospital.admin").await;
    let [login] = &told[..] else { panic!("{told:#?}") };
    assert_eq!(login["address"], "127.0.0.1", "{login:#}");
    assert_eq!(login["actor"]["username"], "hospital.admin", "{login:#}");
    assert_eq!(login["actor"]["id"], login["subject_id"], "{login:#}");
    assert_eq!(login["rule"]["id"], "Who", "{login:#}");
    let office = &login["actor"]["offices"][0];
    assert_eq!(office["role"], "employer_administrator", "{login:#}");
    assert_eq!(office["organization_id"], login["organization_id"], "{login:#}");
    assert_eq!(login["data"]["offices"][0], *office, "{login:#}");
    // Whoever holds no office is not watched.
    let own = found(&auditor, "request_id=login-of-professional").await;
    assert_eq!(own, Vec::<Value>::new());
    let doctor = server.login("professional").await;
    let query = format!("actor={}&kind=account.logged_in", account(&doctor).await);
    assert_eq!(found(&auditor, &query).await, Vec::<Value>::new());
    // A refresh and a logout begin nothing.
    let logins = found(&auditor, "kind=account.logged_in").await.len();
    server.login("auditor").await.post("/v1/auth/logout").await.is(204);
    assert_eq!(found(&auditor, "kind=account.logged_in").await.len(), logins + 1);
}

async fn wrong_passwords_are_told_once_the_next_attempt_has_to_wait(server: &Server) {
    let auditor = server.login("auditor").await;
    let people = ["city.officer", "jinshui.reviewer", "professional", "nobody.at.all"];
    for username in people {
        for turn in 0..4 {
            assert_eq!(try_login(server, username, "wrong").await, 401, "{username} {turn}");
        }
    }
    let failed = "kind=account.login_failed&sort=occurred_at";
    assert_eq!(found(&auditor, failed).await, Vec::<Value>::new(), "nobody has to wait yet");
    for username in people {
        assert_eq!(try_login(server, username, "wrong").await, 401, "{username}");
        assert_eq!(try_login(server, username, "sandbox").await, 429, "{username}");
    }
    // Told by the sweep, not by the answer.
    let query = format!("{failed}&request_id=login-of-jinshui.reviewer");
    let told = awaited(&auditor, &query).await;
    let [failure] = &told[..] else { panic!("{told:#?}") };
    assert_eq!(failure["data"]["failures"], 5, "{failure:#}");
    assert_eq!(failure["address"], "127.0.0.1", "{failure:#}");
    assert_eq!(failure["actor"], Value::Null, "nobody knows who it was: {failure:#}");
    // Told at the latest with the login that succeeds, before it.
    server.set_clock("2023-10-16T10:00:00+08:00").await;
    let (officer, auditor) = (server.login("city.officer").await, server.login("auditor").await);
    let query = format!("subject={}&sort=occurred_at", account(&officer).await);
    let told = found(&auditor, &query).await;
    let told = kinds(&told);
    assert_eq!(told[told.len() - 2..], ["account.login_failed", "account.logged_in"], "{told:?}");
    // Of others nothing, however long one waits: what is there are two.
    let told = found(&auditor, failed).await;
    assert_eq!(told.len(), 2, "{told:#?}");
}

/// The export of a list once it has succeeded.
async fn exported(client: &Client, list: &str) -> Value {
    let body = json!({"list": list, "parameters": {"limit_to": "x"}, "format": "csv"});
    client.post("/v1/exports").json(body.clone()).await.refused(400, "unknown-parameter");
    let body = json!({"list": list, "parameters": {}, "format": "csv"});
    let export = text(&client.post("/v1/exports").json(body).await.is(202), "id");
    for _ in 0..super::TRIES {
        let export = client.get(&format!("/v1/exports/{export}")).await.is(200);
        if export["state"] == "succeeded" {
            return export;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{export} does not succeed");
}

async fn files_are_told_when_they_are_asked_for_and_taken(server: &Server) {
    let (auditor, reviewer) =
        (server.login("auditor").await, server.login("health.reviewer").await);
    let unit = reviewer.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
    let export = exported(&reviewer, "professionals").await;
    let of_export = format!("subject={}&sort=occurred_at", text(&export, "id"));
    assert_eq!(kinds(&found(&auditor, &of_export).await), ["export.asked"]);
    for _ in 0..2 {
        let file = reviewer.get(&text(&export, "file")).header("x-request-id", "taken").await;
        assert_eq!(file.status, 200, "{file:?}");
    }
    let told = found(&auditor, &of_export).await;
    assert_eq!(kinds(&told), ["export.asked", "export.downloaded", "export.downloaded"]);
    for event in &told {
        assert_eq!(event["actor"]["username"], "health.reviewer", "{event:#}");
        assert_eq!(event["organization_id"], unit, "{event:#}");
        assert_eq!(
            (&event["data"]["list"], &event["data"]["format"]),
            (&json!("professionals"), &json!("csv"))
        );
    }
    assert_eq!(
        (&told[2]["request_id"], &told[2]["address"]),
        (&json!("taken"), &json!("127.0.0.1"))
    );
    // All exports of a unit, as `docs/auditing.md` asks for them.
    let query = format!("unit={}&kind=export.asked,export.downloaded", unit.as_str().unwrap());
    assert_eq!(found(&auditor, &query).await.len(), 3);

    // Files that are made while they are answered; a page of JSON is none.
    let figures = "/v1/statistics/completion?year=2023";
    let rows = "/v1/statistics/completion/rows?figure=people&year=2023";
    for path in [figures, rows] {
        reviewer.get(path).await.is(200);
        let file = reviewer.get(path).header("accept", "text/csv").await;
        assert_eq!(file.status, 200, "{file:?}");
    }
    let told = found(&auditor, "kind=export.downloaded&sort=occurred_at&year=2023").await;
    let lists: Vec<&Value> = told.iter().map(|event| &event["data"]["list"]).collect();
    assert_eq!(lists, [&json!("completion_figures"), &json!("figure_rows")]);

    // A snapshot once, however many pages it is read in.
    let province = server.machine("province").await;
    let lines = province.get("/v1/sync/snapshot").await;
    assert!(lines.text().contains("\"kind\":\"end\""), "{lines:?}");
    let told = found(&auditor, "kind=snapshot.read").await;
    let [snapshot] = &told[..] else { panic!("{told:#?}") };
    assert_eq!(snapshot["actor"]["username"], "province", "{snapshot:#}");
    assert_eq!(snapshot["actor"]["is_program"], true, "{snapshot:#}");
}

async fn accounts_and_platforms_are_told(server: &Server) {
    let (auditor, admin) = (server.login("auditor").await, server.login("city.admin").await);
    let secret = "a long enough password";
    let id = steps::bare_account(&admin, "somebody", secret).await;
    let path = format!("/v1/accounts/{id}");
    let another = "another long password";
    let change = json!({"display_name": "改名", "password": another, "state": "disabled"});
    admin.patch(&path).if_match("*").json(change).await.is(200);
    let told = found(&auditor, &format!("subject={id}&sort=occurred_at")).await;
    assert_eq!(kinds(&told), ["account.created", "account.changed"]);
    assert_eq!(told[1]["data"]["changed"], json!(["display_name", "state", "password"]));
    let shown = json!(told).to_string();
    for kept in [secret, another, "改名", "新账号"] {
        assert!(!shown.contains(kept), "{kept}: {shown}");
    }
    let platform = json!({"code": "newone", "name": "新平台"});
    admin.post("/v1/platforms").json(platform.clone()).await.is(201);
    let told = found(&auditor, "kind=platform.registered&limit=1").await;
    assert_eq!(told[0]["data"]["code"], "newone", "{told:#?}");
    // A dry run, and what is refused, tell nothing.
    let count = found(&auditor, "kind=account.created,platform.registered").await.len();
    admin.post("/v1/platforms").json(platform).await.refused(409, "already-exists");
    let other = json!({"code": "newtwo", "name": "新平台"});
    admin.post("/v1/platforms?dry_run=true").json(other).await.is(201);
    assert_eq!(found(&auditor, "kind=account.created,platform.registered").await.len(), count);
    // A role that is given, and one that is taken away.
    let unit = admin.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
    let other = steps::bare_account(&admin, "second.auditor", secret).await;
    let grants = format!("/v1/accounts/{other}/grants");
    let office = json!({"role": "auditor", "organization_id": unit});
    let grant = admin.post(&grants).json(office).await.is(201);
    admin.delete(&format!("{grants}/{}", text(&grant, "id"))).await.is(204);
    let told = found(&auditor, &format!("subject={}&sort=occurred_at", text(&grant, "id"))).await;
    assert_eq!(kinds(&told), ["administrator.appointed", "administrator.ended"]);
    assert_eq!(told[0]["data"]["account_id"], other.as_str(), "{told:#?}");
}
