//! Which database of PostgreSQL answers: that a pooler leads to the same one, and that a replica is one of it.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::url::DatabaseUrl;

/// A database: the number that its cluster was given when it was made, which its replicas share, and its own in the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    cluster: i64,
    database: i64,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    cluster: i64,
    #[diesel(sql_type = BigInt)]
    database: i64,
    #[diesel(sql_type = Bool)]
    follows: bool,
}

/// What answers on a connection, and whether it follows another server.
fn found(conn: &mut AnyConnection) -> Result<Found, StoreError> {
    let AnyConnection::Postgres(conn) = conn else {
        return Err(StoreError::WrongPurpose("SQLite has neither poolers nor replicas".to_owned()));
    };
    let query = diesel::sql_query(
        "select c.system_identifier as cluster, d.oid::bigint as database, pg_is_in_recovery() as follows
         from pg_control_system() as c, pg_database as d where d.datname = current_database()",
    );
    Ok(query.get_result(conn)?)
}

impl Identity {
    pub(super) fn of(conn: &mut AnyConnection) -> Result<Self, StoreError> {
        let Found { cluster, database, .. } = found(conn)?;
        Ok(Self { cluster, database })
    }

    /// # Errors
    /// [`StoreError::WrongPurpose`] when another database answers, or not in the part that is wanted.
    pub(crate) fn must_be(
        self,
        conn: &mut AnyConnection,
        url: &DatabaseUrl,
        follows: bool,
    ) -> Result<(), StoreError> {
        let found = found(conn)?;
        let same = Self { cluster: found.cluster, database: found.database };
        if same == self && found.follows == follows {
            return Ok(());
        }
        let wanted = if follows { "a replica of it" } else { "the same one" };
        Err(StoreError::WrongPurpose(format!(
            "{url} leads to another database than --database-url, or not to {wanted}"
        )))
    }
}
