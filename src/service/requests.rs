//! Requests by their names, where what they do is no entry of the ledger: each is done once, and a name stands for one request.

use sha2::{Digest, Sha256};

use super::ServiceError;
use super::desk::Call;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;

/// The digest of a request's name.
pub(super) fn digest_of(call: &Call) -> Option<[u8; 32]> {
    let request = call.request.as_ref();
    request.map(|request| Sha256::digest(request.as_str()).into())
}

/// The refusal of a request whose name stands for another one.
pub(super) fn something_else() -> ServiceError {
    Refusal::conflict(
        said!(
            "a request of this name was made before and did something else",
            "这份表单先前已经提交，与本次内容不同"
        ),
        said!(
            "use a new name for a new request, the same one only to repeat the same request",
            "如要办理新的事项，请重新打开表单再提交"
        ),
    )
    .into()
}
