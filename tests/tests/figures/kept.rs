//! What was answered once is answered again.

use xueshi_tests::{Server, on_both, steps};

use super::{figures, findings, number};

on_both!(
    the_past_gives_the_same_answer_again,
    the_last_minute_is_not_the_past_yet,
    sealed_figures_are_those_of_the_settlement,
);

async fn the_past_gives_the_same_answer_again(server: &Server) {
    let city = server.login("city.officer").await;
    let families = ["completion", "timeliness", "filing", "funding"];
    let mut asked = Vec::new();
    for (instant, next) in [
        ("2023-10-16T10:20:30+08:00", "2023-10-16T10:40:00+08:00"),
        ("2023-10-16T10:50:00+08:00", "2023-10-25T11:00:00+08:00"),
    ] {
        server.freeze_clock(instant).await;
        let city = server.login("city.officer").await;
        for family in families {
            let now = figures(&city, &format!("{family}?year=2023&by=unit")).await;
            asked.push((instant, family, now));
        }
        server.freeze_clock(next).await;
        if asked.len() == families.len() {
            steps::certified_person(server).await;
        }
    }
    drop(city);
    let city = server.login("city.officer").await;
    let engineer = server.login("engineer").await;
    let draft = steps::conference_with_evidence(&engineer, "会议", "05-08", "05-09", 2).await;
    steps::submission(&engineer, &draft).await.is(200);
    let mut different = 0;
    for (instant, family, before) in &asked {
        let at = instant.replace('+', "%2B");
        let query = format!("{family}?year=2023&by=unit&as_of={at}");
        for _ in 0..2 {
            let again = figures(&city, &query).await;
            assert_eq!(again, *before, "{family} as of {instant}");
        }
        let now = figures(&city, &format!("{family}?year=2023&by=unit")).await;
        different += i32::from(now["total"] != before["total"]);
    }
    assert!(different >= 3, "nothing has changed since: {different}");
    // The story before the tests began is there too.
    let early = figures(&city, "completion?year=2023&as_of=2023-03-01T00:00:00%2B08:00").await;
    let now = figures(&city, "completion?year=2023").await;
    assert!(
        steps::tenths(&early["total"]["hours"]) < steps::tenths(&now["total"]["hours"]),
        "{early:#}"
    );
}

/// The demo world's 2022 is settled: its sealed figures are what the settlement says, whatever becomes of people later (A3).
async fn sealed_figures_are_those_of_the_settlement(server: &Server) {
    let city = server.login("city.officer").await;
    let path = "/v1/statistics/completion?year=2022&sealed=true";
    let sealed = city.get(path).await.is(200);
    assert_eq!(sealed["sealed"], true);
    let settlement = city.get("/v1/settlements/2022").await.is(200);
    assert_eq!(sealed["as_of"], settlement["finished_at"], "{settlement:#}");
    let totals = &settlement["totals"];
    for figure in ["people", "completed_in_year", "completed_by_makeup", "incomplete", "exempt"] {
        assert_eq!(sealed["total"][figure], totals[figure], "{figure} {sealed:#} {totals:#}");
    }
    assert_eq!(sealed["total"]["in_progress"], 0);
    assert_eq!(sealed["total"]["not_started"], 0);
    let rows =
        "/v1/statistics/completion/rows?figure=completed_in_year&year=2022&sealed=true&limit=200";
    let rows = steps::all_pages(&city, rows).await;
    assert_eq!(rows.len() as i64, number(&sealed["total"], "completed_in_year"));
    assert_eq!(findings(server).await, Vec::<String>::new());
}

/// Changes of the last moments may still be on their way, so that only what is a minute old can be asked for as the past.
async fn the_last_minute_is_not_the_past_yet(server: &Server) {
    server.freeze_clock("2023-10-16T10:20:30+08:00").await;
    let city = server.login("city.officer").await;
    for family in ["completion", "timeliness", "filing", "funding"] {
        let path = format!("/v1/statistics/{family}?year=2023&as_of=2023-10-16T10:");
        for recent in ["20:30", "19:31", "20:29.999999"] {
            let refused = city.get(&format!("{path}{recent}%2B08:00")).await;
            let problem = refused.refused(400, "invalid-parameter");
            assert!(problem.to_string().contains("too-recent"), "{problem:#}");
        }
        city.get(&format!("{path}19:30%2B08:00")).await.is(200);
    }
    let rows = "/v1/statistics/completion/rows?figure=people&year=2023&as_of=2023-10-16T10:20:00";
    city.get(&format!("{rows}%2B08:00")).await.refused(400, "invalid-parameter");
}
