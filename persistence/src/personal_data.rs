//! Everything that is stored about a person, table by table, for the person concerned (U4a, ADR 0030).
//!
//! The list of tables and columns is the export's schema. A test holds it against the schema of the database, so that a new table or
//! column of people's data is either given out or left out for a reason.

use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::{Map, Number, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;
use xueshi_domain::instant::in_china;

use self::Kind::{Count, Day, Flag, Hours, Key, Moment, Object, Words};
use crate::columns::Id;
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::store::Reader;

/// How a column is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An id: a UUID.
    Key,
    /// An instant: RFC 3339 with `+08:00`.
    Moment,
    /// A date.
    Day,
    /// A text or a word.
    Words,
    /// A number.
    Count,
    /// Tenths of hours: a number with a digit.
    Hours,
    /// True or false.
    Flag,
    /// JSON.
    Object,
}

/// Whose rows of a table are a person's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// Those with the person's id in this column, within the city.
    Person(&'static str),
    /// Those with the id of an account of theirs in this column, within the city.
    Account(&'static str),
    /// The same, of a table that is found by the account alone.
    AccountAnywhere(&'static str),
    /// Those with either.
    Either(&'static str, &'static str),
}

/// A table with rows about people, as the export gives it.
#[derive(Debug)]
pub struct PersonalTable {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub meaning: &'static str,
    whose: Whose,
    columns: &'static [(&'static str, Kind)],
}

impl PersonalTable {
    /// The names of the columns that are given.
    pub fn columns(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().map(|(name, _)| *name)
    }
}

macro_rules! table {
    ($name:literal, $meaning:literal, $whose:expr, [$($column:ident: $kind:expr),+ $(,)?]) => {
        PersonalTable {
            name: $name,
            meaning: $meaning,
            whose: $whose,
            columns: &[$((stringify!($column), $kind)),+],
        }
    };
}

const OWN: Whose = Whose::Person("professional_id");

/// The tables, in the order of the export. Encrypted columns are not here: what they hold is given whole beside the tables.
pub const PERSONAL_TABLES: &[PersonalTable] = &[
    table!("professionals", "the record", OWN, [professional_id: Key, name: Words, id_type: Words,
        id_masked: Words, title_series: Words, title_level: Words, post: Words, state: Words, employer_id: Key,
        version: Count, created_at: Moment, updated_at: Moment]),
    table!("employments", "where the person worked", OWN, [professional_id: Key, id: Key, organization_id: Key,
        started_on: Day, ended_on: Day, end_reason: Words, recorded_at: Moment]),
    table!("learning_records", "learning that was delivered", OWN, [professional_id: Key, id: Key, year: Count,
        source: Words, subject: Words, way: Words, title: Words, hours: Hours, started_on: Day, completed_on: Day,
        passed: Flag, platform_code: Words, course_code: Words, class_id: Key, seminar_id: Key, declared: Flag,
        corrected_hours: Hours, corrected_passed: Flag, created_at: Moment]),
    table!("roster_lines", "lines of rosters of classes", OWN, [professional_id: Key, class_id: Key, revision: Count,
        learning_record_id: Key, change: Words, hours_before: Hours, passed_before: Flag, hours: Hours, passed: Flag]),
    table!("declarations", "declarations", OWN, [professional_id: Key, id: Key, year: Count, subject: Words,
        way: Words, title: Words, hours: Hours, learning_start: Day, learning_end: Day, learning_record_id: Key,
        makeup_grant_id: Key, state: Words, revision: Count, employer_id: Key, authority_id: Key, holder_id: Key,
        submitted_at: Moment, stage_entered_at: Moment, due_at: Moment, due_provisional: Flag, late_from: Moment,
        reinstated: Flag, policy_version: Count, version: Count, created_at: Moment, updated_at: Moment]),
    table!("reviews", "decisions on declarations", OWN, [professional_id: Key, id: Key, declaration_id: Key,
        revision: Count, stage: Words, decision: Words, comment: Words, account_id: Key, unit_id: Key,
        entered_at: Moment, due_at: Moment, decided_at: Moment, overdue: Flag, policy_version: Count]),
    table!("stage_visits", "stays of declarations at stages", OWN, [professional_id: Key, id: Key, declaration_id: Key,
        year: Count, revision: Count, stage: Words, unit_id: Key, entered_at: Moment, due_at: Moment,
        due_provisional: Flag, late_from: Moment, left_at: Moment, ending: Words, working_days: Count, warned: Words]),
    table!("attachments", "evidence; a file is at /v1/declarations/{declaration_id}/attachments/{id}", OWN,
        [professional_id: Key, id: Key, declaration_id: Key, kind: Words, file_name: Words, media_type: Words,
        size: Count, content_hash: Words, created_at: Moment]),
    table!("annual_records", "years", OWN, [professional_id: Key, year: Count, employer_id: Key, authority_id: Key,
        state: Words, approved_public: Hours, approved_professional: Hours, pending_public: Hours,
        pending_professional: Hours, makeup_public: Hours, makeup_professional: Hours, satisfied_at: Moment,
        certificate_id: Key, outcome: Words, settled_at: Moment, sealed_as: Key, version: Count, updated_at: Moment]),
    table!("certificates", "certificates", OWN, [professional_id: Key, id: Key, year: Count, version: Count,
        number: Words, verification_code: Words, state: Words, content: Object, issued_by: Key, issued_for: Key,
        issued_at: Moment, ended_at: Moment, end_reason: Words]),
    table!("record_acts", "verifications and revocations", OWN, [professional_id: Key, id: Key, act: Words,
        declaration_id: Key, certificate_id: Key, year: Count, account_id: Key, unit_id: Key, reason: Words,
        policy_version: Count, acted_at: Moment]),
    table!("exemptions", "exemptions", OWN, [professional_id: Key, id: Key, year: Count, kind: Words, starts_on: Day,
        ends_on: Day, statement: Words, state: Words, employer_id: Key, authority_id: Key, applied_by: Key,
        version: Count, created_at: Moment, updated_at: Moment]),
    table!("exemption_acts", "steps of exemptions", OWN, [professional_id: Key, id: Key, exemption_id: Key,
        event: Words, account_id: Key, unit_id: Key, comment: Words, policy_version: Count, acted_at: Moment]),
    table!("appeals", "appeals", OWN, [professional_id: Key, id: Key, kind: Words, matter: Words, year: Count,
        declaration_id: Key, class_id: Key, seminar_id: Key, platform_code: Words, course_code: Words, title: Words,
        hours: Hours, started_on: Day, completed_on: Day, statement: Words, state: Words, employer_id: Key,
        authority_id: Key, decider_id: Key, submitted_at: Moment, due_at: Moment, due_provisional: Flag,
        overdue_told: Flag, decided_by: Key, decided_for: Key, decided_at: Moment, comment: Words,
        policy_version: Count, learning_record_id: Key, version: Count, updated_at: Moment]),
    table!("makeup_items", "prior years in applications for make-up", OWN, [professional_id: Key, id: Key,
        application_id: Key, year: Count, state: Words, missing_total: Hours, missing_public: Hours,
        missing_professional: Hours, grant_id: Key]),
    table!("makeup_reviews", "decisions on make-up", OWN, [professional_id: Key, id: Key, item_id: Key,
        application_id: Key, revision: Count, step: Words, decision: Words, comment: Words, account_id: Key,
        unit_id: Key, decided_at: Moment, policy_version: Count]),
    table!("makeup_grants", "rights to register hours of prior years", OWN, [professional_id: Key, id: Key,
        year: Count, application_id: Key, item_id: Key, employer_id: Key, exceptional: Flag, state: Words,
        granted_at: Moment, study_until: Moment, register_until: Moment, granted_in: Count, policy_version: Count,
        ended_at: Moment, version: Count]),
    table!("seminar_admissions", "advanced seminars", OWN, [professional_id: Key, seminar_id: Key, employer_id: Key,
        admitted_at: Moment, hours: Hours, passed: Flag]),
    table!("lapses", "declarations that lapsed", OWN, [professional_id: Key, declaration_id: Key, settled_year: Count,
        year: Count, revision: Count, employer_id: Key, stage: Words, unit_id: Key, submitted_at: Moment,
        entered_at: Moment, due_at: Moment, working_days: Count, overdue: Flag, lapsed_at: Moment,
        reinstated_at: Moment]),
    table!("appraisals", "years as they were sealed", OWN, [professional_id: Key, year: Count, employer_id: Key,
        authority_id: Key, public_institution: Flag, outcome: Words, approved_public: Hours,
        approved_professional: Hours, makeup_public: Hours, makeup_professional: Hours, certificate_id: Key,
        policy_version: Count, lapsed: Count, lapsed_overdue: Count, digest: Words, sealed_at: Moment]),
    table!("appraisal_addenda", "what was added beside a seal", OWN, [professional_id: Key, id: Key, year: Count,
        cause: Words, declaration_id: Key, certificate_id: Key, outcome_before: Words, outcome_after: Words,
        approved_public: Hours, approved_professional: Hours, makeup_public: Hours, makeup_professional: Hours,
        reason: Words, account_id: Key, unit_id: Key, added_at: Moment]),
    table!("transfers", "transfers", OWN, [professional_id: Key, id: Key, from_id: Key, to_id: Key, asked_by: Words,
        asker_id: Key, reason: Words, state: Words, decided_as: Words, decider_id: Key, decided_for: Key,
        comment: Words, version: Count, created_at: Moment, decided_at: Moment, updated_at: Moment]),
    table!("person_merges", "records of the same person that became one", OWN, [professional_id: Key, id: Key,
        merged_id: Key, account_id: Key, unit_id: Key, reason: Words, ended_declarations: Count, merged_at: Moment, closed_account_id: Key]),
    table!("reported_years", "prior years as another system knows them", OWN, [professional_id: Key, year: Count,
        source: Words, outcome: Words, public_hours: Hours, professional_hours: Hours, reported_at: Moment]),
    table!("explanations", "what decisions rested on", OWN, [professional_id: Key, id: Key, subject: Words,
        subject_id: Key, year: Count, act: Words, outcome: Words, account_id: Key, unit_id: Key,
        policy_version: Count, document: Object, made_at: Moment]),
    table!("erasures", "that the data was erased", OWN, [professional_id: Key, account_id: Key, unit_id: Key,
        reason: Words, erased_at: Moment]),
    table!("sync_references", "what other systems call the person's records", Whose::Person("person_id"),
        [source: Words, kind: Words, external_id: Words, local_id: Key, year: Count, revision: Count,
        updated_at: Moment]),
    table!("sync_conflicts", "where another system contradicts", Whose::Person("person_id"), [id: Key, source: Words,
        kind: Words, external_id: Words, local_id: Key, year: Count, fields: Object, state: Words, reason: Words,
        decider_id: Key, decided_for: Key, created_at: Moment, decided_at: Moment, updated_at: Moment]),
    table!("sync_acknowledgements", "what another system made of the person's records", Whose::Person("person_id"),
        [id: Key, kind: Words, record_id: Words, year: Count, answer: Words, reason: Words, acknowledged_at: Moment]),
    table!("employment_requests", "requests to join an employer", Whose::Either("person_id", "account_id"), [id: Key,
        account_id: Key, organization_id: Key, name: Words, id_masked: Words, statement: Words, state: Words,
        joining: Words, decider_id: Key, decided_for: Key, comment: Words, version: Count, created_at: Moment,
        decided_at: Moment, updated_at: Moment]),
    table!("accounts", "the account", Whose::Either("professional_id", "id"), [id: Key, username: Words, display_name: Words, professional_id: Key,
        state: Words, version: Count, created_at: Moment, updated_at: Moment]),
    table!("registrations", "what the person said when registering", Whose::Account("account_id"), [account_id: Key,
        name: Words, id_type: Words, id_masked: Words, title_series: Words, title_level: Words, post: Words,
        created_at: Moment]),
    table!("grants", "roles", Whose::AccountAnywhere("account_id"), [id: Key, account_id: Key, role: Words,
        organization_id: Key, granted_at: Moment, granted_by: Key, ended_at: Moment, ended_by: Key]),
    table!("sessions", "logins", Whose::AccountAnywhere("account_id"), [id: Key, account_id: Key, generation: Count,
        created_at: Moment, expires_at: Moment, ended_at: Moment, end_reason: Words]),
    table!("refusals", "what rules refused", Whose::Account("account_id"), [id: Key, account_id: Key, code: Words,
        document: Object, times: Count, first_at: Moment, last_at: Moment]),
    table!("webhook_endpoints", "receivers of what happens", Whose::Account("owner_id"), [id: Key, unit_id: Key,
        description: Words, types: Words, content: Words, schemes: Words, enabled: Flag, disabled_because: Words,
        created_at: Moment, updated_at: Moment, deleted_at: Moment]),
    // Not all that the account did: an administrator's acts of office are about other people.
    table!("events", "what happened to the person and to their account; reveals of their data among it",
        Whose::Either("person_id", "subject_id"), [id: Key, kind: Words, person_id: Key, unit_id: Key,
        authority_id: Key, subject: Words, subject_id: Key, year: Count, account_id: Key, data: Object,
        request_id: Words, address: Words, occurred_at: Moment]),
];

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    row: String,
}

impl Reader<'_> {
    /// The rows of a table that are about these people or of these accounts of theirs, each as a JSON object.
    ///
    /// An address of a request stands only in events of the person's own acts: from where others acted is theirs.
    ///
    /// # Errors
    /// On a database failure.
    pub fn personal_rows(
        &mut self,
        table: &PersonalTable,
        city: Id,
        people: &[Id],
        accounts: &[Id],
    ) -> Result<Vec<Map<String, Value>>, StoreError> {
        let of_sqlite = matches!(&*self.conn, AnyConnection::Sqlite(_));
        let literal = |id: &Id| match of_sqlite {
            true => format!("x'{}'", id.0.simple()),
            false => format!("'{}'::uuid", id.0),
        };
        let list = |ids: &[Id]| {
            let nobody = Id(Uuid::nil());
            let all = ids.iter().chain(std::iter::once(&nobody));
            all.map(literal).collect::<Vec<_>>().join(", ")
        };
        let own = accounts;
        let (city, people, accounts) = (literal(&city), list(people), list(accounts));
        // The city stands first in the indexes.
        let of_person =
            |column: &str| format!("jurisdiction_id = {city} and {column} in ({people})");
        let of_account =
            |column: &str| format!("jurisdiction_id = {city} and {column} in ({accounts})");
        let whose = match table.whose {
            Whose::Person(column) => vec![of_person(column)],
            Whose::Account(column) => vec![of_account(column)],
            Whose::AccountAnywhere(column) => vec![format!("{column} in ({accounts})")],
            Whose::Either(person, account) => vec![of_person(person), of_account(account)],
        };
        let members = table.columns.iter().map(|(name, kind)| {
            let text = match (of_sqlite, kind) {
                (true, Kind::Key) => format!("lower(hex({name}))"),
                (true, _) => (*name).to_owned(),
                (false, Kind::Key | Kind::Day) => format!("{name}::text"),
                (false, Kind::Moment) => {
                    format!("(extract(epoch from {name}) * 1000000)::bigint")
                }
                (false, Kind::Words | Kind::Count | Kind::Hours | Kind::Flag | Kind::Object) => {
                    (*name).to_owned()
                }
            };
            // Of a null SQLite's hex makes an empty text.
            format!("'{name}', case when {name} is null then null else {text} end")
        });
        let members = members.collect::<Vec<_>>().join(", ");
        let name = table.name;
        let make = if of_sqlite { "json_object" } else { "json_build_object" };
        let cast = if of_sqlite { "" } else { "::text" };
        // A union and no `or`, for which SQLite would go through all rows of the city. What both find stands there once.
        let parts = whose.iter().map(|whose| {
            format!("select {make}({members}){cast} as row from {name} where {whose}")
        });
        let query = format!("{} order by 1", parts.collect::<Vec<_>>().join(" union "));
        let rows: Vec<Row> = match &mut *self.conn {
            AnyConnection::Sqlite(conn) => diesel::sql_query(query).load(conn)?,
            AnyConnection::Postgres(conn) => diesel::sql_query(query).load(conn)?,
        };
        let own: Vec<String> = own.iter().map(Id::to_string).collect();
        let rows = rows.into_iter().map(|row| {
            let mut row = read(table, &row.row)?;
            let by = row.get("account_id").and_then(Value::as_str).unwrap_or_default();
            let by_themselves = own.iter().any(|account| account == by);
            if !by_themselves && let Some(address) = row.get_mut("address") {
                *address = Value::Null;
            }
            Ok(row)
        });
        rows.collect()
    }
}

/// A row as both databases give it.
fn read(table: &PersonalTable, row: &str) -> Result<Map<String, Value>, StoreError> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("a row of {}: {what}", table.name));
    let members: Map<String, Value> =
        serde_json::from_str(row).map_err(|error| corrupt(&error.to_string()))?;
    let mut read = Map::with_capacity(members.len());
    for (name, kind) in table.columns {
        let value = members.get(*name).cloned().unwrap_or_default();
        let value = written(*kind, value).ok_or_else(|| corrupt(name))?;
        read.insert((*name).to_owned(), value);
    }
    Ok(read)
}

/// A value as the API writes it.
fn written(kind: Kind, value: Value) -> Option<Value> {
    if value.is_null() {
        return Some(value);
    }
    match kind {
        Kind::Key => Some(Value::String(Uuid::parse_str(value.as_str()?).ok()?.to_string())),
        Kind::Moment => {
            let micros = i128::from(value.as_i64()?);
            let instant = OffsetDateTime::from_unix_timestamp_nanos(micros * 1_000).ok()?;
            Some(Value::String(in_china(instant).format(&Rfc3339).ok()?))
        }
        Kind::Day | Kind::Words | Kind::Count => Some(value),
        Kind::Hours => {
            let tenths = value.as_i64()?;
            match tenths % 10 {
                0 => Some(Value::from(tenths / 10)),
                digit => {
                    let text = format!("{}.{}", tenths / 10, digit.abs());
                    Number::from_f64(text.parse().ok()?).map(Value::Number)
                }
            }
        }
        Kind::Flag => Some(Value::Bool(value.as_bool().or_else(|| Some(value.as_i64()? != 0))?)),
        Kind::Object => serde_json::from_str(value.as_str()?).ok(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_databases_give_the_same() {
        for (kind, stored, shown) in [
            (
                Kind::Key,
                json!("018b2f0e6c007000800000000000000a"),
                json!("018b2f0e-6c00-7000-8000-00000000000a"),
            ),
            (
                Kind::Key,
                json!("018b2f0e-6c00-7000-8000-00000000000a"),
                json!("018b2f0e-6c00-7000-8000-00000000000a"),
            ),
            (Kind::Moment, json!(1_697_418_000_000_000_i64), json!("2023-10-16T09:00:00+08:00")),
            (Kind::Hours, json!(125), json!(12.5)),
            (Kind::Hours, json!(80), json!(8)),
            (Kind::Flag, json!(1), json!(true)),
            (Kind::Flag, json!(false), json!(false)),
            (Kind::Object, json!("{\"a\":1}"), json!({"a": 1})),
            (Kind::Object, Value::Null, Value::Null),
            (Kind::Words, json!("张三"), json!("张三")),
        ] {
            assert_eq!(written(kind, stored), Some(shown));
        }
        assert_eq!(written(Kind::Key, json!("?")), None);
    }
}
