//! Long work: how far it has come, as an answer and as a stream, and stopping it.

use std::time::Duration;

use actix_web::http::header::{self, ContentEncoding};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, get, post, web};
use futures_util::stream;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::auth::{Caller, LoggedIn};
use crate::dto::jobs::JobDto;
use crate::extract::{DryRun, ETag, IdempotencyKey, IfMatch, PathId};
use crate::problem::{Code, Problem};
use crate::services::{Act, Asker, Desk, jobs};
use crate::state::AppState;

/// Real time between two looks at a job that is streamed.
const LOOK: Duration = Duration::from_millis(300);
/// Looks without news after which a comment keeps the connection open.
const QUIET: u32 = 50;
/// Looks after which a stream ends; clients of server-sent events come back by themselves, with their token of that time.
const LOOKS: u32 = 2_000;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(get_job).service(stream_job).service(cancel_job);
}

/// A job and how far it has come
///
/// For whoever asked for it, and for those who read the records of the unit that it was asked for.
#[utoipa::path(tag = "jobs", responses((status = 200, description = "The job", body = JobDto,
    headers(("ETag" = String, description = "Its version")))))]
#[get("/v1/jobs/{id}")]
async fn get_job(
    caller: Caller<LoggedIn>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| jobs::read(reader, asker, id.0));
    let job = read.await?;
    Ok(HttpResponse::Ok().insert_header(ETag(job.version.into())).json(job))
}

/// The progress of a job as it happens
///
/// Server-sent events: `progress` with the job as its data whenever it has changed, and `end` once it is over; then the stream
/// ends. The id of an event is the job's version.
#[utoipa::path(tag = "jobs", responses((status = 200, description = "The events", body = String,
    content_type = "text/event-stream")))]
#[get("/v1/jobs/{id}/events")]
async fn stream_job(
    caller: Caller<LoggedIn>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| jobs::read(reader, asker, id.0));
    let first = read.await?;
    let watch = Watch {
        desk: state.desk.clone(),
        asker: Asker::clone(&caller),
        id: id.0,
        next: Some(first),
        version: 0,
        looks: 0,
        over: false,
    };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("X-Accel-Buffering", "no"))
        // Compressed, an event would wait for the next one.
        .insert_header(ContentEncoding::Identity)
        .streaming(stream::unfold(watch, |watch| watch.wait())))
}

/// A stream on its way.
struct Watch {
    desk: Desk,
    asker: Asker,
    id: Uuid,
    next: Option<JobDto>,
    version: i32,
    looks: u32,
    over: bool,
}

impl Watch {
    /// The next event, and the stream behind it; none once it is over.
    async fn wait(mut self) -> Option<(Result<Bytes, Problem>, Self)> {
        let mut quiet = 0;
        while !self.over && self.looks < LOOKS {
            let job = match self.next.take() {
                Some(job) => job,
                None => {
                    tokio::time::sleep(LOOK).await;
                    self.looks += 1;
                    let id = self.id;
                    let look = move |reader: &mut xueshi_persistence::Reader<'_>, asker: &Asker| {
                        jobs::read(reader, asker, id)
                    };
                    // What is not to be seen any more ends the stream.
                    self.desk.read(&self.asker, look).await.ok()?
                }
            };
            if job.version != self.version {
                self.version = job.version;
                self.over = job.state.is_over();
                let name = if self.over { "end" } else { "progress" };
                let data = serde_json::to_string(&job).ok()?;
                let event = format!("id: {}\nevent: {name}\ndata: {data}\n\n", job.version);
                return Some((Ok(Bytes::from(event)), self));
            }
            quiet += 1;
            if quiet == QUIET {
                return Some((Ok(Bytes::from_static(b": still there\n\n")), self));
            }
        }
        None
    }
}

/// Stop a job
///
/// At once while nobody works on it, otherwise behind the batch that is being worked on. What it has done stands; asked for again,
/// it goes on where it was.
#[utoipa::path(tag = "jobs", params(DryRun, IdempotencyKey, IfMatch),
    responses((status = 200, description = "The job", body = JobDto,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::WrongState]))))]
#[post("/v1/jobs/{id}/cancellation")]
async fn cancel_job(
    caller: Caller<LoggedIn>,
    id: PathId,
    condition: IfMatch,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let write = state
        .desk
        .write(&caller, act, move |writer, asker| jobs::cancel(writer, asker, id.0, &condition));
    write.await
}
