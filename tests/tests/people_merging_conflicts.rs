//! What stands in the way of merging two records (U4): hours that one person cannot have twice (H7), or not so many of (H8).

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Call, Client, Server, makeup, on_both};

on_both!(
    u4_h7_the_same_course_for_two_years,
    u4_h7_the_same_evidence_for_two_years,
    u4_h7_what_waits_gives_way_whatever_its_year,
    u4_h8_the_yearly_limit_of_a_way_holds_for_both,
    u4_m3_of_two_grants_for_a_year_one_stands,
    u4_m1_one_application_for_both_records_is_no_dead_end,
    u4_p4_both_on_one_roster_is_no_dead_end,
    u4_who_an_office_is_handed_over_before_its_account_loses_its_person,
);

const PASSWORD: &str = "a long enough password";

/// The company's person with a grant for 2022, on two records.
struct Twice {
    kept: String,
    merged: String,
    grant: String,
}

impl Twice {
    /// At 9 o'clock of 6 November, after the grant.
    async fn new(server: &Server) -> Self {
        let (_, grant) = makeup::person_with_grant(server).await;
        let kept = makeup::person(server, makeup::SHORT).await;
        server.set_clock("2023-11-06T09:00:00+08:00").await;
        let company = server.login("company.admin").await;
        let unit = company.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
        let body = json!({"name": makeup::SHORT, "id_type": "passport", "id_number": "E87654321", "post": "technical",
            "employer_id": unit, "started_on": "2022-09-01"});
        let merged = text(&company.post("/v1/professionals").json(body).await.is(201), "id");
        let account = json!({"username": "han.twice", "display_name": "韩", "password": PASSWORD, "professional_id": merged});
        server.login("city.admin").await.post("/v1/accounts").json(account).await.is(201);
        Self { kept, merged, grant }
    }

    async fn han(server: &Server) -> Client {
        server.login_with("han.liyan", PASSWORD).await
    }

    async fn other(server: &Server) -> Client {
        server.login_with("han.twice", PASSWORD).await
    }

    fn merge(&self, officer: &Client) -> Call {
        let body = json!({"kept_id": self.kept, "merged_id": self.merged, "reason": "重复登记"});
        officer.post("/v1/professionals:merge").json(body)
    }

    /// The same course, delivered to both records; declared for 2022 under the grant, and for 2023.
    async fn same_course(&self, server: &Server) -> (Value, Value) {
        let platform = server.machine("hnzjzx").await;
        let mut records = Vec::new();
        for person in [&self.kept, &self.merged] {
            let course = json!({"professional_id": person, "platform": "hnzjzx", "course_code": "both", "title": "同一课程",
                "hours": 10, "started_on": "2023-10-20", "completed_on": "2023-10-31"});
            records.push(platform.post("/v1/learning-records").json(course).await.is(201));
        }
        let made_up = json!({"year": 2022, "makeup_grant_id": self.grant, "learning_record_id": records[0]["id"]});
        let made_up = Self::han(server).await.post("/v1/declarations").json(made_up).await.is(201);
        let other = Self::other(server).await;
        let ordinary = steps::declare_record(&other, 2023, &text(&records[1], "id")).await.is(201);
        (made_up, ordinary)
    }
}

async fn approve(server: &Server, client: &Client, draft: &Value) {
    let company = server.login("company.admin").await;
    let body = server.login("jinshui.reviewer").await;
    steps::approve_fully(client, draft, &company, &body).await;
}

async fn revoke(officer: &Client, declaration: &Value) {
    let path = format!("/v1/declarations/{}/revocation", text(declaration, "id"));
    officer.post(&path).json(json!({"reason": "重复计算"})).if_match("*").await.is(200);
}

/// H7: approved for 2022 under a grant and for 2023: the merge does not choose; it names both, and goes on after a revocation.
async fn u4_h7_the_same_course_for_two_years(server: &Server) {
    let twice = Twice::new(server).await;
    let (made_up, ordinary) = twice.same_course(server).await;
    let (han, other) = (Twice::han(server).await, Twice::other(server).await);
    approve(server, &han, &made_up).await;
    approve(server, &other, &ordinary).await;
    let officer = server.login("city.officer").await;
    let problem = twice.merge(&officer).await.refused(409, "records-conflict");
    let conflict = json!({"kind": "same_learning", "declaration_ids": [made_up["id"], ordinary["id"]],
        "years": [2022, 2023], "ground": "platform_course"});
    assert_eq!(problem["conflicts"], json!([conflict]), "{problem:#}");
    assert_eq!(problem["rule"]["id"], "U4");
    for (client, declaration) in [(&han, &made_up), (&other, &ordinary)] {
        assert_eq!(steps::reread(client, declaration).await["state"], "approved");
    }
    revoke(&officer, &ordinary).await;
    let done = twice.merge(&officer).await.is(200);
    assert_eq!(done["ended_declarations"], json!([]), "{done:#}");
    assert_eq!(steps::reread(&han, &made_up).await["state"], "approved");
    assert_eq!(steps::reread(&han, &ordinary).await["state"], "revoked");
    for year in [2022, 2023] {
        steps::assert_totals_add_up(server, &twice.kept, year).await;
    }
}

/// H7: the same certificate of the same days is the same learning, under whatever title and for whatever year.
async fn u4_h7_the_same_evidence_for_two_years(server: &Server) {
    let twice = Twice::new(server).await;
    let (han, other) = (Twice::han(server).await, Twice::other(server).await);
    let conference = makeup::conference(&twice.grant, "同一场会议", "2023-10-17", "2023-10-18", 8);
    let made_up = makeup::drafted(&han, &conference).await;
    approve(server, &han, &made_up).await;
    let own = steps::conference("换一个题目", "10-18", "10-19", 8);
    let own = other.post("/v1/declarations").json(own).await.is(201);
    let evidence = steps::pdf("同一场会议");
    steps::attach(&other, &text(&own, "id"), "proof_of_attendance", &evidence).await;
    let own = steps::reread(&other, &own).await;
    approve(server, &other, &own).await;
    let officer = server.login("city.officer").await;
    let problem = twice.merge(&officer).await.refused(409, "records-conflict");
    let conflict = &problem["conflicts"][0];
    assert_eq!(
        (&conflict["ground"], &conflict["declaration_ids"]),
        (&json!("evidence"), &json!([made_up["id"], own["id"]])),
        "{problem:#}"
    );
    revoke(&officer, &made_up).await;
    twice.merge(&officer).await.is(200);
    assert_eq!(steps::reread(&han, &own).await["state"], "approved");
}

/// H7: a declaration about which nothing is decided gives way to the approved one, although they are for two years.
async fn u4_h7_what_waits_gives_way_whatever_its_year(server: &Server) {
    let twice = Twice::new(server).await;
    let (made_up, ordinary) = twice.same_course(server).await;
    let (han, other) = (Twice::han(server).await, Twice::other(server).await);
    steps::submission(&han, &made_up).await.is(200);
    approve(server, &other, &ordinary).await;
    let done = twice.merge(&server.login("city.officer").await).await.is(200);
    let ended = done["ended_declarations"].as_array().unwrap();
    assert_eq!(ended.len(), 1, "{done:#}");
    assert_eq!(ended[0]["declaration_id"], made_up["id"]);
    assert_eq!(steps::reread(&han, &made_up).await["state"], "withdrawn");
    assert_eq!(steps::reread(&han, &ordinary).await["state"], "approved");
    for year in [2022, 2023] {
        steps::assert_totals_add_up(server, &twice.kept, year).await;
    }
}

/// H8: 36 hours of conferences in each record are 72 hours of one person, whose year takes 60. The demo world's has 12 already.
async fn u4_h8_the_yearly_limit_of_a_way_holds_for_both(server: &Server) {
    let twice = Twice::new(server).await;
    let mut all = Vec::new();
    for (client, first, number) in
        [(Twice::han(server).await, 1, 2), (Twice::other(server).await, 11, 3)]
    {
        for place in 0..number {
            let (from, to) = (first + 3 * place, first + 1 + 3 * place);
            let (from, to) = (format!("05-{from:02}"), format!("05-{to:02}"));
            let title = format!("第 {from} 次会议");
            let draft = steps::conference_with_evidence(&client, &title, &from, &to, 12).await;
            steps::submission(&client, &draft).await.is(200);
            all.push(draft["id"].clone());
        }
    }
    let officer = server.login("city.officer").await;
    let problem = twice.merge(&officer).await.refused(409, "records-conflict");
    let conflict = &problem["conflicts"][0];
    for (member, expected) in [
        ("kind", json!("yearly_limit")),
        ("year", json!(2023)),
        ("way", json!("conference")),
        ("max", json!(60)),
        ("hours", json!(72)),
    ] {
        assert_eq!(conflict[member], expected, "{problem:#}");
    }
    let named = conflict["declaration_ids"].as_array().unwrap();
    assert_eq!(named.len(), 6, "{problem:#}");
    assert!(all.iter().all(|id| named.contains(id)), "{problem:#}");
    // One of them is sent back, and the rest fits.
    let company = server.login("company.admin").await;
    steps::decision(&company, all[4].as_str().unwrap(), "return").await.is(200);
    twice.merge(&officer).await.is(200);
    steps::assert_totals_add_up(server, &twice.kept, 2023).await;
}

/// M3: both records were granted 2022: one grant stands, and what was declared under the other one goes on under it.
async fn u4_m3_of_two_grants_for_a_year_one_stands(server: &Server) {
    let twice = Twice::new(server).await;
    server.set_clock("2023-10-16T09:00:00+08:00").await;
    let application =
        makeup::submitted(&server.login("company.admin").await, &[&twice.merged]).await;
    let body = server.login("jinshui.reviewer").await;
    let officer = server.login("city.officer").await;
    let granted = makeup::granted(&application, &body, &officer).await;
    let second = text(&granted["items"][0], "grant_id");
    server.set_clock("2023-11-06T09:00:00+08:00").await;
    let other = Twice::other(server).await;
    let meeting = makeup::conference(&second, "研讨会", "2023-10-17", "2023-10-18", 8);
    let waiting = makeup::drafted(&other, &meeting).await;
    steps::submission(&other, &waiting).await.is(200);

    let officer = server.login("city.officer").await;
    twice.merge(&officer).await.is(200);
    let path = format!("/v1/makeup-grants?professional_id={}&limit=200", twice.kept);
    let grants = steps::all_pages(&officer, &path).await;
    let mut states: Vec<_> =
        grants.iter().map(|grant| (text(grant, "id"), text(grant, "state"))).collect();
    let mut expected =
        vec![(twice.grant.clone(), "granted".to_owned()), (second, "expired".to_owned())];
    states.sort();
    expected.sort();
    assert_eq!(states, expected);
    let han = Twice::han(server).await;
    let moved = steps::reread(&han, &waiting).await;
    assert_eq!(
        (&moved["makeup_grant_id"], &moved["professional_id"]),
        (&json!(twice.grant), &json!(twice.kept))
    );
    let id = text(&waiting, "id");
    for reviewer in ["company.admin", "jinshui.reviewer"] {
        steps::decision(&server.login(reviewer).await, &id, "approve").await.is(200);
    }
    steps::assert_totals_add_up(server, &twice.kept, 2022).await;
}

/// Who: an account that held an office would, without its person, be let into that person's own cases.
async fn u4_who_an_office_is_handed_over_before_its_account_loses_its_person(server: &Server) {
    let twice = Twice::new(server).await;
    let other = Twice::other(server).await.get("/v1/me").await.is(200);
    let admin = server.login("city.admin").await;
    let unit = admin.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
    let path = format!("/v1/accounts/{}/grants", text(&other, "id"));
    let office = json!({"role": "municipal_officer", "organization_id": unit});
    let office = admin.post(&path).json(office).await.is(201);
    let officer = server.login("city.officer").await;
    let problem = twice.merge(&officer).await.refused(409, "records-conflict");
    assert_eq!(
        (&problem["conflicts"][0]["kind"], &problem["conflicts"][0]["account_id"]),
        (&json!("office_account"), &other["id"]),
        "{problem:#}"
    );
    admin.delete(&format!("{path}/{}", text(&office, "id"))).await.is(204);
    twice.merge(&officer).await.is(200);
}

/// M1, M3: one application named both records for 2022, and both were granted it.
async fn u4_m1_one_application_for_both_records_is_no_dead_end(server: &Server) {
    let company = server.login("company.admin").await;
    let unit = company.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
    let body = json!({"name": makeup::SHORT, "id_type": "passport", "id_number": "E87654321", "post": "technical",
        "employer_id": unit, "started_on": "2022-09-01"});
    let kept = makeup::person(server, makeup::SHORT).await;
    let merged = text(&company.post("/v1/professionals").json(body).await.is(201), "id");
    let application = makeup::submitted(&company, &[&kept, &merged]).await;
    let body = server.login("jinshui.reviewer").await;
    let officer = server.login("city.officer").await;
    makeup::granted(&application, &body, &officer).await;
    let merge = json!({"kept_id": kept, "merged_id": merged, "reason": "重复登记"});
    officer.post("/v1/professionals:merge").json(merge).await.is(200);
    let path = format!("/v1/makeup-grants?professional_id={kept}&limit=200");
    let grants = steps::all_pages(&officer, &path).await;
    assert_eq!(grants.len(), 1, "{grants:#?}");
    assert_eq!(grants[0]["state"], "granted");
}

/// P4, H7: both records attended one class, the merged one by a correction of its roster.
async fn u4_p4_both_on_one_roster_is_no_dead_end(server: &Server) {
    let doctor = server.login("professional").await;
    let kept = steps::professional_id(&doctor).await;
    let (merged, _) = crate::people_merging::second_record(server).await;
    let class = crate::rosters::corrected_class(server, &kept, &merged).await;
    let officer = server.login("city.officer").await;
    let merge = json!({"kept_id": kept, "merged_id": merged, "reason": "重复登记"});
    officer.post("/v1/professionals:merge").json(merge).await.is(200);
    let roster = steps::all_pages(&officer, &format!("/v1/classes/{class}/roster?limit=200")).await;
    let of_kept = roster.iter().filter(|line| line["professional_id"] == json!(kept)).count();
    assert_eq!(of_kept, 1, "{roster:#?}");
}
