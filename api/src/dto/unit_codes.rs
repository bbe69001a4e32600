//! What is wrong with a unit code.

use xueshi_domain::identity::{UnitCode, UnitCodeError};

use crate::problem::{Code, Problem, Text};

/// Reads a unified social credit code of a request (U4, E12b).
///
/// # Errors
/// 422 `validation-failed` naming the member at `pointer`.
pub fn parse_unit_code(text: &str, pointer: &str) -> Result<UnitCode, Problem> {
    UnitCode::parse(text).map_err(|error| {
        let text = unit_code_text(error);
        Problem::new(Code::ValidationFailed).detail(text.zh.clone(), text.en.clone()).at(
            pointer,
            error.code(),
            text,
        )
    })
}

fn unit_code_text(error: UnitCodeError) -> Text {
    match error {
        UnitCodeError::Empty => Text::new("统一社会信用代码为空", "the unit code is empty"),
        UnitCodeError::Length { found } => Text::new(
            format!("统一社会信用代码有 {found} 个字符，应为 18 个"),
            format!("the unit code has {found} characters instead of 18"),
        ),
        UnitCodeError::Character { position } => Text::new(
            format!("统一社会信用代码第 {position} 个字符不正确"),
            format!("character {position} of the unit code cannot stand there"),
        ),
        UnitCodeError::CheckDigit => Text::new(
            "统一社会信用代码的校验码不正确",
            "the check character of the unit code does not fit the rest",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Place;

    /// E12b: the last digit changed is refused with the field named.
    #[test]
    fn a_wrong_check_digit_names_the_member() {
        assert_eq!(
            parse_unit_code("914403001922038216", "/unit_code").unwrap().as_str(),
            "914403001922038216"
        );
        let problem = parse_unit_code("914403001922038217", "/unit_code").unwrap_err();
        let error = &problem.field_errors()[0];
        assert_eq!(error.place, Place::Pointer("/unit_code".to_owned()));
        assert_eq!(error.code, "unit-code-check-digit");
    }
}
