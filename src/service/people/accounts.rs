//! Accounts: who there is, and what an administrator does with them. Nobody is ever removed: the ledger names them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::json;

use super::{hashing, known, subject, unknown};
use crate::domain::access::password::Password;
use crate::domain::access::second_factor::recovery_code;
use crate::domain::access::{Login, Role, Scope, User, UserNumber};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::service::trail::{self, Note, Origin};
use crate::service::{ServiceError, system};
use crate::store::trail::Outcome;
use crate::store::user::Credentials;
use crate::store::{Store, Tx, kept, licensee, session, user};

/// A person to be added.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The name to sign in with.
    pub login: Login,
    /// The person's name.
    pub name: Line,
    /// What for.
    pub role: Role,
    /// Whose things.
    pub scope: Scope,
}

/// The names of people by what they sign in with, of those that have an account.
///
/// # Errors
/// If the database does not answer.
pub async fn names(
    store: &Store,
    logins: &BTreeSet<&str>,
) -> Result<BTreeMap<String, String>, ServiceError> {
    Ok(user::names(&mut store.read().await?, logins).await?)
}

/// A password of 100 random bits. Who is added or reset without a password of their choice gets one for once, and must
/// change it.
pub fn made_up_password() -> String {
    let [first, second] = [system::random(), system::random()].map(recovery_code);
    format!("{first}-{second}")
}

/// Adds a person. With `password` it is that; without, one is made up, to be told to the person, who must change it.
/// Returns it then.
///
/// # Errors
/// If the name is taken, or role and party do not belong together, or there is no such party.
pub async fn add(
    store: &Store,
    origin: &Origin,
    at: Timestamp,
    new: NewUser,
    password: Option<Password>,
) -> Result<(User, Option<String>), ServiceError> {
    let for_once = password.is_none().then(made_up_password);
    let hash = match (&password, &for_once) {
        (Some(password), _) => hashing::hash(password.as_bytes()).await,
        (None, Some(for_once)) => hashing::hash(for_once.as_bytes()).await,
        (None, None) => unreachable!("one of the two is there"),
    };
    let mut tx = store.write().await?;
    if user::by_login(&mut tx, &new.login).await?.is_some() {
        return Err(Refusal::conflict(
            said!("the name {} is taken", "登录名 {} 已被使用", new.login),
            said!(
                "take another; a name is never given to a second person",
                "请另取一个；登录名不会再给第二个人"
            ),
        )
        .into());
    }
    check_scope(&mut tx, new.role, new.scope).await?;
    let user = User {
        number: user::next_number(&mut tx).await?,
        login: new.login,
        name: new.name,
        role: new.role,
        scope: new.scope,
        is_disabled: false,
    };
    user::add(&mut tx, &user, &hash, for_once.is_some(), at).await?;
    let note = Note::new("user-add").about(subject(&user.login));
    let note = note.changed(None, Some(json!(user).to_string()));
    trail::write(&mut tx, origin, at, Outcome::Done, note).await?;
    tx.commit().await?;
    Ok((user, for_once))
}

/// A licensee's person belongs to a licensee there is, a printer's to a printer.
async fn check_scope(tx: &mut Tx, role: Role, scope: Scope) -> Result<(), ServiceError> {
    if role.scope(scope.licensee(), scope.printer()).is_none() {
        return Err(Refusal::invalid(
            said!("the role {} does not go with that", role.slug(); "角色“{}”与所属单位不符", role.chinese()),
            said!("a licensee's person belongs to a licensee, a printer's to a printer, others to nobody", "合法使用人须填使用人编号，承印方须填承印方编号，其他角色两项都不填"),
        )
        .into());
    }
    let is_there = match scope {
        Scope::All => true,
        Scope::Licensee(number) => licensee::get(tx, number).await?.is_some(),
        Scope::Printer(number) => {
            let found: Option<crate::domain::printer::Printer> = kept::get(tx, number).await?;
            found.is_some()
        }
    };
    if is_there {
        return Ok(());
    }
    let (what, chinese, number) = match scope {
        Scope::Licensee(number) => ("licensee", "合法使用人", u32::from(number.0)),
        Scope::Printer(number) => ("printer", "承印方", number.0),
        Scope::All => unreachable!("everything is there"),
    };
    Err(Refusal::no_such(
        said!("there is no {what} {number}"; "没有{chinese} {number}"),
        said!("`yuanmark {what} list` shows those there are"; "请核对编号"),
    )
    .into())
}

/// The person of this number.
///
/// # Errors
/// If there is none.
pub async fn get(store: &Store, number: UserNumber) -> Result<User, ServiceError> {
    known(&mut store.read().await?, number).await
}

/// The person with this name to sign in with.
///
/// # Errors
/// If there is none.
pub async fn by_login(store: &Store, login: &Login) -> Result<User, ServiceError> {
    let found = user::by_login(&mut store.read().await?, login).await?;
    found.ok_or_else(|| unknown(login))
}

/// Whether the person has enrolled a second factor.
///
/// # Errors
/// If the database does not answer.
pub async fn has_second_factor(store: &Store, number: UserNumber) -> Result<bool, ServiceError> {
    let credentials = user::credentials(&mut store.read().await?, number).await?;
    Ok(credentials.factor_salt.is_some())
}

/// People by number, from the one after `after`; those whose name or sign-in name holds `part`, of this role.
///
/// # Errors
/// If the database does not answer.
pub async fn list(
    store: &Store,
    part: &str,
    role: Option<Role>,
    after: UserNumber,
    limit: u32,
) -> Result<Vec<User>, ServiceError> {
    Ok(user::list(&mut store.read().await?, part, role, after, limit).await?)
}

/// What of an account may be changed.
#[derive(Clone, Debug)]
pub struct Change {
    /// The person's name.
    pub name: Line,
    /// What for.
    pub role: Role,
    /// Whose things.
    pub scope: Scope,
    /// Whether the person may not sign in.
    pub is_disabled: bool,
}

/// Changes an account. Sessions end when the role, the party or the right to sign in changes. `seen` is the account as
/// whoever asks saw it, if it must still be that.
///
/// # Errors
/// If there is no such person, or role and party do not belong together, or somebody else has changed it.
pub async fn change(
    store: &Store,
    origin: &Origin,
    at: Timestamp,
    number: UserNumber,
    seen: Option<&User>,
    change: Change,
) -> Result<User, ServiceError> {
    let mut tx = store.write().await?;
    user::lock(&mut tx, number).await?;
    let old = known(&mut tx, number).await?;
    if origin.user == Some(number) && (change.is_disabled || change.role != old.role) {
        return Err(Refusal::conflict(
            said!(
                "nobody disables or moves their own account",
                "不能停用或改变自己的账户"
            ),
            said!("another administrator does it", "请由另一位系统管理员办理"),
        )
        .into());
    }
    check_scope(&mut tx, change.role, change.scope).await?;
    let new = User {
        name: change.name,
        role: change.role,
        scope: change.scope,
        is_disabled: change.is_disabled,
        ..old.clone()
    };
    if new == old {
        return Ok(new); // the same form sent twice, mostly
    }
    if seen.is_some_and(|seen| *seen != old) {
        return Err(changed_meanwhile(&old));
    }
    user::change(&mut tx, &new).await?;
    let is_another =
        (old.role, old.scope, old.is_disabled) != (new.role, new.scope, new.is_disabled);
    if is_another {
        session::end_all(&mut tx, number, None).await?;
    }
    let note = Note::new("user-change").about(subject(&new.login));
    let note = note.changed(Some(json!(old).to_string()), Some(json!(new).to_string()));
    trail::write(&mut tx, origin, at, Outcome::Done, note).await?;
    tx.commit().await?;
    Ok(new)
}

/// Somebody else was faster: what the account is now.
fn changed_meanwhile(now: &User) -> ServiceError {
    let (state, state_zh) = if now.is_disabled {
        ("disabled", "停用")
    } else {
        ("active", "启用")
    };
    let party = now.scope.licensee().map(|one| u32::from(one.0));
    let party = party.or(now.scope.printer().map(|one| one.0));
    let of = party.map(|number| format!(" {number}")).unwrap_or_default();
    Refusal::stale(
        said!(
            "{} was changed since you opened this: it is now {}, {}{of}, {state}", now.login, now.name, now.role.slug();
            "{} 在您打开本页之后已被修改，现为：{}，{}{of}，{state_zh}", now.login, now.name, now.role.chinese()
        ),
        said!(
            "look again, and save if you still want it",
            "请核对后再保存"
        ),
    )
    .into()
}

/// Gives a person a new password for once, to be told to them, and ends their sessions.
///
/// # Errors
/// If there is no such person.
pub async fn reset_password(
    store: &Store,
    origin: &Origin,
    at: Timestamp,
    number: UserNumber,
) -> Result<String, ServiceError> {
    let for_once = made_up_password();
    let hash = hashing::hash(for_once.as_bytes()).await;
    reset(store, origin, at, number, "user-reset-password", |kept| {
        kept.password = hash;
        kept.must_change_password = true;
    })
    .await?;
    Ok(for_once)
}

/// Takes away a person's second factor and recovery codes, and ends their sessions: they enrol anew when they sign in.
///
/// # Errors
/// If there is no such person.
pub async fn reset_second_factor(
    store: &Store,
    origin: &Origin,
    at: Timestamp,
    number: UserNumber,
) -> Result<(), ServiceError> {
    reset(
        store,
        origin,
        at,
        number,
        "user-reset-second-factor",
        |kept| {
            kept.factor_salt = None;
            kept.factor_step = None;
            kept.new_factor_salt = None;
        },
    )
    .await
}

async fn reset(
    store: &Store,
    origin: &Origin,
    at: Timestamp,
    number: UserNumber,
    action: &str,
    change: impl FnOnce(&mut Credentials),
) -> Result<(), ServiceError> {
    let mut tx = store.write().await?;
    let user = known(&mut tx, number).await?;
    let mut credentials = user::credentials(&mut tx, number).await?;
    change(&mut credentials);
    user::set_credentials(&mut tx, number, &credentials).await?;
    if credentials.factor_salt.is_none() {
        user::set_recovery_codes(&mut tx, number, &[]).await?;
    }
    session::end_all(&mut tx, number, None).await?;
    let note = Note::new(action).about(subject(&user.login));
    trail::write(&mut tx, origin, at, Outcome::Done, note).await?;
    Ok(tx.commit().await?)
}
