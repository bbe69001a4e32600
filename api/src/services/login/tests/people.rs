//! People: passwords, sessions, rights.

use super::*;

#[actix_web::test]
async fn a_login_admits_for_what_the_account_may_do() {
    let f = fixture().await;
    let tokens = f.login("WANG", "sandbox").await.unwrap();
    assert_eq!((tokens.token_type, tokens.expires_in), ("Bearer", 900));
    let asker = f.admit(&tokens.access_token, REVIEW).await.unwrap();
    assert_eq!(asker.account(), f.account);
    assert_eq!(asker.actor.grants.len(), 1);
    assert_eq!(f.admit(&tokens.access_token, MANAGE).await.unwrap_err(), Code::Forbidden);
    let nobody = f.logins.admission().admit(None, Need::Login).await.unwrap_err();
    assert_eq!(nobody.code(), Code::Unauthenticated);
    f.clock.advance(Duration::minutes(15));
    assert_eq!(f.admit(&tokens.access_token, REVIEW).await.unwrap_err(), Code::TokenExpired);
}

#[actix_web::test]
async fn wrong_names_and_wrong_passwords_are_one_answer_and_make_wait() {
    let f = fixture().await;
    for name in ["wang", "nobody"] {
        for _ in 0..5 {
            assert_eq!(
                f.login(name, "wrong").await.err(),
                Some(Code::InvalidCredentials),
                "{name}"
            );
        }
        assert_eq!(f.login(name, "sandbox").await.err(), Some(Code::TooManyAttempts), "{name}");
    }
    f.clock.advance(Duration::seconds(30));
    assert!(f.login("wang", "sandbox").await.is_ok());
    assert!(f.login("wang", "wrong").await.is_err());
    assert!(f.login("wang", "sandbox").await.is_ok(), "a success forgets the failures");
}

#[actix_web::test]
async fn guesses_at_once_are_counted_one_by_one() {
    let f = fixture().await;
    let guesses = futures_util::future::join_all((0..12).map(|_| f.login("wang", "wrong"))).await;
    let refused = guesses
        .iter()
        .filter(|guess| guess.as_ref().err() == Some(&Code::InvalidCredentials))
        .count();
    assert_eq!(refused, 5);
}

#[actix_web::test]
async fn a_refresh_token_is_good_once_and_its_reuse_ends_the_session() {
    let f = fixture().await;
    let first = f.login("wang", "sandbox").await.unwrap();
    let second = f.refresh(&first.refresh_token).await.unwrap();
    assert!(f.admit(&second.access_token, REVIEW).await.is_ok());
    assert_ne!(first.refresh_token, second.refresh_token);
    assert_eq!(f.refresh(&first.refresh_token).await.err(), Some(Code::InvalidToken));
    assert_eq!(
        f.refresh(&second.refresh_token).await.err(),
        Some(Code::InvalidToken),
        "the thief's successor is out too"
    );
    for token in [first, second] {
        assert_eq!(f.admit(&token.access_token, REVIEW).await.unwrap_err(), Code::InvalidToken);
    }
    assert_eq!(f.refresh("xsr_nonsense").await.err(), Some(Code::InvalidToken));
}

#[actix_web::test]
async fn a_forged_refresh_token_ends_nothing() {
    let f = fixture().await;
    let tokens = f.login("wang", "sandbox").await.unwrap();
    let session = RefreshToken::decode(&tokens.refresh_token).unwrap().session;
    for generation in [0, 1] {
        let forged = RefreshToken::generate(session, generation).encode();
        assert_eq!(f.refresh(&forged).await.err(), Some(Code::InvalidToken));
    }
    assert!(f.refresh(&tokens.refresh_token).await.is_ok());
}

#[actix_web::test]
async fn a_refresh_token_expires_unless_it_is_used() {
    let f = fixture().await;
    let mut tokens = f.login("wang", "sandbox").await.unwrap();
    for _ in 0..3 {
        f.clock.advance(Duration::days(13));
        tokens = f.refresh(&tokens.refresh_token).await.unwrap();
    }
    f.clock.advance(Duration::days(14));
    assert_eq!(f.refresh(&tokens.refresh_token).await.err(), Some(Code::TokenExpired));
}

#[actix_web::test]
async fn logout_disabling_and_lost_roles_work_on_the_next_request() {
    let f = fixture().await;
    let (account, unit) = (f.account, f.unit);
    let token = f.login("wang", "sandbox").await.unwrap().access_token;
    let asker = f.admit(&token, REVIEW).await.unwrap();
    let city = asker.jurisdiction;
    f.change(move |writer| {
        for (grant, _) in writer.administrators_of(city, unit)? {
            writer.end_grant(grant.id, None)?;
        }
        Ok(())
    })
    .await;
    assert_eq!(f.admit(&token, REVIEW).await.unwrap_err(), Code::Forbidden);
    let session = f.admit(&token, Need::Login).await.unwrap().session.unwrap();
    f.change(move |writer| writer.end_session(session, "logout")).await;
    assert_eq!(f.admit(&token, Need::Login).await.unwrap_err(), Code::InvalidToken);
    let again = f.login("wang", "sandbox").await.unwrap();
    f.change(move |writer| {
        let mut account = writer.account(account)?.unwrap();
        account.state = Word(Standing::Disabled);
        writer.update_account(&mut account).map(drop)
    })
    .await;
    assert_eq!(f.admit(&again.access_token, Need::Login).await.unwrap_err(), Code::InvalidToken);
    assert_eq!(f.refresh(&again.refresh_token).await.err(), Some(Code::InvalidToken));
    assert_eq!(
        f.login("wang", "sandbox").await.err(),
        Some(Code::InvalidCredentials),
        "no word of being disabled"
    );
}
