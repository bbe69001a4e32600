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
        Conflict::UnfinishedSettlement { year } => (
            format!("{year} 年度结转尚未完成，须待其完成"),
            format!("the settlement of {year} is not finished: let it finish"),
        ),
        Conflict::OfficeAccount { account_id } => (
            format!("被并入记录的账号 {account_id} 仍担任管理或审核职务，须先移交"),
            format!("account {account_id} of the merged record holds offices: hand them over"),
        ),
        Conflict::SameYearExempt { year, exemption_ids: [one, other] } => (
            format!("{year} 年度两条记录均有免修 {one} 与 {other}，须撤回或终止其一"),
            format!(
                "both records have an exemption from {year}, {one} and {other}: withdraw or end one"
            ),
        ),
        Conflict::SameAppeal { appeal_ids: [one, other] } => (
            format!("两条记录就同一事项提出申诉 {one} 与 {other}"),
            format!("both records have appealed in the same matter, {one} and {other}"),
        ),
    }
}
