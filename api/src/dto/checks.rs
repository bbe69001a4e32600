//! Checks of members that several requests share.

use serde::{Deserialize, Deserializer};
use validator::ValidationError;

use crate::extract::violation;

/// Something other than white space.
///
/// # Errors
/// `blank`.
pub fn not_blank(text: &str) -> Result<(), ValidationError> {
    if text.trim().is_empty() {
        Err(violation("blank", "不能为空白", "must not be blank"))
    } else {
        Ok(())
    }
}

/// No line breaks or other control characters.
///
/// # Errors
/// `control-character`.
pub fn one_line(text: &str) -> Result<(), ValidationError> {
    if text.chars().any(char::is_control) {
        Err(violation(
            "control-character",
            "不能含有换行等控制字符",
            "must not hold control characters",
        ))
    } else {
        Ok(())
    }
}

/// A change that names no member.
#[must_use]
pub fn nothing_to_change() -> ValidationError {
    violation("nothing-to-change", "至少填写一个要修改的成员", "name at least one member to change")
}

/// Tells a member that is there from one that was left out: for members of changes, with `#[serde(default)]`. Only a member
/// that is an `Option` itself takes null.
///
/// # Errors
/// Whatever is wrong with the member.
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
