//! What is said of recurring work: its issues, and what is wrong with it in a repository's file.

use chrono::DateTime;

use super::code;
use crate::ids::IssueNumber;
use crate::recurring::{Calendar, Cause, Every, Occasion, Recurrence, Recurring, Seen};
use crate::repository_policy::PATH;
use crate::sanitise;

/// The most of a title, characters.
const TITLE: usize = 200;
/// The most of a name of others', characters.
const NAME: usize = 80;

/// The title of an issue: which day's it is, or what it is about.
pub fn title(wish: &Recurring, cause: &Cause) -> String {
    let title = sanitise::title(&wish.title, TITLE);
    match cause {
        Cause::Calendar(at) => format!("{title} ({})", day(*at)),
        Cause::Seen(seen) => format!("{title} ({})", sanitise::title(&seen.name, NAME)),
    }
}

fn day(at: i64) -> String {
    let time = DateTime::from_timestamp_millis(at).unwrap_or_default();
    time.format("%Y-%m-%d").to_string()
}

/// The body of an issue, without what stands below each that is made; `due` is the name in the file, and why it is due.
pub fn body(one: &Recurrence, (name, cause): (&str, &Cause)) -> String {
    let why = match cause {
        Cause::Calendar(_) => one.wish.calendar.map(calendar).unwrap_or_default(),
        Cause::Seen(seen) => happened(seen),
    };
    format!(
        "{}\n\n---\n\nOpened for `recurring.{name}` in `{PATH}`: {why}. No other one is opened while this issue is open. Closing it stops \
         the work on it; changing the file ends all of it.",
        one.wish.prompt.trim()
    )
}

fn happened(seen: &Seen) -> String {
    let name = code(&sanitise::title(&seen.name, NAME), NAME);
    match seen.occasion {
        Occasion::Release => format!("the release {name} was published ({})", seen.url),
        Occasion::WorkflowFailed => {
            format!(
                "the workflow {name} failed on the default branch ({})",
                seen.url
            )
        }
    }
}

/// `each Monday at 06:00 UTC`.
pub fn calendar(calendar: Calendar) -> String {
    let days = match calendar.every {
        Every::Day => "each day".to_owned(),
        Every::Weekday => "each day from Monday to Friday".to_owned(),
        Every::Month => "each first day of a month".to_owned(),
        Every::Week(_) => format!("each {}", super::discovery::capital(calendar.every.word())),
    };
    format!("{days} at {} UTC", calendar.time())
}

/// Why no further issue was opened.
pub fn still_open(number: IssueNumber) -> String {
    format!("#{number}, the one before, is still open")
}

/// More pieces of work than a file may have.
pub fn many(most: usize) -> String {
    format!("is one too many: at most {most} pieces of work recur")
}

/// It is due never.
pub const NEVER: &str =
    "needs `every` (a day of the week, `day`, `weekday` or `month`) or `on`, else it is never due";
/// A name that cannot stand in an issue.
pub const NAME_WRONG: &str =
    "is no name: small letters, digits and `-`, a letter first, at most 32 characters";
/// A day that is none.
pub const EVERY: &str =
    "must be `day`, `weekday`, `month` (its first day) or a day of the week such as `monday`";
/// A time that is none.
pub const AT: &str = "must be a time of day in UTC such as `06:00`";
/// A time without a day.
pub const AT_ALONE: &str = "says when on a day, and needs `every` beside it";
/// Something that does not happen.
pub const ON: &str = "must name `release` or `workflow_failed`";
/// A role that cannot be one.
pub const ROLE: &str = "is no name of a role";

/// A word that is none, and the one that was meant, perhaps.
pub fn meant(what: &str, near: Option<&str>) -> String {
    match near {
        Some(_) => format!("{what}.{}", super::settings::did_you_mean(near)),
        None => what.to_owned(),
    }
}

/// A text that is too long.
pub fn long(most: usize) -> String {
    format!("is longer than {most} characters")
}
