//! V2, E5, E6, E6a: working days.

use proptest::prelude::*;
use time::macros::date;
use time::{Date, Month, Weekday};
use xueshi_domain::calendar::{
    ArrangedKind, Arrangement, CalendarError, CsvError, CsvProblem, DayKind, WorkdayCalendar,
};

#[test]
fn v2_the_official_data_is_whole() {
    let official = Arrangement::official();
    let read: Vec<_> =
        official.iter().map(|arrangement| (arrangement.year(), arrangement.days().len())).collect();
    assert_eq!(read.iter().map(|(year, _)| *year).collect::<Vec<_>>(), [2023, 2024, 2025, 2026]);
    assert_eq!(read.iter().map(|(_, days)| days).sum::<usize>(), 143);
    let moved = official
        .iter()
        .flat_map(Arrangement::days)
        .filter(|(_, kind)| **kind == ArrangedKind::Workday);
    assert!(
        moved
            .clone()
            .all(|(date, _)| matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday))
    );
    assert_eq!(moved.count(), 26);
}

#[test]
fn v2_kinds_of_days() {
    let calendar = WorkdayCalendar::official();
    for (day, kind, is_working_day, provisional) in [
        (date!(2023 - 09 - 28), DayKind::Weekday, true, false),
        (date!(2023 - 09 - 29), DayKind::Holiday, false, false),
        (date!(2023 - 10 - 01), DayKind::Holiday, false, false),
        (date!(2023 - 10 - 07), DayKind::MovedWorkday, true, false),
        (date!(2023 - 10 - 14), DayKind::Weekend, false, false),
        (date!(2022 - 10 - 01), DayKind::Weekend, false, true),
        (date!(2027 - 01 - 01), DayKind::Weekday, true, true),
    ] {
        let found = calendar.day(day);
        assert_eq!(
            (found.kind, found.is_working_day, found.provisional),
            (kind, is_working_day, provisional),
            "{day}"
        );
    }
}

#[test]
fn e5_e6_e6a_adding_five_working_days() {
    let calendar = WorkdayCalendar::official();
    for (case, from, expected, provisional) in [
        ("E5", date!(2023 - 09 - 28), date!(2023 - 10 - 11), false),
        ("E6", date!(2023 - 01 - 20), date!(2023 - 02 - 01), false),
        ("E6a", date!(2023 - 12 - 13), date!(2023 - 12 - 20), false),
        ("E6a", date!(2024 - 02 - 05), date!(2024 - 02 - 18), false),
        ("E6a", date!(2024 - 09 - 26), date!(2024 - 10 - 09), false),
        ("E6a", date!(2026 - 02 - 12), date!(2026 - 02 - 26), false),
        ("V2: into a year without arrangement", date!(2026 - 12 - 30), date!(2027 - 01 - 06), true),
        ("V2: from a year without arrangement", date!(2022 - 12 - 30), date!(2023 - 01 - 09), true),
        ("V2: wholly without", date!(2030 - 06 - 05), date!(2030 - 06 - 12), true),
    ] {
        let reached = calendar.add_working_days(from, 5).unwrap();
        assert_eq!(
            (reached.date, reached.provisional),
            (expected, provisional),
            "{case} from {from}"
        );
    }
}

#[test]
fn e5_days_one_to_five() {
    let calendar = WorkdayCalendar::official();
    let from = date!(2023 - 09 - 28);
    let reached =
        (1..=5).map(|n| calendar.add_working_days(from, n).unwrap().date.day()).collect::<Vec<_>>();
    assert_eq!(reached, [7, 8, 9, 10, 11]);
    let worked = calendar
        .days(date!(2023 - 09 - 29), date!(2023 - 10 - 11))
        .filter(|day| day.is_working_day);
    assert_eq!(worked.map(|day| day.date.day()).collect::<Vec<_>>(), [7, 8, 9, 10, 11]);
}

#[test]
fn e6_days_one_to_five() {
    let calendar = WorkdayCalendar::official();
    let from = date!(2023 - 01 - 20);
    let reached =
        (1..=5).map(|n| calendar.add_working_days(from, n).unwrap().date).collect::<Vec<_>>();
    let expected = [
        date!(2023 - 01 - 28),
        date!(2023 - 01 - 29),
        date!(2023 - 01 - 30),
        date!(2023 - 01 - 31),
        date!(2023 - 02 - 01),
    ];
    assert_eq!(reached, expected);
}

#[test]
fn v2_the_ends_of_the_calendar() {
    let calendar = WorkdayCalendar::official();
    for (from, n, expected) in [
        (Date::MAX, 0, Ok(Date::MAX)),
        (Date::MAX, 1, Err(CalendarError::OutOfRange)),
        (date!(9999 - 12 - 27), 5, Err(CalendarError::OutOfRange)),
        (date!(9999 - 12 - 24), 5, Ok(Date::MAX)),
        (Date::MIN, 0, Ok(Date::MIN)),
        (Date::MIN, 5, Ok(Date::from_calendar_date(-9999, Month::January, 8).unwrap())),
        (date!(0000 - 01 - 01), 1, Ok(date!(0000 - 01 - 03))),
        (date!(2023 - 01 - 01), u32::MAX, Err(CalendarError::TooManyDays)),
    ] {
        assert_eq!(
            calendar.add_working_days(from, n).map(|reached| reached.date),
            expected,
            "{from} + {n}"
        );
    }
    assert_eq!(calendar.days(Date::MAX, Date::MAX).count(), 1);
    assert_eq!(calendar.days(date!(2023 - 01 - 02), date!(2023 - 01 - 01)).count(), 0);
    let whole_weeks =
        (i64::from(Date::MAX.to_julian_day()) - i64::from(Date::MIN.to_julian_day())) / 7;
    let counted = i64::from(WorkdayCalendar::default().working_days_between(Date::MIN, Date::MAX));
    assert!((counted - whole_weeks * 5).abs() <= 5);
}

#[test]
fn v2_a_loaded_arrangement_ends_what_is_provisional() {
    let mut calendar = WorkdayCalendar::official();
    let from = date!(2026 - 12 - 30);
    assert!(calendar.is_provisional(2027));
    let published =
        Arrangement::new(2027, [(date!(2027 - 01 - 01), ArrangedKind::Holiday)]).unwrap();
    calendar.insert(published);
    let reached = calendar.add_working_days(from, 5).unwrap();
    assert_eq!((reached.date, reached.provisional), (date!(2027 - 01 - 07), false));
    assert_eq!(calendar.years().collect::<Vec<_>>(), [2023, 2024, 2025, 2026, 2027]);
}

#[test]
fn an_arrangement_keeps_to_its_year() {
    let stray = date!(2026 - 12 - 31);
    let days = [(date!(2027 - 01 - 01), ArrangedKind::Holiday), (stray, ArrangedKind::Holiday)];
    assert_eq!(Arrangement::new(2027, days), Err(stray));
}

#[test]
fn v2_csv_of_an_officer() {
    use CsvProblem::{Columns, Date, Duplicate, Header, Kind};
    for (csv, expected) in [
        ("date,kind\n2027-01-01,holiday\n2027-01-02,workday\n", Ok(vec![(2027, 2)])),
        ("\u{feff}date,kind\r\n2027-01-01,holiday\r\n\r\n", Ok(vec![(2027, 1)])),
        ("date,kind\n2028-01-01,holiday\n2027-12-31,holiday\n", Ok(vec![(2027, 1), (2028, 1)])),
        ("date,kind", Ok(vec![])),
        ("", Err((1, Header))),
        ("day,kind\n", Err((1, Header))),
        ("date,kind\n2027-01-01\n", Err((2, Columns))),
        ("date,kind\n2027-01-01,holiday,extra\n", Err((2, Columns))),
        ("date,kind\n2027-02-29,holiday\n", Err((2, Date))),
        ("date,kind\n2027-1-1,holiday\n", Err((2, Date))),
        ("date,kind\n+027-01-01,holiday\n", Err((2, Date))),
        ("date,kind\n2027-01-01,Holiday\n", Err((2, Kind))),
        ("date,kind\n2027-01-01,holiday\n\n2027-01-01,workday\n", Err((4, Duplicate))),
    ] {
        let read = Arrangement::parse_csv(csv).map(|years| {
            years.iter().map(|year| (year.year(), year.days().len())).collect::<Vec<_>>()
        });
        assert_eq!(read, expected.map_err(|(line, problem)| CsvError { line, problem }), "{csv:?}");
    }
}

fn any_date() -> impl Strategy<Value = Date> {
    (Date::MIN.to_julian_day()..=Date::MAX.to_julian_day())
        .prop_map(|day| Date::from_julian_day(day).unwrap())
}

fn date_near_the_data() -> impl Strategy<Value = Date> {
    (date!(2022 - 06 - 01).to_julian_day()..date!(2027 - 06 - 01).to_julian_day())
        .prop_map(|day| Date::from_julian_day(day).unwrap())
}

proptest! {
    #[test]
    fn v2_adding_agrees_with_walking_day_by_day(from in date_near_the_data(), n in 0..80_u32) {
        let calendar = WorkdayCalendar::official();
        let (mut day, mut left, mut provisional) = (from, n, calendar.is_provisional(from.year()));
        while left > 0 {
            day = day.next_day().unwrap();
            provisional |= calendar.is_provisional(day.year());
            if calendar.is_working_day(day) {
                left -= 1;
            }
        }
        let reached = calendar.add_working_days(from, n).unwrap();
        prop_assert_eq!((reached.date, reached.provisional), (day, provisional));
    }

    #[test]
    fn v2_counting_agrees_with_walking_day_by_day(from in date_near_the_data(), to in date_near_the_data()) {
        let calendar = WorkdayCalendar::official();
        let walked = calendar.days(from, to).filter(|day| day.is_working_day && day.date != to).count();
        prop_assert_eq!(calendar.working_days_between(from, to) as usize, walked);
    }

    #[test]
    fn v2_adding_and_counting_are_inverse(from in date_near_the_data(), n in 0..80_u32) {
        let calendar = WorkdayCalendar::official();
        let reached = calendar.add_working_days(from, n).unwrap().date;
        let (after_from, after_reached) = (from.next_day().unwrap(), reached.next_day().unwrap());
        prop_assert_eq!(calendar.working_days_between(after_from, after_reached), n);
    }

    #[test]
    fn v2_any_dates_have_an_answer(from in any_date(), to in any_date(), n in any::<u32>()) {
        let calendar = WorkdayCalendar::official();
        let _ = calendar.add_working_days(from, n % 300);
        let _ = calendar.working_days_between(from, to);
        let _ = calendar.day(from);
    }

    #[test]
    fn v2_any_csv_has_an_answer(text in ".*", line in "[0-9]{4}-[0-9]{2}-[0-9]{2},(holiday|workday|x)") {
        let _ = Arrangement::parse_csv(&text);
        let _ = Arrangement::parse_csv(&format!("date,kind\n{line}\n{text}"));
    }
}
