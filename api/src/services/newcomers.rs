//! What people and units that register by themselves have in common: an account, before they are anybody here (U0).

use xueshi_domain::registry::Standing;
use xueshi_persistence::{Account, Id, Moment, StoreError, Word, Writer};

use super::login::check_new_password;
use crate::problem::{Code, Problem, Text};

/// Makes the account of a newcomer. It has no rights: what it may do follows from the acceptance.
///
/// # Errors
/// 409 when the name is in use; 422 for a password that holds the name.
pub fn open_account(
    writer: &mut Writer<'_>,
    city: Id,
    username: &str,
    display_name: &str,
    (password, password_hash): (&str, &str),
) -> Result<Account, Problem> {
    check_new_password(username, password, "/password")?;
    let now = writer.now();
    let account = Account {
        id: writer.new_id(),
        jurisdiction_id: city,
        username: username.to_owned(),
        password_hash: password_hash.to_owned(),
        display_name: display_name.trim().to_owned(),
        professional_id: None,
        state: Word(Standing::Active),
        version: 1,
        created_at: Moment(now),
        updated_at: Moment(now),
    };
    match writer.insert_account(&account) {
        Ok(()) => Ok(account),
        Err(error @ StoreError::Taken(_)) => {
            let text = Text::new("该用户名已被使用", "the user name is in use");
            Err(Problem::new(Code::AlreadyExists)
                .because(error)
                .detail(text.zh.clone(), text.en.clone())
                .at("/username", "already-exists", text))
        }
        Err(error) => Err(error.into()),
    }
}

/// 409 for a second request while one waits.
#[must_use]
pub fn one_at_a_time(error: StoreError) -> Problem {
    let taken = matches!(error, StoreError::Taken(_));
    let problem = Problem::from(error);
    if taken {
        problem.detail(
            "已有待办理的申请，请先撤回",
            "a request of yours waits already; withdraw it first",
        )
    } else {
        problem
    }
}
