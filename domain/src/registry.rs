//! The things that are registered, and the states that they go through (rulebook, "Who"; U3, W3, P1, P2).

text_enum! {
    /// What a unit is (rulebook, "Who").
    pub enum OrganizationKind {
        /// 市人社局: root of the tree.
        MunicipalBureau = "municipal_bureau",
        /// 区县（市）/开发区人社局.
        DistrictBureau = "district_bureau",
        /// 行业主管部门、市直单位.
        IndustryAuthority = "industry_authority",
        /// 市级继续教育基地.
        CeBase = "ce_base",
        /// 施教机构.
        TrainingInstitution = "training_institution",
        /// 用人单位.
        Employer = "employer",
    }
}

impl OrganizationKind {
    /// Whether a unit of this kind reviews for the employers that name it.
    #[must_use]
    pub const fn reviews(self) -> bool {
        match self {
            Self::MunicipalBureau | Self::DistrictBureau | Self::IndustryAuthority => true,
            Self::CeBase | Self::TrainingInstitution | Self::Employer => false,
        }
    }
}

text_enum! {
    /// Whether something may still be used.
    pub enum Standing {
        /// In use.
        Active = "active",
        /// No longer in use; kept because others refer to it.
        Disabled = "disabled",
    }
}

text_enum! {
    /// Whether a person counts (U3).
    pub enum PersonState {
        /// Employed, or looking for an employer; may declare.
        Active = "active",
        /// Retired or left; keeps records and certificates.
        Ended = "ended",
    }
}

text_enum! {
    /// The life of a version of a policy (W3).
    pub enum PolicyState {
        /// Can be edited; nothing follows it.
        Draft = "draft",
        /// In force.
        Published = "published",
        /// Replaced by a later version; past decisions still refer to it.
        Superseded = "superseded",
    }
}

text_enum! {
    /// The filing of a training institution for a year (P1).
    pub enum FilingState {
        /// Applied for; waiting for the municipal bureau.
        Submitted = "submitted",
        /// The application is to be corrected.
        Returned = "returned",
        /// Declined.
        Rejected = "rejected",
        /// Its classes count.
        Granted = "granted",
        /// It holds no new classes for now (P5).
        Suspended = "suspended",
        /// It holds no new classes (P5).
        Revoked = "revoked",
    }
}

text_enum! {
    /// A yearly training plan (P2).
    pub enum PlanState {
        /// Being written.
        Draft = "draft",
        /// Waiting for the municipal bureau.
        Submitted = "submitted",
        /// Its classes count.
        Approved = "approved",
        /// To be corrected.
        Returned = "returned",
        /// Final.
        Rejected = "rejected",
    }
}

text_enum! {
    /// Who delivered a learning record.
    pub enum LearningSource {
        /// A listed platform, or the provincial platform for it (H6).
        Platform = "platform",
        /// The roster of a class (P4).
        Roster = "roster",
        /// A closed advanced seminar (P6).
        Seminar = "seminar",
        /// The municipal bureau, which upheld an appeal for a missing record (V8).
        Appeal = "appeal",
    }
}

text_enum! {
    /// An act on a person's year that is not a review (V10).
    pub enum RecordAct {
        /// A satisfied year was verified and certified (A1).
        Verified = "verified",
        /// An approved declaration was revoked.
        Revoked = "revoked",
        /// What had lapsed through a late review was approved after all (A3a).
        Reinstated = "reinstated",
    }
}
