//! Accounts, rights, sessions, machine clients, keys.

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    accounts (id) {
        id -> Key,
        jurisdiction_id -> Key,
        username -> Text,
        password_hash -> Text,
        display_name -> Text,
        professional_id -> Nullable<Key>,
        state -> Text,
        version -> Integer,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    grants (id) {
        id -> Key,
        jurisdiction_id -> Key,
        account_id -> Key,
        role -> Text,
        organization_id -> Key,
        granted_at -> Instant,
        granted_by -> Nullable<Key>,
        ended_at -> Nullable<Instant>,
        ended_by -> Nullable<Key>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    sessions (id) {
        id -> Key,
        account_id -> Key,
        refresh_hash -> Binary,
        generation -> Integer,
        created_at -> Instant,
        expires_at -> Instant,
        ended_at -> Nullable<Instant>,
        end_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    login_failures (subject) {
        subject -> Text,
        failures -> Integer,
        locked_until -> Nullable<Instant>,
        last_failure_at -> Instant,
        account_id -> Nullable<Key>,
        address -> Nullable<Text>,
        request_id -> Nullable<Text>,
        told -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    clients (id) {
        id -> Key,
        jurisdiction_id -> Key,
        client_id -> Text,
        name -> Text,
        secret_hash -> Nullable<Text>,
        public_key -> Nullable<Text>,
        scopes -> Text,
        organization_id -> Key,
        platform_code -> Nullable<Text>,
        state -> Text,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    client_assertions (client_id, jti) {
        client_id -> Key,
        jti -> Text,
        expires_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    signing_keys (kid) {
        kid -> Text,
        private_key -> Binary,
        public_key -> Text,
        created_at -> Instant,
        retired_at -> Nullable<Instant>,
        expires_at -> Nullable<Instant>,
        purpose -> Text,
    }
}
