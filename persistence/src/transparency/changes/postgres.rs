//! On PostgreSQL: triggers that note what they see in settings of the transaction, which end with it (migrations 0041 and 0042).

use diesel::connection::SimpleConnection as _;
use diesel::pg::PgRowByRowLoadingMode;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Nullable, Text};

use super::super::covered::{Covered, by_name};
use super::{Digest, Touched, of_form, of_row};
use crate::columns::Id;
use crate::error::StoreError;
use crate::prepared::Prepared;

/// What a trigger noted, with tabulators between: the table, the digest of the form (of a row that is gone nothing), the person whom it is
/// about, and the key.
#[derive(QueryableByName)]
struct Noted {
    #[diesel(sql_type = Text)]
    line: String,
    #[diesel(sql_type = Nullable<Binary>)]
    salt: Option<Vec<u8>>,
    #[diesel(sql_type = Text)]
    settings: String,
}

/// What the present transaction noted, in order, with the salts of the people whom it is about.
const NOTED: &str = r"
    select noted.line, current_setting('timezone') || ' ' || current_setting('bytea_output') as settings, (
        select p.log_salt from professionals as p
        where p.jurisdiction_id = nullif(split_part(split_part(noted.line, E'	', 3), '/', 1), '')::uuid
            and p.professional_id = nullif(split_part(split_part(noted.line, E'	', 3), '/', 2), '')::uuid
    ) as salt
    from generate_series(0, coalesce(nullif(current_setting('xueshi.noted', true), ''), '0')::integer) as part,
        unnest(string_to_array(current_setting('xueshi.noted_' || part, true), E'
')) with ordinality as noted (line, place)
    where noted.line <> ''
    order by part, noted.place";

/// What the text of a row depends on, and with it its digest.
const SETTINGS: &str = "Asia/Shanghai hex";

const FORGET: &str = "
    select set_config('xueshi.noted_' || part, '', true)
    from generate_series(0, coalesce(nullif(current_setting('xueshi.noted', true), ''), '0')::integer) as part;
    select set_config('xueshi.noted', '', true)";

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
    let noted: Vec<Noted> = Prepared(diesel::sql_query(NOTED)).load(conn)?;
    let mut touched = Touched::new();
    // In the order in which it was noted: the last of a row is what counts.
    for Noted { line, salt, settings } in noted {
        if settings != SETTINGS {
            return Err(StoreError::Corrupt(format!(
                "the transparency log needs the settings that the service makes for its sessions, not {settings}"
            )));
        }
        let unfit = || StoreError::Corrupt(format!("a noted change: {line}"));
        let mut parts = line.splitn(4, '\t');
        let (Some(table), Some(form), Some(_), Some(key)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(unfit());
        };
        let (number, _) = by_name(table).ok_or_else(unfit)?;
        let digest = match form {
            "" => None,
            form => {
                let form = digest_in(form).ok_or_else(unfit)?;
                Some(of_row(&salt.unwrap_or_default(), form))
            }
        };
        touched.insert((number, key.to_owned()), digest);
    }
    Ok(touched)
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
        "select {key} as key, {salt} as salt, jsonb_strip_nulls(to_jsonb(t))::text as row_now from {table} as t{of}"
    );
    for row in diesel::sql_query(query).load_iter::<Whole, PgRowByRowLoadingMode>(conn)? {
        let Whole { key, salt, row_now } = row?;
        show(key, of_row(&salt.unwrap_or_default(), of_form(row_now.as_bytes())));
    }
    Ok(())
}
