//! iCalendar (RFC 5545) as far as a feed of dates needs it: lines, escaping, folding, events with alarms.
//!
//! All instants are written in UTC, so that no time zone has to be defined.

use std::fmt::Write as _;

use time::{OffsetDateTime, UtcOffset};

/// Octets of a line before it has to be folded (RFC 5545, 3.1).
const LINE_OCTETS: usize = 75;

/// A calendar that others subscribe to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Calendar {
    /// What to call it.
    pub(super) name: String,
    /// Its entries.
    pub(super) events: Vec<Event>,
}

/// An entry of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    /// Identifies the entry for good: a changed entry keeps it.
    pub(super) uid: String,
    /// Grows when the entry changes.
    pub(super) sequence: u32,
    /// When the entry was last changed.
    pub(super) revised: OffsetDateTime,
    /// Its beginning.
    pub(super) starts: OffsetDateTime,
    /// Its end.
    pub(super) ends: OffsetDateTime,
    /// Its title.
    pub(super) summary: String,
    /// More about it.
    pub(super) description: String,
    /// When to remind of it.
    pub(super) alarms: Vec<OffsetDateTime>,
}

impl Calendar {
    /// The calendar as the text of a `text/calendar` document.
    #[must_use]
    pub(super) fn render(&self) -> String {
        let mut lines = Lines::default();
        lines.put("BEGIN", "VCALENDAR");
        lines.put("VERSION", "2.0");
        lines.put("PRODID", "-//xueshi//policy calendar//ZH");
        lines.put("CALSCALE", "GREGORIAN");
        // The first is RFC 7986, the second what older phones look for.
        lines.put_text("NAME", &self.name);
        lines.put_text("X-WR-CALNAME", &self.name);
        lines.put("REFRESH-INTERVAL;VALUE=DURATION", "PT12H");
        lines.put("X-PUBLISHED-TTL", "PT12H");
        for event in &self.events {
            event.render(&mut lines);
        }
        lines.put("END", "VCALENDAR");
        lines.0
    }
}

impl Event {
    fn render(&self, lines: &mut Lines) {
        lines.put("BEGIN", "VEVENT");
        lines.put_text("UID", &self.uid);
        lines.put("DTSTAMP", &utc(self.revised));
        lines.put("LAST-MODIFIED", &utc(self.revised));
        lines.put("SEQUENCE", &self.sequence.to_string());
        lines.put("DTSTART", &utc(self.starts));
        lines.put("DTEND", &utc(self.ends));
        lines.put_text("SUMMARY", &self.summary);
        lines.put_text("DESCRIPTION", &self.description);
        // A window does not make anybody busy.
        lines.put("TRANSP", "TRANSPARENT");
        for alarm in &self.alarms {
            lines.put("BEGIN", "VALARM");
            lines.put("ACTION", "DISPLAY");
            lines.put("TRIGGER;VALUE=DATE-TIME", &utc(*alarm));
            lines.put_text("DESCRIPTION", &self.summary);
            lines.put("END", "VALARM");
        }
        lines.put("END", "VEVENT");
    }
}

/// An instant in the form `20231219T160000Z`; years outside 0 to 9999 become the nearest one inside.
fn utc(instant: OffsetDateTime) -> String {
    let instant = instant.checked_to_offset(UtcOffset::UTC).unwrap_or(instant);
    let (year, month, day) = instant.to_calendar_date();
    let (hour, minute, second) = instant.to_hms();
    let year = year.clamp(0, 9999);
    format!("{year:04}{:02}{day:02}T{hour:02}{minute:02}{second:02}Z", u8::from(month))
}

/// Content lines, folded and ended with CRLF.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn put(&mut self, name: &str, value: &str) {
        let mut line = String::with_capacity(name.len() + value.len() + 1);
        let _ = write!(line, "{name}:{value}");
        fold(&line, &mut self.0);
    }

    fn put_text(&mut self, name: &str, value: &str) {
        self.put(name, &escape(value));
    }
}

/// A value of type TEXT (RFC 5545, 3.3.11).
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | ';' | ',' => escaped.extend(['\\', character]),
            '\n' => escaped.push_str("\\n"),
            control if control.is_control() => {}
            plain => escaped.push(plain),
        }
    }
    escaped
}

/// Adds a line in pieces of at most 75 octets, none of which cuts a character.
fn fold(line: &str, text: &mut String) {
    let mut octets = 0;
    for character in line.chars() {
        if octets + character.len_utf8() > LINE_OCTETS {
            text.push_str("\r\n ");
            octets = 1;
        }
        text.push(character);
        octets += character.len_utf8();
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn folded(line: &str) -> String {
        let mut text = String::new();
        fold(line, &mut text);
        text
    }

    #[test]
    fn lines_are_folded_by_octets_and_never_inside_a_character() {
        for (line, expected) in [
            ("A:b".to_owned(), "A:b\r\n".to_owned()),
            ("a".repeat(75), format!("{}\r\n", "a".repeat(75))),
            ("a".repeat(76), format!("{}\r\n a\r\n", "a".repeat(75))),
            // The space that begins a folded line is one of its octets.
            ("a".repeat(150), format!("{}\r\n {}\r\n a\r\n", "a".repeat(75), "a".repeat(74))),
            // 25 characters of three octets fill a line; with one octet before them only 24 fit.
            ("学".repeat(26), format!("{}\r\n 学\r\n", "学".repeat(25))),
            (format!("a{}", "学".repeat(25)), format!("a{}\r\n 学\r\n", "学".repeat(24))),
        ] {
            assert_eq!(folded(&line), expected, "{line}");
        }
        let long = folded(&format!("SUMMARY:{}", "申报截止🎓".repeat(40)));
        assert!(long.split("\r\n").all(|line| line.len() <= LINE_OCTETS));
        assert_eq!(
            long.replace("\r\n ", "").trim_end(),
            format!("SUMMARY:{}", "申报截止🎓".repeat(40))
        );
    }

    #[test]
    fn texts_are_escaped() {
        assert_eq!(escape("a,b;c\\d\ne\r\u{7}:f"), "a\\,b\\;c\\\\d\\ne:f");
    }

    #[test]
    fn instants_are_written_in_utc() {
        assert_eq!(utc(datetime!(2023-12-20 00:00 +8)), "20231219T160000Z");
        assert_eq!(utc(datetime!(0000-01-01 00:00 +8)), "00001231T160000Z");
    }

    #[test]
    fn a_calendar_is_written_line_by_line() {
        let calendar = Calendar {
            name: "学时, 2023".to_owned(),
            events: vec![Event {
                uid: "declare-closes-2023-410100@xueshi".to_owned(),
                sequence: 1,
                revised: datetime!(2023-01-01 00:00 +8),
                starts: datetime!(2023-12-19 23:00 +8),
                ends: datetime!(2023-12-20 00:00 +8),
                summary: "申报截止".to_owned(),
                description: "W5".to_owned(),
                alarms: vec![datetime!(2023-12-12 09:00 +8)],
            }],
        };
        let expected = [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//xueshi//policy calendar//ZH",
            "CALSCALE:GREGORIAN",
            "NAME:学时\\, 2023",
            "X-WR-CALNAME:学时\\, 2023",
            "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
            "X-PUBLISHED-TTL:PT12H",
            "BEGIN:VEVENT",
            "UID:declare-closes-2023-410100@xueshi",
            "DTSTAMP:20221231T160000Z",
            "LAST-MODIFIED:20221231T160000Z",
            "SEQUENCE:1",
            "DTSTART:20231219T150000Z",
            "DTEND:20231219T160000Z",
            "SUMMARY:申报截止",
            "DESCRIPTION:W5",
            "TRANSP:TRANSPARENT",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            "TRIGGER;VALUE=DATE-TIME:20231212T010000Z",
            "DESCRIPTION:申报截止",
            "END:VALARM",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ];
        assert_eq!(calendar.render(), expected.join("\r\n"));
    }
}
