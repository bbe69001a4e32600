//! The file of an export, made of its parts while it is sent: constant memory, however many rows there are.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::sync::Arc;

use actix_web::web::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _};
use serde_json::Value;
use uuid::Uuid;
use xueshi_domain::export::ExportFormat;
use xueshi_domain::job::JobState;
use xueshi_persistence::{BlobStore, ContentHash, Export, ExportPart, Reader, Store};

use super::part::{cells, seal_context};
use super::workbook::write_workbook;
use super::{Sources, own, removed, still_may};
use crate::export::{Cell, line_of_csv};
use crate::problem::{Code, Problem};
use crate::services::Asker;
use crate::services::heavy::with_a_turn;

/// Bytes of a workbook that are sent at once.
const CHUNK: usize = 64 * 1024;

/// An export that is complete, with its parts.
///
/// # Errors
/// 404 as [`own`]; 403 once the asker has lost a right under which its rows were read; 409 while it goes on, after it was stopped, and
/// once its rows were removed.
pub fn complete(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
    sources: Sources,
) -> Result<(Export, Vec<ExportPart>), Problem> {
    let (export, job) = own(reader, asker, id)?;
    if !still_may(reader, asker, &export, sources(export.list.0).need)? {
        return Err(Problem::new(Code::Forbidden).detail(
            "导出时所依据的权限已被收回",
            "a right under which the rows were read has ended",
        ));
    }
    if export.removed_at.is_some() {
        return Err(removed());
    }
    if job.state.0 != JobState::Succeeded {
        return Err(
            Problem::new(Code::WrongState).detail("导出尚未完成", "the export is not complete")
        );
    }
    let parts = reader.export_parts(&export)?;
    Ok((export, parts))
}

/// Where parts are read from.
#[derive(Clone)]
pub struct Parts {
    /// The store that unseals them.
    pub store: Store,
    /// The files.
    pub blobs: Arc<dyn BlobStore>,
}

impl Parts {
    /// The lines of a part.
    pub(super) fn lines(&self, part: &ExportPart) -> Result<String, Problem> {
        let hash = ContentHash::parse(&part.blob_hash);
        let hash = hash.ok_or_else(|| Problem::internal("a stored hash is none"))?;
        let sealed = self.blobs.get(&hash).map_err(Problem::internal)?;
        let sealed = sealed.ok_or_else(|| Problem::internal("a part of an export is missing"))?;
        let bytes = self.store.open_file(&seal_context(part.export_id, part.number), &sealed)?;
        String::from_utf8(bytes).map_err(Problem::internal)
    }
}

/// The columns of an export.
pub(super) fn columns(export: &Export) -> Result<Vec<String>, Problem> {
    serde_json::from_str(&export.heads).map_err(Problem::internal)
}

/// The bytes of the file. What cannot be read any more breaks the file off, so that nobody takes it for whole.
///
/// # Errors
/// When a workbook cannot be made; 503 while too many are.
pub async fn bytes(
    from: Parts,
    export: Export,
    parts: Vec<ExportPart>,
) -> Result<impl Stream<Item = Result<Bytes, Problem>>, Problem> {
    Ok(match export.format.0 {
        ExportFormat::Xlsx => {
            let make = move || write_workbook(&from, &export, &parts);
            of_file(with_a_turn(Code::Internal, make).await?).left_stream()
        }
        ExportFormat::Csv | ExportFormat::Ndjson => {
            let columns = columns(&export)?;
            let heads = match export.format.0 {
                ExportFormat::Csv => csv_heads(&columns),
                ExportFormat::Xlsx | ExportFormat::Ndjson => String::new(),
            };
            let format = export.format.0;
            let of_parts = stream::iter(parts).then(move |part| {
                let (from, columns) = (from.clone(), columns.clone());
                async move {
                    let text = move || match (format, from.lines(&part)?) {
                        (ExportFormat::Csv, lines) => csv(&columns, &lines),
                        (ExportFormat::Xlsx | ExportFormat::Ndjson, lines) => Ok(lines + "\n"),
                    };
                    let text = tokio::task::spawn_blocking(text).await;
                    text.map_err(Problem::internal)?.map(Bytes::from)
                }
            });
            stream::iter([Ok(Bytes::from(heads))]).chain(of_parts).right_stream()
        }
    })
}

/// UTF-8 with a byte order mark: a spreadsheet opens it in the right characters.
fn csv_heads(columns: &[String]) -> String {
    let heads: Vec<Cell> = columns.iter().cloned().map(Cell::Text).collect();
    format!("\u{feff}{}", line_of_csv(&heads))
}

fn csv(columns: &[String], lines: &str) -> Result<String, Problem> {
    let mut text = String::with_capacity(lines.len());
    for line in lines.lines() {
        text.push_str(&line_of_csv(&row(columns, line)?));
    }
    Ok(text)
}

/// A row as cells below the columns of its export.
pub(super) fn row(columns: &[String], line: &str) -> Result<Vec<Cell>, Problem> {
    let mut row = vec![Cell::Empty; columns.len()];
    for (place, (name, value)) in cells(line)?.into_iter().enumerate() {
        let here = columns.get(place) == Some(&name);
        let place =
            if here { Some(place) } else { columns.iter().position(|known| *known == name) };
        if let Some(cell) = place.and_then(|place| row.get_mut(place)) {
            *cell = cell_of(value);
        }
    }
    Ok(row)
}

fn cell_of(value: Value) -> Cell {
    match value {
        Value::Null => Cell::Empty,
        Value::String(text) => Cell::Text(text),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Cell::Whole(whole),
            (None, Some(float)) => Cell::Number(float),
            (None, None) => Cell::Text(number.to_string()),
        },
        Value::Bool(yes) => Cell::Text(yes.to_string()),
        other @ (Value::Array(_) | Value::Object(_)) => Cell::Text(other.to_string()),
    }
}

/// A file from its beginning to its end.
fn of_file(file: File) -> impl Stream<Item = Result<Bytes, Problem>> {
    stream::unfold(Some(file), |file| async move {
        let mut file = file?;
        let read = tokio::task::spawn_blocking(move || {
            let mut chunk = vec![0; CHUNK];
            let count = file.read(&mut chunk)?;
            chunk.truncate(count);
            Ok::<_, std::io::Error>((chunk, file))
        });
        match read.await.map_err(Problem::internal) {
            Ok(Ok((chunk, _))) if chunk.is_empty() => None,
            Ok(Ok((chunk, file))) => Some((Ok(Bytes::from(chunk)), Some(file))),
            Ok(Err(error)) => Some((Err(Problem::internal(error)), None)),
            Err(problem) => Some((Err(problem), None)),
        }
    })
}

/// A file that is to be read from its beginning.
pub(super) fn rewound(mut file: File) -> Result<File, Problem> {
    file.rewind().map_err(Problem::internal)?;
    Ok(file)
}
