//! The year's windows as calendar entries that a phone can subscribe to (W5).

use time::{Duration, OffsetDateTime, Time};
use xueshi_domain::calendar::{Timetable, WindowKind};
use xueshi_domain::instant::{in_china, start_of_day};
use xueshi_domain::policy::Window;

use super::icalendar::{Calendar, Event};
use crate::problem::{Language, Phrase};

/// How long an entry lasts: the first hour of a window, and its last one, so that the end of the 19th stands on the 19th.
const ENTRY: Duration = Duration::HOUR;
/// Days before the last one on which people are reminded.
const WEEK: Duration = Duration::days(7);
/// The hour of reminders: nobody wants to hear of a window at midnight.
const MORNING: Duration = Duration::hours(9);

/// What the feed says of a version of a policy.
#[derive(Debug, Clone)]
pub(super) struct Feed<'a> {
    /// The city's division code.
    pub(super) city_code: &'a str,
    /// The city's name.
    pub(super) city_name: &'a str,
    /// The version of the policy.
    pub(super) version: i32,
    /// When it was published.
    pub(super) published_at: OffsetDateTime,
}

impl Feed<'_> {
    /// The calendar: an entry for each opening and each closing of the year's windows.
    #[must_use]
    pub(super) fn calendar(&self, timetable: &Timetable, language: Language) -> Calendar {
        let windows = WindowKind::ALL
            .iter()
            .filter_map(|kind| timetable.window(*kind).map(|window| (*kind, window)));
        Calendar {
            name: match language {
                Language::Chinese => {
                    format!("{}专业技术人员继续教育{}年度日程", self.city_name, timetable.year())
                }
                Language::English => {
                    format!("Continuing education {} ({})", timetable.year(), self.city_code)
                }
            },
            events: windows
                .flat_map(|(kind, window)| self.entries(timetable.year(), kind, window, language))
                .collect(),
        }
    }

    fn entries(
        &self,
        year: i32,
        kind: WindowKind,
        window: Window,
        language: Language,
    ) -> [Event; 2] {
        let what = name(kind).text(language);
        let (opens, closes) = (in_china(window.opens), in_china(window.closes));
        let last = closes.saturating_sub(Duration::NANOSECOND);
        let span = match language {
            Language::Chinese => {
                format!("{what}：{}起至{}止", day_and_time(opens), last_day_and_time(closes))
            }
            Language::English => {
                format!("{what}: from {} to {}", day_and_time(opens), last_day_and_time(closes))
            }
        };
        let event = |edge: &str, starts, summary: Phrase, alarms| Event {
            uid: format!("{kind}-{edge}-{year}-{}@xueshi", self.city_code),
            sequence: u32::try_from(self.version - 1).unwrap_or(0),
            revised: self.published_at,
            starts,
            ends: starts.saturating_add(ENTRY),
            summary: match language {
                Language::Chinese => format!("{what}{}", summary.zh),
                Language::English => format!("{what} {}", summary.en),
            },
            description: span.clone(),
            alarms,
        };
        let begin = Phrase { zh: "开始", en: "opens" };
        let end = Phrase { zh: "截止", en: "closes" };
        let opening = event("opens", opens, begin, vec![morning(opens).max(opens)]);
        let last_morning = morning(last);
        let reminders = [last_morning.saturating_sub(WEEK), last_morning];
        let reminders =
            reminders.into_iter().filter(|reminder| (opens..closes).contains(reminder)).collect();
        let closing = event("closes", closes.saturating_sub(ENTRY).max(opens), end, reminders);
        [opening, closing]
    }
}

fn morning(of: OffsetDateTime) -> OffsetDateTime {
    start_of_day(of.date()).saturating_add(MORNING)
}

fn day_and_time(instant: OffsetDateTime) -> String {
    let (hour, minute, _) = instant.to_hms();
    format!("{} {hour:02}:{minute:02}", instant.date())
}

/// An exclusive end as people write it: midnight belongs to the day before, as its 24:00.
fn last_day_and_time(closes: OffsetDateTime) -> String {
    match closes.date().previous_day() {
        Some(day) if closes.time() == Time::MIDNIGHT => format!("{day} 24:00"),
        _ => day_and_time(closes),
    }
}

fn name(kind: WindowKind) -> Phrase {
    match kind {
        WindowKind::Declare => Phrase { zh: "学时申报", en: "Declaration of hours" },
        WindowKind::Review => Phrase { zh: "学时审核", en: "Review of declarations" },
        WindowKind::MakeupApplication => {
            Phrase { zh: "补学申请与审核", en: "Make-up application and its review" }
        }
        WindowKind::MakeupStudy => Phrase { zh: "补学学习", en: "Make-up study" },
        WindowKind::MakeupRegistration => {
            Phrase { zh: "补学登记与审核", en: "Make-up registration and its review" }
        }
        WindowKind::Freeze => {
            Phrase { zh: "年终结转（停止变更）", en: "Year-end freeze (nothing changes)" }
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;
    use xueshi_domain::policy::Policy;

    use super::*;

    fn calendar(language: Language) -> Calendar {
        let policy = Policy::zhengzhou(2023).unwrap().unwrap();
        let feed = Feed {
            city_code: "410100",
            city_name: "郑州市",
            version: 2,
            published_at: datetime!(2023-01-01 08:00 +8),
        };
        feed.calendar(&Timetable::new(&policy, []), language)
    }

    /// W5, W1: the last moment to declare is the end of the 19th, and that is where the entry stands.
    #[test]
    fn the_closing_of_a_window_stands_on_its_last_day() {
        let calendar = calendar(Language::Chinese);
        let closing = calendar
            .events
            .iter()
            .find(|event| event.uid == "declare-closes-2023-410100@xueshi")
            .unwrap();
        assert_eq!(closing.summary, "学时申报截止");
        assert_eq!(closing.description, "学时申报：2023-01-01 00:00起至2023-12-19 24:00止");
        assert_eq!(
            (closing.starts, closing.ends),
            (datetime!(2023-12-19 23:00 +8), datetime!(2023-12-20 00:00 +8))
        );
        assert_eq!(
            closing.alarms,
            [datetime!(2023-12-12 09:00 +8), datetime!(2023-12-19 09:00 +8)]
        );
        assert_eq!(closing.sequence, 1);
    }

    #[test]
    fn every_window_opens_and_closes_once() {
        let calendar = calendar(Language::English);
        assert_eq!(calendar.name, "Continuing education 2023 (410100)");
        assert_eq!(calendar.events.len(), 2 * WindowKind::ALL.len());
        let uids: std::collections::BTreeSet<_> =
            calendar.events.iter().map(|event| &event.uid).collect();
        assert_eq!(uids.len(), calendar.events.len());
        let opening = &calendar.events[0];
        assert_eq!(opening.summary, "Declaration of hours opens");
        assert_eq!(opening.alarms, [datetime!(2023-01-01 09:00 +8)]);
        assert!(calendar.events.iter().all(|event| event.starts < event.ends));
    }
}
