//! What the rules are called, for those who read which one something rests on.

use xueshi_domain::Rule;

use super::Phrase;

macro_rules! titles {
    ($($rule:ident: $zh:literal, $en:literal;)*) => {
        /// The title of a rule in both languages.
        #[must_use]
        pub const fn title(rule: Rule) -> Phrase {
            match rule {
                $(Rule::$rule => Phrase { zh: $zh, en: $en },)*
            }
        }
    };
}

titles! {
    H1: "年度学时三项下限", "The three floors of a year";
    H2: "学时归属学习结束的年度", "An hour belongs to the year in which the learning ended";
    H3: "学时不得结转", "Nothing carries over";
    H4: "往年学时须经批准补学", "Prior-year hours only under a granted make-up";
    H5: "培训班须在获批的培训计划内", "Trainers' hours need a class on an approved plan";
    H6: "公需科目由年度公布的平台提供", "Public hours come from the year's listed platforms";
    H7: "同一学习只计一次", "The same learning counts once";
    H8: "学习方式与学时折算", "Ways of earning and the conversion table";
    H9: "每日学时上限", "A day holds only so many hours";
    H10: "自行申报须附证明材料", "Evidence of self-declared learning";
    W1: "年终结转期自 20 日起", "The year-end freeze begins on the 20th";
    W2: "办理时间以提交完成时为准", "The window holds at commit time too";
    W3: "各年度政策", "Policy is data of each year";
    W4: "2024 年起仅特殊补学", "From 2024 make-up only exceptionally";
    W5: "办理时间公开", "Windows are published";
    V1: "各环节五个工作日", "Five working days for each stage";
    V2: "工作日按国务院安排计算", "Working days by the State Council's arrangement";
    V3: "逾期可见", "Late is visible";
    V4: "只有一个决定有效", "Exactly one decision stands";
    V5: "结转期前办不完的予以提示", "A submission that cannot finish before the freeze is warned";
    V6: "批量审核", "Batch reviews";
    V7: "决定可以说明", "Every decision can be explained";
    V8: "申诉", "Appeals";
    V9: "结转期前的预测", "Forecast before the freeze";
    V10: "决定留有经办人、单位、时间和理由", "Every decision keeps who, for which unit, when and why";
    A1: "年度审核与电子证书", "Verification issues the certificate";
    A2: "撤销及于证书", "A revocation follows through to the certificate";
    A3: "年终结转", "Settlement in the freeze or later";
    A3a: "审核逾期不由个人承担", "Nobody pays for a late reviewer: reinstatement";
    A4: "结果分别记载、分用途使用", "Outcomes are kept apart, and by purpose";
    A5: "免修", "Exemptions";
    A6: "不按月折算", "No pro-rating";
    M1: "补学的时间、年度和人员", "Make-up: when, which years, which people";
    M2: "补学由三方办理", "Make-up: three parties";
    M3: "一项许可对应一人一年", "A grant is for one person and one prior year";
    M4: "补学学时同样经两级审核", "Registered make-up hours go through both reviews";
    M5: "补学不改变已封存的考核", "Make-up never changes a sealed appraisal";
    M6: "特殊补学", "Exceptional make-up";
    P1: "施教机构备案", "Only trainers that are filed count";
    P2: "年度培训计划", "Yearly training plans";
    P3: "班次属于获批的计划项目", "A class belongs to an item of an approved plan";
    P4: "仅合格学员取得学时", "Only passed attendees earn hours";
    P5: "暂停、恢复和撤销备案", "A revoked filing stops new classes";
    P6: "高级研修", "Advanced seminars";
    U0: "人员和单位注册", "Registration of people and units";
    U1: "单位管理员的任免与交接", "Handover of a unit's administrator";
    U2: "调动", "Transfers between employers";
    U3: "退休或离职", "Retirement or leaving ends the active period";
    U4: "一人一档", "One person, one record";
    U4a: "证件号码和电话的保护", "Id numbers and phones: masked, and read unmasked only for a purpose";
    U4b: "适用人员", "Who is in scope";
    U5: "培训经费", "Training funds";
    Who: "职权：角色与所辖单位", "Acting rights: a role on a subtree of units";
}
