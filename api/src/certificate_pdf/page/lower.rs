//! The lower half: the hours, the issuing body with its seal, and how to verify.

use time::Date;

use super::super::sheet::{HEIGHT, MM};
use super::super::{qr, seal};
use super::*;

/// The hours table: its upper edge, the rule under the heads, its lower edge.
const TABLE: [f32; 3] = [486.0, 512.0, 556.0];

/// The middle of the seal; it reaches from under the issuing body's name over the date.
const SEAL: (f32, f32) = (RIGHT - 112.0, 691.0);

impl Page<'_> {
    pub(super) fn hours(&mut self) -> Result<(), PdfError> {
        let fields = self.fields;
        let completed = match fields.completed {
            Completion::InYear => "当年完成",
            Completion::ByMakeup => "补学完成",
        };
        let columns = [
            ("公需科目学时", "public_hours", fields.public_hours.as_str(), 25.0),
            ("专业科目学时", "professional_hours", &fields.professional_hours, 25.0),
            ("总学时", "total_hours", &fields.total_hours, 25.0),
            ("完成方式", "completed", completed, 17.0),
        ];
        let width = (RIGHT - LEFT) / count(columns.len());
        let middle = |number: usize| LEFT + width * (count(number) + 0.5);
        self.table_rules(width);
        for (number, (head, ..)) in columns.into_iter().enumerate() {
            let head = self.line(head, 0.0)?;
            let head = centred(head, middle(number), 503.5, 12.0, Ink::fill(SOFT));
            self.sheet.push(Role::ColumnHead, vec![head]);
        }
        for (number, (_, field, value, size)) in columns.into_iter().enumerate() {
            let room = Room { width: width - 12.0, lines: 1, size, smallest: 10.0 };
            let value = fit(self.faces, field, value, room)?;
            // Digits reach 0.72 of their size above the baseline.
            let y = (TABLE[1] + TABLE[2]) / 2.0 + value.size * 0.36;
            let cell = aligned(value, middle(number), 0.5, y, Ink::bold(INK, 0.3));
            self.sheet.push(Role::Cell, cell);
        }
        Ok(())
    }

    fn table_rules(&mut self, width: f32) {
        let [top, middle, bottom] = TABLE;
        let mut rules: Vec<Item> = Vec::new();
        for (y, weight) in [(top, 1.1), (middle, 0.5), (bottom, 1.1)] {
            rules.extend(rule(LEFT, RIGHT, y, Ink::stroke(GOLD, weight)));
        }
        for column in 1..4 {
            let x = LEFT + width * count(column);
            rules.extend(drawing(Ink::stroke(GOLD, 0.4), |path| {
                path.move_to(x, top + 6.0);
                path.line_to(x, bottom - 6.0);
            }));
        }
        self.decorate(rules);
    }

    /// The issuing body, and the seal with the date over it, as a seal is set on a paper.
    pub(super) fn issue(&mut self) -> Result<(), PdfError> {
        let (x, y) = SEAL;
        let room = Room { width: 214.0, lines: 2, size: 15.0, smallest: 8.0 };
        let rooms = [room, Room { size: 8.0, smallest: 6.0, lines: 3, ..room }];
        let body = fit_one(self.faces, "issuing_body", &self.fields.issuing_body, &rooms)?;
        let first = 621.0 - body.rise();
        self.say(aligned(body, x, 0.5, first, Ink::bold(INK, 0.15)));
        let city = &self.fields.city;
        let seal = seal::draw(self.faces, city, x, y)?;
        self.sheet.push(Role::Figure(seal::description(city)), seal);
        let date = self.line(&chinese_date(self.fields.issued_on), 0.0)?;
        // Between the ends of the seal's arc and its foot.
        self.say([centred(date, x, y + 31.0, 13.5, Ink::fill(INK))]);
        Ok(())
    }

    pub(super) fn verification(&mut self) -> Result<(), PdfError> {
        let fields = self.fields;
        let (size, top) = (29.0 * MM, 637.0);
        let hint = self.line("扫描二维码核验真伪", 0.0)?;
        self.say([Item::Text(Text::new(hint, LEFT, top - 12.0, 9.5, Ink::fill(SOFT)))]);
        let address = &fields.verification_url;
        let code = qr::draw(address, LEFT, top, size)?;
        self.sheet.push(Role::Figure(format!("二维码：{address}")), code.into_iter().collect());

        // In groups, as people read it from paper and type it; the address below has it in one piece.
        let code = format!("核验码 {}", in_groups(&fields.verification_code));
        let room = Room { width: 250.0, lines: 1, size: 10.5, smallest: 7.0 };
        let code = fit(self.faces, "verification_code", &code, room)?;
        self.say(aligned(code, LEFT, 0.0, 746.0, Ink::fill(INK)));
        let room = Room { width: RIGHT - LEFT, lines: 2, size: 9.0, smallest: 6.0 };
        let lines = fit(self.faces, "verification_url", address, room)?;
        let lines = aligned(lines, LEFT, 0.0, 763.0, Ink::fill(SOFT));
        self.sheet.push(Role::Link(address.clone()), lines);

        let note = self.line("证书状态以核验结果为准", 0.0)?;
        let y = HEIGHT - ornament::INNER - 8.0;
        self.say([centred(note, CENTRE, y, 8.0, Ink::fill(SOFT))]);
        Ok(())
    }
}

/// A code in groups of four characters.
fn in_groups(code: &str) -> String {
    let characters: Vec<char> = code.chars().collect();
    let groups: Vec<String> = characters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

fn chinese_date(date: Date) -> String {
    format!("{} 年 {} 月 {} 日", date.year(), u8::from(date.month()), date.day())
}
