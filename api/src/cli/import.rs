//! `xueshi import`: takes a file of rows in, in the name of an account and with its rights.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;
use uuid::Uuid;
use xueshi_domain::import::{ImportKind, ImportMode};
use xueshi_domain::job::JobState;
use xueshi_persistence::{Keep, Reader, Store, Writer};

use super::output::{CommandError, Output};
use super::progress::work;
use super::settle::failed;
use crate::dto::imports::{IgnoredSheetDto, ImportDto};
use crate::problem::{Code, Problem};
use crate::services::Asker;
use crate::services::imports::{self, Checked, Wanted};
use crate::services::jobs::runner::{BATCH, JobKey, Tools};
use crate::settings::Settings;
use crate::storage::Storage;

/// Errors that are written out.
const SHOWN: i64 = 20;

#[derive(Debug, Args)]
#[command(after_help = "\
The same file again doubles nothing. Killed, it goes on where it was: with the service, or with the next command that does jobs.

Exit codes:
  0  every row was taken, or would be
  1  failed
  2  the command line or a setting is wrong
  3  refused: rows were refused, the file cannot be read, or the account has no right to it
  4  the store cannot be reached")]
pub(super) struct Import {
    /// What the rows are: people, units, plans, rosters or declarations
    kind: ImportKind,
    /// The file: .xlsx, CSV in UTF-8 or GB18030, or NDJSON
    file: PathBuf,
    /// The user name of the account that takes it in; its rights decide
    #[arg(long = "as", value_name = "ACCOUNT")]
    account: String,
    /// Only check the rows
    #[arg(long)]
    dry_run: bool,
    /// What one refused row does to the others: all_or_nothing or row_by_row
    #[arg(long, default_value_t = ImportMode::RowByRow)]
    mode: ImportMode,
    /// The class of a roster
    #[arg(long, value_name = "ID")]
    class: Option<Uuid>,
    /// The unit for rows that name none
    #[arg(long, value_name = "ID")]
    unit: Option<Uuid>,
    /// Why a roster is corrected
    #[arg(long)]
    reason: Option<String>,
    /// Rows in one transaction
    #[arg(long, default_value_t = BATCH, value_parser = clap::value_parser!(u32).range(1..=5_000))]
    batch: u32,
}

impl Import {
    pub(super) async fn run(self, settings: Settings, output: Output) -> Result<(), CommandError> {
        let read = std::fs::read(&self.file);
        let bytes = read
            .map_err(|error| CommandError::Failed(format!("{}: {error}", self.file.display())))?;
        if bytes.len() > settings.upload_limit {
            let limit = settings.upload_limit;
            return Err(CommandError::Refused(format!("the file has more than {limit} bytes")));
        }
        let wanted = Wanted {
            kind: self.kind,
            mode: self.mode,
            dry_run: self.dry_run,
            class: self.class,
            unit: self.unit,
            reason: self.reason,
        };
        let name = self.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let checked =
            imports::check(&wanted, &name, &bytes, settings.import_rows).map_err(failed)?;
        let storage = Storage::open(&settings).await?;
        let tools = Tools {
            store: storage.desk.store().clone(),
            blobs: storage.blobs.clone(),
            sources: crate::routes::exports::source,
        };
        let key = ask(&tools, self.account, wanted, checked, &bytes).await?;
        work(&tools, key, format!("importing {name}"), self.batch).await?;
        report(&tools.store, key, output).await
    }
}

/// Asks for the import in the name of the account.
async fn ask(
    tools: &Tools,
    account: String,
    wanted: Wanted,
    checked: Checked,
    bytes: &[u8],
) -> Result<JobKey, CommandError> {
    let id = tools.store.new_id();
    let sealed = imports::put_down(&tools.store, tools.blobs.as_ref(), id, bytes);
    let sealed = sealed.map_err(failed)?;
    let named = sealed.clone();
    let work = move |writer: &mut Writer<'_>| {
        let account = writer.account_by_username(&account)?;
        let asker = match account {
            Some(account) => Asker::of_account(writer, account.id)?,
            None => None,
        };
        let asker = asker.ok_or_else(|| {
            Problem::new(Code::NotFound)
                .detail("没有该账号，或账号已停用", "there is no such account in use")
        })?;
        let (_, job) = imports::ask(writer, &asker, id, &wanted, (&checked, &named))?;
        Ok::<_, Problem>((job.jurisdiction_id, job.id))
    };
    let asked = tools.store.write(Keep::Yes, work).await;
    if asked.is_err()
        && let Err(error) = tools.blobs.remove(&sealed)
    {
        log::warn!("a sealed file that nothing names was not removed: {error}");
    }
    asked.map_err(failed)
}

/// What became of it: for people, as JSON, and as an exit code.
async fn report(store: &Store, key: JobKey, output: Output) -> Result<(), CommandError> {
    let read = move |reader: &mut Reader<'_>| {
        let missing = || Problem::internal("the import is missing");
        let import = reader.import(key.0, key.1)?.ok_or_else(missing)?;
        let job = reader.job(key.0, key.1)?.ok_or_else(missing)?;
        let errors = reader.import_errors(&import, imports::errors_behind(None, SHOWN))?;
        Ok::<_, Problem>((ImportDto::new(&import, &job), errors.rows, job.state.0))
    };
    let (import, errors, state) = store.read(read).await.map_err(failed)?;
    let tried = if import.dry_run { " (nothing was kept)" } else { "" };
    let mut text = format!(
        "{} rows: {} created, {} changed, {} unchanged, {} refused{tried}",
        import.rows, import.created, import.changed, import.unchanged, import.refused
    );
    for sheet in &import.ignored_sheets {
        text.push_str(&passed_over(sheet));
    }
    for error in &errors {
        let (letter, line) = (error.letter.as_deref().unwrap_or_default(), error.line);
        text.push_str(&format!("\n{}{letter}{line}: {}", sheet_of(&error.sheet), error.detail_en));
    }
    let rest = i64::from(import.errors) - SHOWN;
    if rest > 0 {
        text.push_str(&format!("\nand {rest} more: /v1/imports/{}/errors", import.id));
    }
    let value: Value = serde_json::to_value(&import).unwrap_or_default();
    match state {
        JobState::Succeeded if import.refused == 0 => {
            output.result(&text, &value);
            Ok(())
        }
        JobState::Succeeded => {
            output.result(&text, &value);
            Err(CommandError::Refused(format!("{} rows were refused", import.refused)))
        }
        JobState::Failed if import.failure.as_deref() != Some("internal") => {
            output.result(&text, &value);
            let why = import.failure.unwrap_or_default();
            Err(CommandError::Refused(format!("nothing was taken: {why}")))
        }
        JobState::Cancelled => Err(CommandError::Refused(format!("it was cancelled; {text}"))),
        JobState::Queued | JobState::Running | JobState::Failed => Err(CommandError::Failed(text)),
    }
}

fn passed_over(ignored: &IgnoredSheetDto) -> String {
    let IgnoredSheetDto { sheet, rows, missing, repeated } = ignored;
    let why = match repeated {
        Some(head) => format!("the column “{head}” stands there more than once"),
        None => format!("these columns were not found: {}", missing.join("、")),
    };
    format!("\nthe sheet “{sheet}” with {rows} rows was passed over: {why}")
}

fn sheet_of(sheet: &str) -> String {
    if sheet.is_empty() { String::new() } else { format!("{sheet}!") }
}
