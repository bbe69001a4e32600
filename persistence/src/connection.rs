//! One connection type over both databases, chosen at run time from the URL.

use diesel::connection::{CacheSize, SimpleConnection};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::QueryFragment;
use diesel::sqlite::Sqlite;

use crate::error::StoreError;
use crate::prepared::Prepared;
use crate::store::Identity;
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
/// Lists of at most so many values to look for have statements that are kept: see [`few_lengths`].
const FEW_VALUES: usize = 64;

/// Makes the lengths of lists of values to look for few, by saying the last one again, so that the statements with them can be kept; whether
/// they can. Each value is found once, however often it is said. It is for SQLite, where each length is another text; PostgreSQL has one
/// for all.
pub(crate) fn few_lengths<T: Clone>(values: &mut Vec<T>) -> bool {
    let wanted = match values.len() {
        0..=FEW_ROWS => return true,
        length if length > FEW_VALUES => return false,
        length => length.next_power_of_two(),
    };
    if let Some(last) = values.last().cloned() {
        values.resize(wanted, last);
    }
    true
}

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

    /// Whether its server is gone.
    fn has_died(&mut self) -> bool {
        match self {
            AnyConnection::Sqlite(_) => false,
            AnyConnection::Postgres(conn) => diesel::r2d2::R2D2Connection::is_broken(conn),
        }
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

/// The language of messages is the one in which deadlocks and waits for locks are told from other failures: diesel shows no codes. Names
/// are looked for in the service's own schema only, whose functions the log knows: another could have one of its own in place of any. The
/// zone and the form of bytes are those that the log's digests are of. What was answered is on disk, whatever somebody said of it.
/// What a transaction notes for the log begins empty, whatever a role or the database says: a session's own values come before theirs.
const POSTGRES_SETTINGS: &str = "
    set tcp_keepalives_idle = 10;
    set tcp_keepalives_interval = 5;
    set tcp_keepalives_count = 3;
    set time zone 'Asia/Shanghai';
    set bytea_output = 'hex';
    select pg_catalog.set_config('synchronous_commit', 'on', false)
    where pg_catalog.current_setting('synchronous_commit') in ('off', 'local');
    set xueshi.changed = '0';
    set xueshi.changed_0 = '';
    do $$
    begin
        begin
            set lc_messages = 'C';
        exception when insufficient_privilege then
            null;
        end;
        begin
            perform 1 / 0;
        exception when division_by_zero then
            if sqlerrm <> 'division by zero' then
                raise exception 'the messages of the server have to be English: grant set on parameter lc_messages to %', current_user;
            end if;
        end;
    end $$;
    select pg_catalog.set_config('search_path', pg_catalog.quote_ident(pg_catalog.current_schema()), false);
";

/// What [`POSTGRES_SETTINGS`] and [`POOL_SETTINGS`] say, for one transaction: behind a pooler a session is ours only as long. It goes behind the
/// `begin`, in the same message.
///
/// # Errors
/// When the database cannot be asked what it needs.
pub(crate) fn settings_of_transactions(direct: &mut AnyConnection) -> Result<String, StoreError> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = diesel::sql_types::Text)]
        schema: String,
    }
    let AnyConnection::Postgres(direct) = direct else { return Ok(String::new()) };
    let schema =
        diesel::sql_query("select quote_literal(current_setting('search_path')) as schema");
    let Found { schema } = schema.get_result(direct)?;
    // Who may not set the language of messages has been found to be answered in English.
    let try_messages = "begin; set local lc_messages = 'C'";
    let messages = match direct.batch_execute(try_messages) {
        Ok(()) => ", pg_catalog.set_config('lc_messages', 'C', true)",
        Err(_) => "",
    };
    direct.batch_execute("rollback")?;
    Ok(format!(
        "; select pg_catalog.set_config('search_path', {schema}, true),
            pg_catalog.set_config('timezone', 'Asia/Shanghai', true),
            pg_catalog.set_config('bytea_output', 'hex', true),
            pg_catalog.set_config('xueshi.changed', '0', true),
            pg_catalog.set_config('xueshi.changed_0', '', true),
            pg_catalog.set_config('idle_in_transaction_session_timeout', '60s', true),
            pg_catalog.set_config('lock_timeout', '30s', true),
            pg_catalog.set_config('jit', 'off', true){messages};
         select pg_catalog.set_config('synchronous_commit', 'on', true)
            where pg_catalog.current_setting('synchronous_commit') in ('off', 'local')"
    ))
}

/// Nobody waits for ever for who holds a lock and is not heard of any more. Only for requests and jobs: instances that start together wait
/// for each other as long as a migration takes.
const POOL_SETTINGS: &str = "
    set idle_in_transaction_session_timeout = '60s';
    set lock_timeout = '30s';
    set jit = off;
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

/// A connection of the pool. Who borrows it says when it has nothing open any more; what comes back otherwise, after a panic or a failure,
/// may hold a transaction with its locks, and is closed.
pub(crate) struct Lent {
    conn: AnyConnection,
    pub(crate) is_clean: bool,
}

impl std::ops::Deref for Lent {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.conn
    }
}

impl std::ops::DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        self.is_clean = false;
        &mut self.conn
    }
}

/// Opens connections for the pool.
#[derive(Debug)]
pub(crate) struct Manager {
    pub(crate) url: DatabaseUrl,
    pub(crate) kind: Kind,
}

/// What answers there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The database itself.
    Database,
    /// A pooler, which lends sessions of PostgreSQL for a transaction at a time.
    Pooler,
    /// A replica of this database of PostgreSQL.
    ReplicaOf(Identity),
}

impl r2d2::ManageConnection for Manager {
    type Connection = Lent;
    type Error = StoreError;

    fn connect(&self) -> Result<Lent, StoreError> {
        if let (DatabaseUrl::Postgres(url), Kind::Pooler) = (&self.url, self.kind) {
            let mut conn = PgConnection::establish(url)?;
            // The next transaction has another session, which does not know the statements of this one.
            conn.set_prepared_statement_cache_size(CacheSize::Disabled);
            return Ok(Lent { conn: AnyConnection::Postgres(conn), is_clean: true });
        }
        let mut conn = AnyConnection::open(&self.url)?;
        if let Kind::ReplicaOf(database) = self.kind {
            database.must_be(&mut conn, &self.url, true)?;
        }
        if let AnyConnection::Postgres(conn) = &mut conn {
            conn.batch_execute(POOL_SETTINGS)?;
        }
        Ok(Lent { conn, is_clean: true })
    }

    fn is_valid(&self, lent: &mut Lent) -> Result<(), StoreError> {
        Ok(lent.conn.batch_execute("select 1")?)
    }

    fn has_broken(&self, lent: &mut Lent) -> bool {
        !lent.is_clean || lent.conn.has_died()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_to_look_for_have_few_lengths() {
        let mut lengths = std::collections::BTreeSet::new();
        for length in 0..=FEW_VALUES {
            let mut values: Vec<usize> = (0..length).collect();
            assert!(few_lengths(&mut values));
            assert_eq!(values[..length], (0..length).collect::<Vec<_>>());
            assert!(values[length..].iter().all(|value| *value + 1 == length));
            lengths.insert(values.len());
        }
        assert_eq!(
            lengths.into_iter().collect::<Vec<_>>(),
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 64]
        );
        let mut many: Vec<usize> = (0..=FEW_VALUES).collect();
        assert!(!few_lengths(&mut many));
        assert_eq!(many.len(), FEW_VALUES + 1);
    }

    /// After a panic, or an error on the way: what comes back with something open would keep its locks, and lend it to the next one.
    #[test]
    fn what_comes_back_in_the_middle_of_something_is_closed() {
        let directory = std::env::temp_dir().join(format!("xueshi-lent-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let url = DatabaseUrl::Sqlite(directory.join("lent.db"));
        let pool =
            r2d2::Pool::builder().max_size(1).build(Manager { url, kind: Kind::Database }).unwrap();
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut lent = pool.get().unwrap();
            lent.batch_execute("begin immediate; create table t (id integer)").unwrap();
            panic!("in the middle");
        }));
        assert!(panicked.is_err());
        let mut next = pool.get().unwrap();
        next.batch_execute("begin immediate; rollback").unwrap();
        next.is_clean = true;
        drop(next);
        let lent = pool.get().unwrap();
        assert!(lent.is_clean, "what was finished is lent again");
        drop(lent);
        std::fs::remove_dir_all(&directory).unwrap();
    }
}
