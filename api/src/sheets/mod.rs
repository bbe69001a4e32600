//! Files of rows, read row by row: workbooks, CSV and NDJSON. What a file is follows from its content, not from its name (ADR 0024).
//!
//! Whatever is in a file, reading it takes bounded time and memory, and formulas are not computed: what counts is the value that was
//! stored with them.

mod csv;
mod ndjson;
mod xlsx;

use std::sync::Arc;

use xueshi_domain::import::Cell;

use crate::problem::{Code, Problem, Text};

/// Columns of a row at most; what lies to the right of them is not looked at.
const COLUMNS: usize = 256;
/// Characters of a cell at most, as in a spreadsheet.
const CELL_LIMIT: usize = 32_767;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A workbook of Office Open XML.
    Xlsx,
    /// Comma-separated values in UTF-8, UTF-16 or GB18030.
    Csv,
    /// One JSON object in each line.
    Ndjson,
}

impl Format {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    /// What these bytes are.
    ///
    /// # Errors
    /// 415 `import-format-unknown`, with what it looks like where that helps.
    pub fn of(bytes: &[u8]) -> Result<Self, Problem> {
        let unknown = Problem::new(Code::ImportFormatUnknown);
        if bytes.starts_with(b"PK\x03\x04") {
            return Ok(Self::Xlsx);
        }
        if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
            return Err(unknown.detail(
                "旧版 .xls 或加密的工作簿，请另存为未加密的 .xlsx",
                "an old .xls or an encrypted workbook; save it as .xlsx without a password",
            ));
        }
        let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        if start.starts_with(b"{") {
            return Ok(Self::Ndjson);
        }
        if start.starts_with(b"[") {
            return Err(unknown.detail(
                "JSON 数组不支持，请每行写一个对象（NDJSON）",
                "a JSON array; write one object in each line (NDJSON)",
            ));
        }
        let is_utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
        let is_binary = !is_utf16 && bytes.contains(&0);
        if is_binary || start.starts_with(b"%PDF") { Err(unknown) } else { Ok(Self::Csv) }
    }
}

/// A row of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The sheet; empty for files without sheets.
    pub sheet: Arc<str>,
    /// Its number in the sheet, from 1.
    pub number: u32,
    /// What it holds.
    pub content: Content,
}

/// What a row holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Cells by place.
    Cells(Vec<Cell>),
    /// Cells by name.
    Members(Vec<(String, Cell)>),
    /// Not a row: a line that is no JSON object.
    Broken,
}

/// Whoever reads goes on while this says so.
pub type Each<'a> = &'a mut dyn FnMut(Line) -> bool;

/// Reads a file to its end, or until `each` has enough.
///
/// # Errors
/// 422 `import-unreadable` for what cannot be read, `import-too-large` for what inflates beyond all measure.
pub fn read(format: Format, bytes: &[u8], each: Each<'_>) -> Result<(), Problem> {
    match format {
        Format::Xlsx => xlsx::read(bytes, each),
        Format::Csv => csv::read(bytes, each),
        Format::Ndjson => ndjson::read(bytes, each),
    }
}

/// 422 `import-unreadable`, with what is wrong.
fn unreadable(text: Text) -> Problem {
    Problem::new(Code::ImportUnreadable).detail(text.zh, text.en)
}

/// The letters of a column as spreadsheets have them, from 0.
#[must_use]
pub fn letters(mut place: usize) -> String {
    let mut text = Vec::new();
    loop {
        let letter = u8::try_from(place % 26).unwrap_or_default();
        text.insert(0, char::from(b'A' + letter));
        if place < 26 {
            return text.into_iter().collect();
        }
        place = place / 26 - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        let all = [(0, "A"), (25, "Z"), (26, "AA"), (255, "IV"), (701, "ZZ"), (702, "AAA")];
        for (place, text) in all {
            assert_eq!(letters(place), text);
        }
    }

    #[test]
    fn the_content_decides() {
        let format = |bytes: &[u8]| Format::of(bytes).ok().map(Format::as_str);
        assert_eq!(format(b"PK\x03\x04..."), Some("xlsx"));
        assert_eq!(format("\u{feff}姓名,证件号码".as_bytes()), Some("csv"));
        assert_eq!(format(b" {\"name\":1}"), Some("ndjson"));
        for unknown in [b"\xD0\xCF\x11\xE0".as_slice(), b"%PDF-1.4", b"[{}]", b"a\0b"] {
            assert_eq!(format(unknown), None);
        }
    }
}
