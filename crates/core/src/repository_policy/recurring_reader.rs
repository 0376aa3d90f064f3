//! Reads the recurring work of the file: a table for each piece, `[recurring.NAME]`.

use std::collections::BTreeSet;

use super::side_process;
use crate::document::{Item, Mistake, Table, nearest};
use crate::recurring::{Calendar, Every, Occasion, Recurring};
use crate::role::RoleName;
use crate::text::recurring as say;
use crate::text::repository_policy::{EMPTY, ONE_LINE, missing};

/// Pieces of recurring work that a file may have.
pub(super) const MOST: usize = 20;
/// The longest title, characters.
const TITLE: usize = 150;
/// The longest prompt, characters.
const PROMPT: usize = 8_000;

const KEYS: [&str; 6] = ["every", "at", "on", "title", "prompt", "role"];

/// One piece, read from its table; everything that is wrong is added.
pub(super) fn read(name: &str, item: Item, wrong: &mut Vec<Mistake>) -> Option<Recurring> {
    let before = wrong.len();
    let whole = item.clone();
    if !side_process::is_name(name) {
        wrong.push(item.wrong(say::NAME_WRONG));
    }
    let mut table = item.table().map_err(|mistake| wrong.push(mistake)).ok()?;
    let mut reader = Reader {
        table: &mut table,
        wrong,
    };
    let calendar = reader.calendar();
    let on = reader.on();
    let title = reader.needed(&whole, "title", title);
    let prompt = reader.needed(&whole, "prompt", prompt);
    let role = reader.role();
    let never = table.get("every").is_none() && calendar.is_none() && on.is_empty();
    if never && wrong.len() == before {
        wrong.push(whole.wrong(say::NEVER));
    }
    table.finish(&KEYS, wrong);
    (wrong.len() == before).then_some(Recurring {
        title: title?,
        prompt: prompt?,
        role,
        calendar,
        on,
    })
}

struct Reader<'a> {
    table: &'a mut Table,
    wrong: &'a mut Vec<Mistake>,
}

impl Reader<'_> {
    fn keep<T>(&mut self, read: Result<T, Mistake>) -> Option<T> {
        read.map_err(|mistake| self.wrong.push(mistake)).ok()
    }

    fn needed(
        &mut self,
        whole: &Item,
        key: &str,
        read: fn(&Item) -> Result<String, Mistake>,
    ) -> Option<String> {
        let read = match self.table.take(key) {
            Some(item) => read(&item),
            None => Err(whole.wrong(missing(key))),
        };
        self.keep(read)
    }

    fn calendar(&mut self) -> Option<Calendar> {
        let (every, at) = (self.table.take("every"), self.table.take("at"));
        let minute = match at.as_ref().map(minute) {
            Some(read) => self.keep(read),
            None => Some(Calendar::MINUTE),
        };
        let Some(every) = every else {
            if let Some(at) = at {
                self.wrong.push(at.wrong(say::AT_ALONE));
            }
            return None;
        };
        let every = day(&every);
        let every = self.keep(every);
        Some(Calendar {
            every: every?,
            minute: minute?,
        })
    }

    fn on(&mut self) -> BTreeSet<Occasion> {
        let items = self.table.take("on").map(Item::list);
        let items = items.and_then(|read| self.keep(read)).unwrap_or_default();
        let read = items.iter().filter_map(|item| {
            let read = occasion(item);
            self.keep(read)
        });
        read.collect()
    }

    fn role(&mut self) -> Option<String> {
        let item = self.table.take("role")?;
        let read = item.clone().text().and_then(|text| {
            let role: Result<RoleName, _> = text.trim().parse();
            role.map_err(|_| item.wrong(say::ROLE))
        });
        self.keep(read).map(|role| role.to_string())
    }
}

fn day(item: &Item) -> Result<Every, Mistake> {
    let text = item.clone().text()?.trim().to_ascii_lowercase();
    let mut words = Every::WORDS.iter();
    let every = words.find(|(word, _)| *word == text);
    every.map(|(_, every)| *every).ok_or_else(|| {
        let near = nearest(&text, Every::WORDS.iter().map(|(word, _)| *word));
        item.wrong(say::meant(say::EVERY, near))
    })
}

fn minute(item: &Item) -> Result<u16, Mistake> {
    let text = item.clone().text()?;
    Calendar::minute_of(text.trim()).ok_or_else(|| item.wrong(say::AT))
}

fn occasion(item: &Item) -> Result<Occasion, Mistake> {
    let text = item.clone().text()?;
    let mut words = Occasion::WORDS.iter();
    let one = words.find(|(word, _)| *word == text.trim());
    one.map(|(_, occasion)| *occasion).ok_or_else(|| {
        let near = nearest(&text, Occasion::WORDS.iter().map(|(word, _)| *word));
        item.wrong(say::meant(say::ON, near))
    })
}

fn title(item: &Item) -> Result<String, Mistake> {
    let text = words(item, TITLE)?;
    match text.chars().any(char::is_control) {
        true => Err(item.wrong(ONE_LINE)),
        false => Ok(text),
    }
}

fn prompt(item: &Item) -> Result<String, Mistake> {
    words(item, PROMPT)
}

fn words(item: &Item, most: usize) -> Result<String, Mistake> {
    let text = item.clone().text()?.trim().to_owned();
    match text.chars().count() {
        0 => Err(item.wrong(EMPTY)),
        long if long > most => Err(item.wrong(say::long(most))),
        _ => Ok(text),
    }
}
