//! The seal of the municipal bureau for continuing education (rule A1), drawn as vectors.

use std::f32::consts::{PI, TAU};

use krilla::geom::Transform;

use super::PdfError;
use super::font::Faces;
use super::sheet::{Color, Ink, Item, MM, Text, circle, drawing};
use super::text::{Line, count};

/// What stands on the arc behind the city's name.
const ARC: &str = "专业技术人员继续教育";
const FOOT: &str = "专用章";

/// Bright enough to be a seal, dark enough to stay visible in black and white.
const RED: Color = Color(0xd2, 0x24, 0x2a);

/// Half of the usual 42 mm.
pub(super) const RADIUS: f32 = 21.0 * MM;
const RING: f32 = 1.1 * MM;
const ARC_SIZE: f32 = 15.5;
const FOOT_SIZE: f32 = 12.0;
/// Seals are cut with upright, slender characters.
const SLENDER: f32 = 0.8;
/// The angle that the text on the arc covers, from its first to its last character.
const SPAN: f32 = 1.15 * PI;
/// So many characters fill it in full size: a city's name of three. A longer name goes further around,
const LETTERS: usize = 13;
/// so far as the foot leaves room; from there on the characters grow smaller.
const WIDEST: f32 = 1.42 * PI;
/// Baseline of the arc's text, from the middle.
const ARC_BASE: f32 = RADIUS - RING - 1.9 * MM - ARC_SIZE * 0.82;

/// What the seal of a city says, for readers who cannot see it.
pub(super) fn description(city: &str) -> String {
    format!("红色圆形印章：{city}{ARC}{FOOT}")
}

/// Draws the seal of a city around a middle point.
pub(super) fn draw(faces: &Faces, city: &str, x: f32, y: f32) -> Result<Vec<Item>, PdfError> {
    let mut items = Vec::new();
    items.extend(circle(x, y, RADIUS - RING / 2.0, Ink::stroke(RED, RING)));
    items.extend(star(x, y - 4.0, RADIUS * 0.3));
    let letters: Vec<char> = city.chars().chain(ARC.chars()).collect();
    let gaps = count(letters.len().saturating_sub(1));
    let wanted = SPAN * (gaps / count(LETTERS - 1)).max(1.0);
    let span = wanted.min(WIDEST);
    let size = ARC_SIZE * span / wanted;
    for (number, letter) in letters.into_iter().enumerate() {
        let angle = span * (count(number) / gaps - 0.5);
        items.push(letter_at(faces, letter, (angle, size), (x, y))?);
    }
    let foot = Line::new(faces, FOOT, 0.12)?;
    let foot = Text::new(foot, x, y + RADIUS * 0.77, FOOT_SIZE, Ink::bold(RED, 0.25));
    items.push(as_shapes(foot.pulled_left(0.5), None));
    Ok(items)
}

/// A character of a size that stands on the arc, `angle` clockwise from the top.
fn letter_at(
    faces: &Faces,
    letter: char,
    (angle, size): (f32, f32),
    (x, y): (f32, f32),
) -> Result<Item, PdfError> {
    let line = Line::new(faces, &letter.to_string(), 0.0)?;
    let (sin, cos) = angle.sin_cos();
    let turned = Transform::from_row(
        SLENDER * cos,
        SLENDER * sin,
        -sin,
        cos,
        x + ARC_BASE * sin,
        y - ARC_BASE * cos,
    );
    let text = Text::new(line, 0.0, 0.0, size, Ink::bold(RED, 0.3)).pulled_left(0.5);
    Ok(as_shapes(text, Some(turned)))
}

/// Text in a seal is a picture: as text it would be read and searched in the midst of the page's own.
fn as_shapes(text: Text, transform: Option<Transform>) -> Item {
    Item::Text(Text { transform, as_shapes: true, ..text })
}

fn star(x: f32, y: f32, radius: f32) -> Option<Item> {
    // The inner corners of a regular pentagram lie at this part of the radius.
    let inner = radius * 0.381_966;
    drawing(Ink::fill(RED), |path| {
        for corner in 0..10 {
            let distance = if corner % 2 == 0 { radius } else { inner };
            let (sin, cos) = (TAU * count(corner) / 10.0).sin_cos();
            let (to_x, to_y) = (x + distance * sin, y - distance * cos);
            if corner == 0 { path.move_to(to_x, to_y) } else { path.line_to(to_x, to_y) }
        }
        path.close();
    })
}
