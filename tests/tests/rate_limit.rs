//! Limits by address and by token: a made-up token buys no requests.

use serde_json::json;
use xueshi_api::Settings;
use xueshi_api::settings::RateChoice;
use xueshi_tests::{Server, on_both};

on_both!(
    a_made_up_header_does_not_widen_the_limit_of_an_address,
    made_up_tokens_spend_the_limit_of_their_address,
    the_word_of_a_proxy_counts_if_the_settings_name_it,
);

/// Eight requests, and one more every 75 seconds: none comes back while a test runs.
fn limited(settings: &mut Settings) {
    settings.rate_limit = "8/600s".parse::<RateChoice>().unwrap().0;
}

/// Where no token is looked at, one that stands in the header counts for nothing.
async fn a_made_up_header_does_not_widen_the_limit_of_an_address(server: &Server) {
    let limited = Server::with(server.database(), limited).await;
    let nobody = limited.nobody();
    let login = |password: &str| {
        let body = json!({"username": "auditor", "password": password});
        nobody.post("/v1/auth/login").json(body)
    };
    let mut last = login("sandbox").await;
    last.is(200);
    for _ in 0..8 {
        last = nobody.get("/v1/policies/2023").await;
    }
    last.refused(429, "rate-limited");
    login("sandbox").await.refused(429, "rate-limited");
    for made_up in ["Bearer one", "Bearer two", "Basic b25lOnR3bw==", "x"] {
        let answer = login("sandbox").header("authorization", made_up).await;
        answer.refused(429, "rate-limited");
        assert!(answer.header("ratelimit").contains("r=0"), "{answer:?}");
    }
}

/// A token that is looked at has a limit of its own, but what it turns out to be is charged to the address.
async fn made_up_tokens_spend_the_limit_of_their_address(server: &Server) {
    let limited = Server::with(server.database(), limited).await;
    let doctor = limited.login("professional").await;
    doctor.get("/v1/me").await.is(200);
    let nobody = limited.nobody();
    let mut statuses = Vec::new();
    for number in 0..12 {
        let answer = nobody.with_token(&format!("made-up-{number}")).get("/v1/me").await;
        let code = if answer.status == 401 { "invalid-token" } else { "rate-limited" };
        answer.refused(if code == "invalid-token" { 401 } else { 429 }, code);
        statuses.push(answer.status);
    }
    let refused = statuses.iter().position(|status| *status == 429).expect("they end in 429");
    assert!((1..=8).contains(&refused), "no more than the address may: {statuses:?}");
    assert!(statuses[refused..].iter().all(|status| *status == 429), "{statuses:?}");
    nobody.get("/v1/policies/2023").await.refused(429, "rate-limited");
}

/// Behind a proxy the limit is that of the client whom the proxy names; what the client itself says before that counts for nothing.
async fn the_word_of_a_proxy_counts_if_the_settings_name_it(server: &Server) {
    let behind = |settings: &mut Settings| {
        limited(settings);
        settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    };
    let proxied = Server::with(server.database(), behind).await;
    let nobody = proxied.nobody();
    let from = |said: &str| nobody.get("/v1/policies/2023").header("x-forwarded-for", said);
    for number in 0..8 {
        from(&format!("198.51.100.{number}, 203.0.113.7")).await.is(200);
    }
    from("203.0.113.7").await.refused(429, "rate-limited");
    from("203.0.113.7, 127.0.0.9").await.refused(429, "rate-limited");
    from("203.0.113.8").await.is(200);

    let alone = Server::with(server.database(), limited).await;
    let nobody = alone.nobody();
    let mut last = None;
    for number in 0..9 {
        let said = format!("203.0.113.{number}");
        last = Some(nobody.get("/v1/policies/2023").header("x-forwarded-for", &said).await);
    }
    last.unwrap().refused(429, "rate-limited");
}
