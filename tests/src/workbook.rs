//! Workbooks, read by another library than the one that wrote them.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};

/// The rows of a workbook's first sheet.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn rows(bytes: &[u8]) -> Vec<Vec<Data>> {
    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let sheet = workbook.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().map(<[Data]>::to_vec).collect()
}
