//! Who is admitted: the token says who calls, the store says what they may do now.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use xueshi_domain::access::{Actor, Grant, OrgPath, Role, Scope};
use xueshi_domain::registry::Standing;
use xueshi_persistence::{Client, Held, Id, Reader, Rights, Store};

use super::caller::{Admission, Need};
use super::keys::Keys;
use super::tokens::{Claims, Tokens};
use crate::problem::{Code, Problem};
use crate::services::Asker;

/// Admits by access tokens. Nothing about rights is remembered from one request to the next, so that a logout, a changed role,
/// a removed administrator (U1) and a disabled account work on the very next one.
#[derive(Clone)]
pub struct TokenAdmission {
    store: Store,
    tokens: Arc<Tokens>,
}

impl TokenAdmission {
    /// Admission by the tokens of one issuer.
    #[must_use]
    pub fn new(store: Store, keys: Arc<Keys>, issuer: Arc<str>) -> Self {
        Self { store, tokens: Arc::new(Tokens::new(keys, issuer)) }
    }

    async fn asker(&self, token: &str) -> Result<Asker, Problem> {
        let claims = self.tokens.verify(token, self.store.now()).await?;
        // Each of the two kinds of callers takes one query.
        let look = self.store.look_at(move |reader| identify(reader, &claims)).await;
        look.map(|(asker, position)| Asker { position, ..asker })
    }
}

impl Admission for TokenAdmission {
    fn admit(
        &self,
        bearer: Option<String>,
        need: Need,
    ) -> BoxFuture<'static, Result<Option<Asker>, Problem>> {
        let admission = self.clone();
        Box::pin(async move {
            if need == Need::Nothing {
                return Ok(None);
            }
            let token = bearer.ok_or_else(|| Problem::new(Code::Unauthenticated))?;
            let asker = admission.asker(&token).await?;
            check(&asker, need)?;
            Ok(Some(asker))
        })
    }
}

/// Whether the asker may do this kind of act at all; on which unit, the service decides.
fn check(asker: &Asker, need: Need) -> Result<(), Problem> {
    let admitted = match need {
        Need::Nothing | Need::Login => true,
        Need::OneOf(permissions) => {
            permissions.iter().any(|permission| asker.actor.may(*permission))
        }
    };
    match (admitted, asker.session) {
        (true, _) => Ok(()),
        (false, Some(_)) => Err(Problem::new(Code::Forbidden)),
        (false, None) => Err(Problem::new(Code::InsufficientScope)),
    }
}

/// Who a token belongs to, as of now.
fn identify(reader: &mut Reader<'_>, claims: &Claims) -> Result<Asker, Problem> {
    if let Some(session) = claims.sid {
        let rights = reader.rights(Id(session))?.ok_or_else(|| ended("no such session"))?;
        return person(Id(session), &rights, claims);
    }
    let name = claims.client_id.as_deref().ok_or_else(|| ended("neither session nor client"))?;
    let (client, _) = reader.client(name)?.ok_or_else(|| ended("no such client"))?;
    machine(&client, claims)
}

fn ended(cause: &str) -> Problem {
    Problem::new(Code::InvalidToken).because(cause)
}

fn person(session: Id, rights: &Rights, claims: &Claims) -> Result<Asker, Problem> {
    if rights.ended_at.is_some() {
        return Err(ended("the session has ended"));
    }
    if rights.state != Standing::Active {
        return Err(ended("the account is disabled"));
    }
    if rights.account_id.to_string() != claims.sub {
        return Err(ended("the session is another account's"));
    }
    let actor = actor_of(rights.account_id, rights.professional_id, &rights.held)?;
    Ok(Asker {
        actor,
        jurisdiction: rights.jurisdiction_id,
        session: Some(session),
        platform: None,
        position: None,
    })
}

/// What an account may do by its grants, and by being somebody's.
fn actor_of(account: Id, professional: Option<Id>, held: &[Held]) -> Result<Actor, Problem> {
    let mut grants = Vec::with_capacity(held.len() + 1);
    for Held { role, organization_id, path } in held {
        // Being a professional is no office: it follows from the account's own record.
        if *role != Role::Professional {
            let path = OrgPath::parse(path).map_err(Problem::internal)?;
            grants.push(Grant { role: *role, organization_id: organization_id.0, path });
        }
    }
    if let Some(professional) = professional {
        // A subtree that no unit lies in: it opens one's own record and nobody else's.
        let path = OrgPath::root(professional.0);
        grants.push(Grant { role: Role::Professional, organization_id: professional.0, path });
    }
    Ok(Actor {
        account_id: account.0,
        professional_id: professional.map(|id| id.0),
        grants,
        scopes: Vec::new(),
    })
}

impl Asker {
    /// Whoever asked for something that is done later, with the rights that they have by now; none when the account is no more.
    ///
    /// # Errors
    /// On a database failure.
    pub fn of_account(reader: &mut Reader<'_>, account: Id) -> Result<Option<Self>, Problem> {
        let account = reader.account(account)?;
        let Some(account) = account.filter(|account| account.state.0 == Standing::Active) else {
            return Ok(None);
        };
        let held = reader.grants_of(account.id)?.into_iter().map(|(grant, path)| Held {
            role: grant.role.0,
            organization_id: grant.organization_id,
            path,
        });
        let held: Vec<Held> = held.collect();
        let actor = actor_of(account.id, account.professional_id, &held)?;
        let jurisdiction = account.jurisdiction_id;
        Ok(Some(Self { actor, jurisdiction, session: None, platform: None, position: None }))
    }
}

fn machine(client: &Client, claims: &Claims) -> Result<Asker, Problem> {
    if client.state.0 != Standing::Active {
        return Err(ended("the client is disabled"));
    }
    let asked = claims.scope.as_deref().unwrap_or_default();
    // What was asked for at the time, as far as the client still has it.
    let scopes = scopes_of(asked)
        .filter(|scope| scopes_of(&client.scopes).any(|granted| granted == *scope))
        .collect();
    Ok(calling(client, scopes))
}

/// A machine client with some of its scopes.
pub(crate) fn calling(client: &Client, scopes: Vec<Scope>) -> Asker {
    Asker {
        actor: Actor { account_id: client.id.0, professional_id: None, grants: Vec::new(), scopes },
        jurisdiction: client.jurisdiction_id,
        session: None,
        platform: client.platform_code.clone(),
        position: None,
    }
}

/// The scopes of a space-separated text that we know.
pub(crate) fn scopes_of(text: &str) -> impl Iterator<Item = Scope> {
    text.split(' ').filter_map(|word| word.parse().ok())
}
