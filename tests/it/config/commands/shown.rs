//! Reads the commands out of pages: lines of shell blocks, what is set as code in a sentence, examples in comments.
//!
//! It judges nothing: what it finds is held against the program elsewhere.

/// A line that somebody may type.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    /// File and line.
    pub place: String,
    pub line: String,
    pub kind: Kind,
}

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// In a block: all of it is there.
    Typed,
    /// In a sentence: it may be named without what it has to be given.
    Named,
}

impl Shown {
    fn new(place: String, line: &str, kind: Kind) -> Self {
        let line = line.trim().to_owned();
        Self { place, line, kind }
    }

    /// Its words, without variables before it, what its output goes to, and a remark behind it.
    pub(super) fn words(&self) -> Vec<String> {
        let line = self.line.split(" #").next().unwrap_or_default();
        let words = line.split_whitespace();
        let words = words.skip_while(|word| is_variable(word));
        let words = words.take_while(|word| ![">", "|", "&&"].contains(word));
        words.map(str::to_owned).collect()
    }

    /// As a command of skep, if it is one: by its name, by the path of a build, by cargo, by another user or inside a container.
    pub(super) fn of_skep(&self) -> Option<Vec<String>> {
        let words = self.words();
        let first = words.first()?.as_str();
        let at = match first {
            "cargo" => {
                let run = words.get(1).is_some_and(|word| word == "run");
                words.iter().position(|word| word == "--").filter(|_| run)?
            }
            "sudo" | "docker" | "kubectl" => {
                let inside = first == "sudo" || words.iter().any(|word| word == "exec");
                words.iter().rposition(|word| word == "skep" && inside)?
            }
            _ if first == "skep" => 0,
            _ if first.starts_with("target/") && first.ends_with("/skep") => 0,
            _ => return None,
        };
        let rest = words[at + 1..].iter().cloned();
        let words: Vec<String> = std::iter::once("skep".to_owned()).chain(rest).collect();
        (words.len() > 1).then_some(words)
    }
}

fn is_variable(word: &str) -> bool {
    let name = word.split_once('=').map(|(name, _)| name);
    name.is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|b| b == b'_' || b.is_ascii_uppercase())
    })
}

/// A fence's marks and what stands behind them.
fn fence(line: &str) -> Option<(usize, &str)> {
    let marks = line.bytes().take_while(|byte| *byte == b'`').count();
    (marks >= 3).then(|| (marks, line[marks..].trim()))
}

/// What a page shows.
pub(super) fn shown(page: &str, text: &str) -> Vec<Shown> {
    let mut found = Vec::new();
    let mut open: Option<(usize, &str)> = None;
    let mut paragraph = (1, String::new());
    for (at, line) in text.lines().map(str::trim).enumerate() {
        let place = format!("{page}:{}", at + 1);
        match (open, fence(line)) {
            (Some((marks, _)), Some((closing, ""))) if closing >= marks => open = None,
            (Some((_, language)), _) => {
                let typed = match language {
                    "console" => line.strip_prefix("$ "),
                    "sh" | "" => {
                        Some(line).filter(|line| !line.is_empty() && !line.starts_with('#'))
                    }
                    _ => None,
                };
                found.extend(typed.map(|line| Shown::new(place, line, Kind::Typed)));
            }
            (None, Some(fence)) => {
                named(page, &mut paragraph, &mut found);
                open = Some(fence);
            }
            (None, None) if line.is_empty() || line.starts_with('|') => {
                named(page, &mut paragraph, &mut found);
                paragraph = (at + 1, line.to_owned());
            }
            (None, None) => {
                if paragraph.1.is_empty() {
                    paragraph.0 = at + 1;
                }
                paragraph.1 = format!("{} {line}", paragraph.1);
            }
        }
    }
    named(page, &mut paragraph, &mut found);
    found
}

/// What a paragraph sets as code; a table's bars are written with a backslash there.
fn named(page: &str, paragraph: &mut (usize, String), found: &mut Vec<Shown>) {
    let text = std::mem::take(&mut paragraph.1).replace("\\|", "|");
    let place = format!("{page}:{}", paragraph.0);
    let code = text.split('`').skip(1).step_by(2);
    found.extend(code.map(|code| Shown::new(place.clone(), code, Kind::Named)));
}

/// The examples in a file's comments, which stand three spaces in, and what these set as code.
pub(super) fn comments(file: &str, text: &str) -> Vec<Shown> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let Some(comment) = line.trim().strip_prefix('#') else {
            continue;
        };
        let place = format!("{file}:{}", at + 1);
        if comment.starts_with("   ") {
            found.push(Shown::new(place, comment, Kind::Typed));
        } else {
            named(&place, &mut (at + 1, comment.to_owned()), &mut found);
        }
    }
    found
}
