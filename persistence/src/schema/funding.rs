//! Tables of training funds (U5).

use super::organizations;

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    funding_reports (jurisdiction_id, organization_id, year) {
        jurisdiction_id -> Key,
        organization_id -> Key,
        year -> Integer,
        revision -> Integer,
        payroll -> BigInt,
        accrued -> BigInt,
        spent -> BigInt,
        floor_rate -> Integer,
        deductible_rate -> Integer,
        below_floor -> Bool,
        note -> Nullable<Text>,
        policy_version -> Integer,
        account_id -> Key,
        unit_id -> Key,
        reported_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    funding_report_revisions (jurisdiction_id, organization_id, year, revision) {
        jurisdiction_id -> Key,
        organization_id -> Key,
        year -> Integer,
        revision -> Integer,
        payroll -> BigInt,
        accrued -> BigInt,
        spent -> BigInt,
        floor_rate -> Integer,
        deductible_rate -> Integer,
        below_floor -> Bool,
        note -> Nullable<Text>,
        policy_version -> Integer,
        account_id -> Key,
        unit_id -> Key,
        reported_at -> Instant,
    }
}

// The pair that is joined here.
diesel::allow_tables_to_appear_in_same_query!(funding_reports, organizations);
