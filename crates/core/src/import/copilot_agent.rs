//! Copilot's custom agents, which are skep's role files already: what is missing is a name that a label can have.
//!
//! Shape: <https://docs.github.com/en/copilot/reference/custom-agents-configuration>.

use super::draft::Draft;
use super::imported::{Fate, Foreign};
use super::yaml::front_matter;
use crate::role::{self, RoleName};
use crate::text::import as says;

/// The longest name of a role.
const NAME: usize = 40;

pub(super) fn take(file: &Foreign<'_>, draft: &mut Draft) {
    let name = file.path.rsplit('/').next().unwrap_or(file.path);
    let stem = name.strip_suffix(".md").unwrap_or(name);
    let stem = stem.strip_suffix(".agent").unwrap_or(stem);
    let Some(role) = named(stem) else {
        return draft.note(
            (file.path, 1),
            name.to_owned(),
            Fate::Left(says::NO_ROLE_NAME.to_owned()),
        );
    };
    let text = match file.text.starts_with("---\n") {
        true => file.text.to_owned(),
        false => format!(
            "---\ndescription: {}\n---\n{}",
            says::from_copilot(stem),
            file.text
        ),
    };
    let read = match role::from_agent_file(&role, file.path, &text) {
        Ok(read) => read,
        Err(error) => {
            let say = says::unreadable_role(&error.what);
            return draft.note((file.path, error.line), name.to_owned(), Fate::Left(say));
        }
    };
    let own = format!("{role}.agent.md");
    let fate = match name == own {
        true => Fate::Given(says::role_as_it_is(role.as_str())),
        false => {
            let path = draft.role(&role, text.clone());
            Fate::Taken(says::role_copied(&path, role.as_str()))
        }
    };
    draft.note((file.path, 1), name.to_owned(), fate);
    let Some((front, ..)) = front_matter(file.text) else {
        return;
    };
    for (at, line) in front.lines().enumerate() {
        // What stands further in belongs to the key above it.
        let Some((key, _)) = line
            .split_once(':')
            .filter(|_| !line.starts_with([' ', '#', '-', '\t']))
        else {
            continue;
        };
        let fate = key_fate(key.trim(), &read.ignored, &role);
        draft.note((file.path, at + 2), key.trim().to_owned(), fate);
    }
}

fn key_fate(key: &str, ignored: &[String], role: &RoleName) -> Fate {
    let unknown: Vec<&str> = ignored
        .iter()
        .filter_map(|one| one.strip_prefix("tools: "))
        .collect();
    match key {
        "name" => Fate::Given(says::role_label(role.as_str())),
        "model" => Fate::Left(says::role_model(role.as_str())),
        "tools" if !unknown.is_empty() => Fate::Left(says::unknown_tools(&unknown.join(", "))),
        "description" | "tools" | "metadata" => Fate::Taken(says::ROLE_KEY.to_owned()),
        "mcp-servers" => Fate::Left(says::MCP.to_owned()),
        _ => Fate::Left(says::UNKNOWN_KEY.to_owned()),
    }
}

/// The name that a label can have, of whatever a file is called; `None` where nothing of it can stand in one.
fn named(stem: &str) -> Option<RoleName> {
    let plain = |c: char| match c.is_ascii_alphanumeric() {
        true => c.to_ascii_lowercase(),
        false => '-',
    };
    let all: String = stem.chars().map(plain).collect();
    let parts: Vec<&str> = all.split('-').filter(|part| !part.is_empty()).collect();
    let name: String = parts.join("-").chars().take(NAME).collect();
    name.trim_end_matches('-').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_file_is_named_as_a_label_can_be() {
        let named = |stem| named(stem).map(|name| name.to_string());
        assert_eq!(named("Docs Writer").as_deref(), Some("docs-writer"));
        assert_eq!(named("CSharp.Expert").as_deref(), Some("csharp-expert"));
        assert_eq!(named("swe").as_deref(), Some("swe"));
        assert_eq!(named("…"), None);
    }
}
