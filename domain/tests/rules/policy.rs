//! W3, W4: policies are data, and wrong ones are refused with every problem at its place.

use proptest::prelude::*;
use time::macros::{date, datetime};
use xueshi_domain::hours::Hours;
use xueshi_domain::learning::{EvidenceKind, Way};
use xueshi_domain::policy::{
    ConversionRule, Counting, Policy, Window, ZHENGZHOU_YEARS, changes, zhengzhou_document,
};

use crate::{hours, policy};

#[test]
fn w3_every_document_reads_is_valid_and_writes_back() {
    for year in ZHENGZHOU_YEARS {
        let read = policy(*year);
        assert_eq!(read.year, *year);
        assert_eq!(read.validate(), []);
        let written = serde_json::to_string(&read).unwrap();
        assert_eq!(Policy::from_json(&written).unwrap(), read);
        let document: serde_json::Value =
            serde_json::from_str(zhengzhou_document(*year).unwrap()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), document, "{year}");
    }
    assert_eq!(Policy::zhengzhou(2021), Ok(None));
    assert_eq!(Policy::zhengzhou(i32::MAX), Ok(None));
}

#[test]
fn h1_floors_of_all_years() {
    for year in ZHENGZHOU_YEARS {
        let floors = policy(*year).floors;
        assert_eq!(
            (floors.total, floors.public, floors.professional),
            (hours("90"), hours("30"), hours("60"))
        );
    }
}

#[test]
fn w1_windows_of_2023_are_those_of_the_rulebook() {
    let windows = policy(2023).windows;
    let ordinary =
        Window { opens: datetime!(2023-01-01 0:00 +8), closes: datetime!(2023-12-20 0:00 +8) };
    assert_eq!((windows.declare, windows.review), (ordinary, ordinary));
    let application =
        Window { opens: datetime!(2023-08-24 0:00 +8), closes: datetime!(2023-12-01 0:00 +8) };
    assert_eq!(windows.makeup_application, Some(application));
    assert_eq!(windows.makeup_study_closes, Some(datetime!(2023-12-01 0:00 +8)));
    assert_eq!(windows.makeup_registration_closes, Some(datetime!(2023-12-20 0:00 +8)));
    let freeze =
        Window { opens: datetime!(2023-12-20 0:00 +8), closes: datetime!(2024-01-01 0:00 +8) };
    assert_eq!(windows.freeze, freeze);
}

#[test]
fn w4_make_up_by_year() {
    for (year, has_window, exceptional_only) in
        [(2022, false, false), (2023, true, false), (2024, false, true)]
    {
        let policy = policy(year);
        assert_eq!(policy.windows.makeup_application.is_some(), has_window);
        assert_eq!(policy.makeup.exceptional_only, exceptional_only);
    }
}

#[test]
fn h8_conversion_table_of_2023() {
    let policy = policy(2023);
    let conference = policy.conversion_of(Way::Conference).unwrap();
    assert_eq!(conference.max_hours_each, Some(hours("12")));
    assert_eq!(conference.max_hours_per_year, Some(hours("60")));
    for way in Way::ALL {
        // H5: what a trainer gives is not converted; H10: everything else names its evidence.
        let evidence = policy.conversion_of(*way).map(|rule| rule.evidence.len());
        assert_eq!(evidence.is_some_and(|kinds| kinds > 0), !way.is_taught(), "{way}");
    }
    assert!(policy.lists_platform("hnzjzx") && !policy.lists_platform("HNZJZX"));
    assert_eq!(policy.platforms.len(), 2);
    assert_eq!(policy.review.counting, Counting::PerStage);
    assert_eq!(
        (policy.review.working_days_per_stage, policy.review.warn_below_working_days),
        (5, 10)
    );
    assert_eq!(policy.limits.max_hours_per_day, hours("8"));
}

#[test]
fn w3_wrong_documents_do_not_read() {
    let good = zhengzhou_document(2023).unwrap();
    for (from, to, part) in [
        ("\"year\": 2023,", "", "missing field `year`"),
        ("\"year\": 2023,", "\"year\": 2023, \"year\": 2023,", "duplicate field"),
        ("\"year\": 2023,", "\"year\": 2023, \"extra\": 1,", "unknown field `extra`"),
        ("\"total\": 90", "\"total\": \"90\"", "number of hours"),
        ("\"total\": 90", "\"total\": 90.05", "one decimal"),
        ("\"per_stage\"", "\"per_week\"", "unknown variant `per_week`"),
        ("\"way\": \"patent\"", "\"way\": \"Patent\"", "unknown variant"),
        ("2023-08-24T00:00:00+08:00", "2023-08-24", "RFC 3339"),
        ("2023-08-24T00:00:00+08:00", "2023-02-30T00:00:00+08:00", "RFC 3339"),
    ] {
        let message = Policy::from_json(&good.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(message.contains(part), "{from} → {to}: {message}");
    }
    assert!(Policy::from_json("").is_err());
}

#[test]
fn w3_bounds_in_other_offsets_are_kept_in_chinas() {
    let text = zhengzhou_document(2023)
        .unwrap()
        .replace("2023-08-24T00:00:00+08:00", "2023-08-23T16:00:00Z");
    assert_eq!(Policy::from_json(&text).unwrap(), policy(2023));
    assert!(
        serde_json::to_string(&Policy::from_json(&text).unwrap())
            .unwrap()
            .contains("2023-08-24T00:00:00+08:00")
    );
}

/// Each change of the policy of 2023, and the problems that it makes.
#[test]
fn w3_every_problem_is_found_at_its_place() {
    type Change = fn(&mut Policy);
    let cases: &[(Change, &[&str])] = &[
        (|p| p.floors.total = hours("89.9"), &["/floors/total: floors-do-not-add-up"]),
        (|p| p.floors.total = hours("91"), &[]),
        (
            |p| p.floors.total = Hours::ZERO,
            &["/floors/total: out-of-range", "/floors/total: floors-do-not-add-up"],
        ),
        (
            |p| p.windows.review.closes = datetime!(2023-12-19 0:00 +8),
            &["/windows/review: review-ends-too-early"],
        ),
        (
            |p| p.windows.makeup_study_closes = None,
            &["/windows/makeup_study_closes: deadline-missing"],
        ),
        (
            |p| p.windows.makeup_registration_closes = None,
            &["/windows/makeup_registration_closes: deadline-missing"],
        ),
        (
            |p| p.limits.attachments_per_declaration = 2_147_483_648,
            &["/limits/attachments_per_declaration: out-of-range"],
        ),
        (|p| p.limits.attachments_per_declaration = 100, &[]),
        (
            |p| p.limits.attachment_max_bytes = 104_857_601,
            &["/limits/attachment_max_bytes: out-of-range"],
        ),
        (
            |p| p.windows.declare.closes = p.windows.declare.opens,
            &["/windows/declare: window-inverted"],
        ),
        (
            |p| p.windows.review.closes = datetime!(2023-12-20 0:00:01 +8),
            &["/windows/review: window-overlaps-freeze"],
        ),
        (|p| p.windows.declare = p.windows.freeze, &["/windows/declare: window-overlaps-freeze"]),
        (
            |p| p.windows.declare.opens = datetime!(2022-12-31 23:59:59 +8),
            &["/windows/declare: window-outside-year"],
        ),
        (
            |p| p.windows.freeze.closes = datetime!(2032-01-01 0:00 +8),
            &["/windows/freeze: window-outside-year"],
        ),
        (|p| p.windows.freeze.closes = datetime!(2024-01-05 0:00 +8), &[]),
        (|p| p.windows.freeze.closes = datetime!(2025-01-01 0:00 +8), &[]),
        (
            |p| p.windows.freeze.closes = datetime!(2025-01-01 0:00:01 +8),
            &["/windows/freeze: window-outside-year"],
        ),
        (
            |p| std::mem::swap(&mut p.windows.freeze.opens, &mut p.windows.freeze.closes),
            &["/windows/freeze: window-inverted", "/windows/freeze: window-outside-year"],
        ),
        (
            |p| p.windows.makeup_study_closes = Some(datetime!(2023-08-23 0:00 +8)),
            &["/windows/makeup_study_closes: deadline-out-of-order"],
        ),
        (
            |p| p.windows.makeup_registration_closes = Some(datetime!(2023-11-30 0:00 +8)),
            &["/windows/makeup_registration_closes: deadline-out-of-order"],
        ),
        (
            |p| p.windows.makeup_registration_closes = Some(datetime!(2023-12-21 0:00 +8)),
            &["/windows/makeup_registration_closes: window-overlaps-freeze"],
        ),
        (
            |p| p.windows.makeup_application = None,
            &[
                "/windows/makeup_study_closes: deadline-out-of-order",
                "/windows/makeup_registration_closes: deadline-out-of-order",
            ],
        ),
        (
            |p| p.makeup.exceptional_only = true,
            &["/windows/makeup_application: makeup-window-not-allowed"],
        ),
        (|p| p.makeup.earliest_year = 2024, &["/makeup/earliest_year: out-of-range"]),
        (
            |p| p.review.working_days_per_stage = 0,
            &["/review/working_days_per_stage: out-of-range"],
        ),
        (
            |p| p.review.working_days_per_stage = u32::MAX,
            &["/review/working_days_per_stage: out-of-range"],
        ),
        (
            |p| p.review.warn_below_working_days = u32::MAX,
            &["/review/warn_below_working_days: out-of-range"],
        ),
        (
            |p| p.limits.max_hours_per_day = Hours::ZERO,
            &["/limits/max_hours_per_day: out-of-range"],
        ),
        (
            |p| p.limits.max_hours_per_day = hours("24.1"),
            &["/limits/max_hours_per_day: out-of-range"],
        ),
        (|p| p.limits.max_hours_per_day = hours("24"), &[]),
        (|p| p.limits.attachment_max_bytes = 0, &["/limits/attachment_max_bytes: out-of-range"]),
        (
            |p| p.limits.attachments_per_declaration = 0,
            &["/limits/attachments_per_declaration: out-of-range"],
        ),
        (|p| p.conversion[1].way = Way::Conference, &["/conversion/1/way: duplicate"]),
        (
            |p| p.conversion[0].max_hours_each = Some(Hours::ZERO),
            &["/conversion/0/max_hours_each: out-of-range"],
        ),
        (
            |p| p.conversion[0].max_hours_each = Some(hours("60.1")),
            &["/conversion/0/max_hours_each: limits-contradict"],
        ),
        (|p| p.conversion[0].evidence.clear(), &["/conversion/0/evidence: evidence-missing"]),
        (
            |p| p.conversion[0].evidence.push(EvidenceKind::Certificate),
            &["/conversion/0/evidence/3: duplicate"],
        ),
        (|p| p.conversion[6].note = Some("长".repeat(501)), &["/conversion/6/note: text"]),
        (
            |p| {
                p.conversion.push(ConversionRule {
                    way: Way::TrainingClass,
                    max_hours_each: Some(hours("40")),
                    max_hours_per_year: None,
                    evidence: Vec::new(),
                    note: None,
                });
            },
            &[],
        ),
        (|p| p.platforms.push("hnzjzx".to_owned()), &["/platforms/2: duplicate"]),
        (|p| p.platforms[0] = "河南".to_owned(), &["/platforms/0: text"]),
        (|p| p.themes.push(" ".to_owned()), &["/themes/9: text"]),
        (
            |p| p.funding.floor_rate_basis_points = 801,
            &["/funding/floor_rate_basis_points: limits-contradict"],
        ),
        (
            |p| p.funding.deductible_rate_basis_points = 10_001,
            &["/funding/deductible_rate_basis_points: out-of-range"],
        ),
        (|p| p.seminars.max_places = 0, &["/seminars/max_places: out-of-range"]),
        (|p| p.seminars.max_places = 501, &["/seminars/max_places: out-of-range"]),
        (|p| p.exemptions.joined_from = Some(date!(2023 - 07 - 01)), &[]),
        (
            |p| p.exemptions.joined_from = Some(date!(2024 - 01 - 01)),
            &["/exemptions/joined_from: out-of-range"],
        ),
    ];
    for (index, (change, expected)) in cases.iter().enumerate() {
        let mut changed = policy(2023);
        change(&mut changed);
        let found: Vec<_> = changed.validate().iter().map(ToString::to_string).collect();
        assert_eq!(found, *expected, "case {index}");
    }
}

/// W3, H6: what only publication can see: the other years of the city, and its register of platforms.
#[test]
fn w3_publication_looks_at_other_years_and_at_the_register() {
    let others: Vec<_> = ZHENGZHOU_YEARS.iter().map(|year| policy(*year)).collect();
    let found = |policy: &Policy, known: &[&str]| -> Vec<String> {
        let problems = policy.before_publication(&others, |code| known.contains(&code));
        problems.iter().map(ToString::to_string).collect()
    };
    let registered = ["hnzjzx", "zzjxjy"];
    for year in ZHENGZHOU_YEARS {
        assert_eq!(found(&policy(*year), &registered), [""; 0], "{year}");
    }
    assert_eq!(found(&policy(2023), &["hnzjzx"]), ["/platforms/1: unknown-platform"]);

    // A freeze of 2023 that lasts into January stops what 2024 has opened by then.
    let mut longer = policy(2023);
    longer.windows.freeze.closes = datetime!(2024-01-05 0:00 +8);
    assert_eq!(longer.validate(), []);
    assert_eq!(found(&longer, &registered), ["/windows/freeze: freeze-overlaps-another-year"]);

    // Declaring of 2023 that lasts into the freeze of 2024.
    let mut late = policy(2023);
    late.windows.freeze.opens = datetime!(2023-01-01 0:00 +8);
    late.windows.freeze.closes = datetime!(2023-01-02 0:00 +8);
    late.windows.declare.opens = datetime!(2023-01-02 0:00 +8);
    late.windows.declare.closes = datetime!(2024-12-21 0:00 +8);
    late.windows.review = late.windows.declare;
    late.windows.makeup_application = None;
    late.windows.makeup_study_closes = None;
    late.windows.makeup_registration_closes = None;
    assert_eq!(late.validate(), []);
    assert_eq!(
        found(&late, &registered),
        ["/windows/declare: window-in-another-freeze", "/windows/review: window-in-another-freeze"]
    );
}

/// W3: what a new version changes is said place by place.
#[test]
fn w3_changes_between_versions_have_their_places() {
    let (before, mut after) = (policy(2023), policy(2023));
    assert_eq!(changes(&before, &after), []);
    after.floors.total = hours("95");
    after.windows.makeup_application = None;
    after.themes.pop();
    let found: Vec<_> = changes(&before, &after).into_iter().map(|change| change.pointer).collect();
    assert_eq!(found, ["/floors/total", "/themes/8", "/windows/makeup_application"]);
    let change = &changes(&before, &after)[0];
    assert_eq!((change.before.as_i64(), change.after.as_i64()), (Some(90), Some(95)));
}

#[test]
fn w3_any_year_has_an_answer() {
    for year in [i32::MIN, -9999, 0, 1999, 9998, 9999, i32::MAX] {
        let mut changed = policy(2023);
        changed.year = year;
        assert!(changed.validate().iter().any(|problem| problem.pointer == "/year"), "{year}");
    }
}

#[test]
fn h10_attachment_limits() {
    let limits = policy(2023).limits;
    assert_eq!(limits.check_attachment(9, limits.attachment_max_bytes), Ok(()));
    let code = |existing, bytes| {
        limits.check_attachment(existing, bytes).map_err(|refusal| refusal.code())
    };
    assert_eq!(code(10, 1), Err("too-many-attachments"));
    assert_eq!(code(0, limits.attachment_max_bytes + 1), Err("attachment-too-large"));
}

proptest! {
    #[test]
    fn windows_are_half_open(opens in 0..1_000_i64, length in 1..1_000_i64, at in -10..2_010_i64) {
        let instant = |second| time::OffsetDateTime::from_unix_timestamp(second).unwrap();
        let window = Window { opens: instant(opens), closes: instant(opens + length) };
        prop_assert_eq!(window.contains(instant(at)), (opens..opens + length).contains(&at));
        prop_assert!(window.contains(window.opens) && !window.contains(window.closes));
        let next = Window { opens: window.closes, closes: instant(opens + length + 1) };
        prop_assert!(!window.overlaps(&next) && window.overlaps(&window));
    }

    #[test]
    fn w3_any_text_has_an_answer(text in ".*") {
        let _ = Policy::from_json(&text);
    }
}
