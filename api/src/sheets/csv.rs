//! Comma-separated values (RFC 4180), as spreadsheets write them in different encodings and with different separators.

use std::sync::Arc;

use encoding_rs::{DecoderResult, Encoding, GB18030, UTF_8};
use xueshi_domain::import::Cell;

use super::{CELL_LIMIT, COLUMNS, Content, Each, Line, unreadable};
use crate::problem::{Problem, Text};

/// Bytes that are decoded at once.
const CHUNK: usize = 64 * 1024;
/// How much of the file is looked at for its separator.
const PROBE: usize = 4 * 1024;

pub(super) fn read(bytes: &[u8], each: Each<'_>) -> Result<(), Problem> {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, bytes.get(length..).unwrap_or_default()),
        None if std::str::from_utf8(bytes).is_ok() => (UTF_8, bytes),
        None => (GB18030, bytes),
    };
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(2 * CHUNK);
    let mut records: Option<Records> = None;
    let mut rest = bytes;
    loop {
        let (chunk, after) = rest.split_at(rest.len().min(CHUNK));
        rest = after;
        text.clear();
        let room = decoder.max_utf8_buffer_length_without_replacement(chunk.len());
        text.reserve(room.unwrap_or(4 * CHUNK));
        let last = rest.is_empty();
        let (result, _) = decoder.decode_to_string_without_replacement(chunk, &mut text, last);
        match result {
            DecoderResult::InputEmpty => {}
            DecoderResult::OutputFull | DecoderResult::Malformed(..) => {
                return Err(unreadable(Text::new(
                    "文字编码不是 UTF-8 或 GB18030",
                    "the text is neither UTF-8 nor GB18030",
                )));
            }
        }
        let records = records.get_or_insert_with(|| Records::new(separator(&text)));
        for character in text.chars() {
            if !records.take(character, each)? {
                return Ok(());
            }
        }
        if last {
            return records.end(each);
        }
    }
}

/// What separates the cells: whichever of them the first line has most of.
fn separator(text: &str) -> char {
    let probe: String = text.chars().take(PROBE).collect();
    let line = probe.split(['\r', '\n']).find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |separator: &char| line.matches(*separator).count();
    // Of equals the last one wins.
    [';', '\t', ','].into_iter().max_by_key(count).unwrap_or(',')
}

/// A record on its way.
struct Records {
    sheet: Arc<str>,
    separator: char,
    number: u32,
    cells: Vec<Cell>,
    cell: String,
    length: usize,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the beginning of a cell.
    Start,
    /// In a cell without quotes.
    Plain,
    /// Between quotes.
    Quoted,
    /// Behind a quote between quotes: the end of the cell, or one of two.
    Quote,
    /// Behind a carriage return.
    Return,
}

impl Records {
    fn new(separator: char) -> Self {
        Self {
            sheet: "".into(),
            separator,
            number: 1,
            cells: Vec::new(),
            cell: String::new(),
            length: 0,
            state: State::Start,
        }
    }

    fn take(&mut self, character: char, each: Each<'_>) -> Result<bool, Problem> {
        if self.state == State::Return {
            self.state = State::Start;
            if character == '\n' {
                return Ok(true);
            }
        }
        match (self.state, character) {
            (State::Start, '"') => self.state = State::Quoted,
            (State::Quoted, '"') => self.state = State::Quote,
            (State::Quote, '"') => {
                self.push('"')?;
                self.state = State::Quoted;
            }
            (State::Quoted, _) => self.push(character)?,
            (_, '\r' | '\n') => {
                self.state = if character == '\r' { State::Return } else { State::Start };
                return Ok(self.record(each));
            }
            (_, _) if character == self.separator => {
                self.close();
                self.state = State::Start;
            }
            (_, _) => {
                self.push(character)?;
                self.state = State::Plain;
            }
        }
        Ok(true)
    }

    fn push(&mut self, character: char) -> Result<(), Problem> {
        self.length += 1;
        if self.length > CELL_LIMIT {
            let number = self.number;
            return Err(unreadable(Text::new(
                format!("第 {number} 行有超长的单元格，或引号没有结束"),
                format!("row {number} has a cell that is too long, or a quote without an end"),
            )));
        }
        self.cell.push(character);
        Ok(())
    }

    fn close(&mut self) {
        let text = std::mem::take(&mut self.cell);
        self.length = 0;
        if self.cells.len() < COLUMNS {
            self.cells.push(if text.is_empty() { Cell::Empty } else { Cell::Text(text) });
        }
    }

    fn record(&mut self, each: Each<'_>) -> bool {
        self.close();
        let cells = std::mem::take(&mut self.cells);
        let number = self.number;
        self.number = number.saturating_add(1);
        if cells.iter().all(Cell::is_blank) {
            return true;
        }
        each(Line { sheet: Arc::clone(&self.sheet), number, content: Content::Cells(cells) })
    }

    fn end(&mut self, each: Each<'_>) -> Result<(), Problem> {
        match self.state {
            State::Quoted => {
                let number = self.number;
                Err(unreadable(Text::new(
                    format!("第 {number} 行的引号没有结束"),
                    format!("a quote in row {number} has no end"),
                )))
            }
            State::Start if self.cells.is_empty() => Ok(()),
            State::Start | State::Plain | State::Quote | State::Return => {
                self.record(each);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8]) -> Vec<(u32, Vec<String>)> {
        let mut rows = Vec::new();
        read(bytes, &mut |line| {
            let Content::Cells(cells) = line.content else { panic!("a record has cells") };
            let text = |cell| if let Cell::Text(text) = cell { text } else { String::new() };
            rows.push((line.number, cells.into_iter().map(text).collect()));
            true
        })
        .unwrap();
        rows
    }

    fn row(number: u32, cells: &[&str]) -> (u32, Vec<String>) {
        (number, cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn quotes_separators_and_line_ends() {
        let text = "a,\"b, \"\"c\"\"\",\r\n\r\n\"x\ny\",,z\nlast,1";
        let expected =
            [row(1, &["a", "b, \"c\"", ""]), row(3, &["x\ny", "", "z"]), row(4, &["last", "1"])];
        assert_eq!(rows(text.as_bytes()), expected);
        assert_eq!(rows(b"a;b\r1;2"), [row(1, &["a", "b"]), row(2, &["1", "2"])]);
        assert_eq!(rows(b"a\tb, c\n"), [row(1, &["a\u{9}b", " c"])]);
        assert_eq!(rows(b"a\tb\tc\n"), [row(1, &["a", "b", "c"])]);
        assert_eq!(rows(b""), []);
    }

    #[test]
    fn encodings_are_told_apart() {
        let text = "姓名,𠮷野\n";
        let expected = [row(1, &["姓名", "𠮷野"])];
        assert_eq!(rows(text.as_bytes()), expected);
        assert_eq!(rows(format!("\u{feff}{text}").as_bytes()), expected);
        assert_eq!(rows(&GB18030.encode(text).0), expected);
        let utf16: Vec<u8> =
            std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(rows(&utf16), expected);
        // Longer than what is decoded at once, with characters that lie across the border.
        let long = "字".repeat(30_000) + "," + &"词".repeat(30_000) + "\n";
        assert_eq!(rows(long.as_bytes())[0].1[1].chars().count(), 30_000);
        assert_eq!(rows(&GB18030.encode(&long).0)[0].1[1].chars().count(), 30_000);
    }

    #[test]
    fn what_has_no_end_or_no_encoding_is_refused() {
        for bytes in [b"a,\"b".as_slice(), b"\xff\xff\xff,1\n", "x".repeat(40_000).as_bytes()] {
            let problem = read(bytes, &mut |_| true).unwrap_err();
            assert_eq!(problem.code().id(), "import-unreadable");
        }
    }
}
