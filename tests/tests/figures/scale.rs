//! How long figures take in a large city. It asserts what is answered, not how fast: run it by hand and read what it writes.
//!
//! `cargo test -p xueshi-tests figures::scale -- --ignored --nocapture`

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Instant;

use xueshi_tests::{Database, Server};

use super::figures;

/// Districts of the city.
const DISTRICTS: u32 = 16;
/// Employers of each.
const EMPLOYERS: u32 = 1_250;
/// The counters of a unit, in about the number that a large one has.
const COUNTERS: &str = r#"{"authority_days":41,"authority_days_01":9,"authority_days_02":7,"authority_days_03":6,"authority_done":22,"authority_on_time":22,"certified":31,"completed_in_year":35,"employer_days":52,"employer_days_01":10,"employer_days_02":9,"employer_days_04":6,"employer_done":25,"employer_late":1,"employer_on_time":24,"employer_waiting":3,"exempt":1,"hours_professional":21000,"hours_professional_conference":6000,"hours_professional_training_class":15000,"hours_public":10500,"hours_public_distance_course":10500,"in_progress":7,"people_technical":50}"#;

/// In about how many hours of a year the counters of an employer changed: of few people, and of ten times as many.
const SIZES: [u32; 2] = [3, 30];

#[test]
#[ignore = "fills a large database and measures"]
fn sqlite() {
    xueshi_tests::run(Database::Sqlite, measure);
}

#[test]
#[ignore = "fills a large database and measures"]
fn postgres() {
    xueshi_tests::run(Database::Postgres, measure);
}

/// An id of the generated city, as a literal and as it stands in paths.
fn id(database: Database, kind: u32, number: u32) -> (String, String) {
    let text = format!("{kind:08x}-0000-7000-8000-{number:012x}");
    let literal = match database {
        Database::Sqlite => format!("x'{}'", text.replace('-', "")),
        Database::Postgres => format!("'{text}'::uuid"),
    };
    (literal, text)
}

fn districts_and_employers(database: Database) -> String {
    let columns = "jurisdiction_id, id, parent_id, path, kind, name, unit_code, is_public_institution, reviewing_body_id,
        state, version, created_at, updated_at";
    let mut sql = String::new();
    for district in 0..DISTRICTS {
        let (literal, text) = id(database, 1, district);
        write!(
            sql,
            "insert into organizations ({columns}) select r.jurisdiction_id, {literal}, r.id, r.path || '{text}/',
                'district_bureau', 'large district', null, false, r.id, 'active', 1, r.created_at, r.created_at
                from organizations r where r.parent_id is null;
             insert into organizations ({columns}) select d.jurisdiction_id, v.column1, d.id, d.path || v.column2 || '/',
                'employer', 'large employer', null, false, d.id, 'active', 1, d.created_at, d.created_at
                from organizations d, (values "
        )
        .unwrap();
        for number in 0..EMPLOYERS {
            let (literal, text) = id(database, 2 + district, number);
            let comma = if number == 0 { "" } else { "," };
            write!(sql, "{comma}({literal},'{text}')").unwrap();
        }
        write!(sql, ") as v where d.id = {literal};").unwrap();
    }
    sql + "insert into unit_places (jurisdiction_id, unit_id, seq, parent_id, path, valid_from, valid_to)
        select jurisdiction_id, id, 1, parent_id, path, created_at, null from organizations where name like 'large %';"
}

/// Sums in so many hours of each of three years, for units with a name; further ones for units that have some.
fn sums(database: Database, units: &str, hours: u32) -> String {
    let seconds =
        format!("1609430400 + (y.year - 2021) * 31536000 + (n.i * {}) * 3600", 6_800 / hours);
    let bucket = match database {
        Database::Sqlite => format!("({seconds}) * 1000000"),
        Database::Postgres => format!("to_timestamp({seconds})"),
    };
    format!(
        "insert into unit_figures (jurisdiction_id, unit_id, year, bucket, amounts)
         with recursive n(i) as (select 0 union all select i + 1 from n where i < {}), y(year) as (values (2021), (2022), (2023))
         select o.jurisdiction_id, o.id, y.year, {bucket}, '{COUNTERS}' from organizations o, n, y where {units}
         on conflict do nothing;",
        hours - 1
    )
}

/// An hour in which one unit in four changed.
fn busy_hour(database: Database) -> String {
    let (bucket, at) = match database {
        Database::Sqlite => ("1696899600000000", "1696899601000000"),
        Database::Postgres => ("to_timestamp(1696899600)", "to_timestamp(1696899601)"),
    };
    format!(
        "insert into figure_log (jurisdiction_id, year, bucket, at, unit_id, path, amounts)
         select jurisdiction_id, 2023, {bucket}, {at}, id, path, '{COUNTERS}' from organizations
         where name = 'large employer' order by id limit 5000;"
    )
}

async fn measure(server: &Server) {
    let database = server.database();
    server.sql(&districts_and_employers(database));
    server.sql(&sums(database, "o.parent_id is null", 6_800));
    server.sql(&sums(database, "o.name = 'large district'", 3_400));
    server.sql(&busy_hour(database));
    for hours in SIZES {
        server.sql(&sums(database, "o.name = 'large employer'", hours));
        server.sql("analyze");
        let city = server.login("city.officer").await;
        let (district, employer) = (id(database, 1, 3).1, id(database, 5, 7).1);
        for (what, query, units) in [
            ("city", "year=2023".to_owned(), 0),
            ("city by district", "year=2023&by=unit".to_owned(), 16),
            ("district", format!("year=2023&organization_id={district}"), 0),
            (
                "district by employer",
                format!("year=2023&by=unit&organization_id={district}"),
                1_250,
            ),
            ("employer", format!("year=2023&organization_id={employer}"), 0),
            ("city as of", "year=2023&as_of=2023-10-10T09:30:00%2B08:00".to_owned(), 0),
            ("city of 2021", "year=2021".to_owned(), 0),
        ] {
            let mut times = Vec::new();
            for _ in 0..9 {
                let begun = Instant::now();
                let answer = figures(&city, &format!("completion?{query}")).await;
                times.push(begun.elapsed());
                assert!(answer["units"].as_array().unwrap().len() >= units, "{what}");
            }
            times.sort_unstable();
            let line = format!("{database:?} {hours} hours: {what}: median {:?}\n", times[4]);
            std::io::stderr().write_all(line.as_bytes()).unwrap();
        }
    }
}
