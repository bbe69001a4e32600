//! The JSON body.

use std::time::Duration;

use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use futures_util::future::LocalBoxFuture;
use futures_util::{StreamExt, TryFutureExt};
use serde::de::DeserializeOwned;
use serde_json::Value;
use validator::Validate;

use super::gate::Gate;
use super::json::{Fault, decode, read};
use super::validation;
use crate::problem::{Code, Problem};
use crate::services::act::BodyDigest;
use crate::state::AppState;

/// A body that is too large is read to its end up to this size, so that the caller, still sending, can read the answer.
const DRAIN_BYTES: usize = 32 * 1024 * 1024;
/// And for no longer than this.
const DRAIN_TIME: Duration = Duration::from_secs(5);

/// A strict JSON body: decoded without tolerance, then validated.
///
/// Refusals: 415 `unsupported-media-type`, 413 `payload-too-large`, 400 `malformed-json` (with line and column),
/// `duplicate-member`, `unknown-member` (give the type `#[serde(deny_unknown_fields)]`), `missing-member`, `invalid-type`,
/// 422 `invalid-value` and `validation-failed`, each with `errors[].pointer`.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T> Body<T> {
    /// The value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let gate = Gate::of(request);
        let headers = check_headers(request);
        let limit = request
            .app_data::<web::Data<AppState>>()
            .map_or(1024 * 1024, |state| state.settings.json_limit);
        let payload = payload.take();
        let digest = BodyDigest::of(request);
        Box::pin(async move {
            gate.passed().await;
            headers?;
            let bytes = collect(payload, limit).await?;
            digest.set(&bytes);
            parse(&bytes).map(Body)
        })
    }
}

/// Parses and validates a body from its bytes.
pub(crate) fn parse<T: DeserializeOwned + Validate>(bytes: &[u8]) -> Result<T, Problem> {
    let value: T = read::read(bytes)
        .and_then(decode::decode)
        .map_err(|(pointer, fault)| refuse(pointer, &fault))?;
    value.validate().map_err(|errors| validation::problem(&errors))?;
    Ok(value)
}

/// Bytes as a JSON tree; none where they are no JSON, or hold a member twice.
pub(crate) fn strict_json(bytes: &[u8]) -> Option<serde_json::Value> {
    read::read(bytes).ok()
}

fn refuse(pointer: String, fault: &Fault) -> Problem {
    let (code, detail) = (fault.code(), fault.detail());
    let place = if pointer.is_empty() { String::new() } else { format!("{pointer}: ") };
    Problem::new(code).detail(format!("{place}{}", detail.zh), format!("{place}{}", detail.en)).at(
        pointer,
        code.id(),
        detail,
    )
}

/// A tree that was read already, decoded and validated.
pub(crate) fn parse_tree<T: DeserializeOwned + Validate>(tree: Value) -> Result<T, Problem> {
    let value: T = decode::decode(tree).map_err(|(pointer, fault)| refuse(pointer, &fault))?;
    value.validate().map_err(|errors| validation::problem(&errors))?;
    Ok(value)
}

/// A tree from its bytes.
pub(crate) fn tree(bytes: &[u8]) -> Result<Value, Problem> {
    read::read(bytes).map_err(|(pointer, fault)| refuse(pointer, &fault))
}

fn check_headers(request: &HttpRequest) -> Result<(), Problem> {
    media_type(request, &["application/json"]).map(|_| ())
}

/// Which of these media types the body has.
pub(super) fn media_type(
    request: &HttpRequest,
    taken: &[&'static str],
) -> Result<&'static str, Problem> {
    let unsupported = |zh: &'static str, en: &'static str| {
        Problem::new(Code::UnsupportedMediaType).detail(zh, en)
    };
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let mut parts = kind.split(';');
    let kind = parts.next().unwrap_or_default().trim();
    let Some(kind) = taken.iter().find(|taken| kind.eq_ignore_ascii_case(taken)) else {
        return Err(Problem::new(Code::UnsupportedMediaType).detail(
            format!("Content-Type 应为 {}", taken.join("、")),
            format!("Content-Type must be {}", taken.join(" or ")),
        ));
    };
    for parameter in parts {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        if name.trim().eq_ignore_ascii_case("charset")
            && !value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        {
            return Err(unsupported("字符集应为 UTF-8", "the charset must be UTF-8"));
        }
    }
    match request.headers().get(header::CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => {
            Err(unsupported("请求体不得压缩", "the body must not be compressed"))
        }
        _ => Ok(kind),
    }
}

/// Collects a body of at most `limit` bytes, whether its length was announced or it comes in chunks.
pub(super) async fn collect(mut payload: Payload, limit: usize) -> Result<web::BytesMut, Problem> {
    let mut bytes = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| {
            Problem::new(Code::MalformedJson)
                .detail("请求体没有完整送达", "the body did not arrive completely")
                .because(error)
        })?;
        if bytes.len() + chunk.len() > limit {
            let seen = bytes.len() + chunk.len();
            drain(payload, seen).await;
            return Err(Problem::new(Code::PayloadTooLarge)
                .detail(
                    format!("请求体上限为 {limit} 字节"),
                    format!("the body may have at most {limit} bytes"),
                )
                .fact("max_bytes", limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

async fn drain(mut payload: Payload, mut seen: usize) {
    let rest = async {
        while let Some(Ok(chunk)) = payload.next().await {
            seen += chunk.len();
            if seen > DRAIN_BYTES {
                break;
            }
        }
    };
    // Running out of time only means that the caller may not get to read the answer.
    tokio::time::timeout(DRAIN_TIME, rest).unwrap_or_else(|_| ()).await;
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
