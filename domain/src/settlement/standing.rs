//! Whether a person met the requirement, for what it is asked (A4, E9).

use crate::ledger::Outcome;

text_enum! {
    /// What the answer is used for (A4).
    pub enum Purpose {
        /// 年度考核, of a public institution: only what was completed in the year counts.
        Appraisal = "appraisal",
        /// 职称评审: make-up counts.
        TitleReview = "title_review",
        /// 岗位聘用: make-up counts.
        Appointment = "appointment",
        /// 执业注册: make-up counts.
        Registration = "registration",
    }
}

impl Purpose {
    /// Whether a year that was completed later, by make-up, counts for it.
    #[must_use]
    pub const fn counts_makeup(self) -> bool {
        match self {
            Self::Appraisal => false,
            Self::TitleReview | Self::Appointment | Self::Registration => true,
        }
    }
}

text_enum! {
    /// The answer for one year.
    pub enum Answer {
        /// The requirement was met.
        Met = "met",
        /// It was not.
        NotMet = "not_met",
        /// It was not asked of the person: an exemption stands (A5).
        Exempt = "exempt",
        /// The person was not counted when the year was settled: not employed, or out of scope (A3).
        NotCounted = "not_counted",
        /// The year is not settled, and its floors are not reached yet.
        Open = "open",
    }
}

text_enum! {
    /// The answer for all years together.
    pub enum Verdict {
        /// Met in each year that asked it.
        Met = "met",
        /// Not met in at least one.
        NotMet = "not_met",
        /// Not failed so far, and at least one year is not settled.
        Open = "open",
    }
}

/// What is known of one person's year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearFacts {
    /// The outcome that stands: of the settlement, or of what followed it (make-up, reinstatement, revocation).
    pub outcome: Option<Outcome>,
    /// How the year would end by the hours that are approved now, for years without an outcome.
    pub by_hours: Outcome,
    /// Whether the settlement of the year is finished.
    pub settled: bool,
}

/// A4: whether the year counts as met for a purpose (E9).
///
/// **Reading**: before the settlement, floors that are reached are a yes already and floors that are not reached are open. A year
/// that was settled without the person is no failure of theirs.
#[must_use]
pub const fn answer(purpose: Purpose, facts: YearFacts) -> Answer {
    let outcome = match facts.outcome {
        Some(outcome) => outcome,
        None => facts.by_hours,
    };
    match outcome {
        Outcome::CompletedInYear => Answer::Met,
        Outcome::CompletedByMakeup if purpose.counts_makeup() => Answer::Met,
        Outcome::Exempt => Answer::Exempt,
        Outcome::CompletedByMakeup => Answer::NotMet,
        Outcome::Incomplete => match (facts.outcome, facts.settled) {
            (Some(_), _) => Answer::NotMet,
            (None, true) => Answer::NotCounted,
            (None, false) => Answer::Open,
        },
    }
}

/// A4: the answer for years a..b. Years that asked nothing of the person do not stand in the way.
#[must_use]
pub fn verdict(answers: impl IntoIterator<Item = Answer>) -> Verdict {
    answers.into_iter().fold(Verdict::Met, |verdict, answer| match (verdict, answer) {
        (Verdict::NotMet, _) | (_, Answer::NotMet) => Verdict::NotMet,
        (Verdict::Open, _) | (_, Answer::Open) => Verdict::Open,
        (Verdict::Met, Answer::Met | Answer::Exempt | Answer::NotCounted) => Verdict::Met,
    })
}
