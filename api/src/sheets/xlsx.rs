//! Workbooks.

use std::io::{Cursor, Read};
use std::sync::Arc;

use calamine::{DataRef, Reader, SheetVisible, Xlsx};
use time::{Date, Month};
use xueshi_domain::import::Cell;
use xueshi_domain::instant::parse_date;
use zip::ZipArchive;

use super::{CELL_LIMIT, COLUMNS, Content, Each, Line, unreadable};
use crate::problem::{Code, Problem, Text};

/// Bytes that all parts of a workbook may inflate to.
const INFLATED: u64 = 256 * 1024 * 1024;
/// Parts of a workbook at most.
const PARTS: usize = 2_000;
/// How much of the table of strings is looked at before it is read, and how many strings it may announce.
const HEAD: usize = 64 * 1024;
const STRINGS: u64 = 4_000_000;
/// Characters of a sheet's name that are kept: each error of its rows repeats it. Spreadsheets allow 31.
const NAME: usize = 100;

pub(super) fn read(bytes: &[u8], each: Each<'_>) -> Result<(), Problem> {
    check(bytes)?;
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let sheets: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    for name in sheets {
        // A sheet of charts has no cells.
        let Ok(mut cells) = workbook.worksheet_cells_reader(&name) else { continue };
        let sheet: Arc<str> = name.chars().take(NAME).collect::<String>().into();
        let mut row = Vec::new();
        let mut number = 0;
        while let Some(cell) = cells.next_cell().map_err(broken)? {
            let (line, column) = cell.get_position();
            if line != number {
                if !finish(&sheet, number, &mut row, each) {
                    return Ok(());
                }
                if line < number {
                    return Err(unreadable(Text::new(
                        "工作表的行没有按顺序排列",
                        "the rows of a sheet are not in their order",
                    )));
                }
                number = line;
            }
            put(&mut row, column, cell.get_value());
        }
        if !finish(&sheet, number, &mut row, each) {
            return Ok(());
        }
    }
    Ok(())
}

fn finish(sheet: &Arc<str>, number: u32, row: &mut Vec<Cell>, each: Each<'_>) -> bool {
    let cells = std::mem::take(row);
    if cells.is_empty() {
        return true;
    }
    let number = number.saturating_add(1);
    each(Line { sheet: Arc::clone(sheet), number, content: Content::Cells(cells) })
}

fn put(row: &mut Vec<Cell>, column: u32, value: &DataRef<'_>) {
    let place = usize::try_from(column).unwrap_or(usize::MAX);
    if place >= COLUMNS {
        return;
    }
    if row.len() <= place {
        row.resize(place + 1, Cell::Empty);
    }
    if let Some(cell) = row.get_mut(place) {
        *cell = read_cell(value);
    }
}

#[expect(clippy::cast_precision_loss, reason = "a sheet's numbers are floats")]
fn read_cell(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(text) => read_text(text),
        DataRef::SharedString(text) => read_text(text),
        DataRef::Bool(flag) => Cell::Flag(*flag),
        DataRef::DateTime(at) if at.is_datetime() => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            let month = Month::try_from(month);
            let day = month.map(|month| Date::from_calendar_date(i32::from(year), month, day));
            match day {
                Ok(Ok(day)) => Cell::Day(day),
                Ok(Err(_)) | Err(_) => Cell::Unreadable,
            }
        }
        DataRef::DateTime(duration) => Cell::Number(duration.as_f64()),
        DataRef::DateTimeIso(text) => {
            text.get(..10).and_then(parse_date).map_or_else(|| read_text(text), Cell::Day)
        }
        DataRef::DurationIso(text) => read_text(text),
        DataRef::Error(_) => Cell::Unreadable,
    }
}

fn read_text(text: &str) -> Cell {
    if text.len() > CELL_LIMIT * 4 { Cell::Unreadable } else { Cell::Text(text.to_owned()) }
}

/// Inflates every part once, counting, before anything of it is kept: a small archive can hold terabytes, and says what it likes
/// about its sizes.
fn check(bytes: &[u8]) -> Result<(), Problem> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if archive.len() > PARTS {
        return Err(too_large());
    }
    let mut inflated = 0_u64;
    let mut buffer = vec![0_u8; 64 * 1024];
    for place in 0..archive.len() {
        let mut part = archive.by_index(place).map_err(broken)?;
        let has_strings =
            part.name().map_err(broken)?.to_ascii_lowercase().ends_with("sharedstrings.xml");
        let mut head = Vec::new();
        loop {
            let read = part.read(&mut buffer).map_err(broken)?;
            if read == 0 {
                break;
            }
            inflated += read as u64;
            if inflated > INFLATED {
                return Err(too_large());
            }
            if has_strings && head.len() < HEAD {
                head.extend_from_slice(buffer.get(..read).unwrap_or_default());
            }
        }
        if has_strings {
            check_strings(&head)?;
        }
    }
    Ok(())
}

/// The table of strings announces how many it has, and room is made for as many.
fn check_strings(head: &[u8]) -> Result<(), Problem> {
    let head = String::from_utf8_lossy(head);
    let Some((_, rest)) = head.split_once("sst") else {
        return Err(broken("the table of strings has no beginning"));
    };
    let Some((tag, _)) = rest.split_once('>') else {
        return Err(broken("the table of strings does not begin"));
    };
    for announced in tag.split("ount").skip(1) {
        let digits: String = announced
            .chars()
            .skip_while(|c| !c.is_ascii_digit())
            .take_while(char::is_ascii_digit)
            .collect();
        if digits.parse::<u64>().map_or(digits.len() > 3, |count| count > STRINGS) {
            return Err(too_large());
        }
    }
    Ok(())
}

fn too_large() -> Problem {
    Problem::new(Code::ImportTooLarge).detail(
        format!("工作簿解压后超过 {INFLATED} 字节，或部件过多"),
        format!("the workbook inflates to more than {INFLATED} bytes, or has too many parts"),
    )
}

fn broken(cause: impl std::fmt::Display) -> Problem {
    unreadable(Text::new("工作簿已损坏或不是 .xlsx", "the workbook is damaged, or is no .xlsx"))
        .because(cause)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
    use time::macros::date;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn rows(bytes: &[u8]) -> Vec<Line> {
        let mut rows = Vec::new();
        read(bytes, &mut |line| {
            rows.push(line);
            true
        })
        .unwrap();
        rows
    }

    fn code(bytes: &[u8]) -> &'static str {
        read(bytes, &mut |_| true).unwrap_err().code().id()
    }

    #[test]
    fn cells_are_what_they_are() {
        let mut workbook = Workbook::new();
        let day = Format::new().set_num_format("yyyy-mm-dd");
        let sheet = workbook.add_worksheet().set_name("一").unwrap();
        sheet.write_string(0, 0, "文字").unwrap();
        sheet.write_number(0, 2, 4.101_021_985_061_51e17).unwrap();
        let at = ExcelDateTime::from_ymd(2023, 5, 8).unwrap();
        sheet.write_datetime_with_format(3, 1, at, &day).unwrap();
        sheet.write_boolean(3, 2, true).unwrap();
        sheet.write_number(3, 300, 1).unwrap();
        workbook.add_worksheet().write_string(0, 0, "二").unwrap();
        let rows = rows(&workbook.save_to_buffer().unwrap());
        assert_eq!(rows.len(), 3);
        assert_eq!((&*rows[0].sheet, rows[0].number, rows[1].number), ("一", 1, 4));
        let text = |text: &str| Cell::Text(text.to_owned());
        let number = Cell::Number(4.101_021_985_061_51e17);
        assert_eq!(rows[0].content, Content::Cells(vec![text("文字"), Cell::Empty, number]));
        assert_eq!(
            rows[1].content,
            Content::Cells(vec![Cell::Empty, Cell::Day(date!(2023 - 05 - 08)), Cell::Flag(true)])
        );
    }

    fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn bombs_and_ruins_are_refused() {
        assert_eq!(code(b"PK\x03\x04 and nothing else"), "import-unreadable");
        assert_eq!(code(&archive(&[("a.txt", b"no workbook")])), "import-unreadable");
        let strings = br#"<sst count = '1' uniqueCount = '99999999999'></sst>"#;
        assert_eq!(code(&archive(&[("xl/sharedStrings.xml", strings)])), "import-too-large");
        let zeros = vec![0_u8; 64 * 1024 * 1024];
        let parts: Vec<_> = ["a", "b", "c", "d", "e"].map(|name| (name, zeros.as_slice())).into();
        let bomb = archive(&parts);
        assert!(bomb.len() < 1024 * 1024);
        assert_eq!(code(&bomb), "import-too-large");
        let whole = Workbook::new().save_to_buffer().unwrap_or_default();
        for length in (0..whole.len()).step_by(97) {
            let _ = read(&whole[..length], &mut |_| true);
        }
    }
}
