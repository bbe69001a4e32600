//! Who may train, and on what plan: filings, yearly plans, amendments (P1, P2, P5).

mod amendments;
mod filings;
mod plans;

use serde_json::{Value, json};
use xueshi_tests::Client;
use xueshi_tests::steps::text;

async fn apply(client: &Client, unit: &str, years: &[i32]) -> Vec<Value> {
    let body = json!({"organization_id": unit, "years": years, "statement": "专职教师 12 人"});
    let results = client.post("/v1/filings").json(body).await.is(200);
    results["results"].as_array().unwrap().clone()
}

fn path_of(filing: &Value) -> String {
    format!("/v1/filings/{}", text(filing, "id"))
}

/// The filing of a unit for 2023.
async fn filing_of(client: &Client, unit: &str) -> Value {
    let path = format!("/v1/filings?year=2023&organization_id={unit}");
    client.get(&path).await.is(200)["data"][0].clone()
}

fn plan_path(plan: &Value) -> String {
    format!("/v1/training-plans/{}", text(plan, "id"))
}
