//! What is kept in step with other systems: the kinds of records that the change feed and the snapshot carry.

text_enum! {
    /// A kind of record that followers keep a copy of; the order is that of a snapshot, in which a record stands behind what it
    /// refers to.
    pub enum Resource {
        /// A unit.
        Organization = "organization",
        /// A year's policy in force.
        Policy = "policy",
        /// A person.
        Professional = "professional",
        /// An institution's filing for a year (P1).
        Filing = "filing",
        /// A yearly training plan with its items (P2).
        TrainingPlan = "training_plan",
        /// A class (P3).
        Class = "class",
        /// A completion (H6, P4).
        LearningRecord = "learning_record",
        /// A grant of make-up (M3).
        MakeupGrant = "makeup_grant",
        /// An exemption (A5).
        Exemption = "exemption",
        /// A declaration.
        Declaration = "declaration",
        /// A person's year (H1).
        AnnualRecord = "annual_record",
        /// A certificate (A1).
        Certificate = "certificate",
    }
}

impl Resource {
    /// The name of a list of them.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Organization => "organizations",
            Self::Policy => "policies",
            Self::Professional => "professionals",
            Self::Filing => "filings",
            Self::TrainingPlan => "training_plans",
            Self::Class => "classes",
            Self::LearningRecord => "learning_records",
            Self::MakeupGrant => "makeup_grants",
            Self::Exemption => "exemptions",
            Self::Declaration => "declarations",
            Self::AnnualRecord => "annual_records",
            Self::Certificate => "certificates",
        }
    }
}
