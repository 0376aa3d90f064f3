//! Finds conflict markers among the lines a patch adds: a merge that nobody resolved.

/// The files to which the patch adds whole conflicts, in order. Paths are as the patch shows them.
pub(super) fn marked(patch: &[u8]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let (mut path, mut stage, mut in_header) = (String::new(), Stage::Before, false);
    for line in patch.split(|b| *b == b'\n') {
        if line.starts_with(b"diff --git ") {
            (stage, in_header) = (Stage::Before, true);
        } else if line.starts_with(b"@@ ") {
            in_header = false;
        } else if let Some(name) = line.strip_prefix(b"+++ ").filter(|_| in_header) {
            path = shown(name);
        } else if let Some(added) = line.strip_prefix(b"+").filter(|_| !in_header) {
            stage = stage.after(added);
            if stage == Stage::Whole && found.last() != Some(&path) {
                found.push(path.clone());
            }
        }
    }
    found
}

/// How much of a conflict has been seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Before,
    Ours,
    Theirs,
    Whole,
}

impl Stage {
    fn after(self, line: &[u8]) -> Self {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let marks = |mark: &[u8]| {
            line.strip_prefix(mark)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(b" "))
        };
        match self {
            _ if marks(b"<<<<<<<") => Self::Ours,
            Self::Ours if line == b"=======" => Self::Theirs,
            Self::Theirs if marks(b">>>>>>>") => Self::Whole,
            other => other,
        }
    }
}

/// A path of a patch's header, without its prefix and quotes.
fn shown(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    let name = name.trim_end().trim_matches('"');
    name.strip_prefix("b/").unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(added: &str) -> Vec<String> {
        let lines: Vec<String> = added.lines().map(|line| format!("+{line}")).collect();
        let head = "diff --git a/x y b/x y\n--- a/x y\n+++ b/x y\n@@ -1 +1,5 @@\n-old";
        marked(format!("{head}\n{}\n", lines.join("\n")).as_bytes())
    }

    #[test]
    fn only_whole_conflicts_count() {
        assert_eq!(of("<<<<<<< HEAD\n3\n=======\n2\n>>>>>>> t"), ["x y"]);
        assert_eq!(
            of("<<<<<<<\n3\n||||||| base\n1\n=======\n2\n>>>>>>>"),
            ["x y"]
        );
        assert_eq!(of("<<<<<<< HEAD\r\n=======\r\n>>>>>>> t\r"), ["x y"]);
        for fine in [
            "Heading\n=======\n",
            "<<<<<<< HEAD",
            "<<<<<<<<< HEAD\n=======\n>>>>>>>>> t",
            ">>>>>>> t\n=======\n<<<<<<< HEAD",
        ] {
            assert_eq!(of(fine), Vec::<String>::new(), "{fine}");
        }
    }

    #[test]
    fn taking_markers_out_is_no_conflict() {
        let patch =
            b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,5 +1 @@\n-<<<<<<< HEAD\n-=======\n->>>>>>> t\n+done\n";
        assert_eq!(marked(patch), Vec::<String>::new());
    }
}
