//! What happened.

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    events (jurisdiction_id, id) {
        jurisdiction_id -> Key,
        id -> Key,
        kind -> Text,
        person_id -> Nullable<Key>,
        unit_id -> Nullable<Key>,
        authority_id -> Nullable<Key>,
        subject -> Text,
        subject_id -> Nullable<Key>,
        year -> Nullable<Integer>,
        account_id -> Nullable<Key>,
        data -> Text,
        once -> Nullable<Text>,
        occurred_at -> Instant,
        position -> Nullable<BigInt>,
        request_id -> Nullable<Text>,
        address -> Nullable<Text>,
        address_salt -> Nullable<Binary>,
        address_digest -> Nullable<Binary>,
    }
}
