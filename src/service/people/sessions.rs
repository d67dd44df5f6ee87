//! Sessions: who is signed in, for how long, and what is due before anything else.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

use super::subject;
use crate::domain::access::patience::Patience;
use crate::domain::access::{Principal, User, token};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::service::trail::{self, Note, Origin};
use crate::service::{ServiceError, system};
use crate::store::session::{self, Session, SessionNumber};
use crate::store::trail::Outcome;
use crate::store::{Store, Tx, user};

/// A session that is not used for so long has ended.
pub const IDLE: SignedDuration = SignedDuration::from_mins(30);
/// A session has ended after so long, used or not: a working day.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(12);
/// The time to type a one-time code after the password.
pub const FOR_CODE: SignedDuration = SignedDuration::from_mins(10);
/// How often a use is noted.
const NOTED: SignedDuration = SignedDuration::from_mins(1);

/// What a person has to do before anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Show the second factor: the session is not open yet.
    Code,
    /// Change a password that somebody else has set.
    Password,
    /// Enrol a second factor, which the role needs.
    SecondFactor,
    /// Nothing.
    Nothing,
}

/// A person who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who, and what they may.
    pub principal: Principal,
    /// The session.
    pub session: Session,
    /// What is to be done first.
    pub due: Due,
    /// Whether the person has a second factor.
    pub has_second_factor: bool,
}

/// Begins a session: always a new one with a new name, so that nobody can prepare one for another. Returns what the
/// cookie holds.
pub(super) async fn begin(
    tx: &mut Tx,
    user: &User,
    is_open: bool,
    origin: &Origin,
    at: Timestamp,
) -> Result<Zeroizing<String>, ServiceError> {
    let secret = Zeroizing::new(system::random::<32>());
    let cookie = Zeroizing::new(URL_SAFE_NO_PAD.encode(*secret));
    let hash = token::stored(cookie.as_bytes());
    let from = (origin.network.as_str(), origin.agent.as_str());
    session::add(tx, &hash, user.number, is_open, at, from).await?;
    if is_open {
        session::add_known_network(tx, user.number, user.login.as_str(), &origin.network, at)
            .await?;
    }
    let unused_since = at - IDLE;
    session::clear(tx, unused_since, at - Patience::WINDOW).await?;
    Ok(cookie)
}

/// Whose session a cookie opens, if any.
///
/// # Errors
/// If the database does not answer.
pub async fn of_cookie(
    store: &Store,
    cookie: &str,
    now: Timestamp,
) -> Result<Option<SignedIn>, ServiceError> {
    let hash = token::stored(cookie.as_bytes());
    let mut tx = store.read().await?;
    let Some(session) = session::by_hash(&mut tx, &hash).await? else {
        return Ok(None);
    };
    let longest = if session.is_open { LONGEST } else { FOR_CODE };
    if now > session.seen_at + IDLE || now > session.made_at + longest {
        return Ok(None);
    }
    let Some(user) = user::get(&mut tx, session.user).await? else {
        return Ok(None);
    };
    if user.is_disabled {
        return Ok(None);
    }
    let credentials = user::credentials(&mut tx, user.number).await?;
    drop(tx);
    if now > session.seen_at + NOTED {
        let mut tx = store.write().await?;
        session::touch(&mut tx, session.number, now).await?;
        tx.commit().await?;
    }
    let has_second_factor = credentials.factor_salt.is_some();
    let due = if !session.is_open {
        Due::Code
    } else if credentials.must_change_password {
        Due::Password
    } else if user.role.needs_second_factor() && !has_second_factor {
        Due::SecondFactor
    } else {
        Due::Nothing
    };
    let principal = Principal {
        user,
        narrowed: None,
    };
    Ok(Some(SignedIn {
        principal,
        session,
        due,
        has_second_factor,
    }))
}

/// The sessions of a person that have not ended, the one used last first.
///
/// # Errors
/// If the database does not answer.
pub async fn list(
    store: &Store,
    user: &User,
    now: Timestamp,
) -> Result<Vec<Session>, ServiceError> {
    let mut all = session::of(&mut store.read().await?, user.number).await?;
    all.retain(|one| now <= one.seen_at + IDLE && now <= one.made_at + LONGEST);
    Ok(all)
}

/// One session of a person.
///
/// # Errors
/// If the person has no such session.
pub async fn get(
    store: &Store,
    user: &User,
    number: SessionNumber,
    now: Timestamp,
) -> Result<Session, ServiceError> {
    let all = list(store, user, now).await?;
    let found = all.into_iter().find(|one| one.number == number);
    found.ok_or_else(|| unknown(user, number))
}

fn unknown(user: &User, number: SessionNumber) -> ServiceError {
    Refusal::no_such(
        said!(
            "there is no session {number} of {}",
            "会话 {number} 不存在（{}）",
            user.login
        ),
        said!("it has ended already", "该会话已经结束"),
    )
    .into()
}

/// Ends one session of a person.
///
/// # Errors
/// If the person has no such session.
pub async fn end(
    store: &Store,
    origin: &Origin,
    at: Timestamp,
    user: &User,
    number: SessionNumber,
) -> Result<(), ServiceError> {
    let mut tx = store.write().await?;
    if !session::end(&mut tx, user.number, number).await? {
        return Err(unknown(user, number));
    }
    let note = Note::new("sign-out").about(subject(&user.login));
    trail::write(&mut tx, origin, at, Outcome::Done, note).await?;
    Ok(tx.commit().await?)
}

/// Ends all sessions of a person, but for one. Returns how many.
///
/// # Errors
/// If the database does not answer.
pub async fn end_all(
    store: &Store,
    origin: &Origin,
    at: Timestamp,
    user: &User,
    but: Option<SessionNumber>,
) -> Result<u64, ServiceError> {
    let mut tx = store.write().await?;
    let ended = session::end_all(&mut tx, user.number, but).await?;
    let note = Note::new("sign-out-everywhere").about(subject(&user.login));
    trail::write(&mut tx, origin, at, Outcome::Done, note).await?;
    tx.commit().await?;
    Ok(ended)
}
