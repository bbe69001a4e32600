//! H1, H3, A1, A2, E1–E3, E13: totals, floors, the annual record.

use proptest::prelude::*;
use xueshi_domain::hours::Hours;
use xueshi_domain::learning::Subject;
use xueshi_domain::ledger::{
    Bucket, BySubject, LedgerError, Posting, RecordState, VerifyOutcome, YearTotals, assess,
    revokes_certificate, state_after, verify,
};
use xueshi_domain::review::{Event, State, next};

use crate::{hours, policy};

fn approved(public: &str, professional: &str) -> YearTotals {
    YearTotals {
        approved: BySubject { public: hours(public), professional: hours(professional) },
        pending: BySubject::default(),
    }
}

#[test]
fn h1_e1_e2_e3_floors() {
    // public, professional; satisfied; shortfall and excess as total, public, professional
    for (case, public, professional, satisfied, shortfall, excess) in [
        ("E1", "30", "60", true, ["0", "0", "0"], ["0", "0", "0"]),
        ("E2", "29.9", "70", false, ["0", "0.1", "0"], ["9.9", "0", "10"]),
        ("E3", "45", "59.9", false, ["0", "0", "0.1"], ["14.9", "15", "0"]),
        ("nothing yet", "0", "0", false, ["90", "30", "60"], ["0", "0", "0"]),
        ("both short", "29.9", "59.9", false, ["0.2", "0.1", "0.1"], ["0", "0", "0"]),
        ("H3: above all", "31", "62.5", true, ["0", "0", "0"], ["3.5", "1", "2.5"]),
    ] {
        let found = assess(policy(2023).floors, approved(public, professional));
        let texts = |part: xueshi_domain::ledger::Breakdown| {
            [part.total.to_string(), part.public.to_string(), part.professional.to_string()]
        };
        assert_eq!(found.satisfied, satisfied, "{case}");
        assert_eq!(texts(found.shortfall), shortfall, "{case}: shortfall");
        assert_eq!(texts(found.excess), excess, "{case}: excess");
    }
}

#[test]
fn h1_the_total_is_a_floor_of_its_own() {
    let mut floors = policy(2023).floors;
    floors.total = hours("100");
    let found = assess(floors, approved("30", "60"));
    assert!(!found.satisfied);
    assert_eq!(found.shortfall.total, hours("10"));
}

#[test]
fn h1_pending_hours_do_not_count() {
    let totals = YearTotals { pending: approved("30", "60").approved, ..YearTotals::default() };
    let found = assess(policy(2023).floors, totals);
    assert!(!found.satisfied);
    assert_eq!(found.pending.total, hours("90"));
}

#[test]
fn h1_an_assessment_in_json() {
    let json = serde_json::to_value(assess(policy(2023).floors, approved("29.9", "70"))).unwrap();
    assert_eq!(
        json["approved"],
        serde_json::json!({"total": 99.9, "public": 29.9, "professional": 70})
    );
    assert_eq!(
        json["shortfall"],
        serde_json::json!({"total": 0, "public": 0.1, "professional": 0})
    );
    assert_eq!(json["satisfied"], false);
}

#[test]
fn a1_a_declaration_moves_through_the_totals() {
    let five = hours("5");
    let mut totals = YearTotals::default();
    let mut state = State::Draft;
    for (event, pending, approved) in [
        (Event::Submit, "5", "0"),
        (Event::Return, "0", "0"),
        (Event::Submit, "5", "0"),
        (Event::Approve, "5", "0"),
        (Event::Approve, "0", "5"),
        (Event::Revoke, "0", "0"),
    ] {
        let after = next(state, event).unwrap();
        totals = totals.moved(Subject::Professional, five, state, after).unwrap();
        state = after;
        let found = (totals.pending.professional, totals.approved.professional);
        assert_eq!(found, (hours(pending), hours(approved)), "{event}");
    }
    assert_eq!(totals, YearTotals::default());
}

#[test]
fn totals_that_were_kept_wrongly_are_not_made_worse() {
    let wrong =
        YearTotals::default().moved(Subject::Public, hours("1"), State::Approved, State::Revoked);
    assert_eq!(wrong, Err(LedgerError::Underflow));
    let full = Posting {
        bucket: Bucket::Approved,
        subject: Subject::Public,
        hours: Hours::from_tenths(u32::MAX),
    };
    let totals = YearTotals::default().apply(full).unwrap();
    assert_eq!(totals.apply(Posting { hours: hours("0.1"), ..full }), Err(LedgerError::Overflow));
}

#[test]
fn e13_a_revocation_after_certification() {
    let before = approved("30", "60");
    let after =
        before.moved(Subject::Professional, hours("5"), State::Approved, State::Revoked).unwrap();
    let found = assess(policy(2023).floors, after);
    assert_eq!((found.satisfied, found.shortfall.professional), (false, hours("5")));
    let state = state_after(RecordState::Certified, found.satisfied, false);
    assert_eq!(state, RecordState::InProgress);
    assert!(revokes_certificate(RecordState::Certified, state));
}

#[test]
fn a1_a2_states_of_a_record() {
    use RecordState::{Certified, Exempt, InProgress, Incomplete, Satisfied};
    for (before, satisfied, after) in [
        (InProgress, false, InProgress),
        (InProgress, true, Satisfied),
        (Satisfied, true, Satisfied),
        (Satisfied, false, InProgress),
        (Certified, true, Certified),
        (Certified, false, InProgress),
        (Incomplete, false, Incomplete),
        (Incomplete, true, Satisfied),
        (Exempt, false, Exempt),
        (Exempt, true, Exempt),
    ] {
        assert_eq!(state_after(before, satisfied, false), after, "{before} {satisfied}");
        let settled = if after == InProgress { Incomplete } else { after };
        assert_eq!(state_after(before, satisfied, true), settled, "{before} {satisfied}, settled");
        let loses = (before, satisfied) == (Certified, false);
        assert_eq!(revokes_certificate(before, after), loses, "{before} {satisfied}");
    }
}

#[test]
fn a1_verification() {
    for (state, satisfied, outcome) in [
        (RecordState::Satisfied, true, VerifyOutcome::Certified),
        (RecordState::InProgress, true, VerifyOutcome::Certified),
        (RecordState::Incomplete, true, VerifyOutcome::Certified),
        (RecordState::Certified, true, VerifyOutcome::AlreadyCertified),
        (RecordState::InProgress, false, VerifyOutcome::NotSatisfied),
        (RecordState::Satisfied, false, VerifyOutcome::NotSatisfied),
        (RecordState::Certified, false, VerifyOutcome::NotSatisfied),
        (RecordState::Incomplete, false, VerifyOutcome::NotSatisfied),
        (RecordState::Exempt, true, VerifyOutcome::Exempt),
        (RecordState::Exempt, false, VerifyOutcome::Exempt),
    ] {
        assert_eq!(verify(state, satisfied), outcome, "{state} {satisfied}");
    }
}

fn any_posting() -> impl Strategy<Value = Posting> {
    (prop::sample::select(Bucket::ALL), prop::sample::select(Subject::ALL), 0..=Hours::MAX.tenths())
        .prop_map(|(bucket, subject, tenths)| Posting {
            bucket,
            subject,
            hours: Hours::from_tenths(tenths),
        })
}

proptest! {
    #[test]
    fn h3_applying_and_reverting_in_any_order_returns_to_the_start(
        postings in prop::collection::vec(any_posting(), 0..40), seed in any::<u64>()
    ) {
        let mut totals = YearTotals::default();
        for posting in &postings {
            totals = totals.apply(*posting).unwrap();
        }
        let booked: u64 = postings.iter().map(|posting| u64::from(posting.hours.tenths())).sum();
        let held = totals.approved.total().tenths() + totals.pending.total().tenths();
        prop_assert_eq!(u64::from(held), booked);
        let mut order = postings;
        order.sort_by_key(|posting| (u64::from(posting.hours.tenths()) ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        for posting in order {
            totals = totals.revert(posting).unwrap();
        }
        prop_assert_eq!(totals, YearTotals::default());
    }

    #[test]
    fn h1_satisfied_means_that_no_floor_is_short(public in 0..2_000_u32, professional in 0..2_000_u32) {
        let floors = policy(2023).floors;
        let approved = BySubject { public: Hours::from_tenths(public), professional: Hours::from_tenths(professional) };
        let found = assess(floors, YearTotals { approved, pending: BySubject::default() });
        prop_assert_eq!(found.satisfied, public >= 300 && professional >= 600 && public + professional >= 900);
        for (have, floor, short, above) in [
            (found.approved.total, floors.total, found.shortfall.total, found.excess.total),
            (found.approved.public, floors.public, found.shortfall.public, found.excess.public),
            (found.approved.professional, floors.professional, found.shortfall.professional, found.excess.professional),
        ] {
            prop_assert_eq!(have.checked_add(short), floor.checked_add(above));
            prop_assert!(short.is_zero() || above.is_zero());
        }
    }
}
