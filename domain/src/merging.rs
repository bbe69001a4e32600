//! Merging two records of one person (rule U4): which of two declarations of the same learning stands (H7), and what somebody
//! has to decide first (H7, H8).

use std::collections::BTreeMap;

use serde::Serialize;
use uuid::Uuid;

use crate::duplicate::{Standing, duplicate_of};
use crate::hours::Hours;
use crate::learning::{Subject, Way};
use crate::ledger::Bucket;
use crate::refusal::{DuplicateGround, Refusal};
use crate::review::{Event, State};

/// A declaration as a merge looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Its id, state and learning.
    pub standing: Standing,
    /// The year for which it counts; under a make-up grant another one than that of its learning (M3).
    pub year: i32,
    /// Its subject.
    pub subject: Subject,
    /// Its way of earning.
    pub way: Way,
    /// Its hours.
    pub hours: Hours,
}

/// What stands in both records and cannot stand in one: a reviewer or the bureau decides which, not the merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Conflict {
    /// H7: the same learning is approved in both, and not alike: revoking the one or the other makes a difference.
    SameLearning {
        /// The declaration of the record that is kept, and that of the other.
        declaration_ids: [Uuid; 2],
        /// The years for which they count.
        years: [i32; 2],
        /// In what the two are the same.
        ground: DuplicateGround,
    },
    /// H8: together the two records have more hours of a way than a year of one person takes.
    YearlyLimit {
        /// The year.
        year: i32,
        /// The way of earning.
        way: Way,
        /// The most that the year's policy takes.
        max: Hours,
        /// What is approved or waits in both.
        hours: Hours,
        /// The declarations that make it up.
        declaration_ids: Vec<Uuid>,
    },
    /// A3: the settlement of a year has begun and not ended: it may have come to one record and not to the other.
    UnfinishedSettlement {
        /// The year.
        year: i32,
    },
    /// Who: both records have an account, and that of the merged one holds offices, which have to be handed over first (U1).
    OfficeAccount {
        /// The account of the merged record.
        account_id: Uuid,
    },
    /// A5: an exemption from the same year waits or stands in both.
    SameYearExempt {
        /// The year.
        year: i32,
        /// That of the record that is kept, and that of the other.
        exemption_ids: [Uuid; 2],
    },
    /// V8: both have appealed in the same matter, which is appealed once.
    SameAppeal {
        /// That of the record that is kept, and that of the other.
        appeal_ids: [Uuid; 2],
    },
}

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
        // One merged declaration may meet several kept ones: it stands only when it beats them all, and only then do they end.
        let meets = |own: &Standing| {
            duplicate_of(other.id, &other.trace, std::slice::from_ref(own)).is_err()
        };
        let beaten_by =
            kept.iter().find(|own| meets(own) && progress(other.state) <= progress(own.state));
        if let Some(own) = beaten_by {
            ending.push(GivesWay { id: other.id, stands: own.id, event: end_of(other.state) });
            continue;
        }
        kept.retain(|own| {
            let loses = meets(own);
            if loses {
                ending.push(GivesWay { id: own.id, stands: other.id, event: end_of(own.state) });
            }
            !loses
        });
    }
    ending
}

/// H7, H8, U4: the declarations that give way when two records become one. `max_of` is the most that a year takes of a way.
///
/// A merge chooses only where the choice makes no difference to anybody's hours: between two approved declarations of the same
/// learning that are alike, and where one of them is not approved.
///
/// # Errors
/// [`Refusal::RecordsConflict`], naming every declaration that has to be decided about first.
pub fn judge(
    kept: &[Declared],
    merged: &[Declared],
    max_of: impl Fn(i32, Way) -> Option<Hours>,
) -> Result<Vec<GivesWay>, Refusal> {
    let mut conflicts = unlike(kept, merged);
    let standings = |all: &[Declared]| -> Vec<Standing> {
        all.iter().map(|declared| declared.standing.clone()).collect()
    };
    let ending = giving_way(&standings(kept), &standings(merged));
    conflicts.extend(over_limits(kept, merged, &ending, max_of));
    if conflicts.is_empty() { Ok(ending) } else { Err(Refusal::RecordsConflict { conflicts }) }
}

/// H7: approved twice, and not alike.
fn unlike(kept: &[Declared], merged: &[Declared]) -> Vec<Conflict> {
    let approved = |declared: &&Declared| declared.standing.state == State::Approved;
    let mut conflicts = Vec::new();
    for other in merged.iter().filter(approved) {
        for own in kept.iter().filter(approved) {
            let alike = |one: &Declared| (one.year, one.subject, one.way, one.hours);
            if alike(own) == alike(other) {
                continue;
            }
            let (id, trace) = (other.standing.id, &other.standing.trace);
            let same = duplicate_of(id, trace, std::slice::from_ref(&own.standing));
            if let Err(Refusal::DuplicateLearning { standing_id, ground }) = same {
                conflicts.push(Conflict::SameLearning {
                    declaration_ids: [standing_id, id],
                    years: [own.year, other.year],
                    ground,
                });
            }
        }
    }
    conflicts
}

/// H8: what counts against a way's yearly limit, where both records have some of it. What one record has alone was judged when it
/// was submitted, by the policy of then.
fn over_limits(
    kept: &[Declared],
    merged: &[Declared],
    ending: &[GivesWay],
    max_of: impl Fn(i32, Way) -> Option<Hours>,
) -> Vec<Conflict> {
    let counted = |all: &[Declared]| {
        let mut used: BTreeMap<(i32, Way), Vec<Declared>> = BTreeMap::new();
        let stays = |declared: &&Declared| {
            let id = declared.standing.id;
            Bucket::of(declared.standing.state).is_some() && ending.iter().all(|end| end.id != id)
        };
        for declared in all.iter().filter(stays) {
            used.entry((declared.year, declared.way)).or_default().push(declared.clone());
        }
        used
    };
    let (own, mut other) = (counted(kept), counted(merged));
    let mut conflicts = Vec::new();
    for ((year, way), mut both) in own {
        let Some(more) = other.remove(&(year, way)) else { continue };
        both.extend(more);
        let Some(max) = max_of(year, way) else { continue };
        let add = |sum: Hours, declared: &Declared| sum.saturating_add(declared.hours);
        let hours = both.iter().fold(Hours::ZERO, add);
        if hours > max {
            let declaration_ids = both.iter().map(|declared| declared.standing.id).collect();
            conflicts.push(Conflict::YearlyLimit { year, way, max, hours, declaration_ids });
        }
    }
    conflicts
}
