//! Figures for supervision: what is counted, and from when on (V3, V9, A3, A4, M5, M6, U3, U4b).

use time::macros::{date, datetime};
use time::{Duration, OffsetDateTime};
use xueshi_domain::calendar::WorkdayCalendar;
use xueshi_domain::figures::formula::{completion_rate, not_started, people, ratio};
use xueshi_domain::figures::part::{hours_behind, hours_count_as, hours_label, way_counter};
use xueshi_domain::figures::visit::{Leave, Stay};
use xueshi_domain::figures::{
    Counts, Family, Figure, Histogram, Outlook, PersonLabel, UnitLabel, YearLabel, forecast,
    histogram, pace_begins,
};
use xueshi_domain::learning::{Subject, Way};
use xueshi_domain::ledger::{Outcome, RecordState};
use xueshi_domain::people::Post;
use xueshi_domain::registry::PersonState;
use xueshi_domain::review::{Ending, Stage};

/// Counters as they are written here: `a=1 b=2`.
fn shown(counts: &Counts) -> String {
    let all: Vec<String> = counts.iter().map(|(name, value)| format!("{name}={value}")).collect();
    all.join(" ")
}

#[test]
fn counters_that_are_zero_are_not_kept() {
    let mut counts = Counts::new();
    counts.add("people", 2);
    counts.add("people", -2);
    assert!(counts.is_empty());
    counts.add("people", 3);
    let mut other = Counts::new();
    other.add("people", 1);
    counts.add_all(&other, -3);
    assert!(counts.is_empty() && counts.get("people") == 0);
}

#[test]
fn who_counts_u3_u4b() {
    for (state, post, employed, with_management, without) in [
        (PersonState::Active, Post::Technical, true, true, true),
        (PersonState::Active, Post::Management, true, true, false),
        (PersonState::Active, Post::CivilServant, true, false, false),
        (PersonState::Active, Post::Technical, false, false, false),
        (PersonState::Ended, Post::Technical, true, false, false),
    ] {
        let label = PersonLabel::of(state, post, employed);
        assert_eq!(label.counts(true), with_management, "{state} {post} {employed}");
        assert_eq!(label.counts(false), without, "{state} {post} {employed}");
        let counts = label.counts_as();
        assert_eq!(people(&counts, true), i64::from(with_management));
        assert_eq!(people(&counts, false), i64::from(without));
    }
}

#[test]
fn where_a_year_stands_a3_a4_m5() {
    use RecordState::{Certified, Exempt, InProgress, Incomplete, Satisfied};
    for (state, outcome, made_up, figures) in [
        (InProgress, None, false, "in_progress=1"),
        (Satisfied, None, false, "completed_in_year=1"),
        (Certified, None, false, "certified=1 completed_in_year=1"),
        (Satisfied, None, true, "completed_by_makeup=1"),
        (Certified, None, true, "certified=1 completed_by_makeup=1"),
        (Exempt, None, false, "exempt=1"),
        (Incomplete, None, false, "incomplete=1"),
        (InProgress, Some(Outcome::Incomplete), false, "incomplete=1"),
        (Satisfied, Some(Outcome::CompletedByMakeup), true, "completed_by_makeup=1"),
        // Make-up hours beside a year that was complete already do not take its outcome away.
        (Certified, Some(Outcome::CompletedInYear), true, "certified=1 completed_in_year=1"),
        (Exempt, Some(Outcome::Exempt), false, "exempt=1"),
    ] {
        let label = YearLabel::of(state, outcome, made_up);
        assert_eq!(shown(&label.counts_as()), figures, "{state} {outcome:?} {made_up}");
    }
    assert_eq!(
        YearLabel::behind(Figure::CompletedInYear),
        [YearLabel::Completed, YearLabel::Certified]
    );
}

#[test]
fn hours_by_subject_and_way() {
    let label = hours_label(Subject::Professional, Way::Conference, false);
    assert_eq!(label, "professional.conference");
    assert_eq!(
        shown(&hours_count_as(&label, 125)),
        "hours_professional=125 hours_professional_conference=125"
    );
    let label = hours_label(Subject::Public, Way::DistanceCourse, true);
    assert_eq!(
        shown(&hours_count_as(&label, 300)),
        "hours_makeup=300 hours_public=300 hours_public_distance_course=300"
    );
    assert!(hours_count_as("public.nothing", 1).is_empty());
    assert_eq!(way_counter(Subject::Public, Way::Other), "hours_public_other");
    let behind = hours_behind(Figure::HoursProfessional, Some(Way::Patent));
    assert_eq!(behind, ["professional.patent", "professional.patent.makeup"]);
    let makeup = hours_behind(Figure::HoursMakeup, None);
    assert!(makeup.iter().all(|label| label.ends_with(".makeup")) && makeup.len() == 22);
}

#[test]
fn units_without_administrator_u1() {
    for (label, counts) in [
        (UnitLabel::Staffed, "units=1"),
        (UnitLabel::Vacant, "units=1 units_without_administrator=1"),
        (UnitLabel::Disabled, ""),
    ] {
        assert_eq!(shown(&label.counts_as()), counts);
    }
}

const ENTERED: OffsetDateTime = datetime!(2023-10-16 09:00 +8);
const DUE: OffsetDateTime = datetime!(2023-10-24 00:00 +8);

fn stay(left: Option<(OffsetDateTime, Ending, u32)>) -> Stay {
    let left = left.map(|(at, ending, working_days)| Leave { at, ending, working_days });
    Stay { stage: Stage::Employer, entered: ENTERED, late_from: Some(DUE), left }
}

/// The counters as of an instant, after these notes of a stay.
fn as_of(notes: &[(OffsetDateTime, Stay)], at: OffsetDateTime) -> Counts {
    let mut counts = Counts::new();
    let mut before: Option<Stay> = None;
    for (now, stay) in notes {
        for change in stay.changes_since(before.as_ref(), *now) {
            if change.at <= at {
                counts.add(&change.counter, change.amount);
            }
        }
        before = Some(*stay);
    }
    counts
}

#[test]
fn a_stay_waits_is_overdue_and_ends_v1_v3() {
    let second = Duration::seconds(1);
    let in_time = datetime!(2023-10-20 10:00 +8);
    let late = datetime!(2023-10-25 10:00 +8);
    let waiting = "employer_waiting=1";
    let overdue = "employer_overdue=1 employer_waiting=1";
    for (left, at, expected) in [
        (None, ENTERED - second, ""),
        (None, ENTERED, waiting),
        (None, DUE - second, waiting),
        (None, DUE, overdue),
        (Some((in_time, Ending::Approved, 4)), in_time - second, waiting),
        (
            Some((in_time, Ending::Approved, 4)),
            DUE,
            "employer_days=4 employer_days_04=1 employer_done=1 employer_on_time=1",
        ),
        (Some((late, Ending::Returned, 7)), DUE, overdue),
        (
            Some((late, Ending::Returned, 7)),
            late,
            "employer_days=7 employer_days_07=1 employer_done=1 employer_late=1",
        ),
        // At the very end of the due day it is late.
        (
            Some((DUE, Ending::Rejected, 6)),
            DUE,
            "employer_days=6 employer_days_06=1 employer_done=1 employer_late=1",
        ),
        (Some((in_time, Ending::Withdrawn, 4)), DUE, ""),
        (Some((in_time, Ending::Rerouted, 4)), DUE, ""),
        (Some((late, Ending::Lapsed, 7)), late, "employer_lapsed_late=1"),
        (Some((in_time, Ending::Lapsed, 4)), late, ""),
    ] {
        // Noted when it came and when it left, or all at once: the same.
        let mut notes = vec![(ENTERED, stay(None))];
        if let Some((instant, ..)) = left {
            notes.push((instant, stay(left)));
        }
        assert_eq!(shown(&as_of(&notes, at)), expected, "{left:?} at {at}");
        assert_eq!(shown(&as_of(&[(ENTERED, stay(left))], at)), expected, "{left:?} at {at}");
    }
}

#[test]
fn another_due_day_does_not_change_the_past_v2() {
    let loaded = DUE + Duration::hours(30);
    let later = DUE + Duration::days(7);
    let notes = [(ENTERED, stay(None)), (loaded, Stay { late_from: Some(later), ..stay(None) })];
    for (at, overdue) in [
        (DUE - Duration::hours(1), 0),
        (DUE, 1),
        (loaded - Duration::hours(1), 1),
        (loaded, 0),
        (later, 1),
    ] {
        assert_eq!(as_of(&notes, at).get("employer_overdue"), overdue, "{at}");
        assert_eq!(as_of(&notes, at).get("employer_waiting"), 1, "{at}");
    }
}

#[test]
fn a_stay_that_a_freeze_cut_short_is_never_late_v3_w1() {
    let settled = DUE + Duration::days(20);
    let waits = Stay { late_from: None, ..stay(None) };
    let lapsed = Stay { late_from: None, ..stay(Some((settled, Ending::Lapsed, 20))) };
    let notes = [(ENTERED, waits), (settled, lapsed)];
    assert_eq!(shown(&as_of(&notes, DUE)), "employer_waiting=1");
    assert_eq!(shown(&as_of(&notes, settled)), "");
    // Noted as late before its freeze was known to begin earlier: taken back from then on.
    let notes = [(ENTERED, stay(None)), (settled, lapsed)];
    assert_eq!(shown(&as_of(&notes, DUE)), "employer_overdue=1 employer_waiting=1");
    assert_eq!(shown(&as_of(&notes, settled)), "");
}

#[test]
fn mean_and_percentile_of_working_days() {
    let histogram = |days: &[u32]| {
        let mut counts = Counts::new();
        for days in days {
            counts.add(&format!("authority_{}", histogram::bin(*days)), 1);
            counts.add("authority_days", i64::from(*days));
        }
        Histogram::of(&counts, Stage::Authority)
    };
    assert_eq!(histogram(&[]).mean(), None);
    assert_eq!(histogram(&[]).percentile(90), None);
    for (days, mean, p50, p90) in [
        (&[3][..], 300, 3, 3),
        (&[0, 1], 50, 0, 1),
        (&[1, 2, 2], 167, 2, 2),
        (&[1, 1, 1, 1, 1, 1, 1, 1, 1, 11], 200, 1, 1),
        (&[1, 1, 1, 1, 1, 1, 1, 1, 9, 11], 280, 1, 9),
        (&[70, 80], 7500, 60, 60),
    ] {
        let histogram = histogram(days);
        assert_eq!(histogram.count(), days.len() as u64);
        assert_eq!(histogram.mean(), Some(mean), "{days:?}");
        assert_eq!(histogram.percentile(50), Some(p50), "{days:?}");
        assert_eq!(histogram.percentile(90), Some(p90), "{days:?}");
    }
}

#[test]
fn the_completion_rate_is_of_those_who_owe_the_year() {
    let mut year = Counts::new();
    for (figure, count) in [
        (Figure::CompletedInYear, 6),
        (Figure::CompletedByMakeup, 1),
        (Figure::InProgress, 1),
        (Figure::Exempt, 2),
    ] {
        year.add(figure.as_str(), count);
    }
    assert_eq!(completion_rate(11, &year), Some(6_667));
    assert_eq!(not_started(11, &year), 1);
    assert_eq!(completion_rate(2, &year), None);
    for (part, whole, expected) in [
        (0, 7, Some(0)),
        (7, 7, Some(10_000)),
        (1, 3, Some(3_333)),
        (1, 0, None),
        (1, 20_000, Some(1)),
    ] {
        assert_eq!(ratio(part, whole), expected, "{part}/{whole}");
    }
}

#[test]
fn what_will_not_finish_before_the_freeze_v9() {
    for ((waiting, done, days_left), (pace, will, will_not, needed)) in [
        ((0, 0, 10), (0, 0, 0, Some(0))),
        ((7, 0, 10), (0, 0, 7, None)),
        ((7, 20, 10), (100, 7, 0, Some(7))),
        ((30, 20, 10), (100, 10, 20, Some(30))),
        ((5, 10, 3), (50, 1, 4, Some(10))),
        ((5, 100, 0), (500, 0, 5, Some(1))),
    ] {
        let found = forecast(Outlook { waiting, done, window: 20, days_left });
        assert_eq!(
            (
                found.pace_hundredths,
                found.will_finish,
                found.will_not_finish,
                found.working_days_needed
            ),
            (pace, will, will_not, needed),
            "{waiting} {done} {days_left}"
        );
    }
}

/// National Day 2023: holidays from 29 September to 6 October, work on 7 and 8 October.
#[test]
fn the_pace_is_of_the_last_twenty_working_days_v9() {
    let calendar = WorkdayCalendar::official();
    assert_eq!(pace_begins(date!(2023 - 10 - 16), &calendar), date!(2023 - 09 - 12));
    assert_eq!(pace_begins(time::Date::MIN, &calendar), time::Date::MIN);
}

#[test]
fn every_figure_belongs_to_a_family() {
    for family in Family::ALL {
        assert!(Figure::ALL.iter().any(|figure| figure.family() == *family), "{family}");
    }
    assert_eq!(Figure::ExceptionalMakeup.family(), Family::Completion);
    assert_eq!(Figure::BelowFloor.family(), Family::Funding);
}
