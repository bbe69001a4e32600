//! U4, U4a, E12a, E12b: id numbers, unit codes, masks.

use proptest::prelude::*;
use time::macros::date;
use xueshi_domain::identity::{
    IdNumber, IdNumberError, IdType, UnitCode, UnitCodeError, mask_id_number, mask_name, mask_phone,
};

#[test]
fn e12a_resident_ids() {
    use IdNumberError::{BirthDate, Character, CheckDigit, Empty, FifteenDigits, Length};
    let length = |found| Err(Length { found, expected: "18" });
    for (text, expected) in [
        ("410102198506151238", Ok("410102198506151238")),
        ("41010519900101002X", Ok("41010519900101002X")),
        ("41010519900101002x", Ok("41010519900101002X")),
        ("410102198506151239", Err(CheckDigit)),
        ("410105199001010020", Err(CheckDigit)),
        // The division code is not looked at (U4a).
        ("999999198506151231", Ok("999999198506151231")),
        ("410102850615123", Err(FifteenDigits)),
        ("41010285061512X", length(15)),
        ("41010219850615123", length(17)),
        ("4101021985061512380", length(19)),
        ("410102198502301238", Err(BirthDate)),
        ("410102198513011238", Err(BirthDate)),
        ("410102198500001238", Err(BirthDate)),
        ("410102000001011238", Err(BirthDate)),
        ("410102189912311238", Err(BirthDate)),
        ("410102202302291238", Err(BirthDate)),
        ("41010X198506151238", Err(Character { position: 6 })),
        ("４10102198506151238", Err(Character { position: 1 })),
        ("41010219850615123\0", Err(Character { position: 18 })),
        (" 10102198506151238", Err(Character { position: 1 })),
        ("", Err(Empty)),
    ] {
        let read = IdNumber::parse(IdType::ResidentId, text);
        assert_eq!(
            read.as_ref().map(IdNumber::reveal).map_err(|error| *error),
            expected,
            "{text:?}"
        );
    }
}

#[test]
fn u4a_other_kinds() {
    use IdType::{ForeignPermanentResident, HkMacaoPermit, Passport, TaiwanPermit};
    for (id_type, text, is_valid) in [
        (ForeignPermanentResident, "USA410085061501", true),
        (ForeignPermanentResident, "US1410085061501", false),
        (ForeignPermanentResident, "93115619850615123X", true),
        (ForeignPermanentResident, "931156198506151234", false),
        (ForeignPermanentResident, "410102198506151238", false),
        (Passport, "E12345678", true),
        (Passport, "ab123", true),
        (Passport, "E123", false),
        (Passport, "E1234-678", false),
        (Passport, "护照一二三", false),
        (HkMacaoPermit, "H12345678", true),
        (HkMacaoPermit, "m1234567801", true),
        (HkMacaoPermit, "H1234567", false),
        (HkMacaoPermit, "A12345678", false),
        (TaiwanPermit, "12345678", true),
        (TaiwanPermit, "1234567801", true),
        (TaiwanPermit, "1234567801B", true),
        (TaiwanPermit, "T2345678", false),
        (TaiwanPermit, "123456789", false),
    ] {
        assert_eq!(IdNumber::parse(id_type, text).is_ok(), is_valid, "{id_type} {text}");
    }
}

#[test]
fn u4a_birth_dates() {
    let number = IdNumber::parse(IdType::ResidentId, "410102198506151238").unwrap();
    assert_eq!(number.birth_date(), Some(date!(1985 - 06 - 15)));
    assert_eq!(number.check_born_by(date!(1985 - 06 - 15)), Ok(()));
    assert_eq!(number.check_born_by(date!(1985 - 06 - 14)), Err(IdNumberError::BornInFuture));
    let passport = IdNumber::parse(IdType::Passport, "410102198506151238").unwrap();
    assert_eq!(passport.birth_date(), None);
    assert_eq!(passport.check_born_by(time::Date::MIN), Ok(()));
}

#[test]
fn u4a_debug_output_is_masked() {
    let number = IdNumber::parse(IdType::ResidentId, "410102198506151238").unwrap();
    let shown = format!("{number:?}");
    assert!(shown.contains("410102********1238") && !shown.contains("19850615"), "{shown}");
}

#[test]
fn e12b_unit_codes() {
    use UnitCodeError::{Character, CheckDigit, Empty, Length};
    for (text, expected) in [
        ("91350100M000100Y43", Ok("91350100M000100Y43")),
        ("91350100m000100y43", Ok("91350100M000100Y43")),
        ("914403001922038216", Ok("914403001922038216")),
        ("91350100M000100Y44", Err(CheckDigit)),
        ("914403001922038217", Err(CheckDigit)),
        ("91350100M000100I43", Err(Character { position: 16 })),
        ("9135010AM000100Y43", Err(Character { position: 8 })),
        ("91350100M000100Y4", Err(Length { found: 17 })),
        ("91350100M000100Y4३", Err(Character { position: 18 })),
        ("", Err(Empty)),
    ] {
        let read = UnitCode::parse(text);
        assert_eq!(
            read.as_ref().map(UnitCode::as_str).map_err(|error| *error),
            expected,
            "{text:?}"
        );
    }
}

#[test]
fn every_error_code_is_listed() {
    let id_errors = [
        IdNumberError::Empty,
        IdNumberError::FifteenDigits,
        IdNumberError::Length { found: 1, expected: "18" },
        IdNumberError::Character { position: 1 },
        IdNumberError::BirthDate,
        IdNumberError::BornInFuture,
        IdNumberError::CheckDigit,
    ];
    assert_eq!(id_errors.map(IdNumberError::code).as_slice(), IdNumberError::ALL_CODES);
    let unit_errors = [
        UnitCodeError::Empty,
        UnitCodeError::Length { found: 1 },
        UnitCodeError::Character { position: 1 },
        UnitCodeError::CheckDigit,
    ];
    assert_eq!(unit_errors.map(UnitCodeError::code).as_slice(), UnitCodeError::ALL_CODES);
}

#[test]
fn u4a_masks() {
    for (number, masked) in [
        ("410102198506151238", "410102********1238"),
        ("USA410085061501", "USA410*****1501"),
        ("E12345678", "E******78"),
        ("12345", "*****"),
        ("", ""),
    ] {
        assert_eq!(mask_id_number(number), masked);
    }
    for (name, masked) in [
        ("张三", "张*"),
        ("欧阳修", "欧**"),
        ("𠮷野家", "𠮷**"),
        ("张", "*"),
        ("John Smith", "J*********"),
        ("", ""),
    ] {
        assert_eq!(mask_name(name), masked);
    }
    for (phone, masked) in [
        ("13812341234", "138****1234"),
        ("+8613812341234", "+86*******1234"),
        ("67180000", "******00"),
        ("110", "***"),
        ("", ""),
    ] {
        assert_eq!(mask_phone(phone), masked);
    }
}

/// A right resident id made by the definition of GB 11643, apart from the code under test.
fn resident_id(body: &str) -> String {
    let value: u32 =
        body.bytes().fold(0, |value, byte| (value * 2 + u32::from(byte - b'0') * 2) % 11);
    let check = (12 - value) % 11;
    format!("{body}{}", if check == 10 { "X".to_owned() } else { check.to_string() })
}

fn any_resident_id() -> impl Strategy<Value = String> {
    (0..1_000_000_u32, 1900..2100_i32, 1..13_u8, 1..29_u8, 0..1000_u32).prop_map(
        |(place, year, month, day, sequence)| {
            resident_id(&format!("{place:06}{year:04}{month:02}{day:02}{sequence:03}"))
        },
    )
}

const UNIT_ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// A right unit code made by the definition of GB 32100, apart from the code under test.
fn any_unit_code() -> impl Strategy<Value = String> {
    ("[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{9}").prop_map(|body| {
        let sum: u64 = body
            .chars()
            .zip(0..)
            .map(|(character, place)| {
                UNIT_ALPHABET.find(character).unwrap() as u64 * 3_u64.pow(place)
            })
            .sum();
        let check = UNIT_ALPHABET.as_bytes()[usize::try_from((31 - sum % 31) % 31).unwrap()];
        format!("{body}{}", char::from(check))
    })
}

fn with_other_character(text: &str, place: usize, other: char) -> String {
    text.chars()
        .enumerate()
        .map(|(at, character)| if at == place { other } else { character })
        .collect()
}

proptest! {
    #[test]
    fn e12a_right_numbers_pass_and_any_changed_digit_is_refused(
        number in any_resident_id(), place in 0..18_usize, other in "[0-9X]"
    ) {
        prop_assert!(IdNumber::parse(IdType::ResidentId, &number).is_ok(), "{}", number);
        let changed = with_other_character(&number, place, other.chars().next().unwrap());
        prop_assert_eq!(IdNumber::parse(IdType::ResidentId, &changed).is_ok(), changed == number);
    }

    #[test]
    fn e12b_right_codes_pass_and_any_changed_character_is_refused(
        code in any_unit_code(), place in 0..18_usize, other in "[0-9A-HJ-NPQRTUWXY]"
    ) {
        prop_assert!(UnitCode::parse(&code).is_ok(), "{}", code);
        let changed = with_other_character(&code, place, other.chars().next().unwrap());
        prop_assert_eq!(UnitCode::parse(&changed).is_ok(), changed == code);
    }

    #[test]
    fn any_text_has_an_answer_and_masks_keep_its_length(text in ".*") {
        for id_type in IdType::ALL {
            let _ = IdNumber::parse(*id_type, &text);
        }
        let _ = UnitCode::parse(&text);
        for masked in [mask_id_number(&text), mask_name(&text), mask_phone(&text)] {
            prop_assert_eq!(masked.chars().count(), text.chars().count());
        }
    }

    #[test]
    fn u4a_masked_ids_show_no_birth_date(number in any_resident_id()) {
        let masked = mask_id_number(&number);
        prop_assert_eq!(&masked[6..14], "********");
    }
}
