//! Lists that are taken out as files (ADR 0026).

use actix_web::http::header;
use actix_web::{HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use xueshi_domain::export::{ExportFormat, ExportList};
use xueshi_persistence::{Id, Reader};

use super::{
    accounts, annual_records, appeals, classes, declarations, events, exemptions, filings,
    funding_reports, learning_records, makeup_applications, makeup_grants, organizations,
    professionals, registrations, reviews, seminars, settlements, statistics, sync_conflicts,
    sync_inbound, training_plans, transfers,
};
use crate::auth::{Caller, LoggedIn};
use crate::dto::exports::{ExportDto, ExportPage, ExportParams, ExportRows, NewExport};
use crate::export::{CSV, NDJSON, XLSX};
use crate::extract::{Body, DryRun, IdempotencyKey, Params, PathId};
use crate::list::listed::Source;
use crate::problem::{Code, Problem};
use crate::request::RequestInfo;
use crate::services::exports::file::{self, Parts};
use crate::services::exports::{self, Wanted, told};
use crate::services::jobs::asked::accepted;
use crate::services::{Act, Asker};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(create_export)
        .service(list_exports)
        .service(get_export)
        .service(get_export_file)
        .service(resume_export);
}

/// The lists that can be taken out, as their own routes read them.
#[must_use]
pub fn source(list: ExportList) -> Source {
    match list {
        ExportList::Professionals => Source::of::<professionals::Professionals>(),
        ExportList::Organizations => Source::of::<organizations::Organizations>(),
        ExportList::Accounts => Source::of::<accounts::Accounts>(),
        ExportList::EmploymentRequests => Source::of::<registrations::EmploymentRequests>(),
        ExportList::OrganizationRegistrations => {
            Source::of::<registrations::OrganizationRegistrations>()
        }
        ExportList::Transfers => Source::of::<transfers::Transfers>(),
        ExportList::Institutions => Source::of::<classes::Institutions>(),
        ExportList::Filings => Source::of::<filings::Filings>(),
        ExportList::TrainingPlans => Source::of::<training_plans::TrainingPlans>(),
        ExportList::Classes => Source::of::<classes::Classes>(),
        ExportList::Roster => Source::of::<classes::Roster>(),
        ExportList::Seminars => Source::of::<seminars::Seminars>(),
        ExportList::LearningRecords => Source::of::<learning_records::LearningRecords>(),
        ExportList::Declarations => Source::of::<declarations::Declarations>(),
        ExportList::ReviewQueue => Source::of::<reviews::ReviewQueue>(),
        ExportList::AnnualRecords => Source::of::<annual_records::AnnualRecords>(),
        ExportList::Appraisals => Source::of::<settlements::Appraisals>(),
        ExportList::Lapses => Source::of::<settlements::Lapses>(),
        ExportList::Exemptions => Source::of::<exemptions::Exemptions>(),
        ExportList::Appeals => Source::of::<appeals::Appeals>(),
        ExportList::MakeupApplications => Source::of::<makeup_applications::MakeupApplications>(),
        ExportList::MakeupGrants => Source::of::<makeup_grants::MakeupGrants>(),
        ExportList::FundingReports => Source::of::<funding_reports::FundingReports>(),
        ExportList::Events => Source::of::<events::Events>(),
        ExportList::SyncConflicts => Source::of::<sync_conflicts::SyncConflicts>(),
        ExportList::SyncAcknowledgements => Source::of::<sync_inbound::Acknowledgements>(),
        ExportList::CompletionFigures => Source::of::<statistics::Completion>(),
        ExportList::TimelinessFigures => Source::of::<statistics::Timeliness>(),
        ExportList::FilingFigures => Source::of::<statistics::Filing>(),
        ExportList::FundingFigures => Source::of::<statistics::Funding>(),
        ExportList::FigureRows => Source::of::<statistics::FigureRows>(),
    }
}

/// Take a list out as a file
///
/// All rows of a list that the caller may read, with the list's own filters and order, as a workbook, CSV or NDJSON. A job reads it in the
/// caller's name; the `Location` is the job's, where its progress can be watched, and where it can be cancelled.
#[utoipa::path(tag = "exports", params(DryRun, IdempotencyKey), request_body = NewExport,
    responses((status = 202, description = "It is being taken out", body = ExportDto,
        headers(("Location" = String, description = "The job's address")))),
    extensions(("x-codes" = json!([Code::InvalidParameter, Code::UnknownParameter, Code::Forbidden, Code::NotFound]))))]
#[post("/v1/exports")]
async fn create_export(
    caller: Caller<LoggedIn>,
    act: Act,
    body: Body<NewExport>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(NewExport { list, parameters, format }) = body;
    let wanted = Wanted { list, parameters, format };
    let first = wanted.clone();
    let look = move |reader: &mut Reader<'_>, asker: &Asker| {
        exports::try_out(reader, asker, source(list), &first)
    };
    state.desk.read(&caller, look).await?;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        let (export, job) = exports::ask(writer, asker, source(list), &wanted)?;
        Ok(accepted(&export, &job))
    });
    let answer = write.await?;
    state.bell.ring();
    Ok(answer)
}

/// Exports of the caller
///
/// The newest first. Nobody sees those of others: a file holds what whoever asked for it may see.
#[utoipa::path(tag = "exports", params(ExportRows, ExportParams),
    responses((status = 200, description = "A page", body = ExportPage)))]
#[get("/v1/exports")]
async fn list_exports(
    caller: Caller<LoggedIn>,
    list: ExportRows,
    wanted: Params<ExportParams>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let page = list.page::<Id>()?;
    let of = wanted.0.list;
    let read =
        state.desk.read(&caller, move |reader, asker| exports::list(reader, asker, of, page));
    let slice = read.await?;
    let (rows, next) = list.cut(slice.rows, |export| Id(export.id));
    list.respond(rows, next, slice.total)
}

/// An export
///
/// How far it has come, and where its file is once it has succeeded.
#[utoipa::path(tag = "exports", responses((status = 200, description = "The export", body = ExportDto)))]
#[get("/v1/exports/{id}")]
async fn get_export(
    caller: Caller<LoggedIn>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| exports::read(reader, asker, id.0));
    Ok(HttpResponse::Ok().json(read.await?))
}

/// The file of an export
///
/// Columns are named as in the API, `hours.public` for what is inside of something; ids and numbers of documents are texts. It is kept
/// for seven days after the export is over, for whoever asked as long as they have the rights under which its rows were read. That it
/// was asked for and taken stands in the audit log.
#[utoipa::path(tag = "exports",
    responses((status = 200, description = "The file", content(
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/csv", example = json!("id,year,state")),
        (String = "application/x-ndjson", example = json!("{\"id\":\"018b3b1e-7c00-7a10-8c11-000000000777\"}"))))),
    extensions(("x-codes" = json!([Code::WrongState, Code::Overloaded]))))]
#[get("/v1/exports/{id}/file")]
async fn get_export_file(
    caller: Caller<LoggedIn>,
    id: PathId,
    info: RequestInfo,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read =
        state.desk.read(&caller, move |reader, asker| file::complete(reader, asker, id.0, source));
    let (export, parts) = read.await?;
    let taken = export.clone();
    state.desk.tell(&caller, &info, move |_, _| Ok(told::downloaded(&taken))).await?;
    let kind = match export.format.0 {
        ExportFormat::Xlsx => XLSX.to_owned(),
        ExportFormat::Csv => format!("{CSV}; charset=utf-8"),
        ExportFormat::Ndjson => NDJSON.to_owned(),
    };
    let name = format!("attachment; filename=\"{}.{}\"", export.list.0, export.format.0);
    let from = Parts { store: state.desk.store().clone(), blobs: state.blobs.clone() };
    let bytes = file::bytes(from, export, parts).await?;
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(bytes))
}

/// Take up an export again
///
/// One that was cancelled goes on behind the rows that it had; so does one that a failure of the service had stopped.
#[utoipa::path(tag = "exports", params(DryRun, IdempotencyKey),
    responses((status = 202, description = "It goes on", body = ExportDto,
        headers(("Location" = String, description = "The job's address")))),
    extensions(("x-codes" = json!([Code::WrongState]))))]
#[post("/v1/exports/{id}/resumption")]
async fn resume_export(
    caller: Caller<LoggedIn>,
    id: PathId,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let write =
        state.desk.write(&caller, act, move |writer, asker| exports::resume(writer, asker, id.0));
    let answer = write.await?;
    state.bell.ring();
    Ok(answer)
}
