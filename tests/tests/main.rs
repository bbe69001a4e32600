//! All tests in one binary: it links once, and they share the template of the demo world.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod access;
mod appeals;
mod audit;
mod auth;
mod bad_input;
mod bad_requests;
mod certificates;
mod cities;
mod concurrency;
mod corrections;
mod credentials;
mod crowd;
mod deadlines;
mod document;
mod events;
mod evidence;
mod exemptions;
mod explanations;
mod exports;
mod figures;
mod filing;
mod floors;
mod funding;
mod histories;
mod imports;
mod inbound;
mod makeup;
mod people;
mod people_merging;
mod people_merging_conflicts;
mod people_merging_years;
mod people_registration;
mod people_side_roads;
mod people_transfers;
mod people_units;
mod policy_years;
mod pooler;
mod privacy;
mod program;
mod rate_limit;
mod reconciliation;
mod reconciliation_daily;
mod review_queue;
mod rosters;
mod rules_hours;
mod rules_review;
mod sandbox;
mod schema;
mod scripted_year;
mod seminars;
mod settled_years;
mod settlement;
mod settlement_killed;
mod sync_changes;
mod sync_killed;
mod sync_order;
mod sync_snapshot;
mod sync_snapshot_ends;
mod sync_stream;
mod transparency;
mod visibility;
mod walk;
mod webhooks;
mod windows;
