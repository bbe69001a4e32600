//! Examples of requests and answers, by the name of their schema.
//!
//! [`super::document`] puts them wherever an operation takes or gives that schema, so that annotations and types stay short.
//! A test asks that every JSON body of the document has one.

mod bulk;
mod declarations;
mod events;
mod explanations;
mod filing;
mod identity;
mod learning;
pub(crate) mod lines;
mod makeup;
mod moves;
mod personal_data;
mod policies;
mod seminars;
mod sideroads;
mod statistics;
mod sync;
mod transparency;
mod webhooks;
mod year_end;

use serde_json::{Value, json};

/// One file for each subject.
const SUBJECTS: &[fn(&str) -> Option<Value>] = &[
    bulk::of,
    declarations::of,
    events::of,
    explanations::of,
    filing::of,
    identity::of,
    learning::of,
    moves::of,
    makeup::of,
    personal_data::of,
    policies::of,
    seminars::of,
    sideroads::of,
    year_end::of,
    statistics::of,
    sync::of,
    transparency::of,
    webhooks::of,
];

/// The example of a schema.
#[must_use]
pub fn of(schema: &str) -> Option<Value> {
    let value = match schema {
        "Health" => json!({"status": "ok"}),
        "Readiness" => json!({"status": "ready", "checks": [{"name": "store", "ready": true}]}),
        "ProblemIndex" => json!({"data": [{
            "code": "window-closed", "status": 422, "title": "The window is closed",
            "solve": "Do it between `opens` and `closes`.", "rule": "W3",
            "type": "https://xueshi.example/problems/window-closed"
        }]}),
        "ProblemExplanation" => json!({
            "code": "window-closed", "status": 422, "title": "The window is closed",
            "solve": "Do it between `opens` and `closes`.", "rule": "W3",
            "type": "https://xueshi.example/problems/window-closed"
        }),
        "ClockReading" => {
            json!({"now": "2023-12-19T23:59:59+08:00", "frozen": false, "real": false})
        }
        "NewSandboxCity" => {
            json!({"code": "410200", "name": "开封市", "administrator": "kaifeng.admin"})
        }
        "SandboxCity" => json!({
            "code": "410200", "name": "开封市", "bureau_id": "018b35ff-3680-7000-8000-000000000002",
            "administrator": "kaifeng.admin"
        }),
        "ClockChange" => json!({"now": "2023-12-19T23:59:59+08:00", "frozen": false}),
        _ => {
            return SUBJECTS.iter().find_map(|of| of(schema));
        }
    };
    Some(value)
}
