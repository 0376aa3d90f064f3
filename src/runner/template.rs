//! The repository's pull request template, wherever GitHub would find one.
//!
//! GitHub takes `pull_request_template` in any case, as `.md` or `.txt`, in the root, `docs` or `.github`
//! (<https://docs.github.com/communities/using-templates-to-encourage-useful-issues-and-pull-requests/about-issue-and-pull-request-templates>).
//! It looks at a fresh working copy only: no agent has been there yet.

use std::path::{Path, PathBuf};

/// Longest file read for the prompt or the pull request.
pub(super) const READ: u64 = 64 * 1024;
/// Where a template may be, the first place first; empty for the root.
const FOLDERS: [&str; 3] = [".github", "", "docs"];
/// What it may be called, the first name first.
const NAMES: [&str; 3] = [
    "pull_request_template.md",
    "pull_request_template.txt",
    "pull_request_template",
];

/// The text of the template, if the working copy has one.
pub(super) async fn find(workspace: &Path) -> Option<String> {
    for folder in folders(workspace).await {
        let mut found = Vec::new();
        for file in entries(&folder).await {
            let name = file
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .to_lowercase();
            found.extend(
                NAMES
                    .iter()
                    .position(|known| *known == name)
                    .map(|rank| (rank, file)),
            );
        }
        found.sort();
        for (_, file) in found {
            if let Some(text) = read_text(&file)
                .await
                .filter(|text| !text.trim().is_empty())
            {
                return Some(text);
            }
        }
    }
    None
}

/// A text file, as people would see it. Links and large files are passed over.
async fn read_text(path: &Path) -> Option<String> {
    let meta = tokio::fs::symlink_metadata(path).await.ok()?;
    if !meta.is_file() || meta.len() > READ {
        return None;
    }
    let bytes = tokio::fs::read(path).await.ok()?;
    Some(plain(&String::from_utf8_lossy(&bytes)))
}

/// Text as people would see it: no byte order mark, plain line ends.
pub(super) fn plain(text: &str) -> String {
    text.trim_start_matches('\u{feff}')
        .replace("\r\n", "\n")
        .replace('\r', "\n")
}

/// The folders that are there, in any case.
async fn folders(workspace: &Path) -> Vec<PathBuf> {
    let below = entries(workspace).await;
    let mut found = Vec::new();
    for wanted in FOLDERS {
        if wanted.is_empty() {
            found.push(workspace.to_owned());
            continue;
        }
        let is_wanted = |path: &&PathBuf| {
            path.file_name()
                .is_some_and(|name| name.eq_ignore_ascii_case(wanted))
        };
        for folder in below.iter().filter(is_wanted) {
            let is_folder = tokio::fs::symlink_metadata(folder)
                .await
                .is_ok_and(|meta| meta.is_dir());
            found.extend(is_folder.then(|| folder.clone()));
        }
    }
    found
}

/// What a folder holds, by name.
async fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    if let Ok(mut entries) = tokio::fs::read_dir(folder).await {
        while let Ok(Some(entry)) = entries.next_entry().await {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn found(files: &[(&str, &str)]) -> Option<String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("it has one")).expect("made");
            std::fs::write(path, text).expect("written");
        }
        find(folder.path()).await
    }

    #[tokio::test]
    async fn any_case_place_and_ending_is_found() {
        let paths = [
            "PULL_REQUEST_TEMPLATE.md",
            "Pull_Request_Template.TXT",
            "docs/PULL_REQUEST_TEMPLATE.MD",
            "Docs/pull_request_template.md",
            ".github/Pull_request_template.txt",
            ".GitHub/PULL_REQUEST_TEMPLATE",
        ];
        for path in paths {
            assert_eq!(
                found(&[(path, "## T\n"), ("README.md", "x")])
                    .await
                    .as_deref(),
                Some("## T\n"),
                "{path}"
            );
        }
        for path in [
            "src/pull_request_template.md",
            "pull_request_template.rst",
            "docs/old/pull_request_template.md",
        ] {
            assert_eq!(found(&[(path, "## T\n")]).await, None, "{path}");
        }
    }

    #[tokio::test]
    async fn the_first_place_that_says_something_wins() {
        let (github, root) = (
            ".github/PULL_REQUEST_TEMPLATE.md",
            "pull_request_template.md",
        );
        assert_eq!(
            found(&[(root, "root"), (github, "github")])
                .await
                .as_deref(),
            Some("github")
        );
        assert_eq!(
            found(&[(root, "root"), (github, " \n")]).await.as_deref(),
            Some("root")
        );
        assert_eq!(
            found(&[("pull_request_template.txt", "txt"), (root, "md")])
                .await
                .as_deref(),
            Some("md")
        );
    }

    #[tokio::test]
    async fn marks_and_foreign_line_ends_go() {
        let text = "\u{feff}## T\r\n\r\n- [ ] done\rlast";
        assert_eq!(
            found(&[("PULL_REQUEST_TEMPLATE.md", text)])
                .await
                .as_deref(),
            Some("## T\n\n- [ ] done\nlast")
        );
    }
}
