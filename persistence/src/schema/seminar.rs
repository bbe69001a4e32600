//! Tables of advanced seminars (P6).

use super::{organizations, professionals};

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    seminars (jurisdiction_id, id) {
        jurisdiction_id -> Key,
        id -> Key,
        organization_id -> Key,
        year -> Integer,
        theme -> Text,
        need -> Text,
        audience -> Text,
        venue -> Text,
        starts_on -> Date,
        ends_on -> Date,
        hours -> Integer,
        places -> Integer,
        admitted -> Integer,
        state -> Text,
        brought_by -> Key,
        approved_at -> Nullable<Instant>,
        closed_at -> Nullable<Instant>,
        version -> Integer,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    seminar_steps (jurisdiction_id, seminar_id, version) {
        jurisdiction_id -> Key,
        seminar_id -> Key,
        version -> Integer,
        event -> Text,
        state -> Text,
        comment -> Nullable<Text>,
        account_id -> Key,
        unit_id -> Key,
        policy_version -> Integer,
        taken_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    seminar_admissions (jurisdiction_id, professional_id, seminar_id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        seminar_id -> Key,
        employer_id -> Nullable<Key>,
        admitted_at -> Instant,
        hours -> Nullable<Integer>,
        passed -> Nullable<Bool>,
    }
}

// The pairs that are joined here.
diesel::allow_tables_to_appear_in_same_query!(seminars, organizations);
diesel::allow_tables_to_appear_in_same_query!(seminar_admissions, organizations);
diesel::allow_tables_to_appear_in_same_query!(seminar_admissions, professionals);
