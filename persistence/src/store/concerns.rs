//! Whom a write concerns: writes of the same people follow each other, others run beside each other (ADR 0033).

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Array;

use super::Keep;
use crate::columns::Id;
use crate::columns::sql::Key;
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::prepared::Prepared;

/// The lock that every write holds: shared by those which concern some only, and exclusively by whoever concerns everything.
const EVERYTHING: i64 = 0x7875_6573_6869_0033;

/// Whom a write concerns. Nobody else writes of them until it is committed.
///
/// On SQLite one transaction writes at a time and it makes no difference. On PostgreSQL it is what the locks of the transaction are
/// taken by, before its first query and before its instant is read from the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Concerns {
    /// Everything: no other write runs meanwhile. For whatever does not say more.
    Everything,
    /// Only these: people, accounts, or whatever else has an id. What the write decides by is theirs alone, or changes only in writes
    /// that concern everything, or is guarded by a unique key or by a guarded update. None at all if everything is.
    Only(Vec<Id>),
    /// The people of these declarations, on the same terms.
    PeopleOf(Vec<Id>),
}

impl Concerns {
    /// One person, or one account, and nobody else.
    #[must_use]
    pub fn one(id: Id) -> Self {
        Self::Only(vec![id])
    }

    /// Nobody: everything that the write does is guarded by a unique key or by a guarded update.
    #[must_use]
    pub fn nobody() -> Self {
        Self::Only(Vec::new())
    }
}

/// Begins a transaction of PostgreSQL that has what it concerns to itself.
///
/// It is at `read committed`: under its locks nothing that it decides by changes, and each query sees what was committed before. A
/// snapshot of the whole transaction would be older than its locks.
///
/// The `settings` are made behind the `begin`, where sessions are lent for a transaction.
///
/// What is not kept takes none of these locks, for however long: it decides by one state of the database.
pub(super) fn begin(
    conn: &mut AnyConnection,
    keep: Keep,
    concerns: &Concerns,
    settings: &str,
) -> Result<(), StoreError> {
    if keep == Keep::No {
        let one_state = format!("begin isolation level repeatable read{settings}");
        return Ok(conn.batch_execute(&one_state)?);
    }
    let begin = format!("begin isolation level read committed{settings}");
    match concerns {
        Concerns::Everything => {
            let alone = format!("{begin}; select pg_advisory_xact_lock({EVERYTHING})");
            Ok(conn.batch_execute(&alone)?)
        }
        Concerns::Only(ids) => {
            let some = format!("{begin}; {}; {}", share(), locks(ids));
            Ok(conn.batch_execute(&some)?)
        }
        Concerns::PeopleOf(ids) => {
            conn.batch_execute(&format!("{begin}; {}", share()))?;
            if let AnyConnection::Postgres(conn) = conn {
                // Whose a declaration is changes only in writes that concern everything.
                let locks = diesel::sql_query(LOCKS_OF_PEOPLE).bind::<Array<Key>, _>(ids);
                Prepared(locks).execute(conn)?;
            }
            Ok(())
        }
    }
}

/// The locks of the people of some declarations, by [`number`], in their order.
const LOCKS_OF_PEOPLE: &str = "
    select pg_advisory_xact_lock(person) from (
        select distinct ('x' || right(replace(professional_id::text, '-', ''), 16))::bit(64)::bigint as person
        from declarations where id = any($1) order by person
    ) as people";

/// Takes one more person or account in, until the transaction or the savepoint that it is in ends.
pub(super) fn take_in(conn: &mut AnyConnection, id: Id) -> Result<(), StoreError> {
    Ok(conn.batch_execute(&locks(&[id]))?)
}

fn share() -> String {
    format!("select pg_advisory_xact_lock_shared({EVERYTHING})")
}

/// In one order for all, so that two which want the same do not wait for each other.
fn locks(ids: &[Id]) -> String {
    let mut numbers: Vec<i64> = ids.iter().map(|id| number(*id)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let each = |number: &i64| format!("select pg_advisory_xact_lock({number})");
    numbers.iter().map(each).collect::<Vec<_>>().join("; ")
}

/// The random half of an id. Its first bits keep it apart from the locks that have names.
fn number(id: Id) -> i64 {
    let [.., a, b, c, d, e, f, g, h] = *id.0.as_bytes();
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn locks_come_in_one_order_and_once() {
        let ids: Vec<Id> = (0..3).map(|_| Id(Uuid::now_v7())).collect();
        let mut backwards = ids.clone();
        backwards.reverse();
        backwards.extend(&ids);
        assert_eq!(locks(&ids), locks(&backwards));
        assert_eq!(locks(&ids).matches("pg_advisory_xact_lock(").count(), 3);
        assert_eq!(locks(&[]), "");
    }

    #[test]
    fn ids_keep_clear_of_the_locks_with_names() {
        for id in [Uuid::now_v7(), uuid::Builder::from_custom_bytes([0x78; 16]).into_uuid()] {
            assert!(number(Id(id)) < 0, "the variant's first bit is set: {id}");
        }
        const { assert!(EVERYTHING > 0) }
    }
}
