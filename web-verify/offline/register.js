// Has the browser keep what a check without a network needs. Nothing is shown, and nothing depends on it.
navigator.serviceWorker?.register('/worker.js', { updateViaCache: 'none' }).catch(() => {})
