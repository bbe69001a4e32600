//! An id number or a phone number is shown whole to those who may, for a purpose, and the log keeps who saw it.

use serde_json::json;
use xueshi_tests::steps::{professional_id, text};
use xueshi_tests::{Server, on_both};

use super::{assert_nowhere, both_numbers, dump, lines, person, revealed};

on_both!(u4a_shown_whole_by_right_and_for_a_purpose, u4a_every_look_is_told_and_no_number_is_kept,);

async fn u4a_shown_whole_by_right_and_for_a_purpose(server: &Server) {
    let doctor = professional_id(&server.login("professional").await).await;
    let path = format!("/v1/professionals/{doctor}/personal-data");
    for who in ["hospital.admin", "city.officer"] {
        let client = server.login(who).await;
        let (number, phone) = revealed(&client, &doctor).await;
        assert!(number.len() == 18 && phone.len() == 11, "{who}: {number} {phone}");
        let masked = client.get(&format!("/v1/professionals/{doctor}")).await.is(200);
        assert_eq!(text(&masked, "masked_id_number")[..6], number[..6]);
        let answer = client.post(&path).json(both_numbers()).await;
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    // Only what was asked for.
    let admin = server.login("hospital.admin").await;
    let one = json!({"purpose": "contact_person", "fields": ["phone"]});
    let shown = admin.post(&path).json(one).await.is(200);
    assert!(shown["id_number"].is_null() && shown["phone"].is_string(), "{shown}");
    // Who does not see the person, who sees them and has not the right, who is nobody.
    for (who, status) in [
        ("company.admin", 404),
        ("health.reviewer", 403),
        ("city.admin", 403),
        ("auditor", 403),
        ("professional", 403),
        ("engineer", 403),
    ] {
        let answer = server.login(who).await.post(&path).json(both_numbers()).await;
        assert_eq!(answer.status, status, "{who}: {answer:?}");
    }
    server.nobody().post(&path).json(both_numbers()).await.refused(401, "unauthenticated");
    // Who does not work there any more is the bureau's, and so is who works nowhere.
    let retired = text(&person(&server.login("city.officer").await, "罗国栋").await, "id");
    let path = format!("/v1/professionals/{retired}/personal-data");
    admin.post(&path).json(both_numbers()).await.refused(403, "forbidden");
    let officer = server.login("city.officer").await;
    revealed(&officer, &retired).await;
    server.sql("update professionals set employer_id = null where name = '罗国栋'");
    admin.post(&path).json(both_numbers()).await.refused(404, "not-found");
    revealed(&officer, &retired).await;
    let path = format!("/v1/professionals/{doctor}/personal-data");
    // Without a purpose there is nothing.
    for body in [
        json!({"fields": ["phone"]}),
        json!({"purpose": "curiosity", "fields": ["phone"]}),
        json!({"purpose": "contact_person", "fields": []}),
        json!({"purpose": "contact_person", "fields": ["phone", "phone"]}),
        json!({"purpose": "contact_person", "fields": ["name"]}),
    ] {
        let answer = admin.post(&path).json(body.clone()).await;
        assert!([400, 422].contains(&answer.status), "{body}: {answer:?}");
    }
}

async fn u4a_every_look_is_told_and_no_number_is_kept(server: &Server) {
    let officer = server.login("city.officer").await;
    let doctor = professional_id(&server.login("professional").await).await;
    let path = format!("/v1/professionals/{doctor}/personal-data");
    let told =
        || lines(server, "select data as line from events where kind = 'personal_data.revealed'");
    assert_eq!(told().len(), 0);
    // A dry run leaves no trace, so it shows nothing.
    let dry = officer.post(&format!("{path}?dry_run=true")).json(both_numbers()).await.is(200);
    assert!(text(&dry, "id_number").contains('*') && text(&dry, "phone").contains('*'), "{dry}");
    assert_eq!(told().len(), 0);
    // An answer is kept under no key: it would outlive its purpose. Each is an act of its own.
    let mut shown = Vec::new();
    for _ in 0..2 {
        let answer = officer.post(&path).json(both_numbers()).key("one-key").await;
        assert_eq!(answer.header("idempotent-replayed"), "");
        shown.push(answer.is(200));
    }
    assert_eq!(shown[0], shown[1]);
    assert_eq!(lines(server, "select key as line from idempotency_keys").len(), 0);
    let told = told();
    assert_eq!(told.len(), 2);
    for data in told {
        let data: serde_json::Value = serde_json::from_str(&data).unwrap();
        assert_eq!(data["purpose"], "verify_identity");
        assert_eq!(data["fields"], json!(["id_number", "phone"]));
    }
    let texts = [text(&shown[0], "id_number"), text(&shown[0], "phone")];
    assert_nowhere("the database", dump(server).as_bytes(), &texts);
    // A document of another kind.
    let people = person(&officer, "高以宁").await;
    let (number, _) = revealed(&officer, &text(&people, "id")).await;
    assert_eq!(number, "H00000020");
}
