//! `xueshi audit verify`: the transparency log against the database, and against heads that were kept elsewhere (ADR 0027).

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use xueshi_persistence::{LogFault, Reader, Remembered, Store, StoreError};

use crate::cli::CommandError;

/// The file in the data directory that holds the head of the last run without a fault.
const SEEN: &str = "audited.checkpoint";
/// What is not sealed by then was not written by a service that runs.
const SEALED_WITHIN: Duration = Duration::from_secs(2);

/// What the log is compared with.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Known {
    /// A checkpoint that was kept elsewhere, such as a witness has it: must be of the log's past; may be given several times
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// The log's key as it was published, instead of the one in the database
    #[arg(long, value_name = "KEY")]
    verifier_key: Option<String>,
}

/// What does not fit, in the order of the log; the head, if all is well, is kept for the next run.
pub(super) async fn look(
    store: &Store,
    known: &Known,
    data_dir: &Path,
) -> Result<Vec<LogFault>, CommandError> {
    let seen = data_dir.join(SEEN);
    let mut remembered = Vec::new();
    for path in &known.checkpoint {
        remembered.push(head_in(path)?);
    }
    if seen.exists() {
        remembered.push(head_in(&seen)?);
    }
    let key = known.verifier_key.clone();
    let work = move |reader: &mut Reader<'_>| {
        let faults = reader.log_faults(key.as_deref(), &remembered)?;
        Ok((faults, reader.unsealed()?, reader.log_head()?))
    };
    let (mut faults, unsealed, head) = store.read::<_, StoreError, _>(work).await?;
    if !unsealed.is_empty() {
        tokio::time::sleep(SEALED_WITHIN).await;
        let waited = unsealed.clone();
        let sealed = move |reader: &mut Reader<'_>| reader.sealed_of(&waited);
        let sealed = store.read::<_, StoreError, _>(sealed).await?;
        faults.extend(unsealed.iter().filter(|seq| !sealed.contains(seq)).map(|seq| LogFault {
            table: "log_entries".to_owned(),
            row: seq.to_string(),
            what: "is not sealed: does the service run, and has it written this?".to_owned(),
        }));
    }
    if let (true, Some(head)) = (faults.is_empty(), head) {
        keep(&seen, &head.checkpoint.note);
    }
    Ok(faults)
}

fn head_in(path: &Path) -> Result<Remembered, CommandError> {
    let text = fs::read_to_string(path)
        .map_err(|error| CommandError::Failed(format!("{}: {error}", path.display())))?;
    Remembered::parse(&text)
        .ok_or_else(|| CommandError::Failed(format!("{} is no checkpoint", path.display())))
}

/// Keeps the head for the next run. A data directory that cannot be written to is no fault of the log.
fn keep(path: &Path, note: &str) {
    let new = path.with_extension("new");
    if let Err(error) = fs::write(&new, note).and_then(|()| fs::rename(&new, path)) {
        log::warn!("{}: the head is not kept for the next run: {error}", path.display());
    }
}

pub(super) fn line(fault: &LogFault) -> String {
    format!("{} {}: {}", fault.table, fault.row, fault.what)
}

pub(super) fn value(fault: &LogFault) -> Value {
    json!({"table": fault.table, "row": fault.row, "fault": fault.what})
}
