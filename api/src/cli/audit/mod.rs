//! `xueshi audit`.

mod log;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use xueshi_persistence::{Discrepancy, FigureDiscrepancy, LogFault, Reader, Store, StoreError};

use self::log::Known;
use super::{CommandError, Output};
use crate::dto::Timestamp;
use crate::problem::Problem;
use crate::services::settlements::seal::{self, Broken};
use crate::settings::Settings;
use crate::storage::open_for_checks;

#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Recompute the transparency log, the totals of all years, all figures and all seals against the database, and name what does not
    /// fit, the first wrong row first (exit code 3)
    Verify(Verify),
    /// Tell the figures of records that they do not agree with, as in a database from before they were kept; harmless to run again
    RebuildFigures,
}

/// Arguments of `xueshi audit verify`.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// Totals, figures and seals of this year only
    #[arg(long, value_parser = clap::value_parser!(i32).range(1990..=2100))]
    year: Option<i32>,
    #[command(flatten)]
    known: Known,
}

impl Audit {
    pub(super) async fn run(self, settings: Settings, output: Output) -> Result<(), CommandError> {
        match self {
            Audit::Verify(verify) => verify.run(&settings, output).await,
            Audit::RebuildFigures => {
                rebuild_figures(&settings).await?;
                output.result("the figures know of all records", &json!({"rebuilt": true}));
                Ok(())
            }
        }
    }
}

impl Verify {
    async fn run(self, settings: &Settings, output: Output) -> Result<(), CommandError> {
        let found = look(settings, self.year, &self.known).await?;
        let mut lines = found.lines();
        for (count, fine, wrong) in [
            (found.log.len(), "the log and its rows agree", "rows do not fit the log"),
            (found.totals.len(), "all totals agree", "totals do not agree"),
            (found.figures.len(), "all figures agree", "figures do not agree"),
            (found.seals.len(), "all seals hold", "seals are broken"),
        ] {
            lines.push(if count == 0 { fine.to_owned() } else { format!("{count} {wrong}") });
        }
        let report = json!({
            "log": found.log.iter().map(log::value).collect::<Vec<_>>(),
            "discrepancies": found.totals.iter().map(value).collect::<Vec<_>>(),
            "figures": found.figures.iter().map(figure_value).collect::<Vec<_>>(),
            "broken_seals": found.seals.iter().map(seal_value).collect::<Vec<_>>(),
        });
        output.result(&lines.join("\n"), &report);
        let refused = |text: &str| Err(CommandError::Refused(text.to_owned()));
        if !found.log.is_empty() {
            refused("the database is not what the log says")
        } else if !found.totals.is_empty() || !found.figures.is_empty() {
            refused("the totals do not agree")
        } else if !found.seals.is_empty() {
            refused("a seal is broken")
        } else {
            Ok(())
        }
    }
}

/// What does not agree.
struct Findings {
    log: Vec<LogFault>,
    totals: Vec<Discrepancy>,
    figures: Vec<FigureDiscrepancy>,
    seals: Vec<(i32, Broken)>,
}

impl Findings {
    fn lines(&self) -> Vec<String> {
        let log = self.log.iter().map(log::line);
        log.chain(self.totals.iter().map(line))
            .chain(self.figures.iter().map(figure_line))
            .chain(self.seals.iter().map(seal_line))
            .collect()
    }
}

/// What `xueshi audit verify` finds of totals, figures and seals, a line for each: nothing when all is well.
///
/// # Errors
/// When the database cannot be reached, or is not at this version.
pub async fn findings(settings: &Settings) -> Result<Vec<String>, CommandError> {
    Ok(recompute(&open_for_checks(settings)?, None).await?.lines())
}

/// What `xueshi audit verify` finds of the transparency log, a line for each row that does not fit it, the first one first.
///
/// # Errors
/// When the database cannot be reached, or is not at this version.
pub async fn log_findings(settings: &Settings) -> Result<Vec<String>, CommandError> {
    let store = open_for_checks(settings)?;
    let faults = log::look(&store, &Known::default(), &settings.data_dir).await?;
    Ok(faults.iter().map(log::line).collect())
}

/// What `xueshi audit rebuild-figures` does.
///
/// # Errors
/// When the database cannot be reached, or is not at this version.
pub async fn rebuild_figures(settings: &Settings) -> Result<(), CommandError> {
    Ok(open_for_checks(settings)?.rebuild_figures().await?)
}

async fn look(
    settings: &Settings,
    year: Option<i32>,
    known: &Known,
) -> Result<Findings, CommandError> {
    let store = open_for_checks(settings)?;
    let log = log::look(&store, known, &settings.data_dir).await?;
    Ok(Findings { log, ..recompute(&store, year).await? })
}

/// Totals, figures and seals.
async fn recompute(store: &Store, year: Option<i32>) -> Result<Findings, CommandError> {
    let totals = store.read::<_, StoreError, _>(move |reader| discrepancies(reader, year)).await?;
    let mut figures = store.read::<_, StoreError, _>(figures_that_differ).await?;
    figures.retain(|found| year.is_none_or(|year| found.year == year));
    let seals = store.read(move |reader| broken_seals(reader, year)).await;
    let seals = seals.map_err(super::settle::failed)?;
    Ok(Findings { log: Vec::new(), totals, figures, seals })
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

fn seal_line((year, broken): &(i32, Broken)) -> String {
    match broken {
        Broken::Snapshot(person) => format!("{person} {year}: the sealed snapshot was changed"),
        Broken::Chain => format!("{year}: the snapshots are not those that were sealed"),
    }
}

fn seal_value((year, broken): &(i32, Broken)) -> Value {
    match broken {
        Broken::Snapshot(person) => json!({"year": year, "professional_id": person}),
        Broken::Chain => json!({"year": year, "professional_id": null}),
    }
}

/// The figures that differ from their records.
fn figures_that_differ(reader: &mut Reader<'_>) -> Result<Vec<FigureDiscrepancy>, StoreError> {
    let mut all = Vec::new();
    for city in reader.jurisdictions()? {
        all.extend(reader.figure_discrepancies(city.id)?);
    }
    Ok(all)
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
