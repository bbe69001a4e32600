//! Workbooks, read by another library than the one that wrote them.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use calamine::{Data, Range, Reader as _, Xlsx};
use zip::ZipArchive;

/// The number format of text.
pub const TEXT: usize = 49;

fn open(bytes: &[u8]) -> Xlsx<Cursor<&[u8]>> {
    calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap()
}

/// The rows of a workbook's first sheet.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn rows(bytes: &[u8]) -> Vec<Vec<Data>> {
    let sheet = open(bytes).worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().map(<[Data]>::to_vec).collect()
}

/// All sheets of a workbook in their order: the name, and the rows as a reader sees them.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn sheets(bytes: &[u8]) -> Vec<(String, Vec<Vec<String>>)> {
    let sheets = open(bytes).worksheets().into_iter();
    let texts = |sheet: &Range<Data>| -> Vec<Vec<String>> {
        sheet.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
    };
    sheets.map(|(name, sheet)| (name, texts(&sheet))).collect()
}

/// The cells of a sheet that are marked as bad: row and column, from 0.
///
/// # Panics
/// When there is no such sheet.
#[must_use]
pub fn marked(bytes: &[u8], sheet: &str) -> Vec<(u32, u32)> {
    let styles = open(bytes).worksheet_style(sheet).unwrap();
    let (lines, columns) = styles.end().unwrap_or_default();
    let all = (0..=lines).flat_map(|line| (0..=columns).map(move |column| (line, column)));
    all.filter(|place| {
        let fill = styles.get(*place).and_then(|style| style.fill.as_ref());
        let color = fill.and_then(|fill| fill.get_color());
        color.is_some_and(|color| (color.red, color.green, color.blue) == (0xFF, 0xC7, 0xCE))
    })
    .collect()
}

/// The number formats of the columns of the first sheet that have one, by place from 0.
///
/// # Panics
/// When the workbook is none.
#[must_use]
pub fn column_formats(bytes: &[u8]) -> BTreeMap<usize, usize> {
    let styles = part(bytes, "xl/styles.xml");
    let (_, cells) = styles.split_once("<cellXfs").unwrap();
    let (cells, _) = cells.split_once("</cellXfs>").unwrap();
    let formats: Vec<usize> =
        cells.split("<xf ").skip(1).map(|tag| attribute(tag, "numFmtId").unwrap()).collect();
    let sheet = part(bytes, "xl/worksheets/sheet1.xml");
    let mut columns = BTreeMap::new();
    for tag in sheet.split("<col ").skip(1) {
        let Some(style) = attribute(tag, "style") else { continue };
        for place in attribute(tag, "min").unwrap()..=attribute(tag, "max").unwrap() {
            columns.insert(place - 1, formats[style]);
        }
    }
    columns
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// A number that stands in a tag; the text begins in the tag.
fn attribute(tag: &str, name: &str) -> Option<usize> {
    let (tag, _) = tag.split_once('>')?;
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    rest.split_once('"')?.0.parse().ok()
}
