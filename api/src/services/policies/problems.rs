//! What keeps a policy document from being stored, as problems with a pointer each (W3).

use xueshi_domain::policy::{Policy, PolicyProblem, PolicyProblemKind};
use xueshi_domain::rule::Rule;

use crate::problem::{Code, FieldError, Place, Problem, Text};

/// The member of the requests that holds the document.
const MEMBER: &str = "/document";

/// The text under which a document is stored, when it makes sense and is about the year of its path.
///
/// # Errors
/// 422 `validation-failed` with everything that is wrong.
pub(super) fn checked(policy: &Policy, year: i32) -> Result<String, Problem> {
    written(policy, year, &policy.validate())
}

/// Whether a document can be published, with everything that is wrong with it where it cannot.
///
/// # Errors
/// 422 `validation-failed` with everything that is wrong.
pub(super) fn publishable(
    policy: &Policy,
    year: i32,
    found: &[PolicyProblem],
) -> Result<(), Problem> {
    written(policy, year, found).map(|_| ())
}

fn written(policy: &Policy, year: i32, found: &[PolicyProblem]) -> Result<String, Problem> {
    let mut errors: Vec<FieldError> = found.iter().map(entry).collect();
    if policy.year != year {
        errors.push(FieldError {
            place: Place::Pointer(format!("{MEMBER}/year")),
            code: "year-mismatch".into(),
            detail: Text::new(
                format!("应为 {year}，与地址中的年度一致"),
                format!("must be {year}, the year of the address"),
            ),
        });
    }
    let written = serde_json::to_string(policy);
    match (errors.len(), written) {
        (0, Ok(document)) => Ok(document),
        (0, Err(error)) => {
            // An instant that has no RFC 3339 text, in a year far from the policy's.
            let text = Text::new("含有无法表示的时间", "holds an instant that cannot be written");
            Err(Problem::new(Code::ValidationFailed).at(MEMBER, "instant", text).because(error))
        }
        (count, _) => Err(Problem::new(Code::ValidationFailed)
            .detail(
                format!("政策文件有 {count} 处问题"),
                format!("the policy document has {count} problems"),
            )
            .rule(Rule::W3.as_str(), Rule::W3.clause())
            .errors(errors)),
    }
}

/// A problem of a document, as `errors[]` says it.
pub(super) fn entry(problem: &PolicyProblem) -> FieldError {
    FieldError {
        place: Place::Pointer(format!("{MEMBER}{}", problem.pointer)),
        code: problem.kind.as_str().into(),
        detail: text(problem.kind),
    }
}

fn text(kind: PolicyProblemKind) -> Text {
    match kind {
        PolicyProblemKind::OutOfRange => {
            Text::new("数值超出合理范围", "is outside the range that makes sense")
        }
        PolicyProblemKind::FloorsDoNotAddUp => Text::new(
            "总学时低于公需与专业学时之和",
            "is below the public and the professional floor together",
        ),
        PolicyProblemKind::WindowInverted => {
            Text::new("结束时间应晚于开始时间", "must close after it opens")
        }
        PolicyProblemKind::WindowOutsideYear => Text::new(
            "应在本年度内开始，并在下一年度结束前结束",
            "must open in the policy's year and close by the end of the next one",
        ),
        PolicyProblemKind::WindowOverlapsFreeze => {
            Text::new("与年终结转期重叠", "reaches into the year-end freeze")
        }
        PolicyProblemKind::DeadlineOutOfOrder => Text::new(
            "早于其所结束的环节，或没有补学申请时间",
            "lies before the step that it ends, or without a make-up window",
        ),
        PolicyProblemKind::MakeupWindowNotAllowed => Text::new(
            "该年度只受理有特殊原因的补学，不能设置补学申请时间",
            "must be left out in a year that takes exceptional make-up only",
        ),
        PolicyProblemKind::Duplicate => Text::new("重复", "occurs twice"),
        PolicyProblemKind::Text => {
            Text::new("文字为空、过长或格式不符", "is empty, too long or not of its form")
        }
        PolicyProblemKind::EvidenceMissing => Text::new(
            "该学习方式须列出证明材料种类",
            "this way needs at least one kind of evidence",
        ),
        PolicyProblemKind::LimitsContradict => {
            Text::new("与上限相互矛盾", "contradicts the limit above it")
        }
        PolicyProblemKind::ReviewEndsTooEarly => Text::new(
            "审核结束早于申报结束，最后提交的申报将无法审核",
            "ends before declaring does: what is submitted last could not be decided",
        ),
        PolicyProblemKind::DeadlineMissing => Text::new(
            "设有补学申请时间，必须规定补学学习和登记的截止时间",
            "is required where there is a make-up window",
        ),
        PolicyProblemKind::WindowInAnotherFreeze => Text::new(
            "与其他年度的年终结转期重叠，结转期内任何年度均不得变更",
            "reaches into the freeze of another year, in which nothing of any year changes",
        ),
        PolicyProblemKind::YearSettled => Text::new(
            "该年度结转已经开始，申报、审核和冻结时间不再变更",
            "the settlement of the year has begun: the times for declaring, review and freeze stand",
        ),
        PolicyProblemKind::YearBegun => Text::new(
            "该年度已经开始，统计范围（是否包括管理岗位）不再变更",
            "the year has begun: whether people in management posts count stands",
        ),
        PolicyProblemKind::FreezeOverlapsAnotherYear => Text::new(
            "与其他年度的办理时间或结转期重叠",
            "reaches into a window or the freeze of another year",
        ),
        PolicyProblemKind::UnknownPlatform => Text::new(
            "该平台未在本市登记，请先登记平台",
            "is not in the city's register of platforms: register it first",
        ),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;
    use xueshi_domain::Hours;

    use super::*;

    fn pointers(policy: &Policy, year: i32) -> Vec<(String, String)> {
        let problem = checked(policy, year).unwrap_err();
        assert_eq!(problem.code(), Code::ValidationFailed);
        let errors = problem.field_errors().iter().map(|error| {
            let Place::Pointer(pointer) = &error.place else { panic!("not a pointer") };
            (pointer.clone(), error.code.to_string())
        });
        errors.collect()
    }

    /// W3: overlapping and inverted windows, floors that do not add up and another year are refused, all at once.
    #[test]
    fn every_problem_is_named_with_its_place() {
        let mut policy = Policy::zhengzhou(2023).unwrap().unwrap();
        assert!(checked(&policy, 2023).is_ok());
        policy.floors.total = Hours::from_tenths(899);
        policy.windows.review.closes = policy.windows.review.opens;
        policy.windows.declare.closes = datetime!(2023-12-25 00:00 +8);
        let expected = [
            ("/document/floors/total", "floors-do-not-add-up"),
            ("/document/windows/declare", "window-overlaps-freeze"),
            ("/document/windows/review", "window-inverted"),
            ("/document/year", "year-mismatch"),
        ];
        let expected = expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned()));
        assert_eq!(pointers(&policy, 2024), expected);
    }

    /// A deadline that no check of the document catches must still not become an internal error.
    #[test]
    fn an_instant_without_a_text_is_refused() {
        let mut policy = Policy::zhengzhou(2024).unwrap().unwrap();
        policy.windows.makeup_study_closes = Some(datetime!(-0001-01-01 00:00 +8));
        policy.windows.makeup_registration_closes = None;
        assert!(checked(&policy, 2024).is_err());
    }
}
