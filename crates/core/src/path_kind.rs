//! What kind of file a path names, as far as its name tells: whether people write it, and what for.
//!
//! Names alone, by the conventions of the usual languages; it must never read a file, and a name that says nothing is code.

use crate::glob;

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathKind {
    /// A program writes it: lock files, snapshots of tests, minified and vendored code.
    Generated,
    /// Nearly every change adds its line: changelogs, lists of authors.
    Log,
    /// Tests and what they read.
    Test,
    /// Prose.
    Document,
    /// How it is built, checked and shipped.
    Build,
    /// All else.
    Code,
}

/// The globs of each kind, over paths in lower case; the first that matches counts.
const GLOBS: [(PathKind, &[&str]); 5] = [
    (
        PathKind::Generated,
        &[
            "**/*.lock",
            "**/*-lock.json",
            "**/*-lock.yaml",
            "**/*.lockb",
            "**/go.sum",
            "**/packages.lock.json",
            "**/*.snap",
            "**/__snapshots__/**",
            "**/*.min.js",
            "**/*.min.css",
            "**/*.map",
            "**/*.pb.*",
            "**/*_pb2.py",
            "**/*.generated.*",
            "**/*_generated.*",
            "**/generated/**",
            "**/node_modules/**",
            "**/vendor/**",
            "**/dist/**",
        ],
    ),
    (
        PathKind::Log,
        &[
            "**/changelog",
            "**/changelog.*",
            "**/changes",
            "**/changes.md",
            "**/changes.rst",
            "**/changes.txt",
            "**/history.md",
            "**/history.rst",
            "**/history.txt",
            "**/news",
            "**/news.md",
            "**/news.rst",
            "**/releases.md",
            "**/authors",
            "**/authors.md",
            "**/contributors.md",
            "**/.changeset/*",
        ],
    ),
    (
        PathKind::Test,
        &[
            "**/test/**",
            "**/tests/**",
            "**/__tests__/**",
            "**/testdata/**",
            "**/fixtures/**",
            "**/spec/**",
            "**/e2e/**",
            "**/test_*",
            "**/*_test.*",
            "**/*_tests.*",
            "**/*.test.*",
            "**/*.spec.*",
            "**/*_spec.*",
            "**/tests.rs",
            "**/test.rs",
            "**/*test.java",
            "**/*tests.cs",
        ],
    ),
    (
        PathKind::Document,
        &[
            "**/docs/**",
            "**/doc/**",
            "**/*.md",
            "**/*.rst",
            "**/*.adoc",
            "**/*.txt",
        ],
    ),
    (
        PathKind::Build,
        &[
            ".github/**",
            ".gitlab-ci.yml",
            ".travis.yml",
            "ci/**",
            ".ci/**",
            "**/dockerfile*",
            "**/makefile",
            "**/build.rs",
            "**/cargo.toml",
            "**/package.json",
            "**/pyproject.toml",
            "**/setup.py",
            "**/go.mod",
            "**/pom.xml",
            "**/*.gradle*",
            "**/*.tf",
            "deploy/**",
        ],
    ),
];

/// The kind of a path with `/`, letter case apart.
pub fn path_kind(path: &str) -> PathKind {
    let path = path.to_lowercase();
    let names = |globs: &[&str]| globs.iter().any(|glob| glob::matches(glob, &path));
    let found = GLOBS.iter().find(|(_, globs)| names(globs));
    found.map_or(PathKind::Code, |(kind, _)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_a_file_is_for() {
        let cases = [
            ("Cargo.lock", PathKind::Generated),
            ("web/package-lock.json", PathKind::Generated),
            ("go.sum", PathKind::Generated),
            ("src/snapshots/a__b.snap", PathKind::Generated),
            ("CHANGELOG.md", PathKind::Log),
            ("axum/CHANGELOG.md", PathKind::Log),
            ("HISTORY.rst", PathKind::Log),
            ("src/history.rs", PathKind::Code),
            ("tests/it/main.rs", PathKind::Test),
            ("requests/test_models.py", PathKind::Test),
            ("web/src/App.test.tsx", PathKind::Test),
            ("pkg/a_test.go", PathKind::Test),
            ("src/decide/tests.rs", PathKind::Test),
            ("docs/index.html", PathKind::Document),
            ("README.md", PathKind::Document),
            (".github/workflows/ci.yml", PathKind::Build),
            ("Dockerfile", PathKind::Build),
            ("src/latest.rs", PathKind::Code),
            ("src/contest.rs", PathKind::Code),
            ("", PathKind::Code),
        ];
        for (path, kind) in cases {
            assert_eq!(path_kind(path), kind, "{path}");
        }
    }
}
