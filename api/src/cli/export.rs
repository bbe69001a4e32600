//! `xueshi export`: takes a list out as a file, in the name of an account and with its rights.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::pin::pin;

use clap::Args;
use futures_util::StreamExt as _;
use serde_json::Value;
use xueshi_domain::export::{ExportFormat, ExportList};
use xueshi_domain::job::JobState;
use xueshi_persistence::{Id, Keep, Reader, Writer};

use super::output::{CommandError, Output};
use super::progress::work;
use super::settle::failed;
use crate::dto::exports::ExportDto;
use crate::problem::{Code, Problem};
use crate::routes::exports::source;
use crate::services::Asker;
use crate::services::exports::file::{self, Parts};
use crate::services::exports::{self, Wanted, told};
use crate::services::jobs::runner::{BATCH, JobKey, Tools};
use crate::settings::Settings;
use crate::storage::Storage;

#[derive(Debug, Args)]
#[command(after_help = "\
Killed, it goes on where it was with the service, or with the next command that does jobs; the file is then at /v1/exports.

Exit codes:
  0  the file is there
  1  failed
  2  the command line or a setting is wrong
  3  refused: the account may not read the list, or the list does not take a parameter
  4  the store cannot be reached")]
pub(super) struct Export {
    /// The list: professionals, declarations, annual_records … (all of them: /docs, POST /v1/exports)
    list: ExportList,
    /// The file to write; its ending says the format: .xlsx, .csv or .ndjson
    #[arg(value_parser = target)]
    target: Target,
    /// The user name of the account that reads the list; its rights decide
    #[arg(long = "as", value_name = "ACCOUNT")]
    account: String,
    /// A parameter of the list, such as year=2023; may be given several times
    #[arg(long = "where", value_name = "NAME=VALUE", value_parser = pair)]
    parameters: Vec<(String, String)>,
}

/// A file to write, with the format that its ending says.
#[derive(Debug, Clone)]
struct Target {
    path: PathBuf,
    format: ExportFormat,
}

fn target(text: &str) -> Result<Target, String> {
    let path = PathBuf::from(text);
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let format = ending.parse();
    let format =
        format.map_err(|_| format!("expected an ending of {}", ExportFormat::NAMES.join(", ")))?;
    Ok(Target { path, format })
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl Export {
    pub(super) async fn run(self, settings: Settings, output: Output) -> Result<(), CommandError> {
        let Target { path, format } = self.target;
        let parameters: BTreeMap<String, String> = self.parameters.into_iter().collect();
        let wanted = Wanted { list: self.list, parameters, format };
        let storage = Storage::open(&settings).await?;
        let (store, blobs) = (storage.desk.store().clone(), storage.blobs.clone());
        let tools = Tools { store, blobs, sources: source };
        let (key, account) = ask(&tools, self.account, wanted).await?;
        work(&tools, key, format!("exporting {}", self.list), BATCH).await?;
        let export = finished(&tools, key).await?;
        write(&tools, &export, account, &path).await?;
        let text = format!("{} rows of {} in {}", export.rows, export.list, path.display());
        output.result(&text, &serde_json::to_value(&export).unwrap_or(Value::Null));
        Ok(())
    }
}

/// Asks for the export in the name of the account.
async fn ask(tools: &Tools, account: String, wanted: Wanted) -> Result<(JobKey, Id), CommandError> {
    let (first, username) = (wanted.clone(), account.clone());
    let look = move |reader: &mut Reader<'_>| {
        let asker = named(reader, &username)?;
        exports::try_out(reader, &asker, source(first.list), &first)
    };
    tools.store.read(look).await.map_err(failed)?;
    let work = move |writer: &mut Writer<'_>| {
        let asker = named(writer, &account)?;
        let (_, job) = exports::ask(writer, &asker, source(wanted.list), &wanted)?;
        Ok::<_, Problem>(((job.jurisdiction_id, job.id), asker.account()))
    };
    tools.store.write(Keep::Yes, work).await.map_err(failed)
}

/// Whoever an account is.
fn named(reader: &mut Reader<'_>, username: &str) -> Result<Asker, Problem> {
    let asker = match reader.account_by_username(username)? {
        Some(account) => Asker::of_account(reader, account.id)?,
        None => None,
    };
    asker.ok_or_else(|| {
        Problem::new(Code::NotFound)
            .detail("没有该账号，或账号已停用", "there is no such account in use")
    })
}

/// What became of it.
async fn finished(tools: &Tools, key: JobKey) -> Result<ExportDto, CommandError> {
    let read = move |reader: &mut Reader<'_>| {
        let missing = || Problem::internal("the export is missing");
        let export = reader.export(key.0, key.1)?.ok_or_else(missing)?;
        let job = reader.job(key.0, key.1)?.ok_or_else(missing)?;
        Ok::<_, Problem>(ExportDto::new(&export, &job))
    };
    let export = tools.store.read(read).await.map_err(failed)?;
    match export.state {
        JobState::Succeeded => Ok(export),
        JobState::Cancelled => Err(CommandError::Refused("it was cancelled".to_owned())),
        JobState::Failed if export.failure.as_deref() == Some("forbidden") => {
            Err(CommandError::Refused("the account may not read the list any more".to_owned()))
        }
        JobState::Queued | JobState::Running | JobState::Failed => {
            Err(CommandError::Failed(export.failure.unwrap_or_default()))
        }
    }
}

/// Writes the file beside its name and then gives it that: whoever finds it finds all of it.
async fn write(
    tools: &Tools,
    export: &ExportDto,
    account: Id,
    path: &Path,
) -> Result<(), CommandError> {
    let id = export.id;
    let read = move |reader: &mut Reader<'_>| {
        let asker = Asker::of_account(reader, account)?;
        let asker = asker.ok_or_else(|| Problem::new(Code::Forbidden))?;
        file::complete(reader, &asker, id, source)
    };
    let (export, parts) = tools.store.read(read).await.map_err(failed)?;
    let taken = export.clone();
    let tell = move |writer: &mut Writer<'_>| {
        told::downloaded(&taken).by_account(Some(account)).tell(writer, taken.jurisdiction_id)
    };
    tools.store.write(Keep::Yes, tell).await.map_err(failed)?;
    let from = Parts { store: tools.store.clone(), blobs: tools.blobs.clone() };
    let mut bytes = pin!(file::bytes(from, export, parts).await.map_err(failed)?);
    let not_written =
        |error: std::io::Error| CommandError::Failed(format!("{}: {error}", path.display()));
    let mut aside = path.as_os_str().to_owned();
    aside.push(".part");
    let mut file = std::fs::File::create(&aside).map_err(not_written)?;
    while let Some(chunk) = bytes.next().await {
        file.write_all(&chunk.map_err(failed)?).map_err(not_written)?;
    }
    file.sync_all().map_err(not_written)?;
    std::fs::rename(&aside, path).map_err(not_written)
}
