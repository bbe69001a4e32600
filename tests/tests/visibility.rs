//! What lists show to whom: one's own, and the people of one's units (the rows behind `access.txt`).

use std::collections::BTreeSet;

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, makeup, on_both};

on_both!(
    lists_show_the_people_of_ones_units,
    a_draft_is_its_owners_alone,
    rows_of_batches_are_judged_one_by_one,
    fields_totals_and_sort_orders_work,
    m4_a_closed_year_tells_nothing_of_a_strangers_grant,
);

/// Who sees which employers' people.
const SEEN: [(&str, &[&str]); 9] = [
    ("hospital.admin", &["郑州市示范医院"]),
    ("company.admin", &["郑州示范科技有限公司"]),
    ("school.admin", &["郑州市示范中学"]),
    ("health.reviewer", &["郑州市示范医院"]),
    ("jinshui.reviewer", &["郑州示范科技有限公司"]),
    ("education.reviewer", &["郑州市示范中学"]),
    ("city.officer", &["郑州市示范医院", "郑州示范科技有限公司", "郑州市示范中学"]),
    ("city.admin", &["郑州市示范医院", "郑州示范科技有限公司", "郑州市示范中学"]),
    ("auditor", &["郑州市示范医院", "郑州示范科技有限公司", "郑州市示范中学"]),
];

async fn lists_show_the_people_of_ones_units(server: &Server) {
    let admin = server.login("city.admin").await;
    let units = steps::all_pages(&admin, "/v1/organizations?limit=200").await;
    let id_of = |name: &&str| text(units.iter().find(|unit| unit["name"] == **name).unwrap(), "id");
    for (who, employers) in SEEN {
        let client = server.login(who).await;
        let expected: BTreeSet<String> = employers.iter().map(id_of).collect();
        let mut people = BTreeSet::new();
        let rows = steps::all_pages(&client, "/v1/professionals?limit=200").await;
        for person in rows.iter().filter(|person| !person["employer_id"].is_null()) {
            assert!(
                expected.contains(person["employer_id"].as_str().unwrap()),
                "{who} sees {person:#}"
            );
        }
        people.extend(rows.iter().map(|person| text(person, "id")));
        for list in ["/v1/declarations?limit=200", "/v1/annual-records?year=2023&limit=200"] {
            let rows = steps::all_pages(&client, list).await;
            let seen: BTreeSet<String> = rows.iter().map(|row| text(row, "employer_id")).collect();
            assert_eq!(seen, expected, "{who} in {list}");
            assert!(
                rows.iter().all(|row| people.contains(&text(row, "professional_id"))),
                "{who} in {list}"
            );
        }
        for row in steps::all_pages(&client, "/v1/learning-records?limit=200").await {
            assert!(people.contains(&text(&row, "professional_id")), "{who}: {row:#}");
        }
        // A filter narrows what may be seen, it never widens it.
        for name in ["郑州市示范医院", "郑州示范科技有限公司"] {
            let path = format!("/v1/declarations?limit=200&employer_id={}", id_of(&name));
            let rows = steps::all_pages(&client, &path).await;
            assert_eq!(!rows.is_empty(), employers.contains(&name), "{who} asks for {name}");
        }
    }
    for who in ["professional", "engineer"] {
        let client = server.login(who).await;
        let own = steps::professional_id(&client).await;
        for list in [
            "/v1/declarations?limit=200",
            "/v1/annual-records?year=2023",
            "/v1/learning-records?limit=200",
        ] {
            for row in steps::all_pages(&client, list).await {
                assert_eq!(row["professional_id"], own.as_str(), "{who} in {list}");
            }
        }
    }
}

/// Units see what was submitted to them, not what is being written.
async fn a_draft_is_its_owners_alone(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = steps::draft_of(&doctor, "public").await;
    let path = format!("/v1/declarations/{}", text(&draft, "id"));
    for who in ["hospital.admin", "health.reviewer", "city.officer", "auditor"] {
        let client = server.login(who).await;
        client.get(&path).await.refused(404, "not-found");
        let rows = steps::all_pages(&client, "/v1/declarations?limit=200").await;
        assert!(
            rows.iter().all(|row| row["id"] != draft["id"] && row["state"] != "draft"),
            "{who}"
        );
    }
    steps::submission(&doctor, &draft).await.is(200);
    server.login("hospital.admin").await.get(&path).await.is(200);
    // Withdrawn, it is still in the history of those who had it.
    let tag = doctor.get(&path).await.etag();
    doctor.post(&format!("{path}/withdrawal")).if_match(&tag).await.is(200);
    assert_eq!(server.login("hospital.admin").await.get(&path).await.is(200)["state"], "withdrawn");
}

/// A1, V6: whom one may not verify is refused in their row; whom one may not know is not known.
async fn rows_of_batches_are_judged_one_by_one(server: &Server) {
    let satisfied = server
        .login("health.reviewer")
        .await
        .get("/v1/annual-records?year=2023&state=satisfied")
        .await
        .is(200);
    let person = text(&satisfied["data"][0], "professional_id");
    for (who, code) in [
        ("jinshui.reviewer", "not-found"),
        ("education.reviewer", "not-found"),
        ("city.officer", "not-holder"),
    ] {
        let results = steps::verification(&server.login(who).await, &person).await.is(200);
        let result = &results["results"][0];
        assert_eq!(
            (&result["outcome"], &result["problem"]["code"]),
            (&json!("refused"), &json!(code)),
            "{who}"
        );
    }
    for who in ["hospital.admin", "city.admin", "auditor", "professional"] {
        steps::verification(&server.login(who).await, &person).await.refused(403, "forbidden");
    }
}

/// The conventions of lists: `include=total`, `sort`, `fields`, `limit`, and pages that are the whole.
async fn fields_totals_and_sort_orders_work(server: &Server) {
    let officer = server.login("city.officer").await;
    let whole = officer.get("/v1/declarations?limit=200&include=total").await.is(200);
    let rows = whole["data"].as_array().unwrap();
    assert_eq!(whole["total"], rows.len());
    assert!(
        officer.get("/v1/declarations").await.is(200).get("total").is_none(),
        "no total unless it is asked for"
    );
    for limit in [1, 7, 50] {
        let pages = steps::all_pages(&officer, &format!("/v1/declarations?limit={limit}")).await;
        assert_eq!(&Value::from(pages), &whole["data"], "pages of {limit}");
    }
    let mut backwards =
        steps::all_pages(&officer, "/v1/declarations?limit=9&sort=created_at").await;
    backwards.reverse();
    assert_eq!(Value::from(backwards), whole["data"]);
    let sparse = officer.get("/v1/declarations?limit=1&fields=id,state").await.is(200);
    let members: Vec<&String> = sparse["data"][0].as_object().unwrap().keys().collect();
    assert_eq!(members, ["id", "state"]);
    let filtered =
        steps::all_pages(&officer, "/v1/declarations?limit=5&state=rejected,returned&year=2023")
            .await;
    let expected = rows.iter().filter(|row| {
        (row["state"] == "rejected" || row["state"] == "returned") && row["year"] == 2023
    });
    assert_eq!(filtered.len(), expected.count());
}

/// M4, A1: whether someone registers hours of a closed year is told to those who see them. To anyone else they are like a person
/// who is not there: the same answer alone, and the same item beside someone who registers.
async fn m4_a_closed_year_tells_nothing_of_a_strangers_grant(server: &Server) {
    let (_, _) = makeup::person_with_grant(server).await;
    let granted = makeup::person(server, makeup::SHORT).await;
    let stranger = steps::professional_id(&server.login("professional").await).await;
    let nobody = "018b3603-8a00-7c3e-9d1a-2f6b5c4d3e2f".to_owned();
    let verify = |client: &Client, people: &[&String]| {
        let body = json!({"year": 2022, "professional_ids": people});
        client.post("/v1/annual-records:verify").json(body)
    };
    let health = server.login("health.reviewer").await;
    for people in
        [vec![&granted], vec![&nobody], vec![&granted, &nobody], vec![&granted, &stranger]]
    {
        verify(&health, &people).await.refused(422, "window-closed");
    }
    let jinshui = server.login("jinshui.reviewer").await;
    let results = verify(&jinshui, &[&granted, &stranger, &nobody]).await.is(200);
    assert_eq!(results["results"][0]["outcome"], "not_satisfied", "{results:#}");
    for place in [1, 2] {
        let result = &results["results"][place];
        assert_eq!(result["problem"]["code"], "not-found", "{results:#}");
    }
}
