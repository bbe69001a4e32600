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

/// `docs/adding-a-workflow.md` promises that every file it names exists, but for those of its invented road.
#[test]
fn the_worked_example_of_a_workflow_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let document = fs::read_to_string(root.join("docs/adding-a-workflow.md")).unwrap();
    let named = document.split('`').skip(1).step_by(2).filter(|name| {
        let in_tree = ["api/", "docs/", "domain/", "migrations/", "persistence/", "tests/"];
        in_tree.iter().any(|folder| name.starts_with(folder)) && !name.contains("hardship")
    });
    let named: Vec<&str> = named.collect();
    assert!(named.len() > 30, "{named:?}");
    for name in named {
        assert!(root.join(name).exists(), "docs/adding-a-workflow.md names {name}");
    }
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
