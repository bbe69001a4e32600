//! Files of rows that are taken in, and what was wrong with them; lists that are taken out.

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    imports (jurisdiction_id, id) {
        jurisdiction_id -> Key,
        id -> Key,
        job_id -> Key,
        kind -> Text,
        mode -> Text,
        dry_run -> Bool,
        target_id -> Nullable<Key>,
        reason -> Nullable<Text>,
        file_name -> Text,
        file_format -> Text,
        file_size -> BigInt,
        content_hash -> Text,
        blob_hash -> Nullable<Text>,
        ignored_heads -> Text,
        ignored_sheets -> Text,
        row_count -> Integer,
        created -> Integer,
        changed -> Integer,
        unchanged -> Integer,
        refused -> Integer,
        error_count -> Integer,
        roster_revision -> Nullable<Integer>,
        account_id -> Key,
        unit_id -> Key,
        created_at -> Instant,
        finished_at -> Nullable<Instant>,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::Key;

    import_errors (jurisdiction_id, import_id, number) {
        jurisdiction_id -> Key,
        import_id -> Key,
        number -> Integer,
        sheet -> Text,
        line -> Integer,
        letter -> Nullable<Text>,
        field -> Nullable<Text>,
        code -> Text,
        detail_zh -> Text,
        detail_en -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    exports (jurisdiction_id, id) {
        jurisdiction_id -> Key,
        id -> Key,
        job_id -> Key,
        list -> Text,
        parameters -> Text,
        format -> Text,
        heads -> Text,
        row_count -> BigInt,
        account_id -> Key,
        unit_id -> Key,
        created_at -> Instant,
        finished_at -> Nullable<Instant>,
        removed_at -> Nullable<Instant>,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::Key;

    export_parts (jurisdiction_id, export_id, number) {
        jurisdiction_id -> Key,
        export_id -> Key,
        number -> Integer,
        row_count -> Integer,
        blob_hash -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(imports, organizations);

use super::organizations;
