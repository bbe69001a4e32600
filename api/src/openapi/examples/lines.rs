//! Lines that other systems push, as arrays: tools that send examples write JSON, and cannot write lines of it.

use serde_json::{Value, json};

/// What a platform says, a line for each kind.
pub(crate) fn inbound() -> Value {
    json!([
        {"kind": "unit", "source": "province", "external_id": "U-2041", "revision": 1, "data": {
            "name": "郑州某科技有限公司", "unit_code": "914403001922038216", "kind": "employer",
            "parent_code": "11410105MA0000023N", "reviewing_body_code": "11410105MA0000023N"}},
        {"kind": "person", "source": "province", "external_id": "P-88120", "revision": 3, "data": {
            "name": "郑小满", "id_type": "resident_id", "id_number": "410102198506151238", "phone": "13800001234",
            "post": "technical", "employer_code": "914403001922038216", "started_on": "2023-03-01"}},
        {"kind": "completion", "source": "province", "external_id": "C-5520193", "revision": 1, "data": {
            "id_type": "resident_id", "id_number": "410102198506151238", "platform": "hnzjzx", "course_code": "gx-2023-07",
            "title": "数字经济与产业创新", "hours": 10, "started_on": "2023-05-08", "completed_on": "2023-05-12"}},
        {"kind": "prior_year_record", "source": "province", "external_id": "Y-88120-2021", "revision": 1, "data": {
            "id_type": "resident_id", "id_number": "410102198506151238", "year": 2021, "outcome": "completed_in_year",
            "public_hours": 30, "professional_hours": 60}}
    ])
}

/// Completions of a platform.
pub(crate) fn completions() -> Value {
    json!([{
        "id_type": "resident_id", "id_number": "410102198506151238", "platform": "hnzjzx", "course_code": "gx-2023-07",
        "title": "数字经济与产业创新", "hours": 10, "started_on": "2023-05-08", "completed_on": "2023-05-12"
    }])
}

/// What a platform made of records.
pub(crate) fn answers() -> Value {
    json!([
        {"kind": "annual_record", "id": "018b3b1e-7c00-7a10-8c11-0a0b0c0d0e0f:2023", "version": 4, "state": "accepted"},
        {"kind": "certificate", "id": "018b3b1e-7c00-7a10-8c11-000000000701",
            "event": "018b3b1e-7c00-7a10-8c11-000000000901", "state": "refused", "reason": "未找到该人员"}
    ])
}
