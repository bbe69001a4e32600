//! Filings, plans, classes and delivered learning.

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    filings (jurisdiction_id, organization_id, year) {
        jurisdiction_id -> Key,
        organization_id -> Key,
        year -> Integer,
        state -> Text,
        decided_at -> Instant,
        id -> Key,
        statement -> Text,
        applied_by -> Nullable<Key>,
        stopped_at -> Nullable<Instant>,
        version -> Integer,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    training_plans (jurisdiction_id, id) {
        jurisdiction_id -> Key,
        id -> Key,
        organization_id -> Key,
        year -> Integer,
        title -> Text,
        state -> Text,
        approved_at -> Nullable<Instant>,
        submitted_by -> Nullable<Key>,
        version -> Integer,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    plan_items (jurisdiction_id, id) {
        jurisdiction_id -> Key,
        id -> Key,
        plan_id -> Key,
        subject -> Text,
        theme -> Text,
        hours -> Integer,
        starts_on -> Date,
        ends_on -> Date,
        places -> Integer,
        audience -> Text,
        removed -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    classes (jurisdiction_id, id) {
        jurisdiction_id -> Key,
        id -> Key,
        organization_id -> Key,
        plan_item_id -> Nullable<Key>,
        title -> Text,
        subject -> Text,
        way -> Text,
        starts_on -> Date,
        ends_on -> Date,
        hours -> Integer,
        place -> Text,
        state -> Text,
        cancel_reason -> Nullable<Text>,
        roster_revision -> Integer,
        version -> Integer,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    learning_records (jurisdiction_id, professional_id, id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        id -> Key,
        year -> Integer,
        source -> Text,
        subject -> Text,
        way -> Text,
        title -> Text,
        hours -> Integer,
        started_on -> Date,
        completed_on -> Date,
        passed -> Bool,
        platform_code -> Nullable<Text>,
        course_code -> Nullable<Text>,
        class_id -> Nullable<Key>,
        seminar_id -> Nullable<Key>,
        declared -> Bool,
        corrected_hours -> Nullable<Integer>,
        corrected_passed -> Nullable<Bool>,
        created_at -> Instant,
    }
}
