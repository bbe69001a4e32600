//! What reviewers do: their queue, and their decisions.

use actix_web::{HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::review::Stage;
use xueshi_domain::review::State;
use xueshi_persistence::{Concerns, Declaration, Id, Moment, Page, QueueFilter, Reader};

use crate::auth::{Caller, permissions};
use crate::dto::declarations::DeclarationDto;
use crate::dto::reviews::{BatchDto, NewReview, ReviewBatch, ReviewDto, ReviewList};
use crate::dto::words;
use crate::dto::years::FilterYear;
use crate::extract::{Body, DryRun, IdempotencyKey, IfMatch, Params, PathId};
use crate::list::listed::{self, Listed, Rows};
use crate::page;
use crate::problem::{Code, Problem};
use crate::services::{Act, Asker, declarations, reviews};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_review_queue)
        .service(list_reviews)
        .service(review_declaration)
        .service(review_batch);
}

page! {
    /// A page of the review queue.
    pub(super) struct ReviewQueuePage of DeclarationDto, list ReviewQueueList,
    sort ReviewQueueSort { DueAt = "due_at" } default "due_at",
    expand [], sparse true
}

/// Which waiting declarations.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichWaiting {
    /// Only what this unit must decide.
    holder_id: Option<Uuid>,
    /// Only at this stage.
    #[param(value_type = Option<words::Stage>)]
    stage: Option<Stage>,
    /// Only overdue, or only not yet overdue ones (V3).
    overdue: Option<bool>,
    /// Only of this year.
    #[param(inline)]
    year: Option<FilterYear>,
}

/// Declarations that wait for a decision
///
/// Of the caller's unit and of the units below it, the most urgent first. Late ones keep their place and are flagged (V3).
#[utoipa::path(tag = "reviews", params(ReviewQueueList, WhichWaiting),
    responses((status = 200, description = "A page", body = ReviewQueuePage)))]
#[get("/v1/review-queue")]
async fn list_review_queue(
    caller: Caller<permissions::ReadQueue>,
    list: ReviewQueueList,
    which: Params<WhichWaiting>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<ReviewQueue>(&state.desk, &caller, list, which.0).await
}

/// What waits for the caller.
pub(super) struct ReviewQueue;

impl Listed for ReviewQueue {
    type Needs = permissions::ReadQueue;
    type Page = ReviewQueuePage;
    type Which = WhichWaiting;
    type Key = (Moment, Id);

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: WhichWaiting,
        page: Page<(Moment, Id)>,
    ) -> Result<Rows<Self>, Problem> {
        let filter = QueueFilter {
            holder: which.holder_id.map(Id),
            state: which.stage.map(|stage| match stage {
                Stage::Employer => State::EmployerReview,
                Stage::Authority => State::AuthorityReview,
            }),
            overdue: which.overdue,
            year: which.year.map(|year| year.0),
        };
        let found = reader.review_queue(&asker.scope(Permission::ReadQueue), &filter, page)?;
        let now = reader.now();
        let key = |row: &Declaration| (row.due_at.unwrap_or(row.updated_at), row.id);
        Ok(found.map(|row| (key(&row), DeclarationDto::new(&row, now))))
    }
}

/// Decisions on a declaration
///
/// Of all its revisions, oldest first: who, acting for which unit, when, under which policy version (V10).
#[utoipa::path(tag = "reviews", responses((status = 200, description = "The decisions", body = ReviewList)))]
#[get("/v1/declarations/{id}/reviews")]
async fn list_reviews(
    caller: Caller<permissions::ReadOwnOrRecords>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| {
        let d = declarations::visible(reader, asker, id.0)?;
        let reviews = reader.reviews_of(d.jurisdiction_id, d.professional_id, d.id)?;
        Ok(ReviewList { data: reviews.iter().map(ReviewDto::from).collect() })
    });
    Ok(HttpResponse::Ok().json(read.await?))
}

/// Decide on a declaration
///
/// At the stage that holds it, by who acts for that unit. Of two decisions at once exactly one stands; the other gets 409
/// `decision-already-made` with the decision that won (V4). Nobody decides on their own.
#[utoipa::path(tag = "reviews", params(DryRun, IdempotencyKey, IfMatch), request_body = NewReview,
    responses((status = 200, description = "Decided: the declaration as it stands now", body = DeclarationDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::DecisionAlreadyMade, Code::WrongState, Code::OwnDeclaration, Code::SameReviewer,
        Code::NotHolder, Code::NoPolicy, Code::WindowClosed, Code::YearEndFreeze]))))]
#[post("/v1/declarations/{id}/reviews")]
async fn review_declaration(
    caller: Caller<permissions::Review>,
    id: PathId,
    condition: IfMatch,
    act: Act,
    body: Body<NewReview>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(review) = body;
    let act = act.concerning(Concerns::PeopleOf(vec![Id(id.0)]));
    let write = state.desk.write(&caller, act, move |writer, asker| {
        reviews::decide(writer, asker, id.0, &condition, &review)
    });
    write.await
}

/// Decide on many declarations
///
/// One result for each item, in the same order; a refused item never blocks the rest (V6).
#[utoipa::path(tag = "reviews", params(DryRun, IdempotencyKey), request_body = ReviewBatch,
    responses((status = 200, description = "One result for each item", body = BatchDto)))]
#[post("/v1/reviews:batch")]
async fn review_batch(
    caller: Caller<permissions::Review>,
    act: Act,
    body: Body<ReviewBatch>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(batch) = body;
    let info = act.info.clone();
    let all = batch.items.iter().map(|item| Id(item.declaration_id)).collect();
    let act = act.concerning(Concerns::PeopleOf(all));
    let write = state.desk.write(&caller, act, move |writer, asker| {
        reviews::decide_all(writer, asker, &batch.items, &info)
    });
    write.await
}
