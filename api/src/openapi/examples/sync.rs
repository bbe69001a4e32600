//! Following what happens.

use serde_json::{Value, json};

use super::of as example;

/// The example of a schema.
pub(super) fn of(schema: &str) -> Option<Value> {
    let value = match schema {
        "Change" => change(),
        "ChangePage" => json!({
            "data": [change()],
            "next_cursor": "eyJ2IjoxLCJjIjoiMDE4YjM1ZmYtMzY4MC03MDAwLTgwMDAtMDAwMDAwMDAwMDAxIiwicCI6MTI4fQ",
            "more": false
        }),
        "Reconciliation" => reconciliation(),
        "InboundResults" => json!({"results": [
            {"line": 1, "outcome": "created", "kind": "unit", "external_id": "U-2041",
                "id": "018b3b1e-7c00-7a10-8c11-000000000101"},
            {"line": 2, "outcome": "conflict", "kind": "person", "external_id": "P-88120",
                "id": "018b3b1e-7c00-7a10-8c11-0a0b0c0d0e0f", "conflict_id": "018b3b1e-7c00-7a10-8c11-000000000801"},
            {"line": 3, "outcome": "stale", "kind": "completion", "external_id": "C-5520193",
                "id": "018b3b1e-7c00-7a10-8c11-000000000301"}
        ]}),
        "AcknowledgementResults" => json!({"results": [
            {"line": 1, "outcome": "created", "kind": "annual_record",
                "id": "018b3b1e-7c00-7a10-8c11-0a0b0c0d0e0f:2023", "state": "synced"}
        ]}),
        "AcknowledgementPage" => json!({"data": [{
            "id": "018b3b1e-7c00-7a10-8c11-000000000851", "kind": "certificate",
            "record_id": "018b3b1e-7c00-7a10-8c11-000000000701",
            "professional_id": "018b3b1e-7c00-7a10-8c11-0a0b0c0d0e0f",
            "organization_id": "018b3b1e-7c00-7a10-8c11-000000000101", "year": 2023, "answer": "refused",
            "state": "refused", "reason": "未找到该人员", "acknowledged_at": "2023-10-16T09:30:00+08:00"
        }], "next_cursor": null}),
        "SyncConflictDetail" => {
            let mut detail = conflict();
            detail["differences"] = json!([{"field": "post", "local": "management", "remote": "technical", "road": null}]);
            detail
        }
        "SyncConflictPage" => json!({"data": [conflict()], "next_cursor": null}),
        "SyncResolution" => json!({"decision": "keep_local", "reason": "经核实，以本市登记为准"}),
        _ => return None,
    };
    Some(value)
}

fn conflict() -> Value {
    json!({
        "id": "018b3b1e-7c00-7a10-8c11-000000000801", "state": "open", "source": "province", "kind": "person",
        "external_id": "P-88120", "revision": 3, "record_id": "018b3b1e-7c00-7a10-8c11-0a0b0c0d0e0f",
        "professional_id": "018b3b1e-7c00-7a10-8c11-0a0b0c0d0e0f",
        "organization_id": "018b3b1e-7c00-7a10-8c11-000000000101", "year": null, "fields": ["post"], "reason": null,
        "decided_by": null, "decided_for": null, "version": 1, "created_at": "2023-10-16T09:30:00+08:00",
        "decided_at": null, "updated_at": "2023-10-16T09:30:00+08:00"
    })
}

fn change() -> Value {
    let declaration = example("Declaration").unwrap_or_default();
    json!({
        "specversion": "1.0", "id": "018b3b1e-7c00-7a10-8c11-000000000901", "source": "/v1/cities/410100",
        "type": "declaration.submitted", "subject": "declarations/018b3b1e-7c00-7a10-8c11-1f2e3d4c5b6a",
        "time": "2023-10-16T09:30:00+08:00", "datacontenttype": "application/json",
        "sequence": "0000000000000000128",
        "data": {
            "professional_id": "018b3b1e-7c00-7a10-8c11-0a0b0c0d0e0f",
            "organization_id": "018b3b1e-7c00-7a10-8c11-000000000101", "year": 2023,
            "account_id": "018b3b1e-7c00-7a10-8c11-000000000201",
            "facts": {"state": "employer_review", "revision": 1, "subject": "public", "hours": 30},
            "resources": {"declaration": declaration}
        }
    })
}

fn reconciliation() -> Value {
    let digest = "8f7d3c05d4c1a4f3f8f0d38b5a3fca1f1d6a3f6be0a1b6a51fd4c2d1d0e9b7c3";
    json!({
        "form": 1, "year": 2023, "kind": "body", "id": "018b3b1e-7c00-7a10-8c11-000000000102", "prefix": null,
        "at": "2023-10-16T09:30:00+08:00",
        "cursor": "eyJ2IjoxLCJjIjoiMDE4YjM1ZmYtMzY4MC03MDAwLTgwMDAtMDAwMDAwMDAwMDAxIiwicCI6MTI4fQ",
        "pending": false, "people": 6, "records": 21, "digest": digest,
        "parts": [{
            "kind": "unit", "id": "018b3b1e-7c00-7a10-8c11-000000000101", "prefix": null, "resource": null,
            "people": 6, "records": 21, "digest": digest
        }],
        "checked": null, "agreed": null
    })
}
