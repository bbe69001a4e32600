//! On PostgreSQL: triggers that note what they see in settings of the transaction, which end with it (migrations 0041 and 0044).

use diesel::connection::SimpleConnection as _;
use diesel::pg::PgRowByRowLoadingMode;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Nullable, Text};

use super::super::covered::{Covered, by_name};
use super::{Digest, Touched, of_form, of_row};
use crate::columns::Id;
use crate::error::StoreError;
use crate::prepared::Prepared;

/// What a trigger noted, with tabulators between: the table, the digest of the row (of one that is gone nothing), the city and the person
/// whom it is about, and the key. One without a line says how the session takes notes, whether or not it did.
#[derive(QueryableByName)]
struct Noted {
    #[diesel(sql_type = Nullable<Text>)]
    line: Option<String>,
    #[diesel(sql_type = Nullable<Binary>)]
    salt: Option<Vec<u8>>,
    #[diesel(sql_type = Text)]
    settings: String,
    /// The number of the last part.
    #[diesel(sql_type = Text)]
    last: String,
}

/// Reads what the present transaction noted in some parts, in order, with the salts of the people whom it is about. Materialized: who is
/// asked for is read once, and not for everybody who is looked at. Parts are no parameters: a statement without any is planned once.
fn noted_in(first: u32, last: u32) -> String {
    format!(
        r"
    with noted as materialized (
        select part, place, line,
            nullif(split_part(line, E'\t', 3), '')::uuid as city, nullif(split_part(line, E'\t', 4), '')::uuid as person
        from generate_series({first}, {last}) as part,
            unnest(string_to_array(current_setting('xueshi.changed_' || part, true), E'\n')) with ordinality as lines (line, place)
        where line <> ''
    )
    select line, current_setting('timezone') || ' ' || current_setting('bytea_output') as settings,
        coalesce(current_setting('xueshi.changed', true), '') as last, (
            select log_salt from professionals
            where jurisdiction_id = noted.city and professional_id = noted.person
        ) as salt
    from (select 1) as always left join noted on true order by part, place"
    )
}

/// What the text of a row depends on, and with it its digest.
const SETTINGS: &str = "Asia/Shanghai hex";

const FORGET: &str =
    "select set_config('xueshi.changed_0', '', true), set_config('xueshi.changed', '0', true)";

pub(super) fn leave_out(conn: &mut PgConnection) -> Result<(), StoreError> {
    Ok(conn.batch_execute(
        "do $$
        declare
            note record;
        begin
            for note in select tgrelid::regclass as covered, tgname from pg_trigger where tgname like '%\\_for\\_the\\_log' loop
                execute format('alter table %s disable trigger %I', note.covered, note.tgname);
            end loop;
        end $$",
    )?)
}

/// Forgets what the present transaction noted.
pub(super) fn forget(conn: &mut PgConnection) -> Result<(), StoreError> {
    Ok(conn.batch_execute(FORGET)?)
}

/// What the present transaction did to covered rows. Its last act: what it noted stays noted until it ends.
pub(super) fn take(conn: &mut PgConnection) -> Result<Touched, StoreError> {
    let mut noted: Vec<Noted> = Prepared(diesel::sql_query(noted_in(0, 0))).load(conn)?;
    let (settings, last) =
        noted.first().map_or(("", ""), |noted| (noted.settings.as_str(), noted.last.as_str()));
    // A session that lost what it was set to has noted nothing, or something else.
    let Some(last) = last.parse::<u32>().ok().filter(|_| settings == SETTINGS) else {
        return Err(StoreError::Corrupt(format!(
            "the transparency log needs the settings that the service makes for its sessions, not `{settings}` and `{last}`"
        )));
    };
    if last > 0 {
        noted.extend(diesel::sql_query(noted_in(1, last)).load::<Noted>(conn)?);
    }
    let mut touched = Touched::new();
    // In the order in which it was noted: the last of a row is what counts.
    for noted in &noted {
        let Some(line) = noted.line.as_deref() else { continue };
        let (row, digest) = noted.read(line).ok_or_else(|| unfit(line))?;
        touched.insert(row, digest);
    }
    Ok(touched)
}

fn unfit(noted: &str) -> StoreError {
    StoreError::Corrupt(format!("a noted change: {noted}"))
}

impl Noted {
    /// The row that its line speaks of, and its digest.
    fn read(&self, line: &str) -> Option<((u8, String), Option<Digest>)> {
        let mut fields = line.splitn(5, '\t');
        let (number, _) = by_name(fields.next()?)?;
        let digest = match fields.next()? {
            "" => None,
            form => Some(of_row(self.salt.as_deref().unwrap_or_default(), digest_in(form)?)),
        };
        Some(((number, fields.nth(2)?.to_owned()), digest))
    }
}

/// The digest that hexadecimal digits stand for.
fn digest_in(digits: &str) -> Option<Digest> {
    let mut digest = [0; 32];
    if digits.len() != 2 * digest.len() || !digits.is_ascii() {
        return None;
    }
    for (byte, place) in digest.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(digits.get(place..place + 2)?, 16).ok()?;
    }
    Some(digest)
}

/// A row as PostgreSQL gives it: hashing it is not left to a function that lies in the database.
#[derive(QueryableByName)]
struct Whole {
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Nullable<Binary>)]
    salt: Option<Vec<u8>>,
    #[diesel(sql_type = Text)]
    row_now: String,
}

pub(super) fn each_digest(
    conn: &mut PgConnection,
    covered: &'static Covered,
    of: Option<(Id, Id)>,
    mut show: impl FnMut(String, Digest),
) -> Result<(), StoreError> {
    let table = covered.table;
    let parts: Vec<String> = covered.key.iter().map(|part| format!("{part}::text")).collect();
    let key = parts.join(" || '/' || ");
    let of = of.map_or_else(String::new, |(city, person)| {
        format!(" where jurisdiction_id = '{city}' and professional_id = '{person}'")
    });
    let salt = if covered.of_person {
        "(select log_salt from professionals as p where p.jurisdiction_id = t.jurisdiction_id
            and p.professional_id = t.professional_id)"
    } else {
        "null::bytea"
    };
    // Instants are written in the zone that all connections of the service have, by the triggers and here.
    let query = format!(
        "select {key} as key, {salt} as salt, row_to_json(t)::text as row_now from {table} as t{of}"
    );
    for row in diesel::sql_query(query).load_iter::<Whole, PgRowByRowLoadingMode>(conn)? {
        let Whole { key, salt, row_now } = row?;
        show(key, of_row(&salt.unwrap_or_default(), of_form(row_now.as_bytes())));
    }
    Ok(())
}
