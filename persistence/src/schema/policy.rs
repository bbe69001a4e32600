//! Policies, working days, platforms.

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    policies (jurisdiction_id, year, version) {
        jurisdiction_id -> Key,
        year -> Integer,
        version -> Integer,
        state -> Text,
        document -> Text,
        reason -> Nullable<Text>,
        revision -> Integer,
        created_by -> Nullable<Key>,
        created_at -> Instant,
        published_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    arrangements (jurisdiction_id, year) {
        jurisdiction_id -> Key,
        year -> Integer,
        days -> Text,
        version -> Integer,
        loaded_by -> Nullable<Key>,
        loaded_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    platforms (jurisdiction_id, code) {
        jurisdiction_id -> Key,
        code -> Text,
        name -> Text,
        url -> Nullable<Text>,
        version -> Integer,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::Key;

    rule_stamps (jurisdiction_id) {
        jurisdiction_id -> Key,
        stamp -> Text,
    }
}
