//! P6: the road of an advanced seminar, row by row, and each of its rules.

use time::macros::{date, datetime};
use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::access::{Actor, Grant, OrgPath, Role};
use xueshi_domain::learning::LearningSpan;
use xueshi_domain::people::{Employment, Post};
use xueshi_domain::refusal::NotFiledReason;
use xueshi_domain::review::Decision;
use xueshi_domain::seminar::{
    ClosingDecision, Event, PersonResult, Proposal, SeminarFacts, SeminarRoad, State, check_list,
    check_proposal, check_results, may_host, require_admissible, require_ended, require_not_begun,
    require_other_hand,
};
use xueshi_domain::workflow::{Road, step};

use crate::{hours, policy};

/// P6: state, event, what follows. Every pair that is not here is refused.
const ROAD: &[(State, Event, State)] = &[
    (State::Draft, Event::Edit, State::Draft),
    (State::Draft, Event::Submit, State::Submitted),
    (State::Draft, Event::Withdraw, State::Withdrawn),
    (State::Returned, Event::Edit, State::Returned),
    (State::Returned, Event::Submit, State::Submitted),
    (State::Returned, Event::Withdraw, State::Withdrawn),
    (State::Submitted, Event::Approve, State::Approved),
    (State::Submitted, Event::Return, State::Returned),
    (State::Submitted, Event::Reject, State::Rejected),
    (State::Submitted, Event::Withdraw, State::Withdrawn),
    (State::Approved, Event::Admit, State::Approved),
    (State::Approved, Event::Withdraw, State::Withdrawn),
    (State::Approved, Event::Report, State::Reported),
    (State::Reported, Event::ReturnReport, State::Approved),
    (State::Reported, Event::Close, State::Closed),
];

#[test]
fn p6_every_state_and_event() {
    for state in State::ALL {
        for event in Event::ALL {
            let listed = ROAD.iter().find(|(from, what, _)| (from, what) == (state, event));
            assert_eq!(
                SeminarRoad::next(*state, *event),
                listed.map(|row| row.2),
                "{state} {event}"
            );
            if listed.is_none() {
                let refusal = step::<SeminarRoad>(*state, *event).unwrap_err();
                assert_eq!(refusal.code(), "wrong-state");
            }
        }
    }
}

#[test]
fn p6_what_is_written_can_be_edited_and_nothing_else() {
    for state in State::ALL {
        assert_eq!(state.is_editable(), SeminarRoad::next(*state, Event::Edit).is_some());
    }
}

#[test]
fn p6_decisions_are_events() {
    let of = |decision: Decision| Event::from(decision).as_str();
    for decision in Decision::ALL {
        assert_eq!(of(*decision), decision.as_str());
    }
    assert_eq!(Event::from(ClosingDecision::Close), Event::Close);
    assert_eq!(Event::from(ClosingDecision::Return), Event::ReturnReport);
}

fn span() -> LearningSpan {
    LearningSpan::new(date!(2023 - 11 - 06), date!(2023 - 11 - 10)).unwrap()
}

/// P6, H9: the policy's places, and days × 8 hours.
#[test]
fn p6_h9_a_proposal_is_small_and_fits_its_days() {
    for (tenths, places, expected) in [
        ("40", 70, None),
        ("0.1", 1, None),
        ("40", 71, Some("seminar-too-large")),
        ("0", 70, Some("hours-not-positive")),
        ("40.1", 70, Some("hours-exceed-days")),
    ] {
        let proposal = Proposal { span: span(), hours: hours(tenths), places };
        let answer = check_proposal(proposal, &policy(2023));
        assert_eq!(answer.err().map(|refusal| refusal.code()), expected, "{tenths} {places}");
    }
    let mut policy = policy(2023);
    policy.seminars.max_places = 20;
    let proposal = Proposal { span: span(), hours: hours("40"), places: 21 };
    assert_eq!(
        check_proposal(proposal, &policy),
        Err(Refusal::SeminarTooLarge { places: 21, max: 20 })
    );
}

/// P6: approval before it begins, the report when it is over.
#[test]
fn p6_days_of_approval_and_report() {
    for (today, begun, ended) in [
        (date!(2023 - 11 - 05), false, false),
        (date!(2023 - 11 - 06), true, false),
        (date!(2023 - 11 - 09), true, false),
        (date!(2023 - 11 - 10), true, true),
        (date!(2023 - 12 - 01), true, true),
    ] {
        let code = |answer: Result<(), Refusal>| answer.err().map(|refusal| refusal.code());
        let not_begun = code(require_not_begun(span(), today));
        assert_eq!(not_begun, begun.then_some("seminar-begun"), "{today}");
        let over = code(require_ended(span(), today));
        assert_eq!(over, (!ended).then_some("seminar-not-ended"), "{today}");
    }
}

#[test]
fn p6_no_more_people_than_places() {
    assert_eq!(check_list(0, 70), Ok(()));
    assert_eq!(check_list(70, 70), Ok(()));
    assert_eq!(check_list(71, 70), Err(Refusal::SeminarFull { admitted: 71, places: 70 }));
}

/// U3, U4b: who could not declare the hours is not admitted.
#[test]
fn p6_u3_u4b_who_is_admitted() {
    let today = date!(2023 - 10 - 16);
    let job = |until| Some(Employment { from: date!(2015 - 07 - 01), until });
    for (employment, post, expected) in [
        (job(None), Post::Technical, None),
        (job(None), Post::Management, None),
        (job(Some(date!(2023 - 10 - 17))), Post::Technical, None),
        (job(Some(date!(2023 - 10 - 16))), Post::Technical, Some("not-employed")),
        (None, Post::Technical, Some("not-employed")),
        (job(None), Post::CivilServant, Some("out-of-scope")),
    ] {
        let answer = require_admissible(employment, post, &policy(2023), today);
        assert_eq!(answer.err().map(|refusal| refusal.code()), expected, "{employment:?} {post}");
    }
}

/// P6: one result for everyone admitted, and for nobody else.
#[test]
fn p6_results_match_the_list() {
    let [a, b, c] = [1, 2, 3].map(Uuid::from_u128);
    let result = |person, text: &str, passed| PersonResult { person, hours: hours(text), passed };
    let check = |admitted: &[Uuid], results: &[PersonResult]| {
        check_results(admitted, results, hours("40")).map_err(|(refusal, at)| (refusal.code(), at))
    };
    assert_eq!(check(&[a, b], &[result(b, "40", true), result(a, "0", false)]), Ok(()));
    for (admitted, results, expected) in [
        (vec![], vec![], ("seminar-list-empty", None)),
        (vec![a, b], vec![result(a, "1", true)], ("seminar-results-mismatch", None)),
        (
            vec![a],
            vec![result(a, "1", true), result(c, "1", true)],
            ("seminar-results-mismatch", None),
        ),
        (
            vec![a],
            vec![result(a, "1", true), result(a, "1", true)],
            ("seminar-results-mismatch", None),
        ),
        (vec![a], vec![result(a, "0", true)], ("hours-not-positive", Some(0))),
        (
            vec![a, b],
            vec![result(a, "40", true), result(b, "40.1", false)],
            ("hours-over-limit", Some(1)),
        ),
    ] {
        assert_eq!(check(&admitted, &results), Err(expected), "{results:?}");
    }
    let (refusal, _) =
        check_results(&[a, b], &[result(a, "1", true), result(c, "1", true)], hours("2"))
            .unwrap_err();
    assert_eq!(
        refusal,
        Refusal::SeminarResultsMismatch {
            missing: vec![b],
            repeated: vec![],
            not_admitted: vec![c]
        }
    );
}

/// Who: neither the one who brought it nor one who gets its hours.
#[test]
fn p6_who_another_hand_decides() {
    let [a, b, c] = [1, 2, 3].map(Uuid::from_u128);
    assert_eq!(require_other_hand(a, [b, c], false), Ok(()));
    for hands in [[a, b], [b, a]] {
        assert_eq!(require_other_hand(a, hands, false), Err(Refusal::OwnCase));
    }
    assert_eq!(require_other_hand(a, [b, c], true), Err(Refusal::OwnCase));
}

/// Who: administrators for their subtree, reviewers for their body only, officers for nobody.
#[test]
fn p6_who_hosts() {
    let [city, district, company, branch] = [1, 2, 3, 4].map(Uuid::from_u128);
    let root = OrgPath::root(city);
    let body = root.child(district);
    let employer = body.child(company);
    let below = employer.child(branch);
    let hosts = |role, at: &OrgPath, unit: Uuid, host: &OrgPath| {
        let actor = Actor {
            account_id: Uuid::from_u128(9),
            professional_id: None,
            grants: vec![Grant { role, organization_id: unit, path: at.clone() }],
            scopes: Vec::new(),
        };
        may_host(&actor, host).is_some()
    };
    for (role, at, unit, host, expected) in [
        (Role::EmployerAdministrator, &employer, company, &employer, true),
        (Role::EmployerAdministrator, &employer, company, &below, true),
        (Role::EmployerAdministrator, &employer, company, &body, false),
        (Role::Reviewer, &body, district, &body, true),
        (Role::Reviewer, &body, district, &employer, false),
        (Role::InstitutionAdministrator, &employer, company, &employer, true),
        (Role::MunicipalOfficer, &root, city, &root, false),
        (Role::Auditor, &root, city, &employer, false),
    ] {
        assert_eq!(hosts(role, at, unit, host), expected, "{role} {host:?}");
    }
}

/// H5: the approval stands in the place of the plan, and has to come before the first day.
#[test]
fn p6_h5_the_approval_comes_before_the_first_day() {
    for (approved_at, missing) in [
        (Some(datetime!(2023-11-05 23:59:59.999 +8)), None),
        (Some(datetime!(2023-11-06 00:00 +8)), Some(NotFiledReason::ApprovedAfterClassBegan)),
        (None, Some(NotFiledReason::PlanNotApproved)),
    ] {
        let facts = SeminarFacts {
            theme: "智能制造".to_owned(),
            host: "郑州某科技有限公司".to_owned(),
            approved_at,
            began: date!(2023 - 11 - 06),
            hours: hours("40"),
            passed: true,
        };
        assert_eq!(facts.missing(), missing, "{approved_at:?}");
    }
}
