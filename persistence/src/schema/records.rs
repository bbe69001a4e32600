//! Years and certificates.

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    annual_records (jurisdiction_id, professional_id, year) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        year -> Integer,
        employer_id -> Key,
        authority_id -> Key,
        state -> Text,
        approved_public -> Integer,
        approved_professional -> Integer,
        pending_public -> Integer,
        pending_professional -> Integer,
        makeup_public -> Integer,
        makeup_professional -> Integer,
        outcome -> Nullable<Text>,
        settled_at -> Nullable<Instant>,
        sealed_as -> Nullable<Key>,
        satisfied_at -> Nullable<Instant>,
        certificate_id -> Nullable<Key>,
        version -> Integer,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    certificates (jurisdiction_id, professional_id, id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        id -> Key,
        year -> Integer,
        version -> Integer,
        number -> Text,
        verification_code -> Text,
        state -> Text,
        content -> Text,
        issued_by -> Key,
        issued_for -> Key,
        issued_at -> Instant,
        ended_at -> Nullable<Instant>,
        end_reason -> Nullable<Text>,
        content_salt -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    record_acts (jurisdiction_id, professional_id, id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        id -> Key,
        act -> Text,
        declaration_id -> Nullable<Key>,
        certificate_id -> Nullable<Key>,
        year -> Integer,
        account_id -> Key,
        unit_id -> Key,
        reason -> Nullable<Text>,
        policy_version -> Integer,
        acted_at -> Instant,
    }
}
