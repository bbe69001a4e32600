//! What publication asks of a policy beyond its own sense (rule W3): that it goes together with the other years and with the
//! city's register; and what it would change.

use serde::Serialize;
use serde_json::Value;
use time::Date;

use super::validate::{PolicyProblem, PolicyProblemKind, Problems};
use super::{Policy, Window};

impl Policy {
    /// Everything that keeps this policy from being published in its city: its own problems, its windows against those of
    /// `others` (the city's published policies; that of the same year is replaced and does not matter), and platforms that the
    /// city has not registered.
    ///
    /// **Reading** of "overlapping windows are refused": the freeze of one year stops the changes of every year (W1), so no
    /// window of any year may lie in it. Windows of two years may overlap each other, as declaring and make-up do.
    #[must_use]
    pub fn before_publication(
        &self,
        others: &[Self],
        is_registered: impl Fn(&str) -> bool,
    ) -> Vec<PolicyProblem> {
        let mut problems = Problems(self.validate());
        for other in others.iter().filter(|other| other.year != self.year) {
            for (pointer, window) in self.working_windows() {
                problems.unless(
                    !window.overlaps(&other.windows.freeze),
                    pointer,
                    PolicyProblemKind::WindowInAnotherFreeze,
                );
            }
            let freeze = self.windows.freeze;
            let meets =
                other.working_windows().into_iter().any(|(_, window)| window.overlaps(&freeze))
                    || other.windows.freeze.overlaps(&freeze);
            problems.unless(
                !meets,
                "/windows/freeze",
                PolicyProblemKind::FreezeOverlapsAnotherYear,
            );
        }
        for (index, platform) in self.platforms.iter().enumerate() {
            problems.unless(
                is_registered(platform),
                &format!("/platforms/{index}"),
                PolicyProblemKind::UnknownPlatform,
            );
        }
        problems.0.dedup();
        problems.0
    }

    /// A3: what of the windows differs from the version by which the settlement of the year has begun: what were declared or decided
    /// in another window would be in no settlement any more.
    #[must_use]
    pub fn against_settlement(&self, settled: &Self) -> Vec<PolicyProblem> {
        let (new, old) = (&self.windows, &settled.windows);
        let mut problems = Problems(Vec::new());
        for (pointer, same) in [
            ("/windows/declare", new.declare == old.declare),
            ("/windows/review", new.review == old.review),
            ("/windows/freeze", new.freeze == old.freeze),
        ] {
            problems.unless(same, pointer, PolicyProblemKind::YearSettled);
        }
        problems.0
    }

    /// U4b, A3: who counts for a year stands once the year has begun, on `today`. What was counted until then, also as of a past moment,
    /// would not add up with what is counted afterwards.
    #[must_use]
    pub fn against_running_year(&self, running: &Self, today: Date) -> Vec<PolicyProblem> {
        let mut problems = Problems(Vec::new());
        problems.unless(
            today.year() < self.year
                || self.include_management_posts == running.include_management_posts,
            "/include_management_posts",
            PolicyProblemKind::YearBegun,
        );
        problems.0
    }

    /// The windows in which something is done, each with its place in the document.
    fn working_windows(&self) -> Vec<(&'static str, Window)> {
        [
            ("/windows/declare", Some(self.windows.declare)),
            ("/windows/review", Some(self.windows.review)),
            ("/windows/makeup_application", self.windows.makeup_application),
        ]
        .into_iter()
        .filter_map(|(pointer, window)| Some((pointer, window?)))
        .collect()
    }
}

/// One place at which two versions of a policy differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DocumentChange {
    /// Where, as a JSON pointer (RFC 6901) into the document.
    pub pointer: String,
    /// What stood there; null where nothing did.
    pub before: Value,
    /// What stands there now; null where nothing does.
    pub after: Value,
}

/// What differs between two versions of a policy, member by member; lists are compared entry by entry (W3).
#[must_use]
pub fn changes(before: &Policy, after: &Policy) -> Vec<DocumentChange> {
    let mut found = Vec::new();
    let [before, after] =
        [before, after].map(|policy| serde_json::to_value(policy).unwrap_or_default());
    compare("", &before, &after, &mut found);
    found
}

fn compare(pointer: &str, before: &Value, after: &Value, found: &mut Vec<DocumentChange>) {
    if let (Value::Object(old), Value::Object(new)) = (before, after) {
        for name in old.keys().chain(new.keys().filter(|name| !old.contains_key(*name))) {
            let [old, new] = [old, new].map(|members| members.get(name).unwrap_or(&Value::Null));
            compare(&format!("{pointer}/{name}"), old, new, found);
        }
    } else if let (Value::Array(old), Value::Array(new)) = (before, after) {
        for index in 0..old.len().max(new.len()) {
            let [old, new] = [old, new].map(|items| items.get(index).unwrap_or(&Value::Null));
            compare(&format!("{pointer}/{index}"), old, new, found);
        }
    } else if before != after {
        found.push(DocumentChange {
            pointer: pointer.to_owned(),
            before: before.clone(),
            after: after.clone(),
        });
    }
}
