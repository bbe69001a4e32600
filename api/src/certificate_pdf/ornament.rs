//! The frame and the pale rosette behind the text: line work in the manner of printed certificates.

use std::f32::consts::TAU;

use krilla::geom::PathBuilder;

use super::sheet::{Color, HEIGHT, Ink, Item, MM, WIDTH, drawing, rectangle};
use super::text::count;

/// Prints as a mid grey in black and white.
pub(super) const GOLD: Color = Color(0x9c, 0x78, 0x35);
/// Prints as next to nothing.
const PALE: Color = Color(0xf1, 0xe8, 0xd6);

/// The outer edge of the frame; every office printer reaches it.
const EDGE: f32 = 9.0 * MM;
/// The width of the plaited band.
const BAND: f32 = 17.0;
/// The distance between two crossings of the plait; stretched a little so that each side takes a whole number.
const CROSSING: f32 = 9.0;
/// The side of the square in each corner.
const CORNER: f32 = 34.0;

/// The inner edge of the frame, on all sides.
pub(super) const INNER: f32 = EDGE + BAND + 5.0;

/// The frame: rules, a plaited band on each side and a fret in each corner.
pub(super) fn frame() -> Vec<Item> {
    let mut items = Vec::new();
    for (inset, width) in [(EDGE, 1.3), (EDGE + BAND, 1.3), (INNER, 0.4)] {
        items.extend(rectangle(
            inset,
            inset,
            WIDTH - 2.0 * inset,
            HEIGHT - 2.0 * inset,
            Ink::stroke(GOLD, width),
        ));
    }
    let middle = EDGE + BAND / 2.0;
    let (left, right) = (EDGE + CORNER, WIDTH - EDGE - CORNER);
    let (top, bottom) = (EDGE + CORNER, HEIGHT - EDGE - CORNER);
    for swing in [BAND * 0.34, -BAND * 0.34] {
        for y in [middle, HEIGHT - middle] {
            items.extend(wave(right - left, swing, |along, aside| (left + along, y + aside)));
        }
        for x in [middle, WIDTH - middle] {
            items.extend(wave(bottom - top, swing, |along, aside| (x + aside, top + along)));
        }
    }
    for (x, turn_x) in [(EDGE, 1.0), (WIDTH - EDGE, -1.0)] {
        for (y, turn_y) in [(EDGE, 1.0), (HEIGHT - EDGE, -1.0)] {
            items.extend(corner(x, y, turn_x, turn_y));
        }
    }
    items
}

/// One strand of a plait.
fn wave(length: f32, swing: f32, to_page: impl Fn(f32, f32) -> (f32, f32)) -> Option<Item> {
    // An odd number ends the strand on the side opposite to its start, so that all corners look alike.
    let crossings = (1_usize..).step_by(2).find(|n| length / count(*n) <= CROSSING).unwrap_or(1);
    let step = length / count(crossings);
    drawing(Ink::stroke(GOLD, 0.9), |path| {
        let (x, y) = to_page(0.0, 0.0);
        path.move_to(x, y);
        for crossing in 0..crossings {
            let start = step * count(crossing);
            // A curve's middle lies at three quarters of its control points' height.
            let aside = if crossing % 2 == 0 { swing } else { -swing } * 4.0 / 3.0;
            let controls =
                (to_page(start + step * 0.364, aside), to_page(start + step * 0.636, aside));
            curve(path, controls.0, controls.1, to_page(start + step, 0.0));
        }
    })
}

/// A square with a square spiral (回纹), laid over the crossing of two bands.
fn corner(x: f32, y: f32, turn_x: f32, turn_y: f32) -> Vec<Item> {
    let white = Ink { fill: Some(Color(0xff, 0xff, 0xff)), stroke: Some((GOLD, 1.3)) };
    let (left, top) =
        (if turn_x > 0.0 { x } else { x - CORNER }, if turn_y > 0.0 { y } else { y - CORNER });
    let mut items: Vec<Item> = rectangle(left, top, CORNER, CORNER, white).into_iter().collect();
    // The spiral in steps of a ninth of the square, from the page's corner inwards.
    const SPIRAL: [(f32, f32); 9] = [
        (1.5, 7.5),
        (1.5, 1.5),
        (7.5, 1.5),
        (7.5, 7.5),
        (3.2, 7.5),
        (3.2, 3.2),
        (5.8, 3.2),
        (5.8, 5.8),
        (4.6, 5.8),
    ];
    items.extend(drawing(Ink::stroke(GOLD, 1.5), |path| {
        for (number, (along, down)) in SPIRAL.into_iter().enumerate() {
            let (to_x, to_y) =
                (x + turn_x * along * CORNER / 9.0, y + turn_y * down * CORNER / 9.0);
            if number == 0 { path.move_to(to_x, to_y) } else { path.line_to(to_x, to_y) }
        }
    }));
    items
}

/// The rosette: strands that swing around circles, each turned a little against the one before.
pub(super) fn rosette(x: f32, y: f32) -> Vec<Item> {
    let rings = [(150.0, 22.0, 24_usize), (112.0, 20.0, 18), (72.0, 24.0, 12)];
    let strands = rings.into_iter().flat_map(|ring| (0_usize..6).map(move |strand| (ring, strand)));
    strands
        .filter_map(|((radius, swing, petals), strand)| {
            petal_ring(x, y, radius, swing, petals, strand)
        })
        .collect()
}

fn petal_ring(
    x: f32,
    y: f32,
    radius: f32,
    swing: f32,
    petals: usize,
    strand: usize,
) -> Option<Item> {
    let steps = petals * 4;
    let turn = TAU * count(strand) / 6.0;
    let point = |step: usize| {
        let angle = TAU * count(step) / count(steps);
        let distance = radius + swing * (count(petals) * angle + turn).cos();
        let (sin, cos) = angle.sin_cos();
        (x + distance * cos, y + distance * sin)
    };
    drawing(Ink::stroke(PALE, 0.5), |path| {
        let (start_x, start_y) = point(0);
        path.move_to(start_x, start_y);
        for step in 0..steps {
            // Catmull-Rom through the neighbouring points.
            let (a, b, c, d) =
                (point((step + steps - 1) % steps), point(step), point(step + 1), point(step + 2));
            let first = (b.0 + (c.0 - a.0) / 6.0, b.1 + (c.1 - a.1) / 6.0);
            let second = (c.0 - (d.0 - b.0) / 6.0, c.1 - (d.1 - b.1) / 6.0);
            curve(path, first, second, c);
        }
        path.close();
    })
}

/// A curve in steps of a tenth of a point, finer than any printer: line work is most of the file, and short numbers
/// halve it.
fn curve(path: &mut PathBuilder, first: (f32, f32), second: (f32, f32), end: (f32, f32)) {
    let tenth = |value: f32| (value * 10.0).round() / 10.0;
    path.cubic_to(
        tenth(first.0),
        tenth(first.1),
        tenth(second.0),
        tenth(second.1),
        tenth(end.0),
        tenth(end.1),
    );
}
