//! Encrypting everything anew under the newest data key, a bounded number of rows at a time (ADR 0030).
//!
//! A row that is done names the new key, so that there is nothing to remember: whoever was killed begins again from the start and
//! finds what is left. Files of imports and exports are not touched: they are gone some days after their job.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};

use crate::cipher::{context, version_of};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::store::{Keep, Reader, Store, Writer};

/// A column of ciphertexts.
struct Sealed {
    table: &'static str,
    column: &'static str,
    context: &'static str,
    row: Row,
}

/// By what a row of a table is named.
#[derive(Clone, Copy)]
enum Row {
    /// A column of ids.
    Id(&'static str),
    /// An expression that is a text.
    Text(&'static str),
}

impl Row {
    fn expression(self, of_sqlite: bool) -> String {
        match (self, of_sqlite) {
            (Self::Id(column), true) => format!("lower(hex({column}))"),
            (Self::Id(column), false) => format!("{column}::text"),
            (Self::Text(expression), _) => expression.to_owned(),
        }
    }
}

/// A column by its names, what is bound to its values, and what names its rows.
const fn sealed(
    table: &'static str,
    column: &'static str,
    context: &'static str,
    row: Row,
) -> Sealed {
    Sealed { table, column, context, row }
}

/// Every column that holds ciphertexts.
const SEALED: &[Sealed] = &[
    sealed("professionals", "id_cipher", context::ID_NUMBER, Row::Id("professional_id")),
    sealed("professionals", "phone_cipher", context::PHONE, Row::Id("professional_id")),
    sealed("registrations", "id_cipher", context::ID_NUMBER, Row::Id("account_id")),
    sealed("registrations", "phone_cipher", context::PHONE, Row::Id("account_id")),
    sealed("signing_keys", "private_key", context::SIGNING_KEY, Row::Text("kid")),
    sealed("idempotency_keys", "body", context::KEPT_ANSWER, Row::Text("caller || '/' || key")),
    sealed("sync_conflicts", "remote_cipher", context::INBOUND_LINE, Row::Id("id")),
    sealed("webhook_secrets", "secret", context::WEBHOOK_SECRET, Row::Id("id")),
    sealed("webhook_endpoints", "url", context::WEBHOOK_URL, Row::Id("id")),
];

/// Rows of PostgreSQL that are taken to lie in one page: pages are what it is walked through by.
const ROWS_IN_A_PAGE: i64 = 16;

/// How far a round through all columns has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ResealCursor {
    column: usize,
    /// The row id (SQLite) or the page (PostgreSQL) that comes next.
    place: i64,
}

/// What one step did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Values that were encrypted anew.
    pub changed: i64,
    /// Values that do not decrypt under the key that they name: left as they are.
    pub unreadable: Vec<Unreadable>,
    /// Where it goes on; none at the end of a round.
    pub next: Option<ResealCursor>,
}

/// A value that does not decrypt.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unreadable {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The id of the row.
    pub row: String,
    /// The version of the key that it names.
    pub version: i32,
}

/// How many values of a column are encrypted under one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedCount {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The version of the key; none for what is not encrypted, such as an empty answer.
    pub version: Option<i32>,
    /// How many there are.
    pub count: i64,
}

#[derive(QueryableByName)]
struct Value {
    #[diesel(sql_type = BigInt)]
    place: i64,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Binary)]
    sealed: Vec<u8>,
}

#[derive(QueryableByName)]
struct PlacedValue {
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Binary)]
    sealed: Vec<u8>,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Group {
    #[diesel(sql_type = Binary)]
    head: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl Store {
    /// One step of a round: about `rows` rows of one column, in a transaction of its own. Where it checks, what is encrypted under the
    /// newest key is opened too: nothing else is to be found of values that nobody can read.
    ///
    /// # Errors
    /// On a database failure.
    pub async fn reseal(
        &self,
        from: ResealCursor,
        rows: i64,
        checks: bool,
    ) -> Result<Resealed, StoreError> {
        self.write(Keep::Yes, move |writer| writer.reseal(from, rows.max(1), checks)).await
    }
}

impl Reader<'_> {
    /// How many values are encrypted under which key, column by column.
    ///
    /// # Errors
    /// On a database failure.
    pub fn sealed_values(&mut self) -> Result<Vec<SealedCount>, StoreError> {
        let mut counts = Vec::new();
        for Sealed { table, column, .. } in SEALED {
            let groups: Vec<Group> = match &mut *self.conn {
                AnyConnection::Sqlite(conn) => diesel::sql_query(format!(
                    "select case substr({column}, 1, 1) when x'02' then substr({column}, 1, 6) \
                     else substr({column}, 1, 1) end as head, count(*) as number \
                     from {table} where {column} is not null group by 1 order by 1"
                ))
                .load(conn)?,
                AnyConnection::Postgres(conn) => diesel::sql_query(format!(
                    "select case substring({column} from 1 for 1) when '\\x02'::bytea then substring({column} from 1 for 6) \
                     else substring({column} from 1 for 1) end as head, count(*) as number \
                     from {table} where {column} is not null group by 1 order by 1"
                ))
                .load(conn)?,
            };
            for Group { head, number } in groups {
                let version = version_of(&head);
                counts.push(SealedCount { table, column, version, count: number });
            }
        }
        Ok(counts)
    }
}

impl Writer<'_> {
    fn reseal(
        &mut self,
        from: ResealCursor,
        rows: i64,
        checks: bool,
    ) -> Result<Resealed, StoreError> {
        let Some(sealed) = SEALED.get(from.column) else { return Ok(Resealed::default()) };
        let of_sqlite = matches!(&*self.conn, AnyConnection::Sqlite(_));
        let (mut step, place) = match of_sqlite {
            true => self.reseal_rows(sealed, (from.place, rows), checks)?,
            false => self.reseal_pages(sealed, (from.place, rows), checks)?,
        };
        step.next = match place {
            Some(place) => Some(ResealCursor { place, ..from }),
            None if from.column + 1 < SEALED.len() => {
                Some(ResealCursor { column: from.column + 1, place: 0 })
            }
            None => None,
        };
        Ok(step)
    }

    /// The same value under the newest key; none where it is that already, or is not encrypted. What does not open is noted.
    fn sealed_anew(
        &self,
        sealed: &Sealed,
        (row, stored): (String, &[u8]),
        checks: bool,
        step: &mut Resealed,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(version) = version_of(stored) else { return Ok(None) };
        let is_newest = version == self.cipher.current();
        if is_newest && !checks {
            return Ok(None);
        }
        let Sealed { table, column, context, .. } = *sealed;
        match self.cipher.open_bytes(context, stored) {
            Ok(_) if is_newest => Ok(None),
            Ok(plain) => {
                step.changed += 1;
                self.cipher.seal_bytes(context, &plain).map(Some)
            }
            Err(_) => {
                step.unreadable.push(Unreadable { table, column, row, version });
                Ok(None)
            }
        }
    }

    /// SQLite: by row id.
    fn reseal_rows(
        &mut self,
        sealed: &Sealed,
        (from, most): (i64, i64),
        checks: bool,
    ) -> Result<(Resealed, Option<i64>), StoreError> {
        let Sealed { table, column, row, .. } = sealed;
        let row = row.expression(true);
        let AnyConnection::Sqlite(conn) = &mut *self.conn else {
            return Ok((Resealed::default(), None));
        };
        let rows: Vec<Value> = diesel::sql_query(format!(
            "select rowid as place, {row} as name, {column} as sealed from {table} \
             where rowid >= ? and {column} is not null order by rowid limit ?"
        ))
        .bind::<BigInt, _>(from)
        .bind::<BigInt, _>(most)
        .load(conn)?;
        let mut step = Resealed::default();
        let full = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= most;
        let next = rows.last().filter(|_| full).map(|row| row.place + 1);
        for Value { place, name, sealed: stored } in rows {
            let anew = self.sealed_anew(sealed, (name, stored.as_slice()), checks, &mut step)?;
            let Some(anew) = anew else { continue };
            let AnyConnection::Sqlite(conn) = &mut *self.conn else { continue };
            diesel::sql_query(format!("update {table} set {column} = ? where rowid = ?"))
                .bind::<Binary, _>(anew)
                .bind::<BigInt, _>(place)
                .execute(conn)?;
        }
        Ok((step, next))
    }

    /// PostgreSQL: by the pages of the table. A row that is changed moves to another page, where it names the new key.
    fn reseal_pages(
        &mut self,
        sealed: &Sealed,
        (from, most): (i64, i64),
        checks: bool,
    ) -> Result<(Resealed, Option<i64>), StoreError> {
        let Sealed { table, column, row, .. } = sealed;
        let row = row.expression(false);
        let AnyConnection::Postgres(conn) = &mut *self.conn else {
            return Ok((Resealed::default(), None));
        };
        let pages: Number = diesel::sql_query(format!(
            "select pg_relation_size('{table}') / current_setting('block_size')::bigint as number"
        ))
        .get_result(conn)?;
        let until = from + (most / ROWS_IN_A_PAGE).max(1);
        let rows: Vec<PlacedValue> = diesel::sql_query(format!(
            "select ctid::text as place, {row} as name, {column} as sealed from {table} \
             where ctid >= '({from},0)'::tid and ctid < '({until},0)'::tid and {column} is not null"
        ))
        .load(conn)?;
        let mut step = Resealed::default();
        for PlacedValue { place, name, sealed: stored } in rows {
            let anew = self.sealed_anew(sealed, (name, stored.as_slice()), checks, &mut step)?;
            let Some(anew) = anew else { continue };
            let AnyConnection::Postgres(conn) = &mut *self.conn else { continue };
            diesel::sql_query(format!(
                "update {table} set {column} = $1 where ctid = $2::tid and {column} = $3"
            ))
            .bind::<Binary, _>(anew)
            .bind::<Text, _>(place)
            .bind::<Binary, _>(stored)
            .execute(conn)?;
        }
        Ok((step, (until < pages.number).then_some(until)))
    }
}
