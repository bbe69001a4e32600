//! The sentences of refusals about filings, plans and classes (H5, P1–P5): what is missing, who can mend it, and how.

use xueshi_domain::refusal::{ClassMismatch, Mend, NotFiledReason};
use xueshi_domain::registry::FilingState;

use super::{Phrase, Text};

/// H5, P3: a class that does not count.
pub(super) fn not_filed(
    class: &str,
    institution: Option<&str>,
    missing: NotFiledReason,
    mend: Mend,
) -> Text {
    let by_zh = institution.map(|name| format!("（{name}）")).unwrap_or_default();
    let by_en = institution.map(|name| format!(" of {name}")).unwrap_or_default();
    let (missing, mend) = (lack(missing), remedy(mend));
    Text::new(
        format!("“{class}”{by_zh}{}；{}", missing.zh, mend.zh),
        format!("“{class}”{by_en} {}; {}", missing.en, mend.en),
    )
}

/// P1, P5: a unit whose filing does not stand.
pub(super) fn not_granted(institution: &str, year: i32, state: Option<FilingState>) -> Text {
    let (zh, en) = match state {
        None => ("没有申请", "has not been applied for"),
        Some(FilingState::Submitted) => ("尚待市人社局决定", "waits for the municipal bureau"),
        Some(FilingState::Returned) => ("申请已退回补正", "was returned to be corrected"),
        Some(FilingState::Rejected) => ("申请未获同意", "was rejected"),
        Some(FilingState::Granted) => ("已同意", "was granted"),
        Some(FilingState::Suspended) => ("已暂停", "is suspended"),
        Some(FilingState::Revoked) => ("已撤销", "was revoked"),
    };
    Text::new(
        format!("“{institution}” {year} 年度的备案{zh}，不能开设新班"),
        format!("the filing of “{institution}” for {year} {en}: it holds no new classes"),
    )
}

/// P3: a class that does not fit its item.
pub(super) fn not_in_plan(mismatch: ClassMismatch) -> Text {
    let text = match mismatch {
        ClassMismatch::Item => Phrase {
            zh: "该项目已从培训计划中删除",
            en: "the item was taken out of the plan",
        },
        ClassMismatch::Year => Phrase {
            zh: "班次日期不在培训计划的年度内",
            en: "the class does not lie in the year of the plan",
        },
        ClassMismatch::Subject => Phrase {
            zh: "班次科目与培训计划项目不同",
            en: "the class has another subject than the item of the plan",
        },
        ClassMismatch::Way => Phrase {
            zh: "培训计划内的班次应为培训班、研修班或远程课程",
            en: "a class of a plan is a training class, a seminar or a distance course",
        },
    };
    text.into()
}

fn lack(missing: NotFiledReason) -> Phrase {
    let (zh, en) = match missing {
        NotFiledReason::NoClass => {
            ("未对应任何已登记的班次", "belongs to no class that is registered")
        }
        NotFiledReason::InstitutionNotFiled => {
            ("的施教机构未经市人社局备案", "is given by an institution that is not filed")
        }
        NotFiledReason::FilingPending => (
            "的施教机构备案申请尚待决定",
            "is given by an institution whose filing is not decided yet",
        ),
        NotFiledReason::FilingSuspended => (
            "开班前施教机构的备案已被暂停",
            "began after the filing of its institution had been suspended",
        ),
        NotFiledReason::FilingRevoked => (
            "开班前施教机构的备案已被撤销",
            "began after the filing of its institution had been revoked",
        ),
        NotFiledReason::NoPlanItem => {
            ("没有对应培训计划项目", "stands on no item of a training plan")
        }
        NotFiledReason::PlanNotApproved => {
            ("不在已批准的培训计划内", "is on no approved training plan")
        }
        NotFiledReason::ApprovedAfterClassBegan => {
            ("开班时培训计划尚未批准", "began before its training plan was approved")
        }
    };
    Phrase { zh, en }
}

fn remedy(mend: Mend) -> Phrase {
    let (zh, en) = match mend {
        Mend::PutOnRoster => (
            "由施教机构开设已备案的班次并将本人列入名册",
            "the institution has to put the person on the roster of a filed class",
        ),
        Mend::ApplyForFiling => {
            ("由施教机构向市人社局申请备案", "the institution has to apply for its filing")
        }
        Mend::DecideFiling => {
            ("待市人社局对备案申请作出决定", "the municipal bureau has to decide on the filing")
        }
        Mend::ResumeFiling => {
            ("待市人社局恢复备案", "the municipal bureau has to resume the filing")
        }
        Mend::FilePlanItem => (
            "由施教机构将培训列入计划并报市人社局备案",
            "the institution has to file a plan with such an item before the class begins",
        ),
        Mend::SubmitPlan => ("由施教机构提交培训计划", "the institution has to submit its plan"),
        Mend::DecidePlan => {
            ("待市人社局审批培训计划", "the municipal bureau has to decide on the plan")
        }
        Mend::HoldAgain => (
            "已无法补正，只有批准后开班的班次方可认定",
            "this cannot be mended; only a class that begins after the approval counts",
        ),
    };
    Phrase { zh, en }
}
