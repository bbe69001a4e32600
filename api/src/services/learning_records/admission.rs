//! When a platform's completion is taken in: the freeze (W1), and the rules about the learning itself (H1, H2, H6, H8, H9).

use xueshi_domain::calendar::Action;
use xueshi_domain::declaration::{
    DeclarationFacts, LearningSource as Source, Outcome, Step, explain,
};
use xueshi_domain::instant::china_date;
use xueshi_domain::learning::{LearningSpan, Subject, Way};
use xueshi_domain::people::Post;
use xueshi_domain::policy::Policy;
use xueshi_domain::rule::Rule;
use xueshi_domain::{Hours, Refusal};
use xueshi_persistence::{Id, Writer};

use crate::dto::learning_records::NewLearningRecord;
use crate::problem::Problem;
use crate::services::memo::Memo;

/// W1, W2 and the rules about the learning itself: H1, H2, H6, H8, H9.
pub(in crate::services) fn admit(
    writer: &mut Writer<'_>,
    city: Id,
    memo: &mut Memo,
    new: &NewLearningRecord,
    span: LearningSpan,
) -> Result<(), Problem> {
    let now = writer.now();
    let rules = memo.rules(writer, city, span.year()).map_err(in_own_members)?;
    let admission = rules.timetable.admit(Action::DeliverLearning, now)?;
    writer.valid_until(admission.valid_until);
    check(new, span, &rules.policy, china_date(now)).map_err(refuse)
}

/// The days of a delivery.
pub(in crate::services) fn span_of(new: &NewLearningRecord) -> Result<LearningSpan, Problem> {
    LearningSpan::new(new.started_on.0, new.completed_on.0).map_err(refuse)
}

/// What a platform says that somebody completed.
pub struct Completed<'a> {
    /// What was learnt.
    pub title: &'a str,
    /// On which platform.
    pub platform: &'a str,
    /// Hours.
    pub hours: Hours,
}

fn check(
    new: &NewLearningRecord,
    span: LearningSpan,
    policy: &Policy,
    today: time::Date,
) -> Result<(), Refusal> {
    let completed = Completed { title: &new.title, platform: &new.platform, hours: new.hours.0 };
    check_completed(&completed, span, policy, today)
}

/// What a declaration of the completion would be refused for, as far as it is about the learning: H1, H2, H6, H8, H9. Whether
/// the person is employed and in scope (U3, U4b) is asked when they declare.
///
/// # Errors
/// The first rule that refuses.
pub fn check_completed(
    completed: &Completed<'_>,
    span: LearningSpan,
    policy: &Policy,
    today: time::Date,
) -> Result<(), Refusal> {
    let facts = DeclarationFacts {
        year: span.year(),
        subject: Subject::Public,
        way: Way::DistanceCourse,
        title: completed.title.to_owned(),
        span,
        hours: completed.hours,
        source: Source::PlatformCompletion { platform: completed.platform.to_owned() },
        used_this_year: Hours::ZERO,
        employment: None,
        post: Post::Technical,
        today,
        makeup: None,
    };
    let mut about_learning = explain(Step::Draft, &facts, policy)
        .into_iter()
        .filter(|check| !matches!(check.rule, Rule::U3 | Rule::U4b));
    let refused = about_learning.find_map(|check| match check.outcome {
        Outcome::Refused(refusal) => Some(refusal),
        Outcome::Passed | Outcome::NotApplicable => None,
    });
    refused.map_or(Ok(()), Err)
}

fn refuse(refusal: Refusal) -> Problem {
    in_own_members(refusal.into())
}

/// Refusals name the members of a declaration; a delivery calls its days otherwise.
fn in_own_members(problem: Problem) -> Problem {
    problem.moved("/learning_end", "/completed_on").moved("/year", "/completed_on")
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;
    use crate::dto::{Amount, Day};
    use crate::problem::Place;

    fn delivery(tenths: u32, from: time::Date, to: time::Date) -> NewLearningRecord {
        NewLearningRecord {
            professional_id: None,
            id_type: None,
            id_number: None,
            platform: "hnzjzx".to_owned(),
            course_code: "gx-2023-01".to_owned(),
            title: "数字技术".to_owned(),
            hours: Amount(Hours::from_tenths(tenths)),
            started_on: Day(from),
            completed_on: Day(to),
        }
    }

    fn checked(new: &NewLearningRecord) -> Result<(), Refusal> {
        let policy = Policy::zhengzhou(2023).unwrap().unwrap();
        let span = LearningSpan::new(new.started_on.0, new.completed_on.0)?;
        check(new, span, &policy, date!(2023 - 10 - 16))
    }

    /// H1, H2, H6, H9, and nothing about the person.
    #[test]
    fn a_completion_is_checked_like_a_declaration_of_it() {
        let (first, last) = (date!(2023 - 03 - 01), date!(2023 - 03 - 04));
        assert_eq!(checked(&delivery(320, first, last)), Ok(()));
        let code = |new: &NewLearningRecord| checked(new).unwrap_err().code();
        assert_eq!(code(&delivery(0, first, last)), "hours-not-positive");
        assert_eq!(code(&delivery(321, first, last)), "hours-exceed-days");
        assert_eq!(code(&delivery(10, last, first)), "learning-dates-inverted");
        assert_eq!(
            code(&delivery(10, date!(2023 - 12 - 28), date!(2024 - 01 - 03))),
            "spans-two-years"
        );
        assert_eq!(code(&delivery(10, first, date!(2023 - 10 - 17))), "learning-not-finished");
        let unlisted =
            NewLearningRecord { platform: "elsewhere".to_owned(), ..delivery(10, first, last) };
        assert_eq!(code(&unlisted), "platform-not-listed");
    }

    #[test]
    fn refusals_name_the_members_of_the_delivery() {
        let new = delivery(10, date!(2023 - 03 - 04), date!(2023 - 03 - 01));
        let problem = refuse(checked(&new).unwrap_err());
        let places: Vec<_> = problem.field_errors().iter().map(|error| &error.place).collect();
        assert_eq!(places, [&Place::Pointer("/completed_on".to_owned())]);
    }
}
