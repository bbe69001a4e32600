//! Units.

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    organizations (jurisdiction_id, id) {
        jurisdiction_id -> Key,
        id -> Key,
        parent_id -> Nullable<Key>,
        path -> Text,
        kind -> Text,
        name -> Text,
        unit_code -> Nullable<Text>,
        is_public_institution -> Bool,
        reviewing_body_id -> Nullable<Key>,
        state -> Text,
        version -> Integer,
        created_at -> Instant,
        updated_at -> Instant,
    }
}
