//! Digests of records, by which copies of them are compared.

use super::organizations;

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    digest_tail (seq) {
        seq -> BigInt,
        jurisdiction_id -> Key,
        person_id -> Key,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    person_digests (jurisdiction_id, professional_id, year) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        year -> Integer,
        unit_id -> Key,
        place -> Text,
        records -> BigInt,
        digest -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    unit_digests (jurisdiction_id, year, unit_id, place) {
        jurisdiction_id -> Key,
        year -> Integer,
        unit_id -> Key,
        place -> Text,
        people -> BigInt,
        records -> BigInt,
        digest -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::sql::{Instant, Key};

    digest_states (jurisdiction_id) {
        jurisdiction_id -> Key,
        turns -> BigInt,
        checked_at -> Nullable<Instant>,
        checked_people -> BigInt,
        differing -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(unit_digests, organizations);
