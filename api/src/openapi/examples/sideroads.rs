//! Exemptions and appeals.

use serde_json::{Value, json};

const PERSON: &str = "018b3b1e-7c00-7a10-8c11-0a0b0c0d0e0f";
const EMPLOYER: &str = "018b3b1e-7c00-7a10-8c11-000000000101";
const AUTHORITY: &str = "018b3b1e-7c00-7a10-8c11-000000000102";
const ACCOUNT: &str = "018b3b1e-7c00-7a10-8c11-000000000201";
const DECLARATION: &str = "018b3b1e-7c00-7a10-8c11-1f2e3d4c5b6a";

/// The example of a schema.
pub(super) fn of(schema: &str) -> Option<Value> {
    let value = match schema {
        "NewExemption" => json!({
            "professional_id": PERSON, "year": 2023, "kind": "parental_leave", "starts_on": "2023-03-01",
            "ends_on": "2023-08-31", "statement": "产假及育儿假，附单位证明"
        }),
        "ExemptionChanges" => {
            json!({"ends_on": "2023-09-30", "statement": "延长至九月，附新的单位证明"})
        }
        "ExemptionDecision" => json!({"decision": "return", "comment": "请补充休假起止日期的证明"}),
        "ExemptionEnding" => json!({"reason": "本人已提前返岗并完成全年学时"}),
        "Exemption" => exemption(),
        "ExemptionPage" => json!({"data": [exemption()], "next_cursor": null}),
        "ExemptionStepList" => json!({"data": [{
            "id": "018b3b1e-7c00-7a10-8c11-000000000611", "event": "submit", "comment": "产假及育儿假，附单位证明",
            "unit_id": EMPLOYER, "account_id": ACCOUNT, "acted_at": "2023-10-16T09:30:00+08:00", "policy_version": 1
        }]}),
        "NewAppeal" => {
            json!({"declaration_id": DECLARATION, "statement": "参会证明由主办方出具，请复核"})
        }
        "AppealDecision" => json!({"decision": "uphold", "comment": "经核对主办方名单，确已参会"}),
        "Appeal" => appeal(),
        "AppealPage" => json!({"data": [appeal()], "next_cursor": null}),
        _ => return None,
    };
    Some(value)
}

fn exemption() -> Value {
    json!({
        "id": "018b3b1e-7c00-7a10-8c11-000000000601", "state": "submitted", "professional_id": PERSON, "year": 2023,
        "kind": "parental_leave", "starts_on": "2023-03-01", "ends_on": "2023-08-31",
        "statement": "产假及育儿假，附单位证明", "employer_id": EMPLOYER, "authority_id": AUTHORITY, "applied_by": ACCOUNT,
        "version": 1, "created_at": "2023-10-16T09:30:00+08:00", "updated_at": "2023-10-16T09:30:00+08:00"
    })
}

fn appeal() -> Value {
    json!({
        "id": "018b3b1e-7c00-7a10-8c11-000000000701", "state": "submitted", "kind": "rejection", "professional_id": PERSON,
        "year": 2023, "declaration_id": DECLARATION, "class_id": null, "seminar_id": null, "course": null,
        "statement": "参会证明由主办方出具，请复核", "employer_id": EMPLOYER, "decider_id": AUTHORITY,
        "submitted_at": "2023-10-16T09:30:00+08:00", "due_at": "2023-10-24T00:00:00+08:00", "due_provisional": false,
        "overdue": false, "decided_by": null, "decided_for": null, "decided_at": null, "comment": null,
        "policy_version": 1, "learning_record_id": null, "version": 1, "updated_at": "2023-10-16T09:30:00+08:00"
    })
}
