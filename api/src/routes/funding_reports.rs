//! Training funds of units (U5).

use actix_web::{HttpResponse, get, put, web};
use utoipa_actix_web::service_config::ServiceConfig;
use xueshi_persistence::{Id, Page, Reader};

use crate::auth::{Caller, permissions};
use crate::dto::funding_reports::{
    FundingReportDto, FundingReportList, FundingReportPage, FundingRevisionList,
    FundingRevisionPage, NewFundingReport, WhichFundingReports,
};
use crate::extract::{Body, DryRun, ETag, IfMatch, Params, PathId, PathYear};
use crate::list::listed::{self, Listed, Rows};
use crate::problem::{Code, Problem};
use crate::services::{Act, Asker, funding_reports};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_funding_reports)
        .service(get_funding_report)
        .service(put_funding_report)
        .service(list_funding_revisions);
}

/// Training funds as they stand
///
/// Of the caller's units, and of the units that theirs review. Each is measured by the floor and the tax-deductible ceiling of the
/// policy version under which it was reported.
#[utoipa::path(tag = "supervision", params(FundingReportList, WhichFundingReports),
    responses((status = 200, description = "A page", body = FundingReportPage)))]
#[get("/v1/funding-reports")]
async fn list_funding_reports(
    caller: Caller<permissions::ReadStatistics>,
    list: FundingReportList,
    which: Params<WhichFundingReports>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<FundingReports>(&state.desk, &caller, list, which.0).await
}

/// The funding reports that the caller may see.
pub(super) struct FundingReports;

impl Listed for FundingReports {
    type Needs = permissions::ReadStatistics;
    type Page = FundingReportPage;
    type Which = WhichFundingReports;
    type Key = (i32, Id);

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: WhichFundingReports,
        page: Page<(i32, Id)>,
    ) -> Result<Rows<Self>, Problem> {
        let found = funding_reports::list(reader, asker, &which, page)?;
        Ok(found.map(|report| ((report.year, Id(report.organization_id)), report)))
    }
}

/// The training funds of a unit and year
///
/// The `ETag` is the revision that a corrected report must name.
#[utoipa::path(tag = "supervision",
    responses((status = 200, description = "The report as it stands", body = FundingReportDto,
        headers(("ETag" = String, description = "Its revision")))))]
#[get("/v1/funding-reports/{id}/{year}")]
async fn get_funding_report(
    caller: Caller<permissions::ReadStatistics>,
    id: PathId,
    year: PathYear,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state
        .desk
        .read(&caller, move |reader, asker| funding_reports::get(reader, asker, id.0, year.0));
    let report = read.await?;
    Ok(HttpResponse::Ok().insert_header(ETag(report.revision.into())).json(report))
}

/// Report the training funds of a unit and year
///
/// By the unit, in whole fen. A report that takes the place of another one names its revision in `If-Match`; the former one is
/// kept. Money is no matter of hours: the year-end freeze does not stop it.
#[utoipa::path(tag = "supervision", params(DryRun, IfMatch), request_body = NewFundingReport,
    responses(
        (status = 200, description = "The corrected report", body = FundingReportDto,
            headers(("ETag" = String, description = "Its revision"))),
        (status = 201, description = "The first report", body = FundingReportDto,
            headers(("ETag" = String, description = "Its revision"), ("Location" = String, description = "Its address")))),
    extensions(("x-codes" = json!([Code::PreconditionRequired, Code::NoPolicy, Code::FundingYearAhead,
        Code::FundingOverPayroll]))))]
#[put("/v1/funding-reports/{id}/{year}")]
async fn put_funding_report(
    caller: Caller<permissions::ReportFunds>,
    id: PathId,
    year: PathYear,
    condition: IfMatch,
    act: Act,
    body: Body<NewFundingReport>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        funding_reports::put(writer, asker, id.0, year.0, &condition, &new)
    });
    write.await
}

/// Every report of a unit and year
///
/// The latest first: what was reported, by whom, when, and under which policy version it was measured.
#[utoipa::path(tag = "supervision", params(FundingRevisionList),
    responses((status = 200, description = "A page", body = FundingRevisionPage)))]
#[get("/v1/funding-reports/{id}/{year}/revisions")]
async fn list_funding_revisions(
    caller: Caller<permissions::ReadStatistics>,
    id: PathId,
    year: PathYear,
    list: FundingRevisionList,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let page: Page<i32> = list.page()?;
    let read = state.desk.read(&caller, move |reader, asker| {
        funding_reports::revisions(reader, asker, id.0, year.0, page)
    });
    let slice = read.await?;
    let (rows, next) = list.cut(slice.rows, |row| row.revision);
    list.respond(rows, next, slice.total)
}
