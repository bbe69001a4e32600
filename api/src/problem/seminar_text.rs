//! The sentences of refusals of advanced seminars (P6).

use time::Date;

use super::Text;
use super::text_days::iso;

pub(super) fn too_large(places: u32, max: u32) -> Text {
    Text::new(
        format!("名额 {places} 人，当年政策规定至多 {max} 人"),
        format!("{places} places were asked for; the year's policy allows {max}"),
    )
}

pub(super) fn begun(starts_on: Date, today: Date) -> Text {
    Text::new(
        format!("研修于 {} 开班，今天是 {}", iso(starts_on), iso(today)),
        format!("the seminar begins on {} and today is {}", iso(starts_on), iso(today)),
    )
}

pub(super) fn not_ended(ends_on: Date, today: Date) -> Text {
    Text::new(
        format!("研修于 {} 结束，今天是 {}", iso(ends_on), iso(today)),
        format!("the seminar ends on {} and today is {}", iso(ends_on), iso(today)),
    )
}

pub(super) fn full(admitted: u32, places: u32) -> Text {
    Text::new(
        format!("名额 {places} 人，名单有 {admitted} 人"),
        format!("there are {places} places; the list has {admitted} people"),
    )
}

pub(super) fn list_empty() -> Text {
    Text::new("该研修没有学员名单", "nobody was admitted to the seminar")
}

pub(super) fn results_mismatch(missing: usize, repeated: usize, others: usize) -> Text {
    Text::new(
        format!("缺少 {missing} 名学员的结果，重复 {repeated} 名，名单外 {others} 名"),
        format!(
            "{missing} people of the list have no result, {repeated} several, and {others} are not on it"
        ),
    )
}
