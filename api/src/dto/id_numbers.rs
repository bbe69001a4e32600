//! What is wrong with an id number, said without repeating it (U4a).

use xueshi_domain::identity::{IdNumber, IdNumberError, IdType};

use crate::problem::{Code, Problem, Text};

/// Reads an id number of a request.
///
/// # Errors
/// 422 `validation-failed` naming the member at `pointer`.
pub fn parse_id_number(id_type: IdType, text: &str, pointer: &str) -> Result<IdNumber, Problem> {
    IdNumber::parse(id_type, text).map_err(|error| {
        let text = id_number_text(error);
        Problem::new(Code::ValidationFailed).detail(text.zh.clone(), text.en.clone()).at(
            pointer,
            error.code(),
            text,
        )
    })
}

/// The sentence for a fault.
#[must_use]
pub fn id_number_text(error: IdNumberError) -> Text {
    match error {
        IdNumberError::Empty => Text::new("证件号码为空", "the id number is empty"),
        IdNumberError::FifteenDigits => Text::new(
            "15 位身份证号码已停用，请填写 18 位号码",
            "an id number of 15 digits is no longer valid; give the one of 18",
        ),
        IdNumberError::Length { found, expected } => Text::new(
            format!("证件号码有 {found} 个字符，应为 {expected}"),
            format!("the id number has {found} characters instead of {expected}"),
        ),
        IdNumberError::Character { position } => Text::new(
            format!("证件号码第 {position} 个字符不正确"),
            format!("character {position} of the id number cannot stand there"),
        ),
        IdNumberError::BirthDate => Text::new(
            "证件号码中的出生日期不存在",
            "the date of birth in the id number does not exist",
        ),
        IdNumberError::BornInFuture => Text::new(
            "证件号码中的出生日期在今天之后",
            "the date of birth in the id number lies in the future",
        ),
        IdNumberError::CheckDigit => Text::new(
            "证件号码的校验码不正确",
            "the check digit of the id number does not fit the rest",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Place;

    /// E12a: the last digit changed is refused with the field named, and the number is not repeated.
    #[test]
    fn a_wrong_check_digit_names_the_member() {
        assert!(parse_id_number(IdType::ResidentId, "410102198506151238", "/id_number").is_ok());
        let problem =
            parse_id_number(IdType::ResidentId, "410102198506151239", "/id_number").unwrap_err();
        let error = &problem.field_errors()[0];
        assert_eq!(error.place, Place::Pointer("/id_number".to_owned()));
        assert_eq!(error.code, "id-number-check-digit");
        assert!(!problem.to_string().contains("1985"));
    }
}
