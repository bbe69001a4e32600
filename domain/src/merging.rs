//! Merging two records of one person (rule U4): which of two declarations of the same learning stands (H7).

use uuid::Uuid;

use crate::duplicate::{Standing, duplicate_of};
use crate::refusal::Refusal;
use crate::review::{Event, State};

/// A declaration that gives way to another one of the same learning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivesWay {
    /// The one that ends.
    pub id: Uuid,
    /// The one that stands.
    pub stands: Uuid,
    /// How it ends: what was approved is revoked, everything else withdrawn.
    pub event: Event,
}

/// How far a standing declaration has come: of two, the one that has come further stands.
const fn progress(state: State) -> u8 {
    match state {
        State::Approved => 4,
        State::AuthorityReview => 3,
        State::EmployerReview => 2,
        State::Returned => 1,
        State::Draft | State::Rejected | State::Withdrawn | State::Lapsed | State::Revoked => 0,
    }
}

const fn end_of(state: State) -> Event {
    match state {
        State::Approved => Event::Revoke,
        State::Draft
        | State::EmployerReview
        | State::AuthorityReview
        | State::Returned
        | State::Rejected
        | State::Withdrawn
        | State::Lapsed
        | State::Revoked => Event::Withdraw,
    }
}

/// H7, U4: the declarations that end, so that no learning of the two records counts twice. Where both have come equally far,
/// the one of the kept record stands.
#[must_use]
pub fn giving_way(kept: &[Standing], merged: &[Standing]) -> Vec<GivesWay> {
    let mut kept = kept.to_vec();
    let mut ending = Vec::new();
    for other in merged.iter().filter(|other| other.state.is_standing()) {
        // One merged declaration may meet several kept ones; it can only stand when it beats them all.
        while let Err(Refusal::DuplicateLearning { standing_id, .. }) =
            duplicate_of(other.id, &other.trace, &kept)
        {
            let Some(place) = kept.iter().position(|standing| standing.id == standing_id) else {
                break;
            };
            if progress(other.state) <= progress(kept[place].state) {
                let event = end_of(other.state);
                ending.push(GivesWay { id: other.id, stands: standing_id, event });
                break;
            }
            let loser = kept.remove(place);
            ending.push(GivesWay { id: loser.id, stands: other.id, event: end_of(loser.state) });
        }
    }
    ending
}
