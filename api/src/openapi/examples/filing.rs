//! Filings, training plans, amendments, classes, rosters.

use serde_json::{Value, json};

const BASE: &str = "018b3b1e-7c00-7a10-8c11-000000000301";
const BUREAU: &str = "018b3b1e-7c00-7a10-8c11-000000000300";
const ACCOUNT: &str = "018b3b1e-7c00-7a10-8c11-00000000e001";
const FILING: &str = "018b3b1e-7c00-7a10-8c11-00000000f101";
const PLAN: &str = "018b3b1e-7c00-7a10-8c11-00000000b001";
const ITEM: &str = "018b3b1e-7c00-7a10-8c11-00000000b002";
const AMENDMENT: &str = "018b3b1e-7c00-7a10-8c11-00000000b003";
const CLASS: &str = "018b3b1e-7c00-7a10-8c11-00000000c001";
const PERSON: &str = "018b3b1e-7c00-7a10-8c11-0a0b0c0d0e0f";
const RECORD: &str = "018b3b1e-7c00-7a10-8c11-00000000a001";

/// The example of a schema.
pub(super) fn of(schema: &str) -> Option<Value> {
    let value = match schema {
        "NewFiling" => {
            json!({"organization_id": BASE, "years": [2023, 2024], "statement": "专职教师 12 人，教室 6 间"})
        }
        "FilingSubmission" => json!({"statement": "专职教师 14 人，教室 6 间"}),
        "FilingDecision" => json!({"decision": "approve", "comment": "符合条件"}),
        "StatedReason" => json!({"reason": "经核查，教学条件不再符合要求"}),
        "Filing" => filing(),
        "FilingWithHistory" => {
            let mut filing = filing();
            filing["history"] = json!([act("apply", "submitted"), act("grant", "granted")]);
            filing
        }
        "FilingPage" => json!({"data": [filing()], "next_cursor": null}),
        "FilingResults" => {
            let mut filing = filing();
            filing["state"] = json!("submitted");
            json!({"results": [{"year": 2023, "outcome": "applied", "filing": filing}]})
        }
        "NewTrainingPlan" => {
            json!({"organization_id": BASE, "year": 2023, "title": "2023年度培训计划", "items": [new_item()]})
        }
        "TrainingPlanChanges" => json!({"title": "2023年度培训计划（修订）"}),
        "NewPlanItem" => new_item(),
        "PlanItemChanges" => json!({"hours": 48, "places": 60}),
        "TrainingPlanPage" => json!({"data": [plan()], "next_cursor": null}),
        "TrainingPlanWithItems" => {
            let mut plan = plan();
            plan["items"] = json!([item()]);
            plan["history"] = json!([act("submit", "submitted"), act("approve", "approved")]);
            plan
        }
        "NewPlanAmendment" => {
            json!({"reason": "增加一期培训", "changes": [{"action": "add", "item": new_item()}]})
        }
        "PlanAmendment" => amendment(),
        "PlanAmendments" => json!({"data": [amendment()]}),
        "NewClass" => json!({
            "plan_item_id": ITEM, "title": "心血管病诊疗新进展研修班", "subject": "professional", "way": "training_class",
            "starts_on": "2023-05-15", "ends_on": "2023-05-24", "hours": 60, "place": "郑州市金水区"
        }),
        "ClassChanges" => json!({"place": "基地报告厅"}),
        "NewRoster" => json!({"lines": [
            {"id_type": "resident_id", "id_number": "410102198506151238", "hours": 60, "passed": true},
            {"professional_id": PERSON, "hours": 24, "passed": false}
        ]}),
        "RosterResults" => json!({"class_id": CLASS, "revision": 1, "results": [
            {"line": 0, "outcome": "done", "change": "added", "professional_id": PERSON, "learning_record_id": RECORD}
        ]}),
        "RosterRevisions" => json!({"data": [{
            "revision": 1, "reason": null, "lines": 1, "passed": 1, "account_id": ACCOUNT, "unit_id": BASE,
            "uploaded_at": "2023-05-27T09:00:00+08:00", "changes": [{
                "professional_id": PERSON, "learning_record_id": RECORD, "change": "added", "before": null,
                "after": {"hours": 60, "passed": true}
            }]
        }]}),
        "NewClassDeclarations" => json!({"all": true}),
        "ClassDeclarations" => json!({"results": []}),
        _ => return None,
    };
    Some(value)
}

fn filing() -> Value {
    json!({
        "id": FILING, "organization_id": BASE, "organization_name": "郑州市某继续教育基地", "year": 2023, "state": "granted",
        "state_since": "2023-01-16T10:00:00+08:00", "statement": "专职教师 12 人，教室 6 间", "stopped_at": null, "version": 2,
        "created_at": "2023-01-11T10:00:00+08:00"
    })
}

fn act(event: &str, state: &str) -> Value {
    json!({
        "event": event, "state": state, "comment": null, "account_id": ACCOUNT, "unit_id": BUREAU, "policy_version": 1,
        "acted_at": "2023-01-16T10:00:00+08:00"
    })
}

fn new_item() -> Value {
    json!({
        "subject": "professional", "theme": "心血管病诊疗", "hours": 60, "starts_on": "2023-05-01", "ends_on": "2023-06-30",
        "places": 80, "audience": "心血管内科专业技术人员"
    })
}

fn item() -> Value {
    let mut item = new_item();
    item["id"] = json!(ITEM);
    item["removed"] = json!(false);
    item["approvals"] = json!([{
        "approved_at": "2023-03-01T10:00:00+08:00", "amendment_id": null, "subject": "professional", "hours": 60, "removed": false
    }]);
    item
}

fn plan() -> Value {
    json!({
        "id": PLAN, "organization_id": BASE, "organization_name": "郑州市某继续教育基地", "year": 2023,
        "title": "2023年度培训计划", "state": "approved", "approved_at": "2023-03-01T10:00:00+08:00", "version": 3,
        "created_at": "2023-02-20T10:00:00+08:00"
    })
}

fn amendment() -> Value {
    json!({
        "id": AMENDMENT, "plan_id": PLAN, "state": "draft", "reason": "增加一期培训",
        "changes": [{"action": "add", "item": new_item()}], "version": 1, "created_at": "2023-06-01T10:00:00+08:00", "history": []
    })
}
