//! The QR code of the verification address, drawn as one path.

use krilla::geom::Rect;
use qrcode::{EcLevel, QrCode};

use super::PdfError;
use super::sheet::{Color, Ink, Item, drawing};
use super::text::count;

const BLACK: Color = Color(0, 0, 0);

/// Draws the code as a square of at most this size, quiet zone not included: the caller leaves four modules of white.
///
/// A quarter of the code may be dirty or torn (level Q).
///
/// # Errors
///
/// [`PdfError::TextTooLong`] if the address does not fit a QR code.
pub(super) fn draw(address: &str, x: f32, y: f32, size: f32) -> Result<Option<Item>, PdfError> {
    let too_long = |_| PdfError::TextTooLong { field: "verification_url" };
    let code = QrCode::with_error_correction_level(address, EcLevel::Q).map_err(too_long)?;
    let width = code.width();
    let colors = code.to_colors();
    // A whole number of twentieths makes short numbers in the file.
    let module = (size / count(width) * 20.0).floor() / 20.0;
    Ok(drawing(Ink::fill(BLACK), |path| {
        for (row, modules) in colors.chunks(width).enumerate() {
            let mut column = 0;
            // A run of dark modules is one rectangle: smaller, and no hairlines between modules.
            for run in modules.chunk_by(|a, b| a == b) {
                let (left, top) = (x + module * count(column), y + module * count(row));
                let rect = Rect::from_xywh(left, top, module * count(run.len()), module);
                if let (Some(qrcode::Color::Dark), Some(rect)) = (run.first(), rect) {
                    path.push_rect(rect);
                }
                column += run.len();
            }
        }
    }))
}
