//! The OpenAPI document, and whether an answer keeps to it.

use std::sync::OnceLock;

use serde_json::Value;

use crate::answer::Answer;
use crate::schemas::faults;

/// An operation of the document.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The method in capitals.
    pub method: String,
    /// The path with its `{parameters}`.
    pub template: String,
    /// What the document says of it.
    pub value: &'static Value,
}

/// The document of this build, which `document.rs` compares with the served one.
#[must_use]
pub fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(xueshi_api::openapi::value)
}

/// All operations in the order of the document.
#[must_use]
pub fn operations() -> Vec<Operation> {
    let paths = document()["paths"].as_object().into_iter().flatten();
    let all = paths.flat_map(|(template, item)| {
        let methods = item.as_object().into_iter().flatten();
        methods.filter(|(_, value)| value.get("operationId").is_some()).map(|(method, value)| {
            Operation { method: method.to_uppercase(), template: template.clone(), value }
        })
    });
    all.collect()
}

impl Operation {
    /// The operation's id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.value["operationId"].as_str().unwrap_or_default()
    }

    /// The documented answer of a status, with its reference followed.
    #[must_use]
    pub fn response(&self, status: u16) -> Option<&'static Value> {
        self.value["responses"].get(status.to_string()).map(resolve)
    }
}

/// Follows a `$ref` into the components.
///
/// # Panics
/// When it leads nowhere.
#[must_use]
pub fn resolve(value: &'static Value) -> &'static Value {
    let Some(reference) = value["$ref"].as_str() else { return value };
    let pointer = reference.trim_start_matches('#');
    document().pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"))
}

/// The operation that a request is about.
#[must_use]
pub(crate) fn operation(method: &str, path: &str) -> Option<Operation> {
    let path = path.split('?').next().unwrap_or_default();
    let fitting = operations().into_iter().filter(|operation| operation.method == method);
    let fitting =
        fitting.filter_map(|operation| Some((fixed(&operation.template, path)?, operation)));
    fitting.max_by_key(|(fixed, _)| *fixed).map(|(_, operation)| operation)
}

/// How many characters of a fitting template are fixed: the router prefers the most particular one.
fn fixed(template: &str, path: &str) -> Option<usize> {
    let (wanted, given): (Vec<_>, Vec<_>) =
        (template.split('/').collect(), path.split('/').collect());
    // The parameter `path` at a template's end takes all that is left.
    let takes_rest = wanted.last() == Some(&"{path}") && given.len() > wanted.len();
    let given = if takes_rest { given[..wanted.len()].to_vec() } else { given };
    if wanted.len() != given.len() {
        return None;
    }
    wanted.iter().zip(given).try_fold(0, |sum, (wanted, given)| {
        let fixed = match (wanted.find('{'), wanted.find('}')) {
            (Some(open), Some(close)) => {
                let (before, after) = (&wanted[..open], &wanted[close + 1..]);
                let inner = given.strip_prefix(before)?.strip_suffix(after)?;
                (!inner.is_empty()).then_some(before.len() + after.len())?
            }
            _ => (*wanted == given).then_some(wanted.len() + 1)?,
        };
        Some(sum + fixed)
    })
}

/// Holds an answer against the document: its status, media type and error code are documented, its body fits the schema, and
/// a refusal is a problem.
pub(crate) fn check(answer: &Answer) {
    let media_type = answer.header("content-type").split(';').next().unwrap_or_default();
    assert_ne!(answer.header("x-request-id"), "", "no X-Request-Id:\n{answer:?}");
    if answer.status >= 400 && media_type == "application/problem+json" {
        check_problem(answer);
    }
    let Some(operation) = operation(&answer.method, &answer.path) else {
        let expected = if answer.status == 405 { 405 } else { 404 };
        assert_eq!(
            answer.status, expected,
            "no operation of the document is about this:\n{answer:?}"
        );
        return;
    };
    if answer.status == 304 {
        return;
    }
    let Some(response) = operation.response(answer.status) else {
        panic!("{} does not document {}:\n{answer:?}", operation.id(), answer.status)
    };
    let content = response["content"].as_object();
    let documented =
        content.is_none_or(|content| content.is_empty() || content.contains_key(media_type));
    assert!(
        documented,
        "{} {} does not document {media_type}:\n{answer:?}",
        operation.id(),
        answer.status
    );
    if content.is_none_or(serde_json::Map::is_empty) {
        assert!(
            answer.bytes.is_empty(),
            "{} {} documents no body:\n{answer:?}",
            operation.id(),
            answer.status
        );
    }
    if media_type == "application/x-ndjson" {
        let text = answer.text();
        let whole = text.lines().all(|line| serde_json::from_str::<Value>(line).is_ok());
        let ends = text.is_empty() || text.ends_with('\n');
        assert!(whole && ends, "{}: lines of JSON:\n{answer:?}", operation.id());
    } else if media_type.ends_with("json") && !answer.bytes.is_empty() {
        let (status, method) = (answer.status.to_string(), answer.method.to_lowercase());
        let body = answer.json();
        let place = match operation.value["responses"][&status]["$ref"].as_str() {
            Some(reference) => {
                vec!["components", "responses", reference.rsplit('/').next().unwrap_or_default()]
            }
            None => vec!["paths", &operation.template, &method, "responses", &status],
        };
        let place = [place.as_slice(), &["content", media_type, "schema"]].concat();
        let faults = faults(&place, &body);
        assert!(faults.is_empty(), "{} {}: {faults:#?}\n{answer:?}", operation.id(), answer.status);
    }
    if media_type == "application/problem+json" {
        let code = &answer.json()["code"];
        let codes = response["x-codes"].as_array();
        let listed = codes.is_some_and(|codes| codes.contains(code));
        assert!(listed, "{} {} does not list {code}:\n{answer:?}", operation.id(), answer.status);
    }
}

/// The members that every problem has (RFC 9457 and the contract), and nothing that it must not tell.
fn check_problem(answer: &Answer) {
    let problem = answer.json();
    assert_eq!(problem["status"], answer.status, "{answer:?}");
    // A replay repeats the first answer byte for byte, its request id too.
    if answer.header("idempotent-replayed").is_empty() {
        assert_eq!(problem["request_id"], answer.header("x-request-id"), "{answer:?}");
    }
    for member in ["type", "title", "instance", "code", "solve"] {
        let text = problem[member].as_str().unwrap_or_default();
        assert!(!text.is_empty(), "a problem has `{member}`:\n{answer:?}");
    }
    let code = problem["code"].as_str().unwrap_or_default();
    assert!(
        problem["type"].as_str().is_some_and(|kind| kind.ends_with(&format!("/problems/{code}"))),
        "{answer:?}"
    );
    if answer.status == 503 || answer.status == 429 {
        assert_ne!(answer.header("retry-after"), "", "no Retry-After:\n{answer:?}");
    }
    let text = answer.text().to_lowercase();
    for secret in ["sqlite", "postgres", "diesel", "panicked", "src/", ".rs:"] {
        assert!(!text.contains(secret), "a problem says `{secret}`:\n{answer:?}");
    }
}
