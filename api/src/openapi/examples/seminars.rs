//! Advanced seminars and training funds.

use serde_json::{Value, json};

const PERSON: &str = "018b3b1e-7c00-7a10-8c11-0a0b0c0d0e0f";
const COMPANY: &str = "018b3b1e-7c00-7a10-8c11-000000000201";
const BUREAU: &str = "018b3b1e-7c00-7a10-8c11-000000000001";
const ACCOUNT: &str = "018b3b1e-7c00-7a10-8c11-00000000e001";
const SEMINAR: &str = "018b3b1e-7c00-7a10-8c11-00000000d001";

/// The example of a schema.
pub(super) fn of(schema: &str) -> Option<Value> {
    let value = match schema {
        "NewSeminar" => json!({
            "organization_id": COMPANY, "theme": "智能制造关键技术",
            "need": "全市装备制造业数字化改造急需掌握该技术的骨干人才。", "audience": "高级工程师",
            "venue": "郑州市高新区", "starts_on": "2023-11-06", "ends_on": "2023-11-10", "hours": 40, "places": 50
        }),
        "SeminarChanges" => json!({"places": 45}),
        "Seminar" => seminar(),
        "SeminarPage" => json!({"data": [seminar()], "next_cursor": null}),
        "SeminarDecision" => json!({"decision": "approve", "comment": "选题符合我市产业需要"}),
        "SeminarWithdrawal" => json!({"reason": "授课专家临时不能到会"}),
        "SeminarListContent" => json!({"people": [
            {"professional_id": PERSON}, {"id_type": "resident_id", "id_number": "410102198506151238"}
        ]}),
        "SeminarAdmissionPage" => json!({"data": [{
            "professional_id": PERSON, "name": "张明", "masked_id_number": "410102********1238", "employer_id": COMPANY,
            "admitted_at": "2023-10-20T09:00:00+08:00", "hours": null, "passed": null, "learning_record_id": null
        }], "next_cursor": null}),
        "SeminarReport" => json!({
            "summary": "完成全部课程与现场教学，形成三份改造方案。",
            "results": [{"professional_id": PERSON, "hours": 40, "passed": true}]
        }),
        "SeminarClosing" => json!({"decision": "close"}),
        "SeminarSteps" => json!({"data": [{
            "version": 3, "event": "approve", "state": "approved",
            "comment": "选题符合我市产业需要", "account_id": ACCOUNT, "unit_id": BUREAU, "policy_version": 1,
            "taken_at": "2023-10-17T10:00:00+08:00"
        }]}),
        "NewFundingReport" => json!({
            "payroll_fen": 1_000_000_000, "accrued_fen": 14_000_000, "spent_fen": 12_000_000
        }),
        "FundingReport" => report(),
        "FundingReportPage" | "FundingRevisionPage" => {
            json!({"data": [report()], "next_cursor": null})
        }
        _ => return None,
    };
    Some(value)
}

fn seminar() -> Value {
    json!({
        "id": SEMINAR, "organization_id": COMPANY, "organization_name": "郑州某科技有限公司", "state": "approved", "year": 2023,
        "theme": "智能制造关键技术", "need": "全市装备制造业数字化改造急需掌握该技术的骨干人才。",
        "audience": "高级工程师", "venue": "郑州市高新区", "starts_on": "2023-11-06", "ends_on": "2023-11-10",
        "hours": 40, "places": 50, "admitted": 0, "approved_at": "2023-10-17T10:00:00+08:00", "closed_at": null,
        "version": 3, "created_at": "2023-10-16T09:00:00+08:00", "updated_at": "2023-10-17T10:00:00+08:00"
    })
}

fn report() -> Value {
    json!({
        "organization_id": COMPANY, "year": 2023, "revision": 1, "payroll_fen": 1_000_000_000, "accrued_fen": 14_000_000,
        "spent_fen": 12_000_000, "accrued_rate_basis_points": 140, "spent_rate_basis_points": 120,
        "floor_rate_basis_points": 150, "floor_fen": 15_000_000, "below_floor": true, "shortfall_fen": 1_000_000,
        "deductible_rate_basis_points": 800, "deductible_ceiling_fen": 80_000_000, "deductible_fen": 12_000_000,
        "excess_fen": 0, "unspent_fen": 2_000_000, "note": null, "policy_version": 1, "account_id": ACCOUNT,
        "unit_id": COMPANY, "reported_at": "2023-10-16T09:00:00+08:00"
    })
}
