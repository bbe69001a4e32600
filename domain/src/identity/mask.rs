//! How personal data is shown to those who may not see it whole (U4a). Every function takes any text.

/// An id number with its middle hidden: `410102********1238`.
///
/// Numbers shorter than a resident id keep less: the first character and the last two, or nothing at all below six characters.
#[must_use]
pub fn mask_id_number(number: &str) -> String {
    match number.chars().count() {
        15.. => hide_middle(number, 6, 4),
        6..15 => hide_middle(number, 1, 2),
        0..6 => hide_middle(number, 0, 0),
    }
}

/// A name with all but its first character hidden: `张*`, `欧**`. A name of one character is hidden whole.
#[must_use]
pub fn mask_name(name: &str) -> String {
    let shown = usize::from(name.chars().count() > 1);
    hide_middle(name, shown, 0)
}

/// A phone number with its middle hidden: `138****1234`. A short one keeps its last two digits, or nothing below six.
#[must_use]
pub fn mask_phone(phone: &str) -> String {
    match phone.chars().count() {
        11.. => hide_middle(phone, 3, 4),
        6..11 => hide_middle(phone, 0, 2),
        0..6 => hide_middle(phone, 0, 0),
    }
}

/// A text in which every run of eight digits or more is hidden: somebody may have written an id number or a phone number where a
/// name belongs, such as that of a file or of a column.
///
/// ```
/// use xueshi_domain::identity::mask_long_numbers;
///
/// assert_eq!(mask_long_numbers("名单 41010519900101002X 2023.xlsx"), "名单 ***************** 2023.xlsx");
/// ```
#[must_use]
pub fn mask_long_numbers(text: &str) -> String {
    const LONG: usize = 8;
    let is_digit = |character: char| character.is_ascii_digit();
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_digit) {
        let (before, run) = rest.split_at(start);
        let end = run.find(|character: char| !is_digit(character)).unwrap_or(run.len());
        let (run, behind) = run.split_at(end);
        masked.push_str(before);
        if run.len() < LONG {
            masked.push_str(run);
        } else {
            masked.extend(std::iter::repeat_n('*', run.len()));
        }
        // The check letter of an id number belongs to it.
        rest = behind.strip_prefix(['X', 'x']).filter(|_| run.len() == 17).unwrap_or(behind);
    }
    masked.push_str(rest);
    masked
}

/// One star for each character between the first `head` and the last `tail`.
fn hide_middle(text: &str, head: usize, tail: usize) -> String {
    let length = text.chars().count();
    text.chars()
        .enumerate()
        .map(
            |(place, character)| {
                if place < head || place + tail >= length { character } else { '*' }
            },
        )
        .collect()
}
