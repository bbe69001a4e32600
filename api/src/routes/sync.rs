//! Keeping in step with other systems.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, get, web};
use tokio::time::{Instant, timeout_at};
use utoipa_actix_web::service_config::ServiceConfig;
use xueshi_domain::event::EventType;

use super::sync_stream;
use crate::auth::{Caller, permissions};
use crate::dto::sync::{ChangePage, ChangeParams};
use crate::extract::{Params, invalid_parameter};
use crate::problem::{Code, Problem, Text};
use crate::services::Asker;
use crate::services::sync::{Following, Place, changes};
use crate::state::AppState;

/// Longest that a request waits for news.
const MAX_WAIT: u16 = 60;
/// Most events of a page.
const MAX_LIMIT: u16 = 200;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(follow_changes);
}

/// What happened, in the order in which it was committed
///
/// Each event once, with the records that it is about. Read on with `next_cursor`, which never expires; with `wait`, the answer
/// comes as soon as there is something. With `Accept: text/event-stream` the same comes as server-sent events: `change`, whose id is
/// the cursor behind it, and every 15 seconds without one a `heartbeat` with the last position. Machines with `sync:read` see all of the city, people what their units concern.
#[utoipa::path(tag = "sync",
    params(ChangeParams, ("Last-Event-ID" = Option<String>, Header,
        description = "The id of the last server-sent event that arrived, in place of `cursor`")),
    responses((status = 200, description = "A page, or a stream", content(
        (ChangePage = "application/json"), (String = "text/event-stream")))),
    extensions(("x-codes" = json!([Code::InvalidCursor]))))]
#[get("/v1/sync/changes")]
async fn follow_changes(
    caller: Caller<permissions::FollowChanges>,
    which: Params<ChangeParams>,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Params(which) = which;
    let limit = within("limit", which.limit(), 1, MAX_LIMIT)?;
    let wait = within("wait", which.wait.unwrap_or(0), 0, MAX_WAIT)?;
    let streamed = sync_stream::wanted(&request);
    let cursor = streamed.then(|| sync_stream::last_event_id(&request)).flatten().or(which.cursor);
    let mut place = Place::decode(cursor.as_deref(), caller.jurisdiction)?;
    let types = which.types.into_iter().map(EventType::from).collect();
    let following = Following { types, limit };
    // A replica may hear of news later than whoever waits is woken.
    let asker = Asker::clone(&caller).at_the_source();
    if streamed {
        return sync_stream::begin(&request, state, asker, following, place).await;
    }
    let deadline = Instant::now() + Duration::from_secs(wait.into());
    let mut moves = state.desk.store().feed_signal().watch();
    loop {
        moves.borrow_and_update();
        let following = following.clone();
        let read =
            state.desk.read(&asker, move |reader, asker| changes(reader, asker, &following, place));
        let (page, behind) = read.await?;
        let news = !page.data.is_empty() || page.more;
        let closed = state.desk.store().feed_signal().is_closed();
        if news || closed || timeout_at(deadline, moves.changed()).await.is_err() {
            return Ok(HttpResponse::Ok().json(page));
        }
        place = behind;
    }
}

fn within(name: &str, value: u16, least: u16, most: u16) -> Result<u16, Problem> {
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    let text = Text::new(
        format!("应在 {least} 至 {most} 之间"),
        format!("must be between {least} and {most}"),
    );
    Err(invalid_parameter(name, "out-of-range", text))
}
