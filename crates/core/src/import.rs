//! What other tools' files come to here: Symphony's `WORKFLOW.md`, Copilot's custom agents and `copilot-setup-steps.yml`, the
//! workflow of OpenHands' resolver, the labels that started work elsewhere.
//!
//! Values in, values out: what would be written, and of each line what became of it. It must never raise what a repository may do:
//! what only the operator decides comes out as settings for the operator to read, not as a file of the repository.

mod copilot_agent;
mod draft;
mod imported;
mod liquid;
mod openhands;
mod setup_steps;
mod symphony;
mod yaml;

use draft::Draft;
pub use imported::{Fate, Foreign, Imported, Line, NewFile};

use crate::text::import as says;

/// A longer file is not read, bytes.
pub const LONGEST: usize = 1024 * 1024;

/// Where the files lie that are understood, as globs over paths in a repository.
pub const KNOWN: [&str; 6] = [
    symphony::PATH,
    ".github/agents/*.md",
    ".github/workflows/*.yml",
    ".github/workflows/*.yaml",
    openhands::MICROAGENT,
    openhands::SETUP,
];

/// Reads files of other tools, and labels that started work there. Files that are none of theirs are passed over.
///
/// # Errors
/// A sentence for people that says which file cannot be read, where, and why; nothing is taken then.
pub fn import(files: &[Foreign<'_>], labels: &[String]) -> Result<Imported, String> {
    let mut draft = Draft::default();
    for file in files {
        if file.text.len() > LONGEST {
            return Err(says::too_long(file.path, file.text.len(), LONGEST));
        }
        let text = file
            .text
            .trim_start_matches('\u{feff}')
            .replace("\r\n", "\n");
        let file = Foreign {
            text: &text,
            ..*file
        };
        take(&file, &mut draft)?;
    }
    for label in labels {
        draft.label(label);
        draft.note(
            ("", 0),
            format!("--label {label}"),
            Fate::Taken(says::by_label(label)),
        );
    }
    Ok(draft.finished())
}

fn take(file: &Foreign<'_>, draft: &mut Draft) -> Result<(), String> {
    let name = file.path.rsplit('/').next().unwrap_or(file.path);
    if file.path == symphony::PATH {
        return symphony::take(file, draft);
    }
    if file.path.starts_with(".github/agents/") && name.ends_with(".md") {
        copilot_agent::take(file, draft);
        return Ok(());
    }
    if [openhands::MICROAGENT, openhands::SETUP].contains(&file.path) {
        openhands::take_words(file, draft);
        return Ok(());
    }
    if !file.path.starts_with(".github/workflows/") {
        return Ok(());
    }
    match name.rsplit_once('.') {
        Some((setup_steps::NAME, "yml" | "yaml")) => setup_steps::take(file, draft),
        _ if openhands::is_resolver(file.text) => openhands::take(file, draft),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
