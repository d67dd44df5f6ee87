//! Who may do what: the people of the console and the interface, their roles, and how they prove who they are.

pub mod login;
pub mod password;
pub mod patience;
pub mod permission;
pub mod role;
pub mod scope;
pub mod second_factor;
pub mod token;

use serde::{Deserialize, Serialize};

pub use login::Login;
pub use permission::Permission;
pub use role::Role;
pub use scope::Scope;

use super::text::Line;
use super::words::numbered;

numbered! {
    /// The number of a person, from 1.
    pub struct UserNumber(u32);
}

/// A person's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Its number.
    pub number: UserNumber,
    /// The name to sign in with. It is never given to another person, nor changed.
    pub login: Login,
    /// The person's name.
    pub name: Line,
    /// What the person is there for.
    pub role: Role,
    /// Whose things the person sees.
    pub scope: Scope,
    /// Whether the person may not sign in.
    pub is_disabled: bool,
}

/// A person who is signed in, or the holder of a token that a person made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The person.
    pub user: User,
    /// What a token was narrowed to; `None` for the person.
    pub narrowed: Option<Vec<Permission>>,
}

impl Principal {
    /// Whether the role allows it, and the token too if there is one.
    pub fn may(&self, permission: Permission) -> bool {
        let narrowed = self.narrowed.as_ref();
        self.user.role.may(permission) && narrowed.is_none_or(|only| only.contains(&permission))
    }
}
