//! Limits by address and by token: a made-up token buys no requests.

use serde_json::json;
use xueshi_api::Settings;
use xueshi_api::settings::RateChoice;
use xueshi_tests::{Server, on_both};

on_both!(
    a_made_up_header_does_not_widen_the_limit_of_an_address,
    made_up_tokens_spend_the_limit_of_their_address,
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
