//! The figures against their records, whatever happens to the folding.

use serde_json::{Value, json};
use xueshi_api::cli::rebuild_figures;
use xueshi_tests::{Database, Server, on_both, steps};

use super::{figures, findings, number, settings_of, unit_named, whole};

on_both!(
    the_check_finds_what_was_changed_behind_the_service,
    a_figure_does_not_wait_for_the_folding,
    a_change_does_not_wait_for_the_folding,
    a_unit_that_moves_takes_its_figures_along,
    records_without_figures_are_told_of,
);

async fn the_check_finds_what_was_changed_behind_the_service(server: &Server) {
    steps::certified_person(server).await;
    assert_eq!(findings(server).await, Vec::<String>::new());
    for (change, back, figure) in [
        (
            "update unit_figures set amounts = replace(amounts, '\"people_technical\":', '\"people_technical\":1')",
            "update unit_figures set amounts = replace(amounts, '\"people_technical\":1', '\"people_technical\":')",
            "people_technical",
        ),
        (
            "update person_parts set label = 'nothing' where kind = 'year' and label = 'certified' and valid_to is null",
            "update person_parts set label = 'certified' where kind = 'year' and label = 'nothing' and valid_to is null",
            "certified",
        ),
        (
            "update person_parts set amount = amount + 1 where kind = 'hours' and valid_to is null",
            "update person_parts set amount = amount - 1 where kind = 'hours' and valid_to is null",
            "hours",
        ),
        (
            "update figure_log set year = year + 100 where year > 0",
            "update figure_log set year = year - 100 where year > 2100",
            "hours_public",
        ),
    ] {
        server.sql(change);
        let found = findings(server).await;
        assert!(found.iter().any(|line| line.contains(figure)), "{change}: {found:#?}");
        server.sql(back);
        assert_eq!(findings(server).await, Vec::<String>::new(), "{back}");
    }
}

/// What the folding has written, back into the tail: as if nothing had been folded for a year.
const UNFOLD: &str = "
    begin;
    insert into figure_tail (jurisdiction_id, year, at, unit_id, path, amounts)
        select jurisdiction_id, year, at, unit_id, path, amounts from figure_log order by seq;
    delete from figure_log;
    delete from unit_figures;
    commit;";

/// The figures of all families, of the city and the units below it that some instant has.
async fn everything(server: &Server, year: i32, at: &str) -> Vec<Value> {
    let city = server.login("city.officer").await;
    let mut all = Vec::new();
    for family in ["completion", "timeliness", "filing", "funding"] {
        let answer = figures(&city, &format!("{family}?year={year}&by=unit{at}")).await;
        all.push(json!([answer["total"], answer["units"]]));
    }
    all
}

/// A figure is right whatever has been folded: by nobody, by somebody, or by two at once, who fold nothing twice.
async fn a_figure_does_not_wait_for_the_folding(server: &Server) {
    steps::certified_person(server).await;
    server.freeze_clock("2023-10-16T10:30:00+08:00").await;
    let past = "&as_of=2023-10-16T10:20:30%2B08:00";
    let before = [everything(server, 2023, "").await, everything(server, 2023, past).await];
    for _ in 0..3 {
        server.sql(UNFOLD);
        assert_eq!(everything(server, 2023, "").await, before[0], "while it is folded");
        assert_eq!(everything(server, 2023, past).await, before[1], "while it is folded");
        // Another instance folds too.
        let settings = settings_of(server);
        assert!(rebuild_figures(&settings).await.is_ok());
        assert_eq!(everything(server, 2023, "").await, before[0], "after it was folded");
        assert_eq!(everything(server, 2023, past).await, before[1], "after it was folded");
        assert_eq!(findings(server).await, Vec::<String>::new());
    }
}

/// While nothing can be folded, changes are made and counted all the same.
async fn a_change_does_not_wait_for_the_folding(server: &Server) {
    let hospital = server.login("hospital.admin").await;
    let before = whole(&hospital, "completion").await;
    server.sql(match server.database() {
        Database::Sqlite => {
            "create trigger hold before delete on figure_tail begin select raise(abort, 'held'); end"
        }
        Database::Postgres => {
            "create function hold() returns trigger language plpgsql as $$ begin raise exception 'held'; end $$;
             create trigger hold before delete on figure_tail for each row execute function hold()"
        }
    });
    steps::certified_person(server).await;
    let after = whole(&hospital, "completion").await;
    assert_eq!(number(&after, "certified"), number(&before, "certified") + 1, "{after:#}");
    assert_eq!(steps::tenths(&after["hours"]), steps::tenths(&before["hours"]) + 900);
    assert_eq!(findings(server).await, Vec::<String>::new());
    server.sql(match server.database() {
        Database::Sqlite => "drop trigger hold",
        Database::Postgres => "drop trigger hold on figure_tail",
    });
    server.set_clock("2023-10-16T11:00:00+08:00").await;
    let hospital = server.login("hospital.admin").await;
    assert_eq!(whole(&hospital, "completion").await, after);
    assert_eq!(findings(server).await, Vec::<String>::new());
}

/// A unit that moves takes what it counts along, into the figures of the units above its new place, and the past stays as it was;
/// the check excuses nobody for it.
async fn a_unit_that_moves_takes_its_figures_along(server: &Server) {
    steps::certified_person(server).await;
    server.freeze_clock("2023-10-16T10:30:00+08:00").await;
    let admin = server.login("city.admin").await;
    let [hospital, health, jinshui] = [
        unit_named(&admin, "郑州市示范医院").await,
        unit_named(&admin, "郑州市卫生健康委员会").await,
        unit_named(&admin, "郑州市金水区人力资源和社会保障局").await,
    ];
    let of = async |unit: &str, at: &str| {
        let path = format!("completion?year=2023&organization_id={unit}{at}");
        figures(&server.login("city.admin").await, &path).await["total"].clone()
    };
    let before = [of(&hospital, "").await, of(&health, "").await, of(&jinshui, "").await];
    server.sql(UNFOLD);
    let path = format!("/v1/organizations/{hospital}/relocation");
    admin.post(&path).if_match("*").json(json!({"parent_id": jinshui})).await.is(200);
    let after = [of(&hospital, "").await, of(&health, "").await, of(&jinshui, "").await];
    assert_eq!(after[0], before[0]);
    for figure in ["people", "certified", "completed_in_year", "in_progress"] {
        let moved = number(&before[0], figure);
        assert_eq!(number(&after[1], figure), number(&before[1], figure) - moved, "{figure}");
        assert_eq!(number(&after[2], figure), number(&before[2], figure) + moved, "{figure}");
    }
    assert_eq!(findings(server).await, Vec::<String>::new());
    server.freeze_clock("2023-10-16T10:50:00+08:00").await;
    let past = "&as_of=2023-10-16T10:29:59%2B08:00";
    assert_eq!(of(&health, past).await, before[1]);
    assert_eq!(of(&jinshui, past).await, before[2]);
    assert_eq!(of(&jinshui, "").await, after[2]);
}

/// The records of a database from before figures were kept are told of by a command.
async fn records_without_figures_are_told_of(server: &Server) {
    steps::certified_person(server).await;
    server.freeze_clock("2023-10-16T10:30:00+08:00").await;
    let settings = settings_of(server);
    let mut before = Vec::new();
    for year in [2022, 2023] {
        before.push(everything(server, year, "").await);
    }
    for table in
        ["figure_tail", "figure_log", "unit_figures", "person_parts", "unit_parts", "unit_places"]
    {
        server.sql(&format!("delete from {table}"));
    }
    assert!(!findings(server).await.is_empty());
    assert!(rebuild_figures(&settings).await.is_ok());
    assert_eq!(findings(server).await, Vec::<String>::new());
    for (year, before) in [2022, 2023].into_iter().zip(&before) {
        assert_eq!(everything(server, year, "").await, *before, "{year}");
    }
    // Run again, it tells nothing twice.
    assert!(rebuild_figures(&settings).await.is_ok());
    assert_eq!(everything(server, 2023, "").await, before[1]);
    assert_eq!(findings(server).await, Vec::<String>::new());
}
