//! The sentences of the domain's refusals, made from their facts; one exhaustive match, so that a new refusal needs its text.

use serde_json::Value;
use time::{Date, OffsetDateTime};
use xueshi_domain::instant::in_china;
use xueshi_domain::refusal::{DuplicateGround, LimitKind};
use xueshi_domain::{Refusal, RefusalCode};

use super::terms::Term;
use super::{Code, Grounds, Problem, Text, filing_text, merging_text};

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Problem::from(&refusal)
    }
}

impl From<&Refusal> for Problem {
    /// The refusal with its sentence, rule, field and facts.
    fn from(refusal: &Refusal) -> Self {
        let text = text(refusal);
        let rule = refusal.rule();
        let mut problem = Problem::new(code(refusal.kind()))
            .resting_on(Grounds::default())
            .detail(text.zh.clone(), text.en.clone())
            .rule(rule.id, rule.clause);
        if let Some(pointer) = refusal.field() {
            problem = problem.at(pointer, refusal.code(), text);
        }
        if let Refusal::TrainingPlanNotFiled { mend, .. } = refusal {
            problem = problem.fact("mended_by", mend.by().as_str());
        }
        let facts = serde_json::to_value(refusal).unwrap_or_default();
        let facts = facts.as_object().into_iter().flatten().filter(|(name, _)| *name != "code");
        facts.fold(problem, |problem, (name, value): (&String, &Value)| {
            problem.fact(name, value.clone())
        })
    }
}

/// The line of the table for a refusal.
#[must_use]
pub fn code(kind: RefusalCode) -> Code {
    match kind {
        RefusalCode::WindowClosed => Code::WindowClosed,
        RefusalCode::YearEndFreeze => Code::YearEndFreeze,
        RefusalCode::MakeupClosed => Code::MakeupClosed,
        RefusalCode::ExceptionalNotOpen => Code::ExceptionalNotOpen,
        RefusalCode::ExceptionalReasonMissing => Code::ExceptionalReasonMissing,
        RefusalCode::MakeupYear => Code::MakeupYear,
        RefusalCode::MakeupNotNeeded => Code::MakeupNotNeeded,
        RefusalCode::MakeupAlreadyGranted => Code::MakeupAlreadyGranted,
        RefusalCode::MakeupAlreadyApplied => Code::MakeupAlreadyApplied,
        RefusalCode::OutsideMakeupStudy => Code::OutsideMakeupStudy,
        RefusalCode::NoPolicy => Code::NoPolicy,
        RefusalCode::SpansTwoYears => Code::SpansTwoYears,
        RefusalCode::LearningDatesInverted => Code::LearningDatesInverted,
        RefusalCode::YearMismatch => Code::YearMismatch,
        RefusalCode::LearningNotFinished => Code::LearningNotFinished,
        RefusalCode::HoursNotPositive => Code::HoursNotPositive,
        RefusalCode::TrainingPlanNotFiled => Code::TrainingPlanNotFiled,
        RefusalCode::FilingNotGranted => Code::FilingNotGranted,
        RefusalCode::FilingYearOver => Code::FilingYearOver,
        RefusalCode::PlanEmpty => Code::PlanEmpty,
        RefusalCode::PlanItemInUse => Code::PlanItemInUse,
        RefusalCode::ClassNotInPlan => Code::ClassNotInPlan,
        RefusalCode::ClassNotPassed => Code::ClassNotPassed,
        RefusalCode::PublicHoursNeedPlatform => Code::PublicHoursNeedPlatform,
        RefusalCode::PlatformNotListed => Code::PlatformNotListed,
        RefusalCode::DuplicateLearning => Code::DuplicateLearning,
        RefusalCode::WayNotCounted => Code::WayNotCounted,
        RefusalCode::HoursOverLimit => Code::HoursOverLimit,
        RefusalCode::HoursExceedDays => Code::HoursExceedDays,
        RefusalCode::EvidenceMissing => Code::EvidenceMissing,
        RefusalCode::TooManyAttachments => Code::TooManyAttachments,
        RefusalCode::AttachmentTooLarge => Code::AttachmentTooLarge,
        RefusalCode::WrongState => Code::WrongState,
        RefusalCode::SettlementTooEarly => Code::SettlementTooEarly,
        RefusalCode::NotOverdue => Code::NotOverdue,
        RefusalCode::OwnDeclaration => Code::OwnDeclaration,
        RefusalCode::SameReviewer => Code::SameReviewer,
        RefusalCode::NotHolder => Code::NotHolder,
        RefusalCode::OwnRecord => Code::OwnRecord,
        RefusalCode::NotEmployed => Code::NotEmployed,
        RefusalCode::OutOfScope => Code::OutOfScope,
        RefusalCode::NoReviewingBody => Code::NoReviewingBody,
        RefusalCode::OwnReviewingBody => Code::OwnReviewingBody,
        RefusalCode::EmployedElsewhere => Code::EmployedElsewhere,
        RefusalCode::RecordHasAccount => Code::RecordHasAccount,
        RefusalCode::IdentityMismatch => Code::IdentityMismatch,
        RefusalCode::SameEmployer => Code::SameEmployer,
        RefusalCode::UnitDisabled => Code::UnitDisabled,
        RefusalCode::UnitInUse => Code::UnitInUse,
        RefusalCode::SameRecord => Code::SameRecord,
        RefusalCode::RecordsConflict => Code::RecordsConflict,
        RefusalCode::OwnCase => Code::OwnCase,
        RefusalCode::SeminarTooLarge => Code::SeminarTooLarge,
        RefusalCode::SeminarBegun => Code::SeminarBegun,
        RefusalCode::SeminarNotEnded => Code::SeminarNotEnded,
        RefusalCode::SeminarFull => Code::SeminarFull,
        RefusalCode::SeminarListEmpty => Code::SeminarListEmpty,
        RefusalCode::SeminarResultsMismatch => Code::SeminarResultsMismatch,
        RefusalCode::FundingYearAhead => Code::FundingYearAhead,
        RefusalCode::FundingOverPayroll => Code::FundingOverPayroll,
        RefusalCode::AbsenceOutsideYear => Code::AbsenceOutsideYear,
        RefusalCode::NoProRating => Code::NoProRating,
        RefusalCode::YearComplete => Code::YearComplete,
        RefusalCode::AppealedAlready => Code::AppealedAlready,
        RefusalCode::RecordNotMissing => Code::RecordNotMissing,
        RefusalCode::SameDecider => Code::SameDecider,
    }
}

/// What happened, in both languages.
#[must_use]
pub fn text(refusal: &Refusal) -> Text {
    match refusal {
        Refusal::WindowClosed { kind, year, opens, closes, next_opening } => {
            let (kind, opens, closes) = (kind.term(), minute(*opens), minute(*closes));
            let next = next_opening.map(minute);
            let next_zh = next.as_ref().map(|at| format!("；下次开放：{at}")).unwrap_or_default();
            let next_en = next.map(|at| format!("; it next opens on {at}")).unwrap_or_default();
            Text::new(
                format!("{year} 年度的{}时间为 {opens} 至 {closes}（不含）{next_zh}", kind.zh),
                format!(
                    "the {} window of {year} runs from {opens} until {closes}{next_en}",
                    kind.en
                ),
            )
        }
        Refusal::YearEndFreeze { opens, closes } => {
            let (opens, closes) = (minute(*opens), minute(*closes));
            Text::new(
                format!(
                    "{opens} 至 {closes}（不含）为年终结转期，暂停学时、审核、补学和证书的一切变更"
                ),
                format!(
                    "from {opens} until {closes} nothing may change: hours, reviews, make-up, certificates"
                ),
            )
        }
        Refusal::SettlementTooEarly { year, opens } => {
            let opens = minute(*opens);
            Text::new(
                format!("{year} 年度须在年终结转期开始（{opens}）后结转"),
                format!("{year} can be settled once its freeze has begun, on {opens}"),
            )
        }
        Refusal::NotOverdue { stage, due_at, frozen_at } => {
            let (stage, due, frozen) = (stage.term(), minute(*due_at), minute(*frozen_at));
            Text::new(
                format!("结转期于 {frozen} 开始时，{}的时限（{due}）尚未届满", stage.zh),
                format!("when the freeze began on {frozen}, {} had until {due}", stage.en),
            )
        }
        Refusal::MakeupClosed { year, exceptional_only: true } => Text::new(
            format!("{year} 年只受理有特殊原因的补学申请"),
            format!("in {year} make-up is open to exceptional cases only"),
        ),
        Refusal::MakeupClosed { year, exceptional_only: false } => {
            Text::new(format!("{year} 年不办理补学"), format!("there is no make-up in {year}"))
        }
        Refusal::ExceptionalNotOpen { year } => Text::new(
            format!("{year} 年有补学办理时间，不受理特殊补学"),
            format!("{year} has an ordinary make-up window and takes nothing exceptional"),
        ),
        Refusal::ExceptionalReasonMissing => Text::new(
            "特殊补学须在 reason 中说明特殊原因",
            "exceptional make-up needs its special reason as `reason`",
        ),
        Refusal::MakeupYear { year, earliest, latest } => Text::new(
            format!("可补学的年度为 {earliest} 至 {latest}，不含 {year}"),
            format!("years from {earliest} to {latest} can be made up, not {year}"),
        ),
        Refusal::MakeupNotNeeded { year } => Text::new(
            format!("{year} 年度已达到学时要求或已免修"),
            format!("{year} is complete, or the person is exempt from it"),
        ),
        Refusal::MakeupAlreadyGranted { year, grant_id } => Text::new(
            format!("{year} 年度已有补学许可 {grant_id}"),
            format!("the grant {grant_id} stands for {year} already"),
        ),
        Refusal::MakeupAlreadyApplied { year, application_id } => Text::new(
            format!("{year} 年度的补学申请 {application_id} 正在办理"),
            format!("the application {application_id} for {year} waits already"),
        ),
        Refusal::OutsideMakeupStudy { start, end, from, until } => Text::new(
            format!(
                "学习时间 {} 至 {} 不在补学期间（{} 起，{} 前）内",
                iso(*start),
                iso(*end),
                iso(*from),
                minute(*until)
            ),
            format!(
                "learning from {} to {} is not within the study time: from {} on, before {}",
                iso(*start),
                iso(*end),
                iso(*from),
                minute(*until)
            ),
        ),
        Refusal::NoPolicy { year } => Text::new(
            format!("{year} 年度政策尚未发布"),
            format!("no policy is published for {year}"),
        ),
        Refusal::SpansTwoYears { start, end } => Text::new(
            format!("学习自 {} 至 {}，跨越年度", iso(*start), iso(*end)),
            format!("the learning from {} to {} reaches over New Year", iso(*start), iso(*end)),
        ),
        Refusal::LearningDatesInverted { start, end } => Text::new(
            format!("结束日期 {} 早于开始日期 {}", iso(*end), iso(*start)),
            format!("it ends on {}, before it starts on {}", iso(*end), iso(*start)),
        ),
        Refusal::YearMismatch { year, learning_year } => Text::new(
            format!("申报年度为 {year}，而学习结束于 {learning_year} 年"),
            format!("declared for {year}, but the learning ended in {learning_year}"),
        ),
        Refusal::LearningNotFinished { ends, today } => Text::new(
            format!("学习于 {} 结束，今天是 {}", iso(*ends), iso(*today)),
            format!("the learning ends on {} and today is {}", iso(*ends), iso(*today)),
        ),
        Refusal::HoursNotPositive => Text::new("学时必须大于零", "hours must be more than zero"),
        Refusal::TrainingPlanNotFiled { class, institution, missing, mend, .. } => {
            filing_text::not_filed(class, institution.as_deref(), *missing, *mend)
        }
        Refusal::FilingNotGranted { institution, year, state } => {
            filing_text::not_granted(institution, *year, *state)
        }
        Refusal::FilingYearOver { year } => Text::new(
            format!("{year} 年已经结束，不能再申请备案"),
            format!("{year} is over: no filing can be applied for"),
        ),
        Refusal::PlanEmpty => {
            Text::new("培训计划至少应有一个项目", "a training plan needs at least one item")
        }
        Refusal::PlanItemInUse { theme, classes, most_hours, .. } => Text::new(
            format!(
                "项目“{theme}”已有 {classes} 个班次，最多 {most_hours} 学时，不能删除、减少学时或更改科目"
            ),
            format!(
                "{classes} classes of up to {most_hours} hours rest on the item “{theme}”: it cannot go, give fewer hours or change its subject"
            ),
        ),
        Refusal::ClassNotInPlan { mismatch } => filing_text::not_in_plan(*mismatch),
        Refusal::ClassNotPassed { class } => {
            Text::new(format!("“{class}”未考核合格"), format!("“{class}” was not passed"))
        }
        Refusal::PublicHoursNeedPlatform => Text::new(
            "公需科目学时只能来自公布的学习平台推送的学习记录，不能自行申报",
            "public-required hours come only from records that a listed platform delivers, not from a declaration of one's own",
        ),
        Refusal::PlatformNotListed { platform, year } => Text::new(
            format!("平台 {platform} 不在 {year} 年度公布的名单内"),
            format!("the platform {platform} is not on the list of {year}"),
        ),
        Refusal::DuplicateLearning { standing_id, ground } => {
            let (zh, en) = match ground {
                DuplicateGround::LearningRecord => ("同一学习记录", "the same learning record"),
                DuplicateGround::Class => ("同一班次", "the same class"),
                DuplicateGround::PlatformCourse => {
                    ("同一平台课程", "the same course of the platform")
                }
                DuplicateGround::Evidence => {
                    ("同一证明材料且日期重叠", "the same evidence on overlapping days")
                }
            };
            Text::new(
                format!("{zh}已在申报 {standing_id} 中登记"),
                format!("{en} stands in the declaration {standing_id} already"),
            )
        }
        Refusal::WayNotCounted { way, year } => Text::new(
            format!("{year} 年度折算表不受理自行申报的“{}”", way.term().zh),
            format!("the table of {year} takes no declaration of one's own for: {}", way.term().en),
        ),
        Refusal::HoursOverLimit { limit, way, max, used, hours } => {
            let way = way.term();
            let (zh, en) = match limit {
                LimitKind::PerItem => (format!("“{}”每项", way.zh), format!("each {}", way.en)),
                LimitKind::PerYear => {
                    (format!("“{}”全年", way.zh), format!("the year's {}", way.en))
                }
                LimitKind::PlanItem => ("培训计划项目".to_owned(), "the plan's item".to_owned()),
                LimitKind::Seminar => ("该高级研修".to_owned(), "the seminar".to_owned()),
                LimitKind::ClassHours => ("该班次".to_owned(), "the class".to_owned()),
            };
            Text::new(
                format!("{zh}至多 {max} 学时，已用 {used}，本次 {hours}"),
                format!("{en} gives at most {max} hours; {used} are taken, {hours} were asked for"),
            )
        }
        Refusal::HoursExceedDays { hours, days, max_hours_per_day, max } => Text::new(
            format!(
                "{days} 天、每天至多 {max_hours_per_day} 学时，共 {max} 学时，本次申报 {hours}"
            ),
            format!(
                "{days} days of at most {max_hours_per_day} hours hold {max}; {hours} were declared"
            ),
        ),
        Refusal::EvidenceMissing { way, needed } => {
            let zh: Vec<_> = needed.iter().map(|kind| kind.term().zh).collect();
            let en: Vec<_> = needed.iter().map(|kind| kind.term().en).collect();
            Text::new(
                format!("“{}”需要以下证明材料之一：{}", way.term().zh, zh.join("、")),
                format!("{} needs one of: {}", way.term().en, en.join(", ")),
            )
        }
        Refusal::TooManyAttachments { max } => Text::new(
            format!("每项申报至多 {max} 个附件"),
            format!("a declaration has at most {max} attachments"),
        ),
        Refusal::AttachmentTooLarge { bytes, max_bytes } => Text::new(
            format!("附件为 {bytes} 字节，上限为 {max_bytes} 字节"),
            format!("the attachment has {bytes} bytes; at most {max_bytes} are allowed"),
        ),
        Refusal::WrongStep { road, state, event } => Text::new(
            format!("该事项（{road}）处于 {state} 状态，不能办理 {event}"),
            format!("the {road} is in state {state}, which does not take {event}"),
        ),
        Refusal::OwnCase => Text::new(
            "该事项涉及本人或由本人提出，不得由本人办理",
            "the case is about you or was brought by you, so someone else has to decide on it",
        ),
        Refusal::WrongState { state, event } => Text::new(
            format!("状态为“{}”，不能{}", state.term().zh, event.term().zh),
            format!("the state is {}; it cannot take: {}", state.term().en, event.term().en),
        ),
        Refusal::OwnDeclaration => {
            Text::new("不得审核本人的申报", "nobody reviews their own declaration")
        }
        Refusal::SameReviewer => {
            Text::new("上一环节由同一人审核", "the same person decided the stage before")
        }
        Refusal::NotHolder { stage } => Text::new(
            format!("您没有为“{}”环节的单位办理审核的权限", stage.term().zh),
            format!("you may not decide for the unit that holds {}", stage.term().en),
        ),
        Refusal::OwnRecord => {
            Text::new("不得审验本人的年度记录", "nobody verifies their own annual record")
        }
        Refusal::NotEmployed { since: Some(day) } => Text::new(
            format!("在职关系已于 {} 结束", iso(*day)),
            format!("the employment ended on {}", iso(*day)),
        ),
        Refusal::NotEmployed { since: None } => {
            Text::new("没有在职关系", "there is no active employment")
        }
        Refusal::OutOfScope { post } => Text::new(
            format!("“{}”人员不在继续教育管理范围内", post.term().zh),
            format!("a {} is not in the scope of continuing education", post.term().en),
        ),
        Refusal::NoReviewingBody => {
            Text::new("用人单位没有指定审核单位", "the employer has named no reviewing body")
        }
        Refusal::AbsenceOutsideYear { year, starts_on, ends_on } => Text::new(
            format!("{} 至 {} 没有一天在 {year} 年内", iso(*starts_on), iso(*ends_on)),
            format!("no day from {} to {} lies in {year}", iso(*starts_on), iso(*ends_on)),
        ),
        Refusal::NoProRating { year, joined_on, let_off_from } => {
            no_pro_rating(*year, *joined_on, *let_off_from)
        }
        Refusal::YearComplete { year, state } => Text::new(
            format!("{year} 年度已{}，无需免修", state.term().zh),
            format!("the year {year} is {} already", state.term().en),
        ),
        Refusal::AppealedAlready { appeal_id, state } => Text::new(
            format!("该事项已在申诉 {appeal_id} 中提出，现为“{}”", state.term().zh),
            format!("the appeal {appeal_id} is about the same matter; it is {}", state.term().en),
        ),
        Refusal::RecordNotMissing { learning_record_id } => Text::new(
            format!("已有学习记录 {learning_record_id}"),
            format!("the learning record {learning_record_id} is there"),
        ),
        Refusal::SameDecider => Text::new(
            "您参与过被申诉的决定，申诉应由他人裁决",
            "you had a part in what is appealed against; somebody else has to decide",
        ),
        Refusal::OwnReviewingBody => Text::new(
            "用人单位不能作为本单位人员的审核单位",
            "the employer cannot be the reviewing body of its own people",
        ),
        Refusal::SeminarTooLarge { places, max } => Text::new(
            format!("名额 {places} 人，当年政策规定至多 {max} 人"),
            format!("{places} places were asked for; the year's policy allows {max}"),
        ),
        Refusal::SeminarBegun { starts_on, today } => Text::new(
            format!("研修于 {} 开班，今天是 {}", iso(*starts_on), iso(*today)),
            format!("the seminar begins on {} and today is {}", iso(*starts_on), iso(*today)),
        ),
        Refusal::SeminarNotEnded { ends_on, today } => Text::new(
            format!("研修于 {} 结束，今天是 {}", iso(*ends_on), iso(*today)),
            format!("the seminar ends on {} and today is {}", iso(*ends_on), iso(*today)),
        ),
        Refusal::SeminarFull { admitted, places } => Text::new(
            format!("名额 {places} 人，名单有 {admitted} 人"),
            format!("there are {places} places; the list has {admitted} people"),
        ),
        Refusal::SeminarListEmpty => {
            Text::new("该研修没有学员名单", "nobody was admitted to the seminar")
        }
        Refusal::SeminarResultsMismatch { missing, repeated, not_admitted } => {
            let (missing, repeated, others) = (missing.len(), repeated.len(), not_admitted.len());
            Text::new(
                format!("缺少 {missing} 名学员的结果，重复 {repeated} 名，名单外 {others} 名"),
                format!(
                    "{missing} people of the list have no result, {repeated} several, and {others} are not on it"
                ),
            )
        }
        Refusal::FundingYearAhead { year, this_year } => Text::new(
            format!("{year} 年度尚未开始，今年是 {this_year} 年"),
            format!("{year} has not begun; this is {this_year}"),
        ),
        Refusal::FundingOverPayroll { payroll, accrued, spent } => Text::new(
            format!("工资总额 {payroll} 分，提取 {accrued} 分，支出 {spent} 分"),
            format!("the payroll is {payroll} fen; {accrued} were accrued and {spent} spent"),
        ),
        Refusal::EmployedElsewhere => Text::new(
            "该人员在其他用人单位在职，应办理调动",
            "the person is employed by another unit; a transfer is the way",
        ),
        Refusal::RecordHasAccount => Text::new(
            "该证件号码对应的人员已有登录账号",
            "the person with this id number has an account already",
        ),
        Refusal::IdentityMismatch => Text::new(
            "申请人填写的姓名与该证件号码已登记的姓名不一致",
            "the applicant's name is not the one that is registered with this id number",
        ),
        Refusal::SameEmployer => {
            Text::new("该人员已在此单位", "the person is employed there already")
        }
        Refusal::UnitDisabled => Text::new("该单位已停用", "the unit is not in use"),
        Refusal::UnitInUse { people, units, reviewed_units, waiting } => Text::new(
            format!(
                "该单位还有在职人员 {people} 人、下级单位 {units} 个、由其审核的单位 {reviewed_units} 个、待办申报 {waiting} 件"
            ),
            format!(
                "still resting on the unit: {people} people, {units} units below it, {reviewed_units} units that it reviews for, \
                 {waiting} declarations that wait"
            ),
        ),
        Refusal::SameRecord => {
            Text::new("两个标识指向同一条人员记录", "both ids name the same record of a person")
        }
        Refusal::RecordsConflict { conflicts } => merging_text::records_conflict(conflicts),
    }
}

fn no_pro_rating(year: i32, joined_on: Option<Date>, let_off_from: Option<Date>) -> Text {
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

/// An instant to the minute, in China.
fn minute(at: OffsetDateTime) -> String {
    let at = in_china(at);
    format!("{} {:02}:{:02}", iso(at.date()), at.hour(), at.minute())
}

fn iso(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::{date, datetime};
    use xueshi_domain::Hours;
    use xueshi_domain::calendar::WindowKind;
    use xueshi_domain::learning::Way;

    use super::*;
    use crate::problem::Language;
    use crate::request::RequestInfo;

    #[test]
    fn every_refusal_has_its_line_with_the_same_code_and_rule() {
        for kind in RefusalCode::ALL {
            let row = code(*kind).row();
            assert_eq!(row.id, kind.as_str());
            assert_eq!(row.rule, kind.rule().reference().id, "{}", row.id);
        }
        assert!(Refusal::ALL_CODES.iter().all(|id| Code::from_id(id).is_some()));
    }

    #[test]
    fn facts_rule_and_field_are_members() {
        let refusal = Refusal::HoursOverLimit {
            limit: LimitKind::PerYear,
            way: Way::Conference,
            max: Hours::from_tenths(600),
            used: Hours::from_tenths(555),
            hours: Hours::from_tenths(80),
        };
        let info = RequestInfo {
            language: Language::English,
            request_id: "r".into(),
            instance: "/v1/declarations".into(),
            public_url: "https://xueshi.example".into(),
        };
        let body: Value =
            serde_json::from_slice(&Problem::from(refusal).render(&info).body).unwrap();
        assert_eq!(body["code"], "hours-over-limit");
        assert_eq!(body["rule"]["id"], "H8");
        assert_eq!(body["errors"][0]["pointer"], "/hours");
        assert_eq!(
            (&body["max"], &body["used"], &body["hours"]),
            (&json!(60), &json!(55.5), &json!(8))
        );
        assert_eq!(
            body["detail"],
            "the year's academic conference or lecture gives at most 60 hours; 55.5 are taken, 8 were asked for"
        );
    }

    #[test]
    fn sentences_name_times_in_china() {
        let refusal = Refusal::WindowClosed {
            kind: WindowKind::Declare,
            year: 2023,
            opens: datetime!(2023-01-01 00:00 +8),
            closes: datetime!(2023-12-19 16:00 UTC),
            next_opening: Some(datetime!(2024-01-01 00:00 +8)),
        };
        let said = text(&refusal);
        assert_eq!(
            said.zh,
            "2023 年度的申报时间为 2023-01-01 00:00 至 2023-12-20 00:00（不含）；下次开放：2024-01-01 00:00"
        );
        let split =
            Refusal::SpansTwoYears { start: date!(2023 - 12 - 28), end: date!(2024 - 01 - 03) };
        assert!(text(&split).en.contains("from 2023-12-28 to 2024-01-03"));
    }
}
