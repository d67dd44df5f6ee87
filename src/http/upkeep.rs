//! What a serving program does beside answering: it takes files of places when they change, and forgets who is quiet.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::traffic::Traffic;

/// How soon a changed file of places is in force.
const INTERVAL: Duration = Duration::from_secs(1);
/// Every so many intervals the quiet are forgotten.
const FORGETTING: u32 = 60;

/// Never ends by itself.
pub async fn run(traffic: Arc<Traffic>) {
    let mut last_error = None;
    loop {
        for _ in 0..FORGETTING {
            sleep(INTERVAL).await;
            let error = reload(traffic.clone()).await;
            if error.is_some() && error != last_error {
                tracing::error!(
                    error,
                    "a file of places has changed but is not taken; the old one stays in force"
                );
            }
            last_error = error;
        }
        traffic.limits.forget_the_quiet();
    }
}

/// Takes what has changed; what could not be taken, in words.
async fn reload(traffic: Arc<Traffic>) -> Option<String> {
    let reloaded = tokio::task::spawn_blocking(move || traffic.places.reload()).await;
    match reloaded {
        Ok(Ok(0)) => None,
        Ok(Ok(files)) => {
            tracing::info!(files, "the places have changed and are in force");
            None
        }
        Ok(Err(error)) => Some(error.to_string()),
        Err(error) => Some(error.to_string()),
    }
}
