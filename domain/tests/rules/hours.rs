//! H1: hours are decimals with one digit, kept exactly.

use proptest::prelude::*;
use xueshi_domain::hours::{Hours, HoursError};

#[test]
fn h1_text_forms() {
    use HoursError::{Negative, NotANumber, TooLarge, TooPrecise};
    for (text, expected) in [
        ("0", Ok(0)),
        ("0.1", Ok(1)),
        ("12.5", Ok(125)),
        ("30", Ok(300)),
        ("30.0", Ok(300)),
        ("007", Ok(70)),
        ("9999.9", Ok(99_999)),
        ("10000", Err(TooLarge)),
        ("99999999999999999999", Err(TooLarge)),
        ("0.05", Err(TooPrecise)),
        ("12.50", Err(TooPrecise)),
        ("-1", Err(Negative)),
        ("-0.5", Err(Negative)),
        ("", Err(NotANumber)),
        ("-", Err(NotANumber)),
        (".", Err(NotANumber)),
        (".5", Err(NotANumber)),
        ("5.", Err(NotANumber)),
        ("+5", Err(NotANumber)),
        (" 5", Err(NotANumber)),
        ("1e308", Err(NotANumber)),
        ("1.2.3", Err(NotANumber)),
        ("NaN", Err(NotANumber)),
        ("１２", Err(NotANumber)),
        ("1\0", Err(NotANumber)),
    ] {
        assert_eq!(Hours::parse(text).map(Hours::tenths), expected, "{text:?}");
    }
}

#[test]
fn h1_json_forms() {
    for (json, expected) in [
        ("0", Ok(0)),
        ("-0.0", Ok(0)),
        ("0.1", Ok(1)),
        ("12.5", Ok(125)),
        ("12.50", Ok(125)),
        ("30", Ok(300)),
        ("30.0", Ok(300)),
        ("9999.9", Ok(99_999)),
        ("3e1", Ok(300)),
        ("10000", Err("must not exceed 9999.9")),
        ("18446744073709551615", Err("must not exceed 9999.9")),
        ("1e308", Err("must not exceed 9999.9")),
        ("9999.94", Err("at most one decimal")),
        ("0.05", Err("at most one decimal")),
        ("1e-320", Err("at most one decimal")),
        ("-1", Err("must not be negative")),
        ("-0.05", Err("must not be negative")),
        ("\"12.5\"", Err("expected a number of hours")),
        ("null", Err("expected a number of hours")),
        ("[1]", Err("expected a number of hours")),
    ] {
        let read = serde_json::from_str::<Hours>(json)
            .map(Hours::tenths)
            .map_err(|error| error.to_string());
        match (read, expected) {
            (Ok(tenths), Ok(expected)) => assert_eq!(tenths, expected, "{json}"),
            (Err(message), Err(part)) => assert!(message.contains(part), "{json}: {message}"),
            (read, expected) => panic!("{json}: {read:?}, not {expected:?}"),
        }
    }
}

#[test]
fn h1_written_as_the_shortest_number() {
    for (tenths, text) in [(0, "0"), (1, "0.1"), (125, "12.5"), (300, "30"), (99_999, "9999.9")] {
        assert_eq!(Hours::from_tenths(tenths).to_string(), text);
        assert_eq!(serde_json::to_string(&Hours::from_tenths(tenths)).unwrap(), text);
    }
}

#[test]
fn whole_hours_end_at_the_largest_accepted_amount() {
    assert_eq!(Hours::from_whole(9_999).map(Hours::tenths), Some(99_990));
    assert_eq!(Hours::from_whole(10_000), None);
    assert_eq!(Hours::from_whole(u32::MAX), None);
}

proptest! {
    #[test]
    fn h1_every_amount_survives_text_and_json(tenths in 0..=Hours::MAX.tenths()) {
        let hours = Hours::from_tenths(tenths);
        prop_assert_eq!(Hours::parse(&hours.to_string()), Ok(hours));
        let json = serde_json::to_string(&hours).unwrap();
        prop_assert_eq!(serde_json::from_str::<Hours>(&json).unwrap(), hours);
    }

    #[test]
    fn h1_arithmetic_is_that_of_whole_tenths(a in any::<u32>(), b in any::<u32>(), days in 0..400_u32) {
        let exact = |value: i64| u32::try_from(value).ok().map(Hours::from_tenths);
        let (x, y) = (Hours::from_tenths(a), Hours::from_tenths(b));
        let (wide_a, wide_b) = (i64::from(a), i64::from(b));
        prop_assert_eq!(x.checked_add(y), exact(wide_a + wide_b));
        prop_assert_eq!(x.checked_sub(y), exact(wide_a - wide_b));
        prop_assert_eq!(x.saturating_sub(y), exact((wide_a - wide_b).max(0)).unwrap());
        prop_assert_eq!(x.saturating_add(y), exact((wide_a + wide_b).min(u32::MAX.into())).unwrap());
        prop_assert_eq!(x.saturating_mul(days), exact((wide_a * i64::from(days)).min(u32::MAX.into())).unwrap());
        prop_assert_eq!(x < y, a < b);
    }

    #[test]
    fn h1_sums_are_exact(parts in prop::collection::vec(0..=Hours::MAX.tenths(), 0..100)) {
        let sum: Hours = parts.iter().map(|tenths| Hours::from_tenths(*tenths)).sum();
        prop_assert_eq!(sum.tenths(), parts.iter().sum::<u32>());
    }

    #[test]
    fn h1_a_second_decimal_is_never_rounded_away(tenths in 0..=99_998_u32, hundredth in 1..10_u32) {
        let text = format!("{}.{}{hundredth}", tenths / 10, tenths % 10);
        prop_assert!(serde_json::from_str::<Hours>(&text).is_err());
        prop_assert_eq!(Hours::parse(&text), Err(HoursError::TooPrecise));
    }

    #[test]
    fn h1_any_text_has_an_answer(text in ".*") {
        let _ = Hours::parse(&text);
        let _ = serde_json::from_str::<Hours>(&text);
    }
}
