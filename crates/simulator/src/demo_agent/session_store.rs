//! What the demo agent keeps of a session in its home, so that another process can go on with it.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::prompt;
use super::script::{Step, parse};
use super::spending::Spending;
use super::substitution::threads;

/// One session as it lies on disk.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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
    /// Its system prompt; empty without one.
    #[serde(default)]
    pub(super) instructions: String,
    /// The pictures it was shown: type, and length in base64.
    #[serde(default)]
    pub(super) pictures: Vec<String>,
    /// What is left of its script.
    #[serde(default)]
    pub(super) left: VecDeque<Step>,
    /// True when its last turn ended with a question.
    #[serde(default)]
    pub(super) asking: bool,
    /// What people said last.
    #[serde(default)]
    pub(super) words: String,
    /// Their answer to the last question.
    #[serde(default)]
    pub(super) answer: String,
    /// Ids of threads its prompts named.
    #[serde(default)]
    pub(super) threads: Vec<String>,
    /// Noted answers to threads.
    #[serde(default)]
    pub(super) replies: Vec<(String, String)>,
    /// What it has cost.
    #[serde(default)]
    pub(super) spending: Spending,
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

    /// Takes a prompt in: its words, its threads, and its script in place of what is left. False if there is nothing to do.
    pub(super) fn hear(&mut self, told: &str) -> bool {
        let decided = !prompt::is_undecided(told);
        if let Some(words) = prompt::last_envelope(told) {
            self.say_words(words, decided);
        }
        for thread in threads(told) {
            if !self.threads.contains(&thread) {
                self.threads.push(thread);
            }
        }
        self.asking &= !decided;
        match parse(told) {
            Some(steps) => {
                self.left = steps.into();
                true
            }
            None if decided => !self.left.is_empty(),
            None => {
                // What is left waits for the answer.
                self.left.push_front(Step::Rest);
                self.left.push_front(Step::Say(
                    "I have heard that, and wait for the answer.".to_owned(),
                ));
                true
            }
        }
    }

    /// Takes a prompt in while another is worked on: without an envelope all of it is words.
    pub(super) fn overhear(&mut self, told: &str) {
        self.hear(told);
        if prompt::last_envelope(told).is_none() {
            self.say_words(told, true);
        }
    }

    /// An answer says what it answers; other words are one when the last turn ended with a question.
    fn say_words(&mut self, words: &str, decided: bool) {
        words.trim().clone_into(&mut self.words);
        if decided && (self.asking || prompt::is_answer(words)) {
            self.answer.clone_from(&self.words);
        }
    }

    /// Reads a session; none if it is not there or cannot be read. The id comes from outside and must be plain.
    pub(super) fn load(home: &Path, id: &str) -> Option<Self> {
        let text = std::fs::read_to_string(file(home, id)?).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Writes the session whole or not at all.
    pub(super) fn save(&self, home: &Path, id: &str) -> std::io::Result<()> {
        let Some(file) = file(home, id) else {
            return Err(std::io::ErrorKind::InvalidInput.into());
        };
        let next = file.with_extension("next");
        std::fs::create_dir_all(home.join(FOLDER))?;
        std::fs::write(&next, serde_json::to_string(self)?)?;
        std::fs::rename(next, file)
    }
}

const FOLDER: &str = ".skep-demo";

fn file(home: &Path, id: &str) -> Option<PathBuf> {
    let plain = !id.is_empty()
        && id.len() < 100
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    plain.then(|| home.join(FOLDER).join(format!("{id}.json")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_comes_back() {
        let home = tempfile::tempdir().expect("a folder");
        let mut memory = Memory {
            turns: 1,
            ..Memory::default()
        };
        memory.add(true, "hello");
        memory.save(home.path(), "demo-1").expect("saved");
        assert_eq!(Memory::load(home.path(), "demo-1"), Some(memory));
        assert_eq!(Memory::load(home.path(), "demo-2"), None);
        assert_eq!(Memory::load(home.path(), "../demo-1"), None);
    }

    #[test]
    fn what_is_left_goes_on_with_the_words_of_people() {
        let mut memory = Memory::default();
        assert!(memory.hear("```skep-demo\nask Which?\nsay {answer}\n```\n<<<n\nTitle: x\nn>>>\n"));
        assert_eq!(
            (
                memory.words.as_str(),
                memory.answer.as_str(),
                memory.left.len()
            ),
            ("Title: x", "", 2)
        );
        memory.left.pop_front();
        memory.asking = true;
        assert!(memory.hear("An answer came.\n<<<m\nred\nplease\nm>>>\nthread T_1"));
        assert_eq!(
            (memory.words.as_str(), memory.answer.as_str()),
            ("red\nplease", "red\nplease")
        );
        assert_eq!(
            (memory.threads.clone(), memory.left.len()),
            (vec!["T_1".to_owned()], 1)
        );
        assert!(memory.hear("```skep-demo\nsay new\n```"));
        assert_eq!(memory.left, [Step::Say("new".into())]);
        memory.left.clear();
        assert!(!memory.hear("go on"));
        memory.overhear("stop that");
        assert_eq!(
            (memory.words.as_str(), memory.answer.as_str()),
            ("stop that", "red\nplease")
        );
    }
}
