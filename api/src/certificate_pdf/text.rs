//! Lines of Chinese text: measuring, breaking, fitting.

use std::ops::Range;

use super::PdfError;
use super::font::{FaceGlyph, Faces};

/// A measured line. Lengths are in em, so it can be drawn in any size.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// What it says.
    pub(super) text: String,
    pub(super) glyphs: Vec<Glyph>,
}

/// A placed glyph.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Glyph {
    pub(super) face: usize,
    pub(super) id: u32,
    /// Distance to the next glyph, in em.
    pub(super) advance: f32,
    /// The bytes of the line's text that it shows.
    pub(super) bytes: Range<usize>,
}

impl Line {
    /// Measures a text, with so much space (in em) after each character but the last.
    pub(super) fn new(faces: &Faces, text: &str, tracking: f32) -> Result<Self, PdfError> {
        let found = faces.glyphs(text)?;
        let mut glyphs: Vec<Glyph> = text.char_indices().zip(found).map(place).collect();
        squeeze(text, &mut glyphs);
        let last = glyphs.len().saturating_sub(1);
        for glyph in glyphs.iter_mut().take(last) {
            glyph.advance += tracking;
        }
        Ok(Self { text: text.to_owned(), glyphs })
    }

    /// The line's length, in em.
    pub(super) fn width(&self) -> f32 {
        self.glyphs.iter().map(|glyph| glyph.advance).sum()
    }

    /// Spreads the line to a length (in em), as the last step of setting a full line or a label.
    pub(super) fn spread(mut self, width: f32) -> Self {
        let gaps = self.glyphs.len().saturating_sub(1);
        let slack = width - self.width();
        if slack > 0.0 {
            for glyph in self.glyphs.iter_mut().take(gaps) {
                glyph.advance += slack / count(gaps);
            }
        }
        self
    }
}

fn place(((start, character), found): ((usize, char), FaceGlyph)) -> Glyph {
    let bytes = start..start + character.len_utf8();
    Glyph { face: found.face, id: found.glyph, advance: found.advance, bytes }
}

/// A closing mark carries half an em of white, and an opening mark has it in front: between two marks one half is
/// enough.
fn squeeze(text: &str, glyphs: &mut [Glyph]) {
    let marks = text.chars().zip(text.chars().skip(1));
    for (glyph, (this, next)) in glyphs.iter_mut().zip(marks) {
        if is_closing(this) && (is_closing(next) || is_opening(next)) {
            glyph.advance -= 0.5;
        }
    }
}

/// Lines that fit a width, and the size in which they do.
pub(super) struct Fitted {
    pub(super) lines: Vec<Line>,
    pub(super) size: f32,
}

/// What a text may take up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub(super) width: f32,
    pub(super) lines: usize,
    /// The size it should have.
    pub(super) size: f32,
    /// The smallest that is still legible there.
    pub(super) smallest: f32,
}

/// Breaks a text into the allowed lines, in the largest size that does it.
///
/// # Errors
///
/// [`PdfError::TextTooLong`] with the field's name.
pub(super) fn fit(
    faces: &Faces,
    field: &'static str,
    text: &str,
    room: Room,
) -> Result<Fitted, PdfError> {
    let whole = Line::new(faces, text, 0.0)?;
    let mut size = room.size;
    while size >= room.smallest {
        let pieces = breaks(&whole, room.width / size, 0.0);
        if pieces.len() <= room.lines {
            let lines = pieces
                .into_iter()
                .map(|piece| Line::new(faces, text.get(piece).unwrap_or_default(), 0.0));
            return Ok(Fitted { lines: lines.collect::<Result<_, _>>()?, size });
        }
        size -= 0.25;
    }
    Err(PdfError::TextTooLong { field })
}

/// As [`fit`], in the first of several rooms that holds the text.
///
/// # Errors
///
/// [`PdfError::TextTooLong`] with the field's name when none does.
pub(super) fn fit_one(
    faces: &Faces,
    field: &'static str,
    text: &str,
    rooms: &[Room],
) -> Result<Fitted, PdfError> {
    let mut fitted = Err(PdfError::TextTooLong { field });
    for room in rooms {
        fitted = fit(faces, field, text, *room);
        if !matches!(fitted, Err(PdfError::TextTooLong { .. })) {
            break;
        }
    }
    fitted
}

/// Breaks a paragraph into lines of a width, spreading all but the last. The first is so much shorter (`indent`).
/// Lengths are in em.
pub(super) fn paragraph(
    faces: &Faces,
    text: &str,
    width: f32,
    indent: f32,
) -> Result<Vec<Line>, PdfError> {
    let whole = Line::new(faces, text, 0.0)?;
    let pieces = breaks(&whole, width, indent);
    let last = pieces.len().saturating_sub(1);
    let mut lines = Vec::with_capacity(pieces.len());
    for (number, piece) in pieces.into_iter().enumerate() {
        let line = Line::new(faces, text.get(piece).unwrap_or_default(), 0.0)?;
        let measure = if number == 0 { width - indent } else { width };
        lines.push(if number == last { line } else { line.spread(measure) });
    }
    Ok(lines)
}

/// Where to break a text: anywhere between Chinese characters, but not inside a word or number, not before a
/// closing mark and not after an opening one; an address also after its slashes. A word longer than a line is broken where the line ends.
fn breaks(line: &Line, width: f32, indent: f32) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let (mut start, mut allowed, mut used) = (0, None, indent);
    let mut used_since_allowed = 0.0;
    let mut previous = None;
    for (character, glyph) in line.text.chars().zip(&line.glyphs) {
        if previous.is_some_and(|previous| may_break(previous, character)) {
            (allowed, used_since_allowed) = (Some(glyph.bytes.start), 0.0);
        }
        // The white half of a closing mark may hang over the edge.
        let needed = if is_closing(character) { glyph.advance / 2.0 } else { glyph.advance };
        if used + needed > width && glyph.bytes.start > start {
            let at = allowed.unwrap_or(glyph.bytes.start);
            used = if allowed.is_some() { used_since_allowed } else { 0.0 };
            pieces.push(start..at);
            (start, allowed) = (at, None);
        }
        used += glyph.advance;
        used_since_allowed += glyph.advance;
        previous = Some(character);
    }
    pieces.push(start..line.text.len());
    pieces
}

fn may_break(before: char, after: char) -> bool {
    let joined = !is_wide(before) && !is_wide(after) && !" /?&".contains(before);
    !(is_closing(after) || is_opening(before) || joined || after == ' ')
}

fn is_closing(character: char) -> bool {
    "，。、；：！？）》〉」』】”’".contains(character)
}

fn is_opening(character: char) -> bool {
    "（《〈「『【“‘".contains(character)
}

/// Chinese characters and marks, from the radicals on.
fn is_wide(character: char) -> bool {
    character >= '\u{2E80}' || is_closing(character) || is_opening(character)
}

/// A small count as a length.
pub(super) fn count(number: usize) -> f32 {
    f32::from(u16::try_from(number).unwrap_or(u16::MAX))
}
