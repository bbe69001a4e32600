//! What exactly a refusal rests on, where one code has several grounds.

text_enum! {
    /// What a class lacks to count as one on an approved plan (H5, P1, P3).
    pub enum NotFiledReason {
        /// Learning with a trainer, declared without a class that is known here.
        NoClass = "no_class",
        /// The institution is not filed with the municipal bureau (P1).
        InstitutionNotFiled = "institution_not_filed",
        /// No approved plan has this class.
        PlanNotApproved = "plan_not_approved",
        /// The plan was approved after the class had begun (E10).
        ApprovedAfterClassBegan = "approved_after_class_began",
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
    }
}

text_enum! {
    /// In what two declarations are the same learning (H7).
    pub enum DuplicateGround {
        /// The same learning record.
        LearningRecord = "learning_record",
        /// The same class.
        Class = "class",
        /// The same course of the same platform.
        PlatformCourse = "platform_course",
        /// The same evidence, by its content, on overlapping days.
        Evidence = "evidence",
    }
}
