//! What the lines of a change tell beside its paths: tests that go or are switched off, scripts of a package that are others now.
//!
//! Read from git's own patch, which an agent's words cannot change. Declarations of the usual test frameworks are known by how they
//! begin; what is missed is no proof that nothing is there.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::path_kind::{PathKind, path_kind};

/// So many paths of each kind are kept.
const KEPT: usize = 20;

/// What the lines of a change tell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signs {
    /// How many more tests it removes than it adds.
    #[serde(default)]
    pub tests_removed: u32,
    /// How many marks it adds that have a test skipped.
    #[serde(default)]
    pub tests_skipped: u32,
    /// Files that hold the scripts of a package, whose scripts are others now.
    #[serde(default)]
    pub scripts: Vec<String>,
}

/// How the declaration of a test begins, spaces before it apart.
const TESTS: [&str; 22] = [
    "#[test]",
    "#[tokio::test",
    "#[async_std::test",
    "#[rstest",
    "#[proptest",
    "def test_",
    "async def test_",
    "it(",
    "test(",
    "it.each",
    "test.each",
    "it '",
    "it \"",
    "func test",
    "@test",
    "@parameterizedtest",
    "[fact]",
    "[theory]",
    "[test]",
    "[testmethod]",
    "deno.test(",
    "test_f(",
];

/// What has a test skipped, where a line begins with it.
const SKIPS: [&str; 21] = [
    "@ignore",
    "@disabled",
    "it.skip",
    "test.skip",
    "describe.skip",
    "it.todo",
    "test.todo",
    "test.fixme",
    "xit(",
    "xtest(",
    "xdescribe(",
    "it.only",
    "test.only",
    "describe.only",
    "fdescribe(",
    "fit(",
    "t.skip(",
    "t.skipnow(",
    "b.skip(",
    "[ignore",
    "[fact(skip",
];

/// What has one skipped wherever it stands.
const SKIPS_ANYWHERE: [&str; 6] = [
    "#[ignore",
    "pytest.mark.skip",
    "pytest.mark.xfail",
    "pytest.skip(",
    "unittest.skip",
    "self.skiptest(",
];

/// Reads a patch of git's (`diff -p`): its lines, file by file. An agent wrote what stands in it, so only what stands before a hunk
/// is taken for a header.
pub fn of_patch(patch: &str) -> Signs {
    let (mut plus, mut minus, mut skipped) = (0u32, 0u32, 0i64);
    let (mut path, mut left) = (String::new(), (0u64, 0u64));
    for line in patch.lines() {
        if left == (0, 0) {
            if let Some(name) = line.strip_prefix("+++ ") {
                path = name_of(name, &path);
            } else if let Some(name) = line.strip_prefix("--- ") {
                path = name_of(name, &path);
            } else if line.starts_with("@@ ") {
                left = head(line).unwrap_or_default();
            }
            continue;
        }
        let (sign, words) = (line.chars().next(), line.get(1..).unwrap_or_default());
        match sign {
            Some('+') => left.1 = left.1.saturating_sub(1),
            Some('-') => left.0 = left.0.saturating_sub(1),
            Some('\\') => continue,
            _ => {
                left = (left.0.saturating_sub(1), left.1.saturating_sub(1));
                continue;
            }
        }
        if !may_test(&path) {
            continue;
        }
        let words = words.trim().to_lowercase();
        let declares = TESTS.iter().any(|test| words.starts_with(test));
        let skips = SKIPS.iter().any(|skip| words.starts_with(skip))
            || SKIPS_ANYWHERE.iter().any(|skip| words.contains(skip));
        if sign == Some('+') {
            plus = plus.saturating_add(u32::from(declares));
            skipped += i64::from(skips);
        } else {
            minus = minus.saturating_add(u32::from(declares));
            skipped -= i64::from(skips);
        }
    }
    Signs {
        tests_removed: minus.saturating_sub(plus),
        tests_skipped: u32::try_from(skipped).unwrap_or(0),
        scripts: Vec::new(),
    }
}

/// Whether tests may stand in a file: prose and what programs write hold none.
fn may_test(path: &str) -> bool {
    matches!(path_kind(path), PathKind::Test | PathKind::Code)
}

/// The name behind `+++ ` or `--- `; of what is not there, the one before.
fn name_of(name: &str, before: &str) -> String {
    let name = name.trim_end_matches('\t').trim_matches('"');
    let bare = name.strip_prefix("a/").or_else(|| name.strip_prefix("b/"));
    match name {
        "/dev/null" => before.to_owned(),
        name => bare.unwrap_or(name).to_owned(),
    }
}

/// How many lines a hunk has before and after.
fn head(line: &str) -> Option<(u64, u64)> {
    let mut words = line.split(' ').skip(1);
    let mut range = |sign: char| {
        let range = words.next()?.strip_prefix(sign)?;
        range
            .split_once(',')
            .map_or(Some(1), |(_, count)| count.parse().ok())
    };
    Some((range('-')?, range('+')?))
}

/// Whether the scripts of a package are others now: of its `package.json` or `composer.json` before and after. What cannot be read
/// as JSON may hold anything.
pub fn scripts_differ(old: Option<&[u8]>, new: Option<&[u8]>) -> bool {
    const PARTS: [&str; 6] = [
        "scripts",
        "husky",
        "lint-staged",
        "simple-git-hooks",
        "pre-commit",
        "bin",
    ];
    let Some(new) = new else {
        return false;
    };
    let parts = |text: &[u8]| {
        let json: Value = serde_json::from_slice(text).ok()?;
        Some(PARTS.map(|part| json.get(part).cloned()))
    };
    match (old.map_or(Some(PARTS.map(|_| None)), parts), parts(new)) {
        (Some(old), Some(new)) => old != new,
        _ => true,
    }
}

impl Signs {
    /// Notes a file whose scripts are others now.
    pub fn note_scripts(&mut self, path: &str) {
        if self.scripts.len() < KEPT {
            self.scripts.push(path.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_that_go_and_marks_that_switch_them_off_are_counted() {
        let patch = "diff --git a/src/a.rs b/src/a.rs\n--- a/src/a.rs\n+++ b/src/a.rs\n@@ -1,4 +1,3 @@ fn x\n-#[test]\n-fn one() {}\n+#[ignore]\n  #[test]\n \
                     fn two() {}\n@@ -9 +8,0 @@\n-    async def test_b(self):\n\\ No newline at end of file\n\
                     diff --git a/gone_test.go b/gone_test.go\n--- a/gone_test.go\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-func TestA(t *testing.T) {\n-func TestB(t *testing.T) {\n";
        let signs = of_patch(patch);
        assert_eq!((signs.tests_removed, signs.tests_skipped), (4, 1));
    }

    #[test]
    fn a_test_that_moves_is_not_removed_and_prose_holds_none() {
        let moved = "--- a/tests/a.py\n+++ b/tests/a.py\n@@ -1,2 +1,2 @@\n-def test_a():\n-@pytest.mark.skip\n+def test_b():\n+@pytest.mark.skip(reason='x')\n";
        assert_eq!(of_patch(moved), Signs::default());
        let code =
            "--- a/src/a.js\n+++ b/src/a.js\n@@ -0,0 +1,2 @@\n+process.exit(1)\n+  benefit(2)\n";
        assert_eq!(of_patch(code), Signs::default());
        let prose = "--- a/docs/a.md\n+++ b/docs/a.md\n@@ -1 +1 @@\n-#[test]\n+#[ignore]\n";
        assert_eq!(of_patch(prose), Signs::default());
    }

    #[test]
    fn lines_that_look_like_headers_are_lines() {
        let sly = "--- a/tests/a.rs\n+++ b/tests/a.rs\n@@ -1,3 +1 @@\n-#[test]\n--- a/docs/x.md\n-#[test]\n+++ b/docs/x.md\n";
        assert_eq!(of_patch(sly).tests_removed, 2);
        assert_eq!(of_patch("@@ x\n@@ -a +b @@\n+\n"), Signs::default());
    }

    #[test]
    fn only_scripts_of_a_package_run() {
        let old = br#"{"scripts": {"test": "jest"}, "version": "1"}"#;
        assert!(!scripts_differ(
            Some(old),
            Some(br#"{"version": "2", "scripts": {"test": "jest"}}"#)
        ));
        assert!(scripts_differ(
            Some(old),
            Some(br#"{"scripts": {"test": "jest", "postinstall": "x"}}"#)
        ));
        assert!(scripts_differ(Some(old), Some(b"{")));
        assert!(scripts_differ(
            None,
            Some(br#"{"scripts": {"prepare": "x"}}"#)
        ));
        assert!(!scripts_differ(None, Some(br#"{"name": "x"}"#)));
        assert!(!scripts_differ(Some(old), None));
    }
}
