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
