//! People and units that register, move and leave.

use serde_json::{Value, json};

const ID: &str = "018b3603-8a00-7c3e-9d1a-2f6b5c4d3e2f";
const UNIT: &str = "018b3603-8a00-7a11-8f2b-6c5d4e3f2a1b";
const OTHER: &str = "018b3603-8a00-7a12-8f2b-6c5d4e3f2a1c";
const BUREAU: &str = "018b3603-8a00-7b22-9a3c-7d6e5f4a3b2c";
const PERSON: &str = "018b3603-8a00-7c33-8b4d-8e7f6a5b4c3d";
const ACCOUNT: &str = "018b3603-8a00-7d44-9c5e-9f8a7b6c5d4e";
const AT: &str = "2023-10-16T09:00:00+08:00";

/// The example of a schema.
pub(super) fn of(schema: &str) -> Option<Value> {
    transfers(schema).or_else(|| people(schema)).or_else(|| units(schema))
}

fn transfers(schema: &str) -> Option<Value> {
    let transfer = json!({
        "id": ID, "professional_id": PERSON, "name": "林知远", "masked_id_number": "410102********1238",
        "from": {"id": UNIT, "name": "郑州市第一人民医院"}, "to": {"id": OTHER, "name": "郑州市中医院"},
        "asked_by": "from", "reason": "人才引进", "state": "requested", "decided_as": null, "decided_for": null,
        "comment": null, "version": 1, "created_at": AT, "decided_at": null,
    });
    Some(match schema {
        "Transfer" => transfer,
        "TransferPage" => json!({"data": [transfer], "next_cursor": null}),
        "NewTransfer" => {
            json!({"professional_id": PERSON, "to_unit_code": "91350100M000100Y43", "reason": "人才引进"})
        }
        "RequestDecision" => json!({"decision": "accept"}),
        _ => return None,
    })
}

fn people(schema: &str) -> Option<Value> {
    let request = json!({
        "id": ID, "account_id": ACCOUNT, "professional_id": null, "name": "郑小满",
        "masked_id_number": "410102********1238", "organization": {"id": UNIT, "name": "郑州市第一人民医院"},
        "statement": "2023 年 9 月入职内科", "state": "submitted", "joining": null, "comment": null, "version": 1,
        "created_at": AT, "decided_at": null,
    });
    Some(match schema {
        "EmploymentRequest" => request,
        "EmploymentRequestPage" => json!({"data": [request], "next_cursor": null}),
        "NewRegistration" => json!({
            "username": "zheng.xiaoman", "password": "three words of one's own", "name": "郑小满",
            "id_type": "resident_id", "id_number": "410102198506151238", "phone": "13800001234",
            "title_series": "卫生技术", "title_level": "assistant", "post": "technical",
            "employer_unit_code": "91350100M000100Y43", "statement": "2023 年 9 月入职内科",
        }),
        "NewEmploymentRequest" => json!({"employer_unit_code": "91350100M000100Y43"}),
        "EmploymentDecision" => {
            json!({"decision": "accept", "identity_checked": true, "started_on": "2023-09-01"})
        }
        "TitleSeries" => json!({"data": ["卫生技术", "工程技术", "中小学教师"]}),
        "Merge" => {
            json!({"kept_id": PERSON, "merged_id": ID, "reason": "护照与身份证重复登记"})
        }
        "MergeResult" => json!({
            "id": ID, "kept_id": PERSON, "merged_id": OTHER, "reason": "护照与身份证重复登记",
            "ended_declarations": [], "years": [2023], "merged_at": AT,
        }),
        _ => return None,
    })
}

fn units(schema: &str) -> Option<Value> {
    let registration = json!({
        "id": UNIT, "account_id": ACCOUNT, "kind": "employer", "name": "郑州市第一人民医院",
        "unit_code": "91350100M000100Y43", "is_public_institution": true,
        "reviewing_body": {"id": BUREAU, "name": "郑州市卫生健康委员会"}, "statement": null, "state": "submitted",
        "comment": null, "version": 1, "created_at": AT, "decided_at": null,
    });
    Some(match schema {
        "OrganizationRegistration" => registration,
        "OrganizationRegistrationPage" => json!({"data": [registration], "next_cursor": null}),
        "NewUnitRegistration" => json!({
            "kind": "employer", "name": "郑州市第一人民医院", "unit_code": "91350100M000100Y43",
            "is_public_institution": true, "reviewing_body_code": "11410100MA0000015K", "username": "first.hospital",
            "password": "three words of one's own", "administrator_name": "苏晓岚",
        }),
        "UnitClosing" => json!({"reason": "单位撤销"}),
        "Relocation" => json!({"parent_id": BUREAU}),
        _ => return None,
    })
}
