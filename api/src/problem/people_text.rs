//! The sentences of refusals about people, what they owe (A6) and what is kept of them (U4a).

use time::Date;
use xueshi_domain::refusal::ErasureGround;

use super::Text;
use super::text_days::iso;

/// Why a person's data is not erased yet (U4a).
pub(super) fn erasure_barred(ground: ErasureGround, open: u32, not_before: Option<i32>) -> Text {
    match ground {
        ErasureGround::Active => Text::new(
            "该人员仍为在册状态，须先登记退休或离职",
            "the person is not registered as retired or gone",
        ),
        ErasureGround::OpenCases => Text::new(
            format!("该人员还有 {open} 项待办事项"),
            format!("{open} cases of the person wait for a decision"),
        ),
        ErasureGround::Retention => {
            let year = not_before.map(|year| year.to_string()).unwrap_or_default();
            Text::new(
                format!("该人员的记录须保存至 {year} 年以前"),
                format!("the person's records have to be kept until {year} begins"),
            )
        }
    }
}

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
