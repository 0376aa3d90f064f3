//! Files that an agent hands in as evidence of its work: a screenshot, a log. skep keeps them on a branch of its own beside the work, and
//! shows them on the pull request.
//!
//! # How it goes
//!
//! - **Why a branch.** GitHub has no call by which an App uploads a file for a comment; what people attach goes through their browser. A file of a
//!   branch can be seen by exactly those who may see the repository.
//! - **Which.** `agent/evidence-<issue>`, which shares no commit with any other branch: no workflow is in it, so none runs for it, and it names no issue,
//!   so that nothing that happens to it is taken for work. Each hand-in is a commit on the one before, and what is shown names its commit.
//! - **When.** As soon as there is a pull request. With that the branch goes too.
//!
//! It must never take a file for what its name says, and never anything that a browser runs.

use serde::{Deserialize, Serialize};

use super::attachment::{Media, file_name};
use super::bare_picture::bare;
use super::ids::{AgentBranch, IssueNumber, SessionId, Sha};

/// So many files of an issue are taken.
pub const FILES: usize = 5;
/// The largest file, bytes.
pub const FILE_BYTES: usize = 2 << 20;
/// The most of all files of an issue, bytes.
pub const ALL_BYTES: u64 = 8 << 20;
/// So much of a log is shown where it is short enough, characters.
pub const EXCERPT: usize = 2_000;
/// The longest caption, in characters.
pub const CAPTION: usize = 200;
/// What a text may be called.
const TEXTS: [&str; 3] = ["txt", "log", "json"];

/// A file that was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceFile {
    /// By which session.
    pub session: SessionId,
    /// What it is called on the branch.
    pub name: String,
    /// Its content in the mirror.
    pub blob: Sha,
    /// What it is, by its content.
    pub media: Media,
    /// How long it is.
    pub bytes: u64,
    /// What it shows, in the agent's words.
    pub caption: String,
    /// All of it, where it is a short text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
}

/// How many there are, and how long all of them are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Files.
    pub files: usize,
    /// Bytes.
    pub bytes: u64,
}

/// All that was handed in for an issue, and how far it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EvidenceFiles {
    /// In the order in which they came.
    pub files: Vec<EvidenceFile>,
    /// What is on GitHub.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pushed: Option<Pushed>,
    /// It is on its way there.
    pub pushing: bool,
    /// The pull request does not show what came there last.
    pub untold: bool,
    /// Why it could not be brought there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// Its pull request was over before it came there: it goes again.
    pub over: bool,
}

/// What is on GitHub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pushed {
    /// The head of the branch.
    pub commit: Sha,
    /// The address of that commit's files, without a slash at its end.
    pub page: String,
    /// So many of the files, from the first.
    pub files: usize,
}

/// What is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "about")]
pub enum EvidenceNews {
    /// An agent handed one in.
    HandedIn(EvidenceFile),
    /// They are on GitHub.
    Pushed(Pushed),
}

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// There are as many as may be.
    TooMany,
    /// It is too long.
    TooLarge,
    /// All of them together are.
    TooMuch,
    /// It is neither a picture nor plain text.
    Kind,
    /// It is a page or a drawing that a browser would run.
    Markup,
    /// It is a picture of which not all can be read.
    Broken,
}

/// What a file is that may be taken beside what is there.
pub fn judge(named: &str, bytes: &[u8], taken: Taken) -> Result<Media, Mistake> {
    if taken.files >= FILES {
        return Err(Mistake::TooMany);
    }
    if bytes.len() > FILE_BYTES {
        return Err(Mistake::TooLarge);
    }
    if taken.bytes.saturating_add(bytes.len() as u64) > ALL_BYTES {
        return Err(Mistake::TooMuch);
    }
    match Media::of(bytes) {
        Some(media) if media.is_picture() => Ok(media),
        Some(Media::Text) if is_markup(named, bytes) => Err(Mistake::Markup),
        Some(Media::Text) => Ok(Media::Text),
        _ => Err(Mistake::Kind),
    }
}

/// What of it is kept: of a picture only what is shown of it.
pub fn kept(media: Media, bytes: Vec<u8>) -> Result<Vec<u8>, Mistake> {
    match media.is_picture() {
        true => bare(media, &bytes).ok_or(Mistake::Broken),
        false => Ok(bytes),
    }
}

fn is_markup(named: &str, bytes: &[u8]) -> bool {
    let named = named.to_ascii_lowercase();
    let ends = [".svg", ".html", ".htm", ".xhtml", ".xml", ".mhtml"];
    let head: String =
        String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_ascii_lowercase();
    let begins = ["<svg", "<html", "<!doctype", "<?xml", "<script"];
    let head = head.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    ends.iter().any(|end| named.ends_with(end)) || begins.iter().any(|word| head.starts_with(word))
}

/// The branch of an issue's files.
pub fn branch(issue: IssueNumber) -> AgentBranch {
    let name = format!("agent/evidence-{issue}");
    name.parse()
        .unwrap_or_else(|_| AgentBranch::new(issue, "evidence"))
}

impl EvidenceFiles {
    /// There are none, and none is on its way.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Of a pull request that is over, while some are on their way.
    pub fn on_its_way_out() -> Self {
        Self {
            pushing: true,
            over: true,
            ..Self::default()
        }
    }

    /// How many there are.
    pub fn taken(&self) -> Taken {
        Taken {
            files: self.files.len(),
            bytes: self.files.iter().map(|file| file.bytes).sum(),
        }
    }

    /// Takes one in under a name of its own; one with the same content is the same. False where there is no room for it. What an earlier
    /// session handed in whose work came to no pull request is of no interest any more.
    pub fn add(&mut self, file: &EvidenceFile) -> bool {
        if self.over {
            return false;
        }
        if self.pushed.is_none() && !self.pushing {
            self.files.retain(|known| known.session == file.session);
        }
        if let Some(known) = self.files.iter_mut().find(|known| known.blob == file.blob) {
            known.caption.clone_from(&file.caption);
            return true;
        }
        let Taken { files, bytes } = self.taken();
        if files >= FILES || bytes.saturating_add(file.bytes) > ALL_BYTES {
            return false;
        }
        let named = file.name.rsplit('/').next().unwrap_or_default();
        let (stem, ending) = named.rsplit_once('.').unwrap_or((named, ""));
        let ending = ending.to_ascii_lowercase();
        let ending = match TEXTS.contains(&ending.as_str()) {
            true => ending.as_str(),
            false => "txt",
        };
        self.files.push(EvidenceFile {
            name: file_name(files + 1, &format!("{stem}.{ending}"), file.media),
            ..file.clone()
        });
        true
    }

    /// Whether there is something to be brought to GitHub.
    pub fn is_due(&self) -> bool {
        let there = self.pushed.as_ref().map_or(0, |pushed| pushed.files);
        self.files.len() > there && !self.pushing && self.failed.is_none()
    }

    /// It is there.
    pub fn arrived(&mut self, pushed: &Pushed) {
        self.pushing = false;
        self.untold = true;
        self.pushed = Some(pushed.clone());
    }

    /// It could not be brought there.
    pub fn failed(&mut self, say: &str) {
        if self.over {
            *self = Self::default();
            return;
        }
        self.pushing = false;
        self.untold = true;
        self.failed = Some(say.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";

    fn file(name: &str, blob: char, media: Media) -> EvidenceFile {
        EvidenceFile {
            session: "7-1-1".parse().expect("a session"),
            name: name.into(),
            blob: blob.to_string().repeat(40).parse().expect("forty digits"),
            media,
            bytes: 10,
            caption: "it".into(),
            excerpt: None,
        }
    }

    #[test]
    fn content_says_what_it_is_and_what_runs_in_a_browser_is_not_taken() {
        let none = Taken::default();
        assert_eq!(judge("a.txt", PNG, none), Ok(Media::Png));
        assert_eq!(judge("a.log", b"all is well\n", none), Ok(Media::Text));
        assert_eq!(judge("a.png", b"all is well\n", none), Ok(Media::Text));
        for (named, bytes) in [
            ("a.svg", &b"words"[..]),
            ("a.txt", b"\n <svg onload=1>"),
            ("a.html", b"hello"),
            ("a.log", b"<!DOCTYPE html>"),
            ("a.json", b"<?xml?>"),
        ] {
            assert_eq!(judge(named, bytes, none), Err(Mistake::Markup), "{named}");
        }
        for bytes in [&b"%PDF-1.7"[..], b"PK\x03\x04", b"", b"\x7fELF"] {
            assert_eq!(judge("a.txt", bytes, none), Err(Mistake::Kind));
        }
    }

    #[test]
    fn there_is_an_end_to_how_many_and_how_much() {
        let large = vec![b'a'; FILE_BYTES + 1];
        assert_eq!(judge("a", &large, Taken::default()), Err(Mistake::TooLarge));
        let files = Taken {
            files: FILES,
            bytes: 0,
        };
        assert_eq!(judge("a.png", PNG, files), Err(Mistake::TooMany));
        let bytes = Taken {
            files: 1,
            bytes: ALL_BYTES,
        };
        assert_eq!(judge("a.png", PNG, bytes), Err(Mistake::TooMuch));
    }

    #[test]
    fn each_has_a_name_of_its_own_and_the_same_content_is_the_same_file() {
        let mut all = EvidenceFiles::default();
        assert!(all.add(&file("shots/a b.PNG", 'a', Media::Png)));
        assert!(all.add(&file("../out.html", 'b', Media::Text)));
        assert!(all.add(&file("again.png", 'a', Media::Png)));
        assert!(all.add(&file("run.LOG", 'c', Media::Text)));
        let names: Vec<&str> = all.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["01-a-b.png", "02-out.txt", "03-run.log"]);
        assert!(all.is_due());
        all.pushing = true;
        assert!(!all.is_due());
        all.arrived(&Pushed {
            commit: all.files[0].blob.clone(),
            page: "https://x".into(),
            files: 3,
        });
        assert!(!all.is_due() && all.untold);
        assert!(all.add(&file("d", 'd', Media::Text)) && all.is_due());
        assert!(all.add(&file("e", 'e', Media::Text)));
        assert!(!all.add(&file("f", 'f', Media::Text)), "the sixth");
    }

    #[test]
    fn what_an_earlier_session_left_makes_room_unless_it_is_shown() {
        let mut all = EvidenceFiles::default();
        assert!(all.add(&file("a", 'a', Media::Text)));
        let later = EvidenceFile {
            session: "7-1-2".parse().expect("a session"),
            ..file("b", 'b', Media::Text)
        };
        assert!(all.add(&later));
        assert_eq!(all.files.len(), 1);
    }

    #[test]
    fn its_branch_is_ours_to_write_and_names_no_issue() {
        assert_eq!(branch(IssueNumber(12)).as_str(), "agent/evidence-12");
    }
}
