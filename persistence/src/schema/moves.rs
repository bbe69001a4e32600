//! People and units that register, move and merge.

use super::{appraisals, events, organizations, professionals};

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    transfers (jurisdiction_id, professional_id, id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        id -> Key,
        from_id -> Key,
        to_id -> Key,
        asked_by -> Text,
        asker_id -> Key,
        reason -> Nullable<Text>,
        state -> Text,
        decided_as -> Nullable<Text>,
        decider_id -> Nullable<Key>,
        decided_for -> Nullable<Key>,
        comment -> Nullable<Text>,
        version -> Integer,
        created_at -> Instant,
        decided_at -> Nullable<Instant>,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    registrations (jurisdiction_id, account_id) {
        jurisdiction_id -> Key,
        account_id -> Key,
        name -> Text,
        id_type -> Text,
        id_cipher -> Binary,
        id_masked -> Text,
        phone_cipher -> Nullable<Binary>,
        title_series -> Nullable<Text>,
        title_level -> Nullable<Text>,
        post -> Text,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    employment_requests (jurisdiction_id, id) {
        jurisdiction_id -> Key,
        id -> Key,
        account_id -> Key,
        person_id -> Nullable<Key>,
        organization_id -> Key,
        name -> Text,
        id_masked -> Text,
        statement -> Nullable<Text>,
        state -> Text,
        joining -> Nullable<Text>,
        decider_id -> Nullable<Key>,
        decided_for -> Nullable<Key>,
        comment -> Nullable<Text>,
        version -> Integer,
        created_at -> Instant,
        decided_at -> Nullable<Instant>,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    unit_registrations (jurisdiction_id, id) {
        jurisdiction_id -> Key,
        id -> Key,
        account_id -> Key,
        body_id -> Key,
        kind -> Text,
        name -> Text,
        unit_code -> Text,
        is_public_institution -> Bool,
        statement -> Nullable<Text>,
        state -> Text,
        decider_id -> Nullable<Key>,
        decided_for -> Nullable<Key>,
        comment -> Nullable<Text>,
        version -> Integer,
        created_at -> Instant,
        decided_at -> Nullable<Instant>,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    person_merges (jurisdiction_id, professional_id, id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        id -> Key,
        merged_id -> Key,
        account_id -> Key,
        unit_id -> Key,
        reason -> Text,
        ended_declarations -> Integer,
        merged_at -> Instant,
        closed_account_id -> Nullable<Key>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(transfers, organizations);
diesel::allow_tables_to_appear_in_same_query!(employment_requests, organizations);
diesel::allow_tables_to_appear_in_same_query!(unit_registrations, organizations);
diesel::allow_tables_to_appear_in_same_query!(person_merges, events);
diesel::allow_tables_to_appear_in_same_query!(appraisals, person_merges, professionals,);
diesel::allow_tables_to_appear_in_same_query!(person_merges, organizations);
