//! Where everything stands on the certificate: this file sets the upper half, `lower` the rest.

mod lower;

use krilla::geom::Transform;

use super::PdfError;
use super::fields::{CertificateFields, Completion, PrintedState};
use super::font::Faces;
use super::ornament::{self, GOLD};
use super::sheet::{Color, Ink, Item, Role, Sheet, Text, WIDTH, drawing, rule};
use super::text::{Fitted, Line, Room, count, fit, fit_one, paragraph};

/// The title, on the page and of the document.
pub(super) const TITLE: &str = "专业技术人员继续教育证书";

const INK: Color = Color(0x18, 0x18, 0x18);
const SOFT: Color = Color(0x5c, 0x57, 0x50);
const DEEP_RED: Color = Color(0x8f, 0x17, 0x1b);

/// Left and right edge of the text.
const LEFT: f32 = 76.0;
const RIGHT: f32 = WIDTH - LEFT;
const CENTRE: f32 = WIDTH / 2.0;
/// The middle of the rosette and of the mark across the page.
const ROSETTE: f32 = 415.0;
/// From one baseline to the next, in font sizes.
const LEADING: f32 = 1.3;

/// Sets the certificate.
pub(super) fn compose(fields: &CertificateFields, faces: &Faces) -> Result<Sheet, PdfError> {
    let mut page = Page { fields, faces, sheet: Sheet::default() };
    page.background()?;
    page.head()?;
    page.person()?;
    page.statement()?;
    page.hours()?;
    page.issue()?;
    page.verification()?;
    Ok(page.sheet)
}

struct Page<'a> {
    fields: &'a CertificateFields,
    faces: &'a Faces,
    sheet: Sheet,
}

impl Page<'_> {
    fn background(&mut self) -> Result<(), PdfError> {
        let mut items = ornament::rosette(CENTRE, ROSETTE);
        items.extend(ornament::frame());
        items.extend(self.state_mark()?);
        self.decorate(items);
        Ok(())
    }

    /// The mark across a page that does not stand (rule A2). It lies under the text, which stays
    /// legible.
    fn state_mark(&self) -> Result<Option<Item>, PdfError> {
        let word = match self.fields.state {
            PrintedState::Valid => return Ok(None),
            PrintedState::Superseded => "已替换",
            PrintedState::Revoked => "已撤销",
        };
        let line = self.line(word, 0.25)?;
        let (size, angle) = (118.0, f32::to_radians(-32.0));
        let ink = Ink::stroke(Color(0xb8, 0xb3, 0xac), 1.1);
        let mark = Text::new(line, 0.0, size * 0.36, size, ink).pulled_left(0.5);
        let (sin, cos) = angle.sin_cos();
        let transform = Some(Transform::from_row(cos, sin, -sin, cos, CENTRE, ROSETTE));
        Ok(Some(Item::Text(Text { transform, as_shapes: true, ..mark })))
    }

    fn head(&mut self) -> Result<(), PdfError> {
        let number = format!("证书编号 {}", self.fields.number);
        let room = Room { width: RIGHT - LEFT, lines: 1, size: 10.5, smallest: 7.0 };
        let number = fit(self.faces, "number", &number, room)?;
        self.say(aligned(number, RIGHT, 1.0, 80.0, Ink::fill(SOFT)));

        let title = self.line(TITLE, 0.1)?;
        let title = centred(title, CENTRE, 150.0, 33.0, Ink::bold(DEEP_RED, 0.7));
        self.sheet.push(Role::Heading, vec![title]);
        self.divider(176.0);

        let year = self.line(&format!("{} 年度", self.fields.year), 0.06)?;
        self.say([centred(year, CENTRE, 208.0, 18.0, Ink::fill(INK))]);
        let warning = match self.fields.state {
            PrintedState::Valid => return Ok(()),
            PrintedState::Superseded => "本证书已由新版本替换",
            PrintedState::Revoked => "本证书已撤销，不再有效",
        };
        let warning = self.line(warning, 0.0)?;
        self.say([centred(warning, CENTRE, 229.0, 11.5, Ink::bold(DEEP_RED, 0.25))]);
        Ok(())
    }

    /// Two rules with lozenges between them.
    fn divider(&mut self, y: f32) {
        let lozenges = [(-9.0, 2.6), (0.0, 5.0), (9.0, 2.6)];
        let mut items: Vec<Item> =
            lozenges.into_iter().filter_map(|(x, half)| lozenge(CENTRE + x, y, half)).collect();
        items.extend(rule(CENTRE - 150.0, CENTRE - 16.0, y, Ink::stroke(GOLD, 0.7)));
        items.extend(rule(CENTRE + 16.0, CENTRE + 150.0, y, Ink::stroke(GOLD, 0.7)));
        self.decorate(items);
    }

    fn person(&mut self) -> Result<(), PdfError> {
        let fields = self.fields;
        let room = Room { width: 350.0, lines: 1, size: 15.5, smallest: 9.0 };
        // A name is one line as long as that stays larger than the rest; names of other peoples may take two.
        let name = [
            Room { size: 23.0, smallest: 13.0, ..room },
            Room { size: 13.0, smallest: 8.0, lines: 2, ..room },
        ];
        let employer =
            [Room { lines: 2, ..room }, Room { size: 9.0, smallest: 7.0, lines: 3, ..room }];
        self.entry("姓名", "name", &fields.name, 274.0, &name, Ink::bold(INK, 0.35))?;
        self.entry("证件号码", "masked_id", &fields.masked_id, 316.0, &[room], Ink::fill(INK))?;
        self.entry("工作单位", "employer", &fields.employer, 358.0, &employer, Ink::fill(INK))
    }

    /// A label, and its value over a rule, in the first room that holds it.
    fn entry(
        &mut self,
        label: &str,
        field: &'static str,
        value: &str,
        y: f32,
        rooms: &[Room],
        ink: Ink,
    ) -> Result<(), PdfError> {
        let label = self.line(label, 0.0)?.spread(4.0);
        let mut items = vec![Item::Text(Text::new(label, LEFT, y, 13.5, Ink::fill(SOFT)))];
        let value = fit_one(self.faces, field, value, rooms)?;
        let first = y - value.rise();
        items.extend(aligned(value, LEFT + 84.0, 0.0, first, ink));
        self.say(items);
        self.decorate(rule(LEFT + 74.0, RIGHT, y + 8.0, Ink::stroke(GOLD, 0.5)));
        Ok(())
    }

    fn statement(&mut self) -> Result<(), PdfError> {
        let done = match self.fields.completed {
            Completion::InYear => "于当年完成规定学时",
            Completion::ByMakeup => "以补学方式完成规定学时",
        };
        let CertificateFields { year, city, .. } = self.fields;
        let text = format!(
            "依据《专业技术人员继续教育规定》和{city}专业技术人员继续教育的有关要求，\
             上述人员 {year} 年度继续教育学时经审验合格，{done}，特发此证。"
        );
        let (size, leading, indent) = (14.5, 26.0, 2.0);
        let lines = paragraph(self.faces, &text, (RIGHT - LEFT) / size, indent)?;
        let items = lines.into_iter().enumerate().map(|(number, line)| {
            let x = LEFT + if number == 0 { indent * size } else { 0.0 };
            Item::Text(Text::new(line, x, 410.0 + leading * count(number), size, Ink::fill(INK)))
        });
        self.say(items.collect::<Vec<_>>());
        Ok(())
    }

    fn line(&self, text: &str, tracking: f32) -> Result<Line, PdfError> {
        Line::new(self.faces, text, tracking)
    }

    fn say(&mut self, items: impl IntoIterator<Item = Item>) {
        self.sheet.push(Role::Paragraph, items.into_iter().collect());
    }

    fn decorate(&mut self, items: impl IntoIterator<Item = Item>) {
        self.sheet.push(Role::Decoration, items.into_iter().collect());
    }
}

fn centred(line: Line, centre: f32, y: f32, size: f32, ink: Ink) -> Item {
    Item::Text(Text::new(line, centre, y, size, ink).pulled_left(0.5))
}

/// Lines under one another; `share` of each lies left of `x` (0 is flush left, 1 flush right).
fn aligned(fitted: Fitted, x: f32, share: f32, y: f32, ink: Ink) -> Vec<Item> {
    let Fitted { lines, size } = fitted;
    let lines = lines.into_iter().enumerate();
    lines
        .map(|(number, line)| {
            let y = y + size * LEADING * count(number);
            Item::Text(Text::new(line, x, y, size, ink).pulled_left(share))
        })
        .collect()
}

impl Fitted {
    /// How far the first baseline lies above the last.
    fn rise(&self) -> f32 {
        self.size * LEADING * count(self.lines.len().saturating_sub(1))
    }
}

fn lozenge(x: f32, y: f32, half: f32) -> Option<Item> {
    drawing(Ink::fill(GOLD), |path| {
        path.move_to(x, y - half);
        path.line_to(x + half, y);
        path.line_to(x, y + half);
        path.line_to(x - half, y);
        path.close();
    })
}
