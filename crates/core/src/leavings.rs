//! What tools leave beside the work and nobody wants in a pull request, as patterns of gitignore(5).
//!
//! The list stands beside the repository's own rules, below them: a repository that wants such a file says so with `!name`,
//! an operator takes a pattern out the same way. It is for what nobody has added to git: a file that is tracked or was added
//! by force is never dropped by it. Names that may well be somebody's work (`build`, `dist`, `env`) are not on it.

use super::glob;

/// What every tool may leave.
pub const BUILT_IN: [&str; 61] = [
    // Python
    ".venv",
    "venv",
    "__pycache__",
    "*.pyc",
    "*.pyo",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".tox",
    ".nox",
    ".hypothesis",
    ".ipynb_checkpoints",
    ".coverage",
    "*.egg-info",
    ".eggs",
    // JavaScript
    "node_modules",
    ".pnpm-store",
    ".parcel-cache",
    ".turbo",
    ".nyc_output",
    ".eslintcache",
    ".stylelintcache",
    "*.tsbuildinfo",
    "npm-debug.log*",
    "yarn-debug.log*",
    "yarn-error.log*",
    // Others
    ".gradle",
    ".terraform",
    ".direnv",
    // Operating systems
    ".DS_Store",
    "._*",
    "Thumbs.db",
    "desktop.ini",
    ".directory",
    ".Trash-*",
    ".nfs*",
    ".fuse_hidden*",
    // Editors, and merges
    ".*.sw?",
    "*.swp",
    "*.swo",
    "*~",
    ".#*",
    r"\#*#",
    "*.orig",
    "*.rej",
    // Crashes; a folder called `core` is somebody's work
    "core",
    "!core/",
    "core.[0-9]*",
    "vgcore.*",
    "hs_err_pid*",
    "*.stackdump",
    // Shells
    "nohup.out",
    ".bash_history",
    ".zsh_history",
    ".python_history",
    ".node_repl_history",
    ".lesshst",
    ".viminfo",
    // Agents without a preset
    ".aider*",
    ".fast-agent",
    "fastagent.jsonl",
];

/// The whole list, later patterns winning: built in, the agents' own, the operator's.
pub fn list<'a>(
    agents: impl IntoIterator<Item = &'a String>,
    operator: &'a [String],
) -> Vec<String> {
    let mut all: Vec<String> = BUILT_IN
        .iter()
        .map(|pattern| (*pattern).to_owned())
        .collect();
    for pattern in agents.into_iter().chain(operator) {
        // What is said twice counts where it stands last.
        all.retain(|earlier| earlier != pattern);
        all.push(pattern.clone());
    }
    all
}

/// Whether a path is one of the built-in leavings, or lies in one: then that a repository ignores it surprises nobody.
pub fn contain(path: &str) -> bool {
    let patterns = || BUILT_IN.iter().filter(|pattern| !pattern.starts_with('!'));
    path.split('/')
        .any(|part| !part.is_empty() && patterns().any(|pattern| glob::matches(pattern, part)))
}

/// Whether a text can be one pattern of the list.
pub fn is_pattern(text: &str) -> bool {
    !text.trim().is_empty() && !text.starts_with('#') && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_patterns_win_and_stand_once() {
        let (agents, operator) = (
            [".x".to_owned(), ".venv".to_owned()],
            ["!.venv".to_owned(), ".x".to_owned()],
        );
        let all = list(&agents, &operator);
        assert_eq!(all[all.len() - 3..], [".venv", "!.venv", ".x"]);
        assert_eq!(all.iter().filter(|pattern| *pattern == ".venv").count(), 1);
        assert_eq!(list(&[], &[]), BUILT_IN);
    }

    #[test]
    fn leavings_are_known_by_any_part_of_their_path() {
        for path in [
            "node_modules/",
            "a/__pycache__/x.cpython-312.pyc",
            "src/b.py~",
            ".main.rs.swp",
        ] {
            assert!(contain(path), "{path}");
        }
        for path in ["build/", "out/notes.md", "src/core.rs", "swp"] {
            assert!(!contain(path), "{path}");
        }
    }

    #[test]
    fn a_pattern_is_one_line_that_says_something() {
        assert!(is_pattern(".venv") && is_pattern("!core/"));
        for bad in ["", "  ", "# a remark", "a\nb", "a\0"] {
            assert!(!is_pattern(bad), "{bad:?}");
        }
    }
}
