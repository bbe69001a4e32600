//! Explanations.

use serde_json::{Value, json};

/// The example of a schema.
pub(super) fn of(schema: &str) -> Option<Value> {
    (schema == "Explanation").then(|| {
        json!({
            "kind": "declaration", "id": "018b3b1e-7c00-7a10-8c11-1f2e3d4c5b6a",
            "summary": "The declaration stands at: employer review. 1 decision is explained.",
            "outcome": "employer_review", "year": 2023, "complete": true, "standing": null,
            "decisions": [{
                "id": "018b3b1e-7c00-7a10-8c11-1f2e3d4c5b6b", "act": "declaration.submitted", "code": null,
                "outcome": "employer_review", "made_at": "2023-10-16T09:00:00+08:00",
                "account_id": "018b3b1e-7c00-7a10-8c11-000000000201", "unit_id": null, "unit_name": null,
                "policy_year": 2023, "policy_version": 1, "comment": null, "basis": "kept",
                "inputs": {"year": 2023, "hours": 8, "way": "conference"},
                "checks": [{
                    "check": "days_hold_hours", "rule": {"id": "H9", "clause": "三（四）学时审核"},
                    "requirement": "no more hours than the days can hold", "outcome": "passed",
                    "detail": null, "facts": {}
                }],
                "due": {
                    "stage": "employer", "unit_id": "018b3b1e-7c00-7a10-8c11-000000000101",
                    "counted_from": "2023-10-16", "counting": "per_stage", "working_days": 1,
                    "due_at": "2023-10-18T00:00:00+08:00", "provisional": false,
                    "rule": {"id": "V1", "clause": "三（四）审核时限"},
                    "days": [{"date": "2023-10-17", "kind": "weekday", "is_working_day": true, "count": 1}]
                }
            }]
        })
    })
}
