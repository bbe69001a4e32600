//! The sentences of refusals about people and what they owe (A6).

use time::Date;

use super::Text;
use super::text_days::iso;

pub(super) fn no_pro_rating(
    year: i32,
    joined_on: Option<Date>,
    let_off_from: Option<Date>,
) -> Text {
    let (joined_zh, joined_en) = match joined_on {
        Some(day) => (format!("于 {} 入职", iso(day)), format!("joined on {}", iso(day))),
        None => ("没有入职记录".to_owned(), "has no recorded employment".to_owned()),
    };
    let (policy_zh, policy_en) = match let_off_from {
        Some(day) => (
            format!("政策只免修 {} 起入职的人员", iso(day)),
            format!("the policy lets off only those who joined from {} on", iso(day)),
        ),
        None => (
            "政策不因入职时间减免学时".to_owned(),
            "the policy lets nobody off for that".to_owned(),
        ),
    };
    Text::new(
        format!("该人员{joined_zh}；{year} 年度{policy_zh}"),
        format!("the person {joined_en}; in {year} {policy_en}"),
    )
}
