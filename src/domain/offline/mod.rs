//! What a phone without a network needs to say more of a mark than that its code is signed: the list of states, one signed
//! file that says of every batch how each of its marks stood at a moment.
//!
//! The list is exact: it has no filter's false hits, for a false hit would call an honest firm's mark withdrawn
//! (`docs/decisions/0032-offline.md`). The format binds every reader in every language: `docs/OFFLINE-LIST.md`.

mod bits;
mod claimed;
mod list;
mod numbers;
mod read;
mod standing;

pub use claimed::believable;
pub use list::{LIST_CONTEXT, List, Listed, Run};
pub use read::ListError;
pub use standing::{ListedState, Standing};

#[cfg(test)]
mod tests;
