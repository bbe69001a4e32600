//! What a row says, as the body that the operation for one of its kind takes; and what is wrong with its cells.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use validator::Validate;
use xueshi_domain::import::{CellFault, ImportKind, Said};

use super::table::{Broken, Row, Twin};
use crate::extract::parse;
use crate::problem::{Place, Problem, Text};

/// One thing that is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The column; none where it is the row as a whole.
    pub column: Option<&'static str>,
    /// What kind of thing.
    pub code: Cow<'static, str>,
    /// What it is, without what the cell holds.
    pub detail: Text,
}

impl Fault {
    /// A fault of a column.
    pub fn at(
        column: &'static str,
        code: &'static str,
        zh: &'static str,
        en: &'static str,
    ) -> Self {
        Self { column: Some(column), code: code.into(), detail: Text::new(zh, en) }
    }
}

/// What a row says, by the names of its columns.
#[derive(Debug, Clone, Default)]
pub struct Saying(Map<String, Value>);

impl Saying {
    /// Reads every cell of a row.
    ///
    /// # Errors
    /// Everything that is wrong with its cells.
    pub fn of(kind: ImportKind, row: &Row) -> Result<Self, Vec<Fault>> {
        if let Some(broken) = &row.broken {
            return Err(vec![unread(broken)]);
        }
        let mut members = Map::new();
        let mut faults = Vec::new();
        for (column, cell) in kind.columns().iter().zip(&row.cells) {
            let said = match cell.say(column.form) {
                Ok(None) if column.required => Err(CellFault::Missing),
                said => said,
            };
            match said {
                Ok(None) => {}
                Ok(Some(said)) => {
                    members.insert(column.name.to_owned(), value(said));
                }
                Err(fault) => faults.push(Fault {
                    column: Some(column.name),
                    code: fault.code().into(),
                    detail: sentence(fault),
                }),
            }
        }
        if let Some(first) = &row.twin {
            faults.push(Fault {
                column: None,
                code: "duplicate-row".into(),
                detail: repeats(first),
            });
        }
        if faults.is_empty() { Ok(Self(members)) } else { Err(faults) }
    }

    /// Takes a text out.
    pub fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name).and_then(|value| value.as_str().map(str::to_owned))
    }

    /// Whether something stands in a column.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Puts something in, for a member that the operation calls otherwise.
    pub fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Puts something in where nothing stands.
    pub fn or(&mut self, name: &str, value: &str) {
        self.0.entry(name).or_insert_with(|| json!(value));
    }

    /// Takes several members out.
    pub fn split(&mut self, names: &[&str]) -> Value {
        let members = names.iter().filter_map(|name| self.0.remove_entry(*name));
        Value::Object(members.collect())
    }

    /// The body of the operation, checked as a request's is.
    ///
    /// # Errors
    /// The first member that cannot be decoded, or everything that validation refuses.
    pub fn body<T: DeserializeOwned + Validate>(self) -> Result<T, Problem> {
        let bytes = serde_json::to_vec(&Value::Object(self.0)).map_err(Problem::internal)?;
        parse(&bytes)
    }
}

fn value(said: Said) -> Value {
    match said {
        Said::Text(text) => Value::String(text),
        Said::Number(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        Said::Day(day) => Value::String(day.to_string()),
        Said::Flag(flag) => Value::Bool(flag),
    }
}

fn unread(broken: &Broken) -> Fault {
    match broken {
        Broken::NoObject => Fault {
            column: None,
            code: "malformed-json".into(),
            detail: Text::new(
                "不是 JSON 对象，或成员重复",
                "is no JSON object, or has a member twice",
            ),
        },
        Broken::UnknownMember(name) => Fault {
            column: None,
            code: "unknown-member".into(),
            detail: Text::new(
                format!("没有名为“{name}”的列"),
                format!("there is no column of the name “{name}”"),
            ),
        },
    }
}

/// The row that counts, as the reader of the file finds it.
fn repeats(first: &Twin) -> Text {
    let Twin { sheet, number } = first;
    if sheet.is_empty() {
        return Text::new(
            format!("与第 {number} 行重复"),
            format!("is about the same as row {number}"),
        );
    }
    Text::new(
        format!("与工作表“{sheet}”第 {number} 行重复"),
        format!("is about the same as row {number} of the sheet “{sheet}”"),
    )
}

fn sentence(fault: CellFault) -> Text {
    match fault {
        CellFault::Missing => Text::new("必须填写", "is required"),
        CellFault::TurnedIntoNumber => Text::new(
            "号码已被表格软件转换为数字，第 15 位以后可能已丢失；请将该列设为文本格式后重新填写",
            "a spreadsheet turned it into a number, of which it keeps 15 digits; format the column as text and enter it again",
        ),
        CellFault::NotADay => Text::new(
            "不是有效日期，应为 2023-05-08 形式",
            "is no day that exists, such as 2023-05-08",
        ),
        CellFault::NotANumber => Text::new("不是数字", "is no number"),
        CellFault::NotWhole => Text::new("应为整数", "is no whole number"),
        CellFault::NotYesOrNo => Text::new("应为是或否", "is neither yes nor no"),
        CellFault::UnknownWord(words) => {
            let (mut zh, mut en): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
            for (chinese, name) in words {
                if !en.contains(name) {
                    zh.push(chinese);
                    en.push(name);
                }
            }
            Text::new(
                format!("应为{}之一", zh.join("、")),
                format!("expected one of {}", en.join(", ")),
            )
        }
        CellFault::Unreadable => {
            Text::new("单元格是错误值或无法读取", "the cell holds an error or nothing readable")
        }
    }
}

/// What an operation refused, by the columns of the kind.
#[must_use]
pub fn faults_of(kind: ImportKind, problem: &Problem) -> Vec<Fault> {
    let said = || {
        let title = problem.code().row().title;
        problem.said().cloned().unwrap_or_else(|| Text::new(title.zh, title.en))
    };
    let mut faults: Vec<Fault> = problem
        .field_errors()
        .iter()
        .map(|error| {
            let column = match &error.place {
                Place::Pointer(pointer) => column_of(kind, pointer),
                Place::Parameter(_) | Place::Header(_) => None,
            };
            Fault { column, code: error.code.clone(), detail: error.detail.clone() }
        })
        .collect();
    if faults.is_empty() {
        faults.push(Fault { column: None, code: problem.code().id().into(), detail: said() });
    }
    faults
}

/// The column for a member of an operation's body.
fn column_of(kind: ImportKind, pointer: &str) -> Option<&'static str> {
    let member = pointer.rsplit('/').next().unwrap_or_default();
    let name = match member {
        "employer_id" | "organization_id" => "unit_code",
        "parent_id" => "parent",
        "reviewing_body_id" => "reviewing_body",
        "professional_id" => "id_number",
        "learning_record_id" => "class_id",
        other => other,
    };
    kind.columns().iter().map(|column| column.name).find(|column| *column == name)
}
