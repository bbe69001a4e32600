//! The error answers of an operation, from what it takes and from the codes that its annotation lists.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::map::Entry;
use serde_json::{Map, Value, json};

use crate::problem::document::{CONTENT_TYPE, type_url};
use crate::problem::{Code, Language};

/// Where the examples of the document live; a running service uses its own address.
const EXAMPLE_URL: &str = "https://xueshi.example";

/// Codes by status.
#[derive(Debug, Default)]
pub(super) struct Codes(BTreeMap<u16, BTreeSet<&'static str>>);

/// Sets of codes that many operations share, kept once among the components. Unused ones are dropped.
const SHARED: &[(&str, &[Code])] = &[
    ("BadParameters", &[Code::UnknownParameter, Code::InvalidParameter]),
    ("BadListParameters", &[Code::UnknownParameter, Code::InvalidParameter, Code::InvalidCursor]),
    ("BadKey", &[Code::UnknownParameter, Code::InvalidParameter, Code::InvalidIdempotencyKey]),
    ("BadBody", &BAD_BODY),
    ("BadKeyOrBody", &with(BAD_BODY, Code::InvalidIdempotencyKey)),
    ("Unauthenticated", &[Code::Unauthenticated, Code::TokenExpired, Code::InvalidToken]),
    ("Forbidden", &[Code::Forbidden, Code::InsufficientScope]),
    ("NotFound", &[Code::NotFound]),
    ("KeyInProgress", &[Code::IdempotencyKeyInProgress]),
    ("PreconditionFailed", &[Code::PreconditionFailed]),
    ("PayloadTooLarge", &[Code::PayloadTooLarge]),
    ("UnsupportedMediaType", &[Code::UnsupportedMediaType]),
    ("Invalid", &[Code::InvalidValue, Code::ValidationFailed]),
    (
        "InvalidOrKeyReused",
        &[Code::InvalidValue, Code::ValidationFailed, Code::IdempotencyKeyReused],
    ),
    ("KeyReused", &[Code::IdempotencyKeyReused]),
    ("PreconditionRequired", &[Code::PreconditionRequired]),
    ("RateLimited", &[Code::RateLimited]),
    ("Internal", &[Code::Internal]),
    ("Unavailable", &[Code::Overloaded, Code::Unavailable]),
];

const BAD_BODY: [Code; 7] = [
    Code::MalformedJson,
    Code::DuplicateMember,
    Code::UnknownMember,
    Code::MissingMember,
    Code::InvalidType,
    Code::UnknownParameter,
    Code::InvalidParameter,
];

const fn with(codes: [Code; 7], one: Code) -> [Code; 8] {
    let [a, b, c, d, e, f, g] = codes;
    [a, b, c, d, e, f, g, one]
}

impl Codes {
    fn add(&mut self, codes: &[Code]) {
        for code in codes {
            self.0.entry(code.row().status).or_default().insert(code.id());
        }
    }

    /// The codes that follow from what the operation takes, and those that its `x-codes` names.
    pub(super) fn of(path: &str, operation: &Value, secured: bool) -> Self {
        let mut codes = Self::default();
        codes.add(&[Code::UnknownParameter, Code::InvalidParameter, Code::Internal]);
        if path.starts_with("/v1/") {
            codes.add(&[Code::RateLimited, Code::Overloaded, Code::Unavailable]);
        }
        if secured {
            codes.add(&[
                Code::Unauthenticated,
                Code::TokenExpired,
                Code::InvalidToken,
                Code::Forbidden,
                Code::InsufficientScope,
            ]);
        }
        if path.contains('{') {
            codes.add(&[Code::NotFound]);
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            match (parameter["name"].as_str().unwrap_or_default(), parameter["required"] == true) {
                ("cursor", _) => codes.add(&[Code::InvalidCursor]),
                ("If-Match", required) => {
                    codes.add(&[Code::PreconditionFailed]);
                    if required {
                        codes.add(&[Code::PreconditionRequired]);
                    }
                }
                ("Idempotency-Key", _) => {
                    codes.add(&[
                        Code::InvalidIdempotencyKey,
                        Code::IdempotencyKeyInProgress,
                        Code::IdempotencyKeyReused,
                    ]);
                }
                _ => {}
            }
        }
        let content = &operation["requestBody"]["content"];
        if content.is_object() {
            codes.add(&[Code::PayloadTooLarge, Code::UnsupportedMediaType]);
        }
        // The form of the token endpoint has its own errors (RFC 6749).
        if content.is_object() && content.get("application/x-www-form-urlencoded").is_none() {
            codes.add(&[Code::ValidationFailed]);
        }
        if content.get("multipart/form-data").is_some() {
            codes.add(&[Code::MalformedMultipart]);
        }
        if content.get("application/json").is_some() {
            codes.add(&[
                Code::MalformedJson,
                Code::DuplicateMember,
                Code::UnknownMember,
                Code::MissingMember,
                Code::InvalidType,
                Code::InvalidValue,
            ]);
        }
        for id in operation["x-codes"].as_array().into_iter().flatten() {
            codes.add(id.as_str().and_then(Code::from_id).as_slice());
        }
        codes
    }

    /// Puts the error answers into `responses`. One that is already there has another form too, such as a page for people; it
    /// gets the problem document and the codes added.
    pub(super) fn write(self, responses: &mut Map<String, Value>) {
        for (status, ids) in self.0 {
            match responses.entry(status.to_string()) {
                Entry::Vacant(place) => {
                    place.insert(shared_name(&ids).map_or_else(
                        || response(status, &ids),
                        |name| json!({"$ref": format!("#/components/responses/{name}")}),
                    ));
                }
                Entry::Occupied(mut there) => add_to(there.get_mut(), &response(status, &ids)),
            }
        }
    }
}

/// Adds the problem document with its codes and headers to an answer.
fn add_to(there: &mut Value, problem: &Value) {
    for kind in ["content", "headers"] {
        for (name, value) in problem[kind].as_object().into_iter().flatten() {
            there[kind][name.as_str()] = value.clone();
        }
    }
    there["x-codes"] = problem["x-codes"].clone();
}

fn shared_name(ids: &BTreeSet<&'static str>) -> Option<&'static str> {
    let same = |codes: &[Code]| {
        codes.len() == ids.len() && codes.iter().all(|code| ids.contains(code.id()))
    };
    SHARED.iter().find(|(_, codes)| same(codes)).map(|(name, _)| *name)
}

/// The shared answers, for `components.responses`.
pub(super) fn shared() -> Map<String, Value> {
    let entry = |(name, codes): &(&str, &[Code])| {
        let ids: BTreeSet<_> = codes.iter().map(|code| code.id()).collect();
        ((*name).to_owned(), response(codes.first().map_or(500, |code| code.row().status), &ids))
    };
    SHARED.iter().map(entry).collect()
}

fn response(status: u16, ids: &BTreeSet<&'static str>) -> Value {
    let codes: Vec<Code> = ids.iter().filter_map(|id| Code::from_id(id)).collect();
    let lines: Vec<String> =
        codes.iter().map(|code| format!("- `{}`: {}", code.id(), code.row().title.en)).collect();
    let examples: Map<String, Value> = ids
        .iter()
        .map(|id| ((*id).to_owned(), json!({"$ref": format!("#/components/examples/{id}")})))
        .collect();
    let mut answer = json!({
        "description": lines.join("\n"),
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}},
        "x-codes": ids,
    });
    let headers: &[&str] = match status {
        401 => &["WWW-Authenticate"],
        429 => &["Retry-After", "RateLimit", "RateLimit-Policy"],
        503 => &["Retry-After"],
        _ => &[],
    };
    for name in headers {
        answer["headers"][*name] = json!({"$ref": format!("#/components/headers/{name}")});
    }
    answer
}

/// One example for each code, for `components.examples`.
pub(super) fn examples() -> Map<String, Value> {
    let entry = |code: &Code| {
        (code.id().to_owned(), json!({"summary": code.row().title.en, "value": example(*code)}))
    };
    Code::ALL.iter().map(entry).collect()
}

fn example(code: Code) -> Value {
    let row = code.row();
    let language = Language::English;
    let mut example = json!({
        "type": type_url(EXAMPLE_URL, row.id),
        "title": row.title.text(language),
        "status": row.status,
        "detail": row.title.text(language),
        "instance": "/v1/declarations",
        "code": row.id,
        "solve": row.solve.text(language),
        "request_id": "0190a8f0-7c1e-7d3a-b1c2-4f5a6b7c8d9e",
    });
    if !row.rule.is_empty() {
        example["rule"] = json!({"id": row.rule, "clause": "三（二）"});
    }
    example
}
