//! Paths that are more than work: what steers agents, what runs by itself, who owns what. One table for all who ask.
//!
//! Names count at any depth and in any case. Nothing here reads a file.

use crate::glob;

/// Names of files that steer agents: instructions, settings, servers of tools, what they run.
const STEERING: [&str; 33] = [
    "agents.md",
    "agents.override.md",
    "claude.md",
    "claude.local.md",
    "gemini.md",
    "qwen.md",
    "crush.md",
    "skill.md",
    "copilot-instructions.md",
    ".mcp.json",
    "mcp.json",
    ".claude.json",
    "gemini-extension.json",
    "opencode.json",
    "opencode.jsonc",
    "kilo.json",
    "kilo.jsonc",
    ".crush.json",
    "crush.json",
    ".cursorrules",
    ".cursorignore",
    ".windsurfrules",
    ".clinerules",
    ".roorules",
    ".roomodes",
    ".goosehints",
    ".rules",
    ".ripgreprc",
    ".env",
    ".envrc",
    ".geminiignore",
    ".aiexclude",
    ".hermes.md",
];
/// Folders of files that do.
const STEERING_FOLDERS: [&str; 29] = [
    ".agents",
    ".aider",
    ".amazonq",
    ".augment",
    ".claude",
    ".clinerules",
    ".codex",
    ".continue",
    ".copilot",
    ".crush",
    ".cursor",
    ".devcontainer",
    ".gemini",
    ".goose",
    ".husky",
    ".idea",
    ".junie",
    ".kilo",
    ".kilocode",
    ".kiro",
    ".opencode",
    ".pi",
    ".qwen",
    ".roo",
    ".trae",
    ".vibe",
    ".vscode",
    ".windsurf",
    ".zed",
];
/// Ends of names that do.
const STEERING_ENDS: [&str; 5] = [
    ".agent.md",
    ".chatmode.md",
    ".instructions.md",
    ".prompt.md",
    ".mdc",
];
/// Names of files that a person has to allow besides those.
const NAMES: [&str; 14] = [
    "codeowners",
    ".gitmodules",
    ".gitattributes",
    ".gitlab-ci.yml",
    ".travis.yml",
    "azure-pipelines.yml",
    "jenkinsfile",
    ".pre-commit-config.yaml",
    ".pre-commit-config.yml",
    "lefthook.yml",
    "lefthook.yaml",
    ".lefthook.yml",
    ".lefthook.yaml",
    ".lintstagedrc",
];
/// Folders of files that a person has to allow besides those.
const FOLDERS: [&str; 4] = [".github", ".circleci", ".buildkite", ".lefthook"];
/// What programs write to hold versions, besides `*.lock`.
const LOCKS: [&str; 6] = [
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "bun.lockb",
    "go.sum",
    "packages.lock.json",
];

/// Whether a person has to allow a change of it: workflows and other CI, ownership, git's own configuration, and all that
/// [`steers`].
pub fn needs_consent(path: &str) -> bool {
    let path = path.to_lowercase();
    let (folders, name) = parts(&path);
    let ci = folders.iter().any(|folder| ["ci", ".ci"].contains(folder)) && name.ends_with(".sh");
    ci || NAMES.contains(&name) || is_below(&folders, &FOLDERS) || steers_in_lower(&path)
}

/// Whether a person has to allow a change of it, with what a repository or an operator protects besides: globs over whole paths.
pub fn needs_consent_with(path: &str, besides: &[String]) -> bool {
    needs_consent(path) || besides.iter().any(|glob| glob::matches(glob, path))
}

/// Whether it steers an agent that works beside it, or an editor that opens it. The template of pull requests is among them: its
/// text is published as it is.
pub fn steers(path: &str) -> bool {
    let path = path.to_lowercase();
    let (_, name) = parts(&path);
    name.starts_with("pull_request_template") || steers_in_lower(&path)
}

/// Whether a program writes it to hold versions.
pub fn is_lock_file(path: &str) -> bool {
    let path = path.to_lowercase();
    let (_, name) = parts(&path);
    name.ends_with(".lock") || LOCKS.contains(&name)
}

fn steers_in_lower(path: &str) -> bool {
    let (folders, name) = parts(path);
    STEERING.contains(&name)
        || name.starts_with(".aider")
        || STEERING_ENDS.iter().any(|end| name.ends_with(end))
        // A link may stand where a folder is meant.
        || STEERING_FOLDERS.contains(&name)
        || is_below(&folders, &STEERING_FOLDERS)
        || is_below(&folders, &[".github"]) && folders.iter().any(|f| GITHUBS.contains(f))
}

/// Folders below `.github` that hold what Copilot reads.
const GITHUBS: [&str; 6] = [
    "agents",
    "chatmodes",
    "hooks",
    "instructions",
    "prompts",
    "skills",
];

fn is_below(folders: &[&str], any: &[&str]) -> bool {
    folders.iter().any(|folder| any.contains(folder))
}

fn parts(path: &str) -> (Vec<&str>, &str) {
    let mut parts: Vec<&str> = path.split('/').collect();
    let name = parts.pop().unwrap_or_default();
    (parts, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_agents_is_known_at_any_depth_and_in_any_case() {
        for path in [
            "AGENTS.md",
            "web/app/Claude.md",
            ".claude/settings.json",
            "a/.Claude/hooks/x.sh",
            ".cursor",
            "a/.vscode/tasks.json",
            "sub/.env",
            ".envrc",
            "opencode.json",
            ".aider.conf.yml",
            "docs/review.agent.md",
            "skills/x/SKILL.md",
            ".github/instructions/x.md",
            ".github/copilot-instructions.md",
            ".idea/workspace.xml",
            "QWEN.md",
        ] {
            assert!(steers(path) && needs_consent(path), "{path}");
        }
        assert!(steers("docs/PULL_REQUEST_TEMPLATE.md"));
    }

    #[test]
    fn ordinary_work_is_neither() {
        for path in [
            "src/agents.rs",
            "docs/agents.html",
            "src/github/mod.rs",
            ".env.example",
            "ci.rs",
            "Cargo.toml",
            "claude/readme.md",
            "vscode/x.json",
            ".gitignore",
            "rules.md",
        ] {
            assert!(!needs_consent(path) && !steers(path), "{path}");
        }
        assert!(needs_consent(".github/workflows/ci.yml") && !steers(".github/workflows/ci.yml"));
        assert!(needs_consent("lefthook.yml") && needs_consent("x/.pre-commit-config.yaml"));
        assert!(is_lock_file("Cargo.lock") && is_lock_file("a/Package-Lock.json"));
    }
}
