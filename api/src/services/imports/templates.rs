//! Files to fill in: the heads of a kind, its number columns as text, and what stands in each column.

use rust_xlsxwriter::{Color, Format, Workbook, XlsxError};
use xueshi_domain::import::{Form, ImportKind};

use crate::export::{Table, column};
use crate::problem::{Language, Problem};

/// The head of a column that every row needs is marked.
const REQUIRED: &str = "*";
/// The sheet with the notes. A template that was filled in still has it, and that it has no rows is nothing to tell.
pub const NOTES: &str = "填写说明";
/// Width of a column, in characters.
const WIDTH: f64 = 22.0;

/// An empty table of a kind, as CSV with a byte order mark.
#[must_use]
pub fn csv(kind: ImportKind) -> Vec<u8> {
    let columns = kind.columns().iter();
    let table = Table {
        name: kind.as_str().to_owned(),
        columns: columns.map(|of| column(of.name, of.zh)).collect(),
        rows: Vec::new(),
        notes: Vec::new(),
    };
    table.csv(Language::Chinese)
}

/// An empty workbook of a kind, with its notes on a second sheet.
///
/// # Errors
/// 500 when it cannot be written.
pub fn xlsx(kind: ImportKind) -> Result<Vec<u8>, Problem> {
    workbook(kind).map_err(Problem::internal)
}

fn workbook(kind: ImportKind) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    let required = Format::new().set_bold().set_background_color(Color::RGB(0x00FF_F2CC));
    let text = Format::new().set_num_format_index(49);
    let sheet = workbook.add_worksheet().set_name("数据")?;
    for (place, of) in (0..).zip(kind.columns()) {
        let mark = if of.required { REQUIRED } else { "" };
        let head = if of.required { &required } else { &bold };
        sheet.write_string_with_format(0, place, format!("{}{mark}", of.zh), head)?;
        sheet.set_column_width(place, WIDTH)?;
        // What is entered here stays as it is entered: a spreadsheet keeps 15 digits of a number.
        if matches!(of.form, Form::Id | Form::Phone | Form::Text | Form::Day) {
            sheet.set_column_format(place, &text)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    let notes = workbook.add_worksheet().set_name(NOTES)?;
    for (place, head) in
        (0..).zip(["列 / column", "必填 / required", "示例 / example", "说明 / note"])
    {
        notes.write_string_with_format(0, place, head, &bold)?;
        notes.set_column_width(place, WIDTH * 1.6)?;
    }
    for (line, of) in (1..).zip(kind.columns()) {
        notes.write_string(line, 0, format!("{}（{}）", of.zh, of.name))?;
        notes.write_string(line, 1, if of.required { "是 / yes" } else { "" })?;
        notes.write_string_with_format(line, 2, of.example, &text)?;
        let words = match of.form {
            Form::Word(words) => {
                let words: Vec<&str> = words.iter().map(|(zh, _)| *zh).collect();
                format!("{}；", words.join("、"))
            }
            Form::Text
            | Form::Id
            | Form::Phone
            | Form::Day
            | Form::Hours
            | Form::Whole
            | Form::Flag => String::new(),
        };
        notes.write_string(line, 3, format!("{words}{} / {}", of.note_zh, of.note_en))?;
    }
    workbook.save_to_buffer()
}
