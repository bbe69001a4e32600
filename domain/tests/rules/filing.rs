//! P1–P5, H9: filings, plans, classes, rosters.

use std::fmt::Write as _;

use time::macros::{date, datetime};
use uuid::Uuid;
use xueshi_domain::class::{
    ClassRoad, NewClassFacts, RosterChange, RosterResult, check_class, check_result, correction,
    roster_is_open,
};
use xueshi_domain::filing::{FilingFacts, FilingRoad, may_apply, may_decide, takes_new_classes};
use xueshi_domain::learning::{Subject, Way};
use xueshi_domain::registry::{FilingState, PlanState};
use xueshi_domain::review::State;
use xueshi_domain::training_plan::{
    AmendmentRoad, Approval, ItemFacts, ItemInUse, PlanRoad, check_item, check_submission,
    in_force, may_become,
};
use xueshi_domain::workflow::Road;
use xueshi_domain::{Refusal, TextEnum};

use crate::{hours, policy};

/// Every step that a road takes, as `state event → state`.
fn steps<R: Road>() -> String {
    let mut text = String::new();
    for state in R::State::ALL {
        for event in R::Event::ALL {
            if let Some(after) = R::next(*state, *event) {
                let _ = writeln!(text, "{} {} {}", state.as_str(), event.as_str(), after.as_str());
            }
        }
    }
    text
}

#[test]
fn p1_p5_the_road_of_a_filing() {
    assert_eq!(
        steps::<FilingRoad>(),
        "submitted grant granted\nsubmitted return returned\nsubmitted reject rejected\n\
         returned apply submitted\nrejected apply submitted\n\
         granted suspend suspended\ngranted revoke revoked\n\
         suspended resume granted\nsuspended revoke revoked\n\
         revoked apply submitted\n"
    );
}

#[test]
fn p2_the_road_of_a_plan_and_of_its_amendments() {
    let common = "draft edit draft\ndraft submit submitted\n\
         submitted approve approved\nsubmitted return returned\nsubmitted reject rejected\n";
    let returned = "returned edit returned\nreturned submit submitted\n";
    assert_eq!(steps::<PlanRoad>(), format!("{common}approved amend approved\n{returned}"));
    assert_eq!(steps::<AmendmentRoad>(), format!("{common}{returned}"));
}

#[test]
fn p4_the_road_of_a_class() {
    assert_eq!(
        steps::<ClassRoad>(),
        "announced edit announced\nannounced cancel cancelled\nannounced hand_in held\nheld hand_in held\n"
    );
}

/// P5: what stops a filing stops the classes that begin from then on.
#[test]
fn p5_a_stopped_filing_covers_what_had_begun() {
    let stopped_at = Some(datetime!(2023-06-15 10:00 +8));
    for (state, stopped_at, began, covered) in [
        (FilingState::Granted, None, date!(2023 - 06 - 16), true),
        (FilingState::Revoked, stopped_at, date!(2023 - 06 - 14), true),
        (FilingState::Revoked, stopped_at, date!(2023 - 06 - 15), true),
        (FilingState::Revoked, stopped_at, date!(2023 - 06 - 16), false),
        (FilingState::Suspended, stopped_at, date!(2023 - 06 - 15), true),
        (FilingState::Suspended, stopped_at, date!(2023 - 06 - 16), false),
        // Applied for again after a revocation: what had begun keeps counting.
        (FilingState::Submitted, stopped_at, date!(2023 - 06 - 15), true),
        (FilingState::Submitted, None, date!(2023 - 06 - 15), false),
        (FilingState::Rejected, None, date!(2023 - 06 - 15), false),
    ] {
        let facts = FilingFacts { state, stopped_at };
        assert_eq!(facts.covers(began), covered, "{facts:?} {began}");
        let new = takes_new_classes(Some(facts), "基地", 2023);
        assert_eq!(new.is_ok(), state == FilingState::Granted, "{facts:?}");
    }
    assert_eq!(takes_new_classes(None, "基地", 2023).unwrap_err().code(), "filing-not-granted");
}

#[test]
fn p1_who_applies_when_and_who_decides() {
    assert_eq!(may_apply(2023, date!(2023 - 12 - 31)), Ok(()));
    assert_eq!(may_apply(2024, date!(2023 - 12 - 31)), Ok(()));
    assert_eq!(may_apply(2022, date!(2023 - 01 - 01)), Err(Refusal::FilingYearOver { year: 2022 }));
    let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    assert_eq!(may_decide(one, Some(other)), Ok(()));
    assert_eq!(may_decide(one, None), Ok(()));
    assert_eq!(may_decide(one, Some(one)), Err(Refusal::OwnCase));
}

fn item() -> ItemFacts {
    ItemFacts {
        subject: Subject::Professional,
        hours: hours("60"),
        starts_on: date!(2023 - 03 - 01),
        ends_on: date!(2023 - 11 - 30),
    }
}

#[test]
fn p2_items_lie_in_the_plans_year_and_give_hours() {
    let code = |item: ItemFacts| check_item(2023, &item).map_or_else(|no| no.code(), |()| "ok");
    assert_eq!(code(item()), "ok");
    assert_eq!(code(ItemFacts { hours: hours("0"), ..item() }), "hours-not-positive");
    assert_eq!(
        code(ItemFacts { ends_on: date!(2023 - 02 - 28), ..item() }),
        "learning-dates-inverted"
    );
    assert_eq!(code(ItemFacts { ends_on: date!(2024 - 01 - 03), ..item() }), "spans-two-years");
    let (starts_on, ends_on) = (date!(2024 - 03 - 01), date!(2024 - 03 - 02));
    assert_eq!(code(ItemFacts { starts_on, ends_on, ..item() }), "year-mismatch");
    assert_eq!(check_submission(0), Err(Refusal::PlanEmpty));
    assert_eq!(check_submission(1), Ok(()));
}

#[test]
fn p2_an_amendment_leaves_every_class_what_it_stands_on() {
    let used = |classes, most: &str| ItemInUse {
        id: Uuid::nil(),
        theme: "主题".to_owned(),
        subject: Subject::Professional,
        classes,
        most_hours: hours(most),
    };
    let with = |text: &str| ItemFacts { hours: hours(text), ..item() };
    for (item, after, fine) in [
        (used(0, "0"), None, true),
        (used(0, "0"), Some(with("1")), true),
        (used(1, "40"), None, false),
        (used(1, "40"), Some(with("40")), true),
        (used(2, "40"), Some(with("39.9")), false),
        (used(1, "40"), Some(ItemFacts { subject: Subject::Public, ..with("60") }), false),
    ] {
        let answer = may_become(&item, after.as_ref());
        assert_eq!(answer.is_ok(), fine, "{item:?} {after:?}");
        assert!(answer.err().is_none_or(|no| no.code() == "plan-item-in-use"));
    }
}

/// P3: a class keeps what was approved when it began.
#[test]
fn p3_the_approval_in_force_when_a_class_begins() {
    let approved = |at, text: &str, removed| Approval {
        approved_at: at,
        subject: Subject::Professional,
        hours: hours(text),
        removed,
    };
    let first = approved(datetime!(2023-02-20 10:00 +8), "60", false);
    let wider = approved(datetime!(2023-06-01 10:00 +8), "80", false);
    let gone = approved(datetime!(2023-09-01 10:00 +8), "80", true);
    let all = [first, wider, gone];
    for (began, expected) in [
        (date!(2023 - 02 - 20), first), // too late: the first one, which E10 then refuses
        (date!(2023 - 02 - 21), first),
        (date!(2023 - 06 - 01), first),
        (date!(2023 - 06 - 02), wider),
        (date!(2023 - 09 - 02), gone),
    ] {
        assert_eq!(in_force(&all, began), Some(expected), "{began}");
    }
    assert_eq!(in_force(&[], date!(2023 - 06 - 02)), None);
}

fn class() -> NewClassFacts {
    NewClassFacts {
        title: "临床新技术培训班".to_owned(),
        institution: "继续教育基地".to_owned(),
        institution_id: Uuid::nil(),
        filing: Some(FilingFacts { state: FilingState::Granted, stopped_at: None }),
        plan_year: 2023,
        plan: PlanState::Approved,
        approval: Some(Approval {
            approved_at: datetime!(2023-05-01 10:00 +8),
            subject: Subject::Professional,
            hours: hours("60"),
            removed: false,
        }),
        subject: Subject::Professional,
        way: Way::TrainingClass,
        starts_on: date!(2023 - 05 - 10),
        ends_on: date!(2023 - 05 - 19),
        hours: hours("60"),
    }
}

#[test]
fn p3_p5_h9_e10_one_change_at_a_time() {
    type Change = fn(&mut NewClassFacts);
    let cases: &[(&str, Change, &str)] = &[
        ("as it is", |_| (), "ok"),
        ("P1: no filing", |c| c.filing = None, "filing-not-granted"),
        (
            "P5: revoked",
            |c| {
                c.filing = Some(FilingFacts {
                    state: FilingState::Revoked,
                    stopped_at: Some(datetime!(2023-09-01 0:00 +8)),
                });
            },
            "filing-not-granted",
        ),
        (
            "P3: the plan waits",
            |c| (c.plan, c.approval) = (PlanState::Submitted, None),
            "training-plan-not-filed",
        ),
        ("E10: the day itself", |c| c.starts_on = date!(2023 - 05 - 01), "training-plan-not-filed"),
        ("E10: the day after", |c| c.starts_on = date!(2023 - 05 - 02), "ok"),
        (
            "P2: the item is gone",
            |c| c.approval = c.approval.map(|a| Approval { removed: true, ..a }),
            "class-not-in-plan",
        ),
        ("P3: another subject", |c| c.subject = Subject::Public, "class-not-in-plan"),
        ("P3: no trainer", |c| c.way = Way::Conference, "class-not-in-plan"),
        ("P6: has its own road", |c| c.way = Way::AdvancedSeminar, "class-not-in-plan"),
        ("P3: another year", |c| c.plan_year = 2024, "class-not-in-plan"),
        ("P3: more than the item", |c| c.hours = hours("60.1"), "hours-over-limit"),
        ("H1", |c| c.hours = hours("0"), "hours-not-positive"),
        ("H9: seven days", |c| c.ends_on = date!(2023 - 05 - 16), "hours-exceed-days"),
        ("H9: eight days", |c| c.ends_on = date!(2023 - 05 - 17), "ok"),
        ("H2", |c| c.ends_on = date!(2024 - 01 - 02), "spans-two-years"),
        ("H2: inverted", |c| c.ends_on = date!(2023 - 05 - 09), "learning-dates-inverted"),
    ];
    for (case, change, code) in cases {
        let mut class = class();
        change(&mut class);
        let found = check_class(&class, &policy(2023)).map_or_else(|no| no.code(), |()| "ok");
        assert_eq!(found, *code, "{case}");
    }
}

#[test]
fn p4_rosters() {
    assert_eq!(roster_is_open(date!(2023 - 05 - 19), date!(2023 - 05 - 19)), Ok(()));
    let early = roster_is_open(date!(2023 - 05 - 19), date!(2023 - 05 - 18)).unwrap_err();
    assert_eq!(early.code(), "learning-not-finished");
    let code = |text: &str, passed| {
        let result = RosterResult { hours: hours(text), passed };
        check_result(Way::TrainingClass, hours("60"), result).map_or_else(|no| no.code(), |()| "ok")
    };
    assert_eq!(code("60", true), "ok");
    assert_eq!(code("0", false), "ok");
    assert_eq!(code("0", true), "hours-not-positive");
    assert_eq!(code("60.1", true), "hours-over-limit");
    assert_eq!(code("60.1", false), "hours-over-limit");
}

/// P4: what is under review or approved is flagged, everything else follows the correction.
#[test]
fn p4_corrections_never_change_reviewed_hours_in_silence() {
    assert_eq!(correction(None), RosterChange::Corrected);
    for state in State::ALL {
        let flagged =
            [State::EmployerReview, State::AuthorityReview, State::Approved].contains(state);
        let expected =
            if flagged { RosterChange::CorrectionNeeded } else { RosterChange::Corrected };
        assert_eq!(correction(Some(*state)), expected, "{state}");
    }
}
