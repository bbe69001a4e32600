//! `docs/review-machine.md` shows tables that the code prints: this test keeps them the same.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::fs;
use std::path::Path;

/// A table is compared with the lines of the document behind `heading`.
#[track_caller]
fn assert_document_holds(heading: &str, table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/review-machine.md");
    let document = fs::read_to_string(&path).unwrap();
    let (_, section) =
        document.split_once(&format!("\n## {heading}\n")).expect("the heading is there");
    let section = section.split("\n## ").next().unwrap();
    let written: Vec<&str> = section.lines().filter(|line| line.starts_with('|')).collect();
    let printed: Vec<&str> = table.lines().collect();
    assert_eq!(
        written, printed,
        "docs/review-machine.md, \"{heading}\", should hold this table:\n\n{table}"
    );
}

/// V4: the states and events of a declaration.
#[test]
fn the_review_machine_is_documented_as_it_is() {
    assert_document_holds("States and events", &xueshi_domain::review::table());
}

/// Who: the rights of every role.
#[test]
fn the_rights_of_roles_are_documented_as_they_are() {
    assert_document_holds("Rights of roles", &xueshi_domain::access::table());
}
