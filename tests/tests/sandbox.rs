//! The sandbox: its clock, its reset, its limits; and that production has none of it.

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Database, Server, on_both, on_sqlite};

on_both!(
    the_clock_is_set_read_frozen_and_released,
    a_reset_restores_the_beginning,
    a_restart_goes_on_where_it_was,
    production_has_no_sandbox_and_neither_opens_the_others_database,
);
on_sqlite!(
    the_demo_world_is_as_the_contract_says,
    chaos_and_limits_are_told,
    production_says_under_which_address_it_is_known,
    every_answer_tells_its_request_id,
);

/// PUT works at once, for everybody; GET reads it; DELETE returns to real time.
async fn the_clock_is_set_read_frozen_and_released(server: &Server) {
    let nobody = server.nobody();
    let put = |body: Value| nobody.put("/v1/sandbox/clock").json(body);
    put(json!({"now": "2023-12-19T23:59:59+08:00", "frozen": true})).await.is(200);
    let clock = nobody.get("/v1/sandbox/clock").await.is(200);
    assert_eq!(
        (&clock["now"], &clock["frozen"]),
        (&json!("2023-12-19T23:59:59+08:00"), &json!(true))
    );
    // Another offset is the same instant.
    let clock = put(json!({"now": "2023-12-19T16:00:00Z", "frozen": true})).await.is(200);
    assert_eq!(clock["now"], "2023-12-20T00:00:00+08:00");
    put(json!({"now": "2023-12-20T00:00:00+08:00"})).await.is(200);
    let running = nobody.get("/v1/sandbox/clock").await.is(200);
    assert_eq!(running["frozen"], false);
    assert!(text(&running, "now").starts_with("2023-12-20T00:00:"), "{running:#}");
    let before = nobody.get("/v1/sandbox/clock").await.is(200);
    nobody
        .put("/v1/sandbox/clock?dry_run=true")
        .json(json!({"now": "2024-06-01T00:00:00+08:00"}))
        .await
        .is(200);
    assert!(text(&before, "now").starts_with("2023-12-20"), "a dry run keeps nothing");
    for instant in [
        "0000-01-01T00:00:00+08:00",
        "9999-12-31T23:59:59+08:00",
        "1969-12-31T23:59:59Z",
        "2024-02-29T00:00:00+08:00",
    ] {
        put(json!({"now": instant, "frozen": true})).await.is(200);
        nobody.get("/v1/policies/2023/calendar").await.is(200);
        let login = nobody
            .post("/v1/auth/login")
            .json(json!({"username": "auditor", "password": "sandbox"}))
            .await;
        assert!(login.status < 500, "{login:?}");
    }
    nobody.delete("/v1/sandbox/clock").await.is(200);
    let real = text(&nobody.get("/v1/sandbox/clock").await.is(200), "now");
    assert!(real.as_str() > "2026-" && real.as_str() < "2100", "{real}");
}

/// Everything a person can see of the demo world.
async fn world(server: &Server) -> Vec<Value> {
    server.set_clock("2023-10-16T09:00:00+08:00").await;
    let officer = server.login("city.admin").await;
    let mut all = Vec::new();
    for path in [
        "/v1/declarations?limit=200",
        "/v1/professionals?limit=200",
        "/v1/organizations?limit=200",
        "/v1/learning-records?limit=200",
        "/v1/annual-records?year=2023&limit=200",
        "/v1/accounts?limit=200",
    ] {
        all.extend(steps::all_pages(&officer, path).await);
    }
    all
}

/// Reset: the same content as at the beginning, whatever was done; sessions end.
async fn a_reset_restores_the_beginning(server: &Server) {
    let before = world(server).await;
    steps::certified_person(server).await;
    let doctor = server.login("professional").await;
    assert_ne!(world(server).await, before);
    let reset = server.nobody().post("/v1/sandbox/reset").await.is(200);
    assert!(text(&reset, "now").starts_with("2023-10-16T09:00:0"), "{reset:#}");
    doctor.get("/v1/me").await.refused(401, "invalid-token");
    assert_eq!(world(server).await, before, "content equality");
    // And once more, from a reset world.
    steps::certified_person(server).await;
    server.nobody().post("/v1/sandbox/reset").await.is(200);
    assert_eq!(world(server).await, before);
    steps::certified_person(server).await;
}

/// A restart keeps data and clock, and tokens stay good: keys are the database's.
async fn a_restart_goes_on_where_it_was(server: &Server) {
    let url = server.nobody().get("/v1/sandbox/clock").await.is(200);
    assert!(!url.is_null());
    let second = Server::start(server.database()).await;
    let person = steps::certified_person(&second).await;
    second.freeze_clock("2023-11-11T11:11:11+08:00").await;
    let keys = second.nobody().get("/.well-known/jwks.json").await.is(200);
    let second = second.restart(|_| ()).unwrap();
    let clock = second.nobody().get("/v1/sandbox/clock").await.is(200);
    assert_eq!(
        (&clock["now"], &clock["frozen"]),
        (&json!("2023-11-11T11:11:11+08:00"), &json!(true))
    );
    let verified = second
        .nobody()
        .get(&format!("/v1/verify/{}", person.code))
        .header("accept", "application/json");
    assert_eq!(verified.await.is(200)["state"], "valid");
    assert_eq!(second.nobody().get("/.well-known/jwks.json").await.is(200), keys);
}

/// Production: no sandbox routes, no demo data; a marked database is refused by the other kind.
async fn production_has_no_sandbox_and_neither_opens_the_others_database(server: &Server) {
    let database: Database = server.database();
    let production = Server::on_empty(database, Server::as_production).unwrap();
    for (method, path) in [
        ("GET", "/v1/sandbox/clock"),
        ("DELETE", "/v1/sandbox/clock"),
        ("POST", "/v1/sandbox/reset"),
    ] {
        production.nobody().method(method, path).undocumented().await.refused(404, "not-found");
    }
    let call = production
        .nobody()
        .put("/v1/sandbox/clock")
        .json(json!({"now": "2023-12-19T23:59:59+08:00"}));
    call.undocumented().await.refused(404, "not-found");
    let body = json!({"username": "professional", "password": "sandbox"});
    production.nobody().post("/v1/auth/login").json(body).await.refused(401, "invalid-credentials");
    production.nobody().get("/healthz").await.is(200);
    let error = production.restart(|settings| settings.sandbox = true).err();
    assert!(error.is_some(), "a production database is not opened as a sandbox");

    let sandbox = Server::start(database).await;
    let error = sandbox.restart(Server::as_production).err();
    assert!(error.is_some(), "a sandbox database is not opened for production");
}

/// Certificates and tokens bear the address for ever: production does not start with one that was only bound to.
async fn production_says_under_which_address_it_is_known(server: &Server) {
    let start = |public_url: Option<&str>| {
        let public_url = public_url.map(str::to_owned);
        Server::on_empty(server.database(), |settings| {
            (settings.sandbox, settings.public_url) = (false, public_url);
        })
    };
    for wrong in [None, Some("xueshi.example"), Some("https://xueshi.example/hours")] {
        let refused = start(wrong).unwrap_err();
        assert!(refused.starts_with("--public-url: "), "{refused}");
    }
    start(Some("https://xueshi.example")).map(drop).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_xueshi-under-test"));
    command.args(["serve", "--bind", "127.0.0.1:0", "--json"]).env_clear();
    let output = command.current_dir(server.directory()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "a setting is wrong: {output:?}");
    let said = [output.stdout, output.stderr].concat();
    assert!(String::from_utf8(said).unwrap().contains("--public-url"));
}

/// The accounts and numbers that the contract names.
async fn the_demo_world_is_as_the_contract_says(server: &Server) {
    let clock = server.nobody().get("/v1/sandbox/clock").await.is(200);
    assert!(text(&clock, "now").starts_with("2023-10-16T09:00:"), "{clock:#}");
    for account in steps::ACCOUNTS {
        let me = server.login(account).await.get("/v1/me").await.is(200);
        assert_eq!(me["username"], account);
    }
    for client in ["province", "hnzjzx"] {
        server.machine(client).await.get("/v1/me").await.is(200);
    }
    let policies = server.nobody().get("/v1/policies").await.is(200);
    let years: Vec<&Value> =
        policies["data"].as_array().unwrap().iter().map(|policy| &policy["year"]).collect();
    assert_eq!(years, [&json!(2022), &json!(2023), &json!(2024)]);
    let admin = server.login("city.admin").await;
    let people = steps::all_pages(&admin, "/v1/professionals?limit=200").await;
    assert!((18..=22).contains(&people.len()), "about twenty people");
    assert_eq!(people.iter().filter(|person| person["state"] == "ended").count(), 1, "one retired");
    let short = steps::all_pages(&admin, "/v1/annual-records?year=2022&limit=200").await;
    assert_eq!(
        short
            .iter()
            .filter(|record| record["state"] == "in_progress" || record["state"] == "incomplete")
            .count(),
        1
    );
    let engineer = server.login("engineer").await.get("/v1/me/years/2023").await.is(200);
    assert_ne!(engineer["shortfall"]["total"], 0, "short of hours");
}

/// `--chaos` spares what is not the API; limits are told before they bite.
async fn chaos_and_limits_are_told(server: &Server) {
    let chaotic = Server::with(server.database(), |settings| settings.chaos = 100).await;
    for _ in 0..20 {
        let answer = chaotic.nobody().get("/v1/policies/2023").undocumented().await;
        assert!(matches!(answer.status, 409 | 429 | 503), "{answer:?}");
        assert!(
            matches!(
                answer.json()["code"].as_str(),
                Some("conflict" | "rate-limited" | "overloaded")
            ),
            "{answer:?}"
        );
    }
    assert_eq!(chaotic.nobody().get("/healthz").await.status, 200);
    let rate = "3/60s".parse::<xueshi_api::settings::RateChoice>().unwrap().0;
    let limited = Server::with(server.database(), |settings| settings.rate_limit = rate).await;
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(limited.nobody().get("/v1/policies/2023").await);
    }
    let last = answers.iter().find(|answer| answer.status == 429).expect("the limit bites");
    last.refused(429, "rate-limited");
    assert!(!answers[0].header("ratelimit-policy").is_empty(), "{:?}", answers[0]);
}

/// `X-Request-Id` is taken over, or made.
async fn every_answer_tells_its_request_id(server: &Server) {
    for path in ["/healthz", "/v1/me", "/v1/nothing", "/openapi.yaml"] {
        let given = server.nobody().get(path).header("x-request-id", "request-0001").await;
        assert_eq!(given.header("x-request-id"), "request-0001", "{given:?}");
        let made = server.nobody().get(path).await;
        assert_eq!(made.header("x-request-id").len(), 36, "{made:?}");
    }
}
