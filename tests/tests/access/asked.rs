//! How each operation is asked: its path and body with the ids of a side.

use serde_json::{Value, json};
use xueshi_tests::steps;
use xueshi_tests::{Call, Client, Operation, form, operations};

use super::{SCHOOL, Side};

impl Side {
    /// The path of an operation with this side's ids.
    fn path(&self, operation: &Operation, draft: &str) -> String {
        let id = |template: &str| match template.split('/').nth(2).unwrap_or_default() {
            "declarations" if operation.id() == "get_revocation" => &self.revoked,
            "declarations" | "explanations" => &self.declaration,
            "professionals" => &self.professional,
            "transfers" => &self.moves.transfer,
            "employment-requests" => &self.moves.employment_request,
            "organizations" if template.contains("/registration") => &self.moves.registration,
            "organizations" => &self.unit,
            "accounts" => &self.account,
            "classes" => &self.class,
            "exemptions" => &self.exemption,
            "appeals" => &self.appeal,
            "learning-records" => &self.record,
            "seminars" => &self.seminar,
            "funding-reports" => &self.unit,
            "filings" => &self.training.filing,
            "training-plans" => &self.training.plan,
            "jobs" => &self.job,
            "imports" => &self.import,
            "exports" => &self.export,
            "makeup-applications" => &self.makeup_application,
            "makeup-grants" => &self.makeup_grant,
            "webhooks" => &self.webhook[0],
            "sync" => &self.conflict,
            "audit" => &self.event,
            other => panic!("{other}: which id stands in {template}? Add it to access/asked.rs"),
        };
        let mut path = operation.template.clone();
        if path.contains("{id}") {
            path = path.replace("{id}", id(&operation.template));
        }
        let code = match operation.template.split('/').nth(2) {
            Some("verify") => &self.code,
            Some("platforms") => "hnzjzx",
            _ => "not-found",
        };
        // 2022 is settled in the demo world.
        let settled = operation.template.contains("/settlements/")
            || operation.template.contains("/appraisals/");
        let year = if settled { "2022" } else { "2023" };
        for (name, value) in [
            ("{attachment_id}", self.attachment.as_str()),
            ("{grant_id}", &self.grant),
            ("{item_id}", &self.training.item),
            ("{amendment_id}", &self.training.amendment),
            ("{number}", &self.certificate),
            ("{delivery_id}", &self.webhook[1]),
            ("{year}", year),
            ("{version}", draft),
            (
                "{kind}",
                if operation.template.contains("/import-templates/") {
                    "people"
                } else {
                    "declaration"
                },
            ),
            ("{code}", code),
            ("{family}", "completion"),
            ("{list}", "410100-2023-1"),
            ("{level}/{path}", "entries/000.p/1"),
        ] {
            path = path.replace(name, value);
        }
        assert!(!path.contains('{'), "{path}: what stands there? Add it to access/asked.rs");
        path
    }

    /// A body that the operation takes, so that rights and not the body decide.
    pub(super) fn body(&self, operation: &Operation) -> Option<Value> {
        let content = &operation.value["requestBody"]["content"]["application/json"];
        if content.is_null() {
            return None;
        }
        Some(match operation.id() {
            "create_declaration" => steps::conference("一天的会议", "06-08", "06-09", 1),
            "create_makeup_application" => {
                json!({"items": [{"professional_id": self.professional, "year": 2022}]})
            }
            "review_makeup_application" => {
                json!({"items": [{"item_id": self.makeup_item, "decision": "approve"}]})
            }
            "edit_makeup_application" => json!({"reason": "补充说明"}),
            "assign_makeup_body" => json!({"body_id": null}),
            "edit_declaration" => json!({"title": "改名"}),
            "review_declaration" => json!({"decision": "approve"}),
            "review_batch" => {
                json!({"items": [{"declaration_id": self.declaration, "decision": "approve"}]})
            }
            "revoke_declaration" => json!({"reason": "核查不符"}),
            "verify_annual_records" => {
                json!({"year": 2023, "professional_ids": [self.professional]})
            }
            "deliver_learning_record" => {
                json!({"professional_id": self.professional, "platform": "hnzjzx",
                "course_code": "access", "title": "课程", "hours": 1, "started_on": "2023-05-08", "completed_on": "2023-05-09"})
            }
            "apply_for_filing" => {
                json!({"organization_id": self.training.unit, "years": [2024], "statement": "申请备案"})
            }
            "create_training_plan" => {
                json!({"organization_id": self.training.unit, "year": 2024, "title": "计划"})
            }
            "create_class" => json!({"plan_item_id": self.training.item, "title": "新班",
                "subject": "professional", "way": "training_class", "starts_on": "2023-11-06",
                "ends_on": "2023-11-10", "hours": 8, "place": "郑州"}),
            "login" => json!({"username": "auditor", "password": "sandbox"}),
            "register_professional" => json!({"name": "郑小满", "id_type": "resident_id",
                "id_number": "410102198506151238", "post": "technical", "employer_id": self.unit, "started_on": "2023-09-01"}),
            "create_account" => {
                json!({"username": "somebody", "display_name": "新账号", "password": "a long enough password"})
            }
            "create_organization" => {
                json!({"parent_id": self.parent, "kind": "employer", "name": "新单位",
                "unit_code": "914403001922038216", "reviewing_body_id": self.parent})
            }
            "create_seminar" => {
                json!({"organization_id": self.unit, "theme": "前沿技术", "need": "我市急需掌握该技术的骨干人才。",
                "audience": "高级工程师", "venue": "郑州市", "starts_on": "2023-11-06", "ends_on": "2023-11-10", "hours": 40, "places": 50})
            }
            "apply_for_exemption" => with(example(content), "professional_id", &self.professional),
            "bring_appeal" => with(example(content), "declaration_id", &self.revoked),
            "request_transfer" => {
                json!({"professional_id": self.professional, "to_unit_code": SCHOOL})
            }
            "register_person" => {
                json!({"username": "newcomer", "password": "a long enough password", "name": "郑小满",
                "id_type": "resident_id", "id_number": "410102198506151238", "post": "technical",
                "employer_unit_code": SCHOOL})
            }
            "merge_professionals" => {
                json!({"kept_id": self.professional, "merged_id": self.certified, "reason": "重复登记"})
            }
            "request_employment" => json!({"employer_unit_code": SCHOOL}),
            "register_organization" => {
                json!({"kind": "employer", "name": "新单位", "unit_code": "91350100M000100Y43",
                "reviewing_body_code": "11410100MA00000319", "username": "unit.new", "password": "a long enough password",
                "administrator_name": "新管理员"})
            }
            "relocate_organization" => json!({"parent_id": self.parent}),
            "edit_professional" => json!({"post": "management"}),
            "edit_organization" => json!({"is_public_institution": false}),
            "edit_account" => json!({"display_name": "改名"}),
            "appoint_administrator" => {
                json!({"account_id": self.account, "role": "employer_administrator"})
            }
            "create_webhook" => json!({"url": "http://127.0.0.1:1/"}),
            "edit_webhook" => json!({"description": "改名"}),
            "grant_role" => json!({"role": "auditor", "organization_id": self.unit}),
            _ => example(content),
        })
    }
}

/// The example of an operation's body.
pub(super) fn example_of(id: &str) -> Value {
    let operations = operations();
    let operation = operations.iter().find(|operation| operation.id() == id).unwrap();
    example(&operation.value["requestBody"]["content"]["application/json"])
}

pub(super) fn with(mut body: Value, member: &str, value: &str) -> Value {
    body[member] = json!(value);
    body
}

/// The document's own example.
fn example(content: &Value) -> Value {
    let named = content["examples"].as_object().and_then(|examples| examples.values().next());
    named.map_or_else(|| content["example"].clone(), |example| example["value"].clone())
}

/// The request of an operation; wherever there is a dry run it is one, so that nothing that is asked here changes the next.
pub(super) fn request(client: &Client, operation: &Operation, side: &Side, draft: &str) -> Call {
    let parameters: Vec<&Value> =
        operation.value["parameters"].as_array().into_iter().flatten().collect();
    let takes = |name: &str| parameters.iter().any(|parameter| parameter["name"] == name);
    let mut query = Vec::new();
    if takes("dry_run") {
        query.push(("dry_run", "true"));
    }
    let known: &[(&str, &str)] = match operation.id() {
        "get_standing" => &[("from", "2022"), ("to", "2022"), ("purpose", "title_review")],
        _ => &[("year", "2023"), ("from", "2023-10-01"), ("add", "5"), ("figure", "people")],
    };
    for (name, value) in known.iter().copied() {
        if parameters
            .iter()
            .any(|parameter| parameter["name"] == name && parameter["in"] == "query")
        {
            query.push((name, value));
        }
    }
    let mut path = side.path(operation, draft);
    if !query.is_empty() {
        path = format!("{path}?{}", form(&query));
    }
    let mut call = client.method(&operation.method, &path);
    if takes("If-Match") {
        call = call.if_match("*");
    }
    let content = &operation.value["requestBody"]["content"];
    if content.get("multipart/form-data").is_some() {
        call = call.file("certificate", "a.pdf", &steps::pdf("access"));
    } else if content.get("application/x-www-form-urlencoded").is_some() {
        let field = match operation.id() {
            "enter_verification_code" => ("code", side.code.as_str()),
            _ => ("grant_type", "client_credentials"),
        };
        call = call.form(&[field]);
    } else if let Some(body) = side.body(operation) {
        call = call.json(body);
    }
    call
}
