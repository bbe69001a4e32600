//! Accounts and their roles, for municipal administrators.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};
use xueshi_domain::access::Role;
use xueshi_domain::registry::Standing;
use xueshi_persistence::{Account, Grant};

use super::auth::good_password;
use super::checks::{not_blank, nothing_to_change, one_line, present};
use super::{Timestamp, words};
use crate::extract::violation;

/// Someone who logs in.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Account)]
pub struct AccountDto {
    /// Its id.
    pub id: Uuid,
    /// The name that it logs in with.
    pub username: String,
    /// The name of its owner.
    pub display_name: String,
    /// The record of its owner as a professional.
    #[schema(required = true)]
    pub professional_id: Option<Uuid>,
    /// Whether it may log in.
    #[schema(value_type = words::Standing)]
    pub state: Standing,
    /// Grows with every change; the `ETag` is this number.
    pub version: i32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl From<&Account> for AccountDto {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id.0,
            username: account.username.clone(),
            display_name: account.display_name.clone(),
            professional_id: account.professional_id.map(|id| id.0),
            state: account.state.0,
            version: account.version,
            created_at: account.created_at.into(),
            updated_at: account.updated_at.into(),
        }
    }
}

/// An account with the roles that it has now.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AccountWithGrants)]
pub struct AccountDetail {
    /// The account.
    #[serde(flatten)]
    pub account: AccountDto,
    /// Its roles.
    pub grants: Vec<GrantDto>,
}

/// A role on a unit and all that is below it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Grant)]
pub struct GrantDto {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub account_id: Uuid,
    /// The role.
    #[schema(value_type = words::Role)]
    pub role: Role,
    /// The unit.
    pub organization_id: Uuid,
    /// Since when.
    pub granted_at: Timestamp,
    /// Who granted it; null for those that came with the installation.
    #[schema(required = true)]
    pub granted_by: Option<Uuid>,
}

impl From<&Grant> for GrantDto {
    fn from(grant: &Grant) -> Self {
        Self {
            id: grant.id.0,
            account_id: grant.account_id.0,
            role: grant.role.0,
            organization_id: grant.organization_id.0,
            granted_at: grant.granted_at.into(),
            granted_by: grant.granted_by.map(|id| id.0),
        }
    }
}

/// An account to make.
#[derive(Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// The name to log in with: small letters, digits, `.`, `_` and `-`, beginning with a letter or digit.
    #[validate(custom(function = "good_username"))]
    #[schema(min_length = 2, max_length = 64, pattern = "^[a-z0-9][a-z0-9._-]{1,63}$")]
    pub username: String,
    /// The name of its owner.
    #[validate(
        length(min = 1, max = 50),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 50)]
    pub display_name: String,
    /// The first password; its owner should change it.
    #[validate(custom(function = "good_password"))]
    #[schema(min_length = 10, max_length = 128, format = Password)]
    pub password: String,
    /// The record of its owner as a professional: it lets them declare for themselves.
    pub professional_id: Option<Uuid>,
}

/// A name of small letters, digits, `.`, `_` and `-`.
///
/// # Errors
/// `username`.
pub fn good_username(name: &str) -> Result<(), ValidationError> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let good = (2..=64).contains(&name.len())
        && name.bytes().all(|byte| plain(byte) || b"._-".contains(&byte))
        && name.bytes().next().is_some_and(plain);
    if good {
        return Ok(());
    }
    Err(violation(
        "username",
        "应为 2 至 64 个小写字母、数字、点、下划线或连字符，并以字母或数字开头",
        "a user name is 2 to 64 small letters, digits, `.`, `_` or `-`, beginning with a letter or digit",
    ))
}

/// What to change in an account; members left out stay as they are.
#[derive(Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
#[validate(schema(function = "names_something"))]
pub struct AccountChanges {
    /// The name of its owner.
    #[serde(default, deserialize_with = "present")]
    #[validate(
        length(min = 1, max = 50),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 50, nullable = false)]
    pub display_name: Option<String>,
    /// `disabled` ends all sessions at once and admits no more.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<words::Standing>)]
    pub state: Option<Standing>,
    /// The record of its owner as a professional; null takes it away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Uuid>)]
    pub professional_id: Option<Option<Uuid>>,
    /// A new password; it ends all sessions.
    #[serde(default, deserialize_with = "present")]
    #[validate(custom(function = "good_password"))]
    #[schema(min_length = 10, max_length = 128, format = Password, nullable = false)]
    pub password: Option<String>,
}

fn names_something(changes: &AccountChanges) -> Result<(), ValidationError> {
    let AccountChanges { display_name, state, professional_id, password } = changes;
    let named = display_name.is_some()
        || state.is_some()
        || professional_id.is_some()
        || password.is_some();
    if named { Ok(()) } else { Err(nothing_to_change()) }
}

/// A role to give.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewGrant {
    /// The role. `professional` is none to give: it follows from `professional_id` of the account.
    #[schema(value_type = words::Role)]
    pub role: Role,
    /// The unit: the role is for it and all that is below it.
    pub organization_id: Uuid,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names_are_plain() {
        for (name, good) in [
            ("hospital.admin", true),
            ("w2", true),
            ("w", false),
            ("", false),
            (".admin", false),
            ("Wang", false),
            ("wang li", false),
            ("王", false),
            (&"a".repeat(64), true),
            (&"a".repeat(65), false),
        ] {
            assert_eq!(good_username(name).is_ok(), good, "{name}");
        }
    }
}
