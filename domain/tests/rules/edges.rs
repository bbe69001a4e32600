//! Spans, days and instants at the ends of what can be expressed (H2, E11).

use proptest::prelude::*;
use time::macros::{date, datetime, offset};
use time::{Date, OffsetDateTime, Time, UtcOffset};
use xueshi_domain::instant::{CHINA, china_date, end_of_day, in_china, parse_date, start_of_day};
use xueshi_domain::learning::LearningSpan;

#[test]
fn h2_e11_spans() {
    for (start, end, expected) in [
        (date!(2023 - 05 - 08), date!(2023 - 05 - 09), Ok((2023, 2))),
        (date!(2023 - 01 - 01), date!(2023 - 12 - 31), Ok((2023, 365))),
        (date!(2024 - 01 - 01), date!(2024 - 12 - 31), Ok((2024, 366))),
        (date!(2023 - 12 - 31), date!(2023 - 12 - 31), Ok((2023, 1))),
        (date!(0000 - 02 - 29), date!(0000 - 03 - 01), Ok((0, 2))),
        (date!(2023 - 12 - 28), date!(2024 - 01 - 03), Err("spans-two-years")),
        (date!(2023 - 12 - 31), date!(2024 - 01 - 01), Err("spans-two-years")),
        (Date::MIN, Date::MAX, Err("spans-two-years")),
        (date!(2023 - 05 - 09), date!(2023 - 05 - 08), Err("learning-dates-inverted")),
        (Date::MAX, Date::MIN, Err("learning-dates-inverted")),
    ] {
        let span = LearningSpan::new(start, end);
        let found = span.map(|span| (span.year(), span.days())).map_err(|refusal| refusal.code());
        assert_eq!(found, expected, "{start} to {end}");
    }
}

#[test]
fn h2_spans_in_json() {
    let span: LearningSpan =
        serde_json::from_str(r#"{"start":"2023-05-08","end":"2023-05-09"}"#).unwrap();
    assert_eq!(
        serde_json::to_string(&span).unwrap(),
        r#"{"start":"2023-05-08","end":"2023-05-09"}"#
    );
    for (json, part) in [
        (r#"{"start":"2023-12-28","end":"2024-01-03"}"#, "spans-two-years"),
        (r#"{"start":"2023-02-29","end":"2023-03-01"}"#, "YYYY-MM-DD"),
        (r#"{"start":"2023-02-28","end":"2023-03-01","days":2}"#, "unknown field"),
    ] {
        let message = serde_json::from_str::<LearningSpan>(json).unwrap_err().to_string();
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn dates_are_read_strictly() {
    for (text, expected) in [
        ("2023-12-20", Some(date!(2023 - 12 - 20))),
        ("2024-02-29", Some(date!(2024 - 02 - 29))),
        ("0000-01-01", Some(date!(0000 - 01 - 01))),
        ("9999-12-31", Some(Date::MAX)),
        ("2023-02-29", None),
        ("2023-13-01", None),
        ("2023-00-01", None),
        ("2023-1-1", None),
        ("+023-01-01", None),
        ("-001-01-01", None),
        ("2023-12-20 ", None),
        ("2023/12/20", None),
        ("２０23-1", None),
        ("", None),
    ] {
        assert_eq!(parse_date(text), expected, "{text:?}");
    }
}

#[test]
fn instants_at_the_ends_of_time() {
    let last_in_the_west = OffsetDateTime::new_in_offset(Date::MAX, Time::MAX, offset!(-12));
    assert_eq!(in_china(last_in_the_west).date(), Date::MAX);
    let first_in_the_east = OffsetDateTime::new_in_offset(Date::MIN, Time::MIDNIGHT, offset!(+14));
    assert_eq!(in_china(first_in_the_east), start_of_day(Date::MIN));
    assert_eq!(end_of_day(Date::MAX), None);
    assert_eq!(china_date(datetime!(2023-12-19 15:59:59 UTC)), date!(2023 - 12 - 19));
    assert_eq!(china_date(datetime!(2023-12-19 16:00 UTC)), date!(2023 - 12 - 20));
    assert!(start_of_day(Date::MIN) < start_of_day(date!(0000 - 01 - 01)));
    assert!(start_of_day(Date::MIN) < last_in_the_west);
}

fn any_instant() -> impl Strategy<Value = OffsetDateTime> {
    let days = Date::MIN.to_julian_day()..=Date::MAX.to_julian_day();
    (days, 0..86_400_u32, -25..=25_i8).prop_map(|(day, second, hours)| {
        let time = Time::MIDNIGHT + std::time::Duration::from_secs(second.into());
        let offset = UtcOffset::from_hms(hours, 0, 0).unwrap();
        OffsetDateTime::new_in_offset(Date::from_julian_day(day).unwrap(), time, offset)
    })
}

proptest! {
    #[test]
    fn any_instant_has_a_day_in_china(instant in any_instant()) {
        let local = in_china(instant);
        prop_assert_eq!(local.offset(), CHINA);
        prop_assert_eq!(local.date(), china_date(instant));
        if (-9998..9999).contains(&instant.year()) {
            prop_assert_eq!(local, instant);
            prop_assert!(start_of_day(local.date()) <= instant);
            prop_assert!(end_of_day(local.date()).is_none_or(|end| instant < end));
        }
    }

    #[test]
    fn any_text_is_a_date_or_not(text in "\\PC{0,12}", digits in "[0-9]{4}-[0-9]{2}-[0-9]{2}") {
        let _ = parse_date(&text);
        if let Some(date) = parse_date(&digits) {
            prop_assert_eq!(date.to_string(), digits);
        }
    }

    #[test]
    fn h2_spans_overlap_when_they_share_a_day(
        a in 1..=12_u16, b in 1..=12_u16, c in 1..=12_u16, d in 1..=12_u16
    ) {
        let day = |ordinal| Date::from_ordinal_date(2023, ordinal).unwrap();
        let span = |x: u16, y: u16| LearningSpan::new(day(x.min(y)), day(x.max(y))).unwrap();
        let (one, other) = (span(a, b), span(c, d));
        let share = (a.min(b)..=a.max(b)).any(|ordinal| (c.min(d)..=c.max(d)).contains(&ordinal));
        prop_assert_eq!(one.overlaps(other), share);
        prop_assert_eq!(other.overlaps(one), share);
        prop_assert_eq!(one.days(), u32::from(a.max(b) - a.min(b)) + 1);
    }
}
