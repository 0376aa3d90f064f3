//! Reads a role from Copilot's custom-agent format: YAML front matter, then the prompt in Markdown.
//!
//! Shape: <https://docs.github.com/en/copilot/reference/custom-agents-configuration>. The text comes from a repository,
//! so it is untrusted: sizes are capped, and keys that would reach outside the session (`mcp-servers`) are listed as
//! ignored and never acted on.

use serde_yaml_ng::{Mapping, Value};

use super::{RoleName, RoleOverride, RoleSource, Tool, Tools};

/// The longest prompt, in characters: the documented limit of the format.
pub const PROMPT_MAX_CHARS: usize = 30_000;
/// The longest front matter, in bytes.
const FRONT_MATTER_MAX_BYTES: usize = 16 * 1024;
const DESCRIPTION_MAX_CHARS: usize = 1_000;

/// Why a role file cannot be used, fit to be shown on the issue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}: {}{what}", key.as_ref().map(|key| format!("`{key}`: ")).unwrap_or_default())]
pub struct RoleFileError {
    /// The file, as named by the caller.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The front-matter key at fault.
    pub key: Option<String>,
    /// What is wrong and what would be right.
    pub what: String,
}

/// Parses the file of the role `name`. The role's rights are narrowed where the file says so: `tools` without `edit`
/// means that it changes no files, and `metadata: { writes: "false" }` says the same by itself. What has no effect is
/// listed in `ignored`.
pub fn from_agent_file(
    name: &RoleName,
    path: &str,
    text: &str,
) -> Result<RoleOverride, RoleFileError> {
    let text = text
        .strip_prefix('\u{feff}')
        .unwrap_or(text)
        .replace("\r\n", "\n");
    let file = File::split(path, &text)?;
    let keys = file.keys()?;
    let mut over = RoleOverride::empty(RoleSource::Repository {
        path: path.to_owned(),
    });
    for (key, value) in &keys {
        let Some(key) = key.as_str() else {
            return Err(file.error(None, "a key is not a text".to_owned()));
        };
        file.take(&mut over, key, value)?;
    }
    if let Some(title) = keys.get("name").and_then(Value::as_str)
        && !title.eq_ignore_ascii_case(name.as_str())
    {
        over.ignored
            .push(format!("name: the label calls this role `{name}`"));
    }
    if over.writes.is_none() {
        over.writes = over.tools.as_ref().map(|tools| tools.contains(Tool::Edit));
    }
    over.prompt = file.prompt()?;
    Ok(over)
}

struct File<'a> {
    path: &'a str,
    front: &'a str,
    body: &'a str,
    body_line: usize,
}

impl<'a> File<'a> {
    fn split(path: &'a str, text: &'a str) -> Result<Self, RoleFileError> {
        let at = |line: usize, what: &str| RoleFileError {
            path: path.to_owned(),
            line,
            key: None,
            what: what.to_owned(),
        };
        let mut lines = text.split_inclusive('\n');
        let first = lines.next().unwrap_or_default();
        if first.trim_end() != "---" {
            return Err(at(
                1,
                "the file must begin with `---` and its front matter (description, tools)",
            ));
        }
        let start = first.len();
        let mut end = start;
        for (index, line) in lines.enumerate() {
            if line.trim_end() == "---" {
                let (front, body) = (&text[start..end], &text[end + line.len()..]);
                if front.len() > FRONT_MATTER_MAX_BYTES {
                    return Err(at(2, "the front matter is longer than 16 KiB"));
                }
                return Ok(Self {
                    path,
                    front,
                    body,
                    body_line: index + 3,
                });
            }
            end += line.len();
        }
        Err(at(1, "the front matter has no closing `---`"))
    }

    fn error(&self, key: Option<&str>, what: String) -> RoleFileError {
        let line = key.map_or(2, |key| self.line_of(key));
        RoleFileError {
            path: self.path.to_owned(),
            line,
            key: key.map(str::to_owned),
            what,
        }
    }

    fn line_of(&self, key: &str) -> usize {
        let named = |line: &str| {
            let line = line.trim_start_matches(['"', '\'']);
            line.strip_prefix(key)
                .is_some_and(|rest| rest.trim_start_matches(['"', '\'', ' ']).starts_with(':'))
        };
        self.front
            .lines()
            .position(named)
            .map_or(2, |index| index + 2)
    }

    fn keys(&self) -> Result<Mapping, RoleFileError> {
        let parsed = serde_yaml_ng::from_str::<Value>(self.front).map_err(|error| {
            let line = error.location().map_or(2, |location| location.line() + 1);
            let key = self
                .front
                .lines()
                .nth(line.saturating_sub(2))
                .and_then(|text| text.split_once(':'));
            RoleFileError {
                path: self.path.to_owned(),
                line,
                key: key.map(|(key, _)| key.trim().chars().take(60).collect()),
                what: format!("not valid YAML: {error}"),
            }
        })?;
        match parsed {
            Value::Mapping(keys) => Ok(keys),
            Value::Null => Ok(Mapping::new()),
            _ => Err(self.error(
                None,
                "the front matter must be a list of `key: value` lines".to_owned(),
            )),
        }
    }

    fn take(&self, over: &mut RoleOverride, key: &str, value: &Value) -> Result<(), RoleFileError> {
        match key {
            "name" => drop(self.text(key, value)?),
            "description" => over.description = self.text(key, value)?,
            "model" => over.model = self.text(key, value)?,
            "tools" => over.tools = self.tools(value, &mut over.ignored)?,
            "metadata" => self.metadata(over, value)?,
            other => over.ignored.push(other.chars().take(60).collect()),
        }
        Ok(())
    }

    fn text(&self, key: &str, value: &Value) -> Result<Option<String>, RoleFileError> {
        match value {
            Value::Null => Ok(None),
            Value::String(text) if text.chars().count() > DESCRIPTION_MAX_CHARS => Err(self.error(
                Some(key),
                format!("longer than {DESCRIPTION_MAX_CHARS} characters"),
            )),
            Value::String(text) if text.trim().is_empty() => Ok(None),
            Value::String(text) => Ok(Some(text.trim().to_owned())),
            _ => Err(self.error(Some(key), "must be a text".to_owned())),
        }
    }

    fn tools(
        &self,
        value: &Value,
        ignored: &mut Vec<String>,
    ) -> Result<Option<Tools>, RoleFileError> {
        let names: Vec<&str> = match value {
            Value::Null => return Ok(None),
            Value::String(list) => list
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .collect(),
            Value::Sequence(list) => list
                .iter()
                .map(|name| {
                    name.as_str().ok_or_else(|| {
                        self.error(Some("tools"), "every tool must be a text".into())
                    })
                })
                .collect::<Result<_, _>>()?,
            _ => {
                return Err(self.error(
                    Some("tools"),
                    "must be a list such as [\"read\", \"edit\"]".to_owned(),
                ));
            }
        };
        if names.contains(&"*") {
            return Ok(None);
        }
        for name in names.iter().filter(|name| Tool::from_alias(name).is_none()) {
            ignored.push(format!(
                "tools: {}",
                name.chars().take(60).collect::<String>()
            ));
        }
        Ok(Some(
            names
                .iter()
                .filter_map(|name| Tool::from_alias(name))
                .collect(),
        ))
    }

    /// The format's free map; two words in it are ours: `writes` and `suggest`.
    fn metadata(&self, over: &mut RoleOverride, value: &Value) -> Result<(), RoleFileError> {
        let Value::Mapping(entries) = value else {
            return Err(self.error(Some("metadata"), "must be a map of texts".to_owned()));
        };
        let switch = |key: &str| match entries.get(key) {
            None => Ok(None),
            Some(Value::Bool(switch)) => Ok(Some(*switch)),
            Some(Value::String(text)) if text == "true" => Ok(Some(true)),
            Some(Value::String(text)) if text == "false" => Ok(Some(false)),
            Some(_) => Err(self.error(
                Some("metadata"),
                format!("`{key}` must be \"true\" or \"false\""),
            )),
        };
        over.writes = switch("writes")?.or(over.writes);
        over.suggest = switch("suggest")?;
        Ok(())
    }

    fn prompt(&self) -> Result<Option<String>, RoleFileError> {
        let prompt = self.body.trim();
        let length = prompt.chars().count();
        if length > PROMPT_MAX_CHARS {
            return Err(RoleFileError {
                path: self.path.to_owned(),
                line: self.body_line,
                key: None,
                what: format!(
                    "the prompt has {length} characters, at most {PROMPT_MAX_CHARS} are taken"
                ),
            });
        }
        Ok((!prompt.is_empty()).then(|| prompt.to_owned()))
    }
}
