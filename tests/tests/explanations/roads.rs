//! Why steps of side roads came out as they did: inputs, each check, unit, comment and policy version, as they were kept (V7, V10).

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, makeup, on_both};

use super::{check, hospital, why};

on_both!(
    v7_steps_of_a_side_road_are_explained,
    v7_a5_an_exemption_is_explained,
    v7_v8_an_appeal_is_explained,
    v7_m3_an_application_for_makeup_finds_its_grants,
    v7_u2_a_transfer_is_explained,
    v7_what_has_no_basis_says_so,
);

/// V7, P6: a side road's steps, told from their events: who, when, under which version and by which rules.
async fn v7_steps_of_a_side_road_are_explained(server: &Server) {
    let host = server.login("company.admin").await;
    let unit = host.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
    let proposal = json!({"organization_id": unit, "theme": "智能制造关键技术", "need": "全市装备制造业数字化改造急需。",
        "audience": "高级工程师", "venue": "郑州市高新区", "starts_on": "2023-11-06", "ends_on": "2023-11-10",
        "hours": 40, "places": 3});
    let draft = host.post("/v1/seminars").json(proposal).await.is(201);
    let id = text(&draft, "id");
    let path = format!("/v1/seminars/{id}");
    let sent = host.post(&format!("{path}/submission")).if_match("*").await.is(200);
    let officer = server.login("city.officer").await;
    let body = json!({"decision": "approve", "comment": "依据申报材料"});
    let tag = format!("\"{}\"", sent["version"]);
    officer.post(&format!("{path}/decision")).if_match(&tag).json(body).await.is(200);
    let told = why(&host, "seminar", &id).await;
    assert_eq!((&told["kind"], &told["outcome"]), (&json!("seminar"), &json!("approved")));
    let decisions = told["decisions"].as_array().unwrap();
    let acts: Vec<&str> = decisions.iter().filter_map(|one| one["act"].as_str()).collect();
    assert_eq!(acts, ["seminar.submitted", "seminar.approved"]);
    let approval = &decisions[1];
    assert_eq!((&approval["policy_year"], &approval["policy_version"]), (&json!(2023), &json!(1)));
    for name in ["places_within_cap", "not_begun"] {
        let check = check(approval, name);
        assert_eq!((&check["rule"]["id"], &check["outcome"]), (&json!("P6"), &json!("passed")));
    }
    assert_eq!(check(approval, "not_ones_own")["outcome"], "passed");
    assert_eq!(
        (&approval["comment"], &approval["basis"]),
        (&json!("依据申报材料"), &json!("kept"))
    );
    assert!(approval["inputs"]["places"] == 3 && approval["unit_name"].is_string());
    assert!(approval["account_id"].is_string() && approval["inputs"]["state"] == "approved");
    for who in ["engineer", "school.admin", "health.reviewer"] {
        let address = format!("/v1/explanations/seminar/{id}");
        server.login(who).await.get(&address).await.refused(404, "not-found");
    }
    // Of another kind it is nothing.
    host.get(&format!("/v1/explanations/appeal/{id}")).await.refused(404, "not-found");
}

/// V7, A5: an exemption from application to grant, and the year that it ends in.
async fn v7_a5_an_exemption_is_explained(server: &Server) {
    let employer = server.login("company.admin").await;
    let engineer = server.login("engineer").await;
    let person = steps::professional_id(&engineer).await;
    let application = json!({"professional_id": person, "year": 2023, "kind": "parental_leave",
        "starts_on": "2023-03-01", "ends_on": "2023-08-31", "statement": "产假及育儿假，附单位证明"});
    let made = employer.post("/v1/exemptions").json(application).await.is(201);
    let id = text(&made, "id");
    let officer = server.login("city.officer").await;
    let body = json!({"decision": "grant", "comment": "经核实"});
    officer.post(&format!("/v1/exemptions/{id}/decision")).json(body).await.is(200);
    for client in [&employer, &engineer, &officer] {
        let told = why(client, "exemption", &id).await;
        assert_eq!(told["outcome"], "granted", "{told:#}");
        let acts: Vec<&Value> =
            told["decisions"].as_array().unwrap().iter().map(|one| &one["act"]).collect();
        assert_eq!(acts, [&json!("exemption.applied"), &json!("exemption.granted")]);
        let granted = &told["decisions"][1];
        let year = check(granted, "year_not_complete");
        assert_eq!((&year["rule"]["id"], &year["outcome"]), (&json!("A5"), &json!("passed")));
        assert_eq!(check(granted, "no_pro_rating")["outcome"], "not_applicable");
        assert_eq!(
            (&granted["comment"], &granted["policy_version"]),
            (&json!("经核实"), &json!(1))
        );
    }
    let told = why(&engineer, "annual_record", &format!("{person}:2023")).await;
    assert_eq!(told["outcome"], "exempt");
    let exempt = check(&told["standing"], "not_exempt");
    assert_eq!((&exempt["outcome"], &exempt["rule"]["id"]), (&json!("noted"), &json!("A5")));
    let address = format!("/v1/explanations/exemption/{id}");
    server.login("hospital.admin").await.get(&address).await.refused(404, "not-found");
}

/// V7, V8: an appeal that was upheld, and what it did to the declaration.
async fn v7_v8_an_appeal_is_explained(server: &Server) {
    let (doctor, employer, authority) = hospital(server).await;
    let draft = steps::draft_of(&doctor, "public").await;
    let declaration = text(&draft, "id");
    steps::submission(&doctor, &draft).await.is(200);
    steps::decision(&employer, &declaration, "reject").await.is(200);
    let body = json!({"declaration_id": declaration, "statement": "请复核"});
    let appeal = text(&doctor.post("/v1/appeals").json(body).await.is(201), "id");
    let body = json!({"decision": "uphold", "comment": "经复核"});
    authority.post(&format!("/v1/appeals/{appeal}/decision")).json(body).await.is(200);
    let told = why(&doctor, "appeal", &appeal).await;
    assert_eq!(told["outcome"], "upheld", "{told:#}");
    assert_eq!(told["decisions"][1]["act"], "appeal.upheld");
    let next = check(&told["decisions"][0], "next_level_decides");
    assert_eq!((&next["rule"]["id"], &next["outcome"]), (&json!("V8"), &json!("passed")));
    assert!(next["facts"]["due_at"].is_string() && told["decisions"][0]["comment"] == "请复核");
    let upheld = &told["decisions"][1];
    assert_eq!(check(upheld, "no_part_in_decision")["rule"]["id"], "V8");
    assert_eq!((&upheld["comment"], &upheld["policy_version"]), (&json!("经复核"), &json!(1)));
    let told = why(&doctor, "declaration", &declaration).await;
    let acts: Vec<&str> = told["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["act"].as_str())
        .collect();
    assert_eq!(acts, ["declaration.submitted", "declaration.rejected", "declaration.upheld"]);
    let address = format!("/v1/explanations/appeal/{appeal}");
    server.login("company.admin").await.get(&address).await.refused(404, "not-found");
}

/// V7, M2, M3: an application for make-up with the checks of its item, and the grant that came of it.
async fn v7_m3_an_application_for_makeup_finds_its_grants(server: &Server) {
    let employer = server.login("company.admin").await;
    let person = makeup::person(server, makeup::SHORT).await;
    let draft = makeup::application(&employer, &[&person]).await.is(201);
    let id = text(&draft, "id");
    makeup::submission(&employer, &draft).await.is(200);
    makeup::decision(&server.login("jinshui.reviewer").await, &id, "approve").await.is(200);
    let officer = server.login("city.officer").await;
    makeup::decision(&officer, &id, "approve").await.is(200);
    let shown = employer.get(&format!("/v1/makeup-applications/{id}")).await.is(200);
    let grant = shown["items"][0]["grant_id"].clone();
    assert!(grant.is_string(), "{shown:#}");
    for who in ["company.admin", "jinshui.reviewer", "city.officer"] {
        let told = why(&server.login(who).await, "makeup_application", &id).await;
        assert_eq!(
            acts(&told),
            ["makeup.submitted", "makeup.forwarded", "makeup.granted"],
            "{who}"
        );
        assert_eq!(told["complete"], true);
        let granted = &told["decisions"][2];
        assert_eq!((&granted["inputs"]["grant_id"], &granted["basis"]), (&grant, &json!("kept")));
        assert_eq!(
            (&granted["policy_year"], &granted["policy_version"]),
            (&json!(2023), &json!(1))
        );
        for (name, rule) in [
            ("three_parties", "M2"),
            ("window_open", "W3"),
            ("year_can_be_made_up", "M1"),
            ("prior_year_short", "M1"),
            ("no_other_grant", "M3"),
            ("not_ones_own", "Who"),
        ] {
            let check = check(granted, name);
            assert_eq!((&check["rule"]["id"], &check["outcome"]), (&json!(rule), &json!("passed")));
        }
        assert_eq!(granted["inputs"]["prior_year"], 2022);
        assert!(granted["inputs"]["floors"].is_object() && granted["unit_name"].is_string());
    }
    let address = format!("/v1/explanations/makeup_application/{id}");
    server.login("hospital.admin").await.get(&address).await.refused(404, "not-found");
}

/// V7, U2: both steps of a transfer, with the unit that each was taken for and what was said.
async fn v7_u2_a_transfer_is_explained(server: &Server) {
    let (company, hospital) =
        (server.login("company.admin").await, server.login("hospital.admin").await);
    let person = steps::professional_id(&server.login("engineer").await).await;
    let to = hospital.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
    let body = json!({"professional_id": person, "to_organization_id": to, "reason": "工作调动"});
    let asked = company.post("/v1/transfers").json(body).await.is(201);
    let id = text(&asked, "id");
    let body = json!({"decision": "accept", "comment": "同意接收"});
    let call = hospital.post(&format!("/v1/transfers/{id}/decision")).if_match("\"1\"");
    call.json(body).await.is(200);
    let told = why(&hospital, "transfer", &id).await;
    assert_eq!(acts(&told), ["transfer.requested", "transfer.accepted"]);
    let [asked, accepted] = [&told["decisions"][0], &told["decisions"][1]];
    assert_eq!((&asked["comment"], &accepted["comment"]), (&json!("工作调动"), &json!("同意接收")));
    assert_eq!(accepted["unit_id"], to);
    assert_ne!(asked["unit_id"], to);
    for name in ["state_allows", "not_frozen", "active_employment", "other_employer", "unit_in_use"]
    {
        assert_eq!(check(accepted, name)["outcome"], "passed", "{accepted:#}");
    }
    assert_eq!(accepted["policy_version"], Value::Null, "no policy has a say in a transfer");
}

/// V7: where nothing was kept the answer says so, and no check is made up: a step whose basis is gone is told by its event.
async fn v7_what_has_no_basis_says_so(server: &Server) {
    let employer = server.login("company.admin").await;
    let person = steps::professional_id(&server.login("engineer").await).await;
    let application = json!({"professional_id": person, "year": 2023, "kind": "long_illness",
        "starts_on": "2023-03-01", "ends_on": "2023-08-31", "statement": "长期病休"});
    let id = text(&employer.post("/v1/exemptions").json(application).await.is(201), "id");
    server.sql("delete from step_bases");
    let told = why(&employer, "exemption", &id).await;
    assert_eq!((&told["complete"], &told["outcome"]), (&json!(false), &json!("submitted")));
    let step = &told["decisions"][0];
    assert_eq!((&step["basis"], &step["checks"]), (&json!("not_kept"), &json!([])));
    assert_eq!((&step["policy_version"], &step["unit_id"]), (&Value::Null, &Value::Null));
}

fn acts(told: &Value) -> Vec<&str> {
    told["decisions"].as_array().unwrap().iter().filter_map(|one| one["act"].as_str()).collect()
}
