//! What can be taken out as a file (ADR 0026).

text_enum! {
    /// A list that can be taken out as a whole.
    pub enum ExportList {
        /// 人员.
        Professionals = "professionals",
        /// 单位.
        Organizations = "organizations",
        /// 账号.
        Accounts = "accounts",
        /// 入职申请 (U0).
        EmploymentRequests = "employment_requests",
        /// 单位注册 (U0).
        OrganizationRegistrations = "organization_registrations",
        /// 调动 (U2).
        Transfers = "transfers",
        /// 培训机构.
        Institutions = "institutions",
        /// 备案 (P1).
        Filings = "filings",
        /// 年度培训计划 (P2).
        TrainingPlans = "training_plans",
        /// 班次 (P3).
        Classes = "classes",
        /// 一个班次的名册 (P4).
        Roster = "roster",
        /// 高级研修班 (P6).
        Seminars = "seminars",
        /// 学习记录 (H6, P4).
        LearningRecords = "learning_records",
        /// 学时申报.
        Declarations = "declarations",
        /// 待审核事项.
        ReviewQueue = "review_queue",
        /// 年度记录 (A1).
        AnnualRecords = "annual_records",
        /// 年度考核快照 (A3).
        Appraisals = "appraisals",
        /// 结转时失效的申报 (A3).
        Lapses = "lapses",
        /// 免修 (A5).
        Exemptions = "exemptions",
        /// 申诉 (V8).
        Appeals = "appeals",
        /// 补学申请 (M1).
        MakeupApplications = "makeup_applications",
        /// 补学许可 (M3).
        MakeupGrants = "makeup_grants",
        /// 经费报告 (U5).
        FundingReports = "funding_reports",
        /// 事件.
        Events = "events",
        /// 同步冲突.
        SyncConflicts = "sync_conflicts",
        /// 省平台回执.
        SyncAcknowledgements = "sync_acknowledgements",
        /// 人员、结果和学时统计.
        CompletionFigures = "completion_figures",
        /// 审核时效统计 (V3).
        TimelinessFigures = "timeliness_figures",
        /// 备案、计划、班次和单位统计.
        FilingFigures = "filing_figures",
        /// 经费统计 (U5).
        FundingFigures = "funding_figures",
        /// 一项统计指标的明细.
        FigureRows = "figure_rows",
    }
}

text_enum! {
    /// What the file is.
    pub enum ExportFormat {
        /// A workbook of Office Open XML.
        Xlsx = "xlsx",
        /// Comma-separated values in UTF-8 with a byte order mark.
        Csv = "csv",
        /// One JSON object in each line, as the list answers them.
        Ndjson = "ndjson",
    }
}
