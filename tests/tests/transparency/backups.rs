//! A database that went back in time is noticed.

use std::fs;

use xueshi_tests::{Server, on_both};

use super::{findings, head, settled, something_happens};

on_both!(an_older_copy_is_noticed_by_audit_verify, another_log_of_the_same_size_is_noticed);

/// The head that a clean run of `xueshi audit verify` kept is not in the past of an older copy.
async fn an_older_copy_is_noticed_by_audit_verify(server: &Server) {
    let mut server = Server::start(server.database()).await;
    settled(&server).await;
    server.stop();
    let mut older = server.copy();
    server.start_again();
    let server = &server;
    something_happens(server).await;
    let newer = settled(server).await;
    assert_eq!(findings(server).await, Vec::<String>::new());
    let seen = fs::read_to_string(server.directory().join("audited.checkpoint")).unwrap();
    assert_eq!(seen, newer.note);

    // The older copy takes its place, with what the last run kept beside it.
    fs::write(older.directory().join("audited.checkpoint"), &seen).unwrap();
    let found = findings(&older).await;
    assert!(found[0].contains("is older than the head that was kept"), "{found:#?}");
    assert_eq!(found.len(), 1, "{found:#?}");
    // Growing again does not help: its past is another one.
    older.set_clock("2023-10-17T09:00:00+08:00").await;
    while head(&older).await.size <= newer.size {
        something_happens_again(&older).await;
        settled(&older).await;
    }
    let found = findings(&older).await;
    assert!(found[0].contains("its past is another one"), "{found:#?}");
    older.stop();
}

async fn another_log_of_the_same_size_is_noticed(server: &Server) {
    let kept = settled(server).await;
    let note = kept.note.replacen(&kept.origin, "another.example/log", 1);
    fs::write(server.directory().join("audited.checkpoint"), note).unwrap();
    let found = findings(server).await;
    assert!(found[0].contains("is of another log"), "{found:#?}");
}

async fn something_happens_again(server: &Server) {
    let doctor = server.login("professional").await;
    let learning = xueshi_tests::steps::conference("学术会议", "05-08", "05-09", 8);
    doctor.post("/v1/declarations").json(learning).await.is(201);
}
