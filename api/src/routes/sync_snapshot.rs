//! All records as a stream of lines.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, get, web};
use futures_util::stream;
use serde_json::json;
use utoipa_actix_web::service_config::ServiceConfig;
use xueshi_domain::sync::Resource;

use super::sync_stream::Right;
use crate::auth::{Caller, permissions};
use crate::dto::sync::SnapshotParams;
use crate::extract::{Params, invalid_parameter};
use crate::problem::{Code, Problem, Text};
use crate::request::RequestInfo;
use crate::services::sync::{Part, opening, snapshot_page, snapshot_told};
use crate::services::{Asker, Desk};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(take_snapshot);
}

/// All records as they are, and where the change feed goes on from them
///
/// Lines of JSON. The first one, of kind `snapshot`, has the `cursor` from which to follow `/v1/sync/changes`: what was told since
/// then makes up for what changed while the lines were read. Then `kind`, `id` and `resource` of every record, in the order of kinds
/// and ids; the last line, of kind `end`, has the `counts` of this answer. Where a connection breaks off before it, ask again with
/// `part` and `after` of the last line that arrived, and keep the first cursor. That a snapshot was begun stands in the audit log.
#[utoipa::path(tag = "sync", params(SnapshotParams),
    responses((status = 200, description = "The lines", body = String, content_type = "application/x-ndjson",
        example = json!("{\"kind\":\"snapshot\",\"cursor\":\"…\"}\n{\"kind\":\"end\",\"counts\":{}}\n"))))]
#[get("/v1/sync/snapshot")]
async fn take_snapshot(
    caller: Caller<permissions::FollowChanges>,
    which: Params<SnapshotParams>,
    info: RequestInfo,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Params(which) = which;
    let from = match (which.part, which.after.as_deref()) {
        (Some(part), after) => Part::behind(part, after)?,
        (None, None) => Part::first(),
        (None, Some(_)) => {
            let text = Text::new("须与 part 一起使用", "goes with `part`");
            return Err(invalid_parameter("after", "without-part", text));
        }
    };
    let read = state.desk.read(&caller, move |reader, asker| opening(reader, asker, from));
    let first = read.await?;
    let tell =
        state.desk.tell(&caller, &info, move |writer, asker| snapshot_told(writer, asker, from));
    tell.await?;
    let lines = Lines {
        desk: state.desk.clone(),
        right: Right::of(&request, state.clone())?,
        asker: Asker::clone(&caller),
        first: Some(first),
        part: Some(from),
        counts: BTreeMap::new(),
        ended: false,
    };
    Ok(HttpResponse::Ok()
        .content_type("application/x-ndjson")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(stream::unfold(lines, |lines| lines.next())))
}

/// A snapshot on its way. The next page is read when the one before has been taken, so that it needs the memory of one.
struct Lines {
    desk: Desk,
    right: Right,
    asker: Asker,
    first: Option<String>,
    part: Option<Part>,
    counts: BTreeMap<Resource, usize>,
    ended: bool,
}

impl Lines {
    async fn next(mut self) -> Option<(Result<Bytes, Problem>, Self)> {
        if let Some(first) = self.first.take() {
            return Some((Ok(Bytes::from(first)), self));
        }
        if self.ended {
            return None;
        }
        match self.right.look_again().await {
            // What came before was read with other rights: it would be no state of anything.
            Ok(Some(asker)) if asker.actor != self.asker.actor => {
                return Some(self.broken(Problem::new(Code::Forbidden)));
            }
            Ok(Some(asker)) => self.asker = asker,
            Ok(None) => {}
            Err(problem) => return Some(self.broken(problem)),
        }
        while let Some(part) = self.part.take() {
            let read = self
                .desk
                .read(&self.asker, move |reader, asker| snapshot_page(reader, asker, part));
            let (lines, count, next) = match read.await {
                Ok(page) => page,
                Err(problem) => return Some(self.broken(problem)),
            };
            *self.counts.entry(part.resource()).or_default() += count;
            self.part = next;
            if count > 0 {
                return Some((Ok(Bytes::from(lines)), self));
            }
        }
        self.ended = true;
        let counts: BTreeMap<&str, usize> =
            self.counts.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
        let last = json!({"kind": "end", "counts": counts}).to_string() + "\n";
        Some((Ok(Bytes::from(last)), self))
    }

    /// The end before the end: the connection breaks off, and without its last line the snapshot is known to be incomplete.
    fn broken(self, problem: Problem) -> (Result<Bytes, Problem>, Self) {
        (Err(problem), Self { part: None, ended: true, ..self })
    }
}
