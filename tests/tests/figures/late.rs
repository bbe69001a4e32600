//! "Late" means one thing: in lists, flags, events, lapses, reinstatement and figures (V3, W1, A3a).

use std::time::Duration;

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both};

use super::{findings, number, stage, whole};

on_both!(
    a3a_v3_a_review_that_the_freeze_cut_short_is_never_late,
    w3_v3_a_freeze_that_is_moved_moves_what_is_late,
);

/// The engineer's two conferences wait at the company: one due at the end of 18 December, one of 22 December, in the freeze.
async fn two_that_wait(server: &Server) -> [String; 2] {
    let mut waiting = Vec::new();
    for (clock, title, from, to, due) in [
        ("2023-12-11T10:00:00+08:00", "十一月技术年会", "11-08", "11-09", "2023-12-19"),
        ("2023-12-15T10:00:00+08:00", "十一月学术年会", "11-15", "11-16", "2023-12-23"),
    ] {
        server.set_clock(clock).await;
        let engineer = server.login("engineer").await;
        let draft = steps::conference_with_evidence(&engineer, title, from, to, 8).await;
        let submitted = steps::submission(&engineer, &draft).await.is(200);
        assert_eq!(submitted["due_at"], format!("{due}T00:00:00+08:00"), "{submitted:#}");
        waiting.push(text(&draft, "id"));
    }
    waiting.try_into().unwrap()
}

/// Which of two declarations are among these rows.
fn which(rows: &[Value], id: &str, of: &[String; 2]) -> [bool; 2] {
    [0, 1].map(|index| rows.iter().any(|row| row[id] == of[index].as_str()))
}

/// The employer's stage of 2023, as somebody sees it.
async fn employer_stage(client: &Client) -> Value {
    stage(&whole(client, "timeliness").await, "employer")
}

async fn settle(server: &Server) {
    let officer = server.login("city.officer").await;
    officer.post("/v1/settlements/2023").await.is(202);
    for _ in 0..600 {
        let settlement = officer.get("/v1/settlements/2023").await.is(200);
        if settlement["state"] == "finished" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the settlement does not end");
}

async fn a3a_v3_a_review_that_the_freeze_cut_short_is_never_late(server: &Server) {
    let company = server.login("company.admin").await;
    let before = employer_stage(&company).await;
    let both = two_that_wait(server).await;
    // Before the freeze, in it, and after it while nothing is settled: the first is late, the second never.
    for clock in
        ["2023-12-19T10:00:00+08:00", "2023-12-25T10:00:00+08:00", "2024-01-03T10:00:00+08:00"]
    {
        server.set_clock(clock).await;
        let company = server.login("company.admin").await;
        let late = steps::all_pages(&company, "/v1/review-queue?overdue=true&limit=200").await;
        assert_eq!(which(&late, "id", &both), [true, false], "{clock}");
        let others = steps::all_pages(&company, "/v1/review-queue?overdue=false&limit=200").await;
        assert_eq!(which(&others, "id", &both), [false, true], "{clock}");
        for (id, overdue) in both.iter().zip([true, false]) {
            let one = company.get(&format!("/v1/declarations/{id}")).await.is(200);
            assert_eq!(one["overdue"], overdue, "{clock} {one:#}");
        }
        let now = employer_stage(&company).await;
        assert_eq!(number(&now, "overdue"), late.len() as i64, "{clock} {now:#}");
        let rows = "/v1/statistics/timeliness/rows?figure=employer_overdue&year=2023&limit=200";
        let rows = steps::all_pages(&company, rows).await;
        assert_eq!(which(&rows, "declaration_id", &both), [true, false], "{clock}");
        let officer = server.login("city.officer").await;
        let told = "/v1/events?type=declaration.overdue&limit=200";
        let told = steps::all_pages(&officer, told).await;
        assert_eq!(which(&told, "subject_id", &both), [true, false], "{clock}: {told:#?}");
    }

    settle(server).await;
    let officer = server.login("city.officer").await;
    let lapses = steps::all_pages(&officer, "/v1/settlements/2023/lapses?limit=200").await;
    for (id, overdue) in both.iter().zip([true, false]) {
        let lapse = lapses.iter().find(|lapse| lapse["declaration_id"] == id.as_str()).unwrap();
        assert_eq!(lapse["overdue"], overdue, "{lapse:#}");
    }
    let company = server.login("company.admin").await;
    let settled = employer_stage(&company).await;
    assert_eq!(number(&settled, "overdue"), 0, "{settled:#}");
    assert_eq!(number(&settled, "on_time"), number(&before, "on_time"), "{settled:#}");
    let rows = "/v1/statistics/timeliness/rows?figure=employer_lapsed_late&year=2023&limit=200";
    let rows = steps::all_pages(&company, rows).await;
    assert_eq!(which(&rows, "declaration_id", &both), [true, false]);
    // Of each unit, and of the city, the figures say what the lapses say.
    let unit = text(
        lapses.iter().find(|lapse| lapse["declaration_id"] == both[0].as_str()).unwrap(),
        "unit_id",
    );
    let late = lapses.iter().filter(|lapse| lapse["overdue"] == true);
    let at_company = late.clone().filter(|lapse| lapse["unit_id"] == unit.as_str()).count();
    assert_eq!(number(&settled, "lapsed_late"), at_company as i64, "{settled:#}");
    for name in ["employer", "authority"] {
        let expected = late.clone().filter(|lapse| lapse["stage"] == name).count();
        let figures = stage(&whole(&officer, "timeliness").await, name);
        assert_eq!(number(&figures, "lapsed_late"), expected as i64, "{figures:#}");
    }

    // And only what was late is approved after all.
    for (id, refused) in both.iter().zip([false, true]) {
        let call = officer.post(&format!("/v1/declarations/{id}/reinstatement"));
        let answer = call.json(json!({"reason": "单位逾期未审"})).if_match("*").await;
        match refused {
            true => drop(answer.refused(422, "not-overdue")),
            false => assert_eq!(answer.is(200)["state"], "approved"),
        }
    }
    assert_eq!(findings(server).await, Vec::<String>::new());
}

/// W3: from the publication on it is the new freeze that decides; what was late before it stays in the past.
async fn w3_v3_a_freeze_that_is_moved_moves_what_is_late(server: &Server) {
    let both = two_that_wait(server).await;
    server.set_clock("2023-12-18T10:00:00+08:00").await;
    // The freeze is to begin as the second one's due day has ended; before, it was in the freeze.
    publish_freeze(server, "2023-12-23T00:00:00+08:00").await;
    for (clock, expected) in [
        ("2023-12-19T10:00:00+08:00", [true, false]),
        ("2023-12-22T23:59:59+08:00", [true, false]),
        ("2023-12-23T00:00:00+08:00", [true, true]),
    ] {
        server.set_clock(clock).await;
        let company = server.login("company.admin").await;
        let late = steps::all_pages(&company, "/v1/review-queue?overdue=true&limit=200").await;
        assert_eq!(which(&late, "id", &both), expected, "{clock}");
        let now = employer_stage(&company).await;
        assert_eq!(number(&now, "overdue"), late.len() as i64, "{clock} {now:#}");
    }
    assert_eq!(findings(server).await, Vec::<String>::new());
}

async fn publish_freeze(server: &Server, opens: &str) {
    let admin = server.login("city.admin").await;
    let mut document = admin.get("/v1/policies/2023").await.is(200)["document"].clone();
    document["windows"]["freeze"]["opens"] = json!(opens);
    let begun = admin.post("/v1/policies/2023/drafts").json(json!({"document": document})).await;
    let path = format!("/v1/policies/2023/drafts/{}/publication", begun.is(201)["version"]);
    let reason = json!({"reason": "结转期推迟"});
    admin.post(&path).json(reason).if_match(&begun.etag()).await.is(200);
}
