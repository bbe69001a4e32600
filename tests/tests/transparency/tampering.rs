//! What somebody changes behind the service's back is found, and the first wrong row named.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use xueshi_tests::{Database, Server, on_both};

use super::{findings, settled};

on_both!(
    any_change_behind_the_back_is_found,
    what_looks_like_an_entry_is_none,
    what_is_put_into_the_database_is_found,
    what_the_service_does_is_no_fault,
);

/// Changes of an ordinary run; `XUESHI_CHANGES` asks for more.
const CHANGES: usize = 40;
/// What of the log itself is changed, beside the rows that it speaks of.
const OF_THE_LOG: [&str; 3] = ["log_entries", "log_tiles", "log_checkpoints"];

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    text: String,
}

/// A connection that is not the service's.
pub(super) enum Intruder {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Intruder {
    /// One for whom the database's own triggers are what they are.
    pub(super) fn with_triggers(server: &Server) -> Self {
        let mut intruder = match server.database() {
            Database::Sqlite => {
                let file = server.database_url().trim_start_matches("sqlite://");
                Self::Sqlite(SqliteConnection::establish(file).unwrap())
            }
            Database::Postgres => {
                Self::Postgres(PgConnection::establish(server.database_url()).unwrap())
            }
        };
        if let Self::Sqlite(_) = intruder {
            intruder.run("pragma busy_timeout = 5000");
        }
        intruder
    }

    /// One in whose way no key and no trigger stands.
    pub(super) fn at(server: &Server) -> Self {
        let mut intruder = Self::with_triggers(server);
        intruder.run(match &intruder {
            // What is sealed is guarded by triggers, which give way to this.
            Self::Sqlite(_) => "pragma foreign_keys = off; update installation set emptying = true",
            Self::Postgres(_) => {
                "set session_replication_role = replica; set time zone 'Asia/Shanghai'"
            }
        });
        intruder
    }

    pub(super) fn run(&mut self, statements: &str) {
        self.tries(statements).unwrap_or_else(|error| panic!("{statements}: {error}"));
    }

    fn tries(&mut self, statements: &str) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => conn.batch_execute(statements),
            Self::Postgres(conn) => conn.batch_execute(statements),
        }
    }

    pub(super) fn texts(&mut self, query: &str) -> Vec<String> {
        let rows: Vec<Row> = match self {
            Self::Sqlite(conn) => diesel::sql_query(query).load(conn).unwrap(),
            Self::Postgres(conn) => diesel::sql_query(query).load(conn).unwrap(),
        };
        rows.into_iter().map(|row| row.text).collect()
    }

    /// The column by which a row is addressed, whatever its key.
    fn place(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "rowid",
            Self::Postgres(_) => "ctid",
        }
    }

    /// Columns of a table with their types.
    pub(super) fn columns(&mut self, table: &str) -> Vec<(String, String)> {
        let query = match self {
            Self::Sqlite(_) => {
                format!(
                    "select name || ' ' || lower(type) as text from pragma_table_info('{table}')"
                )
            }
            Self::Postgres(_) => format!(
                "select column_name || ' ' || data_type as text from information_schema.columns where table_name = '{table}'"
            ),
        };
        let split = |text: String| {
            let (name, kind) = text.split_once(' ').unwrap();
            (name.to_owned(), kind.to_owned())
        };
        self.texts(&query).into_iter().map(split).collect()
    }
}

/// The covered tables: those that some entry speaks of, by what the service itself says.
fn covered(intruder: &mut Intruder) -> Vec<String> {
    intruder.texts("select covered as text from log_shapes where covered <> '*' order by 1")
}

/// Another value of a column, as SQL.
fn another(intruder: &Intruder, column: &str, kind: &str, dice: &mut Dice) -> String {
    match (intruder, kind) {
        (_, "integer" | "bigint") => format!("coalesce({column}, 0) + 1"),
        (Intruder::Sqlite(_), "boolean") => format!("1 - coalesce({column}, 0)"),
        (Intruder::Postgres(_), "boolean") => format!("not coalesce({column}, false)"),
        // Bytes and the digits of the same bytes are two things.
        (Intruder::Sqlite(_), "blob") if dice.below(3) == 0 => format!("hex({column})"),
        (Intruder::Sqlite(_), "blob") => format!(
            "case when {column} is null then x'00' else x'ff' || substr({column}, 2) || x'00' end"
        ),
        (Intruder::Postgres(_), "bytea") => {
            format!("coalesce({column}, ''::bytea) || '\\x00'::bytea")
        }
        (Intruder::Postgres(_), "uuid") => "gen_random_uuid()".to_owned(),
        (Intruder::Postgres(_), "date") => format!("coalesce({column}, '2020-01-01') + 1"),
        (Intruder::Postgres(_), "timestamp with time zone") => {
            format!("coalesce({column}, now()) + interval '1 microsecond'")
        }
        _ => format!("coalesce({column}, '') || 'x'"),
    }
}

/// Some numbers, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % limit as u64).unwrap()
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// A change of one row at random: the statement.
fn change(intruder: &mut Intruder, table: &str, place: &str, dice: &mut Dice) -> String {
    let at = intruder.place();
    if dice.below(4) == 0 {
        return format!("delete from {table} where {at} = {place}");
    }
    let columns = intruder.columns(table);
    // Its number is no part of what an entry says, and the instant of sealing is no part of the head.
    let left_alone: BTreeSet<&str> = match table {
        "log_entries" => ["seq", "mark"].into(),
        "log_checkpoints" => ["sealed_at"].into(),
        // Where an event stands in the feed is no part of it.
        "events" => ["position", "seq"].into(),
        _ => [].into(),
    };
    let columns: Vec<_> =
        columns.into_iter().filter(|(name, _)| !left_alone.contains(name.as_str())).collect();
    let (column, kind) = dice.one(&columns).clone();
    let value = another(intruder, &column, &kind, dice);
    format!("update {table} set {column} = {value} where {at} = {place}")
}

async fn any_change_behind_the_back_is_found(server: &Server) {
    let mut server = Server::start(server.database()).await;
    xueshi_tests::steps::certified_person(&server).await;
    settled(&server).await;
    // Nobody else changes anything meanwhile.
    server.stop();
    let server = &server;
    assert_eq!(findings(server).await, Vec::<String>::new());
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<usize>().ok());
    let changes = number("XUESHI_CHANGES").unwrap_or(CHANGES);
    let mut intruder = Intruder::at(server);
    let mut tables = covered(&mut intruder);
    assert!(tables.len() > 50, "{tables:?}");
    tables.push("events".to_owned());
    tables.retain(|table| {
        !intruder.texts(&format!("select '' as text from {table} limit 1")).is_empty()
    });
    let mut dice = Dice(number("XUESHI_SEED").unwrap_or(5) as u64);
    let mut round = 0;
    while round < changes {
        // A third of the changes is of the log itself.
        let table = match dice.below(3) {
            0 => (*dice.one(&OF_THE_LOG)).to_owned(),
            _ => dice.one(&tables).clone(),
        };
        let at = intruder.place();
        let places = intruder.texts(&format!("select cast({at} as text) as text from {table}"));
        let place = format!("'{}'", dice.one(&places));
        let change = change(&mut intruder, &table, &place, &mut dice);
        intruder.run(&format!("create table before_it as select * from {table}"));
        // Some changes no database takes, such as a second row with the same key.
        if intruder.tries(&change).is_err() {
            intruder.run("drop table before_it");
            continue;
        }
        round += 1;
        let found = findings(server).await;
        assert!(!found.is_empty(), "{round}: {change}");
        let named = found[0].split(' ').next().unwrap();
        let of_the_log = OF_THE_LOG.contains(&table.as_str());
        // A salt and its event fit each other, or one of them was changed.
        let of_the_log = of_the_log && (named.starts_with("log_") || named == "events");
        assert!(named == table || of_the_log, "{round}: {change}: {found:#?}");
        let columns = intruder.columns(&table).into_iter().map(|(name, _)| name);
        let columns = columns.collect::<Vec<_>>().join(", ");
        intruder.run(&format!(
            "delete from {table}; insert into {table} ({columns}) select {columns} from before_it; drop table before_it"
        ));
    }
    assert_eq!(findings(server).await, Vec::<String>::new(), "all was put back");
    // What somebody adds: a row that nobody entered, and an entry that the service did not make.
    intruder.run(
        "create table another_one as select * from reviews limit 1; delete from reviews where id = (select id from another_one)",
    );
    assert!(findings(server).await[0].starts_with("reviews "));
    intruder.run("insert into reviews select * from another_one; drop table another_one");
    assert_eq!(findings(server).await, Vec::<String>::new());
    let id = match server.database() {
        Database::Sqlite => "randomblob(16)",
        Database::Postgres => "gen_random_uuid()",
    };
    intruder.run(&format!(
        "insert into log_entries (id, kind, leaf, mark) select {id}, kind, leaf, mark from log_entries where kind = 'rows'"
    ));
    let found = findings(server).await;
    assert!(found[0].starts_with("log_entries "), "{found:#?}");
}

/// An event that nobody told is not covered by an entry about something else.
async fn what_looks_like_an_entry_is_none(server: &Server) {
    // Who holds an office is told of with the address.
    server.login("city.admin").await;
    settled(server).await;
    let mut intruder = Intruder::at(server);
    let columns = "kind, subject, subject_id, data, occurred_at";
    intruder.run(&format!(
        "insert into events (jurisdiction_id, id, {columns})
         select jurisdiction_id, (select id from log_entries where kind = 'rows' limit 1), {columns} from events limit 1"
    ));
    let found = findings(server).await;
    assert!(found[0].starts_with("events ") && found[0].contains("has no entry"), "{found:#?}");
    intruder.run("delete from events where id in (select id from log_entries where kind = 'rows')");
    assert_eq!(findings(server).await, Vec::<String>::new());
    // Where somebody asked from cannot be wiped without an erasure.
    intruder.run(
        "update events set address = null, address_salt = null where address_digest is not null",
    );
    let found = findings(server).await;
    assert!(found[0].starts_with("events ") && found[0].contains("address"), "{found:#?}");
}

/// What the database runs by itself, and the notes by which a start decides what it enters.
async fn what_is_put_into_the_database_is_found(server: &Server) {
    let mut server = Server::start(server.database()).await;
    settled(&server).await;
    assert_eq!(findings(&server).await, Vec::<String>::new());
    let mut intruder = Intruder::with_triggers(&server);
    intruder.run(match server.database() {
        Database::Sqlite => {
            "create trigger mine after insert on sessions begin update declarations set hours = hours + 1; end"
        }
        Database::Postgres => {
            "create function mine() returns trigger language plpgsql as $$ begin update declarations set hours = hours + 1; return null; end $$;
             create trigger mine after insert on sessions for each row execute function mine()"
        }
    });
    let found = findings(&server).await;
    assert!(found[0].starts_with("log_shapes *: triggers, functions"), "{found:#?}");
    intruder.run(match server.database() {
        Database::Sqlite => "drop trigger mine",
        Database::Postgres => "drop trigger mine on sessions; drop function mine()",
    });
    assert_eq!(findings(&server).await, Vec::<String>::new());

    // Whoever takes away what a start goes by does not have it enter what was changed.
    drop(intruder);
    server.stop();
    let mut intruder = Intruder::with_triggers(&server);
    intruder.run(
        "update declarations set hours = hours + 1; delete from log_shapes where covered in ('declarations', '*')",
    );
    drop(intruder);
    server.start_again();
    settled(&server).await;
    let found = findings(&server).await;
    assert!(found.iter().any(|line| line.starts_with("declarations ")), "{found:#?}");
}

/// Everything that is done in a year through the service leaves a log that fits.
async fn what_the_service_does_is_no_fault(server: &Server) {
    let person = xueshi_tests::steps::certified_person(server).await;
    let officer = server.login("city.officer").await;
    let year = format!("/v1/professionals/{}/annual-records/2023", person.professional_id);
    officer.get(&year).await.is(200);
    assert_eq!(findings(server).await, Vec::<String>::new());
    server.nobody().post("/v1/sandbox/reset").await.is(200);
    // The log of a sandbox begins anew with its world, which whoever kept a head of it notices.
    settled(server).await;
    let found = findings(server).await;
    assert!(found[0].starts_with("log_checkpoints "), "{found:#?}");
    std::fs::remove_file(server.directory().join("audited.checkpoint")).unwrap();
    assert_eq!(findings(server).await, Vec::<String>::new(), "after a reset");
}
