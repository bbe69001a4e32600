//! Behind a pooler that lends sessions of PostgreSQL for a transaction at a time: nothing may rest on what a session remembers.

use std::future::IntoFuture as _;

use futures_util::future::join_all;
use serde_json::json;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Database, Server};

use crate::transparency::{findings, settled};

/// V4, H1: two instances behind a pooler with four sessions, and one beside it: of many decisions one stands of each declaration, the
/// year's totals lose none, and the log has noted every row.
#[test]
fn instances_behind_a_pooler_share_its_sessions() {
    xueshi_tests::run(Database::Postgres, async |server: &Server| {
        let instances = [server.another_behind_a_pooler(), server.another_behind_a_pooler()];
        let doctor = server.login("professional").await;
        let here = |number: usize| instances[number % 2].address();
        let drafts = (0..20).map(|index| {
            let doctor = doctor.at(here(index));
            async move {
                let date = format!("0{}-{:02}", 1 + index / 10, 1 + 2 * (index % 10));
                let title = format!("第 {index} 场会议");
                let draft =
                    steps::conference_with_evidence(&doctor, &title, &date, &date, 1.5).await;
                steps::submission(&doctor, &draft).await.is(200);
                text(&draft, "id")
            }
        });
        let ids = join_all(drafts).await;
        for name in ["hospital.admin", "health.reviewer"] {
            let own = server.login(name).await;
            let both = [own.at(here(0)), own.at(here(1))];
            let calls = ids.iter().flat_map(|id| {
                both.each_ref().map(|client| steps::decision(client, id, "approve").into_future())
            });
            let answers = join_all(calls).await;
            for both in answers.chunks(2) {
                let mut statuses: Vec<u16> = both.iter().map(|answer| answer.status).collect();
                statuses.sort_unstable();
                assert_eq!(statuses, [200, 409], "{both:?}");
            }
        }
        for number in 0..2 {
            let year = doctor.at(here(number)).get("/v1/me/years/2023").await.is(200);
            assert_eq!(year["approved"], json!({"total": 30, "public": 0, "professional": 30}));
            steps::assert_totals_add_up(server, &text(&year, "professional_id"), 2023).await;
        }
        settled(server).await;
        assert_eq!(findings(server).await, Vec::<String>::new());
    });
}

/// What a pooler's sessions were set to by others does not matter: each transaction says what it needs.
#[test]
fn a_transaction_brings_its_own_settings() {
    xueshi_tests::run(Database::Postgres, async |server: &Server| {
        // For whoever comes from now on: another zone, another form of bytes, notes of the log that begin with something, and a function of a
        // known name that tells lies, before the real one.
        server.sql(
            "create function public.sha256(bytea) returns bytea language sql as $f$select ''::bytea$f$;
             do $$ begin
                execute format('alter database %I set timezone to ''America/New_York''', current_database());
                execute format('alter database %I set bytea_output to ''escape''', current_database());
                execute format('alter database %I set xueshi.changed to ''7''', current_database());
                execute format('alter database %I set search_path to public, pg_catalog', current_database());
             end $$",
        );
        let instance = server.another_behind_a_pooler();
        let doctor = server.login("professional").await.at(instance.address());
        let draft = steps::draft_of(&doctor, "public").await;
        let submitted = steps::submission(&doctor, &draft).await.is(200);
        assert_eq!(submitted["due_at"], "2023-10-24T00:00:00+08:00");
        settled(server).await;
        // The function is noticed. No row is: it was not asked.
        let found = findings(server).await;
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].starts_with("log_shapes"), "{found:#?}");
    });
}
