//! Make-up: applications, decisions, grants.

use serde_json::{Value, json};

const APPLICATION: &str = "018b3b1e-7c00-7a10-8c11-000000000a01";
const ITEM: &str = "018b3b1e-7c00-7a10-8c11-000000000a02";
const GRANT: &str = "018b3b1e-7c00-7a10-8c11-000000000a03";
const PERSON: &str = "018b3b1e-7c00-7a10-8c11-0a0b0c0d0e0f";
const EMPLOYER: &str = "018b3b1e-7c00-7a10-8c11-000000000101";
const BODY: &str = "018b3b1e-7c00-7a10-8c11-000000000102";
const BASE: &str = "018b3b1e-7c00-7a10-8c11-000000000301";
const ACCOUNT: &str = "018b3b1e-7c00-7a10-8c11-000000000201";

/// The example of a schema.
pub(super) fn of(schema: &str) -> Option<Value> {
    let value = match schema {
        "NewMakeupApplication" => json!({
            "reason": "2022年度因项目攻关未能完成专业科目学时", "items": [{"professional_id": PERSON, "year": 2022}]
        }),
        "MakeupApplicationChanges" => json!({"reason": "2022年度因驻外项目未能完成专业科目学时"}),
        "MakeupApplication" => application("body_review", "open"),
        "MakeupApplicationPage" => {
            json!({"data": [application("body_review", "open")], "next_cursor": null})
        }
        "NewMakeupReview" => json!({"decision": "approve", "comment": "情况属实"}),
        "MakeupReviewResults" => {
            let mut results = application("municipal_review", "forwarded");
            results["results"] =
                json!([{"item_id": ITEM, "outcome": "done", "state": "forwarded"}]);
            results
        }
        "MakeupReviewList" => json!({"data": [{
            "id": "018b3b1e-7c00-7a10-8c11-000000000a04", "item_id": ITEM, "revision": 1, "step": "body",
            "decision": "approve", "comment": "情况属实", "unit_id": BODY, "account_id": ACCOUNT,
            "decided_at": "2023-10-17T15:00:00+08:00", "policy_version": 1
        }]}),
        "MakeupGrant" => grant(),
        "MakeupGrantPage" => json!({"data": [grant()], "next_cursor": null}),
        "MakeupBodyAssignment" => json!({"body_id": BASE}),
        "MakeupBody" => json!({
            "organization_id": EMPLOYER, "base_id": BASE, "body_id": BASE,
            "assigned_at": "2023-08-21T10:00:00+08:00", "version": 1
        }),
        _ => return None,
    };
    Some(value)
}

fn application(state: &str, item: &str) -> Value {
    json!({
        "id": APPLICATION, "state": state, "employer_id": EMPLOYER, "year": 2023, "exceptional": false,
        "reason": "2022年度因项目攻关未能完成专业科目学时", "body_id": BODY, "revision": 1,
        "items": [{
            "id": ITEM, "professional_id": PERSON, "name": "张明", "year": 2022, "state": item,
            "missing": {"total": 20, "public": 0, "professional": 20}, "grant_id": null
        }],
        "submitted_at": "2023-10-16T10:00:00+08:00", "policy_version": 1, "version": 2,
        "created_at": "2023-10-16T09:50:00+08:00", "updated_at": "2023-10-16T10:00:00+08:00"
    })
}

fn grant() -> Value {
    json!({
        "id": GRANT, "state": "granted", "professional_id": PERSON, "year": 2022, "application_id": APPLICATION,
        "employer_id": EMPLOYER, "exceptional": false, "granted_at": "2023-10-18T10:00:00+08:00",
        "study_until": "2023-12-01T00:00:00+08:00", "register_until": "2023-12-20T00:00:00+08:00", "ended_at": null,
        "policy_version": 1, "version": 1
    })
}
