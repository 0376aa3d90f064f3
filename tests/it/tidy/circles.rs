//! The shape of the whole: no circle between files, and every arrow between modules runs downward.

use std::collections::BTreeSet;

use super::below;
use super::graph::{Arrow, Graph, SourceFile};

/// The crates of the product, by the name that paths use; each with its folder.
const CRATES: [(&str, &str); 3] = [
    ("skep", "src"),
    ("skep_core", "crates/core/src"),
    ("skep_simulator", "crates/simulator/src"),
];

/// The floors of the product; an arrow runs only to a lower one. What is not named stands on its crate's top.
const FLOORS: [(&str, u8); 27] = [
    ("core", 0),
    ("random", 1),
    ("meter", 1),
    ("trace", 2),
    ("dial", 1),
    ("local_socket", 0),
    ("live_policy", 1),
    ("pem", 0),
    ("signing", 1),
    ("webhook", 3),
    ("store", 3),
    ("github", 3),
    ("git", 3),
    ("agent", 3),
    ("egress", 1),
    ("mcp", 3),
    ("fence", 1),
    ("gateway", 2),
    ("config", 3),
    ("http", 4),
    ("engine", 4),
    ("runner", 4),
    ("notify", 4),
    ("sweep", 4),
    ("app", 5),
    ("cli", 6),
    ("main", 7),
];

/// `http` is the way in for what `webhook` proves; both stand at the edge.
fn sources() -> Vec<SourceFile> {
    let of_crate = |(krate, folder): (&str, &str)| {
        let files = below(folder, "").into_iter();
        let files = files.filter(|source| {
            let part_of_tests = source.path.ends_with("tests.rs") || source.path.contains("tests/");
            !part_of_tests && source.path != "store/query_plan.rs"
        });
        files
            .map(|source| SourceFile {
                modules: modules(&source.path),
                krate: match source.path.as_str() {
                    "main.rs" => "main".to_owned(),
                    _ => krate.to_owned(),
                },
                name: source.file,
                text: source.text,
            })
            .collect::<Vec<_>>()
    };
    CRATES.into_iter().flat_map(of_crate).collect()
}

fn modules(path: &str) -> Vec<String> {
    let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
    let root = matches!(path, "lib" | "main" | "mod");
    path.split('/')
        .filter(|_| !root)
        .map(str::to_owned)
        .collect()
}

/// The module of the top a file belongs to.
fn module(file: &str) -> &str {
    match file.strip_prefix("src/") {
        Some(path) => path.split(['/', '.']).next().unwrap_or(path),
        None => file.split('/').nth(1).unwrap_or(file),
    }
}

/// What runs upward, or aside.
fn upward(graph: &Graph) -> Vec<&Arrow> {
    let floor = |file: &str| {
        FLOORS
            .iter()
            .find(|(name, _)| *name == module(file))
            .map(|(_, floor)| *floor)
    };
    let wrong = |arrow: &&Arrow| match (floor(&arrow.from), floor(&arrow.to)) {
        (Some(from), Some(to)) => module(&arrow.from) != module(&arrow.to) && to >= from,
        _ => false,
    };
    graph.arrows.iter().filter(wrong).collect()
}

#[test]
fn no_circle_leads_through_files() {
    let graph = Graph::of(&sources());
    let found: Vec<String> = graph
        .circles()
        .iter()
        .map(|circle| graph.inside(circle).join("\n"))
        .collect();
    assert!(found.is_empty(), "circles:\n{}", found.join("\n\n"));
}

#[test]
fn arrows_between_modules_run_downward() {
    let graph = Graph::of(&sources());
    let found: Vec<String> = upward(&graph)
        .iter()
        .map(|arrow| format!("{} -> {} ({})", arrow.from, arrow.to, arrow.path))
        .collect();
    assert!(found.is_empty(), "arrows turn back:\n{}", found.join("\n"));
    assert!(graph.arrows.len() > 1_000, "the files were not read");
}

fn planted(files: &[(&str, &str)]) -> Graph {
    let files: Vec<SourceFile> = files
        .iter()
        .map(|(path, text)| SourceFile {
            name: format!("src/{path}"),
            krate: "skep".to_owned(),
            modules: modules(path),
            text: (*text).to_owned(),
        })
        .collect();
    Graph::of(&files)
}

fn circle(names: &[&str]) -> Vec<BTreeSet<String>> {
    vec![names.iter().map(|name| format!("src/{name}")).collect()]
}

#[test]
fn a_planted_circle_is_found_however_it_is_written() {
    let two = |one: &str, other: &str| {
        planted(&[("lib.rs", "mod a; mod b;"), ("a.rs", one), ("b.rs", other)]).circles()
    };
    let found = circle(&["a.rs", "b.rs"]);
    let other = "pub struct B; fn f() -> crate::a::A { todo() }";
    for one in [
        "use crate::b::B; pub struct A;",
        "use super::{b::{B as C}}; pub struct A;",
        "pub struct A; fn f() -> super::b::B { todo() }",
        "use crate::b; pub struct A; fn f() -> b::B { todo() }",
        "pub struct A; fn f() { println!(\"{}\", crate::b::B) }",
    ] {
        assert_eq!(two(one, other), found, "{one}");
    }
    // What only tests use, and what is merely near, makes none.
    for one in [
        "pub struct A; #[cfg(test)] mod tests { use crate::b::B; }",
        "pub struct A; /* crate::b::B */ const T: &str = \"crate::b::B\";",
        "use crate::b; pub struct A;",
    ] {
        assert_eq!(two(one, other), Vec::<BTreeSet<String>>::new(), "{one}");
    }
}

#[test]
fn a_facade_hides_no_circle_and_makes_none() {
    let lib = ("lib.rs", "mod a;");
    let facade = "mod x; mod y; pub use x::X; pub use y::*;";
    let x = ("a/x.rs", "use super::Y; pub struct X;");
    let graph = |y: &str| planted(&[lib, ("a.rs", facade), x, ("a/y.rs", y)]).circles();
    assert_eq!(graph("pub struct Y;"), Vec::<BTreeSet<String>>::new());
    let found = circle(&["a/x.rs", "a/y.rs"]);
    assert_eq!(graph("use crate::a::X; pub struct Y;"), found);
    // What the parent defines itself, its child may not use, if the parent uses the child.
    let parent = "mod x; pub struct P(x::X);";
    let files = [
        lib,
        ("a.rs", parent),
        ("a/x.rs", "use super::P; pub struct X;"),
    ];
    assert_eq!(planted(&files).circles(), circle(&["a.rs", "a/x.rs"]));
}

#[test]
fn a_planted_arrow_upward_is_found() {
    let files = |store: &'static str| {
        [
            ("lib.rs", "mod store; mod git; mod runner;"),
            ("store.rs", store),
            ("git.rs", "pub struct Git;"),
            ("runner.rs", "use crate::store::Store; pub struct Runner;"),
        ]
    };
    let count = |store| upward(&planted(&files(store))).len();
    assert_eq!(count("pub struct Store;"), 0);
    assert_eq!(count("pub struct Store(crate::runner::Runner);"), 1);
    assert_eq!(count("pub struct Store(crate::git::Git);"), 1, "a sibling");
}
