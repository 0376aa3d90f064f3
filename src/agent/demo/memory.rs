//! What the demo agent keeps of a session in its home, so that another process can go on with it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// One session as it lies on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Memory {
    /// What was said, in order.
    pub(super) said: Vec<Line>,
    /// How often it was prompted.
    pub(super) turns: u32,
    /// The mode it is in.
    pub(super) mode: String,
    /// The model it was told to use.
    #[serde(default)]
    pub(super) model: String,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) by_user: bool,
    pub(super) text: String,
}

const LINES_KEPT: usize = 200;
const BYTES_KEPT: usize = 4_000;

impl Memory {
    /// Remembers a message, cut to a length.
    pub(super) fn add(&mut self, by_user: bool, text: &str) {
        let text = text[..text.floor_char_boundary(BYTES_KEPT)].to_owned();
        self.said.push(Line { by_user, text });
        let surplus = self.said.len().saturating_sub(LINES_KEPT);
        self.said.drain(..surplus);
    }

    /// Reads a session; none if it is not there or cannot be read. The id comes from outside and must be plain.
    pub(super) fn load(home: &Path, id: &str) -> Option<Self> {
        let text = std::fs::read_to_string(file(home, id)?).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Writes the session whole or not at all.
    pub(super) fn save(&self, home: &Path, id: &str) -> std::io::Result<()> {
        let Some(file) = file(home, id) else { return Err(std::io::ErrorKind::InvalidInput.into()) };
        let next = file.with_extension("next");
        std::fs::create_dir_all(home.join(FOLDER))?;
        std::fs::write(&next, serde_json::to_string(self)?)?;
        std::fs::rename(next, file)
    }
}

const FOLDER: &str = ".skep-demo";

fn file(home: &Path, id: &str) -> Option<PathBuf> {
    let plain = !id.is_empty() && id.len() < 100 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    plain.then(|| home.join(FOLDER).join(format!("{id}.json")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_comes_back() {
        let home = tempfile::tempdir().expect("a folder");
        let mut memory = Memory { turns: 1, ..Memory::default() };
        memory.add(true, "hello");
        memory.save(home.path(), "demo-1").expect("saved");
        assert_eq!(Memory::load(home.path(), "demo-1"), Some(memory));
        assert_eq!(Memory::load(home.path(), "demo-2"), None);
        assert_eq!(Memory::load(home.path(), "../demo-1"), None);
    }
}
