//! API tokens of people: shown once, narrowed, ended on a day.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use zeroize::Zeroizing;

use super::known;
use crate::domain::access::token::{self, MOST_DAYS, TokenNumber};
use crate::domain::access::{Permission, Principal, UserNumber};
use crate::domain::calendar::{BEIJING, day_of};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::service::trail::{self, Note, Origin};
use crate::service::{ServiceError, system};
use crate::store::token::{self as tokens, Token};
use crate::store::trail::Outcome;
use crate::store::{Store, user};

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Whose.
    pub user: UserNumber,
    /// What for, as lists of tokens say.
    pub purpose: Line,
    /// What it may, of what the person may.
    pub permissions: Vec<Permission>,
    /// The last day on which it opens anything.
    pub last_day: Date,
}

/// Makes a token. Returns its text, which is shown once and not kept.
///
/// # Errors
/// If the person may not do what the token should, or it should live for longer than a year.
pub async fn make(
    store: &Store,
    origin: &Origin,
    at: Timestamp,
    new: NewToken,
) -> Result<(Token, Zeroizing<String>), ServiceError> {
    let mut tx = store.write().await?;
    let user = known(&mut tx, new.user).await?;
    if let Some(denied) = new.permissions.iter().find(|one| !user.role.may(**one)) {
        return Err(Refusal::conflict(
            said!("{} may not {}", user.login, denied.slug(); "{} 无权{}", user.login, denied.chinese()),
said!("a token can do no more than its person", "令牌的权限不能超过本人"),
        )
        .into());
    }
    if new.permissions.is_empty() {
        return Err(Refusal::invalid(
            said!("a token must be for something", "令牌至少要有一项权限"),
            said!("name a permission", "请选择权限"),
        )
        .into());
    }
    if !token::may_end(day_of(at), new.last_day) {
        return Err(Refusal::invalid(
            said!(
                "a token cannot end on {}",
                "令牌的有效期不能止于 {}",
                new.last_day
            ),
            said!(
                "it ends today or later, within {MOST_DAYS} days",
                "须为今天或以后，{MOST_DAYS} 天以内"
            ),
        )
        .into());
    }
    let mut permissions = new.permissions;
    permissions.sort_unstable();
    permissions.dedup();
    let next_day = new.last_day.tomorrow().unwrap_or(new.last_day);
    let ends_at = BEIJING.to_timestamp(next_day.at(0, 0, 0, 0)).unwrap_or(at);
    let made = Token {
        number: tokens::next_number(&mut tx).await?,
        user: user.number,
        purpose: new.purpose,
        permissions,
        made_at: at,
        ends_at,
        revoked_at: None,
    };
    let text = token::text_of(&system::random());
    tokens::add(&mut tx, &made, &token::stored(text.as_bytes())).await?;
    let words: Vec<&str> = made.permissions.iter().map(|one| one.slug()).collect();
    let new = json!({
        "of": user.login, "purpose": made.purpose, "permissions": words, "last_day": new.last_day,
    });
    let note = Note::new("token-make").about(format!("token {}", made.number));
    let note = note.changed(None, Some(new.to_string()));
    trail::write(&mut tx, origin, at, Outcome::Done, note).await?;
    tx.commit().await?;
    Ok((made, text))
}

/// A token that was shown and is in force, and whom it stands for.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The person, narrowed to what the token was made for.
    pub principal: Principal,
    /// The token.
    pub token: Token,
}

/// The token of this text, if it is in force and its person may sign in.
///
/// # Errors
/// If the database does not answer.
pub async fn shown(
    store: &Store,
    shown: &[u8],
    now: Timestamp,
) -> Result<Option<Shown>, ServiceError> {
    let mut tx = store.read().await?;
    let Some(token) = tokens::by_hash(&mut tx, &token::stored(shown)).await? else {
        return Ok(None);
    };
    if !token.is_in_force(now) {
        return Ok(None);
    }
    let user = user::get(&mut tx, token.user).await?;
    Ok(user.filter(|user| !user.is_disabled).map(|user| {
        let narrowed = Some(token.permissions.clone());
        let principal = Principal { user, narrowed };
        Shown { principal, token }
    }))
}

/// The tokens of a person, or of everybody, the newest first.
///
/// # Errors
/// If the database does not answer.
pub async fn list(
    store: &Store,
    user: Option<UserNumber>,
    limit: u32,
) -> Result<Vec<Token>, ServiceError> {
    Ok(tokens::list(&mut store.read().await?, user, limit).await?)
}

/// A token of a person that is in force.
///
/// # Errors
/// If the person has no such token.
pub async fn in_force(
    store: &Store,
    number: TokenNumber,
    of: UserNumber,
    now: Timestamp,
) -> Result<Token, ServiceError> {
    let own = tokens::list(&mut store.read().await?, Some(of), u32::MAX).await?;
    let found = own
        .into_iter()
        .find(|token| token.number == number && token.revoked_at.is_none() && token.ends_at > now);
    found.ok_or_else(|| no_such(number))
}

fn no_such(number: TokenNumber) -> ServiceError {
    Refusal::no_such(
        said!(
            "there is no token {number} in force",
            "没有有效的令牌 {number}"
        ),
        said!(
            "`yuanmark token list` shows the tokens there are",
            "请在令牌列表中查找"
        ),
    )
    .into()
}

/// Revokes a token at once; `of` is the person whose it must be, if only one's own may be revoked.
///
/// # Errors
/// If there is no such token in force.
pub async fn revoke(
    store: &Store,
    origin: &Origin,
    at: Timestamp,
    number: TokenNumber,
    of: Option<UserNumber>,
) -> Result<(), ServiceError> {
    let mut tx = store.write().await?;
    let is_theirs = match of {
        None => true,
        Some(of) => {
            let own = tokens::list(&mut tx, Some(of), u32::MAX).await?;
            own.iter().any(|token| token.number == number)
        }
    };
    if !is_theirs || !tokens::revoke(&mut tx, number, at).await? {
        return Err(no_such(number));
    }
    let note = Note::new("token-revoke").about(format!("token {number}"));
    trail::write(&mut tx, origin, at, Outcome::Done, note).await?;
    Ok(tx.commit().await?)
}
