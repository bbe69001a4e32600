//! What was done to filings and plans, approved items, amendments, rosters (P1–P5).

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    filing_acts (jurisdiction_id, id) {
        jurisdiction_id -> Key,
        id -> Key,
        subject_id -> Key,
        event -> Text,
        state -> Text,
        comment -> Nullable<Text>,
        account_id -> Key,
        unit_id -> Key,
        policy_version -> Nullable<Integer>,
        acted_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    plan_item_versions (jurisdiction_id, item_id, version) {
        jurisdiction_id -> Key,
        item_id -> Key,
        version -> Integer,
        amendment_id -> Nullable<Key>,
        subject -> Text,
        theme -> Text,
        hours -> Integer,
        starts_on -> Date,
        ends_on -> Date,
        places -> Integer,
        audience -> Text,
        removed -> Bool,
        approved_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    plan_amendments (jurisdiction_id, id) {
        jurisdiction_id -> Key,
        id -> Key,
        plan_id -> Key,
        state -> Text,
        reason -> Text,
        changes -> Text,
        submitted_by -> Nullable<Key>,
        version -> Integer,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    roster_revisions (jurisdiction_id, class_id, revision) {
        jurisdiction_id -> Key,
        class_id -> Key,
        revision -> Integer,
        reason -> Nullable<Text>,
        line_count -> Integer,
        passed_count -> Integer,
        account_id -> Key,
        unit_id -> Key,
        uploaded_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    roster_lines (jurisdiction_id, professional_id, class_id, revision) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        class_id -> Key,
        revision -> Integer,
        learning_record_id -> Key,
        change -> Text,
        hours_before -> Nullable<Integer>,
        passed_before -> Nullable<Bool>,
        hours -> Integer,
        passed -> Bool,
    }
}
