//! Photos that strangers send: made anew, a few at a time, away from the threads that answer.

use tokio::sync::Semaphore;

use crate::render::photo::{self, Photo, PhotoError};
use crate::service::aside::aside;

/// Photos that are made anew at once: one of the largest takes some hundred megabytes meanwhile.
const AT_ONCE: usize = 1;

static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);

/// Makes a photo anew, when its turn has come.
///
/// # Errors
/// [`PhotoError`] if it is none.
pub async fn remade(file: Vec<u8>) -> Result<Photo, PhotoError> {
    let turn = TURNS.acquire().await;
    let made = aside(move || photo::remade(&file)).await;
    drop(turn);
    made
}
