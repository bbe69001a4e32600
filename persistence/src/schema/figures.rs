//! Figures for supervision.

use super::{organizations, stage_visits};

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    figure_tail (seq) {
        seq -> BigInt,
        jurisdiction_id -> Key,
        year -> Integer,
        at -> Instant,
        unit_id -> Key,
        path -> Text,
        amounts -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    figure_folds (jurisdiction_id) {
        jurisdiction_id -> Key,
        folds -> BigInt,
        folded_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    person_parts (jurisdiction_id, professional_id, kind, subject_id, year, seq) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        kind -> Text,
        subject_id -> Key,
        year -> Integer,
        seq -> BigInt,
        unit_id -> Key,
        label -> Text,
        amount -> BigInt,
        valid_from -> Instant,
        valid_to -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    unit_parts (jurisdiction_id, kind, subject_id, year, seq) {
        jurisdiction_id -> Key,
        kind -> Text,
        subject_id -> Key,
        year -> Integer,
        seq -> BigInt,
        unit_id -> Key,
        label -> Text,
        amounts -> Text,
        valid_from -> Instant,
        valid_to -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    unit_places (jurisdiction_id, unit_id, seq) {
        jurisdiction_id -> Key,
        unit_id -> Key,
        seq -> BigInt,
        parent_id -> Nullable<Key>,
        path -> Text,
        valid_from -> Instant,
        valid_to -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    figure_log (seq) {
        seq -> BigInt,
        jurisdiction_id -> Key,
        year -> Integer,
        bucket -> Instant,
        at -> Instant,
        unit_id -> Key,
        path -> Text,
        amounts -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    unit_figures (jurisdiction_id, unit_id, year, bucket) {
        jurisdiction_id -> Key,
        unit_id -> Key,
        year -> Integer,
        bucket -> Instant,
        amounts -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    person_parts,
    unit_parts,
    unit_places,
    figure_log,
    unit_figures,
    stage_visits,
);

diesel::allow_tables_to_appear_in_same_query!(unit_figures, organizations);
