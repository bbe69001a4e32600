//! What waits for a decision, page by page: of one unit, of a few, of many.

use serde_json::Value;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Database, Server, on_both};

on_both!(v3_pages_of_the_queue_are_in_the_order_of_due_days_however_many_units_there_are,);

/// The queue in pages of two, and as it has to be in one direction or the other; how many there are.
async fn queue(client: &Client, which: &str) -> Vec<(String, String)> {
    let key = |row: &Value| (text(row, "due_at"), text(row, "id"));
    let keys = |rows: Vec<Value>| rows.iter().map(key).collect::<Vec<_>>();
    let upwards = keys(steps::all_pages(client, &format!("/v1/review-queue?limit=2{which}")).await);
    let downwards = format!("/v1/review-queue?limit=2&sort=-due_at{which}");
    let mut downwards = keys(steps::all_pages(client, &downwards).await);
    let mut sorted = upwards.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(upwards, sorted, "in order, and nothing twice");
    downwards.reverse();
    assert_eq!(upwards, downwards, "the same the other way round");
    let first = client.get(&format!("/v1/review-queue?limit=2&include=total{which}")).await.is(200);
    assert_eq!(first["total"], upwards.len(), "{first:#}");
    upwards
}

async fn v3_pages_of_the_queue_are_in_the_order_of_due_days_however_many_units_there_are(
    server: &Server,
) {
    let (admin, officer) = (server.login("city.admin").await, server.login("city.officer").await);
    let units = steps::all_pages(&admin, "/v1/organizations?limit=200").await;
    assert!(units.len() <= 16, "so many are read one by one: {}", units.len());
    let few = queue(&officer, "").await;
    assert!(few.len() > 4, "{few:?}");
    let mut of_units = Vec::new();
    for unit in &units {
        of_units.extend(queue(&officer, &format!("&holder_id={}", text(unit, "id"))).await);
    }
    of_units.sort();
    assert_eq!(of_units, few);
    // A unit that is none, and one that is not the asker's.
    let nowhere = "&holder_id=01890000-0000-7000-8000-000000000000";
    assert!(queue(&officer, nowhere).await.is_empty());
    let company = server.login("company.admin").await;
    let own = queue(&company, "").await;
    let of = |item: &(String, String)| few.contains(item);
    assert!(!own.is_empty() && own.len() < few.len() && own.iter().all(of));
    for unit in units.iter().filter(|unit| unit["name"] == "郑州市示范医院") {
        let others = format!("&holder_id={}", text(unit, "id"));
        assert!(queue(&company, &others).await.is_empty());
        assert!(!queue(&officer, &others).await.is_empty());
    }
    let reviewer = server.login("health.reviewer").await;
    let theirs = queue(&reviewer, "").await;
    assert!(!theirs.is_empty() && theirs.len() < few.len());
    for number in 0..17 {
        one_more_unit_with_one_more(server, number);
    }
    let many = queue(&officer, "").await;
    let more: Vec<_> = many.iter().filter(|item| !few.contains(item)).collect();
    assert_eq!((more.len(), many.len()), (17, few.len() + 17), "of many units at once");
    let of_body = queue(&reviewer, "").await;
    assert_eq!(of_body.len(), theirs.len() + 17, "and only of one's own");
    assert!(theirs.iter().chain(more).all(|item| of_body.contains(item)));
    assert_eq!(queue(&company, "").await, own);
    let state = "&stage=authority";
    let waiting = queue(&officer, state).await;
    assert!(!waiting.is_empty() && waiting.len() < few.len() && waiting.iter().all(of));
}

/// A unit below the hospital that holds a copy of something that the hospital holds.
fn one_more_unit_with_one_more(server: &Server, number: usize) {
    let new = match server.database() {
        Database::Sqlite => "randomblob(16)",
        Database::Postgres => "gen_random_uuid()",
    };
    server.sql(&format!(
        "create temporary table unit as select * from organizations where name = '郑州市示范医院';
         create temporary table item as select * from declarations where holder_id = (select id from unit) order by id limit 1;
         update unit set id = {new}, path = path || '{number}/', unit_code = null, name = 'unit {number}';
         insert into organizations select * from unit;
         update item set id = {new}, learning_record_id = null, holder_id = (select id from unit);
         insert into declarations select * from item;
         drop table unit; drop table item;"
    ));
}
