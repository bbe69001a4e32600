//! Emptying a sandbox database.

use crate::error::StoreError;
use crate::store::{Purpose, Writer};
use diesel::connection::SimpleConnection;

/// Every table but the mark, children before parents.
const TABLES: &[&str] = &[
    "webhook_deliveries",
    "webhook_secrets",
    "webhook_endpoints",
    "reported_years",
    "sync_acknowledgements",
    "sync_conflicts",
    "sync_references",
    "explanations",
    "step_bases",
    "refusals",
    "person_merges",
    "transfers",
    "employment_requests",
    "unit_registrations",
    "registrations",
    "appraisal_addenda",
    "appraisals",
    "lapses",
    "settlements",
    "export_parts",
    "exports",
    "import_errors",
    "imports",
    "job_errors",
    "jobs",
    "figure_tail",
    "figure_folds",
    "figure_log",
    "unit_figures",
    "person_parts",
    "unit_parts",
    "unit_places",
    "person_digests",
    "unit_digests",
    "digest_states",
    "events",
    "funding_report_revisions",
    "funding_reports",
    "seminar_admissions",
    "seminar_steps",
    "appeals",
    "exemption_acts",
    "exemptions",
    "makeup_grants",
    "makeup_reviews",
    "makeup_items",
    "makeup_applications",
    "makeup_bodies",
    "record_acts",
    "certificates",
    "annual_records",
    "attachments",
    "reviews",
    "stage_visits",
    "declarations",
    "roster_lines",
    "roster_revisions",
    "learning_records",
    "seminars",
    "classes",
    "plan_amendments",
    "plan_item_versions",
    "plan_items",
    "training_plans",
    "filing_acts",
    "filings",
    "employments",
    "erasures",
    "orphaned_files",
    "professional_identities",
    "professionals",
    // Its triggers fill it while the others are emptied.
    "digest_tail",
    "client_assertions",
    "clients",
    "login_failures",
    "sessions",
    "grants",
    "accounts",
    "platforms",
    "arrangements",
    "policies",
    // Likewise.
    "rule_stamps",
    "counters",
    "idempotency_keys",
    "log_cosignatures",
    "log_checkpoints",
    "log_tiles",
    "log_entries",
];

/// Tables that are not emptied and that the log speaks of.
const KEPT: [&str; 2] = ["signing_keys", "log_shapes"];

impl Writer<'_> {
    /// Deletes everything in a sandbox database, except its signing keys. Its log begins anew, too: whoever witnesses the log of a sandbox
    /// has to be told.
    ///
    /// # Errors
    /// [`StoreError::WrongPurpose`] in any other database.
    pub fn empty_sandbox(&mut self) -> Result<(), StoreError> {
        if self.purpose()? != Some(Purpose::Sandbox) {
            return Err(StoreError::WrongPurpose("only a sandbox can be emptied".into()));
        }
        // Whoever seals the log would leave a head behind that is not there yet.
        crate::transparency::keep_from_sealing(self.conn)?;
        // What is settled is guarded by triggers, which give way to this only.
        self.conn.batch_execute("update installation set emptying = true")?;
        for table in TABLES {
            self.conn.batch_execute(&format!("delete from {table}"))?;
        }
        // Units refer to each other: the tree goes from its leaves.
        self.conn
            .batch_execute("update organizations set reviewing_body_id = null, parent_id = null")?;
        self.conn.batch_execute("delete from organizations; delete from jurisdictions")?;
        self.conn.batch_execute("update installation set emptying = false")?;
        self.rules = None;
        self.forget_entries()?;
        self.enter_again(&KEPT)?;
        Ok(())
    }
}
