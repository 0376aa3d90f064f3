//! Forecasts, overlaps and waves on a small repository, and their laws on random ones.

mod plans;
mod sets;

use super::*;

/// A repository of a walker and a printer, whose history tells them apart.
fn repository() -> (Tree, History) {
    let paths = [
        "src/walk.rs",
        "src/printer.rs",
        "src/args.rs",
        "tests/walk.rs",
        "Cargo.lock",
        "CHANGELOG.md",
        "docs/guide.md",
    ];
    let tree = Tree::of(paths.map(str::to_owned));
    let landed = |at: usize, message: &str, paths: &[&str]| Landed {
        commit: format!("c{at}"),
        message: message.to_owned(),
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
    };
    let round = |at: usize| {
        [
            landed(
                3 * at,
                "walk: follow symlinks\n\nLinks that lead in circles are skipped.",
                &["src/walk.rs", "tests/walk.rs", "CHANGELOG.md"],
            ),
            landed(
                3 * at + 1,
                "printer: colours of matches",
                &["src/printer.rs", "Cargo.lock"],
            ),
            landed(
                3 * at + 2,
                "args: a flag for colours",
                &["src/args.rs", "docs/guide.md"],
            ),
        ]
    };
    let pages = (0..40).map(|at| landed(100 + at, "site: a page", &["site/index.html"]));
    (tree, History::of((0..10).flat_map(round).chain(pages)))
}

fn shown(title: &str, body: &str, role: &str) -> String {
    let (tree, history) = repository();
    let found = forecast(
        &Request {
            title,
            body,
            role,
            plan: "",
        },
        &tree,
        &history,
    );
    let line = |guess: &Guess| format!("{} {:.2} {:?}", guess.path, guess.weight, guess.evidence);
    found.files.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn like_words_lead_to_like_files() {
    insta::assert_snapshot!(shown("Symlinks make it hang", "It walks in circles.", "swe"), @r#"
    CHANGELOG.md 0.56 Alike { commit: "c0", title: "walk: follow symlinks" }
    src/walk.rs 0.56 Alike { commit: "c0", title: "walk: follow symlinks" }
    tests/walk.rs 0.56 Alike { commit: "c0", title: "walk: follow symlinks" }
    "#);
}

#[test]
fn what_is_named_counts_and_draws_its_companions() {
    insta::assert_snapshot!(shown("Wrong", "Look at `src/walk.rs:12`.", "swe"), @r#"
    src/walk.rs 0.93 Named
    CHANGELOG.md 0.58 Together { with: "src/walk.rs" }
    tests/walk.rs 0.58 Together { with: "src/walk.rs" }
    "#);
    insta::assert_snapshot!(shown("Wrong", "all of src/", "swe"), @r#"
    src/args.rs 0.10 Folder { folder: "src" }
    src/printer.rs 0.10 Folder { folder: "src" }
    src/walk.rs 0.10 Folder { folder: "src" }
    "#);
}

#[test]
fn a_role_leans_to_its_own_files() {
    let weight = |role: &str, path: &str| {
        let (tree, history) = repository();
        let request = Request {
            title: "Symlinks",
            body: "",
            plan: "",
            role,
        };
        let found = forecast(&request, &tree, &history);
        found
            .files
            .iter()
            .find(|guess| guess.path == path)
            .map_or(0.0, |guess| guess.weight)
    };
    assert!(weight("testing", "tests/walk.rs") > weight("swe", "tests/walk.rs"));
    assert!(weight("testing", "src/walk.rs") < weight("swe", "src/walk.rs"));
}

#[test]
fn words_that_nobody_used_say_nothing() {
    assert_eq!(shown("Quantum chromodynamics", "", "swe"), "");
    let nothing = forecast(&Request::default(), &Tree::default(), &History::default());
    assert_eq!(nothing, Forecast::default());
}

#[test]
fn what_everybody_changes_counts_little() {
    let (_, history) = repository();
    assert_eq!(history.counts("Cargo.lock"), 0.0);
    assert_eq!(history.counts("CHANGELOG.md"), 0.0);
    assert_eq!(history.counts("src/new.rs"), 1.0);
    assert_eq!(history.counts("src/walk.rs"), 1.0);
    let most = history.counts("site/index.html");
    assert!((0.0..0.1).contains(&most), "four of seven commits: {most}");
    let each = (0..60).map(|at| Landed {
        commit: at.to_string(),
        message: "x".to_owned(),
        paths: vec!["src/lib.rs".to_owned()],
    });
    assert_eq!(History::of(each).counts("src/lib.rs"), 0.0);
}

#[test]
fn commits_that_change_everything_are_no_evidence() {
    let large = Landed {
        commit: "large".to_owned(),
        message: "Format".to_owned(),
        paths: (0..31).map(|at| format!("src/{at}.rs")).collect(),
    };
    let empty = Landed::default();
    assert!(History::of([large, empty]).is_empty());
}
