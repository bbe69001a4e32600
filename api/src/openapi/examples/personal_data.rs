//! Personal data whole, and erasing it.

use serde_json::{Value, json};

const PERSON: &str = "018b3603-8a00-7c33-8b4d-8e7f6a5b4c3d";
const CASE: &str = "018b3603-8a00-7c3e-9d1a-2f6b5c4d3e2f";
const UNIT: &str = "018b3603-8a00-7a11-8f2b-6c5d4e3f2a1b";
const AT: &str = "2023-10-16T09:00:00+08:00";

/// The example of a schema.
pub(super) fn of(schema: &str) -> Option<Value> {
    Some(match schema {
        "Reveal" => json!({"purpose": "verify_identity", "fields": ["id_number"], "case_id": CASE}),
        "RevealedPersonalData" => json!({
            "professional_id": PERSON, "id_type": "resident_id", "id_number": "410102198506151238", "phone": null,
        }),
        "PersonalDataCopy" => json!({
            "format": "xueshi-personal-data/1", "made_at": AT, "professional_id": PERSON,
            "numbers": [{"professional_id": PERSON, "id_number": "410102198506151238", "phone": "13800001234"}],
            "tables": [{"table": "employments", "meaning": "where the person worked", "rows": [{
                "professional_id": PERSON, "id": CASE, "organization_id": UNIT, "started_on": "2019-07-01",
                "ended_on": null, "end_reason": null, "recorded_at": AT,
            }]}],
        }),
        "ErasureRequest" => json!({"reason": "retention_over"}),
        "Erasure" => {
            json!({"professional_id": PERSON, "reason": "retention_over", "erased_at": AT})
        }
        _ => return None,
    })
}
