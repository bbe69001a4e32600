//! `xueshi audit`.

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use xueshi_persistence::{Discrepancy, Reader, StoreError};

use super::{CommandError, Output};
use crate::settings::Settings;
use crate::storage::open_for_checks;

#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Recompute the totals of all years, and say what does not agree (exit code 3)
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
        let mut lines: Vec<String> = found.iter().map(line).collect();
        lines.push(match found.len() {
            0 => "all totals agree".to_owned(),
            count => format!("{count} totals do not agree"),
        });
        let values: Vec<Value> = found.iter().map(value).collect();
        output.result(&lines.join("\n"), &json!({"discrepancies": values}));
        if found.is_empty() {
            Ok(())
        } else {
            Err(CommandError::Refused("the totals do not agree".to_owned()))
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
