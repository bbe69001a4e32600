//! `xueshi settle`.

use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use xueshi_domain::job::JobState;
use xueshi_domain::settlement::SettlementState;
use xueshi_persistence::{Keep, Reader, Store, StoreError, Writer};

use super::progress::Progress;
use super::{CommandError, Output};
use crate::dto::settlements::SettlementDto;
use crate::problem::{Language, Problem};
use crate::services::jobs::runner::{self, BATCH, JobKey, Tools};
use crate::services::settlements::{self, Requested, Requester};
use crate::settings::Settings;
use crate::storage::Storage;

/// Real time between two looks at a job that another process does.
const LOOK: Duration = Duration::from_millis(500);

/// Arguments of `xueshi settle`.
#[derive(Debug, Args)]
#[command(after_help = "\
Settles a year in its freeze or later. Everyone who was employed when the freeze began gets an outcome and a sealed snapshot; what \
waits for a review lapses. It may be stopped at any moment, also by force: the next run, or a running service, goes on behind the last \
batch. A year that is settled stays as it is.

Exit codes:
  0  the year is settled
  1  failed, or someone could not be settled
  3  refused: before the freeze, no policy, or cancelled
  4  the store cannot be reached")]
pub(super) struct Settle {
    /// The year
    #[arg(value_parser = clap::value_parser!(i32).range(1990..=2100))]
    year: i32,
    /// Division code of the city, where the installation has several
    #[arg(long)]
    city: Option<String>,
    /// People in one transaction
    #[arg(long, default_value_t = BATCH, value_parser = clap::value_parser!(u32).range(1..=5_000))]
    batch: u32,
}

impl Settle {
    pub(super) async fn run(self, settings: Settings, output: Output) -> Result<(), CommandError> {
        let storage = Storage::open(&settings).await?;
        let store = storage.desk.store();
        let (year, city) = (self.year, self.city);
        let ask = move |writer: &mut Writer<'_>| ask(writer, year, city.as_deref());
        let asked = store.write(Keep::Yes, ask).await.map_err(failed)?;
        let key = (asked.job.jurisdiction_id, asked.job.id);
        let was_settled = asked.settlement.state.0 == SettlementState::Finished;
        if !was_settled {
            let tools = Tools {
                store: store.clone(),
                blobs: storage.blobs.clone(),
                sources: crate::routes::exports::source,
            };
            work(&tools, key, year, self.batch).await?;
        }
        let (text, value, state) = report(store, key, year, was_settled).await?;
        match state {
            JobState::Succeeded => {
                output.result(&text, &value);
                Ok(())
            }
            JobState::Cancelled => Err(CommandError::Refused(text)),
            JobState::Queued | JobState::Running | JobState::Failed => {
                Err(CommandError::Failed(text))
            }
        }
    }
}

/// Asks for the settlement in the name of the city's municipal bureau: whoever may run this command holds the database.
fn ask(writer: &mut Writer<'_>, year: i32, city: Option<&str>) -> Result<Requested, Problem> {
    let found = writer.jurisdiction_by_code(city)?;
    let city = found.ok_or_else(|| Problem::new(crate::problem::Code::NotFound))?;
    let bureau = writer
        .municipal_bureau(city.id)?
        .ok_or_else(|| Problem::new(crate::problem::Code::NotFound))?;
    settlements::request(writer, city.id, year, Requester { account: None, unit: bureau.id })
}

/// Does the job, or watches another process do it, until it is over.
async fn work(tools: &Tools, key: JobKey, year: i32, batch: u32) -> Result<(), CommandError> {
    let store = &tools.store;
    let mut progress = Progress::new(format!("settling {year}"));
    loop {
        if let Some(_lock) = runner::try_lock(store).await.map_err(failed)? {
            let over = runner::run(tools, key, batch, |job| progress.show(job));
            let over = over.await.map_err(failed)?;
            progress.end();
            return match over {
                Some(_) => Ok(()),
                None => Err(CommandError::Refused("the settlement is not there any more".into())),
            };
        }
        let look = move |reader: &mut Reader<'_>| reader.job(key.0, key.1);
        match store.read::<_, StoreError, _>(look).await? {
            Some(job) if !job.state.0.is_over() => progress.show(&job),
            Some(_) | None => {
                progress.end();
                return Ok(());
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// What became of it: for people, as JSON, and the job's state.
async fn report(
    store: &Store,
    key: JobKey,
    year: i32,
    was_settled: bool,
) -> Result<(String, Value, JobState), CommandError> {
    let read = move |reader: &mut Reader<'_>| {
        let missing = || Problem::internal("the settlement is missing");
        let settlement = reader.settlement(key.0, year)?.ok_or_else(missing)?;
        let job = reader.job(key.0, key.1)?.ok_or_else(missing)?;
        let errors = crate::services::jobs::first_errors(reader, &job)?;
        let dto = SettlementDto::new(&settlement, &job, &errors, reader.now());
        Ok::<_, Problem>((dto, job.state.0))
    };
    let (settlement, state) = store.read(read).await.map_err(failed)?;
    let text = match (&settlement.totals, state) {
        (Some(totals), _) => {
            let when = if was_settled { "was settled already" } else { "is settled" };
            format!(
                "{year} {when}: {} people, {} completed in the year, {} by make-up, {} incomplete, {} exempt; {} declarations lapsed, {} of them overdue\ndigest {}",
                totals.people,
                totals.completed_in_year,
                totals.completed_by_makeup,
                totals.incomplete,
                totals.exempt,
                totals.lapsed,
                totals.lapsed_overdue,
                settlement.digest.as_deref().unwrap_or("-"),
            )
        }
        (None, JobState::Cancelled) => {
            format!("the settlement of {year} was cancelled; asked for again, it goes on")
        }
        (None, _) => {
            let items: Vec<String> = settlement
                .job
                .errors
                .iter()
                .map(|error| format!("\n{}: {}", error.item, error.detail))
                .collect();
            format!(
                "{year} is not settled: {} people could not be settled{}",
                settlement.job.failed_items,
                items.concat()
            )
        }
    };
    let mut value = serde_json::to_value(&settlement).unwrap_or_default();
    if let Some(members) = value.as_object_mut() {
        members.insert("settled_before".to_owned(), json!(was_settled));
    }
    Ok((text, value, state))
}

/// A refusal of the rules is exit code 3, a store that cannot be reached 4.
pub(super) fn failed(problem: Problem) -> CommandError {
    let row = problem.code().row();
    let title = row.title.text(Language::English);
    let text = match problem.english_detail() {
        Some(detail) => format!("{title}: {detail}"),
        None => title.to_owned(),
    };
    if problem.status().is_client_error() {
        CommandError::Refused(text)
    } else if problem.status().as_u16() == 503 {
        CommandError::Unavailable(text)
    } else {
        log::error!("{problem:?}");
        CommandError::Failed(text)
    }
}
