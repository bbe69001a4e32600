//! Which tables the log answers for.

/// A table whose rows the log holds digests of.
#[derive(Debug)]
pub(crate) struct Covered {
    /// Its name.
    pub(crate) table: &'static str,
    /// The columns of its primary key.
    pub(crate) key: &'static [&'static str],
    /// Whether its rows are about a person: their digests are salted with that person's salt, so that they can be erased. What a keyed hash
    /// stands for cannot be guessed anyway, and is there before the person is.
    pub(crate) of_person: bool,
}

/// What states who did what, who is who, which hours count and why.
///
/// Left out is what can be computed again (figures, digests), what passes (sessions, jobs, imports, exports, stored answers, deliveries,
/// acknowledgements, receivers), and events, which have entries of their own. The place in the list is the table's number in the log: a new
/// table goes to the end, and one that is gone keeps its line.
pub(crate) const COVERED: &[Covered] = &[
    Covered { table: "accounts", key: &["id"], of_person: true },
    Covered {
        table: "annual_records",
        key: &["jurisdiction_id", "professional_id", "year"],
        of_person: true,
    },
    Covered {
        table: "appeals",
        key: &["jurisdiction_id", "professional_id", "id"],
        of_person: true,
    },
    Covered {
        table: "appraisal_addenda",
        key: &["jurisdiction_id", "professional_id", "id"],
        of_person: true,
    },
    Covered {
        table: "appraisals",
        key: &["jurisdiction_id", "professional_id", "year"],
        of_person: true,
    },
    Covered { table: "arrangements", key: &["jurisdiction_id", "year"], of_person: false },
    Covered {
        table: "attachments",
        key: &["jurisdiction_id", "professional_id", "id"],
        of_person: true,
    },
    Covered {
        table: "certificates",
        key: &["jurisdiction_id", "professional_id", "id"],
        of_person: true,
    },
    Covered { table: "classes", key: &["jurisdiction_id", "id"], of_person: false },
    Covered { table: "clients", key: &["id"], of_person: false },
    Covered {
        table: "declarations",
        key: &["jurisdiction_id", "professional_id", "id"],
        of_person: true,
    },
    Covered { table: "employment_requests", key: &["jurisdiction_id", "id"], of_person: false },
    Covered {
        table: "employments",
        key: &["jurisdiction_id", "professional_id", "id"],
        of_person: true,
    },
    Covered {
        table: "exemption_acts",
        key: &["jurisdiction_id", "professional_id", "id"],
        of_person: true,
    },
    Covered {
        table: "exemptions",
        key: &["jurisdiction_id", "professional_id", "id"],
        of_person: true,
    },
    Covered {
        table: "explanations",
        key: &["jurisdiction_id", "professional_id", "id"],
        of_person: true,
    },
    Covered { table: "filing_acts", key: &["jurisdiction_id", "id"], of_person: false },
    Covered {
        table: "filings",
        key: &["jurisdiction_id", "organization_id", "year"],
        of_person: false,
    },
    Covered {
        table: "funding_report_revisions",
        key: &["jurisdiction_id", "organization_id", "year", "revision"],
        of_person: false,
    },
    Covered {
        table: "funding_reports",
        key: &["jurisdiction_id", "organization_id", "year"],
        of_person: false,
    },
    Covered { table: "grants", key: &["id"], of_person: false },
    Covered { table: "jurisdictions", key: &["id"], of_person: false },
    Covered {
        table: "lapses",
        key: &["jurisdiction_id", "professional_id", "declaration_id"],
        of_person: true,
    },
    Covered {
        table: "learning_records",
        key: &["jurisdiction_id", "professional_id", "id"],
        of_person: true,
    },
    Covered { table: "makeup_applications", key: &["jurisdiction_id", "id"], of_person: false },
    Covered {
        table: "makeup_bodies",
        key: &["jurisdiction_id", "organization_id"],
        of_person: false,
    },
    Covered {
        table: "makeup_grants",
        key: &["jurisdiction_id", "professional_id", "id"],
        of_person: true,
    },
    Covered {
        table: "makeup_items",
        key: &["jurisdiction_id", "professional_id", "id"],
        of_person: true,
    },
    Covered {
        table: "makeup_reviews",
        key: &["jurisdiction_id", "professional_id", "id"],
        of_person: true,
    },
    Covered { table: "organizations", key: &["jurisdiction_id", "id"], of_person: false },
    Covered {
        table: "person_merges",
        key: &["jurisdiction_id", "professional_id", "id"],
        of_person: true,
    },
    Covered { table: "plan_amendments", key: &["jurisdiction_id", "id"], of_person: false },
    Covered {
        table: "plan_item_versions",
        key: &["jurisdiction_id", "item_id", "version"],
        of_person: false,
    },
    Covered { table: "plan_items", key: &["jurisdiction_id", "id"], of_person: false },
    Covered { table: "platforms", key: &["jurisdiction_id", "code"], of_person: false },
    Covered { table: "policies", key: &["jurisdiction_id", "year", "version"], of_person: false },
    Covered {
        table: "professional_identities",
        key: &["jurisdiction_id", "id_hash"],
        of_person: false,
    },
    Covered {
        table: "professionals",
        key: &["jurisdiction_id", "professional_id"],
        of_person: true,
    },
    Covered {
        table: "record_acts",
        key: &["jurisdiction_id", "professional_id", "id"],
        of_person: true,
    },
    Covered { table: "refusals", key: &["jurisdiction_id", "id"], of_person: false },
    Covered { table: "registrations", key: &["jurisdiction_id", "account_id"], of_person: false },
    Covered {
        table: "reported_years",
        key: &["jurisdiction_id", "professional_id", "year"],
        of_person: true,
    },
    Covered {
        table: "reviews",
        key: &["jurisdiction_id", "professional_id", "id"],
        of_person: true,
    },
    Covered {
        table: "roster_lines",
        key: &["jurisdiction_id", "professional_id", "class_id", "revision"],
        of_person: true,
    },
    Covered {
        table: "roster_revisions",
        key: &["jurisdiction_id", "class_id", "revision"],
        of_person: false,
    },
    Covered {
        table: "seminar_admissions",
        key: &["jurisdiction_id", "professional_id", "seminar_id"],
        of_person: true,
    },
    Covered {
        table: "seminar_steps",
        key: &["jurisdiction_id", "seminar_id", "version"],
        of_person: false,
    },
    Covered { table: "seminars", key: &["jurisdiction_id", "id"], of_person: false },
    Covered { table: "settlements", key: &["jurisdiction_id", "year"], of_person: false },
    Covered {
        table: "stage_visits",
        key: &["jurisdiction_id", "professional_id", "id"],
        of_person: true,
    },
    Covered { table: "step_bases", key: &["jurisdiction_id", "event_id"], of_person: false },
    Covered { table: "sync_conflicts", key: &["jurisdiction_id", "id"], of_person: false },
    Covered { table: "training_plans", key: &["jurisdiction_id", "id"], of_person: false },
    Covered {
        table: "transfers",
        key: &["jurisdiction_id", "professional_id", "id"],
        of_person: true,
    },
    Covered { table: "unit_registrations", key: &["jurisdiction_id", "id"], of_person: false },
    Covered { table: "signing_keys", key: &["kid"], of_person: false },
    Covered { table: "log_shapes", key: &["covered"], of_person: false },
    Covered { table: "erasures", key: &["jurisdiction_id", "professional_id"], of_person: false },
];

/// The table with this name, with its number.
pub(crate) fn by_name(table: &str) -> Option<(u8, &'static Covered)> {
    let place = COVERED.iter().position(|covered| covered.table == table)?;
    Some((u8::try_from(place).ok()?, &COVERED[place]))
}

/// The table with this number.
pub(crate) fn by_number(number: u8) -> Option<&'static Covered> {
    COVERED.get(usize::from(number))
}
