//! The change feed as server-sent events.

use std::collections::VecDeque;
use std::time::Duration;

use actix_web::http::header::{self, ContentEncoding};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use crate::auth::{Need, Needs as _, bearer, permissions};
use crate::problem::{Code, Problem};
use crate::services::Asker;
use crate::services::sync::{Following, Place, changes};
use crate::state::AppState;

/// Real time after which a stream without news says that it is there; and after which the caller's right is looked at again.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// The media type.
pub(super) const MEDIA_TYPE: &str = "text/event-stream";

/// Whether a request asks for a stream rather than for a page.
pub(super) fn wanted(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let kinds = accept.unwrap_or_default().split(',');
    kinds
        .map(|kind| kind.split(';').next().unwrap_or_default().trim())
        .any(|kind| kind == MEDIA_TYPE)
}

/// Where the client says that it stands: in the header that browsers send when they come back, or else in the query.
pub(super) fn last_event_id(request: &HttpRequest) -> Option<String> {
    let value = request.headers().get("last-event-id")?.to_str().ok()?;
    (!value.is_empty()).then(|| value.to_owned())
}

/// Streams the feed from a place on.
///
/// # Errors
/// What the first page refuses; later failures end the stream, and the client comes back.
pub(super) async fn begin(
    request: &HttpRequest,
    state: web::Data<AppState>,
    asker: Asker,
    following: Following,
    place: Place,
) -> Result<HttpResponse, Problem> {
    let moves = state.desk.store().feed_signal().watch();
    let mut feed = Feed {
        right: Right::of(request, state.clone())?,
        state,
        asker,
        following,
        place,
        moves,
        queue: VecDeque::new(),
        quiet_since: Instant::now(),
        more: false,
    };
    feed.read().await?;
    Ok(HttpResponse::Ok()
        .content_type(MEDIA_TYPE)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("X-Accel-Buffering", "no"))
        // Compressed, an event would wait for the next one.
        .insert_header(ContentEncoding::Identity)
        .streaming(stream::unfold(feed, |feed| feed.next())))
}

/// The right of whoever reads a stream. It may end before the stream does: a token ends, a role is taken away, a client is
/// disabled.
pub(super) struct Right {
    state: web::Data<AppState>,
    bearer: Option<String>,
    need: Need,
    admitted_at: Instant,
}

impl Right {
    /// The right to follow, of a caller who was admitted just now.
    ///
    /// # Errors
    /// 401 `invalid-token` for an `Authorization` header that is none.
    pub(super) fn of(request: &HttpRequest, state: web::Data<AppState>) -> Result<Self, Problem> {
        Self::to(permissions::FollowChanges::NEED, request, state)
    }

    /// Another right of a caller who was admitted just now.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub(super) fn to(
        need: Need,
        request: &HttpRequest,
        state: web::Data<AppState>,
    ) -> Result<Self, Problem> {
        Ok(Self { state, bearer: bearer(request)?, need, admitted_at: Instant::now() })
    }

    /// The caller with the rights of now, when it is time to look again; none before.
    ///
    /// # Errors
    /// As when a request is admitted.
    pub(super) async fn look_again(&mut self) -> Result<Option<Asker>, Problem> {
        if self.admitted_at.elapsed() < HEARTBEAT {
            return Ok(None);
        }
        let asker = self.state.admission.admit(self.bearer.clone(), self.need).await?;
        self.admitted_at = Instant::now();
        asker.map(Some).ok_or_else(|| Problem::new(Code::Unauthenticated))
    }
}

/// A stream on its way.
struct Feed {
    state: web::Data<AppState>,
    right: Right,
    asker: Asker,
    following: Following,
    place: Place,
    moves: watch::Receiver<u64>,
    queue: VecDeque<Bytes>,
    quiet_since: Instant,
    more: bool,
}

impl Feed {
    /// Reads one page into the queue.
    async fn read(&mut self) -> Result<(), Problem> {
        self.moves.borrow_and_update();
        let (following, place) = (self.following.clone(), self.place);
        let read = self
            .state
            .desk
            .read(&self.asker, move |reader, asker| changes(reader, asker, &following, place));
        let (page, behind) = read.await?;
        self.place = behind;
        self.more = page.more;
        for change in &page.data {
            let id = Place { position: change.position, ..behind }.encode();
            let data = serde_json::to_string(change).map_err(Problem::internal)?;
            let event = format!("id: {id}\nevent: change\ndata: {data}\n\n");
            self.queue.push_back(Bytes::from(event));
        }
        Ok(())
    }

    /// The next event, and the stream behind it; none once it is over.
    async fn next(mut self) -> Option<(Result<Bytes, Problem>, Self)> {
        loop {
            if let Some(event) = self.queue.pop_front() {
                self.quiet_since = Instant::now();
                return Some((Ok(event), self));
            }
            // Who may not follow any more follows no more.
            if let Some(asker) = self.right.look_again().await.ok()? {
                self.asker = asker.at_the_source();
            }
            if self.quiet_since.elapsed() >= HEARTBEAT {
                self.quiet_since = Instant::now();
                let beat = self.heartbeat();
                return Some((Ok(beat), self));
            }
            if self.state.desk.store().feed_signal().is_closed() {
                return None;
            }
            // What is new since the page was read has moved the watch already.
            if !self.more {
                let beat = self.quiet_since + HEARTBEAT;
                match timeout_at(beat, self.moves.changed()).await {
                    Ok(Ok(())) => {}
                    Ok(Err(_)) => return None,
                    Err(_) => continue,
                }
            }
            self.read().await.ok()?;
        }
    }

    /// That it is there, and how far it has come.
    fn heartbeat(&self) -> Bytes {
        let cursor = self.place.encode();
        let data = json!({"position": format!("{:019}", self.place.position), "cursor": cursor});
        Bytes::from(format!("id: {cursor}\nevent: heartbeat\ndata: {data}\n\n"))
    }
}
