//! Somebody who is signed in already. How one signs in is told elsewhere.

use yuanmark::domain::access::{Login, Role, Scope, User, token};
use yuanmark::service::system;
use yuanmark::store::{session, user};

use super::installation::line;
use super::server::{Phone, Site};

/// What a browser says of a form without a file.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// Makes an account, and lets this browser sit at the console with it.
pub async fn signed_in(site: &Site, phone: Phone, login: &str, role: Role, scope: Scope) -> Phone {
    let mut tx = site.store.write().await.unwrap();
    let number = user::next_number(&mut tx).await.unwrap();
    let person = User {
        number,
        login: Login::new(login).unwrap(),
        name: line(login),
        role,
        scope,
        is_disabled: false,
    };
    let now = system::now();
    user::add(&mut tx, &person, "no password", false, now)
        .await
        .unwrap();
    let mut credentials = user::credentials(&mut tx, number).await.unwrap();
    credentials.factor_salt = role.needs_second_factor().then_some([7; 16]);
    user::set_credentials(&mut tx, number, &credentials)
        .await
        .unwrap();
    let hash = token::stored(login.as_bytes());
    session::add(&mut tx, &hash, number, true, now, ("here", "a browser"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let phone = phone.with("sec-fetch-site", "same-origin");
    phone.set_cookie("__Host-session", login);
    phone
}
