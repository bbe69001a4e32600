//! Erasing a person: names, numbers and words go, numbers of hours, years, outcomes and ids stay (U4a, ADR 0030).

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use xueshi_domain::export::ExportList;
use xueshi_domain::personal_data::ErasureReason;

use crate::cipher::context;
use crate::columns::{Id, Moment, Word};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{
    attachments, certificates, employments, erasures, exports, orphaned_files, professionals,
};
use crate::store::{Reader, Writer};

/// What stands in the place of a name or a text that was erased.
pub const ERASED: &str = "已删除";

/// That a person's data was erased.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = erasures, treat_none_as_default_value = false)]
pub struct Erasure {
    /// The city.
    pub jurisdiction_id: Id,
    /// Whose.
    pub professional_id: Id,
    /// Who did it.
    pub account_id: Id,
    /// Acting for which unit.
    pub unit_id: Id,
    /// Why.
    pub reason: Word<ErasureReason>,
    /// When.
    pub erased_at: Moment,
}

/// What is done to the rows of the people: `{city}`, `{people}` (a list of ids), `{person}` (both as a condition), `{accounts}` (a list
/// of theirs), `{requests}` (a list of their requests to join), `{erased}` and `{salt}` (a new one) stand for what is put there.
///
/// Where rows that the log covers have a salt of their own it is renewed with them: their former digests say nothing any more.
const STATEMENTS: &[&str] = &[
    // What they said, what was said of them, and what their evidence was called.
    "update declarations set title = '{erased}', version = version + 1 where {person}",
    "update reviews set comment = null where {person} and comment is not null",
    "delete from attachments where {person}",
    "update learning_records set title = '{erased}' where {person}",
    "update record_acts set reason = null where {person} and reason is not null",
    "update exemptions set statement = '{erased}', version = version + 1 where {person}",
    "update exemption_acts set comment = null where {person} and comment is not null",
    "update appeals set statement = '{erased}', comment = null, \
        title = case when title is null then null else '{erased}' end, version = version + 1 where {person}",
    "update makeup_reviews set comment = null where {person} and comment is not null",
    "update transfers set reason = null, comment = null, version = version + 1 where {person}",
    "update appraisal_addenda set reason = null where {person} and reason is not null",
    "update person_merges set reason = '{erased}' where {person}",
    "update explanations set document = '{}' where {person}",
    "update step_bases set comment = null, document = '{}', log_salt = {salt} where jurisdiction_id = {city} and event_id in \
        (select id from events where jurisdiction_id = {city} and person_id in ({people}))",
    "delete from refusals where jurisdiction_id = {city} and account_id in ({accounts})",
    // What other systems call them and said of them.
    "delete from sync_references where jurisdiction_id = {city} and person_id in ({people})",
    "update sync_conflicts set external_id = '', fields = '[]', remote_cipher = {nothing}, reason = null, \
        log_salt = {salt}, version = version + 1 where jurisdiction_id = {city} and person_id in ({people})",
    "update sync_acknowledgements set reason = null where jurisdiction_id = {city} and person_id in ({people})",
    // From where they asked; the salted digest stays, and says nothing without its salt.
    "update events set address = null, address_salt = null where jurisdiction_id = {city} and id in \
        (select id from events where jurisdiction_id = {city} and account_id in ({accounts}) \
        union select id from events where jurisdiction_id = {city} and subject_id in ({accounts})) \
        and (address is not null or address_salt is not null)",
    // How they logged in.
    "delete from idempotency_keys where caller in ({callers})",
    "delete from import_errors where jurisdiction_id = {city} and import_id in \
        (select id from imports where jurisdiction_id = {city} and account_id in ({accounts}))",
    "update imports set file_name = '{erased}', ignored_heads = '[]', ignored_sheets = '[]', reason = null, \
        version = version + 1 where jurisdiction_id = {city} and account_id in ({accounts})",
    "update webhook_endpoints set description = '', version = version + 1 \
        where jurisdiction_id = {city} and owner_id in ({accounts})",
    // What they asked for as a file; for what others asked by their user name see `forget_searches`.
    "update exports set parameters = '{}', version = version + 1 where jurisdiction_id = {city} and account_id in ({accounts})",
    "delete from registrations where jurisdiction_id = {city} and account_id in ({accounts})",
    "update employment_requests set name = '{erased}', id_masked = '', statement = null, comment = null, \
        log_salt = {salt}, version = version + 1 where jurisdiction_id = {city} and id in ({requests})",
    // Who they were.
    "delete from professional_identities where jurisdiction_id = {city} and professional_id in ({people})",
    "update professionals set name = '{erased}', id_cipher = {nothing}, id_masked = '', phone_cipher = null, \
        title_series = null, title_level = null, version = version + 1 where {person}",
];

/// The requests to join that they made, or that were made for them: each part by an index of its own.
const REQUESTS: &str = "select id from employment_requests where jurisdiction_id = {city} and account_id in ({accounts}) \
    union select id from employment_requests where jurisdiction_id = {city} and person_id in ({people})";

/// What waits for a decision about the people.
const OPEN: &[&str] = &[
    "declarations where {person} and holder_id is not null",
    "exemptions where {person} and state = 'submitted'",
    "appeals where {person} and state = 'submitted'",
    "makeup_items where {person} and state in ('open', 'forwarded') and application_id in \
        (select id from makeup_applications where jurisdiction_id = {city} and state in ('body_review', 'municipal_review'))",
    "makeup_grants where {person} and state = 'granted'",
    "transfers where {person} and state = 'requested'",
    "employment_requests where jurisdiction_id = {city} and state = 'submitted' and id in ({requests})",
    "sync_conflicts where jurisdiction_id = {city} and person_id in ({people}) and state = 'open'",
];

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Hash {
    #[diesel(sql_type = Text)]
    content_hash: String,
}

/// The people as the statements name them.
struct People {
    city: String,
    people: String,
    accounts: String,
    callers: String,
    nothing: &'static str,
    salt: &'static str,
}

impl People {
    fn fill(&self, statement: &str) -> String {
        statement
            .replace("{person}", "jurisdiction_id = {city} and professional_id in ({people})")
            .replace("{requests}", REQUESTS)
            .replace("{city}", &self.city)
            .replace("{people}", &self.people)
            .replace("{accounts}", &self.accounts)
            .replace("{callers}", &self.callers)
            .replace("{nothing}", self.nothing)
            .replace("{salt}", self.salt)
            .replace("{erased}", ERASED)
    }
}

impl Reader<'_> {
    /// That a person's data was erased; `None` when it was not.
    ///
    /// # Errors
    /// On a database failure.
    pub fn erasure(&mut self, city: Id, person: Id) -> Result<Option<Erasure>, StoreError> {
        Ok(erasures::table
            .find((city, person))
            .select(Erasure::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The last year of which something of these people is recorded: a year of theirs, or the end of an employment.
    ///
    /// # Errors
    /// On a database failure.
    pub fn last_recorded_year(
        &mut self,
        city: Id,
        people: &[Id],
    ) -> Result<Option<i32>, StoreError> {
        let mut last = None;
        for person in people {
            let years = self.annual_records_of(city, *person)?;
            last = last.max(years.iter().map(|record| record.year).max());
            let ends: Vec<Option<time::Date>> = employments::table
                .filter(employments::jurisdiction_id.eq(city))
                .filter(employments::professional_id.eq(*person))
                .select(employments::ended_on)
                .load(self.conn)?;
            last = last.max(ends.into_iter().flatten().map(time::Date::year).max());
        }
        Ok(last)
    }

    /// Files of evidence that were let go of until an instant, the oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn orphaned_files(&mut self, until: Moment, most: i64) -> Result<Vec<String>, StoreError> {
        Ok(orphaned_files::table
            .filter(orphaned_files::since.le(until))
            .order(orphaned_files::since.asc())
            .limit(most)
            .select(orphaned_files::content_hash)
            .load(self.conn)?)
    }

    /// Whether some declaration has a file of this content.
    ///
    /// # Errors
    /// On a database failure.
    pub fn is_evidence(&mut self, content_hash: &str) -> Result<bool, StoreError> {
        let found = attachments::table.filter(attachments::content_hash.eq(content_hash));
        Ok(diesel::select(diesel::dsl::exists(found)).get_result(self.conn)?)
    }

    /// The id number and the phone of a person, whole (U4a): for whoever may see them, or for the person.
    ///
    /// # Errors
    /// When they do not decrypt.
    pub fn whole_numbers(
        &mut self,
        city: Id,
        person: Id,
    ) -> Result<Option<(String, Option<String>)>, StoreError> {
        let found: Option<(Vec<u8>, Option<Vec<u8>>)> = professionals::table
            .find((city, person))
            .select((professionals::id_cipher, professionals::phone_cipher))
            .first(self.conn)
            .optional()?;
        let Some((number, phone)) = found else { return Ok(None) };
        let number = self.cipher.open(context::ID_NUMBER, &number)?;
        let phone = phone.map(|sealed| self.cipher.open(context::PHONE, &sealed)).transpose()?;
        Ok(Some((number, phone)))
    }

    /// How the statements name these people.
    fn named(&self, city: Id, people: &[Id], accounts: &[Id]) -> People {
        let of_sqlite = matches!(&*self.conn, AnyConnection::Sqlite(_));
        let literal = |id: &Id| match of_sqlite {
            true => format!("x'{}'", id.0.simple()),
            false => format!("'{}'::uuid", id.0),
        };
        // A list is never empty, which SQLite would take and PostgreSQL would not.
        let list = |ids: &[Id]| {
            let nobody = Id(uuid::Uuid::nil());
            let all = ids.iter().chain(std::iter::once(&nobody));
            all.map(literal).collect::<Vec<_>>().join(", ")
        };
        let callers = accounts.iter().map(|id| format!("'{id}'"));
        let callers = callers.chain(std::iter::once("''".to_owned())).collect::<Vec<_>>();
        People {
            city: literal(&city),
            people: list(people),
            accounts: list(accounts),
            callers: callers.join(", "),
            nothing: if of_sqlite { "x''" } else { "''::bytea" },
            salt: match of_sqlite {
                true => "randomblob(16)",
                false => "decode(replace(gen_random_uuid()::text, '-', ''), 'hex')",
            },
        }
    }

    /// How many cases of these people, and of these accounts of theirs, wait for a decision.
    ///
    /// # Errors
    /// On a database failure.
    pub fn open_cases(
        &mut self,
        city: Id,
        people: &[Id],
        accounts: &[Id],
    ) -> Result<i64, StoreError> {
        let named = self.named(city, people, accounts);
        let mut open = 0;
        for source in OPEN {
            let query = format!("select count(*) as number from {}", named.fill(source));
            let found: Number = match &mut *self.conn {
                AnyConnection::Sqlite(conn) => diesel::sql_query(query).get_result(conn)?,
                AnyConnection::Postgres(conn) => diesel::sql_query(query).get_result(conn)?,
            };
            open += found.number;
        }
        Ok(open)
    }
}

impl Writer<'_> {
    /// Notes that a person's data is erased.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when another transaction has just done so: running this one again finds it.
    pub fn insert_erasure(&mut self, erasure: &Erasure) -> Result<(), StoreError> {
        let done = diesel::insert_into(erasures::table).values(erasure).execute(self.conn);
        match done.map_err(StoreError::from) {
            Err(StoreError::Taken(_)) => Err(StoreError::Conflict),
            done => done.map(drop),
        }
    }

    /// Erases people: a record and those that were merged into it, with their accounts. What their certificates state is given to
    /// `content`, which leaves the name and the number out; the salt
    /// of what their events say of it goes. Files of evidence that nobody else has are let go of
    /// ([`Reader::orphaned_files`]).
    ///
    /// # Errors
    /// On a database failure, or whatever `content` returns.
    pub fn erase_people<E: From<StoreError>>(
        &mut self,
        city: Id,
        people: &[Id],
        accounts: &[Id],
        content: impl Fn(&str) -> Result<String, E>,
    ) -> Result<(), E> {
        let named = self.named(city, people, accounts);
        let hashes = self.evidence_hashes(&named)?;
        for person in people {
            self.erase_certificates(city, *person, &content)?;
        }
        for statement in STATEMENTS {
            self.conn.batch_execute(&named.fill(statement)).map_err(StoreError::from)?;
        }
        for hash in hashes {
            if !self.is_evidence(&hash)? {
                self.orphan_file(&hash)?;
            }
        }
        Ok(())
    }

    fn evidence_hashes(&mut self, named: &People) -> Result<Vec<String>, StoreError> {
        let query =
            named.fill("select distinct content_hash from attachments where {person} order by 1");
        let found: Vec<Hash> = match &mut *self.conn {
            AnyConnection::Sqlite(conn) => diesel::sql_query(query).load(conn)?,
            AnyConnection::Postgres(conn) => diesel::sql_query(query).load(conn)?,
        };
        Ok(found.into_iter().map(|hash| hash.content_hash).collect())
    }

    fn erase_certificates<E: From<StoreError>>(
        &mut self,
        city: Id,
        person: Id,
        content: &impl Fn(&str) -> Result<String, E>,
    ) -> Result<(), E> {
        let stated: Vec<(Id, String)> = certificates::table
            .filter(certificates::jurisdiction_id.eq(city))
            .filter(certificates::professional_id.eq(person))
            .select((certificates::id, certificates::content))
            .load(self.conn)
            .map_err(StoreError::from)?;
        for (id, text) in stated {
            let text = content(&text)?;
            diesel::update(certificates::table.find((city, person, id)))
                .set((
                    certificates::content.eq(text),
                    certificates::content_salt.eq(None::<Vec<u8>>),
                ))
                .execute(self.conn)
                .map_err(StoreError::from)?;
        }
        Ok(())
    }

    fn orphan_file(&mut self, content_hash: &str) -> Result<(), StoreError> {
        let since = Moment(self.now());
        let there = orphaned_files::table.find(content_hash);
        let known: bool = diesel::select(diesel::dsl::exists(there)).get_result(self.conn)?;
        if !known {
            diesel::insert_into(orphaned_files::table)
                .values((
                    orphaned_files::content_hash.eq(content_hash),
                    orphaned_files::since.eq(since),
                ))
                .execute(self.conn)?;
        }
        Ok(())
    }

    /// Forgets a file that was removed, or that somebody has again.
    ///
    /// # Errors
    /// On a database failure.
    pub fn forget_orphaned_file(&mut self, content_hash: &str) -> Result<(), StoreError> {
        diesel::delete(orphaned_files::table.find(content_hash)).execute(self.conn)?;
        Ok(())
    }

    /// Takes an account from its owner for good: its names and its password go, nobody logs in with it again.
    ///
    /// # Errors
    /// On a database failure.
    pub fn erase_account(&mut self, account: Id) -> Result<(), StoreError> {
        use crate::schema::accounts as a;
        self.forget_searches(account)?;
        diesel::update(a::table.find(account))
            .set((
                a::username.eq(format!("erased-{}", account.0.simple())),
                a::password_hash.eq(""),
                a::display_name.eq(ERASED),
                a::version.eq(a::version + 1),
                a::updated_at.eq(Moment(self.now())),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// Takes an account's user name out of what anybody asked for as a file by it. The filter stays one: of nobody.
    fn forget_searches(&mut self, account: Id) -> Result<(), StoreError> {
        use crate::schema::accounts as a;
        let named: Option<(Id, String)> = a::table
            .find(account)
            .select((a::jurisdiction_id, a::username))
            .first(self.conn)
            .optional()?;
        let Some((city, username)) = named else { return Ok(()) };
        let filter = |name: &str| format!("\"username\":{}", serde_json::Value::from(name));
        let by_it = filter(&username);
        let asked: Vec<(Id, String)> = exports::table
            .filter(exports::jurisdiction_id.eq(city))
            .filter(exports::list.eq(Word(ExportList::Accounts)))
            .select((exports::id, exports::parameters))
            .load(self.conn)?;
        for (id, parameters) in asked.into_iter().filter(|(_, asked)| asked.contains(&by_it)) {
            let parameters = parameters.replace(&by_it, &filter(ERASED));
            diesel::update(exports::table.find((city, id)))
                .set((
                    exports::parameters.eq(parameters),
                    exports::version.eq(exports::version + 1),
                ))
                .execute(self.conn)?;
        }
        Ok(())
    }
}
