//! One connection type over both databases, chosen at run time from the URL.

use diesel::connection::SimpleConnection;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::QueryFragment;
use diesel::sqlite::Sqlite;

use crate::error::StoreError;
use crate::prepared::Prepared;
use crate::transparency::Transparency;
use crate::url::DatabaseUrl;

/// A connection to either database. Queries are written once against it.
#[derive(diesel::MultiConnection)]
pub(crate) enum AnyConnection {
    /// Embedded SQLite.
    Sqlite(SqliteConnection),
    /// A PostgreSQL server.
    Postgres(PgConnection),
}

pub(crate) use self::multi_connection_impl::MultiBackend as AnyBackend;

/// Runs a statement on the connection that an [`AnyConnection`] is: written once, compiled for each database. It costs less than
/// running it on the [`AnyConnection`], which puts every text together four times.
macro_rules! on_either {
    ($conn:expr, |$either:ident| $run:expr) => {
        match &mut *$conn {
            $crate::connection::AnyConnection::Sqlite($either) => $run,
            $crate::connection::AnyConnection::Postgres($either) => $run,
        }
    };
}

pub(crate) use on_either;

/// Rows in one statement of PostgreSQL: one of the log about many rows has some tens of kilobytes.
pub(crate) const ROWS_AT_ONCE: usize = 200;
/// So many rows have a statement of their own that is kept.
pub(crate) const FEW_ROWS: usize = 8;

/// Inserts a slice of rows into a table: on SQLite one by one, so that they are compiled once, elsewhere many in one statement.
macro_rules! insert_rows {
    ($conn:expr, $table:expr, $rows:expr) => {
        match &mut *$conn {
            $crate::connection::AnyConnection::Sqlite(conn) => {
                for row in $rows {
                    diesel::insert_into($table).values(row).execute(conn)?;
                }
            }
            $crate::connection::AnyConnection::Postgres(conn) => {
                for some in $rows.chunks($crate::connection::ROWS_AT_ONCE) {
                    let insert = diesel::insert_into($table).values(some);
                    if some.len() <= $crate::connection::FEW_ROWS {
                        $crate::prepared::Prepared(insert).execute(conn)?;
                    } else {
                        insert.execute(conn)?;
                    }
                }
            }
        }
    };
}

pub(crate) use insert_rows;

impl AnyConnection {
    /// Runs a statement whose texts are few, such as an update of always the same columns; it stays prepared. Gives the number of rows.
    pub(crate) fn run<Q>(&mut self, statement: Q) -> QueryResult<usize>
    where
        Q: QueryFragment<Sqlite> + QueryFragment<Pg>,
    {
        on_either!(self, |conn| Prepared(statement).execute(conn))
    }

    /// Opens a connection of the kind that the URL names.
    ///
    /// The derived `Connection::establish` tries every backend in turn and would create a
    /// SQLite file named after an unreachable PostgreSQL URL; this looks at the URL first.
    pub(crate) fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        match url {
            DatabaseUrl::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(&path.to_string_lossy())?;
                conn.batch_execute(SQLITE_PRAGMAS)?;
                Ok(Self::Sqlite(conn))
            }
            DatabaseUrl::Postgres(url) => {
                let mut conn = PgConnection::establish(url)?;
                conn.batch_execute(POSTGRES_SETTINGS)?;
                Ok(Self::Postgres(conn))
            }
        }
    }
}

/// The zone and the form of bytes are those that the log's digests are of. What a transaction notes for the log begins empty, whatever
/// a role or the database says: a session's own values come before theirs.
const POSTGRES_SETTINGS: &str = "
    set time zone 'Asia/Shanghai';
    set bytea_output = 'hex';
    set xueshi.noted = '';
    set xueshi.noted_0 = '';
";

/// `synchronous=FULL`: in WAL mode `NORMAL` may lose acknowledged commits at power loss.
/// The busy timeout comes first, because switching the journal waits for others too; it matters only to
/// other processes: this one has a single writer.
const SQLITE_PRAGMAS: &str = "
    pragma busy_timeout = 10000;
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma foreign_keys = on;
    pragma cache_size = -4000;
    pragma temp_store = memory;
    pragma mmap_size = 0;
";

/// Opens connections for the pool.
#[derive(Debug)]
pub(crate) struct Manager {
    pub(crate) url: DatabaseUrl,
    pub(crate) transparency: Transparency,
}

impl r2d2::ManageConnection for Manager {
    type Connection = AnyConnection;
    type Error = StoreError;

    fn connect(&self) -> Result<AnyConnection, StoreError> {
        let mut conn = AnyConnection::open(&self.url)?;
        if let (AnyConnection::Postgres(conn), Transparency::Left) = (&mut conn, self.transparency)
        {
            conn.batch_execute("set xueshi.transparency = 'left'")?;
        }
        Ok(conn)
    }

    fn is_valid(&self, conn: &mut AnyConnection) -> Result<(), StoreError> {
        Ok(conn.batch_execute("select 1")?)
    }

    fn has_broken(&self, conn: &mut AnyConnection) -> bool {
        match conn {
            AnyConnection::Sqlite(_) => false,
            AnyConnection::Postgres(conn) => {
                use diesel::r2d2::R2D2Connection;
                conn.is_broken()
            }
        }
    }
}
