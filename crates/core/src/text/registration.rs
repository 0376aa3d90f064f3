//! What an operator reads while skep is made a GitHub App: at the terminal, and as the lines of the page `/setup`.

/// How far one part of a set-up is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Seen to be so.
    Done,
    /// Not yet; somebody has to do something, or it is on its way.
    Open,
    /// Not well, and it will not get well by itself.
    Wrong,
}

impl Progress {
    /// The word for programs, and for the page's marks.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Open => "open",
            Self::Wrong => "wrong",
        }
    }
}

/// One line of the checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// How far it is.
    pub progress: Progress,
    /// The part, in a word: the same for as long as it is in the list.
    pub part: &'static str,
    /// What was seen, and what to do.
    pub text: String,
    /// Where to click for it.
    pub link: Option<String>,
}

/// What a forged, repeated or old return from GitHub is answered.
pub const WRONG_STATE: &str = "This return from GitHub does not belong to a set-up that was begun here within the last hour, or it was used already. Nothing was done. Open the set-up page and press the button again.";
/// GitHub knows no such code (any more).
pub const SPENT_CODE: &str = "GitHub says that this code was used already or is older than an hour. No App was taken over. Open the set-up page and press the button again.";
/// Somebody came without the key of the page.
pub const LOCKED: &str = "This page opens with the address that skep printed when it started: the address ends with a key. Copy the whole of it into the browser.";
/// There is no address for webhooks.
pub const NO_HOOK: &str = "skep does not know where GitHub can reach it. Start it again with --url https://HOST, where HOST is your own name and passes /webhook on to skep; or with --poll 30s, and skep asks GitHub for news by itself.";
/// The answer with the secrets did not arrive.
pub const LOST_ANSWER: &str = "GitHub was asked for the key of a new App, and its answer did not arrive. GitHub tells a key once, so that App cannot be used. Delete it on GitHub if it is there, then press the button again.";
/// Where Apps are deleted.
pub const TO_APPS: &str = "Open your Apps on GitHub";
/// What the button says.
pub const BUTTON: &str = "Register the App on GitHub";
/// What the retry link says.
pub const TRY_AGAIN: &str = "Try again";
/// What `skep setup` says once all is green.
pub const COMPLETE: &str =
    "Everything is set up. Start `skep serve`, then add the label agent:go to an issue.";
/// `skep setup` was ended before.
pub const NOT_COMPLETE: &str =
    "the set-up is not done; run `skep setup` again to go on where it was left";
/// On the page, where the service runs already.
pub const SERVING: &str =
    "Everything is set up, and skep is at work. Add the label agent:go to an issue.";
/// The same on the page of `skep setup`.
pub const COMPLETE_PAGE: &str =
    "Everything is set up. Start skep serve, then add the label agent:go to an issue.";

/// Where to go, at the terminal.
pub fn open_page(address: &str) -> String {
    format!("Open this page in a browser on this machine, and press its button:\n\n  {address}\n")
}

/// A skep runs on the folder: its own page is the one to open.
pub fn is_running(folder: &str) -> String {
    format!(
        "a skep is running on {folder} already: open the page that it printed at its start, or stop it first"
    )
}

/// Credentials come from elsewhere.
pub fn configured(app: u64) -> String {
    format!(
        "the App {app} is configured already, by variables or skep.toml: there is nothing to set up; `skep doctor` looks whether it works"
    )
}

/// The flags are kept.
pub fn kept_settings(file: &str) -> String {
    format!("The agent and the address are kept in {file}, where `skep serve` finds them.")
}

/// Where webhooks must be led.
pub fn listens(address: &str) -> String {
    format!("Webhooks are taken at http://{address}/webhook: your proxy passes them on to there.")
}

/// What is written where.
pub fn kept(app: &str, file: &str) -> String {
    format!(
        "The App {app} is registered; its key and secrets are in {file}, for skep's own user alone."
    )
}

/// What is printed instead.
pub fn printed(app: &str) -> String {
    format!("The App {app} is registered. Keep these variables; they are shown once:")
}

/// The folder cannot be written.
pub fn unwritable(folder: &str, error: &str) -> String {
    format!(
        "The data folder {folder} cannot be written: {error}. Nothing was asked of GitHub yet. Mend that, then load this page again."
    )
}

/// The secrets are here and cannot be written down.
pub fn cannot_keep(file: &str, error: &str) -> String {
    format!(
        "The App is registered, and its secrets cannot be written to {file}: {error}. They are in skep's memory alone: leave skep running, make room or mend the folder's rights, then load this page again."
    )
}

/// Nothing left this machine.
pub fn not_sent(error: &str) -> String {
    format!("GitHub could not be reached: {error}. The code was not used, and is good for an hour.")
}

/// GitHub said no.
pub fn refused(message: &str) -> String {
    format!(
        "GitHub refused to hand out the App's key: {message}. Open the set-up page and press the button again."
    )
}

/// What came is no key, or lacks something.
pub fn unusable(what: &str) -> String {
    format!(
        "GitHub's answer cannot be used: {what}. Delete the App on GitHub, then press the button again."
    )
}

/// The App is there.
pub fn registered(name: &str) -> String {
    format!("{name} is registered")
}

/// GitHub takes the key.
pub const KEY_WORKS: &str = "GitHub accepts the App's key; it asks for all that skep needs";
/// GitHub has not been asked yet.
pub const ASKING: &str = "GitHub is being asked";

/// GitHub could not be asked.
pub fn not_asked(error: &str) -> String {
    format!("GitHub cannot be asked: {error}")
}

/// The clock is off by so many milliseconds; ahead where positive.
pub fn clock_off(ms: i64) -> String {
    let seconds = ms.unsigned_abs() / 1000;
    let span = match seconds {
        0..=119 => format!("{seconds} s"),
        _ => format!("{} min", (seconds + 30) / 60),
    };
    let where_to = if ms > 0 { "ahead of" } else { "behind" };
    format!(
        "this machine's clock is {span} {where_to} GitHub's, and GitHub refuses signatures by such a clock: set it right (`timedatectl set-ntp true`)"
    )
}

/// A delivery arrived.
pub fn reached(event: &str) -> String {
    format!("GitHub reaches the webhook: its {event} arrived")
}

/// Nothing was sent yet.
pub const NO_DELIVERY: &str = "GitHub has not sent its ping yet";

/// The last delivery failed.
pub fn not_reached(url: &str, status: &str) -> String {
    format!(
        "GitHub cannot deliver to {url}: it got \"{status}\". Check that this address leads to skep from outside; GitHub is asked to try again"
    )
}

/// Nobody has installed it.
pub const INSTALL: &str = "install the App on the repositories that agents may work in";

/// Where it is installed.
pub fn installed(accounts: &[String]) -> String {
    format!("installed on {}", accounts.join(", "))
}

/// All is granted.
pub const GRANTED: &str = "every installation grants what skep needs";
/// Nothing to compare yet.
pub const GRANTED_LATER: &str = "looked at once the App is installed";

/// An agent is named.
pub fn agent(name: &str) -> String {
    format!("`{name}` will do the work (`skep doctor` starts it)")
}

/// No agent is named.
pub const NO_AGENT: &str = "no coding agent is named yet: `skep agents` lists them; start with --agent NAME, or set SKEP_AGENT";

/// A line at the terminal as it turns.
pub fn turned(item: &Item) -> String {
    let mark = match item.progress {
        Progress::Done => '✓',
        Progress::Open => '·',
        Progress::Wrong => '✗',
    };
    let link = item
        .link
        .as_deref()
        .filter(|_| item.progress != Progress::Done);
    let link = link.map(|link| format!(": {link}")).unwrap_or_default();
    format!("{mark} {:<12} {}{link}", item.part, item.text)
}

/// What the webhook address answers before there is an App.
pub fn not_registered(page: &str) -> String {
    format!("no GitHub App is registered yet: open {page}")
}

/// What the log says at the start.
pub const NO_APP_YET: &str =
    "no GitHub App is configured: open the page to register one; work begins by itself after that";

/// What can be said of the file that keeps a registered App.
pub mod file {
    /// Not a client id.
    pub const CLIENT_ID: &str = "must be the App's client id, such as Iv23li0123456789abcd (\"Client ID\" on the App's page)";
    /// One of the two.
    pub const CLIENT_PAIR: &str =
        "client_id and client_secret belong together: give both, or neither";
    /// Where its values come from.
    pub const FROM: &str = "app.json in the data folder";
    /// It is not what was written.
    pub const DAMAGED: &str =
        "is damaged: move it away and run `skep setup` again, or configure the App by variables";
    /// Two servers.
    pub const OTHER_SERVER: &str =
        "names another GitHub than the one the App of app.json is registered at";

    /// It is there and cannot be read.
    pub fn unreadable(error: &str) -> String {
        format!("cannot be read: {error}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_off_in_words() {
        assert!(clock_off(360_000).starts_with("this machine's clock is 6 min ahead of GitHub's"));
        assert!(clock_off(-45_000).starts_with("this machine's clock is 45 s behind GitHub's"));
    }

    #[test]
    fn a_line_shows_where_to_click_while_it_is_open() {
        let item = |progress| Item {
            progress,
            part: "installed",
            text: "install it".to_owned(),
            link: Some("https://x".to_owned()),
        };
        assert_eq!(
            turned(&item(Progress::Open)),
            "· installed    install it: https://x"
        );
        assert_eq!(turned(&item(Progress::Done)), "✓ installed    install it");
    }
}
