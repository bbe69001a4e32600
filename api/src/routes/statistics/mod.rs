//! Figures for supervision, the rows behind them, and the forecast before the freeze.

mod files;
mod lists;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;
use xueshi_domain::figures::Family;
use xueshi_persistence::Id;

use crate::auth::{Caller, permissions};
use crate::dto::statistics::{
    CompletionFigures, CompletionOfUnit, CompletionReport, CompletionRow, FigureRow, FilingFigures,
    FilingOfUnit, FilingReport, FilingRow, ForecastDto, Format, FundingFigures, FundingOfUnit,
    FundingRow, FundingStatistics, TimelinessFigures, TimelinessOfUnit, TimelinessReport,
    TimelinessRow, WhichFigures, WhichRows, WhichYear, formulae,
};
use crate::export::respond_in_lines;
use crate::extract::{Params, PathText, invalid_parameter};
use crate::list::listed;
use crate::page;
use crate::problem::{Code, Problem, Text};
use crate::request::RequestInfo;
use crate::services::exports::told::MadeAtOnce;
use crate::services::statistics::figures::Figures;
use crate::services::statistics::{Report, forecast, report};
use crate::state::AppState;

use self::files::{format_of, name_of, table};
use self::lists::Row as _;

pub(super) use self::lists::{Completion, FigureRows, Filing, Funding, Timeliness};

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_figure_rows)
        .service(get_completion)
        .service(get_timeliness)
        .service(get_filing_figures)
        .service(get_funding_figures)
        .service(list_review_forecasts);
}

/// The figures of a family as its own answer, or as a file.
macro_rules! answer {
    ($report:expr, $which:expr, $request:expr, $family:expr, $info:expr, $answer:ident, $of_unit:ident, $row:ident) => {{
        let found: Report<_> = $report;
        match format_of($which.format, $request) {
            Format::Json => {
                HttpResponse::Ok().insert_header((header::VARY, "Accept")).json($answer {
                    year: found.year,
                    organization: found.unit,
                    as_of: found.as_of,
                    sealed: found.sealed,
                    formulae: formulae($family),
                    total: found.total,
                    units: found
                        .units
                        .into_iter()
                        .map(|(organization, own, figures)| $of_unit { organization, own, figures })
                        .collect(),
                })
            }
            Format::Csv => table(found, $family).respond($info.language),
            Format::Xlsx => table(found, $family).respond_as_workbook($info.language).await?,
            Format::Ndjson => {
                let name = format!("{}-{}", $family, found.year);
                respond_in_lines(&name, &$row::of(found))?
            }
        }
    }};
}

/// People, outcomes and hours of a unit
///
/// Of everything below it, now or as of a past moment; the same question about the past has the same answer again. `by=unit`
/// adds the units directly below, which add up to the total. The completion rate is `completed_in_year ÷ (people − exempt)`;
/// the formulae stand in the answer. Once the year's freeze has begun, people are those who counted when it did. As JSON, CSV
/// (UTF-8 with a byte order mark), XLSX or lines of JSON.
#[utoipa::path(tag = "statistics", params(WhichFigures),
    responses((status = 200, description = "The figures", content(
        (CompletionReport = "application/json"),
        (String = "text/csv", example = json!("unit,people")),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "application/x-ndjson", example = json!("{\"year\":2023,\"scope\":\"total\",\"figures\":{\"people\":6}}"))))),
    extensions(("x-codes" = json!([Code::NotFound, Code::Overloaded]))))]
#[get("/v1/statistics/completion")]
async fn get_completion(
    caller: Caller<permissions::ReadStatistics>,
    which: Params<WhichFigures>,
    info: RequestInfo,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let family = Family::Completion;
    let asked = (&request, &info);
    let found = figures::<CompletionFigures>(&caller, &which.0, family, asked, &state).await?;
    Ok(answer!(
        found,
        which.0,
        &request,
        family,
        info,
        CompletionReport,
        CompletionOfUnit,
        CompletionRow
    ))
}

/// Reviews of a unit, by stage
///
/// What waits and is overdue (V3), what was decided in time and late, and how many working days it took. They are counted for
/// the unit that held the declaration. As of a past moment, by unit, and as a file like the other figures.
#[utoipa::path(tag = "statistics", params(WhichFigures),
    responses((status = 200, description = "The figures", content(
        (TimelinessReport = "application/json"),
        (String = "text/csv", example = json!("unit,employer_waiting")),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "application/x-ndjson", example = json!("{\"year\":2023,\"scope\":\"total\",\"figures\":{\"stages\":[]}}"))))),
    extensions(("x-codes" = json!([Code::NotFound, Code::Overloaded]))))]
#[get("/v1/statistics/timeliness")]
async fn get_timeliness(
    caller: Caller<permissions::ReadStatistics>,
    which: Params<WhichFigures>,
    info: RequestInfo,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let family = Family::Timeliness;
    let asked = (&request, &info);
    let found = figures::<TimelinessFigures>(&caller, &which.0, family, asked, &state).await?;
    Ok(answer!(
        found,
        which.0,
        &request,
        family,
        info,
        TimelinessReport,
        TimelinessOfUnit,
        TimelinessRow
    ))
}

/// Filings, plans, classes and units of a unit
///
/// Plans filed, approved and held, classes and their attendees, units without an administrator (U1). As of a past moment, by
/// unit, and as a file like the other figures.
#[utoipa::path(tag = "statistics", params(WhichFigures),
    responses((status = 200, description = "The figures", content(
        (FilingReport = "application/json"),
        (String = "text/csv", example = json!("unit,plans_filed")),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "application/x-ndjson", example = json!("{\"year\":2023,\"scope\":\"total\",\"figures\":{\"plans_filed\":1}}"))))),
    extensions(("x-codes" = json!([Code::NotFound, Code::Overloaded]))))]
#[get("/v1/statistics/filing")]
async fn get_filing_figures(
    caller: Caller<permissions::ReadStatistics>,
    which: Params<WhichFigures>,
    info: RequestInfo,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let family = Family::Filing;
    let asked = (&request, &info);
    let found = figures::<FilingFigures>(&caller, &which.0, family, asked, &state).await?;
    Ok(answer!(found, which.0, &request, family, info, FilingReport, FilingOfUnit, FilingRow))
}

/// Training funds of a unit
///
/// Payroll, funds accrued and spent as reported (U5), in fen. As of a past moment, by unit, and as a file like the other
/// figures.
#[utoipa::path(tag = "statistics", params(WhichFigures),
    responses((status = 200, description = "The figures", content(
        (FundingStatistics = "application/json"),
        (String = "text/csv", example = json!("unit,payroll")),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "application/x-ndjson", example = json!("{\"year\":2023,\"scope\":\"total\",\"figures\":{\"payroll\":1200000000}}"))))),
    extensions(("x-codes" = json!([Code::NotFound, Code::Overloaded]))))]
#[get("/v1/statistics/funding")]
async fn get_funding_figures(
    caller: Caller<permissions::ReadStatistics>,
    which: Params<WhichFigures>,
    info: RequestInfo,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let family = Family::Funding;
    let asked = (&request, &info);
    let found = figures::<FundingFigures>(&caller, &which.0, family, asked, &state).await?;
    Ok(answer!(
        found,
        which.0,
        &request,
        family,
        info,
        FundingStatistics,
        FundingOfUnit,
        FundingRow
    ))
}

page! {
    /// A page of the rows behind a figure.
    pub(super) struct FigureRowPage of FigureRow, list FigureRowList,
    sort FigureRowSort { Id = "id" } default "id",
    expand [], sparse true
}

/// The rows behind a figure
///
/// One row for each person, year, declaration, stay at a stage, plan, class, unit or report that the figure counts; their
/// amounts add up to it. Of the same unit and moment as the figure. The family in the path is that of the figure. A file has all rows,
/// or is refused: more than 10,000 are taken out as an export of `figure_rows`.
#[utoipa::path(tag = "statistics", params(FigureRowList, WhichRows,
        ("family" = String, Path, description = "`completion`, `timeliness`, `filing` or `funding`", example = "completion")),
    responses((status = 200, description = "A page, or a file with all rows", content(
        (FigureRowPage = "application/json"),
        (String = "text/csv", example = json!("kind,id")),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "application/x-ndjson", example = json!("{\"kind\":\"person\",\"id\":\"018b3b1e-7c00-7a10-8c11-0a0b0c0d0e0f\"}"))))),
    extensions(("x-codes" = json!([Code::TooManyRows, Code::Overloaded]))))]
#[get("/v1/statistics/{family}/rows")]
async fn list_figure_rows(
    caller: Caller<permissions::ReadStatistics>,
    path: PathText,
    list: FigureRowList,
    which: Params<WhichRows>,
    info: RequestInfo,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let family: Family = path.get("family").parse().map_err(|_| Problem::new(Code::NotFound))?;
    let Params(which) = which;
    if which.figure.family() != family {
        let text = Text::new("该指标不属于此类统计", "is no figure of this family");
        return Err(invalid_parameter("figure", "other-family", text));
    }
    match format_of(which.format, &request) {
        Format::Json => listed::answer::<FigureRows>(&state.desk, &caller, list, which).await,
        format @ (Format::Csv | Format::Xlsx | Format::Ndjson) => {
            files::of_rows(&state.desk, &caller, &list, which, (format, &info)).await
        }
    }
}

page! {
    /// A page of forecasts.
    pub(super) struct ForecastPage of ForecastDto, list ForecastList,
    sort ForecastSort { OrganizationId = "organization_id" } default "organization_id",
    expand [], sparse true
}

/// What reviewing units will not finish before the freeze
///
/// For each unit of the caller for which declarations of the year wait: how many, its pace over the last 20 working days
/// before today, and what will still wait when review ends (V9).
#[utoipa::path(tag = "reviews", params(ForecastList, WhichYear),
    responses((status = 200, description = "A page", body = ForecastPage)),
    extensions(("x-codes" = json!([Code::NoPolicy]))))]
#[get("/v1/review-queue/forecast")]
async fn list_review_forecasts(
    caller: Caller<permissions::ReadQueue>,
    list: ForecastList,
    which: Params<WhichYear>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (year, page) = (which.0.year.0, list.page::<Id>()?);
    let read = state
        .desk
        .read(&caller, move |reader, asker| forecast::of_units(reader, asker, year, page));
    let found = read.await?;
    let (rows, next) = list.cut(found.rows, |row| Id(row.organization_id));
    list.respond(rows, next, found.total)
}

/// The figures that are asked for; that they go out as a file is told to auditors.
async fn figures<F: Figures + Send + 'static>(
    caller: &crate::services::Asker,
    which: &WhichFigures,
    family: Family,
    (request, info): (&HttpRequest, &RequestInfo),
    state: &AppState,
) -> Result<Report<F>, Problem> {
    let format = format_of(which.format, request);
    let which = which.clone();
    let read = state.desk.read(caller, move |reader, asker| report::<F>(reader, asker, &which));
    let found = read.await?;
    if format != Format::Json {
        let file = MadeAtOnce {
            list: format!("{family}_figures"),
            format: name_of(format),
            unit: Some(Id(found.unit.id)),
            year: Some(found.year),
        };
        files::tell(&state.desk, caller, info, file).await?;
    }
    Ok(found)
}
