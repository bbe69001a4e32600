//! Applications for make-up: by the employer, through the first body, to the municipal bureau.

use actix_web::{HttpResponse, get, patch, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use xueshi_domain::makeup::ApplicationState;
use xueshi_persistence::{Id, MakeupApplicationFilter, Page, Reader, Slice};

use crate::auth::{Caller, permissions};
use crate::dto::makeup::{
    MakeupApplicationChanges, MakeupApplicationDto, MakeupReviewDto, MakeupReviewList,
    MakeupReviewResultsDto, NewMakeupApplication, NewMakeupReview,
};
use crate::dto::words;
use crate::dto::years::FilterYear;
use crate::extract::{
    Body, DryRun, ETag, IdempotencyKey, IfMatch, Params, PathId, RequiredIfMatch,
};
use crate::list::listed::{self, Listed, Rows};
use crate::page;
use crate::problem::{Code, Problem};
use crate::services::{Act, Asker, makeup};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_makeup_applications)
        .service(create_makeup_application)
        .service(get_makeup_application)
        .service(edit_makeup_application)
        .service(submit_makeup_application)
        .service(list_makeup_reviews)
        .service(review_makeup_application);
}

page! {
    /// A page of applications for make-up.
    pub(super) struct MakeupApplicationPage of MakeupApplicationDto, list MakeupApplicationRows,
    sort MakeupApplicationSort { CreatedAt = "created_at" } default "-created_at",
    expand [], sparse true
}

/// Which applications.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichMakeupApplications {
    /// Only of this year of application.
    #[param(inline)]
    year: Option<FilterYear>,
    /// Only in one of these states.
    #[serde(default)]
    #[param(value_type = Option<Vec<words::MakeupApplicationState>>, explode = false, style = Form)]
    state: Vec<ApplicationState>,
    /// Only of this employer.
    employer_id: Option<Uuid>,
    /// Only reviewed first by this body.
    body_id: Option<Uuid>,
    /// Only exceptional, or only ordinary ones (M6).
    exceptional: Option<bool>,
}

/// Applications for make-up that the caller may see
///
/// Employers see their own in every state; bodies, the municipal bureau and auditors see them once they have been submitted.
#[utoipa::path(tag = "makeup", params(MakeupApplicationRows, WhichMakeupApplications),
    responses((status = 200, description = "A page", body = MakeupApplicationPage)))]
#[get("/v1/makeup-applications")]
async fn list_makeup_applications(
    caller: Caller<permissions::ReadMakeup>,
    list: MakeupApplicationRows,
    which: Params<WhichMakeupApplications>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<MakeupApplications>(&state.desk, &caller, list, which.0).await
}

/// The applications for make-up that the caller may see.
pub(super) struct MakeupApplications;

impl Listed for MakeupApplications {
    type Needs = permissions::ReadMakeup;
    type Page = MakeupApplicationPage;
    type Which = WhichMakeupApplications;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: WhichMakeupApplications,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let filter = MakeupApplicationFilter {
            year: which.year.map(|year| year.0),
            states: which.state,
            employer: which.employer_id.map(Id),
            body: which.body_id.map(Id),
            exceptional: which.exceptional,
        };
        let found = reader.makeup_applications(&makeup::sight(asker), &filter, page)?;
        let shown = Slice { rows: makeup::shown(reader, &found.rows)?, total: found.total };
        Ok(shown.map(|application| (Id(application.id), application)))
    }
}

/// Begin an application for make-up
///
/// By an employer, for people whom it has now and for prior years, in the make-up window (M1). In a year that takes exceptional
/// make-up only, `exceptional` with a special reason (M6). The draft is checked at once; it is submitted by itself.
#[utoipa::path(tag = "makeup", params(DryRun, IdempotencyKey), request_body = NewMakeupApplication,
    responses((status = 201, description = "The draft", body = MakeupApplicationDto,
        headers(("ETag" = String, description = "Its version"), ("Location" = String, description = "Its address")))),
    extensions(("x-codes" = json!([Code::UnknownReference, Code::NoPolicy, Code::WindowClosed, Code::YearEndFreeze,
        Code::MakeupClosed, Code::ExceptionalNotOpen, Code::ExceptionalReasonMissing, Code::MakeupYear,
        Code::MakeupNotNeeded, Code::MakeupAlreadyGranted, Code::MakeupAlreadyApplied, Code::NotEmployed,
        Code::OutOfScope]))))]
#[post("/v1/makeup-applications")]
async fn create_makeup_application(
    caller: Caller<permissions::ApplyMakeup>,
    act: Act,
    body: Body<NewMakeupApplication>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    state.desk.write(&caller, act, move |writer, asker| makeup::create(writer, asker, &new)).await
}

/// One application for make-up
///
/// With a result for each person and year. The `ETag` is the version that changes must name.
#[utoipa::path(tag = "makeup",
    responses((status = 200, description = "The application", body = MakeupApplicationDto,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/v1/makeup-applications/{id}")]
async fn get_makeup_application(
    caller: Caller<permissions::ReadMakeup>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| {
        let application = makeup::visible(reader, asker, id.0)?;
        makeup::show(reader, &application)
    });
    let application = read.await?;
    Ok(HttpResponse::Ok().insert_header(ETag(application.version.into())).json(application))
}

/// Change a draft or returned application
///
/// `items` names the people and years that are submitted next; what was decided for good stays as it is.
#[utoipa::path(tag = "makeup", params(DryRun, RequiredIfMatch), request_body = MakeupApplicationChanges,
    responses((status = 200, description = "The application", body = MakeupApplicationDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::UnknownReference, Code::NoPolicy, Code::WindowClosed,
        Code::YearEndFreeze, Code::MakeupClosed, Code::MakeupYear, Code::MakeupNotNeeded, Code::MakeupAlreadyGranted,
        Code::MakeupAlreadyApplied, Code::NotEmployed, Code::OutOfScope]))))]
#[patch("/v1/makeup-applications/{id}")]
async fn edit_makeup_application(
    caller: Caller<permissions::ApplyMakeup>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<MakeupApplicationChanges>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(changes) = body;
    let write = state.desk.write(&caller, act, move |writer, asker| {
        makeup::edit(writer, asker, id.0, &condition, &changes)
    });
    write.await
}

/// Submit an application for make-up
///
/// To the base that is assigned to the employer, or else to its reviewing body; after that to the municipal bureau (M2).
#[utoipa::path(tag = "makeup", params(DryRun, IdempotencyKey, RequiredIfMatch),
    responses((status = 200, description = "Submitted", body = MakeupApplicationDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::NoPolicy, Code::WindowClosed, Code::YearEndFreeze,
        Code::MakeupClosed, Code::MakeupNotNeeded, Code::MakeupAlreadyGranted, Code::MakeupAlreadyApplied,
        Code::NotEmployed, Code::OutOfScope, Code::NoReviewingBody]))))]
#[post("/v1/makeup-applications/{id}/submission")]
async fn submit_makeup_application(
    caller: Caller<permissions::ApplyMakeup>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let write = state
        .desk
        .write(&caller, act, move |writer, asker| makeup::submit(writer, asker, id.0, &condition));
    write.await
}

/// The decisions on an application for make-up
///
/// Who decided on which item, acting for which unit, when and why, oldest first (V10).
#[utoipa::path(tag = "makeup",
    responses((status = 200, description = "The decisions", body = MakeupReviewList)))]
#[get("/v1/makeup-applications/{id}/reviews")]
async fn list_makeup_reviews(
    caller: Caller<permissions::ReadMakeup>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| makeup::reviews(reader, asker, id.0));
    let reviews = read.await?;
    let data = reviews.iter().map(MakeupReviewDto::from).collect();
    Ok(HttpResponse::Ok().json(MakeupReviewList { data }))
}

/// Decide on an application for make-up
///
/// On every item that waits, or on the named ones: first the body, then the municipal bureau, which grants (M2). A bad item
/// never blocks the rest (V6); where every one is refused, the answer is the first refusal. When all are decided the
/// application goes on with what was agreed to.
#[utoipa::path(tag = "makeup", params(DryRun, IdempotencyKey, IfMatch), request_body = NewMakeupReview,
    responses((status = 200, description = "The application, with a result for each decision", body = MakeupReviewResultsDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::DecisionAlreadyMade, Code::NotHolder, Code::SameReviewer,
        Code::OwnCase, Code::WindowClosed, Code::YearEndFreeze, Code::MakeupNotNeeded, Code::MakeupAlreadyGranted,
        Code::NotEmployed, Code::OutOfScope]))))]
#[post("/v1/makeup-applications/{id}/reviews")]
async fn review_makeup_application(
    caller: Caller<permissions::ReviewOrDecideMakeup>,
    id: PathId,
    condition: IfMatch,
    act: Act,
    body: Body<NewMakeupReview>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    let info = act.info.clone();
    let write = state.desk.write(&caller, act, move |writer, asker| {
        makeup::decide(writer, asker, id.0, &condition, &new, &info)
    });
    write.await
}
