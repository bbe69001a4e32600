//! A3, A3a, A4, A6, M5, E9: the end of a year.

use time::macros::{date, datetime};
use time::{Date, OffsetDateTime};
use xueshi_domain::Refusal;
use xueshi_domain::calendar::WorkdayCalendar;
use xueshi_domain::certificate::Completion;
use xueshi_domain::job::{JobEvent, JobRoad, JobState};
use xueshi_domain::ledger::{BySubject, Outcome, RecordState};
use xueshi_domain::people::{Employment, Post};
use xueshi_domain::policy::Window;
use xueshi_domain::review::Stage;
use xueshi_domain::settlement::{
    Answer, Held, Purpose, Seal, Verdict, YearFacts, answer, completion, counting_day, counts,
    lapse, lapses, may_reinstate, may_settle, outcome, settled_state, verdict,
};
use xueshi_domain::workflow::{Road, step};

use crate::{hours, policy};

fn freeze() -> Window {
    policy(2023).windows.freeze
}

fn by_subject(public: &str, professional: &str) -> BySubject {
    BySubject { public: hours(public), professional: hours(professional) }
}

/// A3: in the freeze or later, never before.
#[test]
fn a3_a_year_is_settled_in_its_freeze_or_later() {
    for (now, fine) in [
        (datetime!(2023-12-19 23:59:59.999_999 +8), false),
        (datetime!(2023-12-20 00:00 +8), true),
        (datetime!(2023-12-31 23:59:59 +8), true),
        (datetime!(2024-01-01 00:00 +8), true),
        (datetime!(2025-06-01 00:00 +8), true),
    ] {
        let refusal = Refusal::SettlementTooEarly { year: 2023, opens: freeze().opens };
        let expected = if fine { Ok(()) } else { Err(refusal) };
        assert_eq!(may_settle(2023, freeze(), now), expected, "{now}");
    }
}

/// A3, U3, U4b: who is counted: employed on the first day of the freeze, in a post that is in scope.
#[test]
fn a3_u3_who_was_active_when_the_freeze_began() {
    let day = counting_day(freeze());
    assert_eq!(day, date!(2023 - 12 - 20));
    let employed = |from: Date, until: Option<Date>| Some(Employment { from, until });
    for (case, employment, post, counted) in [
        ("there since long", employed(date!(2020 - 07 - 01), None), Post::Technical, true),
        ("A6: joined on that day", employed(day, None), Post::Technical, true),
        ("joined in the freeze", employed(date!(2023 - 12 - 21), None), Post::Technical, false),
        ("left on that day", employed(date!(2020 - 07 - 01), Some(day)), Post::Technical, false),
        (
            "left in the freeze",
            employed(date!(2020 - 07 - 01), Some(date!(2023 - 12 - 21))),
            Post::Technical,
            true,
        ),
        ("no employment", None, Post::Technical, false),
        ("management", employed(date!(2020 - 07 - 01), None), Post::Management, true),
        ("civil servant", employed(date!(2020 - 07 - 01), None), Post::CivilServant, false),
    ] {
        assert_eq!(counts(employment, post, true, day), counted, "{case}");
    }
    let manager = employed(date!(2020 - 07 - 01), None);
    assert!(!counts(manager, Post::Management, false, day), "the policy leaves management out");
}

/// A1, A4, M5: what the certificate states and what the outcome says are one decision.
#[test]
fn a1_a4_m5_a_certificate_says_what_the_outcome_says() {
    let floors = policy(2023).floors;
    for (case, approved, makeup, expected) in [
        ("no make-up", ("30", "60"), ("0", "0"), Completion::InYear),
        ("make-up was needed", ("30", "60"), ("0", "20"), Completion::ByMakeup),
        ("make-up was not needed", ("30", "80"), ("0", "20"), Completion::InYear),
        ("a tenth of it was needed", ("30", "79.9"), ("0", "20"), Completion::ByMakeup),
        ("needed for the other subject", ("30", "90"), ("0.1", "0"), Completion::ByMakeup),
    ] {
        let (approved, makeup) =
            (by_subject(approved.0, approved.1), by_subject(makeup.0, makeup.1));
        assert_eq!(completion(floors, approved, makeup), expected, "{case}");
        let ended = match expected {
            Completion::InYear => Outcome::CompletedInYear,
            Completion::ByMakeup => Outcome::CompletedByMakeup,
        };
        assert_eq!(outcome(floors, approved, makeup, false), ended, "{case}");
    }
}

/// A4, A6, M5, E1–E3, E9: outcomes by approved hours, the make-up part of them, and an exemption.
#[test]
fn a4_e9_outcomes_are_kept_apart() {
    let floors = policy(2023).floors;
    let none = BySubject::default();
    for (case, approved, makeup, exempt, expected) in [
        ("E1", by_subject("30", "60"), none, false, Outcome::CompletedInYear),
        ("E2", by_subject("29.9", "70"), none, false, Outcome::Incomplete),
        ("E3", by_subject("45", "59.9"), none, false, Outcome::Incomplete),
        ("nothing at all", none, none, false, Outcome::Incomplete),
        ("E9", by_subject("30", "60"), by_subject("0", "20"), false, Outcome::CompletedByMakeup),
        (
            "short with make-up",
            by_subject("30", "59"),
            by_subject("0", "9"),
            false,
            Outcome::Incomplete,
        ),
        (
            "make-up beyond",
            by_subject("30", "65"),
            by_subject("0", "5"),
            false,
            Outcome::CompletedInYear,
        ),
        ("A5", none, none, true, Outcome::Exempt),
        ("A5: hours all the same", by_subject("30", "60"), none, true, Outcome::Exempt),
    ] {
        assert_eq!(outcome(floors, approved, makeup, exempt), expected, "{case}");
    }
}

/// A3: what is short is incomplete and no longer in progress; a certificate that stands stays.
#[test]
fn a3_states_of_settled_years() {
    for (before, how, after) in [
        (RecordState::InProgress, Outcome::Incomplete, RecordState::Incomplete),
        (RecordState::InProgress, Outcome::Exempt, RecordState::Exempt),
        (RecordState::Satisfied, Outcome::CompletedInYear, RecordState::Satisfied),
        (RecordState::Certified, Outcome::CompletedInYear, RecordState::Certified),
        (RecordState::Certified, Outcome::CompletedByMakeup, RecordState::Certified),
        (RecordState::Certified, Outcome::Incomplete, RecordState::Incomplete),
        (RecordState::Incomplete, Outcome::CompletedByMakeup, RecordState::Satisfied),
        (RecordState::Exempt, Outcome::Exempt, RecordState::Exempt),
        (RecordState::Exempt, Outcome::Incomplete, RecordState::Incomplete),
    ] {
        assert_eq!(settled_state(before, how), after, "{before} {how}");
    }
}

/// A3: what was submitted before the freeze lapses with it; make-up hours that are registered later belong to a later freeze.
#[test]
fn a3_m3_what_lapses() {
    let frozen_2022 = policy(2022).windows.freeze;
    let makeup = datetime!(2023-10-09 10:00 +8);
    assert!(lapses(datetime!(2023-12-19 23:59:59 +8), freeze()));
    assert!(!lapses(freeze().opens, freeze()));
    assert!(!lapses(makeup, frozen_2022), "2022 settled late leaves the make-up of 2023 alone");
    assert!(lapses(makeup, freeze()));
}

/// A3, A3a: how long it was held, and whether beyond its time; only then can it be reinstated.
#[test]
fn a3a_only_what_was_overdue_when_the_freeze_began() {
    let calendar = WorkdayCalendar::official();
    let at: fn(Date) -> OffsetDateTime = |day| day.midnight().assume_offset(xueshi_domain::CHINA);
    for (case, entered, due, working_days, overdue) in [
        // Thursday 7 December: days 1–5 are 8, 11, 12, 13, 14.
        ("a week late", date!(2023 - 12 - 07), date!(2023 - 12 - 15), 8, true),
        // Tuesday 12 December: days 1–5 are 13, 14, 15, 18, 19; due at the first instant of the freeze.
        ("its time is just over", date!(2023 - 12 - 12), date!(2023 - 12 - 20), 5, true),
        ("E6a: one day was left", date!(2023 - 12 - 13), date!(2023 - 12 - 21), 4, false),
        ("the last day", date!(2023 - 12 - 19), date!(2023 - 12 - 27), 0, false),
    ] {
        let due_at = at(due);
        let held = Held { stage: Stage::Employer, entered_at: at(entered), due_at };
        let found = lapse(held, freeze(), &calendar);
        assert_eq!((found.working_days, found.overdue), (working_days, overdue), "{case}");
        let refusal =
            Refusal::NotOverdue { stage: Stage::Employer, due_at, frozen_at: freeze().opens };
        let expected = if overdue { Ok(()) } else { Err(refusal) };
        assert_eq!(may_reinstate(found, due_at, freeze().opens), expected, "{case}");
    }
}

/// A4, E9: the same year counts for one purpose and not for another.
#[test]
fn a4_e9_standing_by_purpose() {
    let facts = |outcome: Option<Outcome>, by_hours: Outcome, settled: bool| YearFacts {
        outcome,
        by_hours,
        settled,
    };
    let settled = |outcome| facts(Some(outcome), outcome, true);
    for (case, year, appraisal, title_review) in [
        ("in the year", settled(Outcome::CompletedInYear), Answer::Met, Answer::Met),
        ("E9: by make-up", settled(Outcome::CompletedByMakeup), Answer::NotMet, Answer::Met),
        ("incomplete", settled(Outcome::Incomplete), Answer::NotMet, Answer::NotMet),
        ("exempt", settled(Outcome::Exempt), Answer::Exempt, Answer::Exempt),
        (
            "not settled, reached",
            facts(None, Outcome::CompletedInYear, false),
            Answer::Met,
            Answer::Met,
        ),
        ("not settled, short", facts(None, Outcome::Incomplete, false), Answer::Open, Answer::Open),
        (
            "settled without them",
            facts(None, Outcome::Incomplete, true),
            Answer::NotCounted,
            Answer::NotCounted,
        ),
        (
            "being settled, reached already",
            facts(Some(Outcome::CompletedInYear), Outcome::CompletedInYear, false),
            Answer::Met,
            Answer::Met,
        ),
    ] {
        assert_eq!(answer(Purpose::Appraisal, year), appraisal, "{case}");
        for purpose in [Purpose::TitleReview, Purpose::Appointment, Purpose::Registration] {
            assert_eq!(answer(purpose, year), title_review, "{case} for {purpose}");
        }
    }
    for (answers, expected) in [
        (vec![Answer::Met, Answer::Exempt, Answer::NotCounted], Verdict::Met),
        (vec![Answer::Met, Answer::Open], Verdict::Open),
        (vec![Answer::Open, Answer::NotMet, Answer::Met], Verdict::NotMet),
        (vec![], Verdict::Met),
    ] {
        assert_eq!(verdict(answers.clone()), expected, "{answers:?}");
    }
}

/// A3: a snapshot has one text, whenever it is taken.
#[test]
fn a3_a_seal_has_one_text() {
    let seal = Seal {
        professional_id: uuid::Uuid::nil(),
        year: 2023,
        employer_id: uuid::Uuid::nil(),
        authority_id: uuid::Uuid::nil(),
        public_institution: true,
        outcome: Outcome::CompletedInYear,
        approved: by_subject("30", "60.5").into(),
        makeup: BySubject::default().into(),
        certificate_id: None,
        policy_version: 1,
        lapsed: 1,
        lapsed_overdue: 0,
    };
    let nil = "00000000-0000-0000-0000-000000000000";
    assert_eq!(
        seal.canonical(),
        format!(
            r#"{{"professional_id":"{nil}","year":2023,"employer_id":"{nil}","authority_id":"{nil}","public_institution":true,"outcome":"completed_in_year","approved":{{"public":300,"professional":605}},"makeup":{{"public":0,"professional":0}},"certificate_id":null,"policy_version":1,"lapsed":1,"lapsed_overdue":0}}"#
        )
    );
    assert_eq!(seal.total(), hours("90.5"));
}

/// A job that is over stays so, until it is asked for again; one that succeeded never runs again.
#[test]
fn jobs_go_one_way() {
    for state in JobState::ALL {
        for event in JobEvent::ALL {
            let next = JobRoad::next(*state, *event);
            assert_eq!(step::<JobRoad>(*state, *event).ok(), next);
            if *state == JobState::Succeeded {
                assert_eq!(next, None);
            }
            if state.is_over() && next.is_some() {
                assert_eq!((*event, next), (JobEvent::Resume, Some(JobState::Queued)));
            }
        }
    }
}
