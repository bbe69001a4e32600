//! H7: the same learning counts once.

use time::Date;
use time::macros::date;
use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::duplicate::{Standing, Trace, duplicate_of};
use xueshi_domain::learning::LearningSpan;
use xueshi_domain::refusal::DuplicateGround;
use xueshi_domain::review::State;

const OWN: Uuid = Uuid::from_u128(1);
const OTHER: Uuid = Uuid::from_u128(2);

fn trace(start: Date, end: Date) -> Trace {
    Trace {
        learning_record: None,
        class: None,
        seminar: None,
        platform_course: None,
        content_hashes: Vec::new(),
        span: LearningSpan::new(start, end).unwrap(),
    }
}

fn may() -> Trace {
    trace(date!(2023 - 05 - 08), date!(2023 - 05 - 09))
}

fn june() -> Trace {
    trace(date!(2023 - 06 - 08), date!(2023 - 06 - 09))
}

fn with_class(trace: Trace, class: u128) -> Trace {
    Trace { class: Some(Uuid::from_u128(class)), ..trace }
}

fn with_seminar(trace: Trace, seminar: u128) -> Trace {
    Trace { seminar: Some(Uuid::from_u128(seminar)), ..trace }
}

fn with_record(trace: Trace, record: u128) -> Trace {
    Trace { learning_record: Some(Uuid::from_u128(record)), ..trace }
}

fn with_course(trace: Trace, platform: &str, course: &str) -> Trace {
    Trace { platform_course: Some((platform.to_owned(), course.to_owned())), ..trace }
}

fn with_files(trace: Trace, hashes: &[&str]) -> Trace {
    Trace { content_hashes: hashes.iter().map(|hash| (*hash).to_owned()).collect(), ..trace }
}

#[test]
fn h7_what_is_the_same_learning() {
    use DuplicateGround::{Class, Evidence, LearningRecord, PlatformCourse, Seminar};
    let next_day = trace(date!(2023 - 05 - 10), date!(2023 - 05 - 10));
    let last_day = trace(date!(2023 - 05 - 09), date!(2023 - 05 - 12));
    for (case, one, other, expected) in [
        ("nothing known of either", may(), may(), None),
        ("same class, other days", with_class(may(), 7), with_class(june(), 7), Some(Class)),
        ("other class, same days", with_class(may(), 7), with_class(may(), 8), None),
        ("same seminar", with_seminar(may(), 7), with_seminar(june(), 7), Some(Seminar)),
        ("other seminar", with_seminar(may(), 7), with_seminar(may(), 8), None),
        ("a seminar and a class", with_seminar(may(), 7), with_class(may(), 7), None),
        ("same record", with_record(may(), 7), with_record(may(), 7), Some(LearningRecord)),
        (
            "same course",
            with_course(may(), "a", "1"),
            with_course(june(), "a", "1"),
            Some(PlatformCourse),
        ),
        (
            "another platform's course",
            with_course(may(), "a", "1"),
            with_course(may(), "b", "1"),
            None,
        ),
        ("another course", with_course(may(), "a", "1"), with_course(may(), "a", "2"), None),
        (
            "same file, same days",
            with_files(may(), &["x", "y"]),
            with_files(may(), &["z", "y"]),
            Some(Evidence),
        ),
        (
            "same file, one day shared",
            with_files(may(), &["x"]),
            with_files(last_day, &["x"]),
            Some(Evidence),
        ),
        ("same file, days apart", with_files(may(), &["x"]), with_files(next_day, &["x"]), None),
        ("other files, same days", with_files(may(), &["x"]), with_files(may(), &["y"]), None),
    ] {
        let standing = Standing { id: OTHER, state: State::Approved, trace: other };
        let expected =
            expected.map(|ground| Refusal::DuplicateLearning { standing_id: OTHER, ground });
        assert_eq!(duplicate_of(OWN, &one, &[standing]).err(), expected, "{case}");
    }
}

#[test]
fn h7_only_standing_declarations_count() {
    for state in State::ALL {
        let standing = Standing { id: OTHER, state: *state, trace: with_class(may(), 7) };
        let found = duplicate_of(OWN, &with_class(may(), 7), &[standing]);
        assert_eq!(found.is_err(), State::STANDING.contains(state), "{state}");
    }
}

#[test]
fn h7_a_declaration_is_not_its_own_duplicate() {
    let own = Standing { id: OWN, state: State::Returned, trace: with_class(may(), 7) };
    assert_eq!(duplicate_of(OWN, &with_class(may(), 7), std::slice::from_ref(&own)), Ok(()));
    let other = Standing { id: OTHER, ..own.clone() };
    assert!(duplicate_of(OWN, &with_class(may(), 7), &[own, other]).is_err());
}
