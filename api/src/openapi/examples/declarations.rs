//! Declarations, reviews, years and certificates.

use serde_json::{Value, json};

const DECLARATION: &str = "018b3b1e-7c00-7a10-8c11-1f2e3d4c5b6a";
const PERSON: &str = "018b3b1e-7c00-7a10-8c11-0a0b0c0d0e0f";
const EMPLOYER: &str = "018b3b1e-7c00-7a10-8c11-000000000101";
const AUTHORITY: &str = "018b3b1e-7c00-7a10-8c11-000000000102";
const ACCOUNT: &str = "018b3b1e-7c00-7a10-8c11-000000000201";

/// The example of a schema.
pub(super) fn of(schema: &str) -> Option<Value> {
    let value = match schema {
        "NewDeclaration" => json!({
            "year": 2023, "subject": "professional", "way": "conference", "title": "中原心血管病学术会议",
            "learning_start": "2023-05-08", "learning_end": "2023-05-09", "hours": 8
        }),
        "DeclarationChanges" => json!({"title": "第十二届中原心血管病学术会议", "hours": 7.5}),
        "Declaration" => declaration("draft"),
        "DeclarationPage" | "ReviewQueuePage" => {
            json!({"data": [declaration("employer_review")], "next_cursor": null})
        }
        "Submission" => {
            let mut submission = declaration("employer_review");
            submission["warnings"] = json!([]);
            submission
        }
        "Revocation" => json!({"reason": "培训机构出具的证明不属实"}),
        "RevocationRecord" => json!({
            "declaration_id": DECLARATION, "reason": "培训机构出具的证明不属实", "unit_id": AUTHORITY,
            "account_id": ACCOUNT, "revoked_at": "2023-11-06T10:00:00+08:00", "policy_version": 1
        }),
        "NewReview" => json!({"decision": "approve", "comment": "材料齐全"}),
        "ReviewList" => json!({"data": [review()]}),
        "ReviewBatch" => json!({"items": [
            {"declaration_id": DECLARATION, "decision": "approve"},
            {"declaration_id": "018b3b1e-7c00-7a10-8c11-1f2e3d4c5b6b", "decision": "return", "comment": "请补充参会证明"}
        ]}),
        "ReviewBatchResults" => json!({"results": [
            {"declaration_id": DECLARATION, "outcome": "done", "state": "authority_review", "declaration": declaration("authority_review")}
        ]}),
        "NewAttachment" => json!({"kind": "proof_of_attendance", "file": "(PDF)"}),
        "Attachment" => attachment(),
        "AttachmentList" => json!({"data": [attachment()]}),
        "YearOverview" => year(),
        "AnnualRecordPage" => json!({"data": [{
            "professional_id": PERSON, "year": 2023, "state": "satisfied", "employer_id": EMPLOYER, "authority_id": AUTHORITY,
            "approved": hours(90, 30, 60), "pending": hours(0, 0, 0), "makeup": hours(0, 0, 0),
            "satisfied_at": "2023-10-18T10:00:00+08:00", "outcome": null, "settled_at": null, "certificate_id": null, "version": 5, "updated_at": "2023-10-18T10:00:00+08:00"
        }], "next_cursor": null}),
        "VerificationRequest" => json!({"year": 2023, "professional_ids": [PERSON]}),
        "VerificationResults" => json!({"results": [{
            "professional_id": PERSON, "outcome": "certified", "certificate_number": "410100-2023-00000001-8",
            "verification_code": "7Q4M2ZC9K1T8XW5B3N6E"
        }]}),
        "Certificate" => json!({
            "number": "410100-2023-00000001-8", "verification_code": "7Q4M2ZC9K1T8XW5B3N6E", "state": "valid", "version": 1,
            "year": 2023, "hours": hours(90, 30, 60), "completed": "in_year", "professional_id": PERSON, "name": "张明",
            "masked_id_number": "410102********1238", "employer": "郑州市某医院", "issuing_body": "郑州市人力资源和社会保障局",
            "issued_at": "2023-10-18T10:00:00+08:00", "ended_at": null, "end_reason": null
        }),
        "CodeForm" => json!({"code": "7Q4M 2ZC9 K1T8 XW5B 3N6E"}),
        "PublicCertificate" => json!({
            "number": "410100-2023-00000001-8", "verification_code": "7Q4M2ZC9K1T8XW5B3N6E", "state": "valid",
            "year": 2023, "hours": hours(90, 30, 60), "completed": "in_year", "masked_name": "张*",
            "masked_id_number": "410102********1238", "employer": "郑州市某医院", "issuing_body": "郑州市人力资源和社会保障局",
            "issued_at": "2023-10-18T10:00:00+08:00", "ended_at": null, "end_reason": null
        }),
        _ => return None,
    };
    Some(value)
}

fn hours(total: u32, public: u32, professional: u32) -> Value {
    json!({"total": total, "public": public, "professional": professional})
}

/// A declaration as it stands after a submission on Monday 16 October 2023.
fn declaration(state: &str) -> Value {
    let waiting = state != "draft";
    let holder = if state == "authority_review" { AUTHORITY } else { EMPLOYER };
    json!({
        "id": DECLARATION, "state": state, "professional_id": PERSON, "year": 2023, "subject": "professional",
        "way": "conference", "title": "中原心血管病学术会议", "hours": 8, "learning_start": "2023-05-08",
        "learning_end": "2023-05-09", "learning_record_id": null, "makeup": false,
        "makeup_grant_id": null, "revision": 1, "employer_id": EMPLOYER,
        "authority_id": AUTHORITY, "holder_id": waiting.then_some(holder),
        "submitted_at": waiting.then_some("2023-10-16T09:30:00+08:00"),
        "due_at": waiting.then_some("2023-10-24T00:00:00+08:00"), "due_provisional": false, "overdue": false,
        "reinstated": false, "policy_version": 1, "version": 2, "created_at": "2023-10-16T09:20:00+08:00",
        "updated_at": "2023-10-16T09:30:00+08:00"
    })
}

fn review() -> Value {
    json!({
        "id": "018b3b1e-7c00-7a10-8c11-000000000301", "declaration_id": DECLARATION, "revision": 1, "stage": "employer",
        "decision": "approve", "comment": "材料齐全", "unit_id": EMPLOYER, "account_id": ACCOUNT,
        "entered_at": "2023-10-16T09:30:00+08:00", "due_at": "2023-10-24T00:00:00+08:00",
        "decided_at": "2023-10-17T15:00:00+08:00", "overdue": false, "policy_version": 1
    })
}

fn attachment() -> Value {
    json!({
        "id": "018b3b1e-7c00-7a10-8c11-000000000401", "declaration_id": DECLARATION, "kind": "proof_of_attendance",
        "file_name": "参会证明.pdf", "media_type": "application/pdf", "size": 48213,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "created_at": "2023-10-16T09:25:00+08:00"
    })
}

fn year() -> Value {
    json!({
        "professional_id": PERSON, "name": "张明", "year": 2023, "state": "in_progress", "outcome": null,
        "requirement": hours(90, 30, 60), "approved": hours(0, 0, 0), "makeup": hours(0, 0, 0), "pending": hours(8, 0, 8),
        "shortfall": hours(90, 30, 60), "excess": hours(0, 0, 0),
        "windows": [{
            "kind": "declare", "opens": "2023-01-01T00:00:00+08:00", "closes": "2023-12-20T00:00:00+08:00",
            "is_open": true, "seconds_left": 5_583_600, "next_opening": null
        }],
        "makeup_grant": null,
        "due": [{
            "declaration_id": DECLARATION, "holder_id": EMPLOYER, "due_at": "2023-10-24T00:00:00+08:00", "overdue": false
        }],
        "certificate": null,
        "next_actions": [
            {"action": "wait", "subject": "professional", "hours": 8, "declaration_id": DECLARATION,
             "due_at": "2023-10-24T00:00:00+08:00", "overdue": false},
            {"action": "declare", "subject": "public", "hours": 30,
             "learning_record_id": "018b3b1e-7c00-7a10-8c11-000000000501"}
        ],
        "sync": {"record": {"state": "pending_sync", "reason": null, "acknowledged_at": null}, "certificate": null, "declarations": []},
        "reported": null, "policy_version": 1, "version": 1
    })
}
