//! What is to be attended, as one word of a command line, and what went wrong, as lines of an error stream. Both ends of both are here.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What the first line of what went wrong begins with.
const TROUBLE: &str = "skep service: ";
/// What each line begins with that the service had written last.
const SAID: &str = "skep service | ";

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendance {
    /// Where the services' own folders are made; what is there already goes.
    pub scratch: PathBuf,
    /// So long they may all take to come up.
    pub within_seconds: u64,
    /// Variables of the program that the services do not get.
    pub without: Vec<String>,
    /// In the order in which they are started.
    pub services: Vec<Side>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// What it is called: no space in it.
    pub name: String,
    /// The program and its arguments; never empty.
    pub command: Vec<String>,
    /// Where it listens.
    pub port: u16,
    /// A line for `sh -c` that succeeds once it is ready; without one it is ready when its port takes connections.
    pub ready: Option<String>,
}

impl Attendance {
    /// As one word.
    pub fn word(&self) -> OsString {
        // Nothing in it can fail to be written.
        serde_json::to_string(self).unwrap_or_default().into()
    }

    pub(super) fn read(word: &OsStr) -> Result<Self, String> {
        serde_json::from_str(&word.to_string_lossy()).map_err(|error| error.to_string())
    }
}

/// Why there is no service of that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The service.
    pub service: String,
    /// What happened.
    pub what: What,
    /// The end of what it wrote.
    pub said: Vec<String>,
}

/// What happened to a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Its program is not there or cannot be started: why.
    Missing(String),
    /// Something else listens on its port.
    Taken(u16),
    /// It ended, as often as it was started: the exit code, 128 and its number for a signal.
    Ended(u8),
    /// It was not ready in time.
    Late {
        /// So long it had.
        seconds: u64,
    },
}

impl Trouble {
    /// As lines.
    pub(super) fn render(&self) -> String {
        let (word, more) = match &self.what {
            What::Missing(why) => ("missing", why.replace(['\n', '\r'], " ")),
            What::Taken(port) => ("taken", port.to_string()),
            What::Ended(code) => ("ended", code.to_string()),
            What::Late { seconds } => ("late", seconds.to_string()),
        };
        let mut text = format!("{TROUBLE}{} {word} {more}\n", self.service);
        for line in &self.said {
            text.push_str(&format!("{SAID}{line}\n"));
        }
        text
    }

    /// Whether a line that begins so may be one of those: it begins as they do, as far as it goes.
    pub fn may_begin(line: &[u8]) -> bool {
        [TROUBLE, SAID].iter().any(|word| {
            let word = word.as_bytes();
            line.starts_with(word) || word.starts_with(line)
        })
    }

    /// Reads the last that stands in an error stream. What is in that stream anybody inside may have written.
    pub fn read(stream: &str) -> Option<Self> {
        let at = stream
            .match_indices(TROUBLE)
            .map(|(at, _)| at)
            .filter(|at| *at == 0 || stream[..*at].ends_with('\n'))
            .last()?;
        let mut lines = stream[at..].lines();
        let mut words = lines.next()?.strip_prefix(TROUBLE)?.splitn(3, ' ');
        let (service, word, more) = (words.next()?, words.next()?, words.next()?);
        let what = match word {
            "missing" => What::Missing(more.to_owned()),
            "taken" => What::Taken(more.parse().ok()?),
            "ended" => What::Ended(more.parse().ok()?),
            "late" => What::Late {
                seconds: more.parse().ok()?,
            },
            _ => return None,
        };
        let said = lines.map_while(|line| line.strip_prefix(SAID));
        Some(Self {
            service: service.to_owned(),
            what,
            said: said.map(str::to_owned).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_read_as_it_was_written() {
        let order = Attendance {
            scratch: "/tmp/x".into(),
            within_seconds: 9,
            without: vec!["KEY".into()],
            services: vec![Side {
                name: "db".into(),
                command: vec!["sh".into(), "-c".into(), "a \"b\"\n'c'".into()],
                port: 5432,
                ready: Some("true".into()),
            }],
        };
        assert_eq!(Attendance::read(&order.word()), Ok(order));
        assert!(Attendance::read(OsStr::new("{}")).is_err());
    }

    #[test]
    fn what_went_wrong_is_read_as_it_was_written_and_the_last_counts() {
        for what in [
            What::Missing("no such file: x y".into()),
            What::Taken(5432),
            What::Ended(137),
            What::Late { seconds: 60 },
        ] {
            let trouble = Trouble {
                service: "db".into(),
                what,
                said: vec!["FATAL: no".into(), String::new(), "end".into()],
            };
            let stream = format!(
                "noise\nskep service: x ended 1\nmore {TROUBLE}y ended 2\n{}the agent's own\n",
                trouble.render()
            );
            assert_eq!(Trouble::read(&stream), Some(trouble));
        }
        for none in ["", "skep service: db", "skep service: db ended x\n"] {
            assert_eq!(Trouble::read(none), None, "{none}");
        }
    }
}
