//! Drafts of a year's policy and their publication, for those who make it (W3).

use actix_web::{HttpResponse, delete, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::{Caller, permissions};
use crate::dto::policies::{
    NewPolicyDraft, PolicyDraftContent, PolicyDto, PolicyPublication, PolicyValidationDto,
    PolicyVersionList, PolicyVersionPage,
};
use crate::extract::{Body, DryRun, IdempotencyKey, PathText, PathYear, RequiredIfMatch};
use crate::problem::{Code, Problem};
use crate::request::RequestInfo;
use crate::services::{Act, policies};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_policy_drafts)
        .service(begin_policy_draft)
        .service(validate_policy_draft)
        .service(get_policy_draft)
        .service(edit_policy_draft)
        .service(discard_policy_draft)
        .service(publish_policy);
}

/// The year and the version that a path names.
fn named(path: &PathText) -> Result<(i32, i32), Problem> {
    let version = path.get("version").parse().ok().filter(|version| *version > 0);
    Ok((path.year("year")?, version.ok_or_else(|| Problem::new(Code::NotFound))?))
}

/// Drafts of a year's policy
///
/// A year has at most one at a time.
#[utoipa::path(tag = "policies", params(PolicyVersionList),
    responses((status = 200, description = "A page", body = PolicyVersionPage)))]
#[get("/v1/policies/{year}/drafts")]
async fn list_policy_drafts(
    caller: Caller<permissions::ReadAudit>,
    year: PathYear,
    list: PolicyVersionList,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let page = list.page::<i32>()?;
    let read = state
        .desk
        .read(&caller, move |reader, asker| policies::drafts(reader, asker, year.0, &page));
    let slice = read.await?;
    let (rows, next) = list.cut(slice.rows, |draft| draft.version);
    list.respond(rows, next, slice.total)
}

/// Begin a draft of a year's policy
///
/// From a document, or without one as a copy of the version in force. Everything that is wrong with a document is named at
/// once.
#[utoipa::path(tag = "policies", params(DryRun, IdempotencyKey), request_body = NewPolicyDraft,
    responses((status = 201, description = "The draft", body = PolicyDto,
        headers(("ETag" = String, description = "Its revision"), ("Location" = String, description = "Its address")))),
    extensions(("x-codes" = json!([Code::AlreadyExists]))))]
#[post("/v1/policies/{year}/drafts")]
async fn begin_policy_draft(
    caller: Caller<permissions::ManagePolicy>,
    year: PathYear,
    act: Act,
    body: Body<NewPolicyDraft>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    state
        .desk
        .write(&caller, act, move |writer, asker| policies::begin(writer, asker, year.0, &new))
        .await
}

/// One draft
///
/// The `ETag` is the revision that changes must name.
#[utoipa::path(tag = "policies",
    params(("version" = i32, Path, description = "The draft's version", minimum = 1, example = 2)),
    responses((status = 200, description = "The draft", body = PolicyDto,
        headers(("ETag" = String, description = "Its revision")))))]
#[get("/v1/policies/{year}/drafts/{version}")]
async fn get_policy_draft(
    caller: Caller<permissions::ReadAudit>,
    path: PathText,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (year, version) = named(&path)?;
    let read = state
        .desk
        .read(&caller, move |reader, asker| policies::draft(reader, asker, year, version));
    Ok(read.await?.render()?.into_response())
}

/// Validate a draft
///
/// What publication would refuse, each with its place in the document; what should be known before; and where the draft
/// differs from the version in force (W3). Nothing is changed.
#[utoipa::path(tag = "policies",
    params(("version" = i32, Path, description = "The draft's version", minimum = 1, example = 2)),
    responses((status = 200, description = "What publication would find", body = PolicyValidationDto)))]
#[get("/v1/policies/{year}/drafts/{version}/validation")]
async fn validate_policy_draft(
    caller: Caller<permissions::ReadAudit>,
    path: PathText,
    info: RequestInfo,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let ((year, version), language) = (named(&path)?, info.language);
    let read = state.desk.read(&caller, move |reader, asker| {
        policies::validate(reader, asker, year, version, language)
    });
    Ok(HttpResponse::Ok().json(read.await?))
}

/// Replace the content of a draft
///
/// Overlapping or inverted windows, floors that do not add up and the like are refused, all at once (W3).
#[utoipa::path(tag = "policies",
    params(DryRun, RequiredIfMatch, ("version" = i32, Path, description = "The draft's version", minimum = 1, example = 2)),
    request_body = PolicyDraftContent,
    responses((status = 200, description = "The draft", body = PolicyDto,
        headers(("ETag" = String, description = "Its revision")))))]
#[put("/v1/policies/{year}/drafts/{version}")]
async fn edit_policy_draft(
    caller: Caller<permissions::ManagePolicy>,
    path: PathText,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<PolicyDraftContent>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let ((year, version), Body(content)) = (named(&path)?, body);
    let write = state.desk.write(&caller, act, move |writer, asker| {
        policies::edit(writer, asker, year, version, &condition, &content)
    });
    write.await
}

/// Give up a draft
///
/// Nothing was decided under it, so nothing is kept of it.
#[utoipa::path(tag = "policies",
    params(DryRun, RequiredIfMatch, ("version" = i32, Path, description = "The draft's version", minimum = 1, example = 2)),
    responses((status = 204, description = "It is gone")))]
#[delete("/v1/policies/{year}/drafts/{version}")]
async fn discard_policy_draft(
    caller: Caller<permissions::ManagePolicy>,
    path: PathText,
    condition: RequiredIfMatch,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (year, version) = named(&path)?;
    let write = state.desk.write_nothing(&caller, act, move |writer, asker| {
        policies::discard(writer, asker, year, version, &condition)
    });
    write.await
}

/// Publish a draft
///
/// From then on it is the policy of the year. A version that it replaces stays readable: past decisions keep the version
/// under which they were made; the replacement needs a reason (W3). Years that are not certified yet follow new floors, which is
/// refused in a freeze that is on, by the old version or by the new one (W1); one that is complete by them, and can be verified no
/// more, is certified (A1). Whoever publishes does not certify their own year: then somebody else has to publish. From the
/// beginning of the year's settlement on new floors move nothing.
#[utoipa::path(tag = "policies",
    params(DryRun, IdempotencyKey, RequiredIfMatch,
        ("version" = i32, Path, description = "The draft's version", minimum = 1, example = 2)),
    request_body = PolicyPublication,
    responses((status = 200, description = "The policy in force", body = PolicyDto,
        headers(("ETag" = String, description = "Its revision")))),
    extensions(("x-codes" = json!([Code::YearEndFreeze, Code::OwnCase]))))]
#[post("/v1/policies/{year}/drafts/{version}/publication")]
async fn publish_policy(
    caller: Caller<permissions::ManagePolicy>,
    path: PathText,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<PolicyPublication>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let ((year, version), Body(publication)) = (named(&path)?, body);
    let write = state.desk.write(&caller, act, move |writer, asker| {
        policies::publish(writer, asker, year, version, &condition, &publication)
    });
    write.await
}
