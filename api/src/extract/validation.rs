//! Errors of `validator` as entries of `errors[]`.

use std::borrow::Cow;

use serde_json::Value;
use validator::{ValidationError, ValidationErrors, ValidationErrorsKind};

use super::json::pointer;
use crate::problem::{Code, FieldError, Place, Problem, Text};

/// An error for a custom validation function, with its sentence in both languages.
///
/// ```
/// use xueshi_api::extract::violation;
/// fn not_blank(text: &str) -> Result<(), validator::ValidationError> {
///     if text.trim().is_empty() { Err(violation("blank", "不能为空白", "must not be blank")) } else { Ok(()) }
/// }
/// assert_eq!(not_blank(" ").unwrap_err().code, "blank");
/// ```
#[must_use]
pub fn violation(
    code: &'static str,
    zh: impl Into<Cow<'static, str>>,
    en: impl Into<Cow<'static, str>>,
) -> ValidationError {
    ValidationError::new(code).with_message(Text::new(zh, en).pack().into())
}

/// 422 `validation-failed` with one entry for each field, in the order of the pointers.
pub(super) fn problem(errors: &ValidationErrors) -> Problem {
    let mut found = Vec::new();
    collect(errors, "", &mut found);
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let count = found.len();
    Problem::new(Code::ValidationFailed)
        .detail(
            format!("有 {count} 处内容不符合要求"),
            format!("{count} of the members are not valid"),
        )
        .errors(found.into_iter().map(|(_, error)| error))
}

fn collect(errors: &ValidationErrors, parent: &str, found: &mut Vec<(String, FieldError)>) {
    for (name, kind) in errors.errors() {
        // Checks of a whole struct are kept under this name.
        let place = if name == "__all__" {
            parent.to_owned()
        } else {
            pointer(parent, name.trim_start_matches("r#"))
        };
        match kind {
            ValidationErrorsKind::Struct(inner) => collect(inner, &place, found),
            ValidationErrorsKind::List(items) => {
                for (index, inner) in items {
                    collect(inner, &pointer(&place, &index.to_string()), found);
                }
            }
            ValidationErrorsKind::Field(list) => {
                for error in list {
                    let entry = FieldError {
                        place: Place::Pointer(place.clone()),
                        code: error.code.clone(),
                        detail: detail(error),
                    };
                    found.push((place.clone(), entry));
                }
            }
        }
    }
}

fn detail(error: &ValidationError) -> Text {
    if let Some(message) = &error.message {
        return Text::unpack(message);
    }
    let parameter =
        |name: &str| error.params.get(name).filter(|value| !value.is_null()).map(Value::to_string);
    let (min, max) = (parameter("min"), parameter("max"));
    match (error.code.as_ref(), min, max) {
        ("length", Some(min), Some(max)) => Text::new(
            format!("长度应在 {min} 至 {max} 之间"),
            format!("length must be {min} to {max}"),
        ),
        ("length", Some(min), None) => {
            Text::new(format!("长度至少为 {min}"), format!("length must be at least {min}"))
        }
        ("length", None, Some(max)) => {
            Text::new(format!("长度至多为 {max}"), format!("length must be at most {max}"))
        }
        ("length", None, None) => {
            let equal = parameter("equal").unwrap_or_default();
            Text::new(format!("长度应为 {equal}"), format!("length must be {equal}"))
        }
        ("range", Some(min), Some(max)) => {
            Text::new(format!("应在 {min} 至 {max} 之间"), format!("must be {min} to {max}"))
        }
        ("range", Some(min), None) => {
            Text::new(format!("至少为 {min}"), format!("must be at least {min}"))
        }
        ("range", None, Some(max)) => {
            Text::new(format!("至多为 {max}"), format!("must be at most {max}"))
        }
        ("email", ..) => Text::new("不是有效的电子邮件地址", "is not an e-mail address"),
        ("url", ..) => Text::new("不是有效的网址", "is not a URL"),
        ("required", ..) => Text::new("必须填写", "is required"),
        ("non_control_character", ..) => {
            Text::new("不得含有控制字符", "must not contain control characters")
        }
        _ => Text::new("不符合要求", "is not valid"),
    }
}
