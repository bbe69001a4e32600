//! The answer in one sentence.

use xueshi_domain::review::State;
use xueshi_persistence::AnnualRecord;

use crate::dto::explanations::{CheckDto, DueDto};
use crate::problem::terms::Term as _;
use crate::problem::{Text, check_text};
use xueshi_domain::explanation::CheckOutcome;

pub(super) fn of_declaration(state: State, decisions: usize) -> Text {
    let state = state.term();
    let (noun, verb) = if decisions == 1 { ("decision", "is") } else { ("decisions", "are") };
    Text::new(
        format!("该申报现为“{}”，共说明 {decisions} 项决定", state.zh),
        format!("the declaration stands at: {}; {decisions} {noun} {verb} explained", state.en),
    )
}

pub(super) fn of_due_date(due: Option<&DueDto>) -> Text {
    let Some(due) = due else {
        return Text::new("尚未提交，没有审核时限", "it was never submitted: nothing is due");
    };
    let (days, from, at) = (due.working_days, due.counted_from.0, due.due_at);
    Text::new(
        format!("自 {from} 的次日起第 {days} 个工作日结束前（{at}）"),
        format!("the end of working day {days} after {from} ({at})"),
    )
}

/// What a year lacks, or that it lacks nothing.
pub(super) fn of_year(record: Option<&AnnualRecord>, checks: &[CheckDto]) -> Text {
    let missing: Vec<&CheckDto> = checks
        .iter()
        .filter(|check| check.outcome == CheckOutcome::Failed && check.rule.id == "H1")
        .collect();
    let state = record.map_or("in_progress", |record| record.state.0.as_str());
    if missing.is_empty() {
        return Text::new(
            format!("各项学时要求均已达到（{state}）"),
            format!("every floor is reached ({state})"),
        );
    }
    let short = |check: &&CheckDto| check.facts["shortfall"].to_string();
    let (zh, en): (Vec<String>, Vec<String>) = missing
        .iter()
        .map(|check| {
            let by = short(check);
            let name = check_text::requirement(check.check);
            (
                format!("未满足“{}”，尚缺 {by} 学时", name.zh),
                format!("not met: {} (short by {by})", name.en),
            )
        })
        .unzip();
    Text::new(format!("{}（{state}）", zh.join("；")), format!("{} ({state})", en.join("; ")))
}

pub(super) fn of_road(outcome: &str, steps: usize) -> Text {
    Text::new(
        format!("该事项现为 {outcome}，共 {steps} 步"),
        format!("the case stands at {outcome}, after {steps} steps"),
    )
}

pub(super) fn of_certificate(number: &str, state: &str) -> Text {
    Text::new(format!("证书 {number}：{state}"), format!("certificate {number}: {state}"))
}

pub(super) fn of_decision(outcome: &str, comment: Option<&str>) -> Text {
    let comment = comment.unwrap_or("–");
    Text::new(
        format!("决定后的状态：{outcome}；审核意见：{comment}"),
        format!("the state after it: {outcome}; the comment: {comment}"),
    )
}
