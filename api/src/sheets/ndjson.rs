//! One JSON object in each line.

use std::sync::Arc;

use serde_json::Value;
use xueshi_domain::import::Cell;

use super::{Content, Each, Line, unreadable};
use crate::extract::strict_json;
use crate::problem::{Problem, Text};

/// Bytes of a line at most.
const LINE_LIMIT: usize = 64 * 1024;

pub(super) fn read(bytes: &[u8], each: Each<'_>) -> Result<(), Problem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let sheet: Arc<str> = "".into();
    for (place, line) in (1_u32..).zip(bytes.split(|byte| *byte == b'\n')) {
        if line.len() > LINE_LIMIT {
            return Err(unreadable(Text::new(
                format!("第 {place} 行超过 {LINE_LIMIT} 字节"),
                format!("line {place} has more than {LINE_LIMIT} bytes"),
            )));
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let content = match strict_json(line) {
            Some(Value::Object(members)) => {
                let cells = members.into_iter().map(|(name, value)| (name, cell(value)));
                Content::Members(cells.collect())
            }
            Some(
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_),
            )
            | None => Content::Broken,
        };
        if !each(Line { sheet: Arc::clone(&sheet), number: place, content }) {
            return Ok(());
        }
    }
    Ok(())
}

fn cell(value: Value) -> Cell {
    match value {
        Value::Null => Cell::Empty,
        Value::Bool(flag) => Cell::Flag(flag),
        Value::Number(number) => number.as_f64().map_or(Cell::Unreadable, Cell::Number),
        Value::String(text) => Cell::Text(text),
        Value::Array(_) | Value::Object(_) => Cell::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_an_object() {
        let text = "{\"name\":\"张明\",\"hours\":12.5,\"passed\":true,\"phone\":null}\r\n\nnonsense\n{\"a\":1,\"a\":2}\n[1]";
        let mut lines = Vec::new();
        read(text.as_bytes(), &mut |line| {
            lines.push((line.number, line.content));
            true
        })
        .unwrap();
        let members = [
            ("hours", Cell::Number(12.5)),
            ("name", Cell::Text("张明".to_owned())),
            ("passed", Cell::Flag(true)),
            ("phone", Cell::Empty),
        ];
        let mut found = match &lines[0] {
            (1, Content::Members(found)) => found.clone(),
            other => panic!("{other:?}"),
        };
        found.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(found, members.map(|(name, cell)| (name.to_owned(), cell)));
        assert_eq!(lines[1..], [(3, Content::Broken), (4, Content::Broken), (5, Content::Broken)]);
    }
}
