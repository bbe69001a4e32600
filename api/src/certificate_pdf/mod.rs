//! The continuing-education certificate as one A4 page (rule A1).
//!
//! [`render`] turns plain [`CertificateFields`] into a PDF/A-2a and PDF/UA-1 file: Chinese text set in an embedded
//! subset of a font found at run time, the seal and the QR code drawn as vectors, and a tag tree so that a screen
//! reader can read it. The same fields with the same font file give the same bytes: nothing in the file depends on
//! the clock, on chance or on an earlier call, so the bytes can be kept under the fields' [`Fingerprint`].
//!
//! A call reads about 2 MB of the font file and gives them back when it returns; nothing stays resident. It takes
//! some milliseconds of one core and reads a file, so call it from a blocking thread.
//!
//! The road of one call: `page` sets every text and drawing on a `sheet`, with lines that `text` measures and breaks
//! by the characters that `font` knows; `paint` reads the outlines that the sheet uses and writes the file.

mod fields;
mod fingerprint;
mod font;
mod ornament;
mod page;
mod paint;
mod qr;
mod seal;
mod sheet;
mod sparse;
mod text;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use fields::{CertificateFields, Completion, PrintedState};
pub use fingerprint::Fingerprint;
pub use font::FontFiles;

/// Why a certificate could not be drawn.
///
/// [`PdfError::FontMissing`], [`PdfError::FontUnreadable`] and [`PdfError::GlyphsMissing`] are faults of the installation (503); the
/// others name something in the certificate's own texts that the page cannot hold, or a defect of this module.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// None of the places where the font is looked for holds a file.
    #[error("no font for certificates at any of {} places", tried.len())]
    FontMissing {
        /// Where it was looked for, in order. For the operator's log, not for callers of the service.
        tried: Vec<PathBuf>,
    },
    /// The font file is there and cannot be used.
    #[error("the font {} cannot be used: {reason}", path.display())]
    FontUnreadable {
        /// The file. For the operator's log, not for callers of the service.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No installed font has these characters. A certificate with a gap in a name would be worse than none.
    #[error("no installed font has {}", code_points(characters))]
    GlyphsMissing {
        /// The characters, each once, in the order of their code points.
        characters: Vec<char>,
    },
    /// A text does not fit its place, even in the smallest size that prints legibly.
    #[error("{field} is too long for the page")]
    TextTooLong {
        /// The member of [`CertificateFields`].
        field: &'static str,
    },
    /// The PDF library refused the document: a defect of this module.
    #[error("the document was refused: {0}")]
    Refused(String),
}

/// Draws the certificate (rule A1) and returns the file's bytes.
///
/// # Errors
///
/// See [`PdfError`].
pub fn render(fields: &CertificateFields, fonts: &FontFiles) -> Result<Vec<u8>, PdfError> {
    let faces = fonts.open_for(&fields.characters())?;
    let sheet = page::compose(fields, &faces)?;
    paint::write(sheet, faces, fields)
}

/// `U+2A6A5 U+9F49`: unlike the characters themselves, code points can be read in any log.
fn code_points(characters: &[char]) -> String {
    let points: Vec<String> =
        characters.iter().map(|c| format!("U+{:04X}", u32::from(*c))).collect();
    points.join(" ")
}
