//! Work in bulk: files of rows are taken in by a job, through the operations for one of their kind (ADR 0024).

pub mod batch;
mod declarations;
mod effect;
pub mod feed;
mod people;
mod plans;
pub mod report;
mod rosters;
pub mod row;
pub mod table;
pub mod templates;
mod units;

use std::sync::Arc;

use time::Duration;
use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::access::Permission;
use xueshi_domain::identity::mask_long_numbers;
use xueshi_domain::import::{ImportKind, ImportMode};
use xueshi_domain::job::{JobKind, JobState};
use xueshi_domain::registry::Standing;
use xueshi_persistence::{
    BlobStore, ContentHash, Id, Import, ImportError, Job, Keep, Moment, Page, Reader, Slice, Store,
    Word, Writer,
};

use self::table::Shape;
use super::filing::roster_parts::open_class;
use super::jobs::asked::{self, Beside as _};
use super::references::{unfit, unknown};
use super::{Asker, Reply, organizations};
use crate::dto::imports::ImportDto;
use crate::problem::{Code, Problem};
use crate::sheets::Format;

/// How long the sealed file of an import is kept after it is over, for its report.
const KEPT: Duration = Duration::days(7);
/// Files that are removed in one round.
const AT_ONCE: i64 = 100;

/// What is asked for with a file.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What its rows are.
    pub kind: ImportKind,
    /// What one refused row does to the others.
    pub mode: ImportMode,
    /// Whether the rows are checked only.
    pub dry_run: bool,
    /// The class of a roster.
    pub class: Option<Uuid>,
    /// The unit for rows that name none.
    pub unit: Option<Uuid>,
    /// Why a roster is corrected.
    pub reason: Option<String>,
}

/// A file that was read to its end once.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The name that it was sent under.
    pub name: String,
    /// Its format.
    pub format: Format,
    /// Bytes.
    pub size: usize,
    /// Its content's hash.
    pub hash: ContentHash,
    /// What it turned out to be.
    pub shape: Shape,
}

/// What taking in rows of a kind needs, somewhere; on which unit is decided row by row.
#[must_use]
pub const fn permissions(kind: ImportKind) -> &'static [Permission] {
    match kind {
        ImportKind::People => &[Permission::ManagePeople],
        ImportKind::Units => &[Permission::ManageOrganizations],
        ImportKind::Plans => &[Permission::FileTraining],
        ImportKind::Rosters => &[Permission::ManageClasses],
        ImportKind::Declarations => &[Permission::DeclareForPeople, Permission::DeclareOwn],
    }
}

/// The unit that is acted for, once the asker may take in what they want to.
///
/// # Errors
/// 403 without the right; 422 for a target that is missing, unknown or out of place; whatever keeps a roster from being handed in.
pub fn admit(reader: &mut Reader<'_>, asker: &Asker, wanted: &Wanted) -> Result<Id, Problem> {
    let rights = permissions(wanted.kind);
    if !rights.iter().any(|right| asker.actor.may(*right)) {
        return Err(Problem::new(Code::Forbidden));
    }
    if wanted.kind == ImportKind::Rosters {
        let class = wanted.class.ok_or_else(|| {
            unfit("/class_id", "required", "导入名册必须指定班次", "a roster needs its class")
        })?;
        if wanted.unit.is_some() {
            return Err(out_of_place("/unit_id"));
        }
        return match open_class(reader, asker, class) {
            Ok((class, _)) => Ok(class.organization_id),
            Err(problem) if problem.code() == Code::NotFound => Err(unknown("/class_id")),
            Err(problem) => Err(problem),
        };
    }
    if wanted.class.is_some() {
        return Err(out_of_place("/class_id"));
    }
    if wanted.reason.is_some() {
        return Err(out_of_place("/reason"));
    }
    if let Some(unit) = wanted.unit {
        if wanted.kind == ImportKind::Declarations {
            return Err(out_of_place("/unit_id"));
        }
        let unit = organizations::find(reader, asker, Permission::ReadOrganizations, unit)?;
        let unit = unit
            .filter(|unit| unit.state.0 == Standing::Active)
            .ok_or_else(|| unknown("/unit_id"))?;
        let right = rights.first().copied().ok_or_else(|| Problem::new(Code::Forbidden))?;
        asker.acting_for(right, &unit.path)?;
        return Ok(unit.id);
    }
    let office = rights.iter().find_map(|right| {
        let mut grants = asker.actor.grants_for(*right);
        grants.find(|grant| Some(grant.organization_id) != asker.actor.professional_id)
    });
    if let Some(grant) = office {
        return Ok(Id(grant.organization_id));
    }
    let person = reader.professional(asker.jurisdiction, asker.professional()?)?;
    person
        .and_then(|person| person.employer_id)
        .ok_or_else(|| Refusal::NotEmployed { since: None }.into())
}

fn out_of_place(pointer: &str) -> Problem {
    unfit(pointer, "out-of-place", "此类导入不填写此项", "has no place in such an import")
}

/// Reads a file to its end, without keeping anything of it.
///
/// # Errors
/// 415 for another format, 422 for what cannot be read, for columns that are missing and for too many rows.
pub fn check(wanted: &Wanted, name: &str, bytes: &[u8], max_rows: u32) -> Result<Checked, Problem> {
    let format = Format::of(bytes)?;
    let at_once = wanted.mode == ImportMode::AllOrNothing || wanted.kind.rows_depend();
    let limit = if at_once { max_rows.min(wanted.kind.rows_at_once()) } else { max_rows };
    let mut seen = 0_u32;
    let shape = table::rows(wanted.kind, format, bytes, &mut |_| {
        seen = seen.saturating_add(1);
        seen <= limit
    })?;
    if shape.rows > limit {
        return Err(Problem::new(Code::ImportTooLarge)
            .detail(
                format!("文件超过 {limit} 行；请分成几个文件，或改用 row_by_row 方式"),
                format!("the file has more than {limit} rows; divide it, or take it in row by row"),
            )
            .fact("max_rows", limit));
    }
    if shape.rows == 0 {
        return Err(Problem::new(Code::ImportUnreadable)
            .detail("文件中没有数据行", "the file has no rows below its heads"));
    }
    let (size, hash) = (bytes.len(), ContentHash::of(bytes));
    Ok(Checked { name: name.to_owned(), format, size, hash, shape })
}

/// Seals a file and puts it down, before the import that names it is there.
///
/// # Errors
/// When it cannot be stored.
pub fn put_down(
    store: &Store,
    blobs: &dyn BlobStore,
    import: Id,
    bytes: &[u8],
) -> Result<ContentHash, Problem> {
    let sealed = store.seal_file(&feed::seal_context(import), bytes)?;
    let hash = ContentHash::of(&sealed);
    blobs.put(&hash, &sealed).map_err(Problem::internal)?;
    Ok(hash)
}

/// Asks for an import. Its job bears the same id.
///
/// # Errors
/// As [`admit`].
pub fn ask(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Id,
    wanted: &Wanted,
    (file, sealed): (&Checked, &ContentHash),
) -> Result<(Import, Job), Problem> {
    let unit = admit(writer, asker, wanted)?;
    let (city, now) = (asker.jurisdiction, Moment(writer.now()));
    let rows = file.shape.rows;
    let phases = match (wanted.dry_run, wanted.mode) {
        (false, ImportMode::AllOrNothing) => 2,
        (true, _) | (false, ImportMode::RowByRow) => 1,
    };
    let by = (Some(asker.account()), unit);
    let job = asked::queued(JobKind::Import, (city, id), by, i64::from(rows) * phases, now);
    let import = Import {
        jurisdiction_id: city,
        id,
        job_id: job.id,
        kind: Word(wanted.kind),
        mode: Word(wanted.mode),
        dry_run: wanted.dry_run,
        target_id: wanted.class.or(wanted.unit).map(Id),
        reason: wanted.reason.clone(),
        file_name: mask_long_numbers(&file.name),
        file_format: file.format.as_str().to_owned(),
        file_size: i64::try_from(file.size).unwrap_or(i64::MAX),
        content_hash: file.hash.as_str().to_owned(),
        blob_hash: Some(sealed.as_str().to_owned()),
        ignored_heads: serde_json::to_string(&file.shape.ignored).map_err(Problem::internal)?,
        ignored_sheets: serde_json::to_string(&file.shape.ignored_sheets)
            .map_err(Problem::internal)?,
        row_count: i32::try_from(rows).unwrap_or(i32::MAX),
        created: 0,
        changed: 0,
        unchanged: 0,
        refused: 0,
        error_count: 0,
        roster_revision: None,
        account_id: asker.account(),
        unit_id: unit,
        created_at: now,
        finished_at: None,
        version: 1,
    };
    writer.insert_job(&job)?;
    writer.insert_import(&import)?;
    Ok((import, job))
}

/// The imports that the asker asked for, and those for units whose records they read.
///
/// # Errors
/// On a database failure.
pub fn list(
    reader: &mut Reader<'_>,
    asker: &Asker,
    kind: Option<ImportKind>,
    page: Page<Id>,
) -> Result<Slice<ImportDto>, Problem> {
    let scope = asker.scope(Permission::ReadRecords);
    let found = reader.imports(&scope, asker.account(), kind, page)?;
    asked::shown(reader, &found)
}

/// An import that the asker may see, with its job.
///
/// # Errors
/// 404 for every other.
pub fn visible(reader: &mut Reader<'_>, asker: &Asker, id: Uuid) -> Result<(Import, Job), Problem> {
    let not_found = || Problem::new(Code::NotFound);
    let import = reader.import(asker.jurisdiction, Id(id))?.ok_or_else(not_found)?;
    if import.account_id != asker.account() {
        let unit = reader.organization(import.jurisdiction_id, import.unit_id)?;
        let path = unit.ok_or_else(not_found)?.path;
        if !asker.scope(Permission::ReadRecords).covers(&path) {
            return Err(not_found());
        }
    }
    let job = asked::job_of(reader, import.job())?;
    Ok((import, job))
}

/// An import as the API shows it.
///
/// # Errors
/// As [`visible`].
pub fn read(reader: &mut Reader<'_>, asker: &Asker, id: Uuid) -> Result<ImportDto, Problem> {
    let (import, job) = visible(reader, asker, id)?;
    Ok(ImportDto::new(&import, &job))
}

/// What was wrong with the rows of an import.
///
/// # Errors
/// As [`visible`].
pub fn errors(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
    page: Page<i32>,
) -> Result<Slice<ImportError>, Problem> {
    let (import, _) = visible(reader, asker, id)?;
    Ok(reader.import_errors(&import, page)?)
}

/// The first errors of an import, or those behind one of them, in their order.
#[must_use]
pub const fn errors_behind(after: Option<i32>, limit: i64) -> Page<i32> {
    Page { limit, after, descending: false, count: false }
}

/// An import whose file the asker may have back: their own, once it is over. The file holds personal data.
///
/// # Errors
/// 404 as [`visible`], 403 for someone else's, 409 while it goes on.
pub fn own_file(reader: &mut Reader<'_>, asker: &Asker, id: Uuid) -> Result<Import, Problem> {
    let (import, job) = visible(reader, asker, id)?;
    if import.account_id != asker.account() {
        return Err(Problem::new(Code::Forbidden));
    }
    if !job.state.0.is_over() {
        return Err(
            Problem::new(Code::WrongState).detail("导入尚未结束", "the import is not over yet")
        );
    }
    Ok(import)
}

/// Takes up an import that was cancelled, or given up by a failure of the service, where it stood.
///
/// # Errors
/// 404 as [`visible`], 403 for someone else's, 409 in every other state.
pub fn resume(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
) -> Result<Reply<ImportDto>, Problem> {
    let (import, job) = visible(writer, asker, id)?;
    if import.account_id != asker.account() {
        return Err(Problem::new(Code::Forbidden));
    }
    let failed = job.state.0 == JobState::Failed && job.failure.as_deref() != Some("internal");
    if failed || import.blob_hash.is_none() {
        return Err(Problem::new(Code::WrongState).detail(
            "该导入不能继续；请修改文件后重新导入",
            "this import does not go on; correct the file and send it again",
        ));
    }
    asked::resume(writer, (import, job))
}

/// Removes the files of imports that have been over for some days. A crash between the two removals leaves a sealed file that nothing
/// names any more.
///
/// # Errors
/// On a database failure, or when a file cannot be removed.
pub async fn remove_old_files(store: &Store, blobs: &Arc<dyn BlobStore>) -> Result<(), Problem> {
    let find = |reader: &mut Reader<'_>| {
        let before = Moment(reader.now().saturating_sub(KEPT));
        Ok::<_, Problem>(reader.imports_with_old_file(before, AT_ONCE)?)
    };
    for import in store.read(find).await? {
        let hash = import.blob_hash.as_deref().and_then(ContentHash::parse);
        let key = (import.jurisdiction_id, import.id);
        let forget = move |writer: &mut Writer<'_>| {
            let Some(mut import) = writer.import(key.0, key.1)? else { return Ok(()) };
            import.blob_hash = None;
            Ok::<_, Problem>(writer.save_import(&mut import)?)
        };
        store.write(Keep::Yes, forget).await?;
        if let Some(hash) = hash {
            let blobs = Arc::clone(blobs);
            let remove = tokio::task::spawn_blocking(move || blobs.remove(&hash));
            remove.await.map_err(Problem::internal)?.map_err(Problem::internal)?;
        }
    }
    Ok(())
}
