//! Exemptions and appeals.

use super::{organizations, professionals};

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    exemptions (jurisdiction_id, professional_id, id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        id -> Key,
        year -> Integer,
        kind -> Text,
        starts_on -> Date,
        ends_on -> Date,
        statement -> Text,
        state -> Text,
        employer_id -> Key,
        authority_id -> Key,
        applied_by -> Key,
        version -> Integer,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    exemption_acts (jurisdiction_id, professional_id, id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        id -> Key,
        exemption_id -> Key,
        event -> Text,
        account_id -> Key,
        unit_id -> Key,
        comment -> Nullable<Text>,
        policy_version -> Integer,
        acted_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    appeals (jurisdiction_id, professional_id, id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        id -> Key,
        kind -> Text,
        matter -> Text,
        year -> Integer,
        declaration_id -> Nullable<Key>,
        class_id -> Nullable<Key>,
        seminar_id -> Nullable<Key>,
        platform_code -> Nullable<Text>,
        course_code -> Nullable<Text>,
        title -> Nullable<Text>,
        hours -> Nullable<Integer>,
        started_on -> Nullable<Date>,
        completed_on -> Nullable<Date>,
        statement -> Text,
        state -> Text,
        employer_id -> Key,
        authority_id -> Key,
        decider_id -> Key,
        submitted_at -> Instant,
        due_at -> Instant,
        due_provisional -> Bool,
        overdue_told -> Bool,
        decided_by -> Nullable<Key>,
        decided_for -> Nullable<Key>,
        decided_at -> Nullable<Instant>,
        comment -> Nullable<Text>,
        policy_version -> Integer,
        learning_record_id -> Nullable<Key>,
        version -> Integer,
        updated_at -> Instant,
    }
}

// Which units a scope covers is a subquery of the lists.
diesel::allow_tables_to_appear_in_same_query!(exemptions, organizations);
diesel::allow_tables_to_appear_in_same_query!(appeals, organizations);
diesel::allow_tables_to_appear_in_same_query!(exemptions, professionals);
