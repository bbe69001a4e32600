//! Files of rows that are taken in, and lists that are taken out.

use serde_json::{Value, json};

const IMPORT: &str = "018b3b1e-7c00-7a10-8c11-00000000d001";
const EXPORT: &str = "018b3b1e-7c00-7a10-8c11-00000000d002";

/// The example of a schema of this subject.
pub(super) fn of(schema: &str) -> Option<Value> {
    let value = match schema {
        "Import" => import(),
        "ImportPage" => json!({"data": [import()], "next_cursor": null}),
        "ImportErrorPage" => json!({"data": [
            {"number": 1, "sheet": "数据", "row": 17, "column": "C", "field": "id_number", "code": "id-turned-into-number",
                "detail": "号码已被表格软件转换为数字，第 15 位以后可能已丢失；请将该列设为文本格式后重新填写"},
            {"number": 2, "sheet": "数据", "row": 40, "column": "D", "field": "hours", "code": "hours-over-limit",
                "detail": "学时超过班次学时 24.0"}
        ], "next_cursor": null}),
        "NewExport" => {
            json!({"list": "declarations", "parameters": {"year": "2023", "state": "approved"}, "format": "xlsx"})
        }
        "Export" => export(),
        "ExportPage" => json!({"data": [export()], "next_cursor": null}),
        _ => return None,
    };
    Some(value)
}

fn export() -> Value {
    json!({
        "id": EXPORT, "list": "declarations", "parameters": {"year": "2023", "state": "approved"}, "format": "xlsx",
        "state": "succeeded", "failure": null, "rows": 48_211, "file": format!("/v1/exports/{EXPORT}/file"),
        "job": format!("/v1/jobs/{EXPORT}"), "created_at": "2023-12-01T09:00:00+08:00",
        "finished_at": "2023-12-01T09:00:07+08:00"
    })
}

fn import() -> Value {
    json!({
        "id": IMPORT, "kind": "rosters", "mode": "row_by_row", "dry_run": false, "state": "succeeded", "failure": null,
        "target_id": "018b3b1e-7c00-7a10-8c11-00000000c001", "unit_id": "018b3b1e-7c00-7a10-8c11-000000000301",
        "account_id": "018b3b1e-7c00-7a10-8c11-000000000401", "file_name": "名册.xlsx", "format": "xlsx", "size": 1_843_201,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "file_kept": true, "ignored_heads": ["序号"],
        "ignored_sheets": [{"sheet": "汇总", "rows": 12, "missing": ["证件号码", "是否合格"], "repeated": null}],
        "rows": 50_000, "created": 49_500, "changed": 0, "unchanged": 0, "refused": 500, "errors": 512, "roster_revision": 1,
        "job": format!("/v1/jobs/{IMPORT}"), "created_at": "2023-10-23T09:00:00+08:00",
        "finished_at": "2023-10-23T09:00:21+08:00"
    })
}
