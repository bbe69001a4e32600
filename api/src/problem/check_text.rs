//! What each check asks, and what it found, in both languages (V7). Made from the name and the facts that were kept, so that
//! the same sentence can be made years later.

use serde_json::Value;
use xueshi_domain::explanation::{CheckName, CheckOutcome, Finding};

use super::{Phrase, Text};

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
        CheckName::CertifiedByDecision => {
            ("年度记录由上级决定直接审验发证", "a decision from above certified the year")
        }
        CheckName::CertificateFollows => ("证书随年度记录变更", "the certificate follows the year"),
        CheckName::OutcomeKept => ("结转时写入年度结果", "settlement wrote the outcome once"),
        CheckName::CountsForAppraisal => (
            "事业单位年度考核只认当年完成",
            "for the appraisal of a public institution only completion in the year counts",
        ),
        CheckName::YearCanBeMadeUp => {
            ("该年度可以补学", "the year is a prior one that can still be made up")
        }
        CheckName::NoOtherGrant => {
            ("该年度没有其他补学许可", "no grant stands for the same person and year")
        }
        CheckName::NoOtherApplication => (
            "该年度没有其他待办的补学申请",
            "no other application waits for the same person and year",
        ),
        CheckName::SpecialReason => {
            ("特殊补学须说明特殊原因", "what is exceptional states its special reason")
        }
        CheckName::ThreeParties => (
            "用人单位申请、审核单位（或基地）初审、市人社局终审，不得越级",
            "three parties: the employer, its body or base, the municipal bureau; none is skipped",
        ),
        CheckName::AbsenceInYear => {
            ("离岗期间至少有一天在该年度内", "a day of the absence lies in the year")
        }
        CheckName::NoProRating => (
            "当年入职的，除政策另有规定外不减免学时",
            "joining in the year lets off only where the policy says so",
        ),
        CheckName::YearNotComplete => {
            ("该年度尚未达到学时要求", "the year is not complete already")
        }
        CheckName::OpenToAppeal => (
            "有可以申诉的决定或缺失的记录",
            "there is a decision or a missing record to appeal about",
        ),
        CheckName::AppealedOnce => {
            ("同一事项只能申诉一次", "the matter was not appealed about before")
        }
        CheckName::NextLevelDecides => (
            "由上一级在审核时限内决定",
            "the next level up decides, within the working days of a stage",
        ),
        CheckName::NoPartInDecision => {
            ("裁决人未参与被申诉的决定", "whoever decides had no part in what is appealed against")
        }
        CheckName::OtherEmployer => ("调往其他用人单位", "the person goes to another employer"),
        CheckName::UnitInUse => ("该单位在用", "the unit is in use"),
        CheckName::FilingYearOpen => {
            ("申请备案的年度尚未结束", "the year that is applied for is not over")
        }
        CheckName::PlanHasItems => ("培训计划至少有一个项目", "the plan has an item"),
        CheckName::ItemsNotInUse => {
            ("变更不影响已有班次的项目", "no class rests on what an amendment takes away")
        }
        CheckName::PlacesWithinCap => {
            ("名额不超过政策上限", "the places are within the policy's cap")
        }
        CheckName::NotBegun => ("尚未开班", "it has not begun"),
        CheckName::HasEnded => ("已经结束", "it is over"),
        CheckName::ListWithinPlaces => {
            ("学员人数不超过名额", "there are no more people than places")
        }
        CheckName::ResultsFitList => (
            "名单上每名学员有且只有一个结果",
            "there is one result for each of those admitted, and for nobody else",
        ),
        CheckName::IdentityChecked => {
            ("用人单位已核对本人证件", "the employer compared the person's document")
        }
        CheckName::IdentityMatches => {
            ("证件号码对应的姓名一致", "the record under the id number bears the same name")
        }
        CheckName::NoOtherAccount => (
            "证件号码对应的人员没有其他账号",
            "the record under the id number has no other account",
        ),
        CheckName::EmployedNowhereElse => {
            ("没有在其他用人单位在职", "the person is employed by no other unit")
        }
        CheckName::OtherRule => ("符合所指规则", "the rule that is named is kept"),
    };
    Phrase { zh, en }
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
        | CheckName::CertifiedByDecision
        | CheckName::OutcomeKept
        | CheckName::CountsForAppraisal
        | CheckName::YearCanBeMadeUp
        | CheckName::NoOtherGrant
        | CheckName::NoOtherApplication
        | CheckName::SpecialReason
        | CheckName::ThreeParties
        | CheckName::AbsenceInYear
        | CheckName::NoProRating
        | CheckName::YearNotComplete
        | CheckName::OpenToAppeal
        | CheckName::AppealedOnce
        | CheckName::NextLevelDecides
        | CheckName::NoPartInDecision
        | CheckName::OtherEmployer
        | CheckName::UnitInUse
        | CheckName::FilingYearOpen
        | CheckName::PlanHasItems
        | CheckName::ItemsNotInUse
        | CheckName::PlacesWithinCap
        | CheckName::NotBegun
        | CheckName::HasEnded
        | CheckName::ListWithinPlaces
        | CheckName::ResultsFitList
        | CheckName::IdentityChecked
        | CheckName::IdentityMatches
        | CheckName::NoOtherAccount
        | CheckName::EmployedNowhereElse
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
