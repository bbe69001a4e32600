//! What stands in the way of a merge, in sentences (U4, H7, H8).

use xueshi_domain::merging::Conflict;

use super::Text;
use super::terms::Term;

/// The sentence that names what has to be decided first.
pub(super) fn records_conflict(conflicts: &[Conflict]) -> Text {
    if conflicts.is_empty() {
        return Text::new(
            "两条记录存在同一年度或同一事项的重复办理，无法合并",
            "both records have a case of which one person has only one, such as grants for the same year",
        );
    }
    let (zh, en): (Vec<String>, Vec<String>) = conflicts.iter().map(one_conflict).unzip();
    Text::new(
        format!("合并前须先处理：{}", zh.join("；")),
        format!("to be decided before the records are merged: {}", en.join("; ")),
    )
}

fn one_conflict(conflict: &Conflict) -> (String, String) {
    match conflict {
        Conflict::SameLearning {
            declaration_ids: [one, other], years: [first, second], ..
        } => (
            format!("申报 {one}（{first} 年度）与 {other}（{second} 年度）为同一学习，须撤销其一"),
            format!(
                "declarations {one} (for {first}) and {other} (for {second}) are of the same learning: revoke one"
            ),
        ),
        Conflict::YearlyLimit { year, way, max, hours, .. } => {
            let way = way.term();
            (
                format!(
                    "{year} 年度“{}”合计 {hours} 学时，超过年度上限 {max} 学时，须退回或撤销超出部分",
                    way.zh
                ),
                format!(
                    "{hours} hours of {} for {year} are over the year's limit of {max}: return or revoke what is over it",
                    way.en
                ),
            )
        }
    }
}
