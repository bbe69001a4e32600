//! People and where they work.

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    professionals (jurisdiction_id, professional_id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        name -> Text,
        id_type -> Text,
        id_cipher -> Binary,
        id_masked -> Text,
        phone_cipher -> Nullable<Binary>,
        title_series -> Nullable<Text>,
        title_level -> Nullable<Text>,
        post -> Text,
        state -> Text,
        employer_id -> Nullable<Key>,
        version -> Integer,
        created_at -> Instant,
        updated_at -> Instant,
        log_salt -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    professional_identities (jurisdiction_id, id_hash) {
        jurisdiction_id -> Key,
        id_hash -> Binary,
        professional_id -> Key,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    employments (jurisdiction_id, professional_id, id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        id -> Key,
        organization_id -> Key,
        started_on -> Date,
        ended_on -> Nullable<Date>,
        end_reason -> Nullable<Text>,
        recorded_at -> Nullable<Instant>,
    }
}
