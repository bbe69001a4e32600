//! Accounts and their roles, for municipal administrators.

use actix_web::{HttpResponse, delete, get, patch, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use xueshi_domain::registry::Standing;
use xueshi_persistence::{AccountFilter, Id, Page, Reader};

use crate::auth::{Caller, permissions};
use crate::dto::accounts::{
    AccountChanges, AccountDetail, AccountDto, GrantDto, NewAccount, NewGrant,
};
use crate::dto::words;
use crate::extract::{
    Body, DryRun, ETag, IdempotencyKey, Params, PathId, PathText, RequiredIfMatch,
};
use crate::list::listed::{self, Listed, Rows};
use crate::page;
use crate::problem::{Code, Problem};
use crate::services::{Act, Asker, accounts, administrators};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_accounts)
        .service(create_account)
        .service(get_account)
        .service(edit_account)
        .service(grant_role)
        .service(revoke_role);
}

page! {
    /// A page of accounts.
    pub(super) struct AccountPage of AccountDto, list AccountList,
    sort AccountSort { CreatedAt = "created_at" } default "created_at",
    expand [], sparse true
}

/// Which accounts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichAccounts {
    /// Only the one of this name.
    #[param(example = "hospital.admin")]
    username: Option<String>,
    /// Only in this state.
    #[param(value_type = Option<words::Standing>)]
    state: Option<Standing>,
    /// Only the one of this person.
    professional_id: Option<Uuid>,
    /// Only those with a role on this very unit.
    organization_id: Option<Uuid>,
}

/// Accounts of the city
///
/// Without their roles; one account has them.
#[utoipa::path(tag = "accounts", params(AccountList, WhichAccounts),
    responses((status = 200, description = "A page", body = AccountPage)))]
#[get("/v1/accounts")]
async fn list_accounts(
    caller: Caller<permissions::ReadAudit>,
    list: AccountList,
    which: Params<WhichAccounts>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<Accounts>(&state.desk, &caller, list, which.0).await
}

/// The accounts of the city.
pub(super) struct Accounts;

impl Listed for Accounts {
    type Needs = permissions::ReadAudit;
    type Page = AccountPage;
    type Which = WhichAccounts;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: WhichAccounts,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let filter = AccountFilter {
            username: which.username.map(|name| name.to_lowercase()),
            state: which.state,
            professional: which.professional_id.map(Id),
            organization: which.organization_id.map(Id),
        };
        let found = accounts::list(reader, asker, &filter, page)?;
        Ok(found.map(|row| (row.id, AccountDto::from(&row))))
    }
}

/// Make an account
///
/// It has no roles yet. With `professional_id` its owner can declare for themselves.
#[utoipa::path(tag = "accounts", params(DryRun, IdempotencyKey), request_body = NewAccount,
    responses((status = 201, description = "The account", body = AccountDetail,
        headers(("ETag" = String, description = "Its version"), ("Location" = String, description = "Its address")))),
    extensions(("x-codes" = json!([Code::AlreadyExists, Code::UnknownReference]))))]
#[post("/v1/accounts")]
async fn create_account(
    caller: Caller<permissions::ManageAccounts>,
    act: Act,
    body: Body<NewAccount>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    let hash = state.logins.passwords().hash(new.password.clone()).await?;
    // What a key stands for is kept as a fast hash, which must not cover a password.
    let owner = new.professional_id.map(|id| id.to_string()).unwrap_or_default();
    let act = act.standing_for(&[&new.username, &new.display_name, &owner]);
    state
        .desk
        .write(&caller, act, move |writer, asker| accounts::create(writer, asker, &new, &hash))
        .await
}

/// One account with its roles
///
/// The `ETag` is the version that changes must name; roles have changes of their own.
#[utoipa::path(tag = "accounts",
    responses((status = 200, description = "The account", body = AccountDetail,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/v1/accounts/{id}")]
async fn get_account(
    caller: Caller<permissions::ReadAudit>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let detail =
        state.desk.read(&caller, move |reader, asker| accounts::get(reader, asker, id.0)).await?;
    Ok(HttpResponse::Ok().insert_header(ETag(detail.account.version.into())).json(detail))
}

/// Change an account
///
/// Disabling it and a new password end all its sessions at once. Of one's own account only the display name changes here.
#[utoipa::path(tag = "accounts", params(DryRun, RequiredIfMatch), request_body = AccountChanges,
    responses((status = 200, description = "The account", body = AccountDetail,
        headers(("ETag" = String, description = "Its version")))),
    extensions(("x-codes" = json!([Code::OwnRights, Code::AlreadyExists, Code::UnknownReference]))))]
#[patch("/v1/accounts/{id}")]
async fn edit_account(
    caller: Caller<permissions::ManageAccounts>,
    id: PathId,
    condition: RequiredIfMatch,
    act: Act,
    body: Body<AccountChanges>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(changes) = body;
    let hash = match changes.password.clone() {
        Some(password) => Some(state.logins.passwords().hash(password).await?),
        None => None,
    };
    // `If-Match` makes a repeat harmless already; no answer is kept under a key that would stand for a password.
    let act = act.without_key();
    let write = state.desk.write(&caller, act, move |writer, asker| {
        accounts::edit(writer, asker, id.0, &condition, &changes, hash.as_deref())
    });
    write.await
}

/// Give an account a role
///
/// On a unit and all that is below it; it works on the account's very next request. Nobody gives themselves one.
#[utoipa::path(tag = "accounts", params(DryRun, IdempotencyKey), request_body = NewGrant,
    responses((status = 201, description = "The role", body = GrantDto,
        headers(("Location" = String, description = "The account")))),
    extensions(("x-codes" = json!([Code::OwnRights, Code::AlreadyExists, Code::UnknownReference]))))]
#[post("/v1/accounts/{id}/grants")]
async fn grant_role(
    caller: Caller<permissions::ManageAccounts>,
    id: PathId,
    act: Act,
    body: Body<NewGrant>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let Body(new) = body;
    state
        .desk
        .write(&caller, act, move |writer, asker| administrators::grant(writer, asker, id.0, &new))
        .await
}

/// Take a role away
///
/// It works on the account's very next request; sessions go on with what is left. Nobody takes their own.
#[utoipa::path(tag = "accounts", params(DryRun), responses((status = 204, description = "The role has ended")),
    extensions(("x-codes" = json!([Code::OwnRights]))))]
#[delete("/v1/accounts/{id}/grants/{grant_id}")]
async fn revoke_role(
    caller: Caller<permissions::ManageAccounts>,
    path: PathText,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (account, grant) = (path.id("id")?, path.id("grant_id")?);
    let write = state.desk.write_nothing(&caller, act, move |writer, asker| {
        administrators::revoke(writer, asker, account, grant)
    });
    write.await
}
