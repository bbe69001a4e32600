//! `xueshi keys`: the keys that ids, phones and secrets are encrypted under (U4a, ADR 0030).

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use xueshi_domain::TextEnum as _;
use xueshi_domain::event::EventType;
use xueshi_persistence::{
    DataKey, KEY_SETTLES, Keep, KeyKind, Reader, ResealCursor, Rotation, SealedCount, Store,
    StoreError, Unreadable, Writer,
};

use super::progress::Progress;
use super::settle::failed;
use super::{CommandError, Output};
use crate::dto::Timestamp;
use crate::problem::Problem;
use crate::services::events::Happening;
use crate::settings::Settings;
use crate::storage::{Storage, change_master_key, open_for_checks};

/// Rows of one transaction.
const BATCH: u32 = 500;
/// Values that do not decrypt, of those that are named.
const NAMED: usize = 50;
/// Rounds that find nothing while something is left, after which it is given up: a row that moves under a round can escape it.
const LAST_ROUNDS: u32 = 5;

#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// Encrypt everything under a new key, or change the master key
    Rotate(Rotate),
    /// Show the keys, and how many values are encrypted under each
    List,
}

/// Arguments of `xueshi keys rotate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Makes a new key of the cipher that --field-cipher names and encrypts everything anew under it, while the service runs. It may be \
stopped at any moment, also by force: the next run goes on with the same key and does what is left.

With --master the data keys are wrapped under another master key instead; that takes one transaction, and what they encrypted is \
not touched. Restart running services with the new key before the next rotation. Keep the former key as long as backups from \
before.

A value that does not decrypt is named by its table, column and row; the former keys stay in use then. With --skip-unreadable the \
rotation ends all the same: such values are lost unless a backup still has them.

Exit codes:
  0  done
  1  failed
  3  refused: another rotation is under way, the master key is not the right one, or values do not decrypt
  4  the store cannot be reached")]
pub(super) struct Rotate {
    /// Change the master key; the new one stands in XUESHI_NEW_MASTER_KEY or in a file
    #[arg(long)]
    master: bool,
    /// File with the new master key, 64 hexadecimal digits
    #[arg(long, value_name = "PATH", requires = "master")]
    new_key_file: Option<PathBuf>,
    /// End the rotation though there are values that do not decrypt
    #[arg(long, conflicts_with = "master")]
    skip_unreadable: bool,
    /// Rows in one transaction
    #[arg(long, default_value_t = BATCH, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    batch: u32,
}

impl Keys {
    pub(super) async fn run(self, settings: Settings, output: Output) -> Result<(), CommandError> {
        match self {
            Keys::List => list(&settings, output).await,
            Keys::Rotate(Rotate { master: true, new_key_file, .. }) => {
                if settings.sandbox {
                    let text = "all sandboxes have the same master key";
                    return Err(CommandError::Refused(text.to_owned()));
                }
                let changed = change_master_key(&settings, new_key_file.as_deref()).await?;
                let next = match &changed.former {
                    Some(file) => format!("the key's file was replaced, the former one is {file}"),
                    None => "set XUESHI_MASTER_KEY to the new key".to_owned(),
                };
                output.result(
                    &format!(
                        "{} keys are wrapped under the master key {}; {next}; restart running services",
                        changed.keys, changed.name
                    ),
                    &json!({"master_key": changed.name, "keys": changed.keys,
                        "file_replaced": changed.former.is_some(), "former_file": changed.former}),
                );
                Ok(())
            }
            Keys::Rotate(Rotate { master: false, batch, skip_unreadable, .. }) => {
                rotate(&settings, (i64::from(batch), skip_unreadable), output).await
            }
        }
    }
}

async fn rotate(
    settings: &Settings,
    (batch, skips): (i64, bool),
    output: Output,
) -> Result<(), CommandError> {
    let storage = Storage::open(settings).await?;
    let store = storage.desk.store();
    let Some(_lock) = store.try_lock("keys")? else {
        return Err(CommandError::Refused("another rotation is under way".to_owned()));
    };
    let rotation = store.begin_rotation(settings.field_cipher).await?;
    let Rounds { changed, unreadable, count } = reseal(store, rotation, batch).await?;
    if count > 0 && !skips {
        return Err(CommandError::Refused(format!(
            "{count} values do not decrypt under the key that they name and were left as they are; \
             the former keys stay in use (--skip-unreadable retires them all the same)\n{}",
            named(&unreadable, count)
        )));
    }
    finish(store, rotation, count).await.map_err(failed)?;
    let Rotation { version, algorithm, resumed } = rotation;
    let algorithm = algorithm.as_str();
    let begun = if resumed { ", which had been begun before" } else { "" };
    let lost = match count {
        0 => String::new(),
        count => format!(
            "; {count} values do not decrypt and were left as they are\n{}",
            named(&unreadable, count)
        ),
    };
    let rows = unreadable.iter().map(|value| {
        json!({"table": value.table, "column": value.column, "row": value.row, "version": value.version})
    });
    let rows: Vec<Value> = rows.collect();
    output.result(
        &format!("everything is encrypted under key {version} ({algorithm}){begun}; {changed} values were encrypted anew{lost}"),
        &json!({"version": version, "algorithm": algorithm, "resumed": resumed, "changed": changed,
            "unreadable": count, "unreadable_rows": rows}),
    );
    Ok(())
}

/// What all rounds did.
struct Rounds {
    /// Values that were encrypted anew.
    changed: i64,
    /// The first of those that do not decrypt.
    unreadable: Vec<Unreadable>,
    /// How many of those there are.
    count: usize,
}

/// The values that do not decrypt, each in a line.
fn named(values: &[Unreadable], count: usize) -> String {
    let line = |value: &Unreadable| {
        let Unreadable { table, column, row, version } = value;
        format!("  {table}.{column} of {row} (key {version})")
    };
    let mut lines: Vec<String> = values.iter().map(line).collect();
    if count > values.len() {
        lines.push(format!("  and {} more", count - values.len()));
    }
    lines.join("\n")
}

/// Values that are encrypted under another key than the new one.
async fn left(store: &Store, rotation: Rotation) -> Result<i64, CommandError> {
    let look = |reader: &mut Reader<'_>| reader.sealed_values();
    let all = store.read::<_, StoreError, _>(look).await?;
    let left = |count: &&SealedCount| count.version.is_some_and(|of| of != rotation.version);
    Ok(all.iter().filter(left).map(|count| count.count).sum())
}

/// Rounds through everything, until one that began after all processes had learnt of the new key finds nothing. That one opens every
/// value; afterwards the former keys have to be those of values that do not decrypt and of nothing else, which is counted.
async fn reseal(store: &Store, rotation: Rotation, batch: i64) -> Result<Rounds, CommandError> {
    let begun = Instant::now();
    let total = left(store, rotation).await?;
    let mut progress = Progress::new(format!("encrypting under key {}", rotation.version));
    let (mut changed, mut last) = (0, 0);
    loop {
        let all_know = begun.elapsed() >= KEY_SETTLES;
        let before = changed;
        let mut unreadable = BTreeSet::new();
        let mut from = Some(ResealCursor::default());
        while let Some(cursor) = from {
            let step = store.reseal(cursor, batch, all_know).await?;
            changed += step.changed;
            unreadable.extend(step.unreadable);
            from = step.next;
            progress.count(changed, total, false);
        }
        if changed > before {
            continue;
        }
        if !all_know {
            tokio::time::sleep(KEY_SETTLES.saturating_sub(begun.elapsed())).await;
            continue;
        }
        let of_former = unreadable.iter().filter(|value| value.version != rotation.version);
        let known = i64::try_from(of_former.count()).unwrap_or(i64::MAX);
        let left = left(store, rotation).await?;
        if left <= known {
            progress.count(changed, changed, true);
            progress.end();
            let count = unreadable.len();
            return Ok(Rounds {
                changed,
                unreadable: unreadable.into_iter().take(NAMED).collect(),
                count,
            });
        }
        last += 1;
        if last >= LAST_ROUNDS {
            return Err(CommandError::Refused(format!(
                "{left} values are still encrypted under former keys, which stay in use; run it again"
            )));
        }
    }
}

/// Takes the former keys out of use and tells it.
async fn finish(store: &Store, rotation: Rotation, unreadable: usize) -> Result<(), Problem> {
    let Rotation { version, algorithm, .. } = rotation;
    let work = move |writer: &mut Writer<'_>| {
        writer.retire_data_keys(version)?;
        for city in writer.jurisdictions()? {
            Happening::new(EventType::KeysRotated)
                .for_the_city(writer, city.id)?
                .data(json!({"version": version, "algorithm": algorithm.as_str(), "unreadable": unreadable}))
                .tell(writer, city.id)?;
        }
        Ok::<_, Problem>(())
    };
    store.write(Keep::Yes, work).await
}

async fn list(settings: &Settings, output: Output) -> Result<(), CommandError> {
    let store = open_for_checks(settings)?;
    let read = |reader: &mut Reader<'_>| {
        Ok::<_, StoreError>((reader.data_keys()?, reader.sealed_values()?))
    };
    let (keys, values) = store.read(read).await?;
    let values_of = |key: &DataKey| {
        let of = values
            .iter()
            .filter(|count| key.kind.0 == KeyKind::Field && count.version == Some(key.version));
        of.map(|count| count.count).sum::<i64>()
    };
    let lines: Vec<String> = keys.iter().map(|key| line(key, values_of(key))).collect();
    let list: Vec<Value> = keys.iter().map(|key| value(key, values_of(key))).collect();
    let text = if lines.is_empty() { "there are no keys yet".to_owned() } else { lines.join("\n") };
    output.result(&text, &json!({"keys": list}));
    Ok(())
}

fn line(key: &DataKey, values: i64) -> String {
    let (kind, algorithm) = (key.kind.0.as_str(), key.algorithm.0.as_str());
    let state = match (key.kind.0, key.retired_at) {
        (KeyKind::LookUp, _) => "for look-up, does not change".to_owned(),
        (KeyKind::Field, None) => format!("in use, {values} values"),
        (KeyKind::Field, Some(at)) => format!("retired {}, {values} values", Timestamp(at.0)),
    };
    let made = Timestamp(key.created_at.0);
    format!(
        "{kind} {} {algorithm}, made {made}, wrapped under {}: {state}",
        key.version, key.wrapped_by
    )
}

fn value(key: &DataKey, values: i64) -> Value {
    json!({
        "kind": key.kind.0.as_str(),
        "version": key.version,
        "algorithm": key.algorithm.0.as_str(),
        "wrapped_by": key.wrapped_by,
        "created_at": Timestamp(key.created_at.0),
        "retired_at": key.retired_at.map(|at| Timestamp(at.0)),
        "values": values,
    })
}
