//! ADR 0023: what other systems push never overwrites what was decided here.

use xueshi_domain::inbound::{
    Arrival, ConflictDecision, ConflictRoad, ConflictState, Merge, SyncAnswer, SyncState, arrival,
    merge, sync_state,
};
use xueshi_domain::workflow::step;

#[test]
fn a_revision_is_news_once() {
    for (known, revision, digest, expected) in [
        (None, 1, "a", Arrival::First),
        (None, 9, "a", Arrival::First),
        (Some((3, "a")), 4, "a", Arrival::Newer),
        (Some((3, "a")), 4, "b", Arrival::Newer),
        (Some((3, "a")), 3, "a", Arrival::Repeated),
        (Some((3, "a")), 3, "b", Arrival::Contradicts),
        (Some((3, "a")), 2, "a", Arrival::Stale),
        (Some((3, "a")), 2, "b", Arrival::Stale),
    ] {
        let known = known.map(|(revision, digest): (i64, &str)| (revision, digest.as_bytes()));
        assert_eq!(arrival(known, revision, digest.as_bytes()), expected, "{known:?} {revision}");
    }
}

/// Every way in which a field can have changed on either side.
#[test]
fn only_what_one_side_changed_is_taken_over() {
    for (base, local, remote, expected) in [
        (None, "a", "a", Merge::Same),
        (None, "a", "b", Merge::Conflict),
        (Some("a"), "a", "a", Merge::Same),
        (Some("a"), "a", "b", Merge::TakeRemote),
        (Some("a"), "b", "a", Merge::KeepLocal),
        (Some("a"), "b", "b", Merge::Same),
        (Some("a"), "b", "c", Merge::Conflict),
    ] {
        assert_eq!(merge(base, local, remote), expected, "{base:?} {local} {remote}");
    }
}

#[test]
fn an_answer_counts_while_the_record_says_what_was_answered_to() {
    for (answer, marker, expected) in [
        (None, "v1", SyncState::Pending),
        (Some((SyncAnswer::Accepted, "v1")), "v1", SyncState::Synced),
        (Some((SyncAnswer::Refused, "v1")), "v1", SyncState::Refused),
        (Some((SyncAnswer::Accepted, "v1")), "v2", SyncState::Pending),
        (Some((SyncAnswer::Refused, "v1")), "v2", SyncState::Pending),
    ] {
        assert_eq!(sync_state(answer, marker), expected, "{answer:?} {marker}");
    }
}

#[test]
fn a_conflict_is_settled_once() {
    for state in ConflictState::ALL {
        for decision in ConflictDecision::ALL {
            let settled = step::<ConflictRoad>(*state, *decision);
            assert_eq!(settled.is_ok(), *state == ConflictState::Open, "{state} {decision}");
        }
    }
}
