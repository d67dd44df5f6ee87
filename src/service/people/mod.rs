//! People: their accounts, how they sign in, their sessions and tokens.

pub mod accounts;
mod hashing;
pub mod own;
pub mod sessions;
pub mod sign_in;
pub mod tokens;

use crate::domain::access::{Login, User, UserNumber};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::service::ServiceError;
use crate::store::{Tx, user};

/// What the trail says a person's account is: `user wang.min`.
fn subject(login: &Login) -> String {
    format!("user {login}")
}

async fn known(tx: &mut Tx, number: UserNumber) -> Result<User, ServiceError> {
    user::get(tx, number).await?.ok_or_else(|| unknown(number))
}

fn unknown(name: impl std::fmt::Display) -> ServiceError {
    Refusal::no_such(
        said!("there is no user {name}", "没有用户 {name}"),
        said!(
            "`yuanmark user list` shows the users there are",
            "请在用户列表中查找"
        ),
    )
    .into()
}
