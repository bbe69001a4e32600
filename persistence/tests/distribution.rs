//! Cells by city (`docs/scale.md`): every key of the migrated database carries the city, or is named here with the reason.
//!
//! The catalogue of PostgreSQL is asked, so that it does not matter how a migration wrote a key. The city is the distribution key: whoever divides the
//! database by it, over several databases or over the nodes of one, can keep no key together that does not carry it.
//! PostgreSQL is the server named by `XUESHI_TEST_POSTGRES` (`scripts/with-postgres` starts one).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

/// Whose data an exception holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    /// No person's: each cell has its own, or each node a copy.
    Nobody,
    /// People's: an obstacle, which `docs/scale.md` has to name.
    People,
}

/// A table without the city (its name), or a key without it (`table.key`); whose data it is; why it is so.
type Exception = (&'static str, Of, &'static str);

/// Tables in which not every row is of a city. None of their own keys needs it.
const TABLES: &[Exception] = &[
    ("__diesel_schema_migrations", Of::Nobody, "which migrations were run: each cell has its own"),
    ("installation", Of::Nobody, "one row that says what the database is for"),
    ("jurisdictions", Of::Nobody, "the cities themselves: every node has a copy"),
    (
        "data_keys",
        Of::Nobody,
        "keys that fields are encrypted under, wrapped under the master key of the installation",
    ),
    ("signing_keys", Of::Nobody, "keys that the installation signs with"),
    (
        "client_assertions",
        Of::Nobody,
        "used up by machine clients, which are found by an id that names no city",
    ),
    (
        "orphaned_files",
        Of::Nobody,
        "files to be removed, which are stored by the hash of their content for all cities",
    ),
    ("log_tiles", Of::Nobody, "hashes of the one log of the installation"),
    ("log_checkpoints", Of::Nobody, "the head of the one log"),
    ("log_cosignatures", Of::Nobody, "what witnesses signed of the one log"),
    ("log_shapes", Of::Nobody, "the columns of the tables that the log covers"),
    (
        "log_entries",
        Of::People,
        "one order over all cities, and some entries are of none; they name rows, so people, by ids",
    ),
    ("sessions", Of::People, "a session is found by the id in a token, and is of an account"),
    (
        "login_failures",
        Of::People,
        "counted before it is known who logs in, so where they are from",
    ),
    (
        "idempotency_keys",
        Of::People,
        "found by caller and key; a kept answer may show a person's record",
    ),
];

/// Keys without the city in tables that have it.
const KEYS: &[Exception] = &[
    (
        "accounts.accounts_pkey",
        Of::People,
        "tokens, grants and sessions name an account by its id alone",
    ),
    ("accounts.accounts_username_key", Of::People, "who logs in names no city"),
    ("grants.grants_pkey", Of::People, "grants are addressed by their id alone"),
    ("grants.grants_account_id_fkey", Of::People, "names an account by its id alone"),
    ("registrations.registrations_account_id_fkey", Of::People, "names an account by its id alone"),
    (
        "employment_requests.employment_requests_account_id_fkey",
        Of::People,
        "names an account by its id alone",
    ),
    (
        "unit_registrations.unit_registrations_account_id_fkey",
        Of::People,
        "names an account by its id alone",
    ),
    (
        "digest_tail.digest_tail_pkey",
        Of::People,
        "a drawn number; rows are there until the digests of their person are computed",
    ),
    ("figure_tail.figure_tail_pkey", Of::Nobody, "a drawn number; sums of units"),
    ("figure_log.figure_log_pkey", Of::Nobody, "a drawn number; sums of units"),
    (
        "clients.clients_pkey",
        Of::Nobody,
        "tokens and assertions name a machine client by its id alone",
    ),
    (
        "clients.clients_client_id_key",
        Of::Nobody,
        "a machine client that asks for a token names no city",
    ),
];

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    relation: String,
    /// The key; of a table its own name.
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    carries: bool,
}

/// Every table, and whether each of its rows is of a city.
const ALL_TABLES: &str = "
    select r.relname::text as relation, r.relname::text as name, exists (
        select from pg_attribute a
        where a.attrelid = r.oid and a.attname = 'jurisdiction_id' and a.attnotnull
    ) as carries
    from pg_class r join pg_namespace n on n.oid = r.relnamespace
    where n.nspname = current_schema() and r.relkind in ('r', 'p')";

/// Every primary key, unique constraint, unique index and exclusion: all of them are indexes. Columns that an index only includes are no part of its key.
const UNIQUE_KEYS: &str = "
    select r.relname::text as relation, k.relname::text as name, exists (
        select from pg_attribute a
        where a.attrelid = r.oid and a.attname = 'jurisdiction_id'
            and a.attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1])
    ) as carries
    from pg_index i
    join pg_class r on r.oid = i.indrelid
    join pg_class k on k.oid = i.indexrelid
    join pg_namespace n on n.oid = r.relnamespace
    where n.nspname = current_schema() and (i.indisunique or i.indisexclusion)";

/// Every foreign key: its city is that of the row which it names, or it names the city itself.
const FOREIGN_KEYS: &str = "
    select r.relname::text as relation, c.conname::text as name, exists (
        select from unnest(c.conkey, c.confkey) as pairs (here, there)
        join pg_attribute a on a.attrelid = r.oid and a.attnum = pairs.here
        join pg_attribute b on b.attrelid = c.confrelid and b.attnum = pairs.there
        where a.attname = 'jurisdiction_id'
            and b.attname = case t.relname when 'jurisdictions' then 'id' else 'jurisdiction_id' end
    ) as carries
    from pg_constraint c
    join pg_class r on r.oid = c.conrelid
    join pg_class t on t.oid = c.confrelid
    join pg_namespace n on n.oid = r.relnamespace
    where n.nspname = current_schema() and c.contype = 'f'";

/// What does not carry the city: tables by their name, and of the others the keys, as `table.key`.
fn without_the_city(conn: &mut PgConnection) -> BTreeSet<String> {
    let mut ask = |sql: &str| diesel::sql_query(sql).load::<Row>(conn).unwrap();
    let tables: BTreeMap<String, bool> =
        ask(ALL_TABLES).into_iter().map(|row| (row.name, row.carries)).collect();
    let keys = ask(UNIQUE_KEYS).into_iter().chain(ask(FOREIGN_KEYS));
    let keys = keys
        .filter(|key| tables[&key.relation] && !key.carries)
        .map(|key| format!("{}.{}", key.relation, key.name));
    let keys: Vec<String> = keys.collect();
    tables.into_iter().filter(|(_, carries)| !carries).map(|(name, _)| name).chain(keys).collect()
}

/// A database of its own with all migrations.
fn migrated() -> PgConnection {
    let admin = std::env::var("XUESHI_TEST_POSTGRES")
        .expect("XUESHI_TEST_POSTGRES names no server: run the tests with scripts/with-postgres");
    let name = format!("distribution_{:032x}", rand::random::<u128>());
    let mut conn = PgConnection::establish(&admin).unwrap();
    conn.batch_execute(&format!("create database {name}")).unwrap();
    let url = admin.replace("/postgres?", &format!("/{name}?"));
    xueshi_persistence::migrate(&url.parse().unwrap()).unwrap();
    PgConnection::establish(&url).unwrap()
}

fn exceptions() -> impl Iterator<Item = &'static Exception> {
    TABLES.iter().chain(KEYS)
}

#[test]
fn every_key_carries_the_city_or_is_an_exception_with_a_reason() {
    let found = without_the_city(&mut migrated());
    let listed: BTreeSet<String> = exceptions().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(listed.len(), exceptions().count(), "an exception is listed twice");
    let new: Vec<_> = found.difference(&listed).collect();
    assert!(
        new.is_empty(),
        "without the city in it, which divides the data (docs/scale.md): {new:?}"
    );
    let past: Vec<_> = listed.difference(&found).collect();
    assert!(past.is_empty(), "no exception any more, so to be taken off the list: {past:?}");
}

#[test]
fn what_holds_people_without_the_city_is_told_as_an_obstacle() {
    let told = include_str!("../../docs/scale.md");
    for (name, of, why) in exceptions() {
        assert!(!why.is_empty(), "{name} has no reason");
        let table = name.split('.').next().unwrap_or_default();
        let needed = *of == Of::People;
        assert!(
            !needed || told.contains(&format!("`{table}`")),
            "docs/scale.md does not name {table}"
        );
    }
}

#[test]
fn a_table_that_breaks_the_rule_is_found() {
    let mut conn = migrated();
    let before = without_the_city(&mut conn);
    conn.batch_execute(
        "create table probe_of_no_city (id uuid primary key);
        create table probe_of_some_city (jurisdiction_id uuid, id uuid, unique (jurisdiction_id, id));
        create table probe (
            jurisdiction_id uuid not null references jurisdictions (id),
            id uuid not null,
            other_id uuid not null constraint probe_other references jurisdictions (id),
            parent_id uuid,
            constraint probe_good primary key (jurisdiction_id, id),
            constraint probe_unique unique (id),
            constraint probe_crossed unique (id, jurisdiction_id),
            constraint probe_parent foreign key (jurisdiction_id, parent_id) references probe (jurisdiction_id, id),
            constraint probe_across foreign key (parent_id, jurisdiction_id) references probe (jurisdiction_id, id),
            constraint probe_alone foreign key (parent_id) references probe (id),
            constraint probe_apart exclude using btree (id with =)
        );
        create unique index probe_partly on probe (other_id) where parent_id is null;
        create unique index probe_includes on probe (other_id) include (jurisdiction_id);
        create index probe_by_other on probe (other_id);",
    )
    .unwrap();
    let after = without_the_city(&mut conn);
    let found: Vec<&str> = after.difference(&before).map(String::as_str).collect();
    let expected = [
        "probe.probe_across",
        "probe.probe_alone",
        "probe.probe_apart",
        "probe.probe_includes",
        "probe.probe_other",
        "probe.probe_partly",
        "probe.probe_unique",
        "probe_of_no_city",
        "probe_of_some_city",
    ];
    assert_eq!(found, expected);
}
