//! Jobs, settlements, snapshots, standing.

use serde_json::{Value, json};

const PERSON: &str = "018b3a5e-7c00-7000-8000-000000000101";
const UNIT: &str = "018b3a5e-7c00-7000-8000-000000000002";
const BODY: &str = "018b3a5e-7c00-7000-8000-000000000003";
const JOB: &str = "018c83f2-1c00-7000-8000-000000000901";
const DECLARATION: &str = "018b3a5e-7c00-7000-8000-000000000201";
const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// The example of a schema of this subject.
pub(super) fn of(schema: &str) -> Option<Value> {
    let value = match schema {
        "Job" => job(),
        "Settlement" => json!({
            "year": 2023, "state": "running",
            "freeze_opens": "2023-12-20T00:00:00+08:00", "freeze_closes": "2024-01-01T00:00:00+08:00",
            "counting_day": "2023-12-20", "policy_version": 1,
            "started_by": "018b3a5e-7c00-7000-8000-000000000401", "started_at": "2023-12-20T09:00:00+08:00",
            "finished_at": null, "totals": null, "digest": null, "job": job()
        }),
        "LapsePage" => json!({"data": [lapse()], "next_cursor": null}),
        "ReinstatementRequest" => {
            json!({"reason": "审核单位逾期未审，材料核查属实"})
        }
        "Reinstatement" => json!({
            "declaration_id": DECLARATION, "reason": "审核单位逾期未审，材料核查属实",
            "account_id": "018b3a5e-7c00-7000-8000-000000000401", "unit_id": "018b3a5e-7c00-7000-8000-000000000001",
            "reinstated_at": "2024-01-08T10:00:00+08:00", "policy_version": 1, "certificate_id": null, "lapse": lapse()
        }),
        "AppraisalPage" => json!({"data": [appraisal()], "next_cursor": null}),
        "AppraisalWithAddenda" => {
            let mut value = appraisal();
            value["addenda"] = json!([{
                "id": "018ce6a0-0000-7000-8000-000000000001", "cause": "reinstatement",
                "declaration_id": DECLARATION, "outcome_before": "incomplete", "outcome_after": "completed_in_year",
                "approved": {"total": 90, "public": 30, "professional": 60},
                "makeup": {"total": 0, "public": 0, "professional": 0},
                "reason": "单位逾期未审，材料属实", "account_id": null, "unit_id": null, "certificate_id": null,
                "added_at": "2024-01-08T10:00:00+08:00"
            }]);
            value
        }
        "ProfessionalStanding" => json!({
            "professional_id": PERSON, "purpose": "title_review", "from": 2022, "to": 2023,
            "verdict": "met", "met": true,
            "years": [
                {"year": 2022, "answer": "met", "outcome": "completed_by_makeup", "sealed_outcome": "incomplete", "reported_outcome": null,
                    "settled": true, "approved": {"total": 90, "public": 30, "professional": 60},
                    "certificate_number": "410100-2022-00000018-6"},
                {"year": 2023, "answer": "met", "outcome": "completed_in_year", "sealed_outcome": "completed_in_year", "reported_outcome": null,
                    "settled": true, "approved": {"total": 90, "public": 30, "professional": 60},
                    "certificate_number": "410100-2023-00000001-8"}
            ]
        }),
        _ => return None,
    };
    Some(value)
}

fn job() -> Value {
    json!({
        "id": JOB, "kind": "settlement", "state": "running", "year": 2023,
        "done": 250_000, "total": 1_000_000, "rate": 4_000.0, "seconds_left": 188, "eta": "2023-12-20T09:04:11+08:00",
        "failed_items": 0, "errors": [], "failure": null, "cancel_requested": false, "result": null,
        "created_at": "2023-12-20T09:00:00+08:00", "started_at": "2023-12-20T09:00:01+08:00",
        "updated_at": "2023-12-20T09:01:03+08:00", "finished_at": null, "version": 1_001
    })
}

fn lapse() -> Value {
    json!({
        "declaration_id": DECLARATION, "professional_id": PERSON, "year": 2023, "revision": 1,
        "employer_id": UNIT, "stage": "authority", "unit_id": BODY,
        "submitted_at": "2023-12-01T10:00:00+08:00", "entered_at": "2023-12-05T10:00:00+08:00",
        "due_at": "2023-12-13T00:00:00+08:00", "working_days": 10, "overdue": true,
        "lapsed_at": "2023-12-20T09:00:01+08:00", "reinstated_at": null
    })
}

fn appraisal() -> Value {
    json!({
        "professional_id": PERSON, "year": 2023, "employer_id": UNIT, "authority_id": BODY,
        "public_institution": true, "outcome": "incomplete",
        "approved": {"total": 80, "public": 30, "professional": 50},
        "makeup": {"total": 0, "public": 0, "professional": 0},
        "certificate_id": null, "policy_version": 1, "lapsed": 1, "lapsed_overdue": 1,
        "digest": DIGEST, "sealed_at": "2023-12-20T09:00:01+08:00"
    })
}
