//! Signing in: the password, then the second factor if the person has one.
//!
//! Whatever is wrong, the answer is the same and takes as long, so that nobody learns which names there are. What slows
//! a guesser is in [`crate::domain::access::patience`].

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{hashing, sessions, subject};
use crate::domain::access::patience::Patience;
use crate::domain::access::second_factor::{PeopleKey, recovery_hash};
use crate::domain::access::{Login, User};
use crate::service::ServiceError;
use crate::service::people::sessions::{Due, SignedIn};
use crate::service::trail::{self, Note, Origin};
use crate::store::trail::Outcome;
use crate::store::{Store, Tx, session, user};

/// How far an attempt has come.
#[derive(Debug)]
pub enum Attempt {
    /// A session has begun.
    Begun {
        /// The cookie's new value.
        cookie: Zeroizing<String>,
        /// Whether it is open, or waits for its code.
        is_open: bool,
    },
    /// Name, password or code is wrong, or the person may not sign in.
    Wrong,
    /// Too many were wrong: nothing is looked at before then.
    Held(Timestamp),
}

/// Takes a name and a password. `origin` is where the attempt comes from, with the name as it was typed.
///
/// # Errors
/// If the database does not answer.
pub async fn begin(
    store: &Store,
    origin: &Origin,
    password: &str,
    now: Timestamp,
) -> Result<Attempt, ServiceError> {
    let login = Login::new(&origin.login);
    let name = login.as_ref().map_or(origin.login.as_str(), Login::as_str);
    let mut tx = store.read().await?;
    if let Some(until) = held(&mut tx, name, origin, now).await? {
        return Ok(Attempt::Held(until));
    }
    let found = match &login {
        Ok(login) => user::by_login(&mut tx, login).await?,
        Err(_) => None,
    };
    let hash = match &found {
        Some(user) => Some(user::credentials(&mut tx, user.number).await?.password),
        None => None,
    };
    drop(tx);
    let is_right = hashing::is_it(password, hash.clone()).await;

    let mut tx = store.write().await?;
    let Some(user) = found.filter(|user| is_right && !user.is_disabled) else {
        return wrong(tx, name, origin, now, "sign-in").await;
    };
    user::lock(&mut tx, user.number).await?;
    let credentials = user::credentials(&mut tx, user.number).await?;
    if Some(&credentials.password) != hash.as_ref() {
        return wrong(tx, name, origin, now, "sign-in").await; // it was changed in between
    }
    let is_open = credentials.factor_salt.is_none();
    let cookie = sessions::begin(&mut tx, &user, is_open, origin, now).await?;
    if is_open {
        note_success(&mut tx, &user, origin, now).await?;
    }
    tx.commit().await?;
    Ok(Attempt::Begun { cookie, is_open })
}

/// Takes a one-time code, or a recovery code in its place. The session gets a new name when it opens.
///
/// # Errors
/// If the database does not answer.
pub async fn second(
    store: &Store,
    key: &PeopleKey,
    origin: &Origin,
    waiting: &SignedIn,
    code: &str,
    now: Timestamp,
) -> Result<Attempt, ServiceError> {
    let user = &waiting.principal.user;
    let mut tx = store.write().await?;
    if let Some(until) = held(&mut tx, user.login.as_str(), origin, now).await? {
        return Ok(Attempt::Held(until));
    }
    user::lock(&mut tx, user.number).await?;
    let mut credentials = user::credentials(&mut tx, user.number).await?;
    let (Due::Code, Some(salt)) = (waiting.due, credentials.factor_salt) else {
        return Ok(Attempt::Wrong);
    };
    let step = key
        .secret(user.number, &salt)
        .step_of(code, now, credentials.factor_step);
    let is_right = match step {
        Some(step) => {
            credentials.factor_step = Some(step);
            user::set_credentials(&mut tx, user.number, &credentials).await?;
            true
        }
        None => {
            let hash = recovery_hash(user.number, code);
            user::use_recovery_code(&mut tx, user.number, &hash).await?
        }
    };
    if !is_right {
        return wrong(tx, user.login.as_str(), origin, now, "second-factor").await;
    }
    session::end(&mut tx, user.number, waiting.session.number).await?;
    let cookie = sessions::begin(&mut tx, user, true, origin, now).await?;
    note_success(&mut tx, user, origin, now).await?;
    tx.commit().await?;
    let is_open = true;
    Ok(Attempt::Begun { cookie, is_open })
}

/// Until when attempts at a name from here are not looked at. They leave no step in the audit trail: the failure that
/// brought it about has, and a flood of attempts must not fill the disk.
pub(super) async fn held(
    tx: &mut Tx,
    login: &str,
    origin: &Origin,
    now: Timestamp,
) -> Result<Option<Timestamp>, ServiceError> {
    let since = now - Patience::WINDOW;
    let failures = session::failures(tx, login, &origin.network, since).await?;
    Ok(Patience::holds_until(&failures, now))
}

/// Counts a failure and writes it into the audit trail.
pub(super) async fn wrong(
    mut tx: Tx,
    login: &str,
    origin: &Origin,
    now: Timestamp,
    action: &str,
) -> Result<Attempt, ServiceError> {
    session::add_failure(&mut tx, login, &origin.network, now).await?;
    trail::write(&mut tx, origin, now, Outcome::Failed, Note::new(action)).await?;
    tx.commit().await?;
    Ok(Attempt::Wrong)
}

async fn note_success(
    tx: &mut Tx,
    user: &User,
    origin: &Origin,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let origin = Origin {
        user: Some(user.number),
        ..origin.clone()
    };
    let note = Note::new("sign-in").about(subject(&user.login));
    trail::write(tx, &origin, now, Outcome::Done, note).await
}
