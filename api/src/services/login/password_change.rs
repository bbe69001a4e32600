//! Changing one's own password.

use actix_web::HttpResponse;
use xueshi_persistence::{Account, StoreError};

use super::Logins;
use super::lockout::{self, Attempt, Subject};
use crate::dto::auth::PasswordChange;
use crate::problem::{Code, Problem, Text};
use crate::request::RequestInfo;
use crate::services::{Act, Asker, Desk};

impl Logins {
    /// Replaces the asker's password and ends all their other sessions. A wrong present password counts as a failed login.
    ///
    /// # Errors
    /// 403 for a program; 422 `validation-failed` when the present password is wrong or the new one holds the name; 429 after
    /// several wrong ones.
    pub async fn change_password(
        &self,
        desk: &Desk,
        asker: &Asker,
        act: Act,
        change: PasswordChange,
    ) -> Result<HttpResponse, Problem> {
        let session = asker.session.ok_or_else(|| Problem::new(Code::Forbidden))?;
        let account = desk
            .read(asker, |reader, asker| {
                reader.account(asker.account())?.ok_or_else(|| Problem::new(Code::InvalidToken))
            })
            .await?;
        check_new_password(&account.username, &change.new_password, "/new_password")?;
        self.check_current(&account, change.current_password, &act.info).await?;
        let hash = self.0.passwords.hash(change.new_password).await?;
        // No answer is kept under a key: its fingerprint would tell something about the passwords.
        let act = act.without_key();
        desk.write_nothing(asker, act, move |writer, asker| {
            let mut account =
                writer.account(asker.account())?.ok_or_else(|| Problem::new(Code::InvalidToken))?;
            account.password_hash.clone_from(&hash);
            if !writer.update_account(&mut account)? {
                // Only a concurrent change could be the reason: run again on what it left.
                return Err(StoreError::Conflict.into());
            }
            Ok(writer.end_other_sessions(asker.account(), session, "password-changed")?)
        })
        .await
    }

    async fn check_current(
        &self,
        account: &Account,
        password: String,
        info: &RequestInfo,
    ) -> Result<(), Problem> {
        let subject = Subject::new("person", &account.username, info.address);
        let _turn = self.0.turns.take(&subject).await?;
        let asked = subject.clone();
        self.0.store.read(move |reader| lockout::check(reader, &asked)).await?;
        if self.0.passwords.verify(password, Some(account.password_hash.clone())).await? {
            return Ok(());
        }
        let attempt = Attempt { account: Some(account.id), origin: info.origin() };
        self.note_failure(subject, attempt).await?;
        let text = Text::new("当前密码不正确", "is not the present password");
        Err(Problem::new(Code::ValidationFailed).at("/current_password", "wrong-password", text))
    }
}

/// A new password does not hold the name that it belongs to.
///
/// # Errors
/// 422 `validation-failed` naming the member.
pub(crate) fn check_new_password(
    username: &str,
    password: &str,
    pointer: &str,
) -> Result<(), Problem> {
    let (name, text) = (username.to_lowercase(), password.to_lowercase());
    // A name of two letters is in many a good password.
    if text != name && (name.chars().count() < 4 || !text.contains(&name)) {
        return Ok(());
    }
    let text = Text::new("密码不能包含用户名", "a password does not contain the user name");
    Err(Problem::new(Code::ValidationFailed).at(pointer, "weak-password", text))
}
