//! Declarations and their reviews.

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
        makeup_grant_id -> Nullable<Key>,
        reinstated -> Bool,
        version -> Integer,
        created_at -> Instant,
        updated_at -> Instant,
        late_from -> Nullable<Instant>,
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

    stage_visits (jurisdiction_id, professional_id, id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        id -> Key,
        declaration_id -> Key,
        year -> Integer,
        revision -> Integer,
        stage -> Text,
        unit_id -> Key,
        entered_at -> Instant,
        due_at -> Instant,
        due_provisional -> Bool,
        left_at -> Nullable<Instant>,
        ending -> Nullable<Text>,
        working_days -> Nullable<Integer>,
        warned -> Text,
        late_from -> Nullable<Instant>,
    }
}
