//! Id numbers that a spreadsheet has turned into a number (U4).
//!
//! A spreadsheet keeps 15 digits of a number. Of an id number with 18 it keeps neither the last three nor any trace of them: the
//! number is refused and never guessed, also where what is left happens to pass its checksum, as one of eleven does.

/// Digits of a number that spreadsheets keep.
const KEPT: usize = 15;
/// From this many digits on, what looks like a formatted number was one.
const LONG: usize = 8;

/// A text without what hides in copied cells, a leading apostrophe or `="…"`: marks that a spreadsheet should take it for text.
#[must_use]
pub fn bare(text: &str) -> &str {
    let hidden = |c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}');
    let text = text.trim_matches(hidden);
    let quoted = text.strip_prefix("=\"").and_then(|text| text.strip_suffix('"'));
    let text = quoted.unwrap_or_else(|| text.strip_prefix(['\'', '’']).unwrap_or(text));
    text.trim_matches(hidden)
}

/// Whether a text is what a spreadsheet shows or writes of a long number.
///
/// ```
/// use xueshi_domain::import::digits::was_number;
///
/// assert!(was_number("4.10102198506151E+17"));
/// assert!(was_number("410102198506151000"));
/// assert!(!was_number("410102198506151238"));
/// ```
#[must_use]
pub fn was_number(text: &str) -> bool {
    let plain: String = bare(text).chars().map(narrow).collect();
    if !plain.is_empty() && plain.chars().all(|c| c == '#') {
        return true;
    }
    let plain = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    is_scientific(plain) || is_grouped(plain) || has_decimals(plain) || ends_in_zeros(plain)
}

/// A full-width character as its narrow form.
fn narrow(c: char) -> char {
    match c {
        '！'..='～' => u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c),
        _ => c,
    }
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `4.10102E+17`. Codes of units may have an E between digits: without a point or a sign it takes a mantissa of one digit.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let (exponent, signed) = match exponent.strip_prefix(['+', '-']) {
        Some(rest) => (rest, true),
        None => (exponent, false),
    };
    if !all_digits(exponent) || exponent.len() > 3 {
        return false;
    }
    match mantissa.split_once(['.', ',']) {
        Some((whole, decimals)) => {
            all_digits(whole) && (decimals.is_empty() || all_digits(decimals))
        }
        None => all_digits(mantissa) && (signed || mantissa.len() == 1),
    }
}

/// `410,102,198,506,151,000`, also with spaces or apostrophes between the groups.
fn is_grouped(text: &str) -> bool {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let separators = [',', ' ', '\u{a0}', '\u{202f}', '\'', '’', '_'];
    let mut groups = whole.split(separators);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    rest.len() >= 2
        && all_digits(first)
        && first.len() <= 3
        && rest.iter().all(|group| group.len() == 3 && all_digits(group))
}

/// `410102198506151000.00`.
fn has_decimals(text: &str) -> bool {
    let Some((whole, decimals)) = text.split_once('.') else { return false };
    all_digits(whole) && whole.len() >= LONG && (decimals.is_empty() || all_digits(decimals))
}

/// `410102198506151000`: nothing is left behind the fifteenth digit.
fn ends_in_zeros(text: &str) -> bool {
    text.len() > KEPT
        && all_digits(text)
        && text.get(KEPT..).is_some_and(|rest| rest.bytes().all(|byte| byte == b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{IdNumber, IdType, UnitCode};

    /// The nth of many valid resident ids, with every kind of date and sequence.
    fn resident_id(n: u32) -> String {
        let (year, month, day) = (1950 + n % 55, 1 + n / 7 % 12, 1 + n / 11 % 28);
        let body = format!("4101{:02}{year}{month:02}{day:02}{:03}", n % 90 + 1, n * 37 % 1000);
        ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "X"]
            .iter()
            .map(|check| format!("{body}{check}"))
            .find(|text| IdNumber::parse(IdType::ResidentId, text).is_ok())
            .unwrap()
    }

    /// What a spreadsheet makes of a number: 15 digits and zeros.
    fn fifteen(text: &str) -> String {
        format!("{}000", &text[..15])
    }

    fn grouped(text: &str, separator: &str) -> String {
        let groups: Vec<_> = text.as_bytes().chunks(3).map(String::from_utf8_lossy).collect();
        groups.join(separator)
    }

    fn scientific(text: &str, decimals: usize) -> String {
        format!("{}.{}E+17", &text[..1], &text[1..=decimals])
    }

    /// U4: of 1,000 id numbers every form that a spreadsheet gives them is caught, and none of them as it was written.
    #[test]
    fn u4_a_thousand_mangled_numbers_are_caught() {
        let mut checksums_that_pass = 0;
        for n in 0..1_000 {
            let id = resident_id(n);
            if !id.ends_with("000") {
                assert!(!was_number(&id), "{id}");
                assert!(!was_number(&format!("'{id}")), "{id}");
            }
            let kept = fifteen(&id);
            checksums_that_pass += u32::from(IdNumber::parse(IdType::ResidentId, &kept).is_ok());
            let digits: String = kept.chars().collect();
            let wide: String =
                digits.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xFEE0)).collect();
            for mangled in [
                digits.clone(),
                format!(" {digits} "),
                format!("'{digits}"),
                format!("=\"{digits}\""),
                format!("{digits}.00"),
                grouped(&digits, ","),
                grouped(&digits, "\u{a0}"),
                scientific(&id, 5),
                scientific(&id, 14),
                scientific(&id, 2).to_lowercase(),
                format!("{}E+17", &id[..1]),
                wide,
            ] {
                assert!(was_number(&mangled), "{mangled} of {id}");
            }
        }
        assert!(checksums_that_pass > 0, "a checksum alone does not catch them");
    }

    /// Codes of units with an E between digits, and the other documents, are what they are.
    #[test]
    fn texts_that_only_look_like_it() {
        for text in
            ["91350100M000100Y43", "914403001922038216", "E12345678", "H12345678", "12345678", ""]
        {
            assert!(!was_number(text), "{text}");
        }
        let with_e = "914101051234E56789";
        assert!(!was_number(with_e) && UnitCode::parse(with_e).is_err());
        assert!(was_number("########") && was_number("9.14403E+17"));
    }
}
