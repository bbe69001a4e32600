//! Logging in and out, and who is logged in.

use actix_web::{HttpResponse, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::{Anyone, Caller, LoggedIn};
use crate::dto::auth::{LoginRequest, Me, PasswordChange, RefreshRequest, Tokens};
use crate::extract::{Body, DryRun, IdempotencyKey};
use crate::problem::{Code, Problem};
use crate::request::RequestInfo;
use crate::services::{Act, whoami};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(login)
        .service(refresh)
        .service(logout)
        .service(get_me)
        .service(change_my_password);
}

/// Log in with name and password
///
/// Begins a session. The access token is good for `expires_in` seconds of the service's clock; the refresh token for the next
/// one, once. After five failures with a name from one address the next attempt has to wait, longer each time; neither answer
/// nor time tells whether the name exists. Auditors are told of the logins of those who hold an office. An `Idempotency-Key` has no
/// effect here, since answers with tokens are not kept.
#[utoipa::path(tag = "auth", security(()), request_body = LoginRequest,
    responses((status = 200, description = "The tokens of a new session", body = Tokens)),
    extensions(("x-codes" = json!([Code::InvalidCredentials, Code::TooManyAttempts]))))]
#[post("/v1/auth/login")]
async fn login(
    _: Caller<Anyone>,
    body: Body<LoginRequest>,
    info: RequestInfo,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let tokens = state.logins.login(body.0, &info).await?;
    Ok(HttpResponse::Ok().json(tokens))
}

/// Exchange a refresh token
///
/// Gives a new access token and the next refresh token. Each refresh token is good once: when an old one comes back it may have
/// been stolen, and the session ends. An `Idempotency-Key` has no effect here, since answers with tokens are not kept.
#[utoipa::path(tag = "auth", security(()), request_body = RefreshRequest,
    responses((status = 200, description = "The next tokens of the session", body = Tokens)),
    extensions(("x-codes" = json!([Code::InvalidToken, Code::TokenExpired]))))]
#[post("/v1/auth/refresh")]
async fn refresh(
    _: Caller<Anyone>,
    body: Body<RefreshRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let tokens = state.logins.refresh(&body.0.refresh_token).await?;
    Ok(HttpResponse::Ok().json(tokens))
}

/// Log out
///
/// Ends the session: its access token is refused from the next request on, and its refresh token too. Programs have no session;
/// their tokens run out by themselves (403).
#[utoipa::path(tag = "auth", params(DryRun, IdempotencyKey),
    responses((status = 204, description = "The session has ended")))]
#[post("/v1/auth/logout")]
async fn logout(
    caller: Caller<LoggedIn>,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let session = caller.session.ok_or_else(|| {
        Problem::new(Code::Forbidden)
            .detail("客户端令牌没有会话", "the token of a program has no session")
    })?;
    state
        .desk
        .write_nothing(&caller, act, move |writer, _| Ok(writer.end_session(session, "logout")?))
        .await
}

/// Who is logged in
///
/// The account or client, the person's own record with a masked id number, the roles with their units, and every kind of act
/// that is allowed somewhere.
#[utoipa::path(tag = "me", responses((status = 200, description = "The caller", body = Me)))]
#[get("/v1/me")]
async fn get_me(
    caller: Caller<LoggedIn>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let me = state.desk.read(&caller, whoami::me).await?;
    Ok(HttpResponse::Ok().json(me))
}

/// Change one's own password
///
/// Asks for the present one; all other sessions end. Wrong ones count as failed logins. Programs have no password (403).
#[utoipa::path(tag = "me", params(DryRun), request_body = PasswordChange,
    responses((status = 204, description = "The password is changed")),
    extensions(("x-codes" = json!([Code::TooManyAttempts]))))]
#[put("/v1/me/password")]
async fn change_my_password(
    caller: Caller<LoggedIn>,
    act: Act,
    body: Body<PasswordChange>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    state.logins.change_password(&state.desk, &caller, act, body.0).await
}
