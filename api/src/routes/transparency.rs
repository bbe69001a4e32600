//! The transparency log, for anyone (ADR 0027).

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::caching::cacheable;
use crate::auth::{Anyone, Caller};
use crate::dto::transparency::{CheckpointParams, LogDto, Proof, ProofParams};
use crate::extract::{Params, PathText};
use crate::problem::{Code, Problem};
use crate::services::transparency::{self, paths::Tile};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(get_log).service(get_checkpoint).service(get_proof).service(get_tile);
}

/// The transparency log
///
/// What it is called, the key that its checkpoints are verified with, and how far it has grown. Whatever is decided, published, issued,
/// revoked, revealed or exported is an entry of it within a second.
#[utoipa::path(tag = "audit", security(()),
    responses((status = 200, description = "The log", body = LogDto)), extensions(("x-codes" = json!([Code::NotFound]))))]
#[get("/v1/audit/log")]
async fn get_log(
    _: Caller<Anyone>,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let log = state.desk.store().read(transparency::log).await?;
    let answer = HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-cache")).json(log);
    Ok(cacheable(&request, answer))
}

/// The newest checkpoint
///
/// A signed note of C2SP `tlog-checkpoint`: name of the log, number of entries, root of their tree, signatures. Those of witnesses stand
/// behind the log's own.
#[utoipa::path(tag = "audit", security(()), params(CheckpointParams),
    responses((status = 200, description = "The signed note", content(
        (String = "text/plain", example = json!("xueshi.example/log\n48213\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— xueshi.example/log …\n"))))),
    extensions(("x-codes" = json!([Code::NotFound]))))]
#[get("/v1/audit/checkpoint")]
async fn get_checkpoint(
    _: Caller<Anyone>,
    which: Params<CheckpointParams>,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let head = state.desk.store().read(move |reader| match which.0.cosigned {
        Some(true) => transparency::cosigned(reader),
        Some(false) | None => transparency::head(reader),
    });
    let head = head.await?;
    let answer = HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(head.checkpoint.note);
    Ok(cacheable(&request, answer))
}

/// Proofs
///
/// That the log holds an entry (`entry` or `leaf_index`), or that an earlier checkpoint is its past (`first`); against the newest
/// checkpoint unless another size is given.
#[utoipa::path(tag = "audit", security(()), params(ProofParams),
    responses((status = 200, description = "The proof", body = Proof)), extensions(("x-codes" = json!([Code::NotFound]))))]
#[get("/v1/audit/proofs")]
async fn get_proof(
    _: Caller<Anyone>,
    asked: Params<ProofParams>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.store().read(move |reader| transparency::prove(reader, &asked.0));
    Ok(HttpResponse::Ok().json(read.await?))
}

/// Tiles of hashes, and entries
///
/// As C2SP `tlog-tiles` has them: `tile/<L>/<N>` has 256 hashes of the level `L`, `tile/entries/<N>` 256 entries, each behind its length
/// in two bytes; `.p/<W>` behind the number asks for the first `W` of one that is not whole yet. Numbers of four digits and more are
/// written in groups, as in `x001/234`. The path therefore holds slashes, as they are.
#[utoipa::path(tag = "audit", security(()),
    params(("level" = String, Path, description = "`0` to `7`, or `entries`", example = "0"),
        ("path" = String, Path, description = "The number, and how many of a part", example = "000.p/1")),
    responses((status = 200, description = "The hashes, 32 bytes each, or the entries", content((Vec<u8> = "application/octet-stream")))))]
#[get("/v1/audit/tile/{level}/{path:.*}")]
async fn get_tile(
    _: Caller<Anyone>,
    path: PathText,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let not_found = || Problem::new(Code::NotFound);
    let tile = Tile::parse(path.get("level"), path.get("path")).ok_or_else(not_found)?;
    let read = state.desk.store().read(move |reader| transparency::bytes(reader, tile));
    let bytes = read.await?.ok_or_else(not_found)?;
    // What a sandbox logged is gone when it is reset.
    let caching = match (state.settings.sandbox, tile.is_whole()) {
        (true, _) => "no-cache",
        (false, true) => "public, max-age=31536000, immutable",
        (false, false) => "public, max-age=60",
    };
    let answer = HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header((header::CACHE_CONTROL, caching))
        .body(bytes);
    Ok(cacheable(&request, answer))
}
