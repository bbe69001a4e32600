//! A body of many items: a line of JSON for each, or a JSON array.

use std::time::Duration;

use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::Value;
use validator::Validate;

use super::body::{collect, media_type, parse_tree, tree};
use super::gate::Gate;
use crate::problem::{Code, Problem, Text};
use crate::services::act::BodyDigest;
use crate::services::batches::InWork;
use crate::state::AppState;

/// Lines of one batch at most.
const MOST_LINES: usize = 1_000;
/// Bytes of one batch at most.
const MOST_BYTES: usize = 2 * 1024 * 1024;
/// How long a batch may take to arrive: it takes the place of another one meanwhile.
const ARRIVAL: Duration = Duration::from_secs(30);

const JSON: &str = "application/json";
const LINES: &str = "application/x-ndjson";

/// A batch, which holds its place among those in work until it is dropped.
#[derive(Debug)]
pub struct Batch {
    /// The items.
    pub lines: Vec<Line>,
    /// Its place.
    pub in_work: InWork,
}

/// An item that has not been read yet: what is wrong with it is wrong with it alone.
#[derive(Debug, Clone)]
pub enum Line {
    /// A line of JSON.
    Text(Bytes),
    /// An element of an array.
    Tree(Value),
}

impl Line {
    /// The item, read strictly.
    ///
    /// # Errors
    /// As [`Body`](super::Body), with pointers into the item.
    pub fn read<T: DeserializeOwned + Validate>(&self) -> Result<T, Problem> {
        match self {
            Self::Text(bytes) => parse_tree(tree(bytes)?),
            Self::Tree(tree) => parse_tree(tree.clone()),
        }
    }
}

impl FromRequest for Batch {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let gate = Gate::of(request);
        let kind = media_type(request, &[JSON, LINES]);
        let state = request.app_data::<web::Data<AppState>>().cloned();
        let payload = payload.take();
        let digest = BodyDigest::of(request);
        Box::pin(async move {
            gate.passed().await;
            let kind = kind?;
            let state = state.ok_or_else(|| Problem::internal("no state"))?;
            // Before the body is read: what is refused needs no memory.
            let in_work = state.intake.admit()?;
            let bytes = tokio::time::timeout(ARRIVAL, collect(payload, MOST_BYTES)).await;
            let bytes = bytes.map_err(|_| {
                Problem::new(Code::MalformedJson)
                    .detail("请求体没有完整送达", "the body did not arrive completely")
            })??;
            digest.set(&bytes);
            let lines = if kind == LINES { split(bytes.freeze()) } else { elements(&bytes)? };
            if lines.is_empty() {
                let text = Text::new("至少应有一行", "there must be at least one item");
                return Err(Problem::new(Code::ValidationFailed).at("", "empty", text));
            }
            if lines.len() > MOST_LINES {
                return Err(Problem::new(Code::PayloadTooLarge)
                    .detail(
                        format!("每批至多 {MOST_LINES} 行"),
                        format!("a batch may have at most {MOST_LINES} items"),
                    )
                    .fact("max_lines", MOST_LINES));
            }
            Ok(Self { lines, in_work })
        })
    }
}

/// The lines of a text, without the blank ones.
fn split(bytes: Bytes) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    for end in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(place, _)| place)
    {
        lines.push(bytes.slice(start..end));
        start = end + 1;
    }
    lines.push(bytes.slice(start..));
    lines.retain(|line| !line.iter().all(u8::is_ascii_whitespace));
    lines.into_iter().map(Line::Text).collect()
}

/// The elements of an array; a single object is an array of one.
fn elements(bytes: &[u8]) -> Result<Vec<Line>, Problem> {
    match tree(bytes)? {
        Value::Array(items) => Ok(items.into_iter().map(Line::Tree).collect()),
        item @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Object(_)) => Ok(vec![Line::Tree(item)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &'static str) -> Vec<String> {
        let lines = split(Bytes::from_static(text.as_bytes())).into_iter();
        let text = |line| match line {
            Line::Text(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
            Line::Tree(tree) => tree.to_string(),
        };
        lines.map(text).collect()
    }

    #[test]
    fn lines_end_with_or_without_a_line_feed() {
        assert_eq!(texts("{}\n{\"a\":1}"), ["{}", "{\"a\":1}"]);
        assert_eq!(texts("{}\r\n\r\n  \n{}\n"), ["{}\r", "{}"]);
        assert!(texts("\n \n").is_empty());
    }

    #[test]
    fn an_object_is_a_batch_of_one() {
        assert_eq!(elements(b"[{},{}]").unwrap().len(), 2);
        assert_eq!(elements(b"{}").unwrap().len(), 1);
        assert_eq!(elements(b"[]").unwrap().len(), 0);
        assert_eq!(elements(b"[{").unwrap_err().code(), Code::MalformedJson);
    }
}
