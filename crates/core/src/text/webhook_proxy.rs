//! How the channel is that webhooks are read from, for `skep status` and `/readyz`.

/// It is being connected to for the first time.
pub fn opening(host: &str) -> String {
    format!("webhooks are to be read from a channel of {host}; it is not open yet")
}

/// It is open.
pub fn open(host: &str, messages: u64) -> String {
    let messages = super::count(messages, "message");
    format!("webhooks are read from a channel of {host} ({messages} so far); for development only")
}

/// It is lost.
pub fn lost(host: &str, why: &str) -> String {
    format!(
        "the channel of {host} is lost ({why}) and is tried again; webhooks of this time do not come back"
    )
}
