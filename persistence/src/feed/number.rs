//! The sequencer's step: committed events get their positions (ADR 0020).

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::prepared::Prepared;

/// Events of one step: it bounds how long the step's transaction lasts.
const STEP: i64 = 2_000;
/// The lock that whoever gives positions holds until they are committed.
const LOCK: i64 = 0x7875_6573_6869_0027;

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

/// Gives positions to committed events that have none, in the order of the numbers that they drew; whether there may be more.
///
/// Nothing to do on SQLite, where one transaction writes at a time and a trigger gives them. Elsewhere one instance does it at a
/// time; its lock ends with its transaction, when what it gave can be seen, so nobody gives a smaller or the same position later.
pub(crate) fn number(conn: &mut AnyConnection) -> Result<bool, StoreError> {
    let AnyConnection::Postgres(conn) = conn else { return Ok(false) };
    let waits: Answer = Prepared(diesel::sql_query(
        "select exists (select 1 from events where position is null) as yes",
    ))
    .get_result(conn)?;
    if !waits.yes {
        return Ok(false);
    }
    let alone = diesel::sql_query("select pg_try_advisory_xact_lock($1) as yes");
    let alone: Answer = Prepared(alone.bind::<BigInt, _>(LOCK)).get_result(conn)?;
    if !alone.yes {
        return Ok(false);
    }
    let given = Prepared(diesel::sql_query(NUMBER).bind::<BigInt, _>(STEP)).execute(conn)?;
    Ok(i64::try_from(given).is_ok_and(|given| given == STEP))
}

const NUMBER: &str = "
    with waiting as (
        select jurisdiction_id, id, seq from events where position is null order by seq limit $1
    ), heads as (
        select city.jurisdiction_id, coalesce((
            select max(position) from events
            where jurisdiction_id = city.jurisdiction_id and position is not null
        ), 0) as head
        from (select distinct jurisdiction_id from waiting) as city
    ), places as (
        select waiting.jurisdiction_id, waiting.id,
            heads.head + row_number() over (partition by waiting.jurisdiction_id order by waiting.seq) as place
        from waiting join heads on heads.jurisdiction_id = waiting.jurisdiction_id
    )
    update events set position = places.place from places
    where events.jurisdiction_id = places.jurisdiction_id and events.id = places.id";
