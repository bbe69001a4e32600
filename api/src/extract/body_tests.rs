//! Every way in which a body can be wrong, and the answer to it.

use serde::Deserialize;
use validator::Validate;

use super::*;
use crate::problem::Place;

#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct Order {
    #[validate(length(min = 1, max = 5))]
    title: String,
    #[validate(range(min = 1, max = 9))]
    count: u32,
    hours: Option<f64>,
    #[serde(default)]
    shade: Option<Shade>,
    #[serde(default)]
    #[validate(nested)]
    lines: Vec<Line>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Shade {
    Light,
    Dark,
}

#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct Line {
    #[validate(custom(function = "not_blank"))]
    note: String,
}

fn not_blank(text: &str) -> Result<(), validator::ValidationError> {
    if text.trim().is_empty() {
        Err(crate::extract::violation("blank", "不能为空白", "must not be blank"))
    } else {
        Ok(())
    }
}

fn refused(body: &[u8]) -> (Code, Vec<(String, String)>) {
    let problem = parse::<Order>(body).expect_err(&String::from_utf8_lossy(body));
    let errors = problem.field_errors().iter().map(|error| {
        let Place::Pointer(pointer) = &error.place else { panic!("not a pointer") };
        (pointer.clone(), error.code.to_string())
    });
    (problem.code(), errors.collect())
}

#[test]
fn a_good_body_is_read() {
    let order: Order = parse(
        r#" {"title":"学时","count":2,"hours":12.5,"shade":"dark","lines":[{"note":"x"}]} "#
            .as_bytes(),
    )
    .unwrap();
    assert_eq!(
        (order.title.as_str(), order.count, order.hours, order.lines.len()),
        ("学时", 2, Some(12.5), 1)
    );
    assert!(matches!(order.shade, Some(Shade::Dark)));
    assert!(parse::<Order>(br#"{"title":"a","count":1,"shade":"light","hours":1e308}"#).is_ok());
    assert_eq!(order.lines[0].note, "x");
}

#[test]
fn each_fault_has_its_code_and_pointer() {
    for (body, code, pointer) in [
        ("", Code::MalformedJson, ""),
        ("  ", Code::MalformedJson, ""),
        ("{", Code::MalformedJson, ""),
        ("{} x", Code::MalformedJson, ""),
        (r#"{"title":}"#, Code::MalformedJson, ""),
        (r#"{"title":"a","count":1,"title":"b"}"#, Code::DuplicateMember, "/title"),
        (
            r#"{"title":"a","count":1,"lines":[{"note":"x"},{"note":"x","note":"x"}]}"#,
            Code::DuplicateMember,
            "/lines/1/note",
        ),
        (r#"{"title":"a","count":1,"state":"draft"}"#, Code::UnknownMember, "/state"),
        (
            r#"{"title":"a","count":1,"lines":[{"note":"x","a/b~":1}]}"#,
            Code::UnknownMember,
            "/lines/0/a~1b~0",
        ),
        (r#"{"title":"a"}"#, Code::MissingMember, "/count"),
        (r#"{"title":"a","count":1,"lines":[{}]}"#, Code::MissingMember, "/lines/0/note"),
        (r#"{"title":7,"count":1}"#, Code::InvalidType, "/title"),
        (r#"{"title":"a","count":"1"}"#, Code::InvalidType, "/count"),
        (r#"{"title":"a","count":1.5}"#, Code::InvalidType, "/count"),
        (r#"{"title":null,"count":1}"#, Code::InvalidType, "/title"),
        (r#"{"title":"a","count":1,"lines":{}}"#, Code::InvalidType, "/lines"),
        (r#"{"title":"a","count":1,"lines":[[1]]}"#, Code::InvalidType, "/lines/0"),
        (r#"{"title":"a","count":1,"shade":3}"#, Code::InvalidType, "/shade"),
        (r#"["a",1]"#, Code::InvalidType, ""),
        ("null", Code::InvalidType, ""),
        (r#"{"title":"a","count":-1}"#, Code::InvalidValue, "/count"),
        (r#"{"title":"a","count":4294967296}"#, Code::InvalidValue, "/count"),
        (r#"{"title":"a","count":1,"hours":1e309}"#, Code::InvalidValue, "/hours"),
        (r#"{"title":"a","count":1,"shade":"grey"}"#, Code::InvalidValue, "/shade"),
        (r#"{"title":"a\u0000","count":1}"#, Code::InvalidValue, "/title"),
        (r#"{"title":"\ud800","count":1}"#, Code::InvalidValue, "/title"),
        (r#"{"title":"\udc00","count":1}"#, Code::InvalidValue, "/title"),
        (r#"{"title":"\ud800\u0041","count":1}"#, Code::InvalidValue, "/title"),
        (
            r#"{"title":"a","count":1,"lines":[{"note":"\ud83d"}]}"#,
            Code::InvalidValue,
            "/lines/0/note",
        ),
    ] {
        assert_eq!(
            refused(body.as_bytes()),
            (code, vec![(pointer.to_owned(), code.id().to_owned())]),
            "{body}"
        );
    }
}

#[test]
fn bytes_that_are_not_text_and_deep_nesting_are_malformed() {
    assert_eq!(refused(b"{\"title\":\"\xff\"}").0, Code::MalformedJson);
    let deep = format!("{{\"title\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(refused(deep.as_bytes()).0, Code::MalformedJson);
}

#[test]
fn a_syntax_error_names_line_and_column() {
    let problem = parse::<Order>(b"{\n  \"title\": nil}").unwrap_err();
    assert!(problem.to_string().contains("line 2, column 13"), "{problem}");
}

#[test]
fn validation_lists_every_field() {
    let (code, errors) = refused(br#"{"title":"","count":10,"lines":[{"note":"x"},{"note":" "}]}"#);
    assert_eq!(code, Code::ValidationFailed);
    let expected = [("/count", "range"), ("/lines/1/note", "blank"), ("/title", "length")];
    assert_eq!(errors, expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
}
