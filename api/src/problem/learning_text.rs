//! The sentences of refusals about the amount and the evidence of learning (H7–H10).

use uuid::Uuid;
use xueshi_domain::Hours;
use xueshi_domain::learning::{EvidenceKind, Way};
use xueshi_domain::refusal::{DuplicateGround, LimitKind};

use super::Text;
use super::terms::Term;

pub(super) fn duplicate(standing_id: Uuid, ground: DuplicateGround) -> Text {
    let (zh, en) = match ground {
        DuplicateGround::LearningRecord => ("同一学习记录", "the same learning record"),
        DuplicateGround::Class => ("同一班次", "the same class"),
        DuplicateGround::Seminar => ("同一高级研修班", "the same advanced seminar"),
        DuplicateGround::PlatformCourse => ("同一平台课程", "the same course of the platform"),
        DuplicateGround::Evidence => {
            ("同一证明材料且日期重叠", "the same evidence on overlapping days")
        }
    };
    Text::new(
        format!("{zh}已在申报 {standing_id} 中登记"),
        format!("{en} stands in the declaration {standing_id} already"),
    )
}

pub(super) fn over_limit(limit: LimitKind, way: Way, max: Hours, taken: [Hours; 2]) -> Text {
    let [used, hours] = taken;
    let way = way.term();
    let (zh, en) = match limit {
        LimitKind::PerItem => (format!("“{}”每项", way.zh), format!("each {}", way.en)),
        LimitKind::PerYear => (format!("“{}”全年", way.zh), format!("the year's {}", way.en)),
        LimitKind::PlanItem => ("培训计划项目".to_owned(), "the plan's item".to_owned()),
        LimitKind::Seminar => ("该高级研修".to_owned(), "the seminar".to_owned()),
        LimitKind::ClassHours => ("该班次".to_owned(), "the class".to_owned()),
    };
    Text::new(
        format!("{zh}至多 {max} 学时，已用 {used}，本次 {hours}"),
        format!("{en} gives at most {max} hours; {used} are taken, {hours} were asked for"),
    )
}

pub(super) fn exceed_days(hours: Hours, days: u32, max_hours_per_day: Hours, max: Hours) -> Text {
    Text::new(
        format!("{days} 天、每天至多 {max_hours_per_day} 学时，共 {max} 学时，本次申报 {hours}"),
        format!(
            "{days} days of at most {max_hours_per_day} hours hold {max}; {hours} were declared"
        ),
    )
}

pub(super) fn evidence_missing(way: Way, needed: &[EvidenceKind]) -> Text {
    let zh: Vec<_> = needed.iter().map(|kind| kind.term().zh).collect();
    let en: Vec<_> = needed.iter().map(|kind| kind.term().en).collect();
    Text::new(
        format!("“{}”需要以下证明材料之一：{}", way.term().zh, zh.join("、")),
        format!("{} needs one of: {}", way.term().en, en.join(", ")),
    )
}
