//! What stands where on the page, before it becomes a file.
//!
//! The page is first set on a sheet because a font's outlines can only be read once every glyph is known, and so
//! that tests can look at the page without a PDF reader. Lengths are points (1/72 inch), from the top left corner.

use krilla::geom::{Path, PathBuilder, Rect, Transform};

use super::text::Line;

/// A4.
pub(super) const WIDTH: f32 = 595.276;
/// A4.
pub(super) const HEIGHT: f32 = 841.89;

/// Points in a millimetre.
pub(super) const MM: f32 = 72.0 / 25.4;

/// The page, in reading order. Later blocks are drawn over earlier ones.
#[derive(Default)]
pub(super) struct Sheet {
    pub(super) blocks: Vec<Block>,
}

impl Sheet {
    /// Adds a block.
    pub(super) fn push(&mut self, role: Role, items: Vec<Item>) {
        self.blocks.push(Block { role, items });
    }
}

/// Things that mean one thing together.
pub(super) struct Block {
    pub(super) role: Role,
    pub(super) items: Vec<Item>,
}

/// What a block is to a reader who cannot see the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing.
    Decoration,
    /// The title.
    Heading,
    /// A piece of text.
    Paragraph,
    /// The head of a column of the hours table. Heads and cells that follow one another make one table.
    ColumnHead,
    /// The cell under a head, in the same order.
    Cell,
    /// A picture, and what it shows in words.
    Figure(String),
    /// A text that opens an address.
    Link(String),
}

/// A text or a drawing.
pub(super) enum Item {
    Text(Text),
    Drawing(Drawing),
}

/// One line of text.
pub(super) struct Text {
    pub(super) line: Line,
    /// Left end.
    pub(super) x: f32,
    /// Baseline.
    pub(super) y: f32,
    /// Font size.
    pub(super) size: f32,
    pub(super) ink: Ink,
    /// Moves and turns the line; `x` and `y` are inside.
    pub(super) transform: Option<Transform>,
    /// Draws the shapes of the characters, so that they are no text to a reader or a search.
    pub(super) as_shapes: bool,
}

impl Text {
    /// A line in plain ink.
    pub(super) fn new(line: Line, x: f32, y: f32, size: f32, ink: Ink) -> Self {
        Self { line, x, y, size, ink, transform: None, as_shapes: false }
    }

    /// Moves the line so that this share of its length lies left of where it began.
    pub(super) fn pulled_left(mut self, share: f32) -> Self {
        self.x -= share * self.line.width() * self.size;
        self
    }

    /// Right end.
    pub(super) fn right(&self) -> f32 {
        self.x + self.line.width() * self.size
    }
}

/// A path with its ink.
pub(super) struct Drawing {
    pub(super) path: Path,
    pub(super) ink: Ink,
}

/// Red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Color(pub(super) u8, pub(super) u8, pub(super) u8);

/// How a shape is inked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ink {
    pub(super) fill: Option<Color>,
    /// Colour and width of the outline.
    pub(super) stroke: Option<(Color, f32)>,
}

impl Ink {
    /// Filled.
    pub(super) fn fill(color: Color) -> Self {
        Self { fill: Some(color), stroke: None }
    }

    /// Outlined.
    pub(super) fn stroke(color: Color, width: f32) -> Self {
        Self { fill: None, stroke: Some((color, width)) }
    }

    /// Filled and outlined in one colour: the page's bold face, which spares a second font file.
    pub(super) fn bold(color: Color, width: f32) -> Self {
        Self { fill: Some(color), stroke: Some((color, width)) }
    }
}

/// Draws a path; an empty one draws nothing.
pub(super) fn drawing(ink: Ink, build: impl FnOnce(&mut PathBuilder)) -> Option<Item> {
    let mut builder = PathBuilder::new();
    build(&mut builder);
    builder.finish().map(|path| Item::Drawing(Drawing { path, ink }))
}

/// A horizontal rule.
pub(super) fn rule(x0: f32, x1: f32, y: f32, ink: Ink) -> Option<Item> {
    drawing(ink, |path| {
        path.move_to(x0, y);
        path.line_to(x1, y);
    })
}

/// A rectangle; one without an area draws nothing.
pub(super) fn rectangle(x: f32, y: f32, width: f32, height: f32, ink: Ink) -> Option<Item> {
    let rect = Rect::from_xywh(x, y, width, height)?;
    drawing(ink, |path| path.push_rect(rect))
}

/// A circle, of four curves (off by less than 0.03 % of the radius).
pub(super) fn circle(x: f32, y: f32, radius: f32, ink: Ink) -> Option<Item> {
    let k = radius * 0.552_285;
    drawing(ink, |path| {
        path.move_to(x + radius, y);
        path.cubic_to(x + radius, y + k, x + k, y + radius, x, y + radius);
        path.cubic_to(x - k, y + radius, x - radius, y + k, x - radius, y);
        path.cubic_to(x - radius, y - k, x - k, y - radius, x, y - radius);
        path.cubic_to(x + k, y - radius, x + radius, y - k, x + radius, y);
        path.close();
    })
}
