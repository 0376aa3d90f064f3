//! What `skep doctor` finds besides `skep config check`, a line for each part, and what it asks before it mends something.

/// Nobody else can read them.
pub const FILES_CLOSED: &str = "only skep's own user can read the files that hold secrets";
/// The clock agrees with GitHub's.
pub const CLOCK_RIGHT: &str = "agrees with GitHub's";
/// The App has no webhook.
pub const NO_HOOK: &str = "the App has no webhook address, so GitHub tells nothing: set public_url, then `skep doctor --fix` enters it";
/// The other content type.
pub const NOT_JSON: &str =
    "GitHub sends forms instead of JSON; skep reads both, a smee channel does not";
/// The sandbox does what it is for.
pub const SANDBOX_HOLDS: &str =
    "a command in it could write its working copy, and neither the system nor skep's secrets";
/// There is none.
pub const SANDBOX_NONE: &str = "none is configured, so nothing was tried";
/// It did not end.
pub const SANDBOX_SLOW: &str = "a command in it did not end within 30 s";
/// No App.
pub const NO_APP: &str = "none is configured: `skep setup` registers one by a button";
/// No agent.
pub const NO_AGENT: &str = "none is named: `skep agents` lists them; set SKEP_AGENT";
/// Nothing to mend.
pub const NOTHING_TO_FIX: &str = "There is nothing that `--fix` could mend.";
/// There is nobody to ask.
pub const NOBODY_TO_ASK: &str = "there is no terminal to ask at: add --yes to mend without asking";

/// There is no data folder yet.
pub fn no_folder(folder: &str) -> String {
    format!("{folder} is not there yet; `skep serve` makes it, and so does --fix")
}

/// Others can read a file.
pub fn open_file(path: &str) -> String {
    format!("{path} can be read by others: `chmod 600 {path}`, or --fix")
}

/// GitHub does not tell.
pub fn unread(error: &str) -> String {
    format!("cannot be read: {error}")
}

/// Webhooks go elsewhere.
pub fn other_hook(is: &str, wanted: &str) -> String {
    format!(
        "GitHub sends webhooks to {is}, and the configuration says {wanted}: --fix changes it on GitHub"
    )
}

/// Nobody said where they should go.
pub fn hook_unsaid(url: &str) -> String {
    format!("{url} (set public_url, and this is held against it)")
}

/// One attempt to deliver.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The event.
    pub event: String,
    /// When.
    pub at: String,
    /// GitHub's words for how it went.
    pub status: String,
}

/// The last good and the last bad one.
pub fn deliveries(good: Option<&Attempt>, bad: Option<&Attempt>) -> String {
    let good = match good {
        Some(good) => format!("last taken: {} at {}", good.event, good.at),
        None => "none was taken".to_owned(),
    };
    match bad {
        None => good,
        Some(bad) => format!(
            "{good}; last refused: {} at {} ({}). 401: the webhook secret differs; failed to connect: the address does not lead here",
            bad.event, bad.at, bad.status
        ),
    }
}

/// What is left of an hour's requests.
pub fn rate(account: &str, remaining: u64, limit: u64) -> String {
    format!("{remaining} of {limit} requests are left on {account} in this hour")
}

/// It does not run.
pub fn sandbox_fails(error: &str) -> String {
    format!("no command can be run in it: {error}")
}

/// It lets through what it should not, or keeps out what it should not.
pub fn sandbox_leaks(code: i32) -> String {
    let what = match code {
        11 => "could not write its working copy",
        12 => "could write the system",
        13 => "could read skep's secrets",
        _ => "failed",
    };
    format!("a command in it {what} (exit code {code}): report this, and let no session start")
}

/// Whether to make a folder.
pub fn make_folder(folder: &str) -> String {
    format!("Make the folder {folder}?")
}

/// Whether to close a file.
pub fn close_file(path: &str) -> String {
    format!("Let only its owner read {path}?")
}

/// Whether to change the webhook's address.
pub fn set_hook(url: &str) -> String {
    format!("Let GitHub send the App's webhooks to {url}?")
}

/// It was done.
pub const FIXED: &str = "done";
/// It was not wanted.
pub const LEFT: &str = "left as it is";

/// The report is written.
pub fn bundled(file: &str) -> String {
    format!("The report is in {file}. It holds no secret; read it before you pass it on.")
}

/// The last line.
pub fn examined(wrong: usize) -> String {
    match wrong {
        0 => "Everything works.".to_owned(),
        1 => "One thing is wrong; its line says what to do.".to_owned(),
        _ => format!("{wrong} things are wrong; their lines say what to do."),
    }
}
