//! Jobs, settlements, what lapsed, and the sealed appraisals.

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    jobs (jurisdiction_id, id) {
        jurisdiction_id -> Key,
        id -> Key,
        kind -> Text,
        state -> Text,
        year -> Nullable<Integer>,
        cursor -> Nullable<Text>,
        done -> BigInt,
        total -> BigInt,
        rate -> Nullable<BigInt>,
        failed_items -> Integer,
        failure -> Nullable<Text>,
        cancel_requested -> Bool,
        created_by -> Nullable<Key>,
        unit_id -> Key,
        created_at -> Instant,
        started_at -> Nullable<Instant>,
        updated_at -> Instant,
        finished_at -> Nullable<Instant>,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    job_errors (jurisdiction_id, job_id, number) {
        jurisdiction_id -> Key,
        job_id -> Key,
        number -> Integer,
        item -> Text,
        code -> Text,
        detail -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    settlements (jurisdiction_id, year) {
        jurisdiction_id -> Key,
        year -> Integer,
        state -> Text,
        job_id -> Key,
        policy_version -> Integer,
        frozen_at -> Instant,
        thawed_at -> Instant,
        counting_day -> Date,
        started_by -> Nullable<Key>,
        unit_id -> Key,
        started_at -> Instant,
        finished_at -> Nullable<Instant>,
        people -> BigInt,
        completed_in_year -> BigInt,
        completed_by_makeup -> BigInt,
        incomplete -> BigInt,
        exempt -> BigInt,
        lapsed -> BigInt,
        lapsed_overdue -> BigInt,
        approved_public -> BigInt,
        approved_professional -> BigInt,
        digest -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    lapses (jurisdiction_id, professional_id, declaration_id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        declaration_id -> Key,
        settled_year -> Integer,
        year -> Integer,
        revision -> Integer,
        employer_id -> Key,
        stage -> Text,
        unit_id -> Key,
        submitted_at -> Instant,
        entered_at -> Instant,
        due_at -> Instant,
        working_days -> Integer,
        overdue -> Bool,
        lapsed_at -> Instant,
        reinstated_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    appraisals (jurisdiction_id, professional_id, year) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        year -> Integer,
        employer_id -> Key,
        authority_id -> Key,
        public_institution -> Bool,
        outcome -> Text,
        approved_public -> Integer,
        approved_professional -> Integer,
        makeup_public -> Integer,
        makeup_professional -> Integer,
        certificate_id -> Nullable<Key>,
        policy_version -> Integer,
        lapsed -> Integer,
        lapsed_overdue -> Integer,
        digest -> Text,
        sealed_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    appraisal_addenda (jurisdiction_id, professional_id, id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        id -> Key,
        year -> Integer,
        cause -> Text,
        declaration_id -> Nullable<Key>,
        outcome_before -> Text,
        outcome_after -> Text,
        approved_public -> Integer,
        approved_professional -> Integer,
        makeup_public -> Integer,
        makeup_professional -> Integer,
        reason -> Nullable<Text>,
        account_id -> Nullable<Key>,
        unit_id -> Nullable<Key>,
        added_at -> Instant,
        certificate_id -> Nullable<Key>,
    }
}

use super::organizations;

diesel::allow_tables_to_appear_in_same_query!(lapses, organizations);
diesel::allow_tables_to_appear_in_same_query!(appraisals, organizations);
