//! Years of people, and their verification (A1).

use actix_web::{HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::ledger::RecordState;
use xueshi_persistence::{AnnualRecordFilter, Id, Page, Reader};

use crate::auth::{Caller, permissions};
use crate::dto::annual_records::{AnnualRecordDto, VerificationDto, Verify};
use crate::dto::me::YearDto;
use crate::dto::words;
use crate::dto::years::FilterYear;
use crate::extract::{Body, DryRun, IdempotencyKey, Params, PathText};
use crate::list::listed::{self, Listed, Rows};
use crate::page;
use crate::problem::{Code, Problem};
use crate::services::{Act, Asker, me, verification};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_annual_records).service(verify_annual_records).service(get_annual_record);
}

page! {
    /// A page of people's years.
    pub(super) struct AnnualRecordPage of AnnualRecordDto, list AnnualRecordList,
    sort AnnualRecordSort { ProfessionalId = "professional_id" } default "professional_id",
    expand [], sparse true
}

/// Which years.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichYears {
    /// The year.
    #[param(inline)]
    year: FilterYear,
    /// Only in this state.
    #[param(value_type = Option<words::RecordState>)]
    state: Option<RecordState>,
    /// Only of this employer.
    employer_id: Option<Uuid>,
}

/// Years of the people whom the caller may see
///
/// Those in which something was declared.
#[utoipa::path(tag = "annual-records", params(AnnualRecordList, WhichYears),
    responses((status = 200, description = "A page", body = AnnualRecordPage)))]
#[get("/v1/annual-records")]
async fn list_annual_records(
    caller: Caller<permissions::ReadOwnOrRecords>,
    list: AnnualRecordList,
    which: Params<WhichYears>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<AnnualRecords>(&state.desk, &caller, list, which.0).await
}

/// People's years that the caller may see.
pub(super) struct AnnualRecords;

impl Listed for AnnualRecords {
    type Needs = permissions::ReadOwnOrRecords;
    type Page = AnnualRecordPage;
    type Which = WhichYears;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: WhichYears,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let filter = AnnualRecordFilter {
            year: which.year.0,
            state: which.state,
            employer: which.employer_id.map(Id),
        };
        let found = reader.annual_records(&asker.scope(Permission::ReadRecords), &filter, page)?;
        Ok(found.map(|row| (row.professional_id, AnnualRecordDto::from(&row))))
    }
}

/// One person's year
///
/// What the person sees at `/v1/me/years/{year}`, for their units.
#[utoipa::path(tag = "professionals", responses((status = 200, description = "The year", body = YearDto)),
    extensions(("x-codes" = json!([Code::NoPolicy]))))]
#[get("/v1/professionals/{id}/annual-records/{year}")]
async fn get_annual_record(
    caller: Caller<permissions::ReadOwnOrRecords>,
    path: PathText,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (person, year) = (path.id("id")?, path.year("year")?);
    let read =
        state.desk.read(&caller, move |reader, asker| me::year_of(reader, asker, Id(person), year));
    Ok(HttpResponse::Ok().json(read.await?))
}

/// Verify satisfied years and issue their certificates
///
/// By the reviewing body, while review is open. One result for each person; a refused one never blocks the rest.
#[utoipa::path(tag = "annual-records", params(DryRun, IdempotencyKey), request_body = Verify,
    responses((status = 200, description = "One result for each person", body = VerificationDto)),
    extensions(("x-codes" = json!([Code::NoPolicy, Code::WindowClosed, Code::YearEndFreeze]))))]
#[post("/v1/annual-records:verify")]
async fn verify_annual_records(
    caller: Caller<permissions::VerifyRecords>,
    act: Act,
    body: Body<Verify>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(request) = body;
    let info = act.info.clone();
    let write = state.desk.write(&caller, act, move |writer, asker| {
        verification::verify_all(writer, asker, &request, &info)
    });
    write.await
}
