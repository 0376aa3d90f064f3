//! What is said about a repository's own policy, `.github/skep.toml`: what is wrong in it, each half a sentence behind the place of
//! the mistake.
//!
//! It must never repeat the value of a variable.

use super::settings::did_you_mean;
use super::{LIMIT, code, count};
use crate::repository_policy::{PATH, Wrong};
use crate::sanitise::{self, Allow};

/// The comment on the issue that met a state of the file first.
pub fn comment(wrong: &Wrong) -> String {
    let lines = wrong.mistakes.iter().map(|mistake| {
        let words = sanitise::redact(mistake, &[]);
        format!(
            "- {}",
            sanitise::outbound(&words, &Allow::nothing()).replace('\n', " ")
        )
    });
    let mut lines: Vec<String> = lines.collect();
    if wrong.more > 0 {
        lines.push(format!("- … and {} more", wrong.more));
    }
    let holds = match wrong.earlier {
        true => "What it said before holds until then",
        false => "Nothing of it holds until then, and work goes on without it",
    };
    let body = format!(
        "⚠️ **`{PATH}` on the default branch cannot be used**: {}.\n\n{}\n\n{holds}. Somebody who may merge to the default branch \
         corrects the file; it is read again before the next session.",
        mistakes(wrong),
        lines.join("\n")
    );
    sanitise::fit(&body, LIMIT)
}

/// The line of the timeline.
pub fn timeline(wrong: &Wrong) -> String {
    let holds = match wrong.earlier {
        true => "what it said before holds",
        false => "nothing of it holds",
    };
    format!("`{PATH}` has {}; {holds}.", mistakes(wrong))
}

fn mistakes(wrong: &Wrong) -> String {
    let number = wrong.mistakes.len().saturating_add(wrong.more);
    count(number as u64, "mistake")
}

/// What is there can be read as no text.
pub fn unreadable() -> String {
    "must be a file of text in UTF-8, of at most 32 KiB".to_owned()
}

/// The file is too long.
pub fn long(bytes: usize, most: usize) -> String {
    format!("has {bytes} bytes, at most {most} are taken")
}

/// An item of a list.
pub fn item(text: &str, what: &str) -> String {
    format!("{} {what}", code(text, 80))
}

/// A host that may not be opened; the preset that was meant, perhaps.
pub fn host(text: &str, what: &str, near: Option<&str>) -> String {
    match near {
        Some(_) => format!("{}.{}", item(text, what), did_you_mean(near)),
        None => item(text, what),
    }
}

/// More than a list may hold.
pub fn many(number: usize, most: usize) -> String {
    format!("names {number}, at most {most} are taken")
}

/// More services than a session may have.
pub fn many_services(most: usize) -> String {
    format!("is one too many: a session has at most {most} services")
}

/// More variables than a session may have.
pub fn many_variables(most: usize) -> String {
    format!("is one too many: at most {most} variables are set")
}

/// Two services on one port.
pub fn same_port(other: &str) -> String {
    format!("listens on the port of {}", code(other, 40))
}

/// A key that has to be there.
pub fn missing(key: &str) -> String {
    format!("needs `{key}`")
}

/// A number out of its range.
pub fn range(low: i64, high: i64) -> String {
    format!("must be a whole number from {low} to {high}")
}

/// A text of too many characters.
pub fn longer(most: usize) -> String {
    format!("is longer than {most} characters")
}

/// A command of too many words.
pub fn words(most: usize, longest: usize) -> String {
    format!("must be at most {most} words of at most {longest} characters")
}

/// A value that is too long.
pub fn value(most: usize) -> String {
    format!("must be a text of at most {most} bytes")
}

/// A text of no character.
pub const EMPTY: &str = "is empty";
/// A text with line breaks or other control characters.
pub const ONE_LINE: &str = "must be one line";
/// A glob that no path can match.
pub const GLOB: &str = "can match no path: write it from the top of the repository without a `/` at its ends, as in `infra/**`";
/// A command without a program.
pub const NO_PROGRAM: &str =
    "must be the program and its arguments, as in [\"redis-server\", \"--port\", \"6379\"]";
/// The name of a service.
pub const SERVICE_NAME: &str = "is no name for a service: small letters, digits and `-`, a letter first, at most 32 characters, and \
     not `localhost`";
/// The name of a variable.
pub const VARIABLE_NAME: &str =
    "is no name of a variable: letters, digits and `_`, no digit first, at most 64 characters";
/// The name of a variable that is kept.
pub const VARIABLE_KEPT: &str = "is not for a repository to set: it steers programs around the tests, or belongs to an agent or its \
     model. The operator can set it for an agent in skep.toml";
