//! How often one address may try codes: a limit of its own, tighter than the general one.

use xueshi_api::Settings;
use xueshi_api::settings::RateChoice;
use xueshi_tests::{Server, on_both, steps};

on_both!(verifications_are_limited_by_address_whatever_the_code);

/// Four verifications, and one more every 150 seconds: none comes back while a test runs.
fn limited(settings: &mut Settings) {
    settings.verification_limit = "4/600s".parse::<RateChoice>().unwrap().0;
}

async fn verifications_are_limited_by_address_whatever_the_code(server: &Server) {
    let limited = Server::with(server.database(), limited).await;
    let person = steps::certified_person(&limited).await;
    let nobody = limited.nobody();
    let ask = |code: &str, accept: &str| {
        nobody.get(&format!("/v1/verify/{code}")).header("accept", accept)
    };
    // The form is no verification, nor is what it sends for a person.
    for _ in 0..6 {
        assert_eq!(nobody.get("/v1/verify").await.status, 200);
        let typed = nobody.post("/v1/verify").form(&[("code", &person.code)]);
        let typed = typed.header("accept", "text/html").await;
        assert_eq!(typed.status, 303, "{typed:?}");
    }
    let unknown = "00000000000000000000";
    let answers = [
        (person.code.as_str(), "application/json", 200),
        (unknown, "application/json", 404),
        ("no-code", "text/html", 200),
        (person.code.as_str(), "text/html", 200),
    ];
    for (code, accept, status) in answers {
        let answer = ask(code, accept).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
    let sent = nobody.post("/v1/verify").form(&[("code", &person.code)]).await;
    sent.refused(429, "rate-limited");
    for code in [person.code.as_str(), unknown, "no-code"] {
        let refused = ask(code, "application/json").await;
        refused.refused(429, "rate-limited");
        let page = ask(code, "text/html").await;
        assert_eq!(page.status, 429, "{page:?}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(page.text().contains("<title>查验过于频繁 · Too many checks"), "{page:?}");
        for answer in [&refused, &page] {
            let seconds: u64 = answer.header("retry-after").parse().unwrap();
            assert!((1..=150).contains(&seconds), "{answer:?}");
            assert_eq!(answer.header("x-robots-tag"), "noindex");
        }
    }
    // A token buys no more: nobody looks at it here.
    let doctor = limited.login("professional").await;
    let refused = doctor.get(&format!("/v1/verify/{}", person.code)).await;
    refused.refused(429, "rate-limited");
    // Everything else goes on.
    doctor.get("/v1/me").await.is(200);
    assert_eq!(nobody.get("/v1/policies/2023").await.status, 200);
}
