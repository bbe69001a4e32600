//! Tiles and bundles as C2SP tlog-tiles has them.

use xueshi_tests::merkle::whole;
use xueshi_tests::{Server, on_both};

use super::{entries, head, leaf_hashes, settled, tile};

on_both!(
    tiles_are_what_the_entries_give,
    paths_of_no_tile_are_not_found,
    the_key_verifies_the_head
);

async fn tiles_are_what_the_entries_give(server: &Server) {
    grow(server, 300).await;
    let size = settled(server).await.size;
    let leaves = leaf_hashes(&entries(server, size).await);
    for number in 0..size.div_ceil(256) {
        let start = usize::try_from(number * 256).unwrap();
        let hashes = &leaves[start..leaves.len().min(start + 256)];
        let part = if hashes.len() == 256 { String::new() } else { format!(".p/{}", hashes.len()) };
        let bytes = tile(server, &format!("0/{number:03}{part}")).await;
        assert_eq!(bytes, hashes.concat(), "{number}");
        if hashes.len() == 256 {
            let above = tile(server, &format!("1/000.p/{}", number + 1)).await;
            assert_eq!(above[usize::try_from(number).unwrap() * 32..], whole(hashes), "{number}");
        }
    }
    assert!(size > 256, "{size}");
}

/// Enough drafts for the log to have a whole tile.
async fn grow(server: &Server, entries: u64) {
    let doctor = server.login("professional").await;
    let learning = || xueshi_tests::steps::conference("学术会议", "05-08", "05-09", 8);
    while head(server).await.size < entries {
        let many =
            (0..50).map(|_| async { doctor.post("/v1/declarations").json(learning()).await });
        for answer in futures_util::future::join_all(many).await {
            answer.is(201);
        }
    }
}

async fn paths_of_no_tile_are_not_found(server: &Server) {
    let size = settled(server).await.size;
    let nobody = server.nobody();
    for path in [
        format!("0/{:03}.p/255", size / 256 + 1),
        "0/999".to_owned(),
        "6/000".to_owned(),
        "8/000".to_owned(),
        "x/000".to_owned(),
        "0/0".to_owned(),
        "0/x000/001".to_owned(),
        "0/000.p/0".to_owned(),
        "0/000.p/256".to_owned(),
        "0/".to_owned(),
        "entries/x999/999".to_owned(),
        "entries/000.p/01".to_owned(),
        "0/x999/x999/x999/x999/x999/x999/x999/999".to_owned(),
    ] {
        nobody.get(&format!("/v1/audit/tile/{path}")).await.refused(404, "not-found");
    }
    nobody.post("/v1/audit/tile/0/000").await.refused(405, "method-not-allowed");
}

/// C2SP signed-note: the key of `/v1/audit/log` is the one that the checkpoint is signed with.
async fn the_key_verifies_the_head(server: &Server) {
    let log = server.nobody().get("/v1/audit/log").await.is(200);
    let key = log["verifier_key"].as_str().unwrap();
    let note = head(server).await.note;
    let verify = |note: &str| {
        let verifier = signed_note::StandardVerifier::new(key).unwrap();
        let known = signed_note::VerifierList::new(vec![Box::new(verifier)]);
        signed_note::Note::from_bytes(note.as_bytes())
            .is_ok_and(|note| note.verify(&known).is_ok_and(|(verified, _)| verified.len() == 1))
    };
    assert!(verify(&note), "{note}");
    let size = note.lines().nth(1).unwrap();
    assert!(!verify(&note.replacen(size, &format!("{size}0"), 1)));
}
