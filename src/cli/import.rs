//! `skep import`: what other tools were told of a repository, as skep reads it.
//!
//! It writes into the folder it is given, new files only; what is there stays, and what would go into it is shown.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::command_error::{CommandError, CommandResult};
use super::output::{lines, print, print_json, table};
use crate::core::glob;
use crate::core::import::{Fate, Foreign, Imported, KNOWN, LONGEST, Line, NewFile, import};
use crate::core::text::import as text;

/// Take over what other tools were told of a repository: Symphony, Copilot's agents and setup steps, OpenHands, labels.
///
/// It reads the checkout in FOLDER: `WORKFLOW.md`, `.github/agents/*.md`, `.github/workflows/copilot-setup-steps.yml`, the workflow of
/// OpenHands' resolver, `.openhands/`. It writes `.github/skep.toml`, role files and `AGENTS.md` where there are none yet, prints
/// what belongs into the operator's `skep.toml`, and says of each line what became of it.
#[derive(Debug, clap::Args)]
pub(super) struct Import {
    /// The checkout of the repository.
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
    /// A label that started work elsewhere, such as `jules` or `openhands`; several times for several.
    #[arg(long = "label", value_name = "LABEL")]
    labels: Vec<String>,
    /// Write nothing, show what would be written.
    #[arg(long)]
    dry_run: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What became of a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Became {
    Written,
    WouldBeWritten,
    /// One that says something else is there.
    IsThere,
    /// One that says the same is there.
    IsTheSame,
}

impl Became {
    fn name(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::WouldBeWritten => "would_be_written",
            Self::IsThere => "is_there",
            Self::IsTheSame => "is_the_same",
        }
    }
}

impl Import {
    pub(super) fn run(self) -> CommandResult {
        let folder = self.folder.display().to_string();
        let found = foreign(&self.folder)?;
        if let Some(empty) = self.labels.iter().find(|label| label.trim().is_empty()) {
            return Err(CommandError::Misused(format!("{empty:?}: {}", text::EMPTY)));
        }
        let files = found.iter().map(|(path, text)| Foreign { path, text });
        let files: Vec<Foreign<'_>> = files.collect();
        let imported = import(&files, &self.labels).map_err(CommandError::Misused)?;
        if imported.lines.is_empty() {
            return Err(CommandError::Misused(text::nothing(&folder)));
        }
        let mut files = Vec::new();
        for file in &imported.files {
            files.push((file, self.write(file)?));
        }
        match self.json {
            true => Ok(print_json(&as_json(&imported, &files))?),
            false => Ok(print(&lines(&render(&imported, &files)))?),
        }
    }

    fn write(&self, file: &NewFile) -> Result<Became, CommandError> {
        let path = self.folder.join(&file.path);
        let failed = |error: std::io::Error| {
            CommandError::Failed(anyhow::anyhow!(text::unwritable(
                &path.display().to_string(),
                &error.to_string()
            )))
        };
        match std::fs::read_to_string(&path) {
            Ok(there) if there == file.text => return Ok(Became::IsTheSame),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            // A link that leads nowhere, a folder, no text: whatever it is, it stays.
            Ok(_) | Err(_) => return Ok(Became::IsThere),
        }
        if self.dry_run {
            return Ok(Became::WouldBeWritten);
        }
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        let mut options = std::fs::OpenOptions::new();
        let made = options.write(true).create_new(true).open(&path);
        match made {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(Became::IsThere),
            Err(error) => Err(failed(error)),
            Ok(mut made) => {
                made.write_all(file.text.as_bytes()).map_err(failed)?;
                Ok(Became::Written)
            }
        }
    }
}

/// The files of other tools in a checkout, by their paths in it, in order.
fn foreign(folder: &Path) -> Result<Vec<(String, String)>, CommandError> {
    let mut found = Vec::new();
    for below in [
        "",
        ".github/agents",
        ".github/workflows",
        ".openhands",
        ".openhands/microagents",
    ] {
        let Ok(entries) = std::fs::read_dir(folder.join(below)) else {
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = match below {
                "" => name,
                below => format!("{below}/{name}"),
            };
            let known = KNOWN.iter().any(|known| glob::matches(known, &path));
            // A link may lead out of the checkout.
            if known && entry.file_type().is_ok_and(|kind| kind.is_file()) {
                found.push((path.clone(), read(&entry.path(), &path)?));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn read(file: &Path, path: &str) -> Result<String, CommandError> {
    let said = |why: &str| CommandError::Misused(text::unreadable(path, why));
    let length = std::fs::metadata(file).map_or(0, |meta| meta.len());
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > LONGEST {
        return Err(CommandError::Misused(text::too_long(path, length, LONGEST)));
    }
    std::fs::read_to_string(file).map_err(|error| said(&error.to_string()))
}

fn parts(fate: &Fate) -> (&'static str, &str) {
    match fate {
        Fate::Taken(say) => (text::TAKEN, say),
        Fate::Given(say) => (text::GIVEN, say),
        Fate::Left(say) => (text::LEFT, say),
    }
}

fn place(line: &Line) -> String {
    match line.path.as_str() {
        "" => String::new(),
        path => format!("{path}:{}", line.line),
    }
}

fn render(imported: &Imported, files: &[(&NewFile, Became)]) -> String {
    let row = |line: &Line| {
        let (word, say) = parts(&line.fate);
        let what: String = line.what.chars().take(40).collect();
        [place(line), what, word.to_owned(), say.to_owned()]
    };
    let rows: Vec<[String; 4]> = imported.lines.iter().map(row).collect();
    let many = |word: &str| {
        let lines = imported.lines.iter();
        lines.filter(|line| parts(&line.fate).0 == word).count()
    };
    let mut shown = table(text::LINES, &rows);
    let [taken, given, left] = [text::TAKEN, text::GIVEN, text::LEFT].map(many);
    shown.push_str(&format!("\n{}\n", text::summary(taken, given, left)));
    for (file, became) in files {
        let (head, whole) = match became {
            Became::Written => (text::written(&file.path), false),
            Became::IsTheSame => (text::is_the_same(&file.path), false),
            Became::WouldBeWritten => (text::would_write(&file.path), true),
            Became::IsThere => (text::is_there(&file.path), true),
        };
        shown.push_str(&format!("\n{head}\n"));
        if whole {
            shown.push_str(&indented(&file.text));
        }
    }
    if !imported.settings.is_empty() {
        shown.push_str(&format!(
            "\n{}\n{}",
            text::SETTINGS,
            indented(&imported.settings)
        ));
    }
    shown.push_str(&format!("\n{}\n", text::NEXT));
    shown
}

fn indented(text: &str) -> String {
    let line = |line: &str| match line.is_empty() {
        true => "\n".to_owned(),
        false => format!("    {line}\n"),
    };
    text.lines().map(line).collect()
}

fn as_json(imported: &Imported, files: &[(&NewFile, Became)]) -> Value {
    let lines = imported.lines.iter().map(|line| {
        let (became, say) = parts(&line.fate);
        json!({ "path": line.path, "line": line.line, "what": line.what, "became": became, "say": say })
    });
    let files = files.iter().map(
        |(file, became)| json!({ "path": file.path, "text": file.text, "became": became.name() }),
    );
    json!({
        "lines": Vec::from_iter(lines),
        "files": Vec::from_iter(files),
        "settings": imported.settings,
    })
}
