//! The field's own terms in both languages, for sentences.

use xueshi_domain::appeal::State as AppealState;
use xueshi_domain::calendar::WindowKind;
use xueshi_domain::learning::{EvidenceKind, Way};
use xueshi_domain::ledger::RecordState;
use xueshi_domain::people::Post;
use xueshi_domain::review::{Event, Stage, State};

use super::Phrase;

/// Things of the domain that sentences name.
pub trait Term: Copy {
    /// The name in both languages.
    fn term(self) -> Phrase;
}

macro_rules! terms {
    ($($kind:ident { $($variant:ident: $zh:literal, $en:literal;)* })*) => {
        $(impl Term for $kind {
            fn term(self) -> Phrase {
                match self {
                    $(Self::$variant => Phrase { zh: $zh, en: $en },)*
                }
            }
        })*
    };
}

terms! {
    Way {
        TrainingClass: "培训班", "training class";
        Seminar: "研修班", "seminar";
        AdvancedSeminar: "高级研修", "advanced seminar";
        DistanceCourse: "远程课程", "distance course";
        Conference: "学术会议或讲座", "academic conference or lecture";
        DegreeStudy: "学历学位教育", "degree study";
        Practice: "实践锻炼", "practice";
        PublishedWork: "论文著作", "published work";
        Patent: "专利", "patent";
        Project: "项目课题", "project";
        Other: "其他方式", "other way";
    }
    EvidenceKind {
        Certificate: "结业证书", "certificate";
        ProofOfAttendance: "参加证明", "proof of attendance";
        Programme: "日程或课程表", "programme";
        PublishedWork: "论文著作", "published work";
        PatentCertificate: "专利证书", "patent certificate";
        Diploma: "学历学位证书", "diploma";
        EmployerStatement: "单位证明", "employer's statement";
        ProjectAcceptance: "项目验收材料", "project acceptance";
        Other: "其他材料", "other evidence";
    }
    State {
        Draft: "草稿", "draft";
        EmployerReview: "用人单位审核", "employer review";
        AuthorityReview: "主管部门审核", "authority review";
        Approved: "已通过", "approved";
        Returned: "已退回", "returned";
        Rejected: "已驳回", "rejected";
        Withdrawn: "已撤回", "withdrawn";
        Lapsed: "已失效", "lapsed";
        Revoked: "已撤销", "revoked";
    }
    Event {
        Submit: "提交", "submit";
        Approve: "通过", "approve";
        Return: "退回", "return";
        Reject: "驳回", "reject";
        Withdraw: "撤回", "withdraw";
        Revoke: "撤销", "revoke";
        Lapse: "失效", "lapse";
        Reinstate: "恢复认定", "reinstate";
        Uphold: "申诉成立", "uphold";
    }
    Stage {
        Employer: "用人单位审核", "the employer's review";
        Authority: "主管部门审核", "the authority's review";
    }
    WindowKind {
        Declare: "申报", "declaration";
        Review: "审核", "review";
        MakeupApplication: "补学申请", "make-up application";
        MakeupStudy: "补学学习", "make-up study";
        MakeupRegistration: "补学登记", "make-up registration";
        Freeze: "年终结转", "year-end freeze";
    }
    RecordState {
        InProgress: "进行中", "in progress";
        Satisfied: "达标", "satisfied";
        Certified: "审验发证", "certified";
        Incomplete: "结转为未完成", "incomplete";
        Exempt: "免修", "exempt";
    }
    AppealState {
        Submitted: "待裁决", "waiting for a decision";
        Upheld: "申诉成立", "upheld";
        Dismissed: "申诉不成立", "dismissed";
        Withdrawn: "已撤回", "withdrawn";
    }
    Post {
        Technical: "专业技术岗位", "technical post";
        Management: "管理岗位", "management post";
        CivilServant: "参公管理岗位", "post managed as civil service";
    }
}
