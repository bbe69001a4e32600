//! All credentials: none, bad ones, people and machines.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use xueshi_tests::steps;
use xueshi_tests::{Client, Server};

/// A good token with another audience and the old signature.
fn tampered(token: &str) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let claims = URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
    let mut claims: Value = serde_json::from_slice(&claims).unwrap();
    claims["aud"] = json!("another-api");
    format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(claims.to_string()), parts[2])
}

/// All credentials in the order of the columns. They are made last, so that none has expired.
pub(super) async fn credentials(server: &Server) -> Vec<Client> {
    let other = Server::start(server.database()).await;
    let foreign = other.login("city.admin").await;
    server.set_clock("2023-10-16T09:00:00+08:00").await;
    let old = server.login("city.admin").await;
    server.set_clock("2023-10-16T09:20:00+08:00").await;
    let good = server.login("city.admin").await;
    let nobody = server.nobody();
    let mut all = vec![
        nobody.clone(),
        nobody.with_token("garbage").named("garbage"),
        old.named("expired"),
        nobody.with_token(&tampered(good.token())).named("tampered"),
        nobody.with_token(foreign.token()).named("foreign"),
    ];
    for account in steps::ACCOUNTS {
        all.push(server.login(account).await);
    }
    for machine in ["province", "hnzjzx"] {
        all.push(server.machine(machine).await);
    }
    all
}
