//! H4, M1–M3, M6, W4, E7, E8: applications for make-up, grants, and what may be registered under them.

mod applications;
mod decisions;
mod study;

use time::macros::date;
use xueshi_domain::Refusal;
use xueshi_domain::ledger::{BySubject, RecordState, YearTotals};
use xueshi_domain::makeup::ItemFacts;
use xueshi_domain::people::{Employment, Post};

use crate::{hours, policy};

fn code<T>(result: Result<T, Refusal>) -> &'static str {
    result.map_or_else(|refusal| refusal.code(), |_| "ok")
}

/// A technician of the employer, 20 professional hours short for 2022.
fn item() -> ItemFacts {
    ItemFacts {
        year: 2022,
        today: date!(2023 - 10 - 16),
        terms: policy(2023).makeup,
        employment: Some(Employment { from: date!(2015 - 07 - 01), until: None }),
        post: Post::Technical,
        totals: YearTotals {
            approved: BySubject { public: hours("30"), professional: hours("40") },
            pending: BySubject::default(),
        },
        state: Some(RecordState::InProgress),
        standing_grant: None,
        pending_application: None,
    }
}
