//! People of a site, and the programs that show their tokens.

use yuanmark::domain::access::token::TokenNumber;
use yuanmark::domain::access::{Login, Permission, Role, Scope, User};
use yuanmark::domain::calendar::day_of;
use yuanmark::service::people::accounts::{self, Change, NewUser};
use yuanmark::service::people::tokens::{self, NewToken};
use yuanmark::service::system;
use yuanmark::service::trail::Origin;

use super::installation::line;
use super::server::{Phone, Site};

/// A person, and a token of theirs.
pub struct Holder {
    pub user: User,
    pub number: TokenNumber,
    pub text: String,
}

fn test() -> Origin {
    Origin::shell(&line("test"))
}

/// All that a role may.
pub fn all_of(role: Role) -> Vec<Permission> {
    let all = Permission::ALL.iter().copied();
    all.filter(|one| role.may(*one)).collect()
}

impl Site {
    /// A person with a token for everything that the role may.
    pub async fn hire(&self, login: &str, role: Role, scope: Scope) -> Holder {
        let new = NewUser {
            login: Login::new(login).unwrap(),
            name: line("虚构人"),
            role,
            scope,
        };
        let added = accounts::add(&self.store, &test(), system::now(), new, None).await;
        let user = added.unwrap().0;
        self.token_of(&user, all_of(role)).await
    }

    /// Another token of a person, which ends today.
    pub async fn token_of(&self, user: &User, permissions: Vec<Permission>) -> Holder {
        self.token_of_days_ago(user, permissions, 0).await
    }

    /// A token that was made so many days ago, for that day.
    pub async fn token_of_days_ago(
        &self,
        user: &User,
        permissions: Vec<Permission>,
        days: i64,
    ) -> Holder {
        let at = system::now() - jiff::SignedDuration::from_hours(24 * days);
        let new = NewToken {
            user: user.number,
            purpose: line("试验"),
            permissions,
            last_day: day_of(at),
        };
        let made = tokens::make(&self.store, &test(), at, new).await;
        let (token, text) = made.unwrap();
        Holder {
            user: user.clone(),
            number: token.number,
            text: text.to_string(),
        }
    }

    pub async fn revoke(&self, number: TokenNumber) {
        tokens::revoke(&self.store, &test(), system::now(), number, None)
            .await
            .unwrap();
    }

    /// Gives a person another role, or keeps them from signing in.
    pub async fn change_user(&self, user: &User, role: Role, is_disabled: bool) {
        let change = Change {
            name: user.name.clone(),
            role,
            scope: user.scope,
            is_disabled,
        };
        accounts::change(
            &self.store,
            &test(),
            system::now(),
            user.number,
            None,
            change,
        )
        .await
        .unwrap();
    }

    /// A program that shows this token.
    pub fn with_token(&self, text: &str) -> Phone {
        self.program()
            .with("authorization", &format!("Bearer {text}"))
    }

    /// A program of this person.
    pub fn program_of(&self, holder: &Holder) -> Phone {
        self.with_token(&holder.text)
    }
}
