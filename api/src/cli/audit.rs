//! `xueshi audit`.

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use xueshi_persistence::{Discrepancy, FigureDiscrepancy, Reader, Store, StoreError};

use super::{CommandError, Output};
use crate::problem::Problem;
use crate::services::settlements::seal::{self, Broken};
use crate::dto::Timestamp;
use crate::settings::Settings;
use crate::storage::open_for_checks;

#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Recompute the totals of all years and the seals of settled ones, and say what does not agree (exit code 3)
    /// Recompute the totals of all years and all figures, and say what does not agree (exit code 3)
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
        let found = look(&settings, year).await?;
        let mut lines = found.lines();
        lines.push(match found.totals.len() {
            0 => "all totals agree".to_owned(),
            count => format!("{count} totals do not agree"),
        });
        lines.push(match found.figures.len() {
            0 => "all figures agree".to_owned(),
            count => format!("{count} figures do not agree"),
        });
        let totals: Vec<Value> = found.totals.iter().map(value).collect();
        let figures: Vec<Value> = found.figures.iter().map(figure_value).collect();
        output.result(&lines.join("\n"), &json!({"discrepancies": totals, "figures": figures}));
        if found.totals.is_empty() && found.figures.is_empty() {
            Ok(())
        } else {
            Err(CommandError::Refused("the totals do not agree".to_owned()))
        }
    }
}

/// What does not agree.
struct Findings {
    totals: Vec<Discrepancy>,
    figures: Vec<FigureDiscrepancy>,
}

impl Findings {
    fn lines(&self) -> Vec<String> {
        self.totals.iter().map(line).chain(self.figures.iter().map(figure_line)).collect()
    }
}

/// What `xueshi audit verify` finds in a database, a line for each: nothing when all is well.
///
/// # Errors
/// When the database cannot be reached, or is not at this version.
pub async fn findings(settings: &Settings) -> Result<Vec<String>, CommandError> {
    Ok(look(settings, None).await?.lines())
}

async fn look(settings: &Settings, year: Option<i32>) -> Result<Findings, CommandError> {
    let store = open_for_checks(settings)?;
    let totals = store.read::<_, StoreError, _>(move |reader| discrepancies(reader, year)).await?;
    let mut figures = figures_that_differ(&store).await?;
    figures.retain(|found| year.is_none_or(|year| found.year == year));
    Ok(Findings { totals, figures })
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
/// How often the figures are looked at while a running service keeps writing.
const LOOKS: u32 = 50;

/// The figures that differ from their records, after what they wait for has been worked off.
async fn figures_that_differ(store: &Store) -> Result<Vec<FigureDiscrepancy>, StoreError> {
    for _ in 0..LOOKS {
        store.fold_figures().await?;
        let look = |reader: &mut Reader<'_>| {
            let mut all = Vec::new();
            for city in reader.jurisdictions()? {
                let Some(found) = reader.figure_discrepancies(city.id)? else { return Ok(None) };
                all.extend(found);
            }
            Ok(Some(all))
        };
        if let Some(found) = store.read::<_, StoreError, _>(look).await? {
            return Ok(found);
        }
    }
    Err(StoreError::Busy)
}

fn figure_line(found: &FigureDiscrepancy) -> String {
    let at = found.at.map(|at| format!(" at {}", Timestamp(at.0))).unwrap_or_default();
    format!(
        "{} {}: figure {}{at} is stored as {}, its records add up to {}",
        found.subject, found.year, found.figure, found.stored, found.recomputed
    )
}

fn figure_value(found: &FigureDiscrepancy) -> Value {
    json!({
        "subject_id": found.subject.to_string(),
        "year": found.year,
        "figure": found.figure,
        "at": found.at.map(|at| Timestamp(at.0)),
        "stored": found.stored,
        "recomputed": found.recomputed,
    })
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
