//! A repository's task list: a Markdown file in which `## Task: title` begins a task and `<!-- AUTO-ISSUE: role:swe -->` says that
//! it becomes an issue. Read with the line of everything that is wrong.
//!
//! It must never guess: what it does not understand is a mistake, and then nothing of the list counts.

use crate::discovery::{Proposal, same_title};

/// Tasks of one list that become issues.
pub const MOST: usize = 200;

/// The words behind which a task begins.
const HEADING: &str = "task:";
/// What a marker begins with.
const MARKER: &str = "<!-- auto-issue";
/// What says what a task waits for.
const DEPENDS: &str = "depends on";

/// A task of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedTask {
    /// The line of its heading, from 1.
    pub line: usize,
    /// Its title.
    pub title: String,
    /// Its text, without its marker and without what it waits for.
    pub body: String,
    /// Whether it becomes an issue.
    pub marked: bool,
    /// The role, as it is written.
    pub role: Option<String>,
    /// The priority, as it is written.
    pub priority: Option<String>,
    /// Further labels.
    pub labels: Vec<String>,
    /// What it waits for: titles of other tasks, or issues; with the line of each.
    pub waits_for: Vec<(usize, String)>,
}

/// Something that is wrong in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListMistake {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub wrong: ListWrong,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListWrong {
    /// A heading that begins a task and names none.
    NoTitle,
    /// The task on that line has the same title.
    SameTitle(usize),
    /// A marker outside of any task.
    Stray,
    /// A second marker of one task.
    Twice,
    /// A marker that does not end on its line.
    Open,
    /// A word of a marker that says nothing.
    Word(String),
    /// Nothing behind the words that say what it waits for.
    NothingAwaited,
    /// No task of the list has this title, and it is no issue either.
    NoSuchTask(String),
    /// The task of this title does not become an issue.
    Unmarked(String),
    /// No task of the list becomes an issue.
    Empty,
    /// More become issues than may.
    TooMany(usize),
}

/// What a task waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waits {
    /// The task at this place of the list.
    Task(usize),
    /// An issue, as it is written.
    Issue(String),
}

/// Reads a list.
///
/// # Errors
/// All that is wrong, in the order of the lines.
pub fn parse(text: &str) -> Result<Vec<ListedTask>, Vec<ListMistake>> {
    let mut reader = Reader::default();
    for (at, line) in text.lines().enumerate() {
        reader.line(at + 1, line);
    }
    let Reader {
        mut tasks,
        mut wrong,
        ..
    } = reader;
    for task in &mut tasks {
        task.body = task.body.trim().to_owned();
    }
    let marked = tasks.iter().filter(|task| task.marked).count();
    let last = text.lines().count().max(1);
    let mut whole = |what| {
        wrong.push(ListMistake {
            line: last,
            wrong: what,
        })
    };
    match marked {
        0 => whole(ListWrong::Empty),
        many if many > MOST => whole(ListWrong::TooMany(many)),
        _ => {}
    }
    for (at, task) in tasks.iter().enumerate() {
        let twin = tasks
            .iter()
            .take(at)
            .find(|one| same_title(&one.title, &task.title));
        if let Some(twin) = twin.filter(|_| !task.title.is_empty()) {
            let same = ListWrong::SameTitle(twin.line);
            wrong.push(ListMistake {
                line: task.line,
                wrong: same,
            });
        }
        for (line, named) in &task.waits_for {
            if let Err(what) = waits(&tasks, named)
                .filter(|_| task.marked)
                .unwrap_or(Ok(vec![]))
            {
                wrong.push(ListMistake {
                    line: *line,
                    wrong: what,
                });
            }
        }
    }
    wrong.sort_by_key(|mistake| mistake.line);
    match wrong.is_empty() {
        true => Ok(tasks),
        false => Err(wrong),
    }
}

/// What one line of a task says it waits for; `None` where it says nothing.
fn waits(tasks: &[ListedTask], named: &str) -> Option<Result<Vec<Waits>, ListWrong>> {
    let task = |title: &str| tasks.iter().position(|one| same_title(&one.title, title));
    let one = |name: &str| match task(name) {
        Some(at) if tasks.get(at).is_some_and(|task| task.marked) => Ok(Waits::Task(at)),
        Some(_) => Err(ListWrong::Unmarked(name.to_owned())),
        None if name.contains('#') => Ok(Waits::Issue(name.to_owned())),
        None => Err(ListWrong::NoSuchTask(name.to_owned())),
    };
    if named.is_empty() {
        return Some(Err(ListWrong::NothingAwaited));
    }
    // A title may hold commas.
    if task(named).is_some() {
        return Some(one(named).map(|waits| vec![waits]));
    }
    let parts = named
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    Some(parts.map(one).collect())
}

/// What the task at a place of a right list waits for.
pub fn awaited(tasks: &[ListedTask], at: usize) -> Vec<Waits> {
    let named = tasks.get(at).into_iter().flat_map(|task| &task.waits_for);
    let read = named.filter_map(|(_, named)| waits(tasks, named)?.ok());
    read.flatten().collect()
}

impl ListedTask {
    /// As it is proposed for an issue that waits for these.
    pub fn proposal(&self, waits_for: Vec<String>) -> Proposal {
        Proposal {
            title: self.title.clone(),
            body: self.body.clone(),
            role: self.role.clone(),
            priority: self.priority.clone(),
            labels: self.labels.clone(),
            waits_for,
        }
    }
}

#[derive(Default)]
struct Reader {
    tasks: Vec<ListedTask>,
    wrong: Vec<ListMistake>,
    /// Whether what is read belongs to the last task.
    inside: bool,
    /// The fence that a code block was opened with.
    fence: Option<String>,
}

impl Reader {
    fn line(&mut self, number: usize, line: &str) {
        let bare = line.trim();
        let code = self.fence.is_some();
        self.fenced(bare);
        if code || self.fence.is_some() {
            return self.text(line);
        }
        let small = bare.to_ascii_lowercase();
        if let Some(rest) = line.strip_prefix("## ").map(str::trim) {
            let named = rest
                .get(..HEADING.len())
                .is_some_and(|word| word.eq_ignore_ascii_case(HEADING));
            self.inside = named;
            if named {
                self.begin(number, rest[HEADING.len()..].trim());
            }
        } else if line.starts_with("# ") {
            self.inside = false;
        } else if small.starts_with(MARKER) {
            self.marker(number, bare);
        } else if let Some(named) = depends(bare).filter(|_| self.inside) {
            if let Some(task) = self.tasks.last_mut() {
                task.waits_for.push((number, named.to_owned()));
            }
        } else {
            self.text(line);
        }
    }

    /// A code block begins, or the one that is open ends.
    fn fenced(&mut self, bare: &str) {
        let mark = bare.chars().next().filter(|c| matches!(c, '`' | '~'));
        let Some(mark) = mark else { return };
        let length = bare.chars().take_while(|c| *c == mark).count();
        let fence = mark.to_string().repeat(length);
        match &self.fence {
            None if length >= 3 => self.fence = Some(fence),
            Some(open) if bare.starts_with(open.as_str()) && bare == fence => self.fence = None,
            None | Some(_) => {}
        }
    }

    fn begin(&mut self, line: usize, title: &str) {
        if title.is_empty() {
            self.say(line, ListWrong::NoTitle);
        }
        self.tasks.push(ListedTask {
            line,
            title: title.to_owned(),
            ..ListedTask::default()
        });
    }

    fn text(&mut self, line: &str) {
        if let Some(task) = self.tasks.last_mut().filter(|_| self.inside) {
            task.body.push_str(line);
            task.body.push('\n');
        }
    }

    fn say(&mut self, line: usize, wrong: ListWrong) {
        self.wrong.push(ListMistake { line, wrong });
    }

    fn marker(&mut self, line: usize, bare: &str) {
        let Some(words) = bare[MARKER.len()..].strip_suffix("-->") else {
            return self.say(line, ListWrong::Open);
        };
        let Some(task) = self.tasks.last_mut().filter(|_| self.inside) else {
            return self.say(line, ListWrong::Stray);
        };
        if std::mem::replace(&mut task.marked, true) {
            return self.say(line, ListWrong::Twice);
        }
        let mut odd = Vec::new();
        for word in words.trim_start_matches(':').split_whitespace() {
            let (name, value) = word.split_once(':').unwrap_or((word, ""));
            match name.to_ascii_lowercase().as_str() {
                _ if value.is_empty() => odd.push(word),
                "role" => task.role = Some(value.to_owned()),
                "priority" => task.priority = Some(value.to_owned()),
                "label" | "labels" => task.labels.extend(value.split(',').map(str::to_owned)),
                _ => odd.push(word),
            }
        }
        for word in odd {
            self.wrong.push(ListMistake {
                line,
                wrong: ListWrong::Word(word.to_owned()),
            });
        }
    }
}

/// What stands behind `Depends on:`, or behind `Depends on` where an issue follows.
fn depends(bare: &str) -> Option<&str> {
    let text = bare.trim_start_matches(['-', '*', ' ']);
    let start = text.get(..DEPENDS.len())?;
    let rest = text.get(DEPENDS.len()..)?;
    if !start.eq_ignore_ascii_case(DEPENDS) {
        return None;
    }
    let rest = rest.trim_start_matches('*');
    match rest.strip_prefix(':') {
        Some(named) => Some(named.trim_start_matches('*').trim()),
        None => Some(rest.trim()).filter(|named| named.starts_with('#')),
    }
}

#[cfg(test)]
mod tests;
