//! One batch of an import: its rows, its counts, what was wrong, and the cursor behind it, in one transaction.

use std::fmt;

use serde::{Deserialize, Serialize};
use xueshi_domain::import::{ImportKind, ImportMode};
use xueshi_persistence::{
    Id, Import, ImportError, Job, JobError, Moment, StoreError, StoreFailure, Writer,
};

use super::effect::Effect;
use super::feed::Batch;
use super::row::{Fault, Saying, faults_of};
use super::table::Row;
use super::{declarations, people, plans, rosters, units};
use crate::problem::Problem;
use crate::services::Asker;
use crate::services::jobs::Step;

/// What is wrong, as much as is kept of an import: rows beyond it are counted.
const KEPT: i32 = 100_000;
/// As many of them are shown with the job.
const SHOWN: i32 = 100;

/// Where an import stands: what the job keeps as its cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// What is done to the rows.
    pub phase: Phase,
    /// How many rows that was done to.
    pub next: u32,
}

/// What is done to rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// They are taken and let go of again.
    Check,
    /// They are taken.
    Apply,
}

impl Progress {
    /// Where a job stands.
    ///
    /// # Errors
    /// When its cursor is none of ours.
    pub fn of(job: &Job, import: &Import) -> Result<Self, Problem> {
        match &job.cursor {
            Some(text) => serde_json::from_str(text).map_err(Problem::internal),
            None => {
                let checks = import.dry_run || import.mode.0 == ImportMode::AllOrNothing;
                let phase = if checks { Phase::Check } else { Phase::Apply };
                Ok(Self { phase, next: 0 })
            }
        }
    }

    /// Whether all rows are done to in one transaction.
    #[must_use]
    pub fn at_once(self, import: &Import) -> bool {
        match self.phase {
            Phase::Check => import.kind.0.rows_depend(),
            Phase::Apply => import.mode.0 == ImportMode::AllOrNothing,
        }
    }
}

/// What became of some rows.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    created: i32,
    changed: i32,
    unchanged: i32,
    /// Rows that were refused, by their place among these, with everything that is wrong with each.
    refused: Vec<(usize, Vec<Fault>)>,
    /// The revision of the roster that it belongs to.
    pub revision: Option<i32>,
}

impl Outcome {
    /// A row was taken.
    pub fn count(&mut self, effect: Effect) {
        *match effect {
            Effect::Created => &mut self.created,
            Effect::Changed => &mut self.changed,
            Effect::Unchanged => &mut self.unchanged,
        } += 1;
    }

    /// A row was refused.
    pub fn refuse(&mut self, place: usize, faults: Vec<Fault>) {
        self.refused.push((place, faults));
    }
}

/// Why what was done is undone.
enum Undo {
    /// It was only tried.
    Tried(Box<Outcome>),
    /// It failed.
    Failed(Problem),
}

impl From<StoreError> for Undo {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Problem> for Undo {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

impl StoreFailure for Undo {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Tried(_) => None,
            Self::Failed(problem) => problem.store_error(),
        }
    }
}

impl fmt::Debug for Undo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Undo")
    }
}

/// Does the next batch of an import.
///
/// # Errors
/// On a database failure. What is wrong with a row is noted, and blocks no other row.
pub fn advance(writer: &mut Writer<'_>, job: &mut Job, batch: &Batch) -> Result<Step, Problem> {
    let city = job.jurisdiction_id;
    let import = writer.import_of_job(city, job.id)?;
    let mut import = import.ok_or_else(|| Problem::internal("the import is missing"))?;
    let mut progress = Progress::of(job, &import)?;
    if batch.phase != progress.phase || batch.first != progress.next {
        // Someone else was faster; the next batch is read for where it stands by now.
        return Ok(Step::More);
    }
    let step = match Asker::of_account(writer, import.account_id)? {
        None => Step::Failed("forbidden"),
        Some(asker) => match take(writer, &asker, &import, progress, &batch.rows) {
            Ok(outcome) => {
                let undone = progress.phase == Phase::Apply
                    && import.mode.0 == ImportMode::AllOrNothing
                    && !outcome.refused.is_empty();
                note(writer, job, &mut import, &batch.rows, outcome)?;
                if undone {
                    // What stood at the check does not stand any more: nothing was taken.
                    (import.created, import.changed, import.unchanged) = (0, 0, 0);
                    Step::Failed("rows-refused")
                } else {
                    progress.next = batch.first.saturating_add(rows(batch));
                    job.done += i64::from(rows(batch));
                    if batch.is_last { end_of(&mut progress, &mut import) } else { Step::More }
                }
            }
            // Whatever refuses the whole of it refuses each row.
            Err(problem) if problem.status().is_client_error() => Step::Failed(problem.code().id()),
            Err(problem) => return Err(problem),
        },
    };
    if step != Step::More {
        import.finished_at = Some(Moment(writer.now()));
    }
    job.total = job.total.max(job.done);
    job.cursor = Some(serde_json::to_string(&progress).map_err(Problem::internal)?);
    writer.save_import(&mut import)?;
    Ok(step)
}

fn rows(batch: &Batch) -> u32 {
    u32::try_from(batch.rows.len()).unwrap_or(u32::MAX)
}

/// What comes behind the last row of a phase.
fn end_of(progress: &mut Progress, import: &mut Import) -> Step {
    match progress.phase {
        Phase::Apply => Step::Done,
        Phase::Check if import.dry_run => Step::Done,
        Phase::Check if import.refused > 0 => {
            (import.created, import.changed, import.unchanged) = (0, 0, 0);
            Step::Failed("rows-refused")
        }
        Phase::Check => {
            *progress = Progress { phase: Phase::Apply, next: 0 };
            (import.created, import.changed, import.unchanged) = (0, 0, 0);
            Step::More
        }
    }
}

/// Takes some rows: for good, or to see what would become of them.
fn take(
    writer: &mut Writer<'_>,
    asker: &Asker,
    import: &Import,
    progress: Progress,
    rows: &[Row],
) -> Result<Outcome, Problem> {
    let whole = import.mode.0 == ImportMode::AllOrNothing;
    let taken = writer.attempt(|writer| {
        let outcome = each(writer, asker, import, rows)?;
        let stays = progress.phase == Phase::Apply && (!whole || outcome.refused.is_empty());
        if stays { Ok(outcome) } else { Err(Undo::Tried(Box::new(outcome))) }
    });
    match taken {
        Ok(outcome) => Ok(outcome),
        Err(Undo::Tried(outcome)) => Ok(Outcome { revision: import.roster_revision, ..*outcome }),
        Err(Undo::Failed(problem)) => Err(problem),
    }
}

fn each(
    writer: &mut Writer<'_>,
    asker: &Asker,
    import: &Import,
    rows: &[Row],
) -> Result<Outcome, Problem> {
    let kind = import.kind.0;
    if kind == ImportKind::Rosters {
        return rosters::take(writer, asker, import, rows);
    }
    let mut outcome = Outcome::default();
    for (place, row) in rows.iter().enumerate() {
        let saying = match Saying::of(kind, row) {
            Ok(saying) => saying,
            Err(faults) => {
                outcome.refuse(place, faults);
                continue;
            }
        };
        let taken = writer.attempt(|writer| match kind {
            ImportKind::People => people::take(writer, asker, import, saying),
            ImportKind::Units => units::take(writer, asker, import, saying),
            ImportKind::Plans => plans::take(writer, asker, import, saying),
            ImportKind::Declarations => declarations::take(writer, asker, saying),
            ImportKind::Rosters => Err(Problem::internal("a roster is taken as a whole")),
        });
        match taken {
            Ok(effect) => outcome.count(effect),
            Err(problem) if problem.status().is_client_error() => {
                outcome.refuse(place, faults_of(kind, &problem));
            }
            Err(problem) => return Err(problem),
        }
    }
    Ok(outcome)
}

/// Adds up what became of some rows, and keeps what was wrong.
fn note(
    writer: &mut Writer<'_>,
    job: &mut Job,
    import: &mut Import,
    rows: &[Row],
    outcome: Outcome,
) -> Result<(), Problem> {
    import.created += outcome.created;
    import.changed += outcome.changed;
    import.unchanged += outcome.unchanged;
    import.refused += i32::try_from(outcome.refused.len()).unwrap_or(i32::MAX);
    import.roster_revision = outcome.revision;
    job.failed_items = import.refused;
    let mut errors = Vec::new();
    for (place, faults) in outcome.refused {
        let Some(row) = rows.get(place) else { continue };
        for fault in faults {
            if import.error_count >= KEPT {
                break;
            }
            import.error_count += 1;
            let error = error_of(import, row, fault);
            if error.number <= SHOWN {
                writer.insert_job_error(&shown(job.id, &error))?;
            }
            errors.push(error);
        }
    }
    Ok(writer.insert_import_errors(&errors)?)
}

fn error_of(import: &Import, row: &Row, fault: Fault) -> ImportError {
    let columns = import.kind.0.columns();
    let place = fault.column.and_then(|name| columns.iter().position(|column| column.name == name));
    ImportError {
        jurisdiction_id: import.jurisdiction_id,
        import_id: import.id,
        number: import.error_count,
        sheet: row.sheet.to_string(),
        line: i32::try_from(row.number).unwrap_or(i32::MAX),
        letter: place.and_then(|place| row.letters.get(place).cloned().flatten()),
        field: fault.column.map(str::to_owned),
        code: fault.code.into_owned(),
        detail_zh: fault.detail.zh.into_owned(),
        detail_en: fault.detail.en.into_owned(),
    }
}

fn shown(job: Id, error: &ImportError) -> JobError {
    let place = match (&error.letter, &error.field) {
        (Some(letter), _) => format!("{letter}{}", error.line),
        (None, Some(field)) => format!("{}:{field}", error.line),
        (None, None) => error.line.to_string(),
    };
    let sheet = if error.sheet.is_empty() { String::new() } else { format!("{}!", error.sheet) };
    JobError {
        jurisdiction_id: error.jurisdiction_id,
        job_id: job,
        number: error.number,
        item: format!("row:{sheet}{place}"),
        code: error.code.clone(),
        detail: error.detail_en.clone(),
    }
}
