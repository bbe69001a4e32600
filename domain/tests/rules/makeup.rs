//! H4, M1–M3, M6, W4, E7, E8: applications for make-up, grants, and what may be registered under them.

use time::macros::{date, datetime};
use time::{Date, OffsetDateTime};
use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::access::{Actor, Grant, OrgPath, Role};
use xueshi_domain::calendar::{Action, Timetable, WindowKind};
use xueshi_domain::declaration::{DeclarationFacts, LearningSource, check_draft};
use xueshi_domain::learning::{LearningSpan, Subject, Way};
use xueshi_domain::ledger::{Breakdown, BySubject, RecordState, YearTotals, assess};
use xueshi_domain::makeup::{
    self, Application, ApplicationEvent, ApplicationState, DecisionCase, GrantEvent, GrantState,
    Item, ItemEvent, ItemFacts, ItemState, MakeupStudy, Step, Term, check_item, check_reason,
    may_decide, result_of, study_dates,
};
use xueshi_domain::people::{Employment, Post};
use xueshi_domain::policy::{Policy, Window};
use xueshi_domain::registry::OrganizationKind;
use xueshi_domain::review::Decision;
use xueshi_domain::workflow::{Road, step};

use crate::declaration::conference;
use crate::{hours, policy};

fn code<T>(result: Result<T, Refusal>) -> &'static str {
    result.map_or_else(|refusal| refusal.code(), |_| "ok")
}

/// Whether one may apply at an instant, by the policy of the instant's year.
fn apply(year: i32, exceptional: bool, now: OffsetDateTime) -> &'static str {
    let all = [policy(2022), policy(2023), policy(2024)];
    let timetable = Timetable::new(&policy(year), &all);
    code(
        Term::of(&policy(year), exceptional).and_then(|term| {
            timetable.admit_in(WindowKind::MakeupApplication, term.application, now)
        }),
    )
}

#[test]
fn e7_e8_w4_m6_when_one_may_apply() {
    for (case, year, exceptional, now, expected) in [
        ("E7", 2023, false, datetime!(2023-08-23 23:59:59 +8), "window-closed"),
        ("E7", 2023, false, datetime!(2023-08-24 0:00 +8), "ok"),
        ("E7", 2023, false, datetime!(2023-11-30 23:59:59 +8), "ok"),
        ("E7", 2023, false, datetime!(2023-12-01 0:00 +8), "window-closed"),
        ("W1", 2023, false, datetime!(2023-12-20 0:00 +8), "year-end-freeze"),
        (
            "M6: not a way around the window",
            2023,
            true,
            datetime!(2023-06-01 0:00 +8),
            "exceptional-not-open",
        ),
        ("M6: nor within it", 2023, true, datetime!(2023-10-01 0:00 +8), "exceptional-not-open"),
        ("E8", 2024, false, datetime!(2024-09-01 0:00 +8), "makeup-closed"),
        ("W4", 2024, true, datetime!(2024-01-01 0:00 +8), "ok"),
        ("W4", 2024, true, datetime!(2024-12-19 23:59:59 +8), "ok"),
        ("W1", 2024, true, datetime!(2024-12-20 0:00 +8), "year-end-freeze"),
        ("the year after", 2024, true, datetime!(2025-01-01 0:00 +8), "window-closed"),
        ("a year without make-up", 2022, false, datetime!(2022-09-01 0:00 +8), "makeup-closed"),
        ("a year without make-up", 2022, true, datetime!(2022-09-01 0:00 +8), "makeup-closed"),
    ] {
        assert_eq!(apply(year, exceptional, now), expected, "{case}: {exceptional} at {now}");
    }
}

#[test]
fn m3_the_deadlines_are_the_policys_or_the_freeze() {
    let term = Term::of(&policy(2023), false).unwrap();
    assert_eq!(term.study_closes, datetime!(2023-12-01 0:00 +8));
    assert_eq!(term.registration_closes, datetime!(2023-12-20 0:00 +8));
    let exceptional = Term::of(&policy(2024), true).unwrap();
    assert_eq!(exceptional.study_closes, datetime!(2024-12-20 0:00 +8));
    assert_eq!(exceptional.registration_closes, datetime!(2024-12-20 0:00 +8));
    // A policy may set earlier ones: then nobody applies for a study that is over.
    let mut set = policy(2024);
    set.windows.makeup_study_closes = Some(datetime!(2024-11-01 0:00 +8));
    set.windows.makeup_registration_closes = Some(datetime!(2024-12-01 0:00 +8));
    assert!(set.validate().is_empty());
    let exceptional = Term::of(&set, true).unwrap();
    assert_eq!(exceptional.application.closes, datetime!(2024-11-01 0:00 +8));
    assert_eq!(exceptional.registration_closes, datetime!(2024-12-01 0:00 +8));
}

#[test]
fn m6_a_special_reason_is_stated() {
    for (exceptional, reason, expected) in [
        (true, Some("援藏两年，当地没有学习条件"), "ok"),
        (true, Some("  "), "exceptional-reason-missing"),
        (true, None, "exceptional-reason-missing"),
        (false, None, "ok"),
    ] {
        assert_eq!(code(check_reason(exceptional, reason)), expected, "{reason:?}");
    }
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

#[test]
fn m1_m3_who_may_make_up_what() {
    let complete = YearTotals {
        approved: BySubject { public: hours("30"), professional: hours("60") },
        pending: BySubject::default(),
    };
    let waiting = YearTotals { approved: item().totals.approved, pending: complete.approved };
    let left = Employment { from: date!(2015 - 07 - 01), until: Some(date!(2023 - 10 - 16)) };
    let id = Some(Uuid::from_u128(7));
    for (case, facts, expected) in [
        ("short", item(), "ok"),
        (
            "nothing at all",
            ItemFacts { totals: YearTotals::default(), state: None, ..item() },
            "ok",
        ),
        ("settled short", ItemFacts { state: Some(RecordState::Incomplete), ..item() }, "ok"),
        ("only approved hours count", ItemFacts { totals: waiting, ..item() }, "ok"),
        ("the present year", ItemFacts { year: 2023, ..item() }, "makeup-year-not-open"),
        ("a later year", ItemFacts { year: 2024, ..item() }, "makeup-year-not-open"),
        ("before the earliest", ItemFacts { year: 2018, ..item() }, "makeup-year-not-open"),
        ("without a policy", ItemFacts { year: 2019, ..item() }, "no-policy"),
        ("elsewhere", ItemFacts { employment: None, ..item() }, "not-employed"),
        ("left today", ItemFacts { employment: Some(left), ..item() }, "not-employed"),
        ("civil servant", ItemFacts { post: Post::CivilServant, ..item() }, "out-of-scope"),
        ("complete", ItemFacts { totals: complete, ..item() }, "makeup-not-needed"),
        ("exempt", ItemFacts { state: Some(RecordState::Exempt), ..item() }, "makeup-not-needed"),
        ("granted", ItemFacts { standing_grant: id, ..item() }, "makeup-already-granted"),
        ("applied for", ItemFacts { pending_application: id, ..item() }, "makeup-already-applied"),
    ] {
        assert_eq!(code(check_item(&facts, Some(&policy(2022)))), expected, "{case}");
    }
    let missing = check_item(&item(), Some(&policy(2022))).unwrap();
    assert_eq!((missing.total, missing.professional), (hours("20"), hours("20")));
    assert!(missing.public.is_zero());
}

#[test]
fn m2_an_application_skips_no_step() {
    use ApplicationEvent::{Forward, Grant, Reject, Return, Submit};
    use ApplicationState::{BodyReview, Draft, Granted, MunicipalReview, Rejected, Returned};
    for (state, event, after) in [
        (Draft, Submit, Some(BodyReview)),
        (Returned, Submit, Some(BodyReview)),
        (BodyReview, Forward, Some(MunicipalReview)),
        (MunicipalReview, Grant, Some(Granted)),
        (BodyReview, Return, Some(Returned)),
        (MunicipalReview, Reject, Some(Rejected)),
        (BodyReview, Grant, None),
        (Draft, Forward, None),
        (Draft, Grant, None),
        (Granted, Return, None),
        (Rejected, Submit, None),
    ] {
        assert_eq!(Application::next(state, event), after, "{state} {event}");
        let refused = after.is_none().then_some("wrong-state");
        assert_eq!(step::<Application>(state, event).err().map(|it| it.code()), refused);
    }
    assert_eq!(Item::next(ItemState::Open, ItemEvent::Grant), None, "not past the first body");
    assert_eq!(ItemEvent::of(Step::Body, Decision::Approve), ItemEvent::Forward);
    assert_eq!(ItemEvent::of(Step::Municipal, Decision::Approve), ItemEvent::Grant);
    assert_eq!(Item::next(ItemState::Rejected, ItemEvent::Reopen), None);
}

#[test]
fn m2_the_items_make_the_applications_result() {
    use ItemState::{Forwarded, Granted, Open, Rejected, Returned};
    for (step, items, expected) in [
        (Step::Body, vec![Open, Forwarded], None),
        (Step::Body, vec![Forwarded, Returned, Rejected], Some(ApplicationEvent::Forward)),
        (Step::Body, vec![Returned, Rejected], Some(ApplicationEvent::Return)),
        (Step::Body, vec![Rejected], Some(ApplicationEvent::Reject)),
        (Step::Municipal, vec![Forwarded, Granted], None),
        (Step::Municipal, vec![Granted, Returned], Some(ApplicationEvent::Grant)),
        (Step::Municipal, vec![Returned, Rejected], Some(ApplicationEvent::Return)),
        (Step::Municipal, vec![Rejected, Rejected], Some(ApplicationEvent::Reject)),
    ] {
        assert_eq!(result_of(step, items.clone()), expected, "{step}: {items:?}");
    }
}

#[test]
fn m3_a_grant_ends_used_or_expired() {
    use GrantEvent::{Expire, Reopen, Use};
    use GrantState::{Expired, Granted, Used};
    for (state, event, after) in [
        (Granted, Use, Some(Used)),
        (Granted, Expire, Some(Expired)),
        (Used, Reopen, Some(Granted)),
        (Expired, Use, Some(Used)),
        (Used, Expire, None),
        (Expired, Reopen, None),
        (Granted, Reopen, None),
    ] {
        assert_eq!(makeup::Grant::next(state, event), after, "{state} {event}");
    }
}

const BUREAU: u128 = 1;
const DISTRICT: u128 = 2;
const BASE: u128 = 3;

fn path(unit: u128) -> OrgPath {
    let root = OrgPath::root(Uuid::from_u128(BUREAU));
    if unit == BUREAU { root } else { root.child(Uuid::from_u128(unit)) }
}

fn actor(account: u128, role: Role, unit: u128) -> Actor {
    let id = Uuid::from_u128(unit);
    Actor {
        account_id: Uuid::from_u128(account),
        professional_id: None,
        grants: vec![Grant { role, organization_id: id, path: path(unit) }],
        scopes: Vec::new(),
    }
}

#[test]
fn m2_three_parties() {
    use OrganizationKind::{CeBase, DistrictBureau, MunicipalBureau};
    use Role::{EmployerAdministrator, InstitutionAdministrator, MunicipalOfficer, Reviewer};
    let (first, last) = (Step::Body, Step::Municipal);
    for (case, who, at, unit, kind, expected) in [
        ("the body's reviewer", (11, Reviewer, DISTRICT), first, DISTRICT, DistrictBureau, "ok"),
        ("one of a unit above", (11, Reviewer, BUREAU), first, DISTRICT, DistrictBureau, "ok"),
        ("of another district", (11, Reviewer, 9), first, DISTRICT, DistrictBureau, "not-holder"),
        (
            "who trains there",
            (11, InstitutionAdministrator, DISTRICT),
            first,
            DISTRICT,
            DistrictBureau,
            "not-holder",
        ),
        (
            "not in the body's place",
            (11, MunicipalOfficer, BUREAU),
            first,
            DISTRICT,
            DistrictBureau,
            "not-holder",
        ),
        (
            "the bureau as the body",
            (11, MunicipalOfficer, BUREAU),
            first,
            BUREAU,
            MunicipalBureau,
            "ok",
        ),
        ("the base", (11, InstitutionAdministrator, BASE), first, BASE, CeBase, "ok"),
        ("another base", (11, InstitutionAdministrator, 9), first, BASE, CeBase, "not-holder"),
        ("a reviewer above the base", (11, Reviewer, BUREAU), first, BASE, CeBase, "not-holder"),
        (
            "an employer",
            (11, EmployerAdministrator, DISTRICT),
            first,
            DISTRICT,
            DistrictBureau,
            "not-holder",
        ),
        ("the applicant", (1, Reviewer, DISTRICT), first, DISTRICT, DistrictBureau, "own-case"),
        ("the bureau", (11, MunicipalOfficer, BUREAU), last, BUREAU, MunicipalBureau, "ok"),
        (
            "the body skips no step",
            (11, Reviewer, DISTRICT),
            last,
            BUREAU,
            MunicipalBureau,
            "not-holder",
        ),
        (
            "a reviewer of the bureau",
            (11, Reviewer, BUREAU),
            last,
            BUREAU,
            MunicipalBureau,
            "not-holder",
        ),
        (
            "the same person twice",
            (2, MunicipalOfficer, BUREAU),
            last,
            BUREAU,
            MunicipalBureau,
            "same-reviewer",
        ),
        ("the applicant", (1, MunicipalOfficer, BUREAU), last, BUREAU, MunicipalBureau, "own-case"),
    ] {
        let (account, role, of) = who;
        let holder = path(unit);
        let decision = DecisionCase {
            step: at,
            holder: &holder,
            holder_kind: kind,
            applicant: Some(Uuid::from_u128(1)),
            first_reviewer: (at == last).then(|| Uuid::from_u128(2)),
        };
        assert_eq!(code(may_decide(&actor(account, role, of), decision)), expected, "{case}");
    }
}

/// The grant of the morning of 16 October 2023, for a year that lacks 20 professional hours.
fn study() -> MakeupStudy {
    MakeupStudy {
        from: date!(2023 - 10 - 16),
        until: datetime!(2023-12-01 0:00 +8),
        missing: assess(policy(2022).floors, item().totals).shortfall,
        platforms: policy(2023).platforms,
    }
}

fn span(start: Date, end: Date) -> LearningSpan {
    LearningSpan::new(start, end).unwrap()
}

#[test]
fn m3_learning_lies_between_the_grant_and_the_deadline() {
    for (case, start, end, expected) in [
        ("the day of the grant", date!(2023 - 10 - 16), date!(2023 - 10 - 16), "ok"),
        ("begun before", date!(2023 - 10 - 15), date!(2023 - 10 - 20), "outside-makeup-study"),
        ("of the prior year", date!(2022 - 10 - 16), date!(2022 - 10 - 20), "outside-makeup-study"),
        ("the last day", date!(2023 - 11 - 20), date!(2023 - 11 - 30), "ok"),
        ("the deadline", date!(2023 - 11 - 20), date!(2023 - 12 - 01), "outside-makeup-study"),
    ] {
        assert_eq!(code(study_dates(&study(), span(start, end))), expected, "{case}");
    }
}

/// A conference of October 2023, registered for 2022.
fn registered() -> DeclarationFacts {
    DeclarationFacts {
        year: 2022,
        span: span(date!(2023 - 10 - 17), date!(2023 - 10 - 18)),
        today: date!(2023 - 10 - 20),
        makeup: Some(study()),
        ..conference()
    }
}

#[test]
fn h2_h4_m3_a_prior_year_opens_only_under_a_grant() {
    let answer = |facts: &DeclarationFacts, policy: &Policy| code(check_draft(facts, policy));
    let of_2022 = policy(2022);
    assert_eq!(answer(&registered(), &of_2022), "ok");
    let without = DeclarationFacts { makeup: None, ..registered() };
    assert_eq!(answer(&without, &of_2022), "year-mismatch", "H2, H4");
    let early = DeclarationFacts {
        span: span(date!(2023 - 10 - 01), date!(2023 - 10 - 02)),
        ..registered()
    };
    assert_eq!(answer(&early, &of_2022), "outside-makeup-study");
    let unfinished = DeclarationFacts {
        span: span(date!(2023 - 10 - 21), date!(2023 - 10 - 22)),
        ..registered()
    };
    assert_eq!(answer(&unfinished, &of_2022), "learning-not-finished");
    let complete = MakeupStudy { missing: Breakdown::default(), ..study() };
    let complete = DeclarationFacts { makeup: Some(complete), ..registered() };
    assert_eq!(answer(&complete, &of_2022), "makeup-not-needed");
}

#[test]
fn h6_made_up_public_hours_come_from_the_platforms_of_the_year_of_study() {
    let course = |platform: &str, makeup: Option<MakeupStudy>| DeclarationFacts {
        subject: Subject::Public,
        way: Way::DistanceCourse,
        source: LearningSource::PlatformCompletion { platform: platform.to_owned() },
        makeup,
        ..registered()
    };
    assert!(!policy(2022).lists_platform("zzjxjy") && policy(2023).lists_platform("zzjxjy"));
    let answer = |facts: DeclarationFacts| check_draft(&facts, &policy(2022)).err();
    assert_eq!(answer(course("zzjxjy", Some(study()))), None);
    assert_eq!(
        answer(course("elsewhere", Some(study()))),
        Some(Refusal::PlatformNotListed { platform: "elsewhere".to_owned(), year: 2023 })
    );
}

#[test]
fn m4_w2_the_grants_own_time_replaces_the_windows_of_the_main_road() {
    let all = [policy(2022), policy(2023), policy(2024)];
    let granted = datetime!(2023-10-16 9:00 +8);
    let registration = Window { opens: granted, closes: datetime!(2023-12-20 0:00 +8) };
    let timetable = Timetable::new(&policy(2023), &all).under_grant(registration);
    let freeze = datetime!(2023-12-20 0:00 +8);
    for action in [Action::Draft, Action::Submit, Action::Review, Action::Verify] {
        let admitted = timetable.admit(action, datetime!(2023-12-19 23:59:59 +8)).unwrap();
        assert_eq!(admitted.valid_until, Some(freeze), "{action}");
        assert_eq!(code(timetable.admit(action, freeze)), "year-end-freeze");
        assert_eq!(
            timetable.admit(action, datetime!(2024-01-02 0:00 +8)),
            Err(Refusal::WindowClosed {
                kind: WindowKind::MakeupRegistration,
                year: 2023,
                opens: granted,
                closes: freeze,
                next_opening: None,
            })
        );
    }
    assert!(timetable.admit(Action::Withdraw, datetime!(2024-01-02 0:00 +8)).is_ok());
    assert_eq!(timetable.review_ends(), freeze);
    let early = Window { closes: datetime!(2023-12-10 0:00 +8), ..registration };
    let timetable = Timetable::new(&policy(2023), &all).under_grant(early);
    assert_eq!(timetable.review_ends(), datetime!(2023-12-10 0:00 +8));
}
