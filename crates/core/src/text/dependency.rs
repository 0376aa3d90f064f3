//! What people are told of what an issue waits for.

/// What the issue waits for could not be read.
pub fn unread(say: &str, exhausted: bool) -> String {
    let why = if exhausted {
        "GitHub did not answer."
    } else {
        say
    };
    format!(
        "What this issue waits for could not be read. {why} It is read again when its text, its labels or its dependencies \
         are changed."
    )
}
