//! A cell of a file, and what it says in its column.

use std::fmt::Write as _;

use time::{Date, Duration};

use super::columns::{Form, Words};
use super::digits::{bare, was_number};
use crate::instant::parse_date;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// A day, maybe with a time.
    Day(Date),
    /// Yes or no.
    Flag(bool),
    /// An error such as `#N/A`, or something that is no single value.
    Unreadable,
}

/// What a cell says in its column.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// A text.
    Text(String),
    /// A number as it is written, with a point.
    Number(String),
    /// A day.
    Day(Date),
    /// Yes or no.
    Flag(bool),
}

/// Why a cell cannot stand in its column. It repeats nothing of what the cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellFault {
    /// Nothing stands where something has to.
    Missing,
    /// A spreadsheet made a number of an id number (U4).
    TurnedIntoNumber,
    /// No day that exists.
    NotADay,
    /// No number.
    NotANumber,
    /// No whole number.
    NotWhole,
    /// Neither yes nor no.
    NotYesOrNo,
    /// None of the words.
    UnknownWord(Words),
    /// An error of the spreadsheet.
    Unreadable,
}

impl CellFault {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "required",
            Self::TurnedIntoNumber => "id-turned-into-number",
            Self::NotADay => "not-a-day",
            Self::NotANumber => "not-a-number",
            Self::NotWhole => "not-a-whole-number",
            Self::NotYesOrNo => "not-yes-or-no",
            Self::UnknownWord(_) => "unknown-value",
            Self::Unreadable => "cell-error",
        }
    }
}

/// The first day that spreadsheets count from (their 1900 has a 29th of February).
const SERIAL_ZERO: Date = time::macros::date!(1899 - 12 - 30);
/// Serials of days from 1950 to 2099.
const SERIALS: std::ops::Range<f64> = 18_264.0..73_051.0;

impl Cell {
    /// Whether nothing stands in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => bare(text).is_empty(),
            Self::Number(_) | Self::Day(_) | Self::Flag(_) | Self::Unreadable => false,
        }
    }

    /// What it says in a column of this form; nothing when it is blank.
    ///
    /// # Errors
    /// [`CellFault`].
    pub fn say(&self, form: Form) -> Result<Option<Said>, CellFault> {
        if self.is_blank() {
            return Ok(None);
        }
        if *self == Self::Unreadable {
            return Err(CellFault::Unreadable);
        }
        let said = match form {
            Form::Text => Said::Text(self.text().ok_or(CellFault::Unreadable)?),
            Form::Id => Said::Text(self.id()?),
            Form::Phone => Said::Text(self.phone()?),
            Form::Word(words) => {
                let text = self.text().unwrap_or_default();
                Said::Text(word(&text, words).ok_or(CellFault::UnknownWord(words))?)
            }
            Form::Day => Said::Day(self.day().ok_or(CellFault::NotADay)?),
            Form::Hours => Said::Number(self.number().ok_or(CellFault::NotANumber)?),
            Form::Whole => {
                let number = self.number().ok_or(CellFault::NotANumber)?;
                let whole = number.bytes().all(|byte| byte.is_ascii_digit());
                Said::Number(whole.then_some(number).ok_or(CellFault::NotWhole)?)
            }
            Form::Flag => Said::Flag(self.flag().ok_or(CellFault::NotYesOrNo)?),
        };
        Ok(Some(said))
    }

    fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(bare(text).to_owned()),
            Self::Number(_) => self.number(),
            Self::Day(day) => Some(day.to_string()),
            Self::Flag(flag) => Some(flag.to_string()),
            Self::Empty | Self::Unreadable => None,
        }
    }

    fn id(&self) -> Result<String, CellFault> {
        match self {
            Self::Text(text) if !was_number(text) => Ok(bare(text).to_owned()),
            Self::Text(_) | Self::Number(_) | Self::Day(_) | Self::Flag(_) => {
                Err(CellFault::TurnedIntoNumber)
            }
            Self::Empty => Err(CellFault::Missing),
            Self::Unreadable => Err(CellFault::Unreadable),
        }
    }

    /// A mobile number of eleven digits survives as a number; one that began with 0 or + does not.
    fn phone(&self) -> Result<String, CellFault> {
        match self.text() {
            Some(text) if matches!(self, Self::Number(_)) => {
                let mobile = text.len() == 11 && text.starts_with('1') && !text.contains('.');
                if mobile { Ok(text) } else { Err(CellFault::TurnedIntoNumber) }
            }
            Some(text) if was_number(&text) => Err(CellFault::TurnedIntoNumber),
            Some(text) => Ok(text),
            None => Err(CellFault::Unreadable),
        }
    }

    /// A number as it is written. What a spreadsheet computes with carries dust behind its tenth decimal.
    fn number(&self) -> Option<String> {
        match self {
            Self::Number(number) if number.is_finite() && number.abs() < 1e15 => {
                let mut text = String::new();
                write!(text, "{}", (number * 1e6).round() / 1e6).ok()?;
                Some(text)
            }
            Self::Text(text) => {
                let text = bare(text);
                let mut parts = text.splitn(2, '.');
                let digits =
                    |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
                let whole = parts.next().filter(|part| digits(part) && part.len() <= 15)?;
                let whole = whole.trim_start_matches('0');
                let whole = if whole.is_empty() { "0" } else { whole };
                match parts.next() {
                    None => Some(whole.to_owned()),
                    Some(part) if digits(part) && part.len() <= 6 => {
                        Some(format!("{whole}.{part}"))
                    }
                    Some(_) => None,
                }
            }
            Self::Empty | Self::Number(_) | Self::Day(_) | Self::Flag(_) | Self::Unreadable => None,
        }
    }

    /// A day: as the spreadsheet keeps it, or as people write it.
    fn day(&self) -> Option<Date> {
        match self {
            Self::Day(day) => Some(*day),
            Self::Number(number) if SERIALS.contains(number) && number.fract() == 0.0 => {
                #[expect(clippy::cast_possible_truncation, reason = "it lies in a small range")]
                let days = *number as i64;
                SERIAL_ZERO.checked_add(Duration::days(days))
            }
            Self::Number(_) => written_day(&self.number()?),
            Self::Text(text) => written_day(bare(text)),
            Self::Empty | Self::Flag(_) | Self::Unreadable => None,
        }
    }

    fn flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            Self::Number(number) if *number == 1.0 => Some(true),
            Self::Number(number) if *number == 0.0 => Some(false),
            Self::Text(text) => match bare(text).to_ascii_lowercase().as_str() {
                "是" | "合格" | "通过" | "true" | "yes" | "y" | "1" | "√" => Some(true),
                "否" | "不合格" | "未通过" | "false" | "no" | "n" | "0" | "×" => {
                    Some(false)
                }
                _ => None,
            },
            Self::Empty | Self::Number(_) | Self::Day(_) | Self::Unreadable => None,
        }
    }
}

/// `2023-05-08`, `2023/5/8`, `2023.5.8`, `2023年5月8日` or `20230508`, each with or without a time of midnight behind it.
fn written_day(text: &str) -> Option<Date> {
    let text = text.split([' ', 'T']).next().unwrap_or_default();
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let (year, month, day) = (text.get(..4)?, text.get(4..6)?, text.get(6..)?);
        return parse_date(&format!("{year}-{month}-{day}"));
    }
    let text = text.strip_suffix('日').unwrap_or(text);
    let parts: Vec<&str> = text.split(['-', '/', '.', '年', '月']).collect();
    let [year, month, day] = parts.as_slice() else { return None };
    parse_date(&format!("{year}-{month:0>2}-{day:0>2}"))
}

fn word(text: &str, words: Words) -> Option<String> {
    let found = words.iter().find(|(zh, name)| *zh == text || name.eq_ignore_ascii_case(text));
    found.map(|(_, name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn days_are_read_as_they_are_written() {
        let day = Ok(Some(Said::Day(date!(2023 - 05 - 08))));
        for cell in [
            text("2023-05-08"),
            text("2023/5/8"),
            text("2023.5.8"),
            text(" 2023年5月8日 "),
            text("20230508"),
            text("2023-05-08 00:00:00"),
            Cell::Number(45_054.0),
            Cell::Number(20_230_508.0),
            Cell::Day(date!(2023 - 05 - 08)),
        ] {
            assert_eq!(cell.say(Form::Day), day, "{cell:?}");
        }
        for cell in
            [text("2023-02-30"), text("8 May"), text("5/8/23"), Cell::Number(3.5), Cell::Flag(true)]
        {
            assert_eq!(cell.say(Form::Day), Err(CellFault::NotADay), "{cell:?}");
        }
    }

    #[test]
    fn numbers_keep_their_decimals_and_lose_dust() {
        let said = |cell: Cell, form| cell.say(form);
        let number = |text: &str| Ok(Some(Said::Number(text.to_owned())));
        assert_eq!(said(Cell::Number(12.3 + 1e-13), Form::Hours), number("12.3"));
        assert_eq!(said(text("012.50"), Form::Hours), number("12.50"));
        assert_eq!(said(Cell::Number(2023.0), Form::Whole), number("2023"));
        assert_eq!(said(text("12.5"), Form::Whole), Err(CellFault::NotWhole));
        for wrong in ["-1", "1e3", "十二", "1.2.3", "."] {
            assert_eq!(said(text(wrong), Form::Hours), Err(CellFault::NotANumber), "{wrong}");
        }
        assert_eq!(said(Cell::Number(f64::NAN), Form::Hours), Err(CellFault::NotANumber));
    }

    /// U4: in the column of ids nothing but a text is taken.
    #[test]
    fn u4_ids_are_texts() {
        let id = "410102198506151238";
        assert_eq!(text(id).say(Form::Id), Ok(Some(Said::Text(id.to_owned()))));
        assert_eq!(
            Cell::Number(4.101_021_985_061_51e17).say(Form::Id),
            Err(CellFault::TurnedIntoNumber)
        );
        assert_eq!(Cell::Number(12_345_678.0).say(Form::Id), Err(CellFault::TurnedIntoNumber));
        assert_eq!(
            Cell::Day(date!(2023 - 05 - 08)).say(Form::Id),
            Err(CellFault::TurnedIntoNumber)
        );
        assert_eq!(Cell::Unreadable.say(Form::Id), Err(CellFault::Unreadable));
        assert_eq!(Cell::Empty.say(Form::Id), Ok(None));
        assert_eq!(
            Cell::Number(13_800_001_234.0).say(Form::Phone),
            Ok(Some(Said::Text("13800001234".to_owned())))
        );
        assert_eq!(
            Cell::Number(37_112_345_678.0).say(Form::Phone),
            Err(CellFault::TurnedIntoNumber)
        );
    }

    #[test]
    fn words_and_flags_in_either_language() {
        let words: Words = &[("专业科目", "professional")];
        for cell in [text("专业科目"), text("Professional")] {
            assert_eq!(
                cell.say(Form::Word(words)),
                Ok(Some(Said::Text("professional".to_owned())))
            );
        }
        assert_eq!(text("文科").say(Form::Word(words)), Err(CellFault::UnknownWord(words)));
        assert_eq!(text("合格").say(Form::Flag), Ok(Some(Said::Flag(true))));
        assert_eq!(text("不合格").say(Form::Flag), Ok(Some(Said::Flag(false))));
        assert_eq!(text("maybe").say(Form::Flag), Err(CellFault::NotYesOrNo));
    }
}
