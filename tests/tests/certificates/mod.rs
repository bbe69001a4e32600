//! Certificates as outsiders see them: the page to print, and its verification by a code (A1, A2, U4a).

mod limits;
mod page;
mod pdf;
mod process;

use serde_json::json;
use xueshi_api::Settings;
use xueshi_tests::steps::text;
use xueshi_tests::{Client, Server};

/// The address that is printed; that of a test's server is another one at each start.
const ADDRESS: &str = "https://xueshi.example";

/// A service that is known under [`ADDRESS`].
fn named(settings: &mut Settings) {
    settings.public_url = Some(ADDRESS.to_owned());
}

/// Takes an approval back as the municipal bureau.
async fn revoke(server: &Server, declaration: &str) {
    let officer = server.login("city.officer").await;
    let path = format!("/v1/declarations/{declaration}/revocation");
    let call = officer.post(&path).json(json!({"reason": "名册核查不符"})).if_match("*");
    assert_eq!(call.await.is(200)["state"], "revoked");
}

/// The certificate of the caller's 2023: its number and its code.
async fn current(client: &Client) -> (String, String) {
    let year = client.get("/v1/me/years/2023").await.is(200);
    (text(&year["certificate"], "number"), text(&year["certificate"], "verification_code"))
}
