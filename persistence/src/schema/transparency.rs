//! The transparency log.

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::Key;

    log_entries (seq) {
        seq -> BigInt,
        id -> Key,
        jurisdiction_id -> Nullable<Key>,
        kind -> Text,
        leaf -> Text,
        salt -> Nullable<Binary>,
        changes -> Nullable<Binary>,
        mark -> Binary,
        leaf_index -> Nullable<BigInt>,
    }
}

diesel::table! {
    log_tiles (level, number) {
        level -> Integer,
        number -> BigInt,
        hashes -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::Instant;

    log_checkpoints (tree_size) {
        tree_size -> BigInt,
        root -> Binary,
        note -> Text,
        sealed_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::Instant;

    log_cosignatures (witness) {
        witness -> Text,
        tree_size -> BigInt,
        root -> Binary,
        note -> Text,
        line -> Text,
        signed_at -> Instant,
    }
}

diesel::table! {
    log_shapes (covered) {
        covered -> Text,
        shape -> Text,
        mark -> Binary,
    }
}

use super::events;

diesel::allow_tables_to_appear_in_same_query!(log_entries, events);
