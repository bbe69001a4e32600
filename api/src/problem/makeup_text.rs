//! The sentences of refusals of make-up (M1–M6, W4).

use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::Text;
use super::text_days::{iso, minute};

pub(super) fn closed(year: i32, exceptional_only: bool) -> Text {
    if exceptional_only {
        Text::new(
            format!("{year} 年只受理有特殊原因的补学申请"),
            format!("in {year} make-up is open to exceptional cases only"),
        )
    } else {
        Text::new(format!("{year} 年不办理补学"), format!("there is no make-up in {year}"))
    }
}

pub(super) fn exceptional_not_open(year: i32) -> Text {
    Text::new(
        format!("{year} 年有补学办理时间，不受理特殊补学"),
        format!("{year} has an ordinary make-up window and takes nothing exceptional"),
    )
}

pub(super) fn reason_missing() -> Text {
    Text::new(
        "特殊补学须在 reason 中说明特殊原因",
        "exceptional make-up needs its special reason as `reason`",
    )
}

pub(super) fn year(year: i32, earliest: i32, latest: i32) -> Text {
    Text::new(
        format!("可补学的年度为 {earliest} 至 {latest}，不含 {year}"),
        format!("years from {earliest} to {latest} can be made up, not {year}"),
    )
}

pub(super) fn not_needed(year: i32) -> Text {
    Text::new(
        format!("{year} 年度已达到学时要求或已免修"),
        format!("{year} is complete, or the person is exempt from it"),
    )
}

pub(super) fn granted(year: i32, grant_id: Uuid) -> Text {
    Text::new(
        format!("{year} 年度已有补学许可 {grant_id}"),
        format!("the grant {grant_id} stands for {year} already"),
    )
}

pub(super) fn applied(year: i32, application_id: Uuid) -> Text {
    Text::new(
        format!("{year} 年度的补学申请 {application_id} 正在办理"),
        format!("the application {application_id} for {year} waits already"),
    )
}

pub(super) fn outside_study(span: [Date; 2], from: Date, until: OffsetDateTime) -> Text {
    let [start, end] = span.map(iso);
    let (from, until) = (iso(from), minute(until));
    Text::new(
        format!("学习时间 {start} 至 {end} 不在补学期间（{from} 起，{until} 前）内"),
        format!(
            "learning from {start} to {end} is not within the study time: from {from} on, before {until}"
        ),
    )
}
