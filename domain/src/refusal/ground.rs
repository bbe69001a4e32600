//! What exactly a refusal rests on, where one code has several grounds.

text_enum! {
    /// Why a person's data is not erased yet (U4a).
    pub enum ErasureGround {
        /// They are employed, or looking for an employer.
        Active = "active",
        /// Cases of theirs wait for a decision.
        OpenCases = "open_cases",
        /// Their records have to be kept longer.
        Retention = "retention",
    }
}

text_enum! {
    /// What a class lacks to count as one on an approved plan (H5, P1, P3).
    pub enum NotFiledReason {
        /// Learning with a trainer, declared without a class that is known here.
        NoClass = "no_class",
        /// The institution is not filed with the municipal bureau (P1).
        InstitutionNotFiled = "institution_not_filed",
        /// The institution has applied; the bureau has not decided (P1).
        FilingPending = "filing_pending",
        /// The institution's filing was suspended before the class began (P5).
        FilingSuspended = "filing_suspended",
        /// The institution's filing was revoked before the class began (P5).
        FilingRevoked = "filing_revoked",
        /// The class stands on no item of a plan (P3).
        NoPlanItem = "no_plan_item",
        /// The plan of the class's item is not approved.
        PlanNotApproved = "plan_not_approved",
        /// The plan was approved after the class had begun (E10).
        ApprovedAfterClassBegan = "approved_after_class_began",
    }
}

text_enum! {
    /// What mends the lack of a class: the next step (H5, P3).
    pub enum Mend {
        /// The institution holds the class as a registered one and puts the person on its roster.
        PutOnRoster = "put_on_roster",
        /// The institution applies for its filing.
        ApplyForFiling = "apply_for_filing",
        /// The municipal bureau decides on the filing.
        DecideFiling = "decide_filing",
        /// The municipal bureau lets the suspended filing go on.
        ResumeFiling = "resume_filing",
        /// The institution puts the class into a plan.
        FilePlanItem = "file_plan_item",
        /// The institution submits its plan.
        SubmitPlan = "submit_plan",
        /// The municipal bureau decides on the plan.
        DecidePlan = "decide_plan",
        /// Nothing mends this class; another one that begins after the approval counts.
        HoldAgain = "hold_again",
    }
}

text_enum! {
    /// Who has to take a step.
    pub enum MendedBy {
        /// The institution.
        Institution = "institution",
        /// The municipal bureau.
        MunicipalBureau = "municipal_bureau",
        /// Nobody can.
        Nobody = "nobody",
    }
}

impl Mend {
    /// Who has to take the step.
    #[must_use]
    pub const fn by(self) -> MendedBy {
        match self {
            Self::PutOnRoster | Self::ApplyForFiling | Self::FilePlanItem | Self::SubmitPlan => {
                MendedBy::Institution
            }
            Self::DecideFiling | Self::ResumeFiling | Self::DecidePlan => MendedBy::MunicipalBureau,
            Self::HoldAgain => MendedBy::Nobody,
        }
    }
}

text_enum! {
    /// In what a class does not fit the plan that it is to stand on (P3).
    pub enum ClassMismatch {
        /// The item was taken out of the plan.
        Item = "item",
        /// Another year than the plan's.
        Year = "year",
        /// Another subject than the item's.
        Subject = "subject",
        /// A form that no trainer's class has.
        Way = "way",
    }
}

text_enum! {
    /// Which limit the hours exceed.
    pub enum LimitKind {
        /// The policy's limit for one item of this way (H8).
        PerItem = "per_item",
        /// The policy's limit for this way in a year (H8).
        PerYear = "per_year",
        /// The hours of the plan's item (P3).
        PlanItem = "plan_item",
        /// The hours of the advanced seminar (P6).
        Seminar = "seminar",
        /// The hours of the class (P4).
        ClassHours = "class_hours",
    }
}

text_enum! {
    /// In what two declarations are the same learning (H7).
    pub enum DuplicateGround {
        /// The same learning record.
        LearningRecord = "learning_record",
        /// The same class.
        Class = "class",
        /// The same advanced seminar.
        Seminar = "seminar",
        /// The same course of the same platform.
        PlatformCourse = "platform_course",
        /// The same evidence, by its content, on overlapping days.
        Evidence = "evidence",
    }
}
