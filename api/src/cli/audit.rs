//! `xueshi audit`.

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use xueshi_persistence::{Discrepancy, Reader, StoreError};

use super::{CommandError, Output};
use crate::problem::Problem;
use crate::services::settlements::seal::{self, Broken};
use crate::settings::Settings;
use crate::storage::open_for_checks;

#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Recompute the totals of all years and the seals of settled ones, and say what does not agree (exit code 3)
    Verify(Verify),
}

/// Arguments of `xueshi audit verify`.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// Only this year
    #[arg(long, value_parser = clap::value_parser!(i32).range(1990..=2100))]
    year: Option<i32>,
}

impl Audit {
    pub(super) async fn run(self, settings: Settings, output: Output) -> Result<(), CommandError> {
        let Audit::Verify(Verify { year }) = self;
        let store = open_for_checks(&settings)?;
        let found =
            store.read::<_, StoreError, _>(move |reader| discrepancies(reader, year)).await?;
        let broken = store.read(move |reader| broken_seals(reader, year)).await;
        let broken = broken.map_err(super::settle::failed)?;
        let mut lines: Vec<String> = found.iter().map(line).collect();
        lines.extend(broken.iter().map(|(year, broken)| match broken {
            Broken::Snapshot(person) => format!("{person} {year}: the sealed snapshot was changed"),
            Broken::Chain => format!("{year}: the snapshots are not those that were sealed"),
        }));
        lines.push(match found.len() {
            0 => "all totals agree".to_owned(),
            count => format!("{count} totals do not agree"),
        });
        lines.push(match broken.len() {
            0 => "all seals hold".to_owned(),
            count => format!("{count} seals are broken"),
        });
        let values: Vec<Value> = found.iter().map(value).collect();
        let seals: Vec<Value> = broken
            .iter()
            .map(|(year, broken)| match broken {
                Broken::Snapshot(person) => json!({"year": year, "professional_id": person}),
                Broken::Chain => json!({"year": year, "professional_id": null}),
            })
            .collect();
        output.result(&lines.join("\n"), &json!({"discrepancies": values, "broken_seals": seals}));
        match (found.is_empty(), broken.is_empty()) {
            (true, true) => Ok(()),
            (false, _) => Err(CommandError::Refused("the totals do not agree".to_owned())),
            (true, false) => Err(CommandError::Refused("a seal is broken".to_owned())),
        }
    }
}

fn discrepancies(
    reader: &mut Reader<'_>,
    year: Option<i32>,
) -> Result<Vec<Discrepancy>, StoreError> {
    let mut found = Vec::new();
    for city in reader.jurisdictions()? {
        found.extend(reader.discrepancies(city.id)?);
    }
    found.retain(|discrepancy| year.is_none_or(|year| discrepancy.year == year));
    Ok(found)
}

/// A3: what differs from what was sealed, by year.
fn broken_seals(reader: &mut Reader<'_>, year: Option<i32>) -> Result<Vec<(i32, Broken)>, Problem> {
    let mut found = Vec::new();
    for city in reader.jurisdictions()? {
        for settlement in reader.settlements(city.id)? {
            if year.is_none_or(|year| year == settlement.year) {
                let broken = seal::check(reader, &settlement)?;
                found.extend(broken.into_iter().map(|broken| (settlement.year, broken)));
            }
        }
    }
    Ok(found)
}

fn line(found: &Discrepancy) -> String {
    format!(
        "{} {}: {} is stored as {}, its declarations add up to {}",
        found.professional, found.year, found.figure, found.stored, found.recomputed
    )
}

fn value(found: &Discrepancy) -> Value {
    json!({
        "professional_id": found.professional.to_string(),
        "year": found.year,
        "figure": found.figure,
        "stored": found.stored,
        "recomputed": found.recomputed,
    })
}
