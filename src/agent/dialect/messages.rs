//! Whole messages as pieces: in version 2 an agent may send a message again, changed or longer; in version 1 it only adds to it.
//!
//! Of few messages it remembers what was said, within bounds: a longer one goes on, another one begins anew under a name of its own.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::super::transcript::TEXT_KEPT;

/// Messages that are remembered.
const KEPT: usize = 16;

#[derive(Debug, Default)]
pub(super) struct Messages {
    said: VecDeque<Said>,
}

#[derive(Debug)]
struct Said {
    id: String,
    /// How often it began anew.
    anew: u32,
    text: String,
}

impl Said {
    /// What it is called in version 1.
    fn name(&self) -> String {
        match self.anew {
            0 => self.id.clone(),
            anew => format!("{}~{anew}", self.id),
        }
    }
}

impl Messages {
    /// A piece of a message; the id under which it belongs now, where that is another one.
    pub(super) fn piece(&mut self, update: &Value) -> Option<String> {
        let id = update["messageId"].as_str()?;
        let piece = text_of(&update["content"]);
        let said = self.of(id);
        let room = TEXT_KEPT.saturating_sub(said.text.len());
        said.text
            .push_str(&piece[..piece.floor_char_boundary(room)]);
        (said.anew > 0).then(|| said.name())
    }

    /// A message that was sent whole: the piece that version 1 lacks, as an update of that kind; `None` where it lacks nothing.
    pub(super) fn whole(&mut self, update: &Value, kind: &str) -> Option<Value> {
        let id = update["messageId"].as_str()?;
        let blocks = update["content"].as_array()?;
        let text: String = blocks.iter().map(text_of).collect();
        let said = self.of(id);
        let more = text.strip_prefix(said.text.as_str()).map(str::to_owned);
        if more.is_none() {
            said.anew += 1;
        }
        said.text = text[..text.floor_char_boundary(TEXT_KEPT)].to_owned();
        let name = said.name();
        let more = more.unwrap_or(text);
        let content = json!({ "type": "text", "text": more });
        (!more.is_empty())
            .then(|| json!({ "sessionUpdate": kind, "messageId": name, "content": content }))
    }

    fn of(&mut self, id: &str) -> &mut Said {
        let known = self.said.iter().position(|said| said.id == id);
        let at = known.unwrap_or_else(|| {
            if self.said.len() >= KEPT {
                self.said.pop_front();
            }
            let (id, text) = (id.to_owned(), String::new());
            self.said.push_back(Said { id, anew: 0, text });
            self.said.len() - 1
        });
        &mut self.said[at]
    }
}

fn text_of(block: &Value) -> String {
    let text = block["text"].as_str().or_else(|| block["uri"].as_str());
    text.unwrap_or("[not text]").to_owned()
}
