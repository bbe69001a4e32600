//! Make-up: applications, items, decisions, grants, and who reviews first.

use super::{declarations, organizations, professionals, stage_visits};

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    makeup_bodies (jurisdiction_id, organization_id) {
        jurisdiction_id -> Key,
        organization_id -> Key,
        body_id -> Nullable<Key>,
        assigned_by -> Key,
        assigned_at -> Instant,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    makeup_applications (jurisdiction_id, id) {
        jurisdiction_id -> Key,
        id -> Key,
        employer_id -> Key,
        year -> Integer,
        exceptional -> Bool,
        reason -> Nullable<Text>,
        state -> Text,
        revision -> Integer,
        body_id -> Nullable<Key>,
        applied_by -> Key,
        submitted_at -> Nullable<Instant>,
        policy_version -> Integer,
        version -> Integer,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    makeup_items (jurisdiction_id, professional_id, id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        id -> Key,
        application_id -> Key,
        year -> Integer,
        state -> Text,
        missing_total -> Integer,
        missing_public -> Integer,
        missing_professional -> Integer,
        grant_id -> Nullable<Key>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    makeup_reviews (jurisdiction_id, professional_id, id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        id -> Key,
        item_id -> Key,
        application_id -> Key,
        revision -> Integer,
        step -> Text,
        decision -> Text,
        comment -> Nullable<Text>,
        account_id -> Key,
        unit_id -> Key,
        decided_at -> Instant,
        policy_version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    makeup_grants (jurisdiction_id, professional_id, id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        id -> Key,
        year -> Integer,
        application_id -> Key,
        item_id -> Key,
        employer_id -> Key,
        exceptional -> Bool,
        state -> Text,
        granted_at -> Instant,
        study_until -> Instant,
        register_until -> Instant,
        granted_in -> Integer,
        policy_version -> Integer,
        ended_at -> Nullable<Instant>,
        version -> Integer,
    }
}

diesel::allow_tables_to_appear_in_same_query!(makeup_items, makeup_applications);
diesel::allow_tables_to_appear_in_same_query!(makeup_grants, declarations);
diesel::allow_tables_to_appear_in_same_query!(makeup_grants, stage_visits);
diesel::allow_tables_to_appear_in_same_query!(makeup_applications, organizations);
diesel::allow_tables_to_appear_in_same_query!(makeup_grants, organizations);
diesel::allow_tables_to_appear_in_same_query!(makeup_grants, professionals);
