//! What each check asks, and what it found, in both languages (V7). Made from the name and the facts that were kept, so that
//! the same sentence can be made years later.

use serde_json::Value;
use xueshi_domain::explanation::{CheckName, CheckOutcome, Finding};

use super::{Phrase, Text};
use xueshi_domain::rule::Rule;

/// What a check asks for.
#[must_use]
pub const fn requirement(check: CheckName) -> Phrase {
    let (zh, en) = match check {
        CheckName::PolicyOfTheYear => {
            ("申报年度已有发布的政策", "a policy is published for the declared year")
        }
        CheckName::ActiveEmployment => ("申报人在职", "the person is employed"),
        CheckName::PostInScope => {
            ("岗位在继续教育管理范围内", "the post is in the scope of continuing education")
        }
        CheckName::YearOfLearning => {
            ("学习结束于申报的年度", "the learning ended in the declared year")
        }
        CheckName::WithinMakeupStudy => (
            "补学在批准之后、学习截止之前",
            "make-up learning lies between the grant and the study deadline",
        ),
        CheckName::PriorYearShort => ("往年学时尚有不足", "the prior year lacks hours"),
        CheckName::LearningFinished => ("学习已经结束", "the learning has ended"),
        CheckName::PublicFromPlatform => {
            ("公需学时来自学习平台", "public-required hours come from a platform")
        }
        CheckName::PlatformListed => {
            ("学习平台在该年度名单内", "the platform is on the year's list")
        }
        CheckName::ClassOnApprovedPlan => (
            "施教机构已备案，且培训计划在开班前获批",
            "the institution is filed and the plan was approved before the class began",
        ),
        CheckName::AttendeePassed => ("学员考核合格", "the attendee passed"),
        CheckName::WayCounted => {
            ("折算表承认该学习方式", "the conversion table takes this way of earning")
        }
        CheckName::SomeHours => ("学时大于零", "there are hours"),
        CheckName::LimitOfOneItem => ("不超过每项学时上限", "within the limit of one item"),
        CheckName::WithinPlanItem => {
            ("不超过培训计划项目的学时", "no more hours than the plan's item")
        }
        CheckName::DaysHoldHours => {
            ("不超过学习天数所能容纳的学时", "no more hours than the days can hold")
        }
        CheckName::LimitOfTheYear => {
            ("不超过该方式的全年学时上限", "within the year's limit of this way")
        }
        CheckName::EvidenceGiven => {
            ("已提供政策要求的证明材料", "there is evidence of a kind that the policy names")
        }
        CheckName::CountedOnce => {
            ("同一学习没有重复计算", "the same learning does not stand already")
        }
        CheckName::StateAllows => ("当前状态允许此操作", "the state takes what was asked"),
        CheckName::WindowOpen => ("在办理时间内", "the window is open"),
        CheckName::NotFrozen => ("不在年终结转期内", "no year-end freeze is in force"),
        CheckName::TimeLeftForReview => {
            ("审核结束前留有完整的审核时限", "full review time is left before review ends")
        }
        CheckName::ActsForHolder => {
            ("为当前环节的单位办理", "who decides acts for the unit that holds the case")
        }
        CheckName::NotOnesOwn => ("不是办理本人的事项", "nobody decides on their own"),
        CheckName::AnotherReviewer => {
            ("上一环节由他人审核", "another person decided the stage before")
        }
        CheckName::DecidedInTime => ("在审核时限内作出决定", "the decision was made in time"),
        CheckName::DueDay => ("审核时限按工作日计算", "the due day is counted in working days"),
        CheckName::PublicFloor => ("公需学时达到要求", "public-required hours reach their floor"),
        CheckName::ProfessionalFloor => {
            ("专业学时达到要求", "professional hours reach their floor")
        }
        CheckName::TotalFloor => ("总学时达到要求", "all hours together reach their floor"),
        CheckName::NothingCarriedOver => {
            ("超出部分留在本年度，不结转", "what lies above a floor stays in its year")
        }
        CheckName::UnderGrant => {
            ("往年学时只能凭补学批准登记", "hours of a prior year come in under a grant only")
        }
        CheckName::NotExempt => ("该年度未获豁免", "the person is not exempt from the year"),
        CheckName::Verified => ("审核单位已审验年度记录", "the reviewing body verified the year"),
        CheckName::CertificateFollows => ("证书随年度记录变更", "the certificate follows the year"),
        CheckName::OutcomeKept => ("结转时写入年度结果", "settlement wrote the outcome once"),
        CheckName::CountsForAppraisal => (
            "事业单位年度考核只认当年完成",
            "for the appraisal of a public institution only completion in the year counts",
        ),
        CheckName::OtherRule => ("符合所指规则", "the rule that is named is kept"),
    };
    Phrase { zh, en }
}

/// What a rule of the side roads asks, in one sentence.
#[must_use]
pub const fn rule(rule: Rule) -> Phrase {
    let (zh, en) = match rule {
        Rule::M1 => (
            "在补学申请时间内，为现任职人员申请补学以前年度",
            "in the make-up window, for prior years, for people whom the employer has now",
        ),
        Rule::M2 => (
            "用人单位申请、审核单位（或基地）初审、市人社局终审，不得越级",
            "three parties: the employer, its body or base, the municipal bureau; none is skipped",
        ),
        Rule::M3 => ("一项批准对应一人一个年度", "a grant is for one person and one prior year"),
        Rule::M6 => (
            "补学通道关闭后，只受理说明特殊原因的申请",
            "once make-up is closed, only exceptional cases with a stated reason",
        ),
        Rule::A5 => (
            "由用人单位申请、市人社局决定",
            "applied for by the employer, decided by the municipal bureau",
        ),
        Rule::V8 => (
            "每项决定可申诉一次，由上一级在五个工作日内决定",
            "once for each decision, decided by the next level up within five working days",
        ),
        Rule::U2 => (
            "一方提出、另一方同意，或由共同上级决定；学时随人转移",
            "asked for by one employer and accepted by the other, or decided by a common superior",
        ),
        Rule::P1 => ("只有市人社局可以批准备案", "only the municipal bureau grants a filing"),
        Rule::P5 => (
            "撤销备案后不得再开新班，已通过的学时保留",
            "a revoked filing stops new classes; approved hours stand",
        ),
        Rule::P2 => (
            "年度培训计划经市人社局批准",
            "a yearly training plan is approved by the municipal bureau",
        ),
        Rule::P3 => ("班次属于已批准计划的项目", "a class belongs to an item of an approved plan"),
        Rule::P6 => (
            "高级研修由市人社局批准，名额有限，结束后报告成果",
            "approved by the municipal bureau, small, with an outcome report",
        ),
        Rule::U0 => ("申请加入的单位决定是否接收", "the employer that is asked accepts or refuses"),
        Rule::H1
        | Rule::H2
        | Rule::H3
        | Rule::H4
        | Rule::H5
        | Rule::H6
        | Rule::H7
        | Rule::H8
        | Rule::H9
        | Rule::H10
        | Rule::W1
        | Rule::W2
        | Rule::W3
        | Rule::W4
        | Rule::W5
        | Rule::V1
        | Rule::V2
        | Rule::V3
        | Rule::V4
        | Rule::V5
        | Rule::V6
        | Rule::V7
        | Rule::V9
        | Rule::V10
        | Rule::A1
        | Rule::A2
        | Rule::A3
        | Rule::A3a
        | Rule::A4
        | Rule::A6
        | Rule::M4
        | Rule::M5
        | Rule::P4
        | Rule::U1
        | Rule::U3
        | Rule::U4
        | Rule::U4a
        | Rule::U4b
        | Rule::U5
        | Rule::Who => requirement_of_others(),
    };
    Phrase { zh, en }
}

const fn requirement_of_others() -> (&'static str, &'static str) {
    let other = requirement(CheckName::OtherRule);
    (other.zh, other.en)
}

/// What a check found, where its facts say more than its outcome.
#[must_use]
pub fn detail(finding: &Finding) -> Option<Text> {
    let facts = &finding.facts;
    if let Some(said) = said(facts) {
        return Some(said);
    }
    match finding.check {
        CheckName::PublicFloor | CheckName::ProfessionalFloor | CheckName::TotalFloor => {
            let (floor, approved) = (number(facts, "floor")?, number(facts, "approved")?);
            let (short, above) = (number(facts, "shortfall")?, number(facts, "excess")?);
            Some(match finding.outcome {
                CheckOutcome::Failed => Text::new(
                    format!("已通过 {approved} 学时，要求 {floor}，尚缺 {short}"),
                    format!("{approved} hours are approved of {floor}: {short} are missing"),
                ),
                CheckOutcome::Passed | CheckOutcome::NotApplicable | CheckOutcome::Noted => {
                    Text::new(
                        format!("已通过 {approved} 学时，要求 {floor}，超出 {above}"),
                        format!("{approved} hours are approved of {floor}, {above} above it"),
                    )
                }
            })
        }
        CheckName::WindowOpen => {
            let (opens, closes, at) =
                (word(facts, "opens")?, word(facts, "closes")?, word(facts, "at")?);
            Some(Text::new(
                format!("办理时间为 {opens} 至 {closes}（不含），当时为 {at}"),
                format!("the window runs from {opens} until {closes}; it was {at}"),
            ))
        }
        CheckName::DecidedInTime => {
            let (due, at) = (word(facts, "due_at")?, word(facts, "decided_at")?);
            Some(Text::new(
                format!("应于 {due} 前决定，实际为 {at}"),
                format!("due before {due}, decided at {at}"),
            ))
        }
        CheckName::TimeLeftForReview => {
            let (left, needed) =
                (number(facts, "working_days_left")?, number(facts, "working_days_needed")?);
            Some(Text::new(
                format!("审核结束前尚余 {left} 个工作日，完整审核需要 {needed} 个"),
                format!(
                    "{left} working days are left before review ends; full review takes {needed}"
                ),
            ))
        }
        CheckName::CertificateFollows => {
            let (number, state) = (word(facts, "number")?, word(facts, "state")?);
            Some(Text::new(
                format!("证书 {number}：{state}"),
                format!("certificate {number}: {state}"),
            ))
        }
        CheckName::PolicyOfTheYear
        | CheckName::ActiveEmployment
        | CheckName::PostInScope
        | CheckName::YearOfLearning
        | CheckName::WithinMakeupStudy
        | CheckName::PriorYearShort
        | CheckName::LearningFinished
        | CheckName::PublicFromPlatform
        | CheckName::PlatformListed
        | CheckName::ClassOnApprovedPlan
        | CheckName::AttendeePassed
        | CheckName::WayCounted
        | CheckName::SomeHours
        | CheckName::LimitOfOneItem
        | CheckName::WithinPlanItem
        | CheckName::DaysHoldHours
        | CheckName::LimitOfTheYear
        | CheckName::EvidenceGiven
        | CheckName::CountedOnce
        | CheckName::StateAllows
        | CheckName::NotFrozen
        | CheckName::ActsForHolder
        | CheckName::NotOnesOwn
        | CheckName::AnotherReviewer
        | CheckName::DueDay
        | CheckName::NothingCarriedOver
        | CheckName::UnderGrant
        | CheckName::NotExempt
        | CheckName::Verified
        | CheckName::OutcomeKept
        | CheckName::CountsForAppraisal
        | CheckName::OtherRule => None,
    }
}

/// The member of a finding's facts that holds the sentence of a refusal, as it was said.
pub const SAID: &str = "said";

/// A sentence as it is kept in the facts of a finding.
#[must_use]
pub fn kept(text: &Text) -> Value {
    serde_json::json!({"zh": text.zh, "en": text.en})
}

fn said(facts: &Value) -> Option<Text> {
    let said = facts.get(SAID)?;
    Some(Text::new(word(said, "zh")?, word(said, "en")?))
}

fn number(facts: &Value, name: &str) -> Option<String> {
    facts.get(name).filter(|value| value.is_number()).map(ToString::to_string)
}

fn word(facts: &Value, name: &str) -> Option<String> {
    facts.get(name).and_then(Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use xueshi_domain::Hours;
    use xueshi_domain::explanation::against_floors;
    use xueshi_domain::ledger::Breakdown;

    use super::*;

    #[test]
    fn every_check_says_what_it_asks_in_both_languages() {
        for check in CheckName::ALL {
            let text = requirement(*check);
            assert!(!text.zh.is_empty() && !text.zh.is_ascii() && text.en.is_ascii(), "{check}");
        }
    }

    /// V7, E2: 29.9 of 30.
    #[test]
    fn v7_a_missed_floor_says_by_how_much() {
        let hours = |total, public, professional| Breakdown {
            total: Hours::from_tenths(total),
            public: Hours::from_tenths(public),
            professional: Hours::from_tenths(professional),
        };
        let found = against_floors(hours(900, 300, 600), hours(999, 299, 700));
        let said = detail(&found[0]).unwrap();
        assert_eq!(said.zh, "已通过 29.9 学时，要求 30，尚缺 0.1");
        assert!(detail(&found[2]).unwrap().en.ends_with("9.9 above it"));
        let refused = Finding::passed(CheckName::OtherRule)
            .with(serde_json::json!({SAID: kept(&Text::new("不行", "no"))}));
        assert_eq!(detail(&refused), Some(Text::new("不行", "no")));
    }
}
