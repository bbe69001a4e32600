//! Rosters that are corrected after people declared from them (P4).

use serde_json::{Value, json};
use xueshi_tests::filing::{self as training, line, roster};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both, on_sqlite};

use super::{ended_class, person};

on_both!(p4_a_correction_is_a_visible_revision,);

on_sqlite!(p4_reviewed_hours_are_flagged_and_never_changed_in_silence,);

/// P4: corrections with a reason; undeclared records and drafts follow, whoever is no longer named loses the hours.
async fn p4_a_correction_is_a_visible_revision(server: &Server) {
    let (base, class) = ended_class(server).await;
    let (engineer, other) = (person(server, "梁子衡").await, person(server, "唐若溪").await);
    let first = [line(&engineer, 24, true), line(&other, 24, true)];
    roster(&base, &class, &first).await.is(200);
    let mine = server.login("engineer").await;
    let records = steps::records(&mine, "professional").await;
    let record = records.iter().find(|record| record["class_id"] == class["id"]).unwrap();
    let draft = steps::declare_record(&mine, 2023, &text(record, "id")).await.is(201);

    let held = training::reread_class(&base, &class).await;
    let done = roster(&base, &held, &[line(&engineer, 20, true)]).await.is(200);
    let changes: Vec<_> =
        done["results"].as_array().unwrap().iter().map(|line| &line["change"]).collect();
    assert_eq!(
        (done["revision"].clone(), changes),
        (json!(2), vec![&json!("corrected"), &json!("removed")])
    );
    assert_eq!(steps::reread(&mine, &draft).await["hours"], 20, "a draft follows");
    let path = format!("/v1/classes/{}/roster", text(&class, "id"));
    let rows = base.get(&path).await.is(200)["data"].clone();
    let gone = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["professional_id"] == other.as_str())
        .unwrap();
    assert_eq!((&gone["hours"], &gone["passed"]), (&json!(0), &json!(false)));

    let revisions = base.get(&format!("{path}/revisions")).await.is(200)["data"].clone();
    assert_eq!(revisions[0]["changes"].as_array().unwrap().len(), 2, "{revisions:#}");
    assert_eq!(
        (&revisions[1]["reason"], &revisions[1]["lines"]),
        (&json!("按签到表更正"), &json!(1))
    );
    let corrected = revisions[1]["changes"].as_array().unwrap();
    let corrected =
        corrected.iter().find(|change| change["professional_id"] == engineer.as_str()).unwrap();
    assert_eq!(corrected["before"], json!({"hours": 24, "passed": true}));
    assert_eq!(corrected["after"], json!({"hours": 20, "passed": true}));
    server
        .login("company.admin")
        .await
        .get(&format!("{path}/revisions"))
        .await
        .refused(403, "forbidden");
}

/// P4: under review or approved, a correction is flagged; it takes effect when the hours are free again.
async fn p4_reviewed_hours_are_flagged_and_never_changed_in_silence(server: &Server) {
    let (base, class) = ended_class(server).await;
    let engineer = person(server, "梁子衡").await;
    roster(&base, &class, &[line(&engineer, 24, true)]).await.is(200);
    let mine = server.login("engineer").await;
    let (company, jinshui) =
        (server.login("company.admin").await, server.login("jinshui.reviewer").await);
    let record = async || {
        let records = steps::records(&mine, "professional").await;
        records.into_iter().find(|record| record["class_id"] == class["id"]).unwrap()
    };
    let draft = steps::declare_record(&mine, 2023, &text(&record().await, "id")).await.is(201);
    let id = text(&draft, "id");
    steps::submission(&mine, &draft).await.is(200);
    let correct = async |hours: Value| {
        let held = training::reread_class(&base, &class).await;
        roster(&base, &held, &[line(&engineer, hours, true)]).await.is(200)
    };
    let flagged = correct(json!(20)).await;
    assert_eq!(flagged["results"][0]["change"], "correction_needed");
    assert_eq!(record().await["hours"], 24, "not changed");
    assert_eq!(record().await["correction"], json!({"hours": 20, "passed": true}));
    assert_eq!(steps::reread(&mine, &draft).await["hours"], 24);
    let officer = server.login("city.officer").await;
    let listed = officer.get("/v1/learning-records?correction_needed=true").await.is(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    let told = steps::all_pages(&officer, "/v1/events?type=roster.revised").await;
    assert_eq!(told[0]["data"]["corrections_needed"], 1);
    // The roster comes to say again what was declared: nothing is left to correct.
    correct(json!(24)).await;
    assert_eq!(record().await["correction"], Value::Null);
    correct(json!(20)).await;
    // Returned and handed in again: the correction has taken effect.
    steps::decision(&company, &id, "return").await.is(200);
    let returned = steps::reread(&mine, &draft).await;
    let sent = steps::submission(&mine, &returned).await.is(200);
    assert_eq!((&sent["hours"], &record().await["correction"]), (&json!(20), &Value::Null));
    steps::decision(&company, &id, "approve").await.is(200);
    steps::decision(&jinshui, &id, "approve").await.is(200);
    // Approved: it stands until the bureau revokes it, one by one.
    correct(json!(16)).await;
    let path = format!("/v1/me/years/{}", 2023);
    let approved = mine.get(&path).await.is(200)["approved"]["professional"].clone();
    let call = officer.post(&format!("/v1/declarations/{id}/revocation")).if_match("*");
    call.json(json!({"reason": "名册更正"})).await.is(200);
    let after = mine.get(&path).await.is(200)["approved"]["professional"].clone();
    assert_eq!(steps::tenths(&approved) - steps::tenths(&after), 200);
    assert_eq!(
        (&record().await["hours"], &record().await["declared"]),
        (&json!(16), &json!(false))
    );
    steps::assert_totals_add_up(server, &engineer, 2023).await;
}
