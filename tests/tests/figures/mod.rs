//! Figures for supervision over HTTP: each after real acts, as of past moments, by unit, with the rows behind them and as files
//! (rulebook, "Figures for supervision"; V3, V9, U1).

mod asked;
mod checked;
mod follow;
mod kept;
mod late;
mod scale;
mod subjects;

use serde_json::Value;
use xueshi_api::Settings;
use xueshi_api::cli::audit_findings;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server};

/// The figures of a family, as somebody.
async fn figures(client: &Client, query: &str) -> Value {
    client.get(&format!("/v1/statistics/{query}")).await.is(200)
}

/// A figure of the whole of 2023.
async fn whole(client: &Client, family: &str) -> Value {
    figures(client, &format!("{family}?year=2023")).await["total"].clone()
}

async fn unit_named(client: &Client, name: &str) -> String {
    let units = steps::all_pages(client, "/v1/organizations?limit=200").await;
    text(units.iter().find(|unit| unit["name"] == name).unwrap(), "id")
}

fn number(figures: &Value, name: &str) -> i64 {
    figures[name].as_i64().unwrap_or_else(|| panic!("no {name} in {figures:#}"))
}

/// A stage of the timeliness figures.
fn stage(figures: &Value, name: &str) -> Value {
    let stages = figures["stages"].as_array().unwrap();
    stages.iter().find(|stage| stage["stage"] == name).unwrap().clone()
}

/// What `xueshi audit verify` says.
async fn findings(server: &Server) -> Vec<String> {
    audit_findings(&settings_of(server)).await.unwrap()
}

/// The settings of a command on the server's database.
fn settings_of(server: &Server) -> Settings {
    let mut settings = Settings::for_tests(server.directory().to_owned());
    settings.database_url = Some(server.database_url().to_owned());
    settings
}
