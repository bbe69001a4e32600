//! The rulebook's examples and properties, rule by rule.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod access;
mod appeal;
mod certificate;
mod declaration;
mod duplicate;
mod edges;
mod events;
mod exemption;
mod explain;
mod figures;
mod filing;
mod funding;
mod hours;
mod identity;
mod inbound;
mod ledger;
mod makeup;
mod moves;
mod policy;
mod refusal;
mod review;
mod seminar;
mod settlement;
mod text;
mod webhook;
mod windows;
mod workdays;

use xueshi_domain::hours::Hours;
use xueshi_domain::policy::Policy;

/// Hours from their text.
fn hours(text: &str) -> Hours {
    text.parse().unwrap()
}

/// Zhengzhou's policy of a year.
fn policy(year: i32) -> Policy {
    Policy::zhengzhou(year).unwrap().unwrap()
}
