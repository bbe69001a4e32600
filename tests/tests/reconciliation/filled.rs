//! Many people and records, made by SQL.

use xueshi_tests::{Database, Server};

use super::key;

/// The numbers from one on, as a table `u` of a statement.
fn numbers(database: Database, count: u32) -> String {
    match database {
        Database::Sqlite => format!(
            "with recursive u (n) as (select 1 union all select n + 1 from u where n < {count})"
        ),
        Database::Postgres => format!("with u (n) as (select * from generate_series(1, {count}))"),
    }
}

/// The id of the n-th thing of a kind, as a value and as text.
fn id(database: Database, kind: u32, n: &str) -> (String, String) {
    let text = format!("018b0000-{kind:04x}-7a10-8000-");
    match database {
        Database::Sqlite => (
            format!("unhex(printf('{}%012x', {n}))", text.replace('-', "")),
            format!("printf('{text}%012x', {n})"),
        ),
        Database::Postgres => {
            let text = format!("('{text}' || lpad(to_hex({n}), 12, '0'))");
            (format!("{text}::uuid"), text)
        }
    }
}

/// Units with people with records, made by SQL: `people` of them in `units` units, each with a year and nine completions.
pub(crate) fn fill(server: &Server, units: u32, people: u32) {
    let database = server.database();
    let id = |kind: u32, n: &str| id(database, kind, n);
    let empty = match database {
        Database::Sqlite => "x'00'",
        Database::Postgres => "'\\x00'::bytea",
    };
    let unit = format!("((n - 1) % {units} + 1)");
    server.sql(&format!(
        "{units_range} insert into organizations (jurisdiction_id, id, parent_id, path, kind, name, is_public_institution,
             reviewing_body_id, state, version, created_at, updated_at)
         select o.jurisdiction_id, {unit_id}, b.id, b.path || {unit_text} || '/', 'employer', o.name || n, false, b.id, o.state, 1,
             o.created_at, o.created_at
         from u, organizations o join organizations b on b.id = o.reviewing_body_id
         where o.id = (select employer_id from professionals where employer_id is not null order by professional_id limit 1);
         {people_range} insert into professionals (jurisdiction_id, professional_id, name, id_type, id_cipher, id_masked, post, state,
             employer_id, version, created_at, updated_at)
         select j.id, {person_id}, '甲' || n, 'resident_id', {empty}, '410102********1238', 'technical', 'active', {employer}, 1,
             j.created_at, j.created_at
         from u, jurisdictions j where j.is_default;
         {people_range} insert into annual_records (jurisdiction_id, professional_id, year, employer_id, authority_id, state,
             approved_public, approved_professional, pending_public, pending_professional, version, updated_at)
         select j.id, {person_id}, 2023, {employer}, o.reviewing_body_id, 'in_progress', 0, 0, 0, 0, 1, j.created_at
         from u join organizations o on o.id = {employer} join jurisdictions j on j.id = o.jurisdiction_id;
         {records_range} insert into learning_records (jurisdiction_id, professional_id, id, year, source, subject, way, title, hours,
             started_on, completed_on, passed, declared, created_at)
         select j.id, {owner}, {record_id}, 2023, 'platform', 'public', 'distance_course', '课程' || n, 10 + n % 37,
             '2023-05-08', '2023-05-09', true, false, j.created_at
         from u, jurisdictions j where j.is_default;",
        units_range = numbers(database, units),
        people_range = numbers(database, people),
        records_range = numbers(database, people * 9),
        unit_id = id(1, "n").0,
        unit_text = id(1, "n").1,
        person_id = id(2, "n").0,
        employer = id(1, &unit).0,
        owner = id(2, "((n - 1) / 9 + 1)").0,
        record_id = id(3, "n").0,
    ));
}

/// Changes five records of as many people, somewhere among those that [`fill`] made; what is found then.
pub(super) fn plant(server: &Server, people: u32) -> Vec<String> {
    let record = |n: u32| format!("018b0000-0003-7a10-8000-{n:012x}");
    let person = |n: u32| format!("018b0000-0002-7a10-8000-{n:012x}");
    let at = |share: u32| people / 7 * share + 1;
    let first_of = |n: u32| (n - 1) * 9 + 1;
    let (hours, gone, passed, title, year) = (at(1), at(2), at(3), at(4), at(5));
    server.sql(&format!(
        "update learning_records set hours = hours + 1 where id = {};
         delete from learning_records where id = {};
         update learning_records set passed = false where id = {};
         update learning_records set title = '改' where id = {};
         update annual_records set approved_public = 1 where year = 2023 and professional_id = {};",
        key(server, &record(first_of(hours))),
        key(server, &record(first_of(gone) + 4)),
        key(server, &record(first_of(passed) + 8)),
        key(server, &record(first_of(title) + 2)),
        key(server, &person(year)),
    ));
    let mut expected = vec![
        format!("changed learning_record {}", record(first_of(hours))),
        format!("extra learning_record {}", record(first_of(gone) + 4)),
        format!("changed learning_record {}", record(first_of(passed) + 8)),
        format!("changed learning_record {}", record(first_of(title) + 2)),
        format!("changed annual_record {}:2023", person(year)),
    ];
    expected.sort();
    expected
}
