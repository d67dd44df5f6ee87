//! People and what proves who they are.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::row::Row;
use super::{StoreError, Tx, counter};
use crate::domain::access::{Login, Role, User, UserNumber};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::printer::PrinterNumber;

/// What proves who a person is, as it is kept.
#[derive(Clone)]
pub struct Credentials {
    /// The hash of the password, a PHC string.
    pub password: String,
    /// Whether it was set by somebody else, and opens only the page on which it is changed.
    pub must_change_password: bool,
    /// The salt of the second factor; `None` without one.
    pub factor_salt: Option<[u8; 16]>,
    /// The step of the last code that was taken.
    pub factor_step: Option<i64>,
    /// The salt of a second factor that was shown and not yet confirmed.
    pub new_factor_salt: Option<[u8; 16]>,
}

type UserRow = (i64, String, String, String, Option<i64>, Option<i64>, i64);

const USER: &str = "number, login, name, role, licensee, printer, is_disabled";

fn read_user(row: UserRow) -> Result<User, StoreError> {
    let (number, login, name, role, licensee, printer, is_disabled) = row;
    let row = Row {
        table: "users",
        key: &number,
    };
    let role = row.value("role", Role::from_slug(&role))?;
    let licensee = licensee.map(|number| row.number("licensee", number).map(LicenseeNumber));
    let printer = printer.map(|number| row.number("printer", number).map(PrinterNumber));
    Ok(User {
        number: UserNumber(row.number("number", number)?),
        login: row.value("login", Login::new(&login).ok())?,
        name: row.line("name", &name)?,
        role,
        scope: row.value(
            "role",
            role.scope(licensee.transpose()?, printer.transpose()?),
        )?,
        is_disabled: is_disabled != 0,
    })
}

/// The number of the next person.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn next_number(tx: &mut Tx) -> Result<UserNumber, StoreError> {
    counter::next_of(tx, "user").await.map(UserNumber)
}

/// Adds a person.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn add(
    tx: &mut Tx,
    user: &User,
    password: &str,
    must_change_password: bool,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO users (number, login, name, role, licensee, printer, is_disabled, password, \
         must_change_password, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(user.number.0))
        .bind(user.login.as_str())
        .bind(user.name.as_str())
        .bind(user.role.slug())
        .bind(user.scope.licensee().map(|number| i64::from(number.0)))
        .bind(user.scope.printer().map(|number| i64::from(number.0)))
        .bind(i64::from(user.is_disabled))
        .bind(password)
        .bind(i64::from(must_change_password))
        .bind(at.as_microsecond())
        .execute(c).await.map(drop))?;
    Ok(())
}

/// The person of this number.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn get(tx: &mut Tx, number: UserNumber) -> Result<Option<User>, StoreError> {
    let sql = format!("SELECT {USER} FROM users WHERE number = $1");
    let row: Option<UserRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(i64::from(number.0))
        .fetch_optional(c).await)?;
    row.map(read_user).transpose()
}

/// The person with this name to sign in with.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn by_login(tx: &mut Tx, login: &Login) -> Result<Option<User>, StoreError> {
    let sql = format!("SELECT {USER} FROM users WHERE login = $1");
    let row: Option<UserRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(login.as_str())
        .fetch_optional(c).await)?;
    row.map(read_user).transpose()
}

/// The names of those who sign in with one of these.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn names(
    tx: &mut Tx,
    logins: &BTreeSet<&str>,
) -> Result<BTreeMap<String, String>, StoreError> {
    if logins.is_empty() {
        return Ok(BTreeMap::new());
    }
    let places: Vec<String> = (1..=logins.len())
        .map(|place| format!("${place}"))
        .collect();
    let sql = format!(
        "SELECT login, name FROM users WHERE login IN ({})",
        places.join(", ")
    );
    let rows: Vec<(String, String)> = on!(tx, c => {
        let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
        for login in logins {
            query = query.bind((*login).to_owned());
        }
        query.fetch_all(c).await
    })?;
    Ok(rows.into_iter().collect())
}

/// People by number, from the one after `after`, at most `limit`; those whose name or sign-in name holds `part`.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn list(
    tx: &mut Tx,
    part: &str,
    role: Option<Role>,
    after: UserNumber,
    limit: u32,
) -> Result<Vec<User>, StoreError> {
    let sql = format!(
        "SELECT {USER} FROM users WHERE number > $1 AND ($2 = '' OR role = $2) \
         AND ($3 = '' OR login LIKE $4 ESCAPE '!' OR name LIKE $4 ESCAPE '!') ORDER BY number LIMIT $5"
    );
    let escaped = part
        .replace('!', "!!")
        .replace('%', "!%")
        .replace('_', "!_");
    let rows: Vec<UserRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(i64::from(after.0))
        .bind(role.map_or("", Role::slug))
        .bind(part)
        .bind(format!("%{escaped}%"))
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    rows.into_iter().map(read_user).collect()
}

/// A user's row, and when it was made.
type Found = (
    i64,
    String,
    String,
    String,
    Option<i64>,
    Option<i64>,
    i64,
    i64,
);

/// People who have never finished setting up their account: the password is still the one that was given to them, or a
/// second factor is missing that their role needs. Those first whose account is oldest, each with when it was made.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn not_set_up(tx: &mut Tx, limit: u32) -> Result<Vec<(User, Timestamp)>, StoreError> {
    let needs = Role::ALL.iter().filter(|role| role.needs_second_factor());
    let needs: Vec<String> = needs.map(|role| format!("'{}'", role.slug())).collect();
    let sql = format!(
        "SELECT {USER}, made_at FROM users WHERE is_disabled = 0 AND (must_change_password = 1 \
         OR (factor_salt IS NULL AND role IN ({}))) ORDER BY made_at, number LIMIT $1",
        needs.join(", ")
    );
    let rows: Vec<Found> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    let read = |(number, login, name, role, licensee, printer, disabled, made_at): Found| {
        let row = Row {
            table: "users",
            key: &number,
        };
        let made_at = row.time("made_at", made_at)?;
        let user = read_user((number, login, name, role, licensee, printer, disabled))?;
        Ok((user, made_at))
    };
    rows.into_iter().map(read).collect()
}

/// Changes name, role, party and whether the person may sign in.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn change(tx: &mut Tx, user: &User) -> Result<(), StoreError> {
    let sql = "UPDATE users SET name = $2, role = $3, licensee = $4, printer = $5, is_disabled = $6 \
         WHERE number = $1";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(user.number.0))
        .bind(user.name.as_str())
        .bind(user.role.slug())
        .bind(user.scope.licensee().map(|number| i64::from(number.0)))
        .bind(user.scope.printer().map(|number| i64::from(number.0)))
        .bind(i64::from(user.is_disabled))
        .execute(c).await.map(drop))?;
    Ok(())
}

/// Until the transaction ends nobody else changes this person's row: a code is taken once. On SQLite that is so anyway.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn lock(tx: &mut Tx, number: UserNumber) -> Result<(), StoreError> {
    if let Tx::Postgres(tx) = tx {
        let sql = "SELECT number FROM users WHERE number = $1 FOR UPDATE";
        sqlx::query(sql)
            .bind(i64::from(number.0))
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

type CredentialsRow = (String, i64, Option<Vec<u8>>, Option<i64>, Option<Vec<u8>>);

/// What proves who this person is.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn credentials(tx: &mut Tx, number: UserNumber) -> Result<Credentials, StoreError> {
    let sql = "SELECT password, must_change_password, factor_salt, factor_step, new_factor_salt FROM users \
         WHERE number = $1";
    let found: CredentialsRow = on!(tx, c => sqlx::query_as(sql)
        .bind(i64::from(number.0))
        .fetch_one(c).await)?;
    let (password, must_change, factor_salt, factor_step, new_factor_salt) = found;
    let row = Row {
        table: "users",
        key: &number,
    };
    let salt = |column, salt: Option<Vec<u8>>| {
        let salt = salt.map(|salt| row.value(column, <[u8; 16]>::try_from(salt).ok()));
        salt.transpose()
    };
    Ok(Credentials {
        password,
        must_change_password: must_change != 0,
        factor_salt: salt("factor_salt", factor_salt)?,
        factor_step,
        new_factor_salt: salt("new_factor_salt", new_factor_salt)?,
    })
}

/// Writes down what proves who this person is.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn set_credentials(
    tx: &mut Tx,
    number: UserNumber,
    credentials: &Credentials,
) -> Result<(), StoreError> {
    let sql = "UPDATE users SET password = $2, must_change_password = $3, factor_salt = $4, factor_step = $5, \
         new_factor_salt = $6 WHERE number = $1";
    let salt = |salt: Option<[u8; 16]>| salt.map(Vec::from);
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(number.0))
        .bind(&credentials.password)
        .bind(i64::from(credentials.must_change_password))
        .bind(salt(credentials.factor_salt))
        .bind(credentials.factor_step)
        .bind(salt(credentials.new_factor_salt))
        .execute(c).await.map(drop))?;
    Ok(())
}

/// Puts these recovery codes in the place of all earlier ones.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn set_recovery_codes(
    tx: &mut Tx,
    number: UserNumber,
    hashes: &[[u8; 32]],
) -> Result<(), StoreError> {
    let sql = "DELETE FROM recovery_codes WHERE person = $1";
    on!(tx, c => sqlx::query(sql).bind(i64::from(number.0)).execute(c).await.map(drop))?;
    for hash in hashes {
        let sql = "INSERT INTO recovery_codes (person, hash) VALUES ($1, $2)";
        on!(tx, c => sqlx::query(sql)
            .bind(i64::from(number.0))
            .bind(hash.as_slice())
            .execute(c).await.map(drop))?;
    }
    Ok(())
}

/// Uses a recovery code up. Returns whether there was one.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn use_recovery_code(
    tx: &mut Tx,
    number: UserNumber,
    hash: &[u8; 32],
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM recovery_codes WHERE person = $1 AND hash = $2";
    let rows = on!(tx, c => sqlx::query(sql)
        .bind(i64::from(number.0))
        .bind(hash.as_slice())
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

/// How many recovery codes are left.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn recovery_codes_left(tx: &mut Tx, number: UserNumber) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM recovery_codes WHERE person = $1";
    let (left,): (i64,) =
        on!(tx, c => sqlx::query_as(sql).bind(i64::from(number.0)).fetch_one(c).await)?;
    Ok(left.cast_unsigned())
}
