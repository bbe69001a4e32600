//! Policies, windows, working days.

use serde_json::{Value, json};

/// The example of a schema.
pub(super) fn of(schema: &str) -> Option<Value> {
    let value = match schema {
        "PolicyPage" => {
            json!({"data": [version(1, "published", Value::Null)], "next_cursor": null})
        }
        "PolicyVersionPage" => json!({"data": [
            version(1, "superseded", Value::Null),
            version(2, "published", json!("调整补学申请时间"))
        ], "next_cursor": null}),
        "Policy" => {
            let mut policy = version(1, "published", Value::Null);
            policy["document"] = document();
            policy
        }
        "NewPolicyDraft" | "PolicyDraftContent" => json!({"document": document()}),
        "PolicyValidation" => json!({
            "version": 2, "valid": false,
            "problems": [{
                "pointer": "/platforms/1", "code": "unknown-platform",
                "detail": "is not in the city's register of platforms: register it first"
            }],
            "warnings": [{
                "code": "working-days-not-loaded",
                "detail": "the arrangement of working days of 2027 is not loaded: due dates count Monday to Friday and are provisional"
            }],
            "replaces": 1,
            "changes": [{"pointer": "/floors/total", "before": 90, "after": 95}]
        }),
        "PolicyPublication" => json!({"reason": "调整补学申请时间"}),
        "PolicyCalendar" => json!({
            "jurisdiction": "410100", "year": 2023, "policy_version": 1, "now": "2023-10-16T09:00:00+08:00",
            "windows": [
                {
                    "kind": "declare", "opens": "2023-01-01T00:00:00+08:00", "closes": "2023-12-20T00:00:00+08:00",
                    "is_open": true, "seconds_left": 5_583_600, "next_opening": null
                },
                {
                    "kind": "freeze", "opens": "2023-12-20T00:00:00+08:00", "closes": "2024-01-01T00:00:00+08:00",
                    "is_open": false, "seconds_left": null, "next_opening": "2023-12-20T00:00:00+08:00"
                }
            ]
        }),
        "NewArrangement" => json!({"days": days()}),
        "Arrangement" => arrangement(),
        "LoadedArrangement" => {
            let mut loaded = arrangement();
            loaded["recomputed"] = json!(12);
            loaded
        }
        _ => return None,
    };
    Some(value)
}

fn version(version: i32, state: &str, reason: Value) -> Value {
    json!({
        "jurisdiction": "410100", "year": 2023, "version": version, "state": state, "reason": reason,
        "created_at": "2022-12-20T10:00:00+08:00", "published_at": "2022-12-28T10:00:00+08:00"
    })
}

fn days() -> Value {
    json!([{"date": "2023-10-06", "kind": "holiday"}, {"date": "2023-10-07", "kind": "workday"}])
}

fn arrangement() -> Value {
    json!({"year": 2023, "version": 1, "loaded_at": "2022-12-08T10:00:00+08:00", "days": days()})
}

fn document() -> Value {
    json!({
        "year": 2023,
        "floors": {"total": 90, "public": 30, "professional": 60},
        "windows": {
            "declare": {"opens": "2023-01-01T00:00:00+08:00", "closes": "2023-12-20T00:00:00+08:00"},
            "review": {"opens": "2023-01-01T00:00:00+08:00", "closes": "2023-12-20T00:00:00+08:00"},
            "makeup_application": {"opens": "2023-08-24T00:00:00+08:00", "closes": "2023-12-01T00:00:00+08:00"},
            "makeup_study_closes": "2023-12-01T00:00:00+08:00",
            "makeup_registration_closes": "2023-12-20T00:00:00+08:00",
            "freeze": {"opens": "2023-12-20T00:00:00+08:00", "closes": "2024-01-01T00:00:00+08:00"}
        },
        "review": {"working_days_per_stage": 5, "counting": "per_stage", "warn_below_working_days": 10},
        "limits": {"max_hours_per_day": 8, "attachment_max_bytes": 5_242_880, "attachments_per_declaration": 10},
        "conversion": [{
            "way": "conference", "max_hours_each": 12, "max_hours_per_year": 60,
            "evidence": ["proof_of_attendance", "certificate", "programme"],
            "note": "学术会议、学术讲座：每次不超过12学时，每年累计不超过60学时。"
        }],
        "platforms": ["hnzjzx"],
        "themes": ["数字技术", "知识产权"],
        "makeup": {"earliest_year": 2019, "exceptional_only": false},
        "include_management_posts": true,
        "funding": {"floor_rate_basis_points": 150, "deductible_rate_basis_points": 800},
        "seminars": {"max_places": 70}
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dto::policies::{NewPolicyDraft, PolicyDraftContent};

    /// An example that is refused would teach the wrong thing.
    #[test]
    fn the_example_is_a_policy_that_can_be_published() {
        let draft: NewPolicyDraft = serde_json::from_value(of("NewPolicyDraft").unwrap()).unwrap();
        assert_eq!(draft.document.unwrap().validate(), []);
        serde_json::from_value::<PolicyDraftContent>(of("PolicyDraftContent").unwrap()).unwrap();
    }
}
