//! What happened.

use serde_json::{Value, json};

/// The example of a schema.
pub(super) fn of(schema: &str) -> Option<Value> {
    let value = match schema {
        "EventPage" => json!({"data": [{
            "id": "018b3b1e-7c00-7a10-8c11-00000000e001", "type": "declaration.submitted",
            "occurred_at": "2023-10-16T09:00:00+08:00", "subject": "declaration",
            "subject_id": "018b3b1e-7c00-7a10-8c11-00000000d001",
            "professional_id": "018b3b1e-7c00-7a10-8c11-0a0b0c0d0e0f",
            "organization_id": "018b3b1e-7c00-7a10-8c11-000000000201", "year": 2023,
            "account_id": "018b3b1e-7c00-7a10-8c11-00000000f001",
            "data": {"state": "employer_review", "revision": 1, "subject": "public", "hours": 30,
                "holder_id": "018b3b1e-7c00-7a10-8c11-000000000201", "due_at": "2023-10-24T00:00:00+08:00"}
        }], "next_cursor": null}),
        _ => return None,
    };
    Some(value)
}
