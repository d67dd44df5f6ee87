//! Who may do what: the people of the console and the interface, their roles, and how they prove who they are.

pub mod permission;
pub mod role;

pub use permission::Permission;
pub use role::{Role, Scope};

use super::text::Line;
use super::words::numbered;

numbered! {
    /// The number of a person, from 1.
    pub struct UserNumber(u32);
}

/// A person who is signed in, or the holder of a token that a person made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The person's number.
    pub user: UserNumber,
    /// The name to sign in with: what the ledger says under "by". It is never given to another person.
    pub login: Line,
    /// The person's name, for pages.
    pub name: Line,
    /// What the person is there for.
    pub role: Role,
    /// Whose things the person sees.
    pub scope: Scope,
    /// What a token was narrowed to; `None` for the person.
    pub narrowed: Option<Vec<Permission>>,
}

impl Principal {
    /// Whether the role allows it, and the token too if there is one.
    pub fn may(&self, permission: Permission) -> bool {
        self.role.may(permission)
            && self
                .narrowed
                .as_ref()
                .is_none_or(|only| only.contains(&permission))
    }
}
