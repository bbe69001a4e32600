//! A1, A2: certificate numbers and verification codes.

use proptest::prelude::*;
use time::macros::date;
use xueshi_domain::certificate::{
    CertificateContent, CertificateNumber, CertificateTextError, Completion, StatusList,
    VerificationCode,
};
use xueshi_domain::ledger::Breakdown;

use crate::hours;

#[test]
fn a1_numbers() {
    use CertificateTextError::{CheckDigit, Malformed};
    let number = CertificateNumber::new("410100", 2023, 1).unwrap();
    let text = number.to_string();
    assert_eq!(&text[..21], "410100-2023-00000001-");
    assert_eq!((number.year(), number.sequence()), (2023, 1));
    assert_eq!(CertificateNumber::parse(&text), Ok(number));
    assert_eq!(serde_json::to_string(&number).unwrap(), format!("\"{text}\""));
    let other_digit = if text.ends_with('0') { '1' } else { '0' };
    assert_eq!(CertificateNumber::parse(&format!("{}{other_digit}", &text[..21])), Err(CheckDigit));
    for wrong in [
        "",
        "410100-2023-00000001",
        "410100-2023-00000000-0",
        "410100-0000-00000001-0",
        "410100-2023-00000001-X",
        "410100-2023-1-0",
        "+10100-2023-00000001-0",
        "410100-2023-00000001-0-0",
        "410100–2023–00000001–0",
    ] {
        assert_eq!(CertificateNumber::parse(wrong), Err(Malformed), "{wrong}");
    }
    for (jurisdiction, year, sequence) in [
        ("41010", 2023, 1),
        ("41010A", 2023, 1),
        ("410100", 0, 1),
        ("410100", 10_000, 1),
        ("410100", -1, 1),
        ("410100", 2023, 0),
        ("410100", 2023, 100_000_000),
    ] {
        assert_eq!(CertificateNumber::new(jurisdiction, year, sequence), Err(Malformed));
    }
}

/// Check digits as an independent implementation of ISO 7064 MOD 11,10 gives them.
#[test]
fn a1_the_check_digit_is_that_of_iso_7064() {
    for (sequence, text) in [
        (1, "410100-2023-00000001-8"),
        (2, "410100-2023-00000002-6"),
        (99_999_999, "410100-2023-99999999-8"),
    ] {
        assert_eq!(CertificateNumber::new("410100", 2023, sequence).unwrap().to_string(), text);
    }
}

#[test]
fn a1_codes_as_people_write_them() {
    let code = VerificationCode::from_random([0xff; 13]);
    assert_eq!(code.as_str(), "ZZZZZZZZZZZZZZZZZZZZ");
    assert_eq!(VerificationCode::from_random([0; 13]).as_str(), "00000000000000000000");
    let mut random = [0; 13];
    random[0] = 0b0000_1000;
    assert_eq!(VerificationCode::from_random(random).as_str(), "10000000000000000000");
    // The last four of the 104 bits are not part of the code.
    random[12] = 0x0f;
    assert_eq!(VerificationCode::from_random(random).as_str(), "10000000000000000000");
    let written = "oi1l-2345-6789-abcd-efgh";
    assert_eq!(VerificationCode::parse(written).unwrap().as_str(), "011123456789ABCDEFGH");
    // As Chinese input methods, word processors and copying write it.
    for written in [
        "ｏｉ１ｌ－２３４５－６７８９－ａｂｃｄ－ＥＦＧＨ",
        "011１\u{3000}2345\u{2003}6789\tABCD\nEFGH",
        "0111–2345—6789‐ABCD−EFGH",
        "\u{a0}0111 2345 6789\u{2011}ABCD EFGH\u{2028}",
    ] {
        let code = VerificationCode::parse(written).unwrap();
        assert_eq!(code.as_str(), "011123456789ABCDEFGH", "{written}");
    }
    for wrong in [
        "",
        "Ａ",
        "ＵZZZZZZZZZZZZZZZZZZZ",
        "ZZZZZZZZZZZZZZZZZZZ＠",
        "ZZZZZZZZZZZZZZZZZZZZ・",
        "ZZZZZZZZZZZZZZZZZZZ",
        "ZZZZZZZZZZZZZZZZZZZZZ",
        "UZZZZZZZZZZZZZZZZZZZ",
        "码ZZZZZZZZZZZZZZZZZZZ",
    ] {
        assert!(VerificationCode::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a1_what_a_certificate_states() {
    let content = CertificateContent {
        number: CertificateNumber::new("410100", 2023, 7).unwrap(),
        verification_code: VerificationCode::from_random([7; 13]),
        name: "张三".to_owned(),
        masked_id_number: "410102********1238".to_owned(),
        employer: "郑州市第一医院".to_owned(),
        year: 2023,
        hours: Breakdown { total: hours("92.5"), public: hours("30"), professional: hours("62.5") },
        issuing_body: "郑州市人力资源和社会保障局".to_owned(),
        issued_on: date!(2023 - 10 - 16),
        completed: Completion::InYear,
    };
    let json = serde_json::to_value(&content).unwrap();
    assert_eq!(json["issued_on"], "2023-10-16");
    assert_eq!(json["completed"], "in_year");
    assert_eq!(json["hours"]["total"], 92.5);
    assert_eq!(serde_json::from_value::<CertificateContent>(json).unwrap(), content);
}

proptest! {
    #[test]
    fn a1_numbers_survive_and_any_changed_digit_or_exchanged_neighbours_show(
        jurisdiction in "[0-9]{6}", year in 1..=9999_i32, sequence in 1..=CertificateNumber::MAX_SEQUENCE,
        place in 0..22_usize, digit in "[0-9]"
    ) {
        let number = CertificateNumber::new(&jurisdiction, year, sequence).unwrap();
        let text = number.to_string();
        prop_assert_eq!(CertificateNumber::parse(&text), Ok(number));
        if text.as_bytes()[place] != b'-' {
            let changed = format!("{}{digit}{}", &text[..place], &text[place + 1..]);
            prop_assert_eq!(CertificateNumber::parse(&changed).is_ok(), changed == text);
        }
    }

    #[test]
    fn a1_codes_survive_and_differ(random in any::<[u8; 13]>(), other in any::<[u8; 13]>()) {
        let code = VerificationCode::from_random(random);
        prop_assert_eq!(VerificationCode::parse(code.as_str()), Ok(code.clone()));
        let same_bits = random[..12] == other[..12] && random[12] >> 4 == other[12] >> 4;
        prop_assert_eq!(VerificationCode::from_random(other) == code, same_bits);
    }

    #[test]
    fn any_text_has_an_answer(text in ".*") {
        let _ = CertificateNumber::parse(&text);
        let _ = VerificationCode::parse(&text);
    }
}

/// A2: every certificate has one bit of one list, and every list one name.
#[test]
fn a2_every_certificate_has_its_place_on_a_status_list() {
    for (sequence, name, index) in [
        (1, "410100-2023-1", 0),
        (2, "410100-2023-1", 1),
        (131_072, "410100-2023-1", 131_071),
        (131_073, "410100-2023-2", 0),
        (262_144, "410100-2023-2", 131_071),
        (99_999_999, "410100-2023-763", 123_134),
    ] {
        let number = CertificateNumber::new("410100", 2023, sequence).unwrap();
        let list = StatusList::of(number);
        assert_eq!((list.to_string().as_str(), StatusList::index(number)), (name, index));
        assert_eq!(StatusList::parse(name), Some(list));
        assert!(list.first() <= number && number <= list.last(), "{name}");
        assert_eq!(list.first().sequence() + index, sequence);
    }
    let last = StatusList::parse("410100-2023-763").unwrap();
    assert_eq!(last.last().sequence(), CertificateNumber::MAX_SEQUENCE);
    for wrong in [
        "",
        "410100-2023",
        "410100-2023-",
        "410100-2023-0",
        "410100-2023-01",
        "410100-2023-+1",
        "410100-2023-764",
        "410100-2023-4294967296",
        "410100-2023-1-1",
        "41010-2023-1",
        "410100-0000-1",
        "410100-2023-x",
    ] {
        assert_eq!(StatusList::parse(wrong), None, "{wrong}");
    }
}
