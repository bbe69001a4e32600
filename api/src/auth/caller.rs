//! The caller of an operation, admitted for the permission that the handler's signature names.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web};
use futures_util::future::{BoxFuture, LocalBoxFuture};
use xueshi_domain::access::Permission;

use super::challenge;
use crate::extract::Query;
use crate::extract::gate::Gate;
use crate::middleware::parameters;
use crate::openapi::Operation;
use crate::problem::{Code, Problem};
use crate::services::{Asker, verification_page};
use crate::state::AppState;

/// What an operation needs of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: the operation is public.
    Nothing,
    /// A valid token of a person or a machine.
    Login,
    /// A valid token whose owner has one of these permissions somewhere; on which unit is decided on the facts.
    OneOf(&'static [Permission]),
}

/// A permission as a type: the parameter of [`Caller`]. [`super::permissions`] has them all.
pub trait Needs: 'static {
    /// What the operation needs.
    const NEED: Need;
    /// What is known of an admitted caller: [`Asker`], or `()` for public operations.
    type Who: Who;
}

/// No permission: for public operations, which also say `security(())` in their annotation.
#[derive(Debug)]
pub struct Anyone;

impl Needs for Anyone {
    const NEED: Need = Need::Nothing;
    type Who = ();
}

/// Any valid token.
#[derive(Debug)]
pub struct LoggedIn;

impl Needs for LoggedIn {
    const NEED: Need = Need::Login;
    type Who = Asker;
}

/// What a handler may know of its caller.
pub trait Who: Sized + fmt::Debug + 'static {
    /// Takes it from the admitted session, which only public operations may lack.
    fn from_session(session: Option<Asker>) -> Option<Self>;
}

impl Who for () {
    fn from_session(_: Option<Asker>) -> Option<Self> {
        Some(())
    }
}

impl Who for Asker {
    fn from_session(session: Option<Asker>) -> Option<Self> {
        session
    }
}

/// Verifies tokens and permissions. One implementation serves; the tests of the frame use others.
pub trait Admission: Send + Sync {
    /// Admits the owner of a bearer token for a need; none only for [`Need::Nothing`], which ignores tokens.
    ///
    /// # Errors
    /// 401 `unauthenticated`, `token-expired` or `invalid-token`; 403 `forbidden` or `insufficient-scope`; 503 if the store
    /// cannot be asked.
    fn admit(
        &self,
        bearer: Option<String>,
        need: Need,
    ) -> BoxFuture<'static, Result<Option<Asker>, Problem>>;
}

/// The admitted caller. Every handler takes one, as its first argument, so that no operation forgets to ask.
///
/// After admission it also refuses query parameters that the operation does not document, except from a browser that opens the page of
/// a certificate, and it opens the [`Gate`] for the other extractors.
pub struct Caller<P: Needs>(P::Who);

impl<P: Needs> fmt::Debug for Caller<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Caller").field(&self.0).finish()
    }
}

impl<P: Needs> Deref for Caller<P> {
    type Target = P::Who;

    fn deref(&self) -> &P::Who {
        &self.0
    }
}

impl<P: Needs> FromRequest for Caller<P> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let gate = Gate::close(request);
        let operation = request.extensions().get::<Arc<Operation>>().cloned();
        // Messengers add parameters of their own to a link that is passed on: a person's page opens all the same.
        let overlooked = verification_page::wants_page(request);
        let query = Query::of(request);
        let bearer = bearer(request);
        // What changes something decides by the newest state.
        let only_reads = request.method().is_safe();
        let state = request.app_data::<web::Data<AppState>>().cloned();
        Box::pin(async move {
            let state = state.ok_or_else(|| Problem::internal("the application has no state"))?;
            let operation = operation
                .ok_or_else(|| Problem::internal("the operation is not in the document"))?;
            if operation.secured != (P::NEED != Need::Nothing) {
                let cause =
                    format!("{}: signature and document disagree on security", operation.id);
                return Err(Problem::internal(cause));
            }
            let session = match P::NEED {
                Need::Nothing => None,
                Need::Login | Need::OneOf(_) => {
                    let bearer = bearer.map_err(challenge::add)?;
                    state.admission.admit(bearer, P::NEED).await.map_err(challenge::add)?
                }
            };
            let session =
                session.map(|asker| if only_reads { asker } else { asker.at_the_source() });
            let who = P::Who::from_session(session)
                .ok_or_else(|| challenge::add(Problem::new(Code::Unauthenticated)))?;
            if !overlooked {
                parameters::check(&operation, &query?)?;
            }
            gate.open();
            Ok(Self(who))
        })
    }
}

/// The bearer token, none without an `Authorization` header.
pub(crate) fn bearer(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let Some(value) = request.headers().get(header::AUTHORIZATION) else { return Ok(None) };
    let token = value.to_str().ok().and_then(|value| value.split_once(' '));
    match token {
        Some((scheme, token))
            if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() =>
        {
            Ok(Some(token.trim().to_owned()))
        }
        // Another scheme is for the operation itself, such as Basic at the token endpoint.
        Some((scheme, _)) if !scheme.eq_ignore_ascii_case("bearer") => Ok(None),
        _ => Err(Problem::new(Code::InvalidToken)),
    }
}
