//! Working days and the year's windows (rules V2, W1–W5).

pub mod arrangement;
pub mod timetable;
pub mod windows;
pub mod workdays;

pub use arrangement::{ArrangedKind, Arrangement, CsvError, CsvProblem};
pub use timetable::Timetable;
pub use windows::{Action, Admission, WindowKind, WindowStatus};
pub use workdays::{CalendarDay, CalendarError, DayKind, WorkdayCalendar, WorkingDate};
