//! What decisions and refusals rested on (V7).

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    explanations (jurisdiction_id, professional_id, id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        id -> Key,
        subject -> Text,
        subject_id -> Nullable<Key>,
        year -> Integer,
        act -> Text,
        outcome -> Text,
        account_id -> Nullable<Key>,
        unit_id -> Nullable<Key>,
        policy_version -> Integer,
        document -> Text,
        made_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    refusals (jurisdiction_id, id) {
        jurisdiction_id -> Key,
        id -> Key,
        account_id -> Key,
        fingerprint -> Binary,
        code -> Text,
        document -> Text,
        times -> Integer,
        first_at -> Instant,
        last_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::Key;

    step_bases (jurisdiction_id, event_id) {
        jurisdiction_id -> Key,
        event_id -> Key,
        unit_id -> Nullable<Key>,
        policy_year -> Nullable<Integer>,
        policy_version -> Nullable<Integer>,
        comment -> Nullable<Text>,
        document -> Text,
        log_salt -> Nullable<Binary>,
    }
}
