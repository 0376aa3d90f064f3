//! What the demo agent does with files, reported as tool calls: announced, at work, done or failed and said.
//!
//! It takes any path it is told, also hostile ones: keeping it in bounds is the fence's work, and tests rely on it trying.

use std::path::PathBuf;

use agent_client_protocol::Error;
use agent_client_protocol::v1::schema::{
    SessionUpdate, ToolCall, ToolCallLocation, ToolCallStatus, ToolCallUpdate,
    ToolCallUpdateFields, ToolKind,
};

use super::script::Text;
use super::script_runner::ScriptRunner;

impl ScriptRunner {
    /// Announces a tool call; answers with its id.
    pub(super) fn announce(
        &mut self,
        title: &str,
        kind: ToolKind,
        at: Option<PathBuf>,
    ) -> Result<String, Error> {
        self.calls += 1;
        let id = format!("call-{}-{}", self.session.memory.turns, self.calls);
        let locations = at.map(ToolCallLocation::new).into_iter().collect();
        self.send(SessionUpdate::ToolCall(
            ToolCall::new(id.clone(), title)
                .kind(kind)
                .locations(locations),
        ))?;
        Ok(id)
    }

    pub(super) fn state(&self, id: &str, status: ToolCallStatus) -> Result<(), Error> {
        let fields = ToolCallUpdateFields::new().status(status);
        self.send(SessionUpdate::ToolCallUpdate(ToolCallUpdate::new(
            id.to_owned(),
            fields,
        )))
    }

    /// Does something with a file as a tool call: announced, at work, done or failed and said.
    pub(super) fn file(
        &mut self,
        title: &str,
        kind: ToolKind,
        path: &str,
        work: impl FnOnce(PathBuf) -> std::io::Result<()>,
    ) -> Result<(), Error> {
        let at = self.session.folder.join(path);
        let id = self.announce(&format!("{title} {path}"), kind, Some(at.clone()))?;
        self.state(&id, ToolCallStatus::InProgress)?;
        match work(at) {
            Ok(()) => self.state(&id, ToolCallStatus::Completed),
            Err(error) => {
                self.state(&id, ToolCallStatus::Failed)?;
                self.say(&format!("{title} {path} did not work: {error}"))
            }
        }
    }

    pub(super) fn write(&mut self, text: &Text, append: bool) -> Result<(), Error> {
        let content = text.text.clone();
        let title = if append { "append to" } else { "write" };
        self.file(title, ToolKind::Edit, &text.path, move |at| {
            if let Some(folder) = at.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let before = if append {
                std::fs::read_to_string(&at).unwrap_or_default()
            } else {
                String::new()
            };
            std::fs::write(at, before + &content)
        })
    }

    pub(super) fn replace(&mut self, path: &str, old: &str, new: &str) -> Result<(), Error> {
        let (old, new) = (old.to_owned(), new.to_owned());
        self.file("change", ToolKind::Edit, path, move |at| {
            let text = std::fs::read_to_string(&at)?;
            if !text.contains(&old) {
                return Err(std::io::Error::other(format!("{old:?} is not in it")));
            }
            std::fs::write(at, text.replace(&old, &new))
        })
    }

    pub(super) fn delete(&mut self, path: &str) -> Result<(), Error> {
        self.file("delete", ToolKind::Delete, path, |at| {
            if at.is_dir() {
                std::fs::remove_dir_all(at)
            } else {
                std::fs::remove_file(at)
            }
        })
    }

    pub(super) fn mkdir(&mut self, path: &str) -> Result<(), Error> {
        self.file("make folder", ToolKind::Edit, path, std::fs::create_dir_all)
    }

    pub(super) fn read(&mut self, path: &str) -> Result<(), Error> {
        let mut text = None;
        self.file("read", ToolKind::Read, path, |at| {
            std::fs::read_to_string(at).map(|read| text = Some(read))
        })?;
        let Some(text) = text else { return Ok(()) };
        let start: String = text.chars().take(500).collect();
        self.say(&format!("{path} says: {start}"))
    }
}
