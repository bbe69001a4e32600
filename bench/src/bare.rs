//! The yardstick of reads: a handler that checks the token, asks the database for what is to be answered, and writes it down. No rights,
//! no rules, no frame; statements are kept, and the database is called directly. In a process of its own, as the service is.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, Write as _};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use clap::Args;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::keys::Id;
use crate::Failure;
use crate::serve::until_input_ends;

/// Arguments of the process.
#[derive(Debug, Args)]
pub(crate) struct Bare {
    #[arg(long)]
    database_url: String,
    /// The public key of the service's tokens, as a JWK
    #[arg(long)]
    key: String,
}

mod keys {
    use std::io::Write as _;

    use diesel::deserialize::{self, FromSql, FromSqlRow};
    use diesel::expression::AsExpression;
    use diesel::pg::{Pg, PgValue};
    use diesel::query_builder::QueryId;
    use diesel::serialize::{self, IsNull, Output, ToSql};
    use diesel::sql_types::SqlType;
    use diesel::sqlite::{Sqlite, SqliteValue};
    use uuid::Uuid;

    /// `uuid` in PostgreSQL, a blob of 16 bytes in SQLite.
    #[derive(Debug, Clone, Copy, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 2950, array_oid = 2951))]
    #[diesel(sqlite_type(name = "Binary"))]
    pub struct Key;

    #[derive(Debug, Clone, Copy, AsExpression, FromSqlRow)]
    #[diesel(sql_type = Key)]
    pub struct Id(pub Uuid);

    impl ToSql<Key, Pg> for Id {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
            out.write_all(self.0.as_bytes())?;
            Ok(IsNull::No)
        }
    }
    impl ToSql<Key, Sqlite> for Id {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
            out.set_value(self.0.as_bytes().as_slice());
            Ok(IsNull::No)
        }
    }
    impl FromSql<Key, Pg> for Id {
        fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
            Ok(Self(Uuid::from_slice(value.as_bytes())?))
        }
    }
    impl FromSql<Key, Sqlite> for Id {
        fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
            Ok(Self(Uuid::from_slice(value.read_blob())?))
        }
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::keys::Key;

    accounts (id) {
        id -> Key,
        jurisdiction_id -> Key,
        professional_id -> Nullable<Key>,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use super::keys::Key;

    professionals (jurisdiction_id, professional_id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        name -> Text,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use super::keys::Key;

    annual_records (jurisdiction_id, professional_id, year) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        year -> Integer,
        state -> Text,
        approved_public -> Integer,
        approved_professional -> Integer,
    }
}
diesel::table! {
    use diesel::sql_types::*;
    use super::keys::Key;

    declarations (jurisdiction_id, professional_id, id) {
        jurisdiction_id -> Key,
        professional_id -> Key,
        id -> Key,
        year -> Integer,
        subject -> Text,
        title -> Text,
        hours -> Integer,
        state -> Text,
    }
}
diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    professionals,
    annual_records,
    declarations
);

#[derive(Deserialize)]
struct Claims {
    sub: Uuid,
}

#[derive(Serialize)]
struct Year {
    professional_id: Uuid,
    name: String,
    year: i32,
    state: Option<String>,
    approved_public: Option<i32>,
    approved_professional: Option<i32>,
    declarations: Vec<Declaration>,
}

#[derive(Serialize)]
struct Declaration {
    id: Uuid,
    subject: String,
    title: String,
    hours: i32,
    state: String,
}

enum Database {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

type Person = (Id, Id, String);
type Totals = (String, i32, i32);
type Row = (Id, String, String, i32, String);

/// Written once, compiled for each database.
macro_rules! year_of {
    ($conn:expr, $account:expr, $year:expr) => {{
        let (city, person, name): Person = accounts::table
            .inner_join(
                professionals::table.on(professionals::jurisdiction_id
                    .eq(accounts::jurisdiction_id)
                    .and(professionals::professional_id.nullable().eq(accounts::professional_id))),
            )
            .filter(accounts::id.eq($account))
            .select((
                professionals::jurisdiction_id,
                professionals::professional_id,
                professionals::name,
            ))
            .first($conn)?;
        let totals: Option<Totals> = annual_records::table
            .find((city, person, $year))
            .select((
                annual_records::state,
                annual_records::approved_public,
                annual_records::approved_professional,
            ))
            .first($conn)
            .optional()?;
        let rows: Vec<Row> = declarations::table
            .filter(declarations::jurisdiction_id.eq(city))
            .filter(declarations::professional_id.eq(person))
            .filter(declarations::year.eq($year))
            .order(declarations::id.asc())
            .select((
                declarations::id,
                declarations::subject,
                declarations::title,
                declarations::hours,
                declarations::state,
            ))
            .load($conn)?;
        (person, name, totals, rows)
    }};
}

impl Database {
    fn open(url: &str) -> Result<Self, Failure> {
        Ok(match url.strip_prefix("sqlite://") {
            Some(path) => {
                let mut conn = SqliteConnection::establish(path)?;
                conn.batch_execute("pragma busy_timeout = 10000; pragma cache_size = -4000")?;
                Self::Sqlite(conn)
            }
            None => Self::Postgres(PgConnection::establish(url)?),
        })
    }

    fn year_of(&mut self, account: Uuid, year: i32) -> QueryResult<Year> {
        let account = Id(account);
        let (person, name, totals, rows) = match self {
            Self::Sqlite(conn) => year_of!(conn, account, year),
            Self::Postgres(conn) => year_of!(conn, account, year),
        };
        let declarations = rows.into_iter().map(|(id, subject, title, hours, state)| Declaration {
            id: id.0,
            subject,
            title,
            hours,
            state,
        });
        let declarations = declarations.collect();
        let (state, public, professional) =
            totals.map_or((None, None, None), |(state, a, b)| (Some(state), Some(a), Some(b)));
        Ok(Year {
            professional_id: person.0,
            name,
            year,
            state,
            approved_public: public,
            approved_professional: professional,
            declarations,
        })
    }
}

thread_local! {
    static CONNECTION: RefCell<Option<Database>> = const { RefCell::new(None) };
    static ACCOUNTS: RefCell<HashMap<String, Uuid>> = RefCell::default();
}

struct Terms {
    database_url: String,
    key: DecodingKey,
    validation: Validation,
}

impl Bare {
    /// Serves until standard input ends. The first line of standard output is the address.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let key: Jwk = serde_json::from_str(&self.key)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.validate_aud = false;
        // The sandbox's clock is another one.
        validation.validate_exp = false;
        let key = DecodingKey::from_jwk(&key)?;
        let terms = web::Data::new(Terms { database_url: self.database_url, key, validation });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        tokio::task::LocalSet::new().block_on(&runtime, async {
            let server = HttpServer::new(move || {
                App::new().app_data(terms.clone()).route("/v1/me/years/{year}", web::get().to(year))
            })
            .workers(std::thread::available_parallelism().map_or(2, usize::from))
            .bind(("127.0.0.1", 0))?;
            let address = *server.addrs().first().ok_or("no address")?;
            let server = server.run();
            until_input_ends(server.handle());
            let mut out = io::stdout();
            writeln!(out, "{address}")?;
            out.flush()?;
            Ok(server.await?)
        })
    }
}

/// Whose token it is. One whose signature was checked is remembered, as the service does.
fn account_of(token: &str, terms: &Terms) -> jsonwebtoken::errors::Result<Uuid> {
    ACCOUNTS.with_borrow_mut(|known| {
        if let Some(account) = known.get(token) {
            return Ok(*account);
        }
        let account = decode::<Claims>(token, &terms.key, &terms.validation)?.claims.sub;
        known.insert(token.to_owned(), account);
        Ok(account)
    })
}

async fn year(
    request: HttpRequest,
    year: web::Path<i32>,
    terms: web::Data<Terms>,
) -> actix_web::Result<HttpResponse> {
    let token = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("Bearer "));
    let token = token.ok_or_else(|| actix_web::error::ErrorUnauthorized("no token"))?;
    let account = account_of(token, &terms).map_err(actix_web::error::ErrorUnauthorized)?;
    let found = CONNECTION.with_borrow_mut(|connection| {
        let connection = match connection {
            Some(connection) => connection,
            none => none.insert(Database::open(&terms.database_url)?),
        };
        Ok::<_, Failure>(connection.year_of(account, *year)?)
    });
    Ok(HttpResponse::Ok().json(
        found.map_err(|error| actix_web::error::ErrorInternalServerError(error.to_string()))?,
    ))
}
