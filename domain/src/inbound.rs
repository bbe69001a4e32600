//! What other systems push: which of their messages are news, what of it may be taken over, and what they made of ours (ADR 0023).

use crate::workflow::Road;

text_enum! {
    /// What a line that another system pushes is about.
    pub enum InboundKind {
        /// A unit.
        Unit = "unit",
        /// A person.
        Person = "person",
        /// A completion of a listed platform (H6).
        Completion = "completion",
        /// A person's year before the present one, as the other system knows it.
        PriorYearRecord = "prior_year_record",
    }
}

text_enum! {
    /// What became of a line.
    pub enum LineOutcome {
        /// A record came about.
        Created = "created",
        /// A record follows the line now.
        Updated = "updated",
        /// The record says so already.
        Unchanged = "unchanged",
        /// A later revision was understood before.
        Stale = "stale",
        /// Something here was decided otherwise: somebody has to settle it.
        Conflict = "conflict",
        /// The line cannot be taken.
        Refused = "refused",
    }
}

text_enum! {
    /// Where a conflict stands.
    pub enum ConflictState {
        /// It waits for somebody to settle it.
        Open = "open",
        /// What stands here stays.
        KeptLocal = "kept_local",
        /// What the other system says stands now.
        TookRemote = "took_remote",
        /// A later revision no longer contradicts.
        Superseded = "superseded",
    }
}

text_enum! {
    /// How a conflict is settled.
    pub enum ConflictDecision {
        /// What stands here stays.
        KeepLocal = "keep_local",
        /// What the other system says is to stand.
        TakeRemote = "take_remote",
    }
}

text_enum! {
    /// What another system made of a record of ours.
    pub enum SyncAnswer {
        /// It took it.
        Accepted = "accepted",
        /// It did not, for a reason.
        Refused = "refused",
    }
}

text_enum! {
    /// How far another system has a record of ours.
    pub enum SyncState {
        /// It has not answered to what the record says now.
        Pending = "pending_sync",
        /// It has taken what the record says now.
        Synced = "synced",
        /// It has refused what the record says now.
        Refused = "refused",
    }
}

/// The road of a conflict: it is settled once.
#[derive(Debug, Clone, Copy)]
pub struct ConflictRoad;

impl Road for ConflictRoad {
    type State = ConflictState;
    type Event = ConflictDecision;
    const NAME: &'static str = "sync_conflict";

    fn next(state: ConflictState, event: ConflictDecision) -> Option<ConflictState> {
        match (state, event) {
            (ConflictState::Open, ConflictDecision::KeepLocal) => Some(ConflictState::KeptLocal),
            (ConflictState::Open, ConflictDecision::TakeRemote) => Some(ConflictState::TookRemote),
            (
                ConflictState::KeptLocal | ConflictState::TookRemote | ConflictState::Superseded,
                ConflictDecision::KeepLocal | ConflictDecision::TakeRemote,
            ) => None,
        }
    }
}

/// How a revision stands to what was understood before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// Nothing of this record was heard before.
    First,
    /// Later than what was understood.
    Newer,
    /// The same again.
    Repeated,
    /// Earlier than what was understood: it was overtaken on its way.
    Stale,
    /// The same revision with another content: one of the two is wrong, and nobody here can tell which.
    Contradicts,
}

/// Whether a revision is news. `known` is the latest revision that was understood, and the digest of what it said.
///
/// ```
/// use xueshi_domain::inbound::{Arrival, arrival};
///
/// assert_eq!(arrival(None, 1, b"a"), Arrival::First);
/// assert_eq!(arrival(Some((2, b"a")), 1, b"b"), Arrival::Stale);
/// assert_eq!(arrival(Some((2, b"a")), 2, b"b"), Arrival::Contradicts);
/// ```
#[must_use]
pub fn arrival(known: Option<(i64, &[u8])>, revision: i64, digest: &[u8]) -> Arrival {
    match known {
        None => Arrival::First,
        Some((known, _)) if revision > known => Arrival::Newer,
        Some((known, _)) if revision < known => Arrival::Stale,
        Some((_, same)) if same == digest => Arrival::Repeated,
        Some(_) => Arrival::Contradicts,
    }
}

/// What becomes of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// Both sides say the same.
    Same,
    /// Only this side has changed it since the other one last told it: it stays, and is no contradiction.
    KeepLocal,
    /// Only the other side has changed it.
    TakeRemote,
    /// Both have, or nobody knows how it began: nothing is overwritten.
    Conflict,
}

/// What becomes of a field that the other side last told as `base`, that is `local` here now, and that it tells as `remote`.
///
/// ```
/// use xueshi_domain::inbound::{Merge, merge};
///
/// assert_eq!(merge(Some("a"), "a", "b"), Merge::TakeRemote);
/// assert_eq!(merge(Some("a"), "c", "b"), Merge::Conflict);
/// ```
#[must_use]
pub fn merge(base: Option<&str>, local: &str, remote: &str) -> Merge {
    if local == remote {
        return Merge::Same;
    }
    match base {
        Some(base) if base == remote => Merge::KeepLocal,
        Some(base) if base == local => Merge::TakeRemote,
        Some(_) | None => Merge::Conflict,
    }
}

/// How far the other side has a record: its latest answer counts only while the record still says what was answered to.
#[must_use]
pub fn sync_state(answer: Option<(SyncAnswer, &str)>, marker: &str) -> SyncState {
    match answer {
        Some((SyncAnswer::Accepted, answered)) if answered == marker => SyncState::Synced,
        Some((SyncAnswer::Refused, answered)) if answered == marker => SyncState::Refused,
        Some((SyncAnswer::Accepted | SyncAnswer::Refused, _)) | None => SyncState::Pending,
    }
}
