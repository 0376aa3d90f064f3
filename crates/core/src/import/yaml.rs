//! YAML with lines: what a document says, and where each part of it stands, which its parser does not tell.

use serde_yaml_ng::Value;

use crate::text::import as says;

/// A step on the way into a document.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'a> {
    /// The value of a key.
    Key(&'a str),
    /// An item of a list, from 0.
    Item(usize),
}

/// A document, and on which line of its file it begins (from 1).
pub(super) struct Document<'a> {
    text: &'a str,
    first: usize,
    /// What it says.
    pub(super) value: Value,
}

impl<'a> Document<'a> {
    /// Parses it; `first` is the line of the file on which it begins.
    pub(super) fn parse(path: &str, text: &'a str, first: usize) -> Result<Self, String> {
        let value = serde_yaml_ng::from_str::<Value>(text).map_err(|error| {
            let line = error.location().map_or(first, |at| first + at.line() - 1);
            says::no_yaml(path, line, &error.to_string())
        })?;
        Ok(Self { text, first, value })
    }

    /// What stands at the end of a way.
    pub(super) fn at(&self, way: &[Step<'_>]) -> Option<&Value> {
        way.iter().try_fold(&self.value, |value, step| match step {
            Step::Key(key) => value.get(*key),
            Step::Item(at) => value.get(*at),
        })
    }

    /// The keys of the map at the end of a way, with their values.
    pub(super) fn entries(&self, way: &[Step<'_>]) -> Vec<(String, &Value)> {
        let map = self.at(way).and_then(Value::as_mapping);
        let entries = map.into_iter().flatten();
        entries
            .filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value)))
            .collect()
    }

    /// The line of the file on which the end of a way stands, by how the text is laid out: as far along the way as it can be seen.
    pub(super) fn line(&self, way: &[Step<'_>]) -> usize {
        let lines: Vec<&str> = self.text.lines().collect();
        let (mut from, mut to, mut found) = (0, lines.len(), 0);
        for step in way {
            let Some(at) = find(&lines[from..to], step).map(|at| from + at) else {
                break;
            };
            found = at;
            let inner = indent(lines[at]);
            let goes_on = |line: &&str| match step {
                Step::Key(_) => is_same_item(line, inner),
                Step::Item(_) => false,
            };
            let ends = |line: &&str| !is_blank(line) && indent(line) <= inner && !goes_on(line);
            let rest = &lines[at + 1..to];
            let length = rest.iter().position(ends).unwrap_or(rest.len());
            // A list item's first key stands on its own line.
            from = match step {
                Step::Key(_) => at + 1,
                Step::Item(_) => at,
            };
            to = at + 1 + length;
        }
        self.first + found
    }
}

fn is_blank(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Some write the items of a list as far out as its key.
fn is_same_item(line: &str, inner: usize) -> bool {
    indent(line) == inner && line.trim_start().starts_with("- ")
}

/// The line of a step among those of its parent: the outermost ones count.
fn find(lines: &[&str], step: &Step<'_>) -> Option<usize> {
    match step {
        Step::Key(key) => {
            let names = |line: &&str| {
                let line = line.trim_start().trim_start_matches("- ").trim_start();
                let line = line.trim_start_matches(['"', '\'']);
                line.strip_prefix(key)
                    .is_some_and(|rest| rest.trim_start_matches(['"', '\'', ' ']).starts_with(':'))
            };
            let all = lines.iter().enumerate().filter(|(_, line)| names(line));
            all.min_by_key(|(at, line)| (indent(line), *at))
                .map(|(at, _)| at)
        }
        Step::Item(number) => {
            let dash = |line: &&str| line.trim_start().starts_with('-');
            let outer = lines
                .iter()
                .filter(|line| dash(line))
                .map(|line| indent(line))
                .min()?;
            let items = lines.iter().enumerate();
            let mut items = items.filter(|(_, line)| dash(line) && indent(line) == outer);
            items.nth(*number).map(|(at, _)| at)
        }
    }
}

/// A value as one short text.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(is) => is.to_string(),
        Value::Null => String::new(),
        other => serde_yaml_ng::to_string(other)
            .unwrap_or_default()
            .trim()
            .to_owned(),
    }
}

/// Texts of a list, or one text by itself.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Sequence(items) => items.iter().map(shown).collect(),
        Value::Null => Vec::new(),
        one => vec![shown(one)],
    }
}

/// A file's front matter with the line it begins on, and what follows with its own; `None` where there is none.
pub(super) fn front_matter(text: &str) -> Option<(&str, &str, usize)> {
    let rest = text.strip_prefix("---\n")?;
    let mut at = 0;
    for (number, line) in rest.split_inclusive('\n').enumerate() {
        if line.trim_end() == "---" {
            return Some((&rest[..at], &rest[at + line.len()..], number + 3));
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_knows_its_line() {
        let text = "\
on: push
jobs:
  # The job.
  copilot-setup-steps:
    runs-on: ubuntu-latest
    steps:
    - uses: actions/checkout@v4
      with:
        lfs: true
    - name: Install
      run: |
        name: no key
        npm ci
";
        let document = Document::parse("a.yml", text, 10).expect("YAML");
        let job = [Step::Key("jobs"), Step::Key("copilot-setup-steps")];
        let line = |more: &[Step<'_>]| document.line(&[&job[..], more].concat());
        let steps = Step::Key("steps");
        assert_eq!(line(&[]), 13);
        assert_eq!(line(&[Step::Key("runs-on")]), 14);
        assert_eq!(line(&[steps, Step::Item(0)]), 16);
        assert_eq!(
            line(&[steps, Step::Item(0), Step::Key("with"), Step::Key("lfs")]),
            18
        );
        assert_eq!(line(&[steps, Step::Item(1), Step::Key("run")]), 20);
        assert_eq!(line(&[Step::Key("nowhere")]), 13);
    }

    #[test]
    fn front_matter_is_cut_off_where_it_ends() {
        assert_eq!(
            front_matter("---\na: 1\n---\nBody\n"),
            Some(("a: 1\n", "Body\n", 4))
        );
        assert_eq!(front_matter("---\na: 1\n"), None);
        assert_eq!(front_matter("# Body\n"), None);
    }
}
