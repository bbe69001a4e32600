//! One part of an export: read and sealed first, then noted together with the cursor behind it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use xueshi_domain::export::ExportFormat;
use xueshi_persistence::{
    BlobStore, ContentHash, Export, ExportPart, Id, Job, Moment, Reader, Store, Writer,
};

use super::Sources;
use crate::extract::Query;
use crate::list::listed::Wanted;
use crate::problem::Problem;
use crate::services::Asker;
use crate::services::jobs::{Step, asked};

/// Where an export stands: what its job keeps as its cursor.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Progress {
    /// The key of the last row.
    after: Option<Value>,
    /// The number of the last part.
    number: i32,
}

impl Progress {
    fn of(job: &Job) -> Result<Self, Problem> {
        match &job.cursor {
            Some(text) => serde_json::from_str(text).map_err(Problem::internal),
            None => Ok(Self::default()),
        }
    }
}

/// A part that was read and put down.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// The cursor that it was read behind.
    from: Option<String>,
    rows: i64,
    total: Option<i64>,
    next: Option<Value>,
    columns: Vec<String>,
    blob: Option<ContentHash>,
    /// Why there is none: the account may not read the list any more.
    refused: bool,
}

/// Reads the part at which a job stands, in the name of whoever asked for it, and puts it down.
///
/// # Errors
/// On a failure of the store.
pub async fn read(
    store: &Store,
    blobs: &Arc<dyn BlobStore>,
    sources: Sources,
    job: &Job,
) -> Result<Sealed, Problem> {
    let (city, id) = (job.jurisdiction_id, job.id);
    let progress = Progress::of(job)?;
    let number = progress.number + 1;
    let from = job.cursor.clone();
    let look = move |reader: &mut Reader<'_>| -> Result<_, Problem> {
        let export = reader.export(city, id)?;
        let export = export.ok_or_else(|| Problem::internal("the export is missing"))?;
        let source = sources(export.list.0);
        let asker = Asker::of_account(reader, export.account_id)?;
        let Some(asker) = asker.filter(|asker| super::may(asker, source.need)) else {
            return Ok((export, None));
        };
        let query = query_of(&export)?;
        let count = progress.after.is_none();
        let wanted = Wanted { query: &query, after: progress.after, limit: source.at_once, count };
        Ok((export, Some(source.read(reader, &asker, wanted)?)))
    };
    let (export, found) = store.read(look).await?;
    let Some(found) = found else {
        return Ok(Sealed {
            from,
            rows: 0,
            total: None,
            next: None,
            columns: Vec::new(),
            blob: None,
            refused: true,
        });
    };
    let rows = i64::try_from(found.lines.len()).unwrap_or(i64::MAX);
    let columns = match export.format.0 {
        ExportFormat::Ndjson => Vec::new(),
        ExportFormat::Csv | ExportFormat::Xlsx => columns_of(&export, &found.lines)?,
    };
    let blob = match found.lines.is_empty() {
        true => None,
        false => Some(put_down(store, blobs, (export.id, number), &found.lines).await?),
    };
    let (total, next) = (found.total, found.next);
    Ok(Sealed { from, rows, total, next, columns, blob, refused: false })
}

/// What the list is asked with.
fn query_of(export: &Export) -> Result<Query, Problem> {
    let parameters: BTreeMap<String, String> =
        serde_json::from_str(&export.parameters).map_err(Problem::internal)?;
    Query::from_pairs(parameters)
}

async fn put_down(
    store: &Store,
    blobs: &Arc<dyn BlobStore>,
    (export, number): (Id, i32),
    lines: &[String],
) -> Result<ContentHash, Problem> {
    let (store, blobs, text) = (store.clone(), Arc::clone(blobs), lines.join("\n"));
    let put = move || -> Result<ContentHash, Problem> {
        let sealed = store.seal_file(&seal_context(export, number), text.as_bytes())?;
        let hash = ContentHash::of(&sealed);
        blobs.put(&hash, &sealed).map_err(Problem::internal)?;
        Ok(hash)
    };
    tokio::task::spawn_blocking(put).await.map_err(Problem::internal)?
}

/// What binds a sealed part to its place.
#[must_use]
pub fn seal_context(export: Id, number: i32) -> String {
    format!("export {export} {number}")
}

/// Notes a part, and the cursor behind it.
///
/// # Errors
/// On a database failure.
pub fn advance(writer: &mut Writer<'_>, job: &mut Job, sealed: &Sealed) -> Result<Step, Problem> {
    if job.cursor != sealed.from {
        // Another process went on with it meanwhile.
        return Ok(Step::More);
    }
    if sealed.refused {
        asked::close::<Export>(writer, job)?;
        return Ok(Step::Failed("forbidden"));
    }
    let (city, id) = (job.jurisdiction_id, job.id);
    let export = writer.export(city, id)?;
    let mut export = export.ok_or_else(|| Problem::internal("the export is missing"))?;
    let mut progress = Progress::of(job)?;
    if let Some(blob) = &sealed.blob {
        progress.number += 1;
        writer.insert_export_part(&ExportPart {
            jurisdiction_id: city,
            export_id: id,
            number: progress.number,
            row_count: i32::try_from(sealed.rows).unwrap_or(i32::MAX),
            blob_hash: blob.as_str().to_owned(),
        })?;
    }
    export.row_count += sealed.rows;
    if !sealed.columns.is_empty() {
        export.heads = serde_json::to_string(&sealed.columns).map_err(Problem::internal)?;
    }
    job.done += sealed.rows;
    job.total = sealed.total.unwrap_or(job.total).max(job.done);
    progress.after.clone_from(&sealed.next);
    job.cursor = Some(serde_json::to_string(&progress).map_err(Problem::internal)?);
    let is_last = sealed.next.is_none();
    if is_last {
        job.total = job.done;
        export.finished_at = Some(Moment(writer.now()));
    }
    writer.save_export(&mut export)?;
    Ok(if is_last { Step::Done } else { Step::More })
}

/// The columns of an export once these rows are in it, in the order in which they occurred.
fn columns_of(export: &Export, lines: &[String]) -> Result<Vec<String>, Problem> {
    let mut columns: Vec<String> =
        serde_json::from_str(&export.heads).map_err(Problem::internal)?;
    for line in lines {
        // Mostly all rows have the same columns, in the same order.
        for (place, (name, _)) in cells(line)?.into_iter().enumerate() {
            let known = columns.get(place) == Some(&name) || columns.contains(&name);
            if !known {
                columns.push(name);
            }
        }
    }
    Ok(columns)
}

/// The values of a row with the names of their columns: `hours.public` for what is inside of something. Lists stay as they are.
///
/// # Errors
/// When the row is no object, which would mean that its part was damaged.
pub fn cells(line: &str) -> Result<Vec<(String, Value)>, Problem> {
    let Ordered(members) = serde_json::from_str(line).map_err(Problem::internal)?;
    let mut cells = Vec::with_capacity(members.len());
    for (name, value) in members {
        flatten(name, value, &mut cells);
    }
    Ok(cells)
}

fn flatten(name: String, value: Value, cells: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (member, value) in members {
                flatten(format!("{name}.{member}"), value, cells);
            }
        }
        other @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_)) => cells.push((name, other)),
    }
}

/// The members of an object in the order in which they were written.
struct Ordered(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Ordered;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Ordered, M::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Ordered(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_columns_in_their_order() {
        let row = r#"{"id":"7","year":2023,"approved":{"total":90,"public":30},"state":null,"none":{},"tags":["a"]}"#;
        let names: Vec<_> = cells(row).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            ["id", "year", "approved.public", "approved.total", "state", "none", "tags"]
        );
        assert!(cells("[1]").is_err());
    }
}
