//! Declaring from a roster, for one person or the whole class (P4).

use serde_json::{Value, json};
use xueshi_tests::filing::{self as training, line, roster};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both, on_sqlite};

use super::{ended_class, person};

on_both!(
    p4_each_passed_attendee_can_declare_in_one_call,
    p4_an_employer_declares_for_a_whole_roster,
);

on_sqlite!(p4_refused_declarations_for_others,);

/// P4: people of any unit of the city, by id or by id number; each record is declared in one call.
async fn p4_each_passed_attendee_can_declare_in_one_call(server: &Server) {
    let (base, class) = ended_class(server).await;
    let engineer = person(server, "梁子衡").await;
    let lines = [
        json!({"id_type": "resident_id", "id_number": "410199198507129015", "hours": 24, "passed": true}),
        line(&engineer, 16, true),
        line(&person(server, "蒋念慈").await, 8, false),
    ];
    let done = roster(&base, &class, &lines).await.is(200);
    assert_eq!(done["revision"], 1);
    let changes: Vec<_> =
        done["results"].as_array().unwrap().iter().map(|line| &line["change"]).collect();
    assert_eq!(changes, ["added", "added", "added"], "{done:#}");
    let held = training::reread_class(&base, &class).await;
    assert_eq!(
        (&held["state"], &held["roster_revision"], &held["version"]),
        (&json!("held"), &json!(1), &json!(2))
    );
    let listed = base.get(&format!("/v1/classes/{}/roster", text(&class, "id"))).await.is(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 3);

    let mine = server.login("engineer").await;
    let records = steps::records(&mine, "professional").await;
    let record = records.iter().find(|record| record["class_id"] == class["id"]).unwrap();
    assert_eq!((&record["hours"], &record["title"]), (&json!(16), &json!("数据安全一期")));
    let draft = steps::declare_record(&mine, 2023, &text(record, "id")).await.is(201);
    let sent = steps::submission(&mine, &draft).await.is(200);
    assert_eq!((&sent["state"], &sent["hours"]), (&json!("employer_review"), &json!(16)));
    // Who did not pass earns nothing.
    let teacher = steps::account_of(server, "蒋念慈", "teacher").await;
    let records = steps::records(&teacher, "professional").await;
    let record = records.iter().find(|record| record["class_id"] == class["id"]).unwrap();
    let answer = steps::declare_record(&teacher, 2023, &text(record, "id")).await;
    assert_eq!(answer.refused(422, "class-not-passed")["rule"]["id"], "P4");
    // The same roster again changes nothing.
    let again = roster(&base, &held, &lines).await.is(200);
    assert_eq!(again["revision"], 1, "{again:#}");
    let told = steps::all_pages(
        &server.login("company.admin").await,
        "/v1/events?type=learning_record.delivered",
    )
    .await;
    assert_eq!(told[0]["professional_id"], engineer.as_str());
    assert_eq!(told[0]["data"]["hours"], 16);
}

/// P4: one call of the employer for all of its people, or for those named.
async fn p4_an_employer_declares_for_a_whole_roster(server: &Server) {
    let (base, class) = ended_class(server).await;
    let mut lines = Vec::new();
    for name in ["梁子衡", "唐若溪", "韩立言", "蒋念慈"] {
        lines.push(line(&person(server, name).await, 24, name != "韩立言"));
    }
    roster(&base, &class, &lines).await.is(200);
    let company = server.login("company.admin").await;
    let path = format!("/v1/classes/{}/declarations", text(&class, "id"));
    let done = company.post(&path).key("whole-class").json(json!({"all": true})).await.is(200);
    let results = done["results"].as_array().unwrap();
    assert_eq!(results.len(), 2, "its own people who passed: {done:#}");
    for result in results {
        assert_eq!(result["outcome"], "submitted", "{result:#}");
        assert_eq!(result["declaration"]["state"], "employer_review");
        assert_eq!(result["declaration"]["due_at"], "2023-10-31T00:00:00+08:00");
    }
    let mine = server.login("engineer").await;
    let found = steps::reread(&mine, &results[0]["declaration"]).await;
    assert_eq!((&found["hours"], &found["revision"]), (&json!(24), &json!(1)));
    assert_eq!(company.post(&path).json(json!({"all": true})).await.is(200)["results"], json!([]));
    let school = server.login("school.admin").await;
    let named = json!({"professional_ids": [lines[3]["professional_id"]]});
    let done = school.post(&path).json(named).await.is(200);
    assert_eq!(done["results"][0]["outcome"], "submitted");
}

/// P4: nobody declares for other units' people, for who was not there, who failed, or twice.
async fn p4_refused_declarations_for_others(server: &Server) {
    let (base, class) = ended_class(server).await;
    let (engineer, failed) = (person(server, "梁子衡").await, person(server, "韩立言").await);
    let (absent, teacher) = (person(server, "唐若溪").await, person(server, "蒋念慈").await);
    let lines = [line(&engineer, 24, true), line(&failed, 8, false), line(&teacher, 24, true)];
    roster(&base, &class, &lines).await.is(200);
    let company = server.login("company.admin").await;
    let path = format!("/v1/classes/{}/declarations", text(&class, "id"));
    let named = json!({"professional_ids": [engineer, failed, absent, teacher, engineer]});
    let done = company.post(&path).json(named).await.is(200);
    let codes: Vec<_> = done["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["problem"]["code"].clone())
        .collect();
    let said = ["class-not-passed", "unknown-reference", "unknown-reference", "duplicate-learning"];
    assert_eq!(codes[0], Value::Null, "{done:#}");
    assert_eq!(codes[1..], said.map(Value::from), "{done:#}");
    for body in [json!({}), json!({"all": true, "professional_ids": [engineer]})] {
        company.post(&path).json(body).await.refused(422, "validation-failed");
    }
    base.post(&path).json(json!({"all": true})).await.refused(403, "forbidden");
    server
        .login("engineer")
        .await
        .post(&path)
        .json(json!({"all": true}))
        .await
        .refused(403, "forbidden");
}
