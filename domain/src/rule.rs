//! The rules of the rulebook that this crate can refer to, with the clause of the notice that each one rests on.

use serde::Serialize;

text_enum! {
    /// A rule of the rulebook.
    pub enum Rule {
        /// The three floors of a year.
        H1 = "H1",
        /// An hour belongs to the year in which the learning ended.
        H2 = "H2",
        /// Nothing carries over.
        H3 = "H3",
        /// Prior-year hours only under a granted make-up.
        H4 = "H4",
        /// Trainers' hours need a class on an approved plan.
        H5 = "H5",
        /// Public hours come from the year's listed platforms.
        H6 = "H6",
        /// The same learning counts once.
        H7 = "H7",
        /// Ways of earning and the conversion table.
        H8 = "H8",
        /// A day holds only so many hours.
        H9 = "H9",
        /// Evidence of self-declared learning.
        H10 = "H10",
        /// The year-end freeze begins on the 20th.
        W1 = "W1",
        /// The window holds at commit time too.
        W2 = "W2",
        /// Policy is data per year.
        W3 = "W3",
        /// From 2024 make-up only exceptionally.
        W4 = "W4",
        /// Windows are published.
        W5 = "W5",
        /// Five working days for each stage.
        V1 = "V1",
        /// Working days by the State Council's arrangement.
        V2 = "V2",
        /// Late is visible.
        V3 = "V3",
        /// Exactly one decision stands.
        V4 = "V4",
        /// A submission that cannot finish before the freeze is warned.
        V5 = "V5",
        /// Batch reviews.
        V6 = "V6",
        /// Every decision can be explained.
        V7 = "V7",
        /// Appeals.
        V8 = "V8",
        /// Forecast before the freeze.
        V9 = "V9",
        /// Every decision keeps who, for which unit, when and why.
        V10 = "V10",
        /// Verification issues the certificate.
        A1 = "A1",
        /// A revocation follows through to the certificate.
        A2 = "A2",
        /// Settlement in the freeze or later.
        A3 = "A3",
        /// Nobody pays for a late reviewer: reinstatement.
        A3a = "A3a",
        /// Outcomes are kept apart, and by purpose.
        A4 = "A4",
        /// Exemptions.
        A5 = "A5",
        /// No pro-rating.
        A6 = "A6",
        /// Make-up: when, which years, which people.
        M1 = "M1",
        /// Make-up: three parties.
        M2 = "M2",
        /// A grant is for one person and one prior year.
        M3 = "M3",
        /// Registered make-up hours go through both reviews.
        M4 = "M4",
        /// Make-up never changes a sealed appraisal.
        M5 = "M5",
        /// Exceptional make-up.
        M6 = "M6",
        /// Only trainers that are filed count.
        P1 = "P1",
        /// Yearly training plans.
        P2 = "P2",
        /// A class belongs to an item of an approved plan.
        P3 = "P3",
        /// Only passed attendees earn hours.
        P4 = "P4",
        /// A revoked filing stops new classes.
        P5 = "P5",
        /// Advanced seminars.
        P6 = "P6",
        /// Registration of people and units.
        U0 = "U0",
        /// Handover of a unit's administrator.
        U1 = "U1",
        /// Transfers between employers.
        U2 = "U2",
        /// Retirement or leaving ends the active period.
        U3 = "U3",
        /// One person, one record; checksums.
        U4 = "U4",
        /// Kinds of id number, masks.
        U4a = "U4a",
        /// Who is in scope.
        U4b = "U4b",
        /// Training funds.
        U5 = "U5",
        /// The section "Who" of the rulebook: acting rights, nobody on their own.
        Who = "Who",
    }
}

/// A rule's id and the clause behind it, as a problem document shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct RuleRef {
    /// The id in the rulebook, such as `H5`.
    pub id: &'static str,
    /// The clause of the notice (or of the regulation), by its short Chinese name.
    pub clause: &'static str,
}

impl Rule {
    /// The clause of the notice, or of the regulation, that the rule rests on.
    #[must_use]
    pub const fn clause(self) -> &'static str {
        match self {
            Self::H1 => "一（二）学时要求",
            Self::H2 => "一（二）当年度学时申报",
            Self::H3 => "一（二）学时不得结转",
            Self::H4 | Self::W4 | Self::M1 | Self::M2 | Self::M3 | Self::M4 | Self::M6 => {
                "三（二）逐步关闭补学通道"
            }
            Self::H5 | Self::P1 | Self::P2 | Self::P3 | Self::P4 | Self::P5 => "三（一）备案管理",
            Self::P6 => "二、高级研修",
            Self::H6 => "一（一）公需科目",
            Self::H7 | Self::H9 | Self::H10 => "三（四）学时审核",
            Self::H8 => "人社部令第25号第十一条",
            Self::W1 | Self::W2 => "三（二）年终结转期",
            Self::W3 | Self::W5 => "三（二）年度办理时间",
            Self::V1
            | Self::V2
            | Self::V3
            | Self::V4
            | Self::V5
            | Self::V6
            | Self::V7
            | Self::V8
            | Self::V9
            | Self::V10 => "三（四）审核时限",
            Self::A1 | Self::A2 => "三（二）年度审核与电子证书",
            Self::A3 | Self::A3a => "三（二）年终结转期",
            Self::A4 | Self::A5 | Self::A6 | Self::M5 => "三（三）继续教育成果使用",
            Self::U2 | Self::U3 => "三（四）人员转移和删除",
            Self::U0 | Self::U4 | Self::U4a | Self::U4b => "三（四）注册登记",
            Self::U5 => "三（五）经费保障",
            Self::U1 | Self::Who => "三（四）电子证书管理员",
        }
    }

    /// The id and the clause together.
    #[must_use]
    pub const fn reference(self) -> RuleRef {
        RuleRef { id: self.as_str(), clause: self.clause() }
    }
}
