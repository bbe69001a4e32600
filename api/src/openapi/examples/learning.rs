//! Platforms, units that train, classes, completed learning.

use serde_json::{Value, json};

const PERSON: &str = "018b3b1e-7c00-7a10-8c11-0a0b0c0d0e0f";
const RECORD: &str = "018b3b1e-7c00-7a10-8c11-00000000a001";
const CLASS: &str = "018b3b1e-7c00-7a10-8c11-00000000c001";
const BASE: &str = "018b3b1e-7c00-7a10-8c11-000000000301";

/// The example of a schema.
pub(super) fn of(schema: &str) -> Option<Value> {
    let value = match schema {
        "NewPlatform" => {
            json!({"code": "hnzjzx", "name": "河南专技在线", "url": "https://learning.example"})
        }
        "Platform" => platform(),
        "PlatformPage" => json!({"data": [platform()], "next_cursor": null}),
        "InstitutionPage" => json!({"data": [{
            "id": BASE, "name": "郑州市某继续教育基地", "kind": "ce_base", "year": 2023, "filed": true,
            "filing": {"state": "granted", "decided_at": "2023-02-10T10:00:00+08:00"}
        }], "next_cursor": null}),
        "Class" => class(),
        "ClassPage" => json!({"data": [class()], "next_cursor": null}),
        "RosterPage" => json!({"data": [{
            "learning_record_id": RECORD, "professional_id": PERSON, "name": "张明", "masked_id_number": "410102********1238",
            "hours": 60, "passed": true, "declared": false, "correction_needed": false
        }], "next_cursor": null}),
        "NewLearningRecord" => json!({
            "id_type": "resident_id", "id_number": "410102198506151238", "platform": "hnzjzx", "course_code": "gx-2023-01",
            "title": "数字技术", "hours": 30, "started_on": "2023-03-01", "completed_on": "2023-03-20"
        }),
        "LearningRecord" => record(),
        "LearningRecordPage" => json!({"data": [record()], "next_cursor": null}),
        "DeliveryResults" => json!({"results": [
            {"line": 1, "outcome": "created", "id": "018b3b1e-7c00-7a10-8c11-000000000301"}
        ]}),
        _ => return None,
    };
    Some(value)
}

fn platform() -> Value {
    json!({"code": "hnzjzx", "name": "河南专技在线", "url": "https://learning.example", "listed": true})
}

fn class() -> Value {
    json!({
        "id": CLASS, "organization_id": BASE, "organization_name": "郑州市某继续教育基地", "title": "心血管病诊疗新进展研修班",
        "subject": "professional", "way": "training_class", "starts_on": "2023-05-15", "ends_on": "2023-05-24", "hours": 60,
        "place": "郑州市金水区", "state": "held", "cancel_reason": null, "roster_revision": 1, "filed": true, "missing": null,
        "mend": null, "version": 2,
        "plan_item": {
            "id": "018b3b1e-7c00-7a10-8c11-00000000b002", "theme": "心血管病诊疗", "hours": 60,
            "plan_id": "018b3b1e-7c00-7a10-8c11-00000000b001", "plan_title": "2023年度培训计划",
            "approved_at": "2023-03-01T10:00:00+08:00"
        }
    })
}

fn record() -> Value {
    json!({
        "id": RECORD, "professional_id": PERSON, "year": 2023, "subject": "public", "way": "distance_course",
        "title": "数字技术", "hours": 30, "started_on": "2023-03-01", "completed_on": "2023-03-20", "passed": true,
        "declared": false, "correction": null, "source": "platform", "platform": "hnzjzx", "course_code": "gx-2023-01", "class_id": null, "seminar_id": null,
        "created_at": "2023-03-20T18:00:00+08:00"
    })
}
