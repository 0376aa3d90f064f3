//! A file of TOML as a tree in which every value knows its line, so that all mistakes can be told at once.
//!
//! (serde stops at the first mistake and would print the line it is on, which may hold a secret.) Whoever reads a table
//! takes out the keys it knows; what is left over is unknown and a mistake. A mistake never repeats a value that may be a secret.

use std::collections::BTreeMap;
use std::fmt;

use strsim::levenshtein;
use toml::de::{DeTable, DeValue};

use crate::text::mistakes::{source, value};
use crate::usage::micros;

/// One thing to fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where: `SKEP_LISTEN`, `--listen`, `skep.toml:4: limits.sessions`.
    pub at: String,
    /// What is wrong and what would be right.
    pub what: String,
}

impl Mistake {
    /// A mistake at a place.
    pub fn new(at: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            at: at.into(),
            what: what.into(),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

/// Of a word, so many characters are compared.
const LONGEST: usize = 60;

/// The known word that was probably meant, if one is near.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: String = word.chars().take(LONGEST).collect();
    let near = known
        .into_iter()
        .map(|known| (levenshtein(&word, known), known))
        .min();
    let near = near.filter(|(edits, known)| *edits <= 1 + known.len() / 4);
    near.map(|(_, known)| known)
}

/// What stands behind a key.
#[derive(Clone)]
pub enum Value {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a point, as it is written.
    Decimal(String),
    /// True or false.
    Switch(bool),
    /// A list.
    List(Vec<Item>),
    /// A table.
    Table(Table),
    /// A number that is no whole number of 64 bits, or a date; the name of its kind.
    Other(&'static str),
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct Item {
    /// `skep.toml:4: limits.sessions`.
    pub at: String,
    /// What it is.
    pub value: Value,
}

/// A table, of which keys are taken out one by one.
#[derive(Debug, Clone, Default)]
pub struct Table {
    entries: BTreeMap<String, Item>,
}

impl Item {
    /// A mistake at this place.
    pub fn wrong(&self, what: impl Into<String>) -> Mistake {
        Mistake::new(&self.at, what)
    }

    /// As a text.
    pub fn text(self) -> Result<String, Mistake> {
        match self.value {
            Value::Text(text) => Ok(text),
            ref other => Err(self.wrong(value::text(other.kind()))),
        }
    }

    /// As true or false.
    pub fn switch(self) -> Result<bool, Mistake> {
        match self.value {
            Value::Switch(on) => Ok(on),
            ref other => Err(self.wrong(value::switch(other.kind()))),
        }
    }

    /// As a whole number.
    pub fn integer(self) -> Result<i64, Mistake> {
        match self.value {
            Value::Integer(number) => Ok(number),
            ref other => Err(self.wrong(value::integer(other.kind()))),
        }
    }

    /// An amount of money in dollars, in millionths of one.
    pub fn money(self) -> Result<u64, Mistake> {
        let read = match &self.value {
            Value::Integer(number) => micros(&number.to_string()),
            Value::Decimal(text) => micros(text),
            _ => None,
        };
        read.ok_or_else(|| self.wrong(value::MONEY))
    }

    /// As a list.
    pub fn list(self) -> Result<Vec<Item>, Mistake> {
        match self.value {
            Value::List(items) => Ok(items),
            ref other => Err(self.wrong(value::list(other.kind()))),
        }
    }

    /// As a list of texts.
    pub fn texts(self) -> Result<Vec<String>, Mistake> {
        self.list()?.into_iter().map(Self::text).collect()
    }

    /// As a table.
    pub fn table(self) -> Result<Table, Mistake> {
        match self.value {
            Value::Table(table) => Ok(table),
            ref other => Err(self.wrong(value::table(other.kind()))),
        }
    }
}

/// The kind alone: a value may be a secret.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Integer(_) => "a whole number",
            Self::Decimal(_) => "a number with a point",
            Self::Switch(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other(kind) => kind,
        }
    }
}

impl Table {
    /// Reads a document; what cannot be read is named by line, and the rest is still there.
    pub fn parse(file: &str, text: &str) -> (Self, Vec<Mistake>) {
        let breaks = text.match_indices('\n').map(|(at, _)| at).collect();
        let reader = Reader { file, breaks };
        let (tree, errors) = DeTable::parse_recoverable(text);
        let mistakes = errors.iter().map(|error| {
            let line = reader.line(error.span().map_or(0, |span| span.start));
            Mistake::new(format!("{file}:{line}"), source::not_toml(error.message()))
        });
        let mistakes = mistakes.collect();
        (reader.table(tree.get_ref(), ""), mistakes)
    }

    /// What stands behind a key.
    pub fn get(&self, key: &str) -> Option<&Item> {
        self.entries.get(key)
    }

    /// All that is there, in alphabetical order.
    pub fn items(&self) -> impl Iterator<Item = (&str, &Item)> {
        self.entries.iter().map(|(key, item)| (key.as_str(), item))
    }

    /// Takes one out.
    pub fn take(&mut self, key: &str) -> Option<Item> {
        self.entries.remove(key)
    }

    /// Takes a table out; one that is not there is empty.
    pub fn take_table(&mut self, key: &str, mistakes: &mut Vec<Mistake>) -> Self {
        let taken = self.take(key).map(Item::table);
        taken
            .and_then(|table| table.map_err(|mistake| mistakes.push(mistake)).ok())
            .unwrap_or_default()
    }

    /// Takes everything out, in alphabetical order.
    pub fn drain(&mut self) -> impl Iterator<Item = (String, Item)> + use<> {
        std::mem::take(&mut self.entries).into_iter()
    }

    /// What was not taken is unknown.
    pub fn finish(self, known: &[&str], mistakes: &mut Vec<Mistake>) {
        for (key, item) in self.entries {
            let near = nearest(&key, known.iter().copied());
            mistakes.push(item.wrong(source::unknown_key(near)));
        }
    }
}

struct Reader<'a> {
    file: &'a str,
    /// Where lines end.
    breaks: Vec<usize>,
}

impl Reader<'_> {
    fn line(&self, offset: usize) -> usize {
        self.breaks.partition_point(|at| *at < offset) + 1
    }

    fn table(&self, table: &DeTable<'_>, path: &str) -> Table {
        let entry = |key: &str, offset: usize, value: &DeValue<'_>| {
            let path = if path.is_empty() {
                key.to_owned()
            } else {
                format!("{path}.{key}")
            };
            (key.to_owned(), self.item(&path, offset, value))
        };
        let entries = table
            .iter()
            .map(|(key, value)| entry(key.get_ref(), key.span().start, value.get_ref()))
            .collect();
        Table { entries }
    }

    fn item(&self, path: &str, offset: usize, value: &DeValue<'_>) -> Item {
        let value = match value {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or(Value::Other("a number of that size"), Value::Integer),
            DeValue::Float(number) => Value::Decimal(number.as_str().to_owned()),
            DeValue::Boolean(on) => Value::Switch(*on),
            DeValue::Datetime(_) => Value::Other("a date"),
            DeValue::Array(items) => Value::List(
                items
                    .iter()
                    .map(|item| self.item(path, item.span().start, item.get_ref()))
                    .collect(),
            ),
            DeValue::Table(table) => Value::Table(self.table(table, path)),
        };
        Item {
            at: format!("{}:{}: {path}", self.file, self.line(offset)),
            value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_knows_its_line() {
        let (mut root, mistakes) =
            Table::parse("skep.toml", "a = 1\n\n[b]\nc = 'x'\nd = [1,\n 2]\n");
        assert_eq!(mistakes, []);
        assert_eq!(root.take("a").expect("a").at, "skep.toml:1: a");
        let mut b = root.take("b").expect("b").table().expect("a table");
        assert_eq!(b.take("c").expect("c").at, "skep.toml:4: b.c");
        let list = b.take("d").expect("d").list().expect("a list");
        assert_eq!(list[1].at, "skep.toml:6: b.d");
    }

    #[test]
    fn broken_lines_are_all_named_and_never_quoted() {
        let text = "webhook_secret = 'hunter2\nlisten = \"127.0.0.1:1\"\napp_id = hunter2\n";
        let (_, mistakes) = Table::parse("skep.toml", text);
        let lines: Vec<&str> = mistakes.iter().map(|mistake| mistake.at.as_str()).collect();
        assert_eq!(
            (lines.first(), lines.last()),
            (Some(&"skep.toml:1"), Some(&"skep.toml:3")),
            "{mistakes:?}"
        );
        assert!(
            mistakes
                .iter()
                .all(|mistake| !mistake.what.contains("hunter2")),
            "{mistakes:?}"
        );
    }

    #[test]
    fn near_words_are_proposed_and_far_ones_are_not() {
        assert_eq!(nearest("lisen", ["listen", "limits"]), Some("listen"));
        assert_eq!(nearest("banana", ["listen", "limits"]), None);
        assert_eq!(nearest("x", []), None);
    }

    #[test]
    fn left_over_keys_are_mistakes() {
        let (root, _) = Table::parse("skep.toml", "lisen = 'x'");
        let mut mistakes = Vec::new();
        root.finish(&["listen"], &mut mistakes);
        assert_eq!(
            mistakes,
            [Mistake::new(
                "skep.toml:1: lisen",
                "there is no such key. Did you mean `listen`?"
            )]
        );
    }
}
