//! Webhooks: endpoints, what they sign with, what was delivered (ADR 0022).

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    webhook_endpoints (jurisdiction_id, id) {
        jurisdiction_id -> Key,
        id -> Key,
        owner_id -> Key,
        owner_is_client -> Bool,
        unit_id -> Key,
        url -> Binary,
        description -> Text,
        types -> Text,
        content -> Text,
        schemes -> Text,
        enabled -> Bool,
        disabled_because -> Nullable<Text>,
        disabled_at -> Nullable<Instant>,
        failing_since -> Nullable<Instant>,
        resting_until -> Nullable<Instant>,
        position -> BigInt,
        version -> Integer,
        created_at -> Instant,
        updated_at -> Instant,
        deleted_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    webhook_secrets (jurisdiction_id, endpoint_id, id) {
        jurisdiction_id -> Key,
        endpoint_id -> Key,
        id -> Key,
        scheme -> Text,
        secret -> Binary,
        public_key -> Nullable<Text>,
        created_at -> Instant,
        expires_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    webhook_deliveries (jurisdiction_id, endpoint_id, id) {
        jurisdiction_id -> Key,
        endpoint_id -> Key,
        id -> Key,
        kind -> Text,
        event_id -> Nullable<Key>,
        event_type -> Nullable<Text>,
        state -> Text,
        attempts -> Integer,
        strikes -> Integer,
        next_attempt_at -> Nullable<Instant>,
        last_attempt_at -> Nullable<Instant>,
        last_status -> Nullable<Integer>,
        last_failure -> Nullable<Text>,
        last_duration_ms -> Nullable<Integer>,
        created_at -> Instant,
        finished_at -> Nullable<Instant>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    webhook_endpoints,
    webhook_secrets,
    webhook_deliveries,
);
