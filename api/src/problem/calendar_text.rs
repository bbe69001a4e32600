//! The sentences of refusals by the calendar: windows, the freeze, settlement (W1, W3, A3, A3a).

use time::OffsetDateTime;
use xueshi_domain::calendar::WindowKind;
use xueshi_domain::review::Stage;

use super::Text;
use super::terms::Term;
use super::text_days::minute;

pub(super) fn window_closed(
    kind: WindowKind,
    year: i32,
    window: [OffsetDateTime; 2],
    next_opening: Option<OffsetDateTime>,
) -> Text {
    let (kind, [opens, closes]) = (kind.term(), window.map(minute));
    let next = next_opening.map(minute);
    let next_zh = next.as_ref().map(|at| format!("；下次开放：{at}")).unwrap_or_default();
    let next_en = next.map(|at| format!("; it next opens on {at}")).unwrap_or_default();
    Text::new(
        format!("{year} 年度的{}时间为 {opens} 至 {closes}（不含）{next_zh}", kind.zh),
        format!("the {} window of {year} runs from {opens} until {closes}{next_en}", kind.en),
    )
}

pub(super) fn year_end_freeze(opens: OffsetDateTime, closes: OffsetDateTime) -> Text {
    let (opens, closes) = (minute(opens), minute(closes));
    Text::new(
        format!("{opens} 至 {closes}（不含）为年终结转期，暂停学时、审核、补学和证书的一切变更"),
        format!(
            "from {opens} until {closes} nothing may change: hours, reviews, make-up, certificates"
        ),
    )
}

pub(super) fn settlement_too_early(year: i32, opens: OffsetDateTime) -> Text {
    let opens = minute(opens);
    Text::new(
        format!("{year} 年度须在年终结转期开始（{opens}）后结转"),
        format!("{year} can be settled once its freeze has begun, on {opens}"),
    )
}

pub(super) fn not_overdue(stage: Stage, due_at: OffsetDateTime, frozen_at: OffsetDateTime) -> Text {
    let (stage, due, frozen) = (stage.term(), minute(due_at), minute(frozen_at));
    Text::new(
        format!("结转期于 {frozen} 开始时，{}的时限（{due}）尚未届满", stage.zh),
        format!("when the freeze began on {frozen}, {} had until {due}", stage.en),
    )
}
