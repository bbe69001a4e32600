//! What other systems push, and what they made of ours.

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    sync_references (jurisdiction_id, source, kind, external_id) {
        jurisdiction_id -> Key,
        source -> Text,
        kind -> Text,
        external_id -> Text,
        local_id -> Key,
        person_id -> Nullable<Key>,
        year -> Nullable<Integer>,
        revision -> BigInt,
        digest -> Binary,
        base -> Text,
        conflict_id -> Nullable<Key>,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    sync_conflicts (jurisdiction_id, id) {
        jurisdiction_id -> Key,
        id -> Key,
        source -> Text,
        kind -> Text,
        external_id -> Text,
        revision -> BigInt,
        local_id -> Key,
        person_id -> Nullable<Key>,
        unit_id -> Nullable<Key>,
        authority_id -> Nullable<Key>,
        year -> Nullable<Integer>,
        fields -> Text,
        remote_cipher -> Binary,
        state -> Text,
        reason -> Nullable<Text>,
        decider_id -> Nullable<Key>,
        decided_for -> Nullable<Key>,
        version -> Integer,
        created_at -> Instant,
        decided_at -> Nullable<Instant>,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    sync_acknowledgements (jurisdiction_id, kind, record_id) {
        jurisdiction_id -> Key,
        kind -> Text,
        record_id -> Text,
        id -> Key,
        person_id -> Nullable<Key>,
        unit_id -> Nullable<Key>,
        authority_id -> Nullable<Key>,
        year -> Nullable<Integer>,
        answer -> Text,
        marker -> Text,
        seen -> BigInt,
        reason -> Nullable<Text>,
        client_id -> Key,
        acknowledged_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    reported_years (jurisdiction_id, professional_id, year) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        year -> Integer,
        source -> Text,
        outcome -> Text,
        public_hours -> Integer,
        professional_hours -> Integer,
        reported_at -> Instant,
    }
}

use super::{annual_records, organizations, professionals, rule_stamps, settlements};

diesel::allow_tables_to_appear_in_same_query!(sync_acknowledgements, organizations,);
diesel::allow_tables_to_appear_in_same_query!(sync_acknowledgements, professionals,);

// A person's year is read at once.
diesel::allow_tables_to_appear_in_same_query!(
    reported_years,
    rule_stamps,
    settlements,
    sync_acknowledgements,
);
diesel::allow_tables_to_appear_in_same_query!(professionals, reported_years);
diesel::allow_tables_to_appear_in_same_query!(professionals, rule_stamps);
diesel::allow_tables_to_appear_in_same_query!(professionals, settlements);
diesel::allow_tables_to_appear_in_same_query!(annual_records, reported_years);
diesel::allow_tables_to_appear_in_same_query!(annual_records, rule_stamps);
diesel::allow_tables_to_appear_in_same_query!(annual_records, settlements);
diesel::allow_tables_to_appear_in_same_query!(annual_records, sync_acknowledgements);
