//! All tests in one binary: it links once, and they share the template of the demo world.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

// mod access;
// mod auth;
mod bad_input;
mod concurrency;
mod deadlines;
mod document;
mod people;
mod rules_hours;
mod rules_review;
// mod sandbox;
// mod schema;
mod walk;
mod windows;
