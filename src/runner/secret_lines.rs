//! Looks for secrets in all that a push would publish: it cannot be taken back. What the work takes away is not looked at.
//!
//! It must never put a secret into what it says of one.

use std::io::{BufRead, BufReader, Read};

use crate::core::event::{SecretFound, SecretPlace};
use crate::core::ids::Sha;
use crate::core::sanitise::{self, HeldSecrets, SecretKind};
use crate::git::{AddedLines, Outgoing};

/// So much is looked at together.
const PIECE: usize = 1 << 20;
/// So much of the end of a piece is looked at again with the next one.
const OVERLAP: usize = 4 << 10;
/// The most places that are named.
const NAMED: usize = 20;

/// Where secrets stand.
pub(super) fn find(outgoing: &Outgoing, held: &HeldSecrets) -> Vec<SecretFound> {
    let mut found = Found {
        held,
        all: Vec::new(),
    };
    for path in &outgoing.paths {
        let place = || SecretPlace::Name {
            path: held.redact(path),
        };
        found.look(path, |_| place());
    }
    found.lines(&outgoing.lines);
    found.lines(&outgoing.on_the_way);
    for (commit, words) in &outgoing.commits {
        let words = String::from_utf8_lossy(words);
        let place = || SecretPlace::Words {
            commit: commit.clone(),
        };
        found.look(&words, |_| place());
    }
    for (path, file) in &outgoing.stored {
        let read = std::fs::File::open(file).and_then(|file| found.stored(path, file));
        if let Err(error) = read {
            tracing::warn!(%error, "content for Git LFS could not be looked through");
            found.note(
                SecretKind::OtherToken,
                SecretPlace::Unread { path: path.clone() },
            );
        }
    }
    found.all
}

struct Found<'a> {
    held: &'a HeldSecrets,
    all: Vec<SecretFound>,
}

impl Found<'_> {
    fn note(&mut self, kind: SecretKind, place: SecretPlace) {
        let found = SecretFound { kind, place };
        if self.all.len() < NAMED && !self.all.contains(&found) {
            self.all.push(found);
        }
    }

    fn look(&mut self, text: &str, place: impl Fn(usize) -> SecretPlace) {
        for finding in self.held.find(text) {
            if !sanitise::is_doubtful(finding.kind, &text[finding.at.clone()]) {
                self.note(finding.kind, place(finding.at.start));
            }
        }
    }

    /// What stands in the last state of a file is named there alone.
    fn lines(&mut self, added: &[AddedLines]) {
        let is_known = |found: &SecretFound, path: &str| match &found.place {
            SecretPlace::Line { path: known, .. } => known == path,
            _ => false,
        };
        let known: Vec<SecretFound> = self.all.clone();
        let mut rest = added;
        while let Some(first) = rest.first() {
            let same =
                |lines: &&AddedLines| (&lines.commit, &lines.path) == (&first.commit, &first.path);
            let (file, behind) = rest.split_at(rest.iter().take_while(same).count());
            rest = behind;
            let path = self.held.redact(&first.path);
            if known.iter().any(|found| is_known(found, &path)) {
                continue;
            }
            let mut pieces = Pieces::of(&path, first.commit.as_ref());
            for run in file {
                for (line, text) in (run.line..).zip(run.text.split(|byte| *byte == b'\n')) {
                    pieces.add(self, line, text);
                }
            }
            pieces.end(self);
        }
    }

    fn stored(&mut self, path: &str, content: impl Read) -> std::io::Result<()> {
        let mut reader = BufReader::with_capacity(PIECE / 4, content);
        let path = self.held.redact(path);
        let mut pieces = Pieces::of(&path, None);
        loop {
            let some = reader.fill_buf()?;
            let length = some.len();
            if length == 0 {
                break;
            }
            pieces.add_bytes(self, 1, some);
            reader.consume(length);
        }
        pieces.end(self);
        Ok(())
    }
}

/// Text that is looked at piece by piece, and which line each part of it is.
struct Pieces<'a> {
    path: &'a str,
    commit: Option<&'a Sha>,
    text: Vec<u8>,
    /// Where each line begins in the text.
    lines: Vec<(usize, u32)>,
}

impl<'a> Pieces<'a> {
    fn of(path: &'a str, commit: Option<&'a Sha>) -> Self {
        Self {
            path,
            commit,
            text: Vec::new(),
            lines: Vec::new(),
        }
    }

    fn add(&mut self, found: &mut Found<'_>, line: u32, text: &[u8]) {
        for part in text.chunks(PIECE / 4) {
            self.add_bytes(found, line, part);
        }
        self.text.push(b'\n');
    }

    fn add_bytes(&mut self, found: &mut Found<'_>, line: u32, bytes: &[u8]) {
        self.lines.push((self.text.len(), line));
        self.text.extend_from_slice(bytes);
        if self.text.len() > PIECE {
            self.look(found);
            let cut = self.text.len() - OVERLAP;
            let at = self.line_at(cut);
            self.text.drain(..cut);
            self.lines = vec![(0, at), (OVERLAP, line)];
        }
    }

    fn end(&self, found: &mut Found<'_>) {
        self.look(found);
    }

    fn look(&self, found: &mut Found<'_>) {
        let text = String::from_utf8_lossy(&self.text);
        let before = found.all.len();
        // Of text that is not UTF-8 every place may have moved a little.
        found.look(&text, |at| self.place(at));
        if self.text.contains(&0) && found.all.len() == before {
            // Text in two bytes a character has a zero behind each.
            let dense: Vec<u8> = self.text.iter().copied().filter(|b| *b != 0).collect();
            found.look(&String::from_utf8_lossy(&dense), |_| self.place(0));
        }
    }

    fn place(&self, at: usize) -> SecretPlace {
        SecretPlace::Line {
            path: self.path.to_owned(),
            line: self.line_at(at),
            commit: self.commit.cloned(),
        }
    }

    fn line_at(&self, at: usize) -> u32 {
        let before = self.lines.partition_point(|(begin, _)| *begin <= at);
        let line = before.checked_sub(1).and_then(|last| self.lines.get(last));
        line.map_or(1, |(_, line)| *line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";

    fn lines(line: u32, text: &str) -> AddedLines {
        AddedLines {
            commit: None,
            path: "a.txt".into(),
            line,
            text: text.as_bytes().to_vec(),
        }
    }

    fn at(outgoing: &Outgoing) -> Vec<u32> {
        let found = find(outgoing, &HeldSecrets::default());
        let line = |found: &SecretFound| match found.place {
            SecretPlace::Line { line, .. } => line,
            _ => 0,
        };
        found.iter().map(line).collect()
    }

    #[test]
    fn each_is_named_by_its_line_however_far_behind() {
        let outgoing = Outgoing {
            lines: vec![
                lines(3, &format!("fine\nkey = \"{KEY}\"\n")),
                lines(90, &format!("{}{KEY}\n", "x = 1;\n".repeat(500_000))),
            ],
            ..Outgoing::default()
        };
        assert_eq!(at(&outgoing), [4, 500_090]);
    }

    #[test]
    fn one_across_two_pieces_and_one_in_two_bytes_a_character_are_found() {
        let long = format!("{} {KEY} b", "a".repeat(PIECE / 4 * 4 - 10));
        let wide: String = KEY.chars().flat_map(|c| [c, '\0']).collect();
        for text in [long, wide] {
            let outgoing = Outgoing {
                lines: vec![lines(1, &text)],
                ..Outgoing::default()
            };
            assert_eq!(at(&outgoing), [1]);
        }
    }
}
