//! What transactions note of the rows that they touch is theirs alone, and is digested as the guide says.

use futures_util::future::join_all;
use sha2::{Digest, Sha256};
use xueshi_tests::{Database, Server, on_both};

use super::tampering::Intruder;
use super::{findings, settled, something_happens};

on_both!(
    a_reset_among_other_requests_begins_a_whole_log,
    notes_that_were_there_before_are_not_the_services,
    functions_of_another_schema_are_not_asked,
    the_digest_of_a_row_is_the_one_that_the_guide_computes,
);

/// On SQLite many requests are committed together: what those before the reset did is gone with everything else.
async fn a_reset_among_other_requests_begins_a_whole_log(server: &Server) {
    settled(server).await;
    let officer = server.login("city.officer").await;
    for _ in 0..3 {
        let logins = (0..24).map(|_| async {
            let body = serde_json::json!({"username": "city.admin", "password": "sandbox"});
            server.nobody().post("/v1/auth/login").json(body).await
        });
        let reset = async { server.nobody().post("/v1/sandbox/reset").await.is(200) };
        let others = async { officer.get("/v1/declarations").await };
        tokio::join!(join_all(logins), reset, others);
        settled(server).await;
        let _ = std::fs::remove_file(server.directory().join("audited.checkpoint"));
        assert_eq!(findings(server).await, Vec::<String>::new());
    }
}

/// Somebody who changes a row and leaves a note of it where sessions begin does not have it entered.
async fn notes_that_were_there_before_are_not_the_services(server: &Server) {
    let mut server = Server::start(server.database()).await;
    something_happens(&server).await;
    settled(&server).await;
    let mut intruder = Intruder::at(&server);
    intruder.run("update declarations set hours = hours + 1");
    intruder.run(match server.database() {
        Database::Sqlite => {
            "create table log_changes (n integer primary key, covered integer not null, at integer, key text);
             insert into log_changes (covered, at) select 10, rowid from declarations"
        }
        Database::Postgres => {
            "do $$ declare note text; begin
                 select 'declarations' || E'\\t' || encode(sha256(convert_to(row_to_json(d)::text, 'UTF8')), 'hex')
                     || E'\\t' || jurisdiction_id || E'\\t' || professional_id || E'\\t'
                     || jurisdiction_id || '/' || professional_id || '/' || id || E'\\n'
                 into note from declarations as d limit 1;
                 execute format('alter database %I set \"xueshi.changed_0\" = %L', current_database(), note);
             end $$"
        }
    });
    server.stop();
    server.start_again();
    // The service writes: an administrator's login is told of.
    server.login("city.admin").await;
    settled(&server).await;
    let found = findings(&server).await;
    assert!(found.iter().any(|line| line.starts_with("declarations ")), "{found:#?}");
}

/// Somebody who changes a row and has the database show its former text to whoever looks is found: names are looked for in the service's own
/// schema, whose functions are known.
async fn functions_of_another_schema_are_not_asked(server: &Server) {
    let mut server = Server::start(server.database()).await;
    something_happens(&server).await;
    settled(&server).await;
    let mut intruder = Intruder::at(&server);
    if server.database() == Database::Postgres {
        intruder.run(
            "create schema elsewhere;
             create table elsewhere.former as select id, row_to_json(d) as shown from declarations d;
             create function elsewhere.row_to_json(public.declarations) returns json language sql as
                 $$ select shown from elsewhere.former where id = $1.id $$;
             do $$ begin
                 execute format('alter database %I set search_path = public, elsewhere', current_database());
             end $$",
        );
    }
    intruder.run("update declarations set hours = hours + 1");
    server.stop();
    server.start_again();
    server.login("city.admin").await;
    settled(&server).await;
    let found = findings(&server).await;
    assert!(found.iter().any(|line| line.starts_with("declarations ")), "{found:#?}");
}

/// docs/auditing.md, "The digest of a row".
async fn the_digest_of_a_row_is_the_one_that_the_guide_computes(server: &Server) {
    something_happens(server).await;
    settled(server).await;
    let mut intruder = Intruder::with_triggers(server);
    let digest = match server.database() {
        Database::Sqlite => {
            let row = "from declarations order by rowid desc limit 1";
            let mut columns = intruder.columns("declarations");
            columns.sort();
            let form: String = columns
                .iter()
                .flat_map(|(column, _)| {
                    let value = format!(
                        "case typeof({column}) when 'integer' then '00000008' || printf('%016X', {column})
                         else printf('%08X', length(cast({column} as blob))) || hex({column}) end"
                    );
                    intruder.texts(&format!(
                        "select case when {column} is null then ''
                         else hex('{column}') || '00' || hex(substr(typeof({column}), 1, 1)) || {value} end as text {row}"
                    ))
                })
                .collect();
            let salt = intruder.texts(&format!(
                "select hex(log_salt) as text from professionals where professional_id = (select professional_id {row})"
            ));
            let salted = [bytes(&salt[0]), Sha256::digest(bytes(&form)).to_vec()].concat();
            format!("x'{}'", hex(&Sha256::digest(salted)))
        }
        Database::Postgres => {
            intruder.run("set time zone 'Asia/Shanghai'");
            let digest = intruder.texts(
                "select encode(sha256(p.log_salt || sha256(convert_to(row_to_json(d)::text, 'UTF8'))), 'hex') as text
                 from declarations d join professionals p using (jurisdiction_id, professional_id)
                 order by d.id desc limit 1",
            );
            format!("decode('{}', 'hex')", digest[0])
        }
    };
    let position = match server.database() {
        Database::Sqlite => format!("instr(changes, {digest})"),
        Database::Postgres => format!("position({digest} in changes)"),
    };
    let holding = intruder.texts(&format!(
        "select cast(seq as text) as text from log_entries where kind = 'rows' and {position} > 0"
    ));
    assert_eq!(holding.len(), 1, "{digest}");
}

fn bytes(digits: &str) -> Vec<u8> {
    (0..digits.len())
        .step_by(2)
        .map(|place| u8::from_str_radix(&digits[place..place + 2], 16).unwrap())
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
