//! Refusals about ids in a body that refer to something.

use crate::problem::{Code, Problem, Text};

/// 422 `unknown-reference`: what the member refers to does not exist, or not for the caller.
#[must_use]
pub fn unknown(pointer: &str) -> Problem {
    let text = Text::new(
        "所引用的对象不存在，或不在您的权限范围内",
        "refers to nothing that exists for you",
    );
    Problem::new(Code::UnknownReference).at(pointer, "unknown", text)
}

/// 422 `validation-failed` for one member.
#[must_use]
pub fn unfit(pointer: &str, code: &'static str, zh: &'static str, en: &'static str) -> Problem {
    Problem::new(Code::ValidationFailed).detail(zh, en).at(pointer, code, Text::new(zh, en))
}
