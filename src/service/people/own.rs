//! What a person does with their own account: another password, a second factor, recovery codes.

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{hashing, sign_in, subject};
use crate::domain::access::UserNumber;
use crate::domain::access::password::Password;
use crate::domain::access::second_factor::{
    PeopleKey, RECOVERY_CODES, TotpSecret, recovery_code, recovery_hash,
};
use crate::domain::refusal::Refusal;
use crate::domain::said::{Said, said};
use crate::service::people::sessions::SignedIn;
use crate::service::trail::{self, Note, Origin};
use crate::service::{ServiceError, system};
use crate::store::trail::Outcome;
use crate::store::user::Credentials;
use crate::store::{Store, Tx, session, user};

/// Changes the password; all other sessions end. Wrong guesses at the present one count as those at the sign-in do: an
/// unlocked screen is no place to guess at.
///
/// # Errors
/// If the present one is wrong, or was wrong too often, or the new one may not be a password.
pub async fn change_password(
    store: &Store,
    origin: &Origin,
    at: Timestamp,
    signed_in: &SignedIn,
    present: &str,
    new: &str,
) -> Result<(), ServiceError> {
    let user = &signed_in.principal.user;
    let new = Password::new(new, &user.login).map_err(|error| {
        Refusal::invalid(
            Said::new(error.to_string(), error.chinese()),
            said!("take another one", "请另取一个密码"),
        )
    })?;
    let mut tx = store.read().await?;
    if sign_in::held(&mut tx, user.login.as_str(), origin, at)
        .await?
        .is_some()
    {
        return Err(Refusal::conflict(
            said!(
                "the present password was wrong too often",
                "现在的密码输错次数过多"
            ),
            said!("wait a quarter of an hour", "请 15 分钟后再试"),
        )
        .into());
    }
    let kept = user::credentials(&mut tx, user.number).await?;
    drop(tx);
    if !hashing::is_it(present, Some(kept.password.clone())).await {
        let tx = store.write().await?;
        sign_in::wrong(tx, user.login.as_str(), origin, at, "password-change").await?;
        return Err(Refusal::invalid(
            said!("the present password is wrong", "现在的密码不正确"),
            said!(
                "type it again; an administrator can reset it",
                "请重新输入；忘记时由系统管理员重置"
            ),
        )
        .into());
    }
    let hash = hashing::hash(new.as_bytes()).await;
    let mut tx = store.write().await?;
    user::lock(&mut tx, user.number).await?;
    let mut credentials = user::credentials(&mut tx, user.number).await?;
    if credentials.password != kept.password {
        return Err(Refusal::conflict(
            said!("the password was just changed", "密码刚刚已被修改"),
            said!("sign in anew", "请重新登录"),
        )
        .into());
    }
    credentials.password = hash;
    credentials.must_change_password = false;
    user::set_credentials(&mut tx, user.number, &credentials).await?;
    session::end_all(&mut tx, user.number, Some(signed_in.session.number)).await?;
    finish(tx, origin, at, "password-change", signed_in).await
}

/// The secret of a second factor that the person is about to enrol: shown until a code confirms it.
///
/// # Errors
/// If the database does not answer.
pub async fn new_second_factor(
    store: &Store,
    key: &PeopleKey,
    signed_in: &SignedIn,
) -> Result<TotpSecret, ServiceError> {
    let number = signed_in.principal.user.number;
    let mut tx = store.write().await?;
    user::lock(&mut tx, number).await?;
    let mut credentials = user::credentials(&mut tx, number).await?;
    let salt = match credentials.new_factor_salt {
        Some(salt) => salt,
        None => system::random(),
    };
    credentials.new_factor_salt = Some(salt);
    user::set_credentials(&mut tx, number, &credentials).await?;
    tx.commit().await?;
    Ok(key.secret(number, &salt))
}

/// Takes the first code of the new second factor, which is in force from then on. Returns new recovery codes, to be
/// shown once; `None` if the code is wrong.
///
/// # Errors
/// If the database does not answer.
pub async fn confirm_second_factor(
    store: &Store,
    key: &PeopleKey,
    origin: &Origin,
    at: Timestamp,
    signed_in: &SignedIn,
    code: &str,
) -> Result<Option<Vec<Zeroizing<String>>>, ServiceError> {
    let number = signed_in.principal.user.number;
    let mut tx = store.write().await?;
    user::lock(&mut tx, number).await?;
    let mut credentials = user::credentials(&mut tx, number).await?;
    let Some(salt) = credentials.new_factor_salt else {
        // The same form sent twice: the codes of the first answer were perhaps never seen.
        if is_last_code(key, number, &credentials, code, at) {
            let codes = new_codes(&mut tx, signed_in).await?;
            finish(tx, origin, at, "recovery-codes", signed_in).await?;
            return Ok(Some(codes));
        }
        return Ok(None);
    };
    let Some(step) = key.secret(number, &salt).step_of(code, at, None) else {
        return Ok(None);
    };
    credentials.factor_salt = Some(salt);
    credentials.factor_step = Some(step);
    credentials.new_factor_salt = None;
    user::set_credentials(&mut tx, number, &credentials).await?;
    session::end_all(&mut tx, number, Some(signed_in.session.number)).await?;
    let codes = new_codes(&mut tx, signed_in).await?;
    finish(tx, origin, at, "second-factor-enrol", signed_in).await?;
    Ok(Some(codes))
}

/// Whether this is the code that was taken last.
fn is_last_code(
    key: &PeopleKey,
    number: UserNumber,
    credentials: &Credentials,
    code: &str,
    at: Timestamp,
) -> bool {
    let (Some(salt), Some(last)) = (credentials.factor_salt, credentials.factor_step) else {
        return false;
    };
    let step = key.secret(number, &salt).step_of(code, at, Some(last - 1));
    step == Some(last)
}

/// Makes new recovery codes in the place of all earlier ones, to be shown once.
///
/// # Errors
/// If the person has no second factor.
pub async fn new_recovery_codes(
    store: &Store,
    origin: &Origin,
    at: Timestamp,
    signed_in: &SignedIn,
) -> Result<Vec<Zeroizing<String>>, ServiceError> {
    if !signed_in.has_second_factor {
        return Err(Refusal::conflict(
            said!("there is no second factor", "尚未设置动态口令"),
            said!(
                "enrol one first: recovery codes stand in for it",
                "请先设置动态口令"
            ),
        )
        .into());
    }
    let mut tx = store.write().await?;
    let codes = new_codes(&mut tx, signed_in).await?;
    finish(tx, origin, at, "recovery-codes", signed_in).await?;
    Ok(codes)
}

async fn new_codes(
    tx: &mut Tx,
    signed_in: &SignedIn,
) -> Result<Vec<Zeroizing<String>>, ServiceError> {
    let number = signed_in.principal.user.number;
    let codes: Vec<Zeroizing<String>> = (0..RECOVERY_CODES)
        .map(|_| Zeroizing::new(recovery_code(system::random())))
        .collect();
    let hashes: Vec<[u8; 32]> = codes
        .iter()
        .map(|code| recovery_hash(number, code))
        .collect();
    user::set_recovery_codes(tx, number, &hashes).await?;
    Ok(codes)
}

/// How many recovery codes are left.
///
/// # Errors
/// If the database does not answer.
pub async fn recovery_codes_left(store: &Store, signed_in: &SignedIn) -> Result<u64, ServiceError> {
    let number = signed_in.principal.user.number;
    Ok(user::recovery_codes_left(&mut store.read().await?, number).await?)
}

async fn finish(
    mut tx: Tx,
    origin: &Origin,
    at: Timestamp,
    action: &str,
    signed_in: &SignedIn,
) -> Result<(), ServiceError> {
    let note = Note::new(action).about(subject(&signed_in.principal.user.login));
    trail::write(&mut tx, origin, at, Outcome::Done, note).await?;
    Ok(tx.commit().await?)
}
