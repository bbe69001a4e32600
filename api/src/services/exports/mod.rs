//! Lists that are taken out as files: read part by part by a job, in the name and with the rights of whoever asked (ADR 0026).

pub mod file;
pub mod part;
pub mod told;
mod workbook;

use std::collections::BTreeMap;
use std::sync::Arc;

use time::Duration;
use uuid::Uuid;
use xueshi_domain::access::{OrgPath, Permission, Role};
use xueshi_domain::export::{ExportFormat, ExportList};
use xueshi_domain::job::JobKind;
use xueshi_persistence::{
    BlobStore, ContentHash, Export, Id, Job, Keep, Moment, Page, Reader, Slice, Store, Word, Writer,
};

use super::jobs::asked::{self, Beside as _};
use super::{Asker, Reply};
use crate::auth::Need;
use crate::dto::exports::ExportDto;
use crate::extract::Query;
use crate::list::listed::{self, Source};
use crate::problem::{Code, Problem};

/// Finds the lists that can be taken out.
pub type Sources = fn(ExportList) -> Source;

/// How long the rows are kept after the export is over.
const KEPT: Duration = Duration::days(7);
/// Exports whose rows are removed in one round.
const AT_ONCE: i64 = 20;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Which list.
    pub list: ExportList,
    /// Its parameters.
    pub parameters: BTreeMap<String, String>,
    /// What the file is to be.
    pub format: ExportFormat,
}

/// Whether somebody may read a list, which part of it is decided on its rows.
fn may(asker: &Asker, need: Need) -> bool {
    match need {
        Need::Nothing | Need::Login => true,
        Need::OneOf(permissions) => {
            permissions.iter().any(|permission| asker.actor.may(*permission))
        }
    }
}

/// Whether somebody still has every right under which rows of an export were read: each office that they held while it was taken out
/// and that opens the list, or a closer or higher one that opens as much. A removed administrator has not (U1).
fn still_may(
    reader: &mut Reader<'_>,
    asker: &Asker,
    export: &Export,
    need: Need,
) -> Result<bool, Problem> {
    if !may(asker, need) {
        return Ok(false);
    }
    // A list that needs a login only shows more to whoever holds an office: then it is all of the office that counts.
    let permissions: &[Permission] = match need {
        Need::Nothing | Need::Login => Permission::ALL,
        Need::OneOf(permissions) => permissions,
    };
    let until = export.finished_at.unwrap_or(Moment(reader.now()));
    for (grant, path) in reader.grants_between(export.account_id, export.created_at, until)? {
        let role = grant.role.0;
        // Being a professional is no office: it follows from the account's own record.
        if role == Role::Professional {
            continue;
        }
        let path = OrgPath::parse(&path).map_err(Problem::internal)?;
        let mut gave = permissions.iter().filter(|permission| role.permits(**permission));
        if gave.any(|permission| asker.actor.acting_for(*permission, &path).is_none()) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Reads the first row, as the job will: what would make it fail is refused before there is one. A list may look at much for it, so that
/// this is nothing for a transaction that writes.
///
/// # Errors
/// As [`ask`]; whatever the list itself refuses, such as 404 for what was sealed of a year that is not settled.
pub fn try_out(
    reader: &mut Reader<'_>,
    asker: &Asker,
    source: Source,
    wanted: &Wanted,
) -> Result<(), Problem> {
    let query = admitted(reader, asker, source, wanted)?;
    let first = listed::Wanted { query: &query, after: None, limit: 1, count: false };
    source.read(reader, asker, first).map(drop)
}

/// The parameters of a list that the asker may take out.
fn admitted(
    reader: &mut Reader<'_>,
    asker: &Asker,
    source: Source,
    wanted: &Wanted,
) -> Result<Query, Problem> {
    let is_person = Asker::of_account(reader, asker.account())?.is_some();
    if !is_person || !may(asker, source.need) {
        return Err(Problem::new(Code::Forbidden));
    }
    let query = Query::from_pairs(wanted.parameters.clone())?;
    source.check(&query)?;
    Ok(query)
}

/// Asks for an export. Its job bears the same id.
///
/// # Errors
/// 403 for those who may not read the list, and for machines, which read it page by page; 400 for parameters that it does not take.
pub fn ask(
    writer: &mut Writer<'_>,
    asker: &Asker,
    source: Source,
    wanted: &Wanted,
) -> Result<(Export, Job), Problem> {
    admitted(writer, asker, source, wanted)?;
    let unit = acting_for(writer, asker, source.need)?;
    let (city, now, id) = (asker.jurisdiction, Moment(writer.now()), writer.new_id());
    let by = (Some(asker.account()), unit);
    let job = asked::queued(JobKind::Export, (city, id), by, 0, now);
    let export = Export {
        jurisdiction_id: city,
        id,
        job_id: id,
        list: Word(wanted.list),
        parameters: serde_json::to_string(&wanted.parameters).map_err(Problem::internal)?,
        format: Word(wanted.format),
        heads: "[]".to_owned(),
        row_count: 0,
        account_id: asker.account(),
        unit_id: unit,
        created_at: now,
        finished_at: None,
        removed_at: None,
        version: 1,
    };
    writer.insert_job(&job)?;
    writer.insert_export(&export)?;
    told::asked(&export)?.by(asker).tell(writer, city)?;
    Ok((export, job))
}

/// The unit for which a list is read: one on which the asker has a right to it, otherwise the city's bureau, as for people who read
/// their own.
fn acting_for(reader: &mut Reader<'_>, asker: &Asker, need: Need) -> Result<Id, Problem> {
    let permissions: &[Permission] = match need {
        Need::Nothing | Need::Login => &[],
        Need::OneOf(permissions) => permissions,
    };
    let own = asker.actor.professional_id;
    let granted = permissions.iter().find_map(|permission| {
        let mut grants = asker.actor.grants_for(*permission);
        grants.find(|grant| Some(grant.organization_id) != own)
    });
    if let Some(grant) = granted {
        return Ok(Id(grant.organization_id));
    }
    let bureau = reader.municipal_bureau(asker.jurisdiction)?;
    bureau
        .map(|bureau| bureau.id)
        .ok_or_else(|| Problem::internal("the municipal bureau is missing"))
}

/// The exports that the asker asked for.
///
/// # Errors
/// On a database failure.
pub fn list(
    reader: &mut Reader<'_>,
    asker: &Asker,
    list: Option<ExportList>,
    page: Page<Id>,
) -> Result<Slice<ExportDto>, Problem> {
    let found = reader.exports(asker.jurisdiction, asker.account(), list, page)?;
    asked::shown(reader, &found)
}

/// An export of the asker's own, with its job: what is in it is what they may see.
///
/// # Errors
/// 404 for every other.
pub fn own(reader: &mut Reader<'_>, asker: &Asker, id: Uuid) -> Result<(Export, Job), Problem> {
    let export = reader.export(asker.jurisdiction, Id(id))?;
    let export = export
        .filter(|export| export.account_id == asker.account())
        .ok_or_else(|| Problem::new(Code::NotFound))?;
    let job = asked::job_of(reader, export.job())?;
    Ok((export, job))
}

/// An export as the API shows it.
///
/// # Errors
/// As [`own`].
pub fn read(reader: &mut Reader<'_>, asker: &Asker, id: Uuid) -> Result<ExportDto, Problem> {
    let (export, job) = own(reader, asker, id)?;
    Ok(ExportDto::new(&export, &job))
}

/// Takes up an export that was cancelled, or given up by a failure of the service, where it stood.
///
/// # Errors
/// 404 as [`own`], 409 in every other state and once its rows were removed.
pub fn resume(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
) -> Result<Reply<ExportDto>, Problem> {
    let (export, job) = own(writer, asker, id)?;
    if export.removed_at.is_some() {
        return Err(removed());
    }
    asked::resume(writer, (export, job))
}

fn removed() -> Problem {
    Problem::new(Code::WrongState).detail(
        "导出的文件已按期删除，请重新导出",
        "the rows were removed some days after the export; ask again",
    )
}

/// Removes the rows of exports that have been over for some days. A crash in between leaves sealed files that nothing names any more.
///
/// # Errors
/// On a database failure, or when a file cannot be removed.
pub async fn remove_old(store: &Store, blobs: &Arc<dyn BlobStore>) -> Result<(), Problem> {
    let find = |reader: &mut Reader<'_>| {
        let before = Moment(reader.now().saturating_sub(KEPT));
        Ok::<_, Problem>(reader.exports_with_old_parts(before, AT_ONCE)?)
    };
    for export in store.read(find).await? {
        let key = (export.jurisdiction_id, export.id);
        let forget = move |writer: &mut Writer<'_>| -> Result<_, Problem> {
            let Some(mut export) = writer.export(key.0, key.1)? else { return Ok(Vec::new()) };
            let parts = writer.export_parts(&export)?;
            writer.forget_export_parts(&export)?;
            export.removed_at = Some(Moment(writer.now()));
            writer.save_export(&mut export)?;
            Ok(parts)
        };
        let parts = store.write(Keep::Yes, forget).await?;
        let blobs = Arc::clone(blobs);
        let remove = move || {
            let mut hashes = parts.iter().filter_map(|part| ContentHash::parse(&part.blob_hash));
            hashes.try_for_each(|hash| blobs.remove(&hash))
        };
        let removed = tokio::task::spawn_blocking(remove).await;
        removed.map_err(Problem::internal)?.map_err(Problem::internal)?;
    }
    Ok(())
}
