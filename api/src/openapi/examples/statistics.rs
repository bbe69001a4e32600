//! Figures for supervision.

use serde_json::{Value, json};

/// The example of a schema.
pub(super) fn of(schema: &str) -> Option<Value> {
    let report = |formulae: Value, figures: Value| {
        json!({
            "year": 2023,
            "organization": {"id": "018b3b1e-7c00-7a10-8c11-000000000101", "name": "金水区人力资源和社会保障局",
                "kind": "district_bureau"},
            "as_of": "2023-10-16T09:00:00+08:00", "sealed": false, "formulae": formulae, "total": figures,
            "units": [{
                "organization": {"id": "018b3b1e-7c00-7a10-8c11-000000000201", "name": "郑州示范科技有限公司", "kind": "employer"},
                "own": false, "figures": figures
            }]
        })
    };
    let formula = |figure: &str, formula: &str, zh: &str| json!({"figure": figure, "formula": formula, "formula_zh": zh});
    let value = match schema {
        "CompletionReport" => report(
            json!([formula(
                "completion_rate",
                "completed_in_year ÷ (people − exempt)",
                "当年完成人数 ÷（冻结时在职应计人数 − 免修人数）"
            )]),
            json!({
                "people": 6, "not_started": 1, "in_progress": 2, "completed_in_year": 2, "completed_by_makeup": 0,
                "incomplete": 0, "exempt": 1, "completion_rate": 0.4, "certified": 1, "exceptional_makeup": 0,
                "hours": 301.5, "hours_public": 120, "hours_professional": 181.5, "hours_makeup": 0,
                "hours_by_way": [{"subject": "public", "way": "distance_course", "hours": 120}]
            }),
        ),
        "TimelinessReport" => report(
            json!([formula("on_time_rate", "on_time ÷ done", "按时审核件数 ÷ 审核件数")]),
            json!({"stages": [{
                "stage": "employer", "waiting": 3, "overdue": 1, "done": 40, "on_time": 38, "late": 2, "lapsed_late": 0,
                "on_time_rate": 0.95, "mean_working_days": 2.25, "p90_working_days": 5
            }]}),
        ),
        "FilingReport" => report(
            json!([formula("held_rate", "classes_held ÷ classes", "已举办班次 ÷ 全部班次")]),
            json!({
                "filings_granted": 1, "filings_stopped": 0, "plans_filed": 1, "plans_approved": 1, "plans_held": 1, "classes": 3,
                "classes_held": 2, "held_rate": 0.6667, "attendees": 85, "seminars_approved": 1, "seminars_closed": 0,
                "units": 12, "units_without_administrator": 1
            }),
        ),
        "FundingStatistics" => report(
            json!([formula("accrual_rate", "accrued ÷ payroll", "计提经费 ÷ 工资总额")]),
            json!({
                "funding_reports": 1, "payroll": 1_200_000_000, "accrued": 18_000_000, "spent": 9_000_000,
                "accrual_rate": 0.015, "spending_rate": 0.5, "below_floor": 0
            }),
        ),
        "FigureRowPage" => json!({"data": [{
            "kind": "year", "id": "018b3b1e-7c00-7a10-8c11-0a0b0c0d0e0f",
            "organization_id": "018b3b1e-7c00-7a10-8c11-000000000201", "organization": "郑州示范科技有限公司",
            "professional_id": "018b3b1e-7c00-7a10-8c11-0a0b0c0d0e0f", "professional": "唐若溪", "state": "certified",
            "amount": 1, "since": "2023-09-20T10:00:00+08:00"
        }], "next_cursor": null}),
        "ForecastPage" => json!({"data": [{
            "organization_id": "018b3b1e-7c00-7a10-8c11-000000000201", "organization": "郑州示范科技有限公司",
            "waiting": 30, "overdue": 2, "decided": 20, "pace": 1, "review_ends": "2023-12-20T00:00:00+08:00",
            "working_days_left": 10, "working_days_needed": 30, "will_finish": 10, "will_not_finish": 20
        }], "next_cursor": null}),
        _ => return None,
    };
    Some(value)
}
