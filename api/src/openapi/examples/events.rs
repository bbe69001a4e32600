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
        "AuditEventPage" => json!({"data": [audit_event()], "next_cursor": null}),
        "AuditEventWithProof" => {
            let mut event = audit_event();
            event["inclusion"] = json!({
                "leaf_index": 4211, "tree_size": 4230,
                "checkpoint": "xueshi.example/410100\n4230\nXz6s0Uo7Gf0yD8hOZ0Hk0cJr0v3iQ0w1f0q0Qm1mVfE=\n\n— xueshi.example/410100 9Zx1…\n",
                "path": ["n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=", "1HNeOiZeFu7gP1lxi5tdAwGcB9i2xR+Q2jpmbuwTqzU="]
            });
            event
        }
        _ => return None,
    };
    Some(value)
}

fn audit_event() -> Value {
    json!({
        "id": "018b3b1e-7c00-7a10-8c11-00000000e002", "occurred_at": "2023-10-16T09:05:00+08:00",
        "kind": "account.logged_in",
        "rule": {"id": "Who", "title": "Acting rights: a role on a subtree of units", "clause": "三（四）电子证书管理员"},
        "actor": {
            "id": "018b3b1e-7c00-7a10-8c11-00000000f002", "username": "hospital.admin", "name": "医院管理员", "is_program": false,
            "offices": [{"role": "employer_administrator", "organization_id": "018b3b1e-7c00-7a10-8c11-000000000201"}]
        },
        "subject": "account", "subject_id": "018b3b1e-7c00-7a10-8c11-00000000f002", "professional_id": null,
        "organization_id": "018b3b1e-7c00-7a10-8c11-000000000201", "authority_id": null, "year": null,
        "address": "203.0.113.7", "request_id": "018b3b22-0fe0-7000-8000-000000000001",
        "data": {"session_id": "018b3b22-0fe0-7000-8000-000000000002",
            "offices": [{"role": "employer_administrator", "organization_id": "018b3b1e-7c00-7a10-8c11-000000000201"}]},
        "log": {
            "leaf_index": 4211,
            "leaf": "{\"at\":\"2023-10-16T01:05:00Z\",\"city\":\"410100\",\"digest\":\"Vn0xq2uPp8u3Qv1g8mVdFf0qkzQ2r3m8yYcZ0m1vY3U=\",\"id\":\"018b3b1e-7c00-7a10-8c11-00000000e002\",\"kind\":\"account.logged_in\",\"v\":1}",
            "salt": "c2FsdHNhbHRzYWx0c2FsdHNhbHRzYWx0c2FsdHNhbHQ=",
            "address_salt": "YWRkcmVzc2FkZHJlc3NhZGRyZXNzYWRkcmVzc2FkZHI=",
            "disclosed": {"id": "018b3b1e-7c00-7a10-8c11-00000000e002", "kind": "account.logged_in"}
        }
    })
}
