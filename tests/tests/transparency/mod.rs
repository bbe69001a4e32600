//! The transparency log (ADR 0027): sealed within a second, proved to anyone, recomputed against the database.

mod arithmetic;
mod backups;
mod notes;
mod proofs;
mod tampering;
mod tiles;
mod witness;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use xueshi_api::Settings;
use xueshi_api::cli::log_findings;
use xueshi_tests::Server;
use xueshi_tests::merkle::{Hash, leaf_hash};
use xueshi_tests::steps::{self, text};

/// A checkpoint as anyone reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    note: String,
    origin: String,
    size: u64,
    root: Hash,
}

impl Head {
    fn of(note: &str) -> Head {
        let lines: Vec<&str> = note.lines().collect();
        assert_eq!(lines[3], "", "{note}");
        assert!(lines[4].starts_with(&format!("— {} ", lines[0])), "{note}");
        Head {
            note: note.to_owned(),
            origin: lines[0].to_owned(),
            size: lines[1].parse().unwrap(),
            root: hash(lines[2]),
        }
    }
}

fn hash(text: &str) -> Hash {
    STANDARD.decode(text).unwrap().try_into().unwrap()
}

/// The newest checkpoint.
async fn head(server: &Server) -> Head {
    // A log that has just begun has none for a moment.
    for _ in 0..50 {
        let answer = server.nobody().get("/v1/audit/checkpoint").await;
        if answer.status == 200 {
            return Head::of(&answer.text());
        }
        answer.refused(404, "not-found");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nothing is sealed");
}

/// The newest checkpoint, once nothing waits to be sealed.
pub(super) async fn settled(server: &Server) -> Head {
    let mut last = head(server).await;
    loop {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let next = head(server).await;
        if next == last {
            return next;
        }
        last = next;
    }
}

/// A tile, or a bundle of entries.
async fn tile(server: &Server, path: &str) -> Vec<u8> {
    let answer = server.nobody().get(&format!("/v1/audit/tile/{path}")).await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.bytes
}

/// The first so many entries, by bundles.
async fn entries(server: &Server, size: u64) -> Vec<String> {
    let mut all = Vec::new();
    for number in 0..size.div_ceil(256) {
        let width = (size - number * 256).min(256);
        let part = if width == 256 { String::new() } else { format!(".p/{width}") };
        let bytes = tile(server, &format!("entries/{number:03}{part}")).await;
        let mut rest = bytes.as_slice();
        while let Some((length, behind)) = rest.split_first_chunk::<2>() {
            let (entry, behind) = behind.split_at(usize::from(u16::from_be_bytes(*length)));
            all.push(String::from_utf8(entry.to_vec()).unwrap());
            rest = behind;
        }
    }
    assert_eq!(all.len() as u64, size);
    all
}

fn leaf_hashes(entries: &[String]) -> Vec<Hash> {
    entries.iter().map(|entry| leaf_hash(entry.as_bytes())).collect()
}

/// What `xueshi audit verify` finds of the log.
pub(super) async fn findings(server: &Server) -> Vec<String> {
    let mut settings = Settings::for_tests(server.directory().to_owned());
    settings.database_url = Some(server.database_url().to_owned());
    log_findings(&settings).await.unwrap()
}

/// Something that is decided: a declaration approved by its employer.
async fn something_happens(server: &Server) -> String {
    let (doctor, admin) =
        (server.login("professional").await, server.login("hospital.admin").await);
    let draft = steps::draft_of(&doctor, "public").await;
    steps::submission(&doctor, &draft).await.is(200);
    let id = text(&draft, "id");
    steps::decision(&admin, &id, "approve").await.is(200);
    id
}
