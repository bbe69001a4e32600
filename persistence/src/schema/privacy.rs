//! Keys that personal data is encrypted under, and whose data was erased.

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::Instant;

    data_keys (kind, version) {
        kind -> Text,
        version -> Integer,
        algorithm -> Text,
        wrapped -> Binary,
        wrapped_by -> Text,
        created_at -> Instant,
        retired_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    erasures (jurisdiction_id, professional_id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        account_id -> Key,
        unit_id -> Key,
        reason -> Text,
        erased_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::Instant;

    orphaned_files (content_hash) {
        content_hash -> Text,
        since -> Instant,
    }
}
