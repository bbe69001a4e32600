//! People who register by themselves (U0).

use diesel::prelude::*;
use xueshi_domain::identity::{IdNumber, IdType};
use xueshi_domain::people::{Post, TitleLevel};
use xueshi_domain::registration::{Joining, State};

use crate::cipher::context;
use crate::columns::{Id, Moment, Word};
use crate::connection::AnyBackend;
use crate::declarations::Saved;
use crate::error::StoreError;
use crate::page::{Page, Slice};
use crate::schema::{employment_requests, registrations};
use crate::scope::Scope;
use crate::store::{Reader, Writer};

/// What someone said of themselves who registered and is nobody's record yet.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = registrations, treat_none_as_default_value = false)]
pub struct Registration {
    /// The city.
    pub jurisdiction_id: Id,
    /// Whose.
    pub account_id: Id,
    /// The name as in the document.
    pub name: String,
    /// What document the id number is from.
    pub id_type: Word<IdType>,
    /// The id number, encrypted.
    pub id_cipher: Vec<u8>,
    /// The id number, masked.
    pub id_masked: String,
    /// The phone number, encrypted.
    pub phone_cipher: Option<Vec<u8>>,
    /// Title series (U4b).
    pub title_series: Option<String>,
    /// Title level (U4b).
    pub title_level: Option<Word<TitleLevel>>,
    /// What kind of post they hold (U4b).
    pub post: Word<Post>,
    /// When they registered.
    pub created_at: Moment,
}

/// A registration to be stored.
#[derive(Debug, Clone)]
pub struct NewRegistration {
    /// The city.
    pub jurisdiction: Id,
    /// Whose.
    pub account: Id,
    /// The name as in the document.
    pub name: String,
    /// The checked id number.
    pub id_number: IdNumber,
    /// A phone number.
    pub phone: Option<String>,
    /// Title series and level.
    pub title: Option<(String, TitleLevel)>,
    /// What kind of post they hold.
    pub post: Post,
}

/// An account's request to join an employer.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = employment_requests, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct EmploymentRequest {
    /// The city.
    pub jurisdiction_id: Id,
    /// Its id.
    pub id: Id,
    /// Who asks.
    pub account_id: Id,
    /// Their record, where one is linked to the account.
    pub person_id: Option<Id>,
    /// The employer that is asked.
    pub organization_id: Id,
    /// The name that they gave, or that of their record.
    pub name: String,
    /// The id number, masked.
    pub id_masked: String,
    /// What they say to the employer.
    pub statement: Option<String>,
    /// Where it stands.
    pub state: Word<State>,
    /// What its acceptance did.
    pub joining: Option<Word<Joining>>,
    /// The account that decided.
    pub decider_id: Option<Id>,
    /// The unit that it acted for.
    pub decided_for: Option<Id>,
    /// What the decider said.
    pub comment: Option<String>,
    /// Grows with every change.
    pub version: i32,
    /// When it was made.
    pub created_at: Moment,
    /// When it was decided or withdrawn.
    pub decided_at: Option<Moment>,
    /// When it was last changed.
    pub updated_at: Moment,
}

/// Which requests a list shows.
#[derive(Debug, Clone, Default)]
pub struct RegistrationFilter {
    /// Only in this state.
    pub state: Option<State>,
    /// Only to this unit.
    pub organization: Option<Id>,
}

impl Reader<'_> {
    /// What an account said of its owner.
    ///
    /// # Errors
    /// On a database failure.
    pub fn registration(
        &mut self,
        jurisdiction: Id,
        account: Id,
    ) -> Result<Option<Registration>, StoreError> {
        Ok(registrations::table
            .find((jurisdiction, account))
            .select(Registration::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The id number and the phone number of a registration, decrypted: for the record that takes its place.
    ///
    /// # Errors
    /// When they do not decrypt or do not read back.
    pub fn opened_registration(
        &mut self,
        registration: &Registration,
    ) -> Result<(IdNumber, Option<String>), StoreError> {
        let number = self.cipher.open(context::ID_NUMBER, &registration.id_cipher)?;
        let number = IdNumber::parse(registration.id_type.0, &number)
            .map_err(|error| StoreError::Corrupt(format!("a registered id: {}", error.code())))?;
        let phone = registration.phone_cipher.as_deref();
        let phone = phone.map(|sealed| self.cipher.open(context::PHONE, sealed)).transpose()?;
        Ok((number, phone))
    }

    /// A request to join, if the scope covers its employer or the account made it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn visible_employment_request(
        &mut self,
        scope: &Scope,
        account: Id,
        id: Id,
    ) -> Result<Option<EmploymentRequest>, StoreError> {
        Ok(employment_requests::table
            .filter(employment_requests::id.eq(id))
            .filter(scope.employment_requests(account))
            .select(EmploymentRequest::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The request to join of an account that waits for an answer; there is at most one.
    ///
    /// # Errors
    /// On a database failure.
    pub fn waiting_employment_request(
        &mut self,
        jurisdiction: Id,
        account: Id,
    ) -> Result<Option<EmploymentRequest>, StoreError> {
        Ok(employment_requests::table
            .filter(employment_requests::jurisdiction_id.eq(jurisdiction))
            .filter(employment_requests::account_id.eq(account))
            .filter(employment_requests::state.eq(Word(State::Submitted)))
            .select(EmploymentRequest::as_select())
            .first(self.conn)
            .optional()?)
    }

    /// The requests to join of a scope, and the account's own, in the order in which they were made.
    ///
    /// # Errors
    /// On a database failure.
    pub fn employment_requests(
        &mut self,
        scope: &Scope,
        account: Id,
        filter: &RegistrationFilter,
        page: Page<Id>,
    ) -> Result<Slice<EmploymentRequest>, StoreError> {
        use employment_requests as e;
        let matching = || -> e::BoxedQuery<'static, AnyBackend> {
            let mut query = e::table.into_boxed().filter(scope.employment_requests(account));
            if let Some(state) = filter.state {
                query = query.filter(e::state.eq(Word(state)));
            }
            if let Some(unit) = filter.organization {
                query = query.filter(e::organization_id.eq(unit));
            }
            query
        };
        let total = match page.count {
            true => Some(matching().count().get_result(self.conn)?),
            false => None,
        };
        let mut query = matching();
        if let Some(after) = page.after {
            query = match page.descending {
                true => query.filter(e::id.lt(after)),
                false => query.filter(e::id.gt(after)),
            };
        }
        query = match page.descending {
            true => query.order(e::id.desc()),
            false => query.order(e::id.asc()),
        };
        let rows =
            query.select(EmploymentRequest::as_select()).limit(page.limit).load(self.conn)?;
        Ok(Slice { rows, total })
    }
}

impl Writer<'_> {
    /// Stores what someone says of themselves, encrypted (U4a).
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_registration(
        &mut self,
        new: &NewRegistration,
    ) -> Result<Registration, StoreError> {
        let (series, level) = new.title.clone().unzip();
        let phone = new.phone.as_deref();
        let row = Registration {
            jurisdiction_id: new.jurisdiction,
            account_id: new.account,
            name: new.name.clone(),
            id_type: Word(new.id_number.id_type()),
            id_cipher: self.cipher.seal(context::ID_NUMBER, new.id_number.reveal())?,
            id_masked: new.id_number.masked(),
            phone_cipher: phone.map(|phone| self.cipher.seal(context::PHONE, phone)).transpose()?,
            title_series: series,
            title_level: level.map(Word),
            post: Word(new.post),
            created_at: Moment(self.now()),
        };
        diesel::insert_into(registrations::table).values(&row).execute(self.conn)?;
        Ok(row)
    }

    /// Forgets what someone said of themselves: a record has taken its place.
    ///
    /// # Errors
    /// On a database failure.
    pub fn delete_registration(&mut self, jurisdiction: Id, account: Id) -> Result<(), StoreError> {
        diesel::delete(registrations::table.find((jurisdiction, account))).execute(self.conn)?;
        Ok(())
    }

    /// Asks an employer.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the account has another request waiting.
    pub fn insert_employment_request(
        &mut self,
        request: &EmploymentRequest,
    ) -> Result<(), StoreError> {
        diesel::insert_into(employment_requests::table).values(request).execute(self.conn)?;
        Ok(())
    }

    /// Stores a changed request, if it is still as it was read.
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_employment_request(
        &mut self,
        request: &mut EmploymentRequest,
    ) -> Result<Saved, StoreError> {
        use employment_requests as e;
        let before = request.version;
        request.version += 1;
        request.updated_at = Moment(self.now());
        let row = e::table.find((request.jurisdiction_id, request.id));
        let updated =
            diesel::update(row.filter(e::version.eq(before))).set(&*request).execute(self.conn)?;
        Ok(if updated == 1 { Saved::Yes } else { Saved::Overtaken })
    }
}
