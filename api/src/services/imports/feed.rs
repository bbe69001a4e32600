//! The rows of an import's file, read on a thread of their own and handed over batch by batch, so that neither the file's rows nor
//! its reading wait in memory for the database.

use std::sync::Arc;

use tokio::sync::mpsc;
use xueshi_domain::import::ImportKind;
use xueshi_persistence::{BlobStore, ContentHash, Id, Import, Job, Reader, Store};

use super::batch::{Phase, Progress};
use super::table::{self, Row};
use crate::problem::{Code, Problem};
use crate::sheets::Format;

/// Batches that wait to be done while the next one is read.
const AHEAD: usize = 2;

/// Some rows of an import, to be done in one transaction.
#[derive(Debug, Clone)]
pub struct Batch {
    /// What is to be done to them.
    pub phase: Phase,
    /// The place of the first one among all rows.
    pub first: u32,
    /// The rows.
    pub rows: Arc<Vec<Row>>,
    /// Whether there are no more behind them.
    pub is_last: bool,
}

/// The file of one import on its way.
#[derive(Default)]
pub struct Feed {
    rows: Option<mpsc::Receiver<Read>>,
    phase: Option<Phase>,
    next: u32,
    handed_over: Option<Batch>,
}

enum Read {
    Rows(Vec<Row>),
    End,
}

impl Feed {
    /// The batch at which a job stands.
    ///
    /// # Errors
    /// When the file is gone or cannot be read.
    pub async fn batch(
        &mut self,
        store: &Store,
        blobs: &Arc<dyn BlobStore>,
        job: &Job,
        size: u32,
    ) -> Result<Batch, Problem> {
        let key = (job.jurisdiction_id, job.id);
        let find = move |reader: &mut Reader<'_>| reader.import_of_job(key.0, key.1);
        let import = store.read(find).await?;
        let import = import.ok_or_else(|| Problem::internal("the import is missing"))?;
        let progress = Progress::of(job, &import)?;
        if let Some(batch) = &self.handed_over
            && (batch.phase, batch.first) == (progress.phase, progress.next)
        {
            // It was not committed: the same rows again.
            return Ok(batch.clone());
        }
        if self.rows.is_none() || (self.phase, self.next) != (Some(progress.phase), progress.next) {
            self.open(store, blobs, &import, progress, size).await?;
        }
        let mut rows = Vec::new();
        let mut is_last = false;
        let receiver = self.rows.as_mut().ok_or_else(|| Problem::internal("no file is open"))?;
        loop {
            match receiver.recv().await {
                Some(Read::Rows(more)) => rows.extend(more),
                Some(Read::End) => is_last = true,
                // The reader broke off: it said why in the log.
                None => return Err(Problem::new(Code::ImportUnreadable)),
            }
            if is_last || !progress.at_once(&import) {
                break;
            }
        }
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        self.next = progress.next.saturating_add(count);
        let (phase, first) = (progress.phase, progress.next);
        let batch = Batch { phase, first, rows: Arc::new(rows), is_last };
        self.handed_over = Some(batch.clone());
        Ok(batch)
    }

    async fn open(
        &mut self,
        store: &Store,
        blobs: &Arc<dyn BlobStore>,
        import: &Import,
        progress: Progress,
        size: u32,
    ) -> Result<(), Problem> {
        let (kind, bytes) = (import.kind.0, file(store, blobs, import).await?);
        let format = Format::of(&bytes)?;
        let (sender, receiver) = mpsc::channel(AHEAD);
        let (skip, size) = (progress.next, usize::try_from(size).unwrap_or(usize::MAX));
        tokio::task::spawn_blocking(move || {
            if let Err(problem) = hand_over(kind, format, &bytes, skip, size, &sender) {
                log::error!("a file that was checked cannot be read: {problem}");
            }
        });
        self.rows = Some(receiver);
        self.phase = Some(progress.phase);
        self.next = progress.next;
        Ok(())
    }
}

/// Reads to the end, or until nobody takes the rows any more.
fn hand_over(
    kind: ImportKind,
    format: Format,
    bytes: &[u8],
    skip: u32,
    size: usize,
    sender: &mpsc::Sender<Read>,
) -> Result<(), Problem> {
    let (mut seen, mut rows) = (0_u32, Vec::with_capacity(size));
    table::rows(kind, format, bytes, &mut |row| {
        seen = seen.saturating_add(1);
        if seen <= skip {
            return true;
        }
        rows.push(row);
        if rows.len() < size {
            return true;
        }
        let full = std::mem::replace(&mut rows, Vec::with_capacity(size));
        sender.blocking_send(Read::Rows(full)).is_ok()
    })?;
    if !rows.is_empty() && sender.blocking_send(Read::Rows(rows)).is_err() {
        return Ok(());
    }
    // Nobody is there any more where this fails.
    let _ = sender.blocking_send(Read::End);
    Ok(())
}

/// What binds a sealed file to its import.
#[must_use]
pub fn seal_context(import: Id) -> String {
    format!("import {import}")
}

/// The file of an import, unsealed.
///
/// # Errors
/// 404 once it was removed; 500 when it cannot be read.
pub async fn file(
    store: &Store,
    blobs: &Arc<dyn BlobStore>,
    import: &Import,
) -> Result<Vec<u8>, Problem> {
    let gone = || {
        Problem::new(Code::NotFound)
            .detail("导入的文件已按期删除", "the file was removed some days after the import")
    };
    let hash = import.blob_hash.as_deref().ok_or_else(gone)?;
    let hash =
        ContentHash::parse(hash).ok_or_else(|| Problem::internal("a stored hash is none"))?;
    let (store, blobs, context) = (store.clone(), Arc::clone(blobs), seal_context(import.id));
    let read = move || -> Result<Option<Vec<u8>>, Problem> {
        let sealed = blobs.get(&hash).map_err(Problem::internal)?;
        sealed.map(|sealed| Ok(store.open_file(&context, &sealed)?)).transpose()
    };
    let bytes = tokio::task::spawn_blocking(read).await.map_err(Problem::internal)??;
    bytes.ok_or_else(|| Problem::internal("the file of an import is missing"))
}
