//! The end of a year: settling it, what lapsed, what was sealed, and what is approved after all (A3, A3a, A4).

use actix_web::{HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use xueshi_domain::ledger::Outcome;
use xueshi_domain::settlement::Purpose;
use xueshi_persistence::{AppraisalFilter, Id, Keep, LapseFilter, Page, Reader};

use crate::auth::{Caller, permissions};
use crate::dto::appraisals::{AppraisalDto, AppraisalWithAddenda, StandingDto};
use crate::dto::declarations::DeclarationDto;
use crate::dto::settlements::{LapseDto, Reinstate, ReinstatementDto, SettlementDto};
use crate::dto::words;
use crate::dto::years::FilterYear;
use crate::extract::{
    Body, DryRun, IdempotencyKey, Params, PathId, PathText, PathYear, RequiredIfMatch,
};
use crate::list::listed::{self, Listed, Rows};
use crate::page;
use crate::problem::{Code, Problem};
use crate::services::{Act, Asker, appraisals, reinstatement, settlements, standing};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(start_settlement)
        .service(get_settlement)
        .service(list_lapses)
        .service(list_appraisals)
        .service(get_appraisal)
        .service(get_standing)
        .service(get_reinstatement)
        .service(reinstate_declaration);
}

page! {
    /// A page of what lapsed.
    pub(super) struct LapsePage of LapseDto, list LapseList,
    sort LapseSort { DeclarationId = "declaration_id" } default "declaration_id",
    expand [], sparse true
}

page! {
    /// A page of sealed snapshots.
    pub(super) struct AppraisalPage of AppraisalDto, list AppraisalList,
    sort AppraisalSort { ProfessionalId = "professional_id" } default "professional_id",
    expand [], sparse true
}

/// Settle a year
///
/// By the municipal bureau, in the year's freeze or later. A job does it: the `Location` is the job's. Over everyone who was employed
/// when the freeze began: what waits for a review lapses, the outcome is written, a snapshot is sealed. Asked for again, an
/// interrupted or cancelled settlement goes on where it was, and a finished one is answered with 200 and stays as it is.
#[utoipa::path(tag = "settlements", params(DryRun, IdempotencyKey),
    responses(
        (status = 202, description = "It is being settled", body = SettlementDto,
            headers(("Location" = String, description = "The job's address"))),
        (status = 200, description = "It was settled already", body = SettlementDto,
            headers(("Location" = String, description = "The job's address")))),
    extensions(("x-codes" = json!([Code::NoPolicy, Code::SettlementTooEarly]))))]
#[post("/v1/settlements/{year}")]
async fn start_settlement(
    caller: Caller<permissions::SettleYears>,
    year: PathYear,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let kept = act.keep == Keep::Yes;
    let write = state
        .desk
        .write(&caller, act, move |writer, asker| settlements::start(writer, asker, year.0));
    let answer = write.await?;
    if kept {
        state.bell.ring();
    }
    Ok(answer)
}

/// The settlement of a year
///
/// How far it has come; once it is finished, what it found and the digest over all snapshots. For those who answer for the whole city.
#[utoipa::path(tag = "settlements",
    responses((status = 200, description = "The settlement", body = SettlementDto)))]
#[get("/v1/settlements/{year}")]
async fn get_settlement(
    caller: Caller<permissions::ReadStatistics>,
    year: PathYear,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read =
        state.desk.read(&caller, move |reader, asker| settlements::read(reader, asker, year.0));
    Ok(HttpResponse::Ok().json(read.await?))
}

/// Which lapses.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichLapses {
    /// Only what a unit had held beyond its time, or only the rest.
    overdue: Option<bool>,
    /// Only what this unit had held.
    unit_id: Option<Uuid>,
    /// Only of this person.
    professional_id: Option<Uuid>,
    /// Only what was reinstated, or only the rest.
    reinstated: Option<bool>,
}

/// What lapsed in a settlement
///
/// With the stage and the unit that had held it, and for how long. People see their own; units what was declared through them or
/// held by them.
#[utoipa::path(tag = "settlements", params(LapseList, WhichLapses),
    responses((status = 200, description = "A page", body = LapsePage)))]
#[get("/v1/settlements/{year}/lapses")]
async fn list_lapses(
    caller: Caller<permissions::ReadOwnOrRecords>,
    year: PathYear,
    list: LapseList,
    which: Params<WhichLapses>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let page = list.page::<Id>()?;
    let Params(which) = which;
    let filter = LapseFilter {
        settled_year: year.0,
        overdue: which.overdue,
        unit: which.unit_id.map(Id),
        professional: which.professional_id.map(Id),
        reinstated: which.reinstated,
    };
    let found = state
        .desk
        .read(&caller, move |reader, asker| settlements::lapses(reader, asker, &filter, page));
    let slice = found.await?;
    let (rows, next) = list.cut(slice.rows, |row| row.declaration_id);
    list.respond(rows.iter().map(LapseDto::from).collect(), next, slice.total)
}

/// What lapsed, as an export takes it: its route has the year in its path.
#[derive(Debug, Deserialize)]
pub(super) struct LapsesOf {
    year: FilterYear,
    overdue: Option<bool>,
    unit_id: Option<Uuid>,
    professional_id: Option<Uuid>,
    reinstated: Option<bool>,
}

/// What lapsed in a settlement.
pub(super) struct Lapses;

impl Listed for Lapses {
    type Needs = permissions::ReadOwnOrRecords;
    type Page = LapsePage;
    type Which = LapsesOf;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: LapsesOf,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let filter = LapseFilter {
            settled_year: which.year.0,
            overdue: which.overdue,
            unit: which.unit_id.map(Id),
            professional: which.professional_id.map(Id),
            reinstated: which.reinstated,
        };
        let found = settlements::lapses(reader, asker, &filter, page)?;
        Ok(found.map(|row| (row.declaration_id, LapseDto::from(&row))))
    }
}

/// Which snapshots.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichAppraisals {
    /// The year.
    #[param(inline)]
    year: FilterYear,
    /// Only with this outcome.
    #[param(value_type = Option<words::YearOutcome>)]
    outcome: Option<Outcome>,
    /// Only of this employer.
    employer_id: Option<Uuid>,
    /// Only of this person.
    professional_id: Option<Uuid>,
    /// Only of public institutions, or only of others.
    public_institution: Option<bool>,
}

/// Sealed snapshots of a year
///
/// Each person's year as it was when it was settled. None of them ever changes.
#[utoipa::path(tag = "settlements", params(AppraisalList, WhichAppraisals),
    responses((status = 200, description = "A page", body = AppraisalPage)))]
#[get("/v1/appraisals")]
async fn list_appraisals(
    caller: Caller<permissions::ReadOwnOrRecords>,
    list: AppraisalList,
    which: Params<WhichAppraisals>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<Appraisals>(&state.desk, &caller, list, which.0).await
}

/// The sealed years that the caller may see.
pub(super) struct Appraisals;

impl Listed for Appraisals {
    type Needs = permissions::ReadOwnOrRecords;
    type Page = AppraisalPage;
    type Which = WhichAppraisals;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: WhichAppraisals,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let filter = AppraisalFilter {
            year: which.year.0,
            outcome: which.outcome,
            employer: which.employer_id.map(Id),
            professional: which.professional_id.map(Id),
            public_institution: which.public_institution,
        };
        let found = appraisals::list(reader, asker, &filter, page)?;
        Ok(found.map(|row| (row.professional_id, AppraisalDto::from(&row))))
    }
}

/// The sealed snapshot of a person's year
///
/// With what was added to it later: a reinstatement, make-up, a revocation. The snapshot itself stays as it was.
#[utoipa::path(tag = "settlements",
    responses((status = 200, description = "The snapshot", body = AppraisalWithAddenda)))]
#[get("/v1/professionals/{id}/appraisals/{year}")]
async fn get_appraisal(
    caller: Caller<permissions::ReadOwnOrRecords>,
    path: PathText,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (person, year) = (path.id("id")?, path.year("year")?);
    let read = state
        .desk
        .read(&caller, move |reader, asker| appraisals::read(reader, asker, person, year));
    Ok(HttpResponse::Ok().json(read.await?))
}

/// Which years, for what.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichStanding {
    /// The first year.
    #[param(inline)]
    from: FilterYear,
    /// The last year; at most 30 in all.
    #[param(inline)]
    to: FilterYear,
    /// What it is asked for. For the appraisal of a public institution only what was completed in the year counts; for the others
    /// make-up counts too.
    #[param(value_type = words::StandingPurpose)]
    purpose: Purpose,
}

/// Whether a person met the requirement
///
/// In each of the years, for a purpose. A year that asked nothing of the person does not stand in the way; one that is not settled and
/// not reached yet is open.
#[utoipa::path(tag = "professionals", params(WhichStanding),
    responses((status = 200, description = "The answer", body = StandingDto)),
    extensions(("x-codes" = json!([Code::NoPolicy]))))]
#[get("/v1/professionals/{id}/standing")]
async fn get_standing(
    caller: Caller<permissions::ReadOwnOrRecords>,
    id: PathId,
    which: Params<WhichStanding>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Params(which) = which;
    let (years, purpose) = ((which.from.0, which.to.0), which.purpose);
    let read = state
        .desk
        .read(&caller, move |reader, asker| standing::of(reader, asker, id.0, years, purpose));
    Ok(HttpResponse::Ok().json(read.await?))
}

/// Why something that had lapsed was approved after all
///
/// The reason, who acted for which unit, when, and the lateness behind it. 404 while the declaration was not reinstated.
#[utoipa::path(tag = "declarations",
    responses((status = 200, description = "The reinstatement", body = ReinstatementDto)))]
#[get("/v1/declarations/{id}/reinstatement")]
async fn get_reinstatement(
    caller: Caller<permissions::ReadOwnOrRecords>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read =
        state.desk.read(&caller, move |reader, asker| reinstatement::read(reader, asker, id.0));
    Ok(HttpResponse::Ok().json(read.await?))
}

/// Approve a lapsed declaration after all
///
/// By the municipal bureau, after the freeze, with a reason: only what a unit had held beyond its time when the freeze began. A year
/// that reaches its floors by it is certified at once. The sealed snapshot stays and gets an addendum; the lateness counts against the
/// unit that held it.
#[utoipa::path(tag = "declarations", params(DryRun, IdempotencyKey, RequiredIfMatch), request_body = Reinstate,
    responses((status = 200, description = "Approved", body = DeclarationDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::NoPolicy, Code::YearEndFreeze, Code::NotOverdue,
        Code::OwnDeclaration, Code::DuplicateLearning, Code::HoursOverLimit]))))]
#[post("/v1/declarations/{id}/reinstatement")]
async fn reinstate_declaration(
    caller: Caller<permissions::Reinstate>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<Reinstate>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(request) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        reinstatement::reinstate(writer, asker, id.0, &condition, &request.reason)
    });
    write.await
}
