//! The sentences of the domain's refusals, made from their facts; one exhaustive match, so that a new refusal needs its text.

use serde_json::Value;
use xueshi_domain::Refusal;

use super::refusal_code::code;
use super::terms::Term;
use super::text_days::iso;
use super::{
    Grounds, Problem, Text, calendar_text, filing_text, learning_text, makeup_text, merging_text,
    people_text, seminar_text,
};

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

/// What happened, in both languages.
#[must_use]
pub fn text(refusal: &Refusal) -> Text {
    match refusal {
        Refusal::WindowClosed { kind, year, opens, closes, next_opening } => {
            calendar_text::window_closed(*kind, *year, [*opens, *closes], *next_opening)
        }
        Refusal::YearEndFreeze { opens, closes } => calendar_text::year_end_freeze(*opens, *closes),
        Refusal::SettlementTooEarly { year, opens } => {
            calendar_text::settlement_too_early(*year, *opens)
        }
        Refusal::NotOverdue { stage, due_at, frozen_at } => {
            calendar_text::not_overdue(*stage, *due_at, *frozen_at)
        }
        Refusal::MakeupClosed { year, exceptional_only } => {
            makeup_text::closed(*year, *exceptional_only)
        }
        Refusal::ExceptionalNotOpen { year } => makeup_text::exceptional_not_open(*year),
        Refusal::ExceptionalReasonMissing => makeup_text::reason_missing(),
        Refusal::MakeupYear { year, earliest, latest } => {
            makeup_text::year(*year, *earliest, *latest)
        }
        Refusal::MakeupNotNeeded { year } => makeup_text::not_needed(*year),
        Refusal::MakeupAlreadyGranted { year, grant_id } => makeup_text::granted(*year, *grant_id),
        Refusal::MakeupAlreadyApplied { year, application_id } => {
            makeup_text::applied(*year, *application_id)
        }
        Refusal::OutsideMakeupStudy { start, end, from, until } => {
            makeup_text::outside_study([*start, *end], *from, *until)
        }
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
            learning_text::duplicate(*standing_id, *ground)
        }
        Refusal::WayNotCounted { way, year } => Text::new(
            format!("{year} 年度折算表不受理自行申报的“{}”", way.term().zh),
            format!("the table of {year} takes no declaration of one's own for: {}", way.term().en),
        ),
        Refusal::HoursOverLimit { limit, way, max, used, hours } => {
            learning_text::over_limit(*limit, *way, *max, [*used, *hours])
        }
        Refusal::HoursExceedDays { hours, days, max_hours_per_day, max } => {
            learning_text::exceed_days(*hours, *days, *max_hours_per_day, *max)
        }
        Refusal::EvidenceMissing { way, needed } => learning_text::evidence_missing(*way, needed),
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
            people_text::no_pro_rating(*year, *joined_on, *let_off_from)
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
        Refusal::SeminarTooLarge { places, max } => seminar_text::too_large(*places, *max),
        Refusal::SeminarBegun { starts_on, today } => seminar_text::begun(*starts_on, *today),
        Refusal::SeminarNotEnded { ends_on, today } => seminar_text::not_ended(*ends_on, *today),
        Refusal::SeminarFull { admitted, places } => seminar_text::full(*admitted, *places),
        Refusal::SeminarListEmpty => seminar_text::list_empty(),
        Refusal::SeminarResultsMismatch { missing, repeated, not_admitted } => {
            seminar_text::results_mismatch(missing.len(), repeated.len(), not_admitted.len())
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
        Refusal::ErasureBarred { ground, open, not_before } => {
            people_text::erasure_barred(*ground, *open, *not_before)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::{date, datetime};
    use xueshi_domain::calendar::WindowKind;
    use xueshi_domain::learning::Way;
    use xueshi_domain::refusal::LimitKind;
    use xueshi_domain::{Hours, RefusalCode};

    use super::*;
    use crate::problem::{Code, Language};
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
            address: None,
            is_head: false,
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
