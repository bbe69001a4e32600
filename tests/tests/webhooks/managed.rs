//! Webhooks as resources: what may be asked for, and what not.

use serde_json::{Value, json};
use xueshi_tests::steps::text;
use xueshi_tests::{Receiver, Server, on_both, on_sqlite};

use super::{happen, hook, path, willing};

on_both!(
    a_webhook_is_changed_and_deleted,
    what_cannot_be_delivered_to_is_refused,
    production_delivers_to_public_https_addresses_only,
);
on_sqlite!(secrets_and_addresses_are_not_in_the_database);

async fn a_webhook_is_changed_and_deleted(server: &Server) {
    let owner = server.login("hospital.admin").await;
    let (one, other) = (willing(), willing());
    let hook = hook(&owner, &one, json!({"description": "医院系统"})).await;
    let edit = |body: Value| owner.patch(&path(&hook, "")).json(body);
    edit(json!({"enabled": true})).await.refused(428, "precondition-required");
    edit(json!({"enabled": true})).if_match("\"7\"").await.refused(412, "precondition-failed");
    edit(json!({})).if_match("*").await.refused(422, "validation-failed");
    let changes = json!({"url": other.url(), "types": ["learning_record.changed"], "content": "hint", "description": ""});
    let changed = edit(changes).if_match("\"1\"").await;
    let now = changed.is(200);
    assert_eq!(changed.etag(), "\"2\"");
    assert_eq!(
        (&now["url"], &now["content"], &now["description"]),
        (&json!(other.url()), &json!("hint"), &json!(""))
    );
    happen(server, 1).await;
    other.wait_for(1).await;
    assert!(one.received().is_empty());
    // Disabled, it loses nothing.
    edit(json!({"enabled": false})).if_match("*").await.is(200);
    let before = other.received().len();
    happen(server, 1).await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(other.received().len(), before);
    edit(json!({"enabled": true})).if_match("*").await.is(200);
    other.wait_for(before + 1).await;
    let events = server.login("city.officer").await;
    for (kind, times) in [("created", 1), ("changed", 3), ("deleted", 0)] {
        let told = events.get(&format!("/v1/events?type=webhook.{kind}")).await.is(200);
        assert_eq!(told["data"].as_array().unwrap().len(), times, "{kind}");
    }
    owner.delete(&path(&hook, "")).await.is(204);
    owner.get(&path(&hook, "")).await.refused(404, "not-found");
    assert_eq!(owner.get("/v1/webhooks").await.is(200)["data"], json!([]));
    let told = events.get("/v1/events?type=webhook.deleted").await.is(200);
    assert_eq!(told["data"][0]["subject_id"], hook["id"]);
}

async fn what_cannot_be_delivered_to_is_refused(server: &Server) {
    let owner = server.login("hospital.admin").await;
    let create = |body: Value| owner.post("/v1/webhooks").json(body);
    for url in [
        "not a url at all",
        "ftp://province.example/",
        "https://user:word@province.example/",
        "https://",
    ] {
        create(json!({"url": url})).await.refused(422, "validation-failed");
    }
    let url = "https://province.example/hook";
    for wrong in [
        json!({"url": url, "signatures": []}),
        json!({"url": url, "signatures": ["v1", "v1"]}),
        json!({"url": url, "types": ["certificate.issued", "certificate.issued"]}),
        json!({"url": url, "description": "a\nb"}),
    ] {
        create(wrong).await.refused(422, "validation-failed");
    }
    create(json!({"url": url, "types": ["declaration.eaten"]})).await.refused(422, "invalid-value");
    create(json!({"url": url, "cursor": "abc"})).await.refused(400, "invalid-cursor");
    create(json!({"url": url, "secret": "whsec_"})).await.refused(400, "unknown-member");
    let only = create(json!({"url": url, "signatures": ["v1a"], "types": ["settlement.finished"]}));
    assert_eq!(only.await.is(201)["secret"], Value::Null);
    for _ in 1..20 {
        create(json!({"url": url, "types": ["settlement.finished"]})).await.is(201);
    }
    let refused = create(json!({"url": url})).await.refused(422, "too-many-webhooks");
    assert_eq!(refused["most"], 20);
    // Another owner has room of their own.
    let other = server.login("company.admin").await;
    other
        .post("/v1/webhooks")
        .json(json!({"url": url, "types": ["settlement.finished"]}))
        .await
        .is(201);
}

/// The program itself, on an empty database of its own: no sandbox, so no private addresses, also not by name.
async fn production_delivers_to_public_https_addresses_only(server: &Server) {
    let production = Server::on_empty(server.database(), Server::as_production).unwrap();
    let mut create = std::process::Command::new(env!("CARGO_BIN_EXE_xueshi-under-test"));
    create.args(["admin", "create", "--username", "first.admin", "--name", "管理员"]);
    create.args(["--log", "warn", "--database-url", production.database_url()]);
    create.arg("--data-dir").arg(production.directory());
    create.env_clear().env("XUESHI_ADMIN_PASSWORD", "a long enough password");
    let output = create.current_dir(production.directory()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let admin = production.login_with("first.admin", "a long enough password").await;
    let receiver: Receiver = willing();
    let port = receiver.port();
    for (url, code) in [
        (format!("http://province.example:{port}/"), "https-required"),
        (format!("https://127.0.0.1:{port}/"), "private-target"),
        (format!("https://[::ffff:127.0.0.1]:{port}/"), "private-target"),
        (format!("https://2130706433:{port}/"), "private-target"),
        ("https://169.254.169.254/latest/meta-data".to_owned(), "private-target"),
    ] {
        let refused = admin.post("/v1/webhooks").json(json!({"url": url})).await;
        let problem = refused.refused(422, "validation-failed");
        assert_eq!(problem["errors"][0]["code"], code, "{problem:#}");
    }
    // A name is looked up when something is sent; nobody connects to what it stands for.
    let named =
        json!({"url": format!("https://localhost:{port}/"), "types": ["settlement.finished"]});
    let hook = admin.post("/v1/webhooks").json(named).await.is(201);
    let sent = admin.post(&path(&hook, "/test")).await;
    sent.is(202);
    for _ in 0..200 {
        let delivery = admin.get(sent.header("location")).await.is(200);
        if delivery["state"] == "failed" {
            assert_eq!(delivery["last_attempt"]["failure"], "private_target");
            assert!(receiver.received().is_empty());
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("it was not tried");
}

/// What a receiver's address may hold and what signs is encrypted at rest, also where an answer is kept under a key.
async fn secrets_and_addresses_are_not_in_the_database(server: &Server) {
    let mut own = Server::start(server.database()).await;
    let owner = own.login("hospital.admin").await;
    let new = json!({"url": "https://province.example/hook?key=unmistakable", "types": ["settlement.finished"]});
    let hook = owner.post("/v1/webhooks").key("once").json(new).await.is(201);
    let secret = text(&hook, "secret");
    let again = owner.post("/v1/webhooks").key("once").json(
        json!({"url": "https://province.example/hook?key=unmistakable", "types": ["settlement.finished"]}),
    );
    assert_eq!(again.await.is(201)["secret"], secret.as_str());
    own.stop();
    let file = own.database_url().trim_start_matches("sqlite://").to_owned();
    let bytes = std::fs::read(file).unwrap();
    for hidden in [secret.as_str(), secret.trim_start_matches("whsec_"), "unmistakable"] {
        let found = bytes.windows(hidden.len()).any(|window| window == hidden.as_bytes());
        assert!(!found, "{hidden} is in the file");
    }
}
