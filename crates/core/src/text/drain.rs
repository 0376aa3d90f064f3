//! What `skep drain` says.

/// Nothing is at work any more.
pub const DRAINED: &str = "No agent is at work, and none will start. Stop skep now if you like; `skep resume` lets starts go on.\n";

/// Who is still waited for.
pub fn waiting(sessions: &[String]) -> String {
    match sessions {
        [one] => format!("Nothing more starts. Waiting for {one}\n"),
        many => format!(
            "Nothing more starts. Waiting for {} sessions: {}\n",
            many.len(),
            many.join(", ")
        ),
    }
}

/// The time to wait is over.
pub fn not_yet(sessions: usize) -> String {
    let sessions = match sessions {
        1 => "1 session is".to_owned(),
        many => format!("{many} sessions are"),
    };
    format!(
        "{sessions} still at work, and starts stay paused: run `skep drain` again, `skep stop` what may end, or `skep resume`"
    )
}
