//! What whoever calls may do at this moment: asked with every request.

use diesel::prelude::*;
use xueshi_domain::access::Role;
use xueshi_domain::registry::Standing;

use crate::columns::{Id, Moment, Word};
use crate::connection::on_either;
use crate::error::StoreError;
use crate::schema::{accounts, grants, organizations, sessions};
use crate::store::Reader;

/// Whose session it is, and what they may do.
#[derive(Debug, Clone)]
pub struct Rights {
    /// When the session ended, if it did.
    pub ended_at: Option<Moment>,
    /// The account.
    pub account_id: Id,
    /// Its city.
    pub jurisdiction_id: Id,
    /// Whether it may log in.
    pub state: Standing,
    /// The professional that its owner is, if so.
    pub professional_id: Option<Id>,
    /// The roles that the account has now.
    pub held: Vec<Held>,
}

/// A role on the subtree of a unit.
#[derive(Debug, Clone)]
pub struct Held {
    /// The role.
    pub role: Role,
    /// The unit at the top of the subtree.
    pub organization_id: Id,
    /// The path of the unit.
    pub path: String,
}

impl Reader<'_> {
    /// The rights of a session as they are now; `None` when there is no such session.
    ///
    /// # Errors
    /// On a database failure.
    pub fn rights(&mut self, session: Id) -> Result<Option<Rights>, StoreError> {
        // One question, so that all of it is of one moment; a row for each grant that stands, as in `session_identity`.
        type Row = (
            Option<Moment>,
            (Id, Id, Word<Standing>, Option<Id>),
            Option<(Word<Role>, Id)>,
            Option<String>,
        );
        let rows: Vec<Row> = on_either!(self.conn, |conn| sessions::table
            .inner_join(accounts::table.on(accounts::id.eq(sessions::account_id)))
            .left_join(
                grants::table
                    .on(grants::account_id.eq(accounts::id).and(grants::ended_at.is_null())),
            )
            .left_join(
                organizations::table.on(organizations::jurisdiction_id
                    .nullable()
                    .eq(grants::jurisdiction_id.nullable())
                    .and(organizations::id.nullable().eq(grants::organization_id.nullable()))),
            )
            .filter(sessions::id.eq(session))
            .order(grants::granted_at.asc())
            .select((
                sessions::ended_at,
                (
                    accounts::id,
                    accounts::jurisdiction_id,
                    accounts::state,
                    accounts::professional_id,
                ),
                (grants::role, grants::organization_id).nullable(),
                organizations::path.nullable(),
            ))
            .load(conn)?);
        let mut rights: Option<Rights> = None;
        for (ended_at, (account_id, jurisdiction_id, state, professional_id), grant, path) in rows {
            let rights = rights.get_or_insert_with(|| Rights {
                ended_at,
                account_id,
                jurisdiction_id,
                state: state.0,
                professional_id,
                held: Vec::new(),
            });
            if let (Some((role, organization_id)), Some(path)) = (grant, path) {
                rights.held.push(Held { role: role.0, organization_id, path });
            }
        }
        Ok(rights)
    }
}
