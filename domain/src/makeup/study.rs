//! What may be registered under a grant (rules H2, H4, M3).

use time::{Date, OffsetDateTime};

use crate::instant::end_of_day;
use crate::learning::LearningSpan;
use crate::ledger::Breakdown;
use crate::refusal::Refusal;

/// What the rules of a declaration need to know of the grant that it is made under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakeupStudy {
    /// The day in China on which it was granted: the first day whose learning counts.
    pub from: Date,
    /// The first instant at which study no longer counts.
    pub until: OffsetDateTime,
    /// What the prior year lacks of its floors, by approved hours.
    pub missing: Breakdown,
    /// Codes of the platforms on the list of the year in which was studied (H6).
    pub platforms: Vec<String>,
}

/// M3: the learning dates lie between the grant and the study deadline. They take the place of H2's equality of years.
///
/// **Reading**: dates are days. Learning on the day of the grant counts, and so does that of the last day before the deadline.
///
/// # Errors
/// [`Refusal::OutsideMakeupStudy`].
pub fn study_dates(study: &MakeupStudy, span: LearningSpan) -> Result<(), Refusal> {
    let (start, end) = (span.start(), span.end());
    let in_time = end_of_day(end).is_some_and(|ended| ended <= study.until);
    if study.from <= start && in_time {
        Ok(())
    } else {
        Err(Refusal::OutsideMakeupStudy { start, end, from: study.from, until: study.until })
    }
}
