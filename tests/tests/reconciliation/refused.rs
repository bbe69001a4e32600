//! What cannot be asked.

use serde_json::json;
use xueshi_tests::{Server, on_both};

on_both!(what_cannot_be_asked_is_refused);

async fn what_cannot_be_asked_is_refused(server: &Server) {
    let province = server.machine("province").await;
    let unit = "018b0000-0001-7a10-8000-000000000001";
    for (query, parameter) in [
        ("year=23", "year"),
        ("year=abc", "year"),
        ("unit=7", "unit"),
        (&*format!("unit={unit}&person={unit}"), "unit"),
        (&*format!("body={unit}&person={unit}"), "body"),
        ("prefix=a", "prefix"),
        (&*format!("person={unit}&prefix=a"), "prefix"),
        (&*format!("unit={unit}&prefix=A"), "prefix"),
        (&*format!("unit={unit}&prefix=012345678"), "prefix"),
    ] {
        let problem = province.get(&format!("/v1/sync/reconciliation?{query}")).await.is(400);
        assert_eq!(problem["code"], "invalid-parameter", "{query}");
        assert!(problem.to_string().contains(parameter), "{query}: {problem:#}");
    }
    // What nobody knows is empty: the other side may know more.
    for which in ["body", "unit", "person"] {
        let nothing = province
            .get(&format!("/v1/sync/reconciliation?year=2023&{which}={unit}"))
            .await
            .is(200);
        assert_eq!(
            (&nothing["records"], &nothing["parts"]),
            (&json!(0), &json!([])),
            "{nothing:#}"
        );
    }
    let auditor = server.login("auditor").await;
    auditor.get("/v1/sync/reconciliation?year=2023").await.is(403);
}
