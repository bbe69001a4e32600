//! The tables, as diesel knows them; the same in both databases.

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    installation (id) {
        id -> Integer,
        purpose -> Text,
        sandbox_clock -> Nullable<Text>,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    jurisdictions (id) {
        id -> Key,
        code -> Text,
        name -> Text,
        is_default -> Bool,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    counters (jurisdiction_id, name) {
        jurisdiction_id -> Key,
        name -> Text,
        value -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    idempotency_keys (caller, key) {
        caller -> Text,
        key -> Text,
        fingerprint -> Binary,
        status -> Integer,
        headers -> Text,
        body -> Binary,
        created_at -> Instant,
    }
}

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
    }
}

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
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    filings (jurisdiction_id, organization_id, year) {
        jurisdiction_id -> Key,
        organization_id -> Key,
        year -> Integer,
        state -> Text,
        decided_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    training_plans (jurisdiction_id, id) {
        jurisdiction_id -> Key,
        id -> Key,
        organization_id -> Key,
        year -> Integer,
        title -> Text,
        state -> Text,
        approved_at -> Nullable<Instant>,
        version -> Integer,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    plan_items (jurisdiction_id, id) {
        jurisdiction_id -> Key,
        id -> Key,
        plan_id -> Key,
        subject -> Text,
        theme -> Text,
        hours -> Integer,
        starts_on -> Date,
        ends_on -> Date,
        places -> Integer,
        audience -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    classes (jurisdiction_id, id) {
        jurisdiction_id -> Key,
        id -> Key,
        organization_id -> Key,
        plan_item_id -> Nullable<Key>,
        title -> Text,
        subject -> Text,
        way -> Text,
        starts_on -> Date,
        ends_on -> Date,
        hours -> Integer,
        place -> Text,
        version -> Integer,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    learning_records (jurisdiction_id, professional_id, id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        id -> Key,
        year -> Integer,
        source -> Text,
        subject -> Text,
        way -> Text,
        title -> Text,
        hours -> Integer,
        started_on -> Date,
        completed_on -> Date,
        passed -> Bool,
        platform_code -> Nullable<Text>,
        course_code -> Nullable<Text>,
        class_id -> Nullable<Key>,
        declared -> Bool,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    declarations (jurisdiction_id, professional_id, id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        id -> Key,
        year -> Integer,
        subject -> Text,
        way -> Text,
        title -> Text,
        hours -> Integer,
        learning_start -> Date,
        learning_end -> Date,
        learning_record_id -> Nullable<Key>,
        state -> Text,
        revision -> Integer,
        employer_id -> Key,
        authority_id -> Key,
        holder_id -> Nullable<Key>,
        submitted_at -> Nullable<Instant>,
        stage_entered_at -> Nullable<Instant>,
        due_at -> Nullable<Instant>,
        due_provisional -> Bool,
        policy_version -> Integer,
        version -> Integer,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    reviews (jurisdiction_id, professional_id, id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        id -> Key,
        declaration_id -> Key,
        revision -> Integer,
        stage -> Text,
        decision -> Text,
        comment -> Nullable<Text>,
        account_id -> Key,
        unit_id -> Key,
        entered_at -> Instant,
        due_at -> Instant,
        decided_at -> Instant,
        overdue -> Bool,
        policy_version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    attachments (jurisdiction_id, professional_id, id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        id -> Key,
        declaration_id -> Key,
        kind -> Text,
        file_name -> Text,
        media_type -> Text,
        size -> Integer,
        content_hash -> Text,
        created_at -> Instant,
    }
}

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

diesel::allow_tables_to_appear_in_same_query!(
    installation,
    jurisdictions,
    counters,
    idempotency_keys,
    organizations,
    policies,
    arrangements,
    platforms,
    accounts,
    grants,
    sessions,
    login_failures,
    clients,
    client_assertions,
    signing_keys,
    professionals,
    professional_identities,
    employments,
    filings,
    training_plans,
    plan_items,
    classes,
    learning_records,
    declarations,
    reviews,
    attachments,
    annual_records,
    certificates,
    record_acts,
);
