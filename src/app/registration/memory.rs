//! What a set-up remembers over a restart, in one file of the data folder: the page's key, the states that are out, and how far it got.
//!
//! States are kept as digests. The file is written whole before anything is done that cannot be done twice; it never holds a code or a
//! secret of the App.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::app::random_name;
use crate::config::write_private;

/// The file in the data folder.
const FILE: &str = "setup.json";
/// How long a state is good, milliseconds.
const STATE_LIFE: i64 = 3_600_000;
/// So many states are out at most: the oldest gives way.
const STATES: usize = 32;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct State {
    digest: String,
    until: i64,
}

/// How far a set-up is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Memory {
    /// Opens the page.
    pub(super) key: String,
    #[serde(default)]
    states: Vec<State>,
    /// Since when a code is being exchanged; of one that did not end nobody knows what became of it.
    #[serde(default)]
    pub(super) exchanging: Option<i64>,
    /// What people must know before they press the button again.
    #[serde(default)]
    pub(super) trouble: Option<String>,
    /// When a ping arrived here.
    #[serde(default)]
    pub(super) pinged: Option<i64>,
    /// All was seen to be well.
    #[serde(default)]
    pub(super) done: bool,
}

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// Compares digests; the time it takes says nothing of where they differ.
fn same(one: &str, other: &str) -> bool {
    let pairs = one.bytes().zip(other.bytes());
    one.len() == other.len() && pairs.fold(0, |seen, (a, b)| seen | (a ^ b)) == 0
}

impl Memory {
    /// What the folder remembers, or a new beginning.
    pub(super) fn open(folder: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file(folder)).unwrap_or_default();
        if let Ok(memory) = serde_json::from_str(&text) {
            return Ok(memory);
        }
        Ok(Self {
            key: random_name("setup")?,
            states: Vec::new(),
            exchanging: None,
            trouble: None,
            pinged: None,
            done: false,
        })
    }

    /// Whether a set-up began here and is not done.
    pub(super) fn is_unfinished(folder: &Path) -> bool {
        let text = std::fs::read_to_string(file(folder)).unwrap_or_default();
        serde_json::from_str(&text).is_ok_and(|memory: Self| !memory.done)
    }

    pub(super) fn save(&self, folder: &Path) -> io::Result<()> {
        let text = serde_json::to_string_pretty(self).map_err(io::Error::from)?;
        write_private(&file(folder), &text)
    }

    /// Whether this is the page's key.
    pub(super) fn is_key(&self, key: &str) -> bool {
        same(&digest(&self.key), &digest(key))
    }

    /// A new state.
    pub(super) fn issue(&mut self, now: i64) -> anyhow::Result<String> {
        let state = random_name("state")?;
        self.states.retain(|state| state.until > now);
        let over = (self.states.len() + 1).saturating_sub(STATES);
        self.states.drain(..over);
        self.states.push(State {
            digest: digest(&state),
            until: now + STATE_LIFE,
        });
        Ok(state)
    }

    /// Takes a state that is out; false where it is none of ours, too old, or was taken before.
    pub(super) fn take(&mut self, state: &str, now: i64) -> bool {
        let wanted = digest(state);
        let mut found = false;
        // Each is looked at, wherever the right one stands.
        self.states.retain(|state| {
            let is_it = same(&state.digest, &wanted);
            found |= is_it && state.until > now;
            !is_it
        });
        found
    }
}

fn file(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory() -> Memory {
        let nowhere = Path::new("/nowhere");
        Memory::open(nowhere).expect("a new beginning")
    }

    #[test]
    fn a_state_is_good_once_and_for_an_hour() {
        let mut memory = memory();
        let state = memory.issue(0).expect("a state");
        assert!(!memory.take("state-forged", 1));
        assert!(memory.take(&state, STATE_LIFE - 1));
        assert!(!memory.take(&state, STATE_LIFE - 1), "taken before");
        let old = memory.issue(0).expect("a state");
        assert!(!memory.take(&old, STATE_LIFE));
    }

    #[test]
    fn so_many_states_are_out_and_no_more() {
        let mut memory = memory();
        let first = memory.issue(0).expect("a state");
        let others: Vec<String> = (0..STATES)
            .map(|_| memory.issue(0).expect("a state"))
            .collect();
        assert!(!memory.take(&first, 1) && memory.take(&others[0], 1));
    }

    #[test]
    fn it_is_remembered_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let mut memory = Memory::open(folder.path()).expect("new");
        assert!(!Memory::is_unfinished(folder.path()));
        let state = memory.issue(5).expect("a state");
        memory.save(folder.path()).expect("saved");
        let mode = std::fs::metadata(file(folder.path()))
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let mut again = Memory::open(folder.path()).expect("read");
        assert!(again.is_key(&memory.key) && !again.is_key("setup-0") && again.take(&state, 6));
        assert!(Memory::is_unfinished(folder.path()));
        let text = std::fs::read_to_string(file(folder.path())).expect("text");
        assert!(!text.contains(&state), "{text}");
    }
}
