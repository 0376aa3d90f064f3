//! Every command that a document shows is one that the program takes, and a test runs it: here, by the real program in an empty
//! folder, where it needs nothing outside; a test that has a GitHub, where it does.
//!
//! Nothing is left out silently: what no row of the tables knows fails.

mod shown;
mod tables;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use skep::cli::Cli;

use self::shown::{Kind, Shown, shown};
use self::tables::{Done, ELSEWHERE, HERE, NO_COMMANDS, PLACEHOLDERS, PROGRAMS, UNSHOWN};
use super::read;

/// The pages that operators and contributors follow.
fn pages() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let names = std::fs::read_dir(folder).expect("a folder");
    let names = names.map(|entry| entry.expect("an entry").file_name());
    let names = names.filter_map(|name| name.into_string().ok());
    let below: BTreeSet<String> = names
        .filter(|name| name.ends_with(".md"))
        .map(|name| format!("docs/{name}"))
        .collect();
    ["README.md", "SECURITY.md", "CONTRIBUTING.md"]
        .map(str::to_owned)
        .into_iter()
        .chain(below)
        .collect()
}

/// All that stands on the pages and in the heads of the files to deploy with.
fn all() -> Vec<Shown> {
    let deploy = [
        "Dockerfile",
        "docs/deploy/compose.yaml",
        "docs/deploy/kubernetes.yaml",
        "docs/deploy/skep.service",
    ];
    let comments = |file: &&str| shown::comments(file, &read(file));
    let heads = deploy.iter().flat_map(comments).collect::<Vec<_>>();
    let pages = pages();
    let found = pages.iter().flat_map(|page| shown(page, &read(page)));
    found.chain(heads).collect()
}

/// The commands of skep among them, as one would type them, with values for placeholders.
fn of_skep() -> Vec<(Shown, Vec<String>)> {
    let said = |shown: &Shown| {
        let none = NO_COMMANDS.iter();
        none.clone().any(|(start, _)| shown.line.starts_with(start))
    };
    let filled = |word: String| {
        let mut value = word;
        for (placeholder, harmless) in PLACEHOLDERS {
            if value == placeholder {
                value = harmless.to_owned();
            }
        }
        value
    };
    let mut found = Vec::new();
    for shown in all() {
        if let Some(words) = shown.of_skep().filter(|_| !said(&shown)) {
            let words = words.into_iter().map(filled).collect();
            found.push((shown, words));
        }
    }
    found
}

/// Why the program does not take a command. A page may name a command without what it has to be given.
fn refused(words: &[String], kind: Kind) -> Option<String> {
    let error = Cli::try_parse_from(words).err()?;
    let unfinished = [
        ErrorKind::MissingRequiredArgument,
        ErrorKind::MissingSubcommand,
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand,
    ];
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => None,
        missing if kind == Kind::Named && unfinished.contains(&missing) => None,
        _ => Some(error.to_string()),
    }
}

/// Its subcommand, such as `token add`.
fn path(words: &[String]) -> String {
    let (mut command, mut path) = (Cli::command(), Vec::new());
    for word in &words[1..] {
        match command.find_subcommand(word) {
            Some(below) => command = below.clone(),
            None => break,
        }
        path.push(word.as_str());
    }
    path.join(" ")
}

#[test]
fn every_command_is_one_that_the_program_takes() {
    let commands = of_skep();
    assert!(commands.len() > 100, "{} were found", commands.len());
    for (shown, words) in &commands {
        let why = refused(words, shown.kind);
        assert_eq!(why, None, "{}: `{}`", shown.place, shown.line);
    }
    // What is no command is somewhere, too.
    for (start, _) in NO_COMMANDS {
        let there = all().iter().any(|shown| shown.line.starts_with(start));
        assert!(there, "nothing begins with `{start}` any more");
    }
}

#[test]
fn a_command_that_is_none_is_found_wherever_it_stands() {
    let page = "Use `skep sesions` and `skep status --colour`, or\n`skep\nserv`.\n\n\
                ````text\n```sh\nskep nothing\n```\n````\n\n\
                1. Then\n   ```sh\n   # skep not\n   skep dispatch    # what?\n   A=1 cargo run --release -- dmo\n   ```\n\n\
                ```console\n$ skep audit verfy > x\nskep is said by it\n```\n\n\
                `sudo -u skep env A=b skep confg check`, `docker exec CONTAINER skep statu`, `target/release/skep quee`\n";
    let found: Vec<(String, bool)> = shown("page", page)
        .iter()
        .filter_map(|shown| {
            let words = shown.of_skep()?;
            Some((words.join(" "), refused(&words, shown.kind).is_some()))
        })
        .collect();
    let wrong = [
        "skep sesions",
        "skep status --colour",
        "skep serv",
        "skep dispatch",
        "skep dmo",
        "skep audit verfy",
        "skep confg check",
        "skep statu",
        "skep quee",
    ];
    let mut expected: Vec<_> = wrong.map(|line| (line.to_owned(), true)).into();
    let mut found = found;
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
}

/// Runs one in an empty folder, with nothing of this machine but its programs.
fn run(line: &str) -> (Option<i32>, String) {
    let folder = tempfile::TempDir::new().expect("a folder");
    let output = Command::new(env!("CARGO_BIN_EXE_skep"))
        .args(line.split(' ').skip(1))
        .env_clear()
        .env("HOME", folder.path())
        .env("PATH", std::env::var_os("PATH").expect("a path"))
        .env("TMPDIR", folder.path())
        .env("SKEP_OLD_GIT", "allow")
        // Nobody listens there. The agent is a program that does nothing; with one, `skep serve` would wait for its App.
        .env("SKEP_ADMIN_LISTEN", "127.0.0.1:9")
        .envs(
            line.contains(" sandbox ")
                .then_some(("SKEP_AGENT", "/bin/true")),
        )
        .current_dir(folder.path())
        .output()
        .expect("it starts");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).expect("UTF-8");
    let folder = folder.path().display().to_string();
    (output.status.code(), said.replace(&folder, "FOLDER"))
}

#[test]
fn what_needs_nothing_outside_is_run() {
    let shown: BTreeSet<String> = of_skep().iter().map(|(_, words)| words.join(" ")).collect();
    for (line, code, part) in HERE {
        assert!(shown.contains(line), "no page shows `{line}` any more");
        let (ended, said) = run(line);
        assert_eq!(ended, Some(code), "{line}: {said}");
        assert!(said.contains(part), "{line}: {said}");
    }
    for (line, part) in UNSHOWN {
        let (ended, said) = run(line);
        assert!(ended == Some(0) && said.contains(part), "{line}: {said}");
    }
}

/// A folder that the page names need not be there: Debian has none for manual pages.
#[test]
fn the_manual_is_written_into_a_new_folder() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let into = folder.path().join("share/man/man1");
    let output = Command::new(env!("CARGO_BIN_EXE_skep"))
        .args(["man", "--into"])
        .arg(&into)
        .env_clear()
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{output:?}");
    let page = std::fs::read_to_string(into.join("skep-token-add.1")).expect("a page");
    assert!(page.contains(".TH skep-token-add 1"), "{page}");
}

/// The words of a source file, one space between them.
fn words_of(file: &str) -> String {
    let text = read(&format!("tests/it/{file}"));
    let words = text.split(|c: char| !(c.is_alphanumeric() || "-_.".contains(c)));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    format!(" {} ", words.join(" "))
}

#[test]
fn every_other_command_is_run_by_another_test() {
    let mut used = BTreeSet::new();
    for (shown, words) in of_skep() {
        let (line, path) = (words.join(" "), path(&words));
        if HERE.iter().any(|(here, _, _)| *here == line) {
            continue;
        }
        let row = ELSEWHERE.iter().find(|(of, _, _)| *of == path);
        let row = row.unwrap_or_else(|| panic!("{}: no test runs `{line}`", shown.place));
        used.insert(row.0);
    }
    for (path, file, test) in ELSEWHERE {
        assert!(used.contains(path), "no page shows `skep {path}` any more");
        let text = words_of(file);
        assert!(
            text.contains(&format!(" fn {test} ")),
            "tests/it/{file} has no test {test}"
        );
        assert!(
            text.contains(&format!(" {path} ")),
            "tests/it/{file} does not run `{path}`"
        );
    }
}

/// The row of a line that is none of skep's: the longest that it begins with.
fn program(words: &str) -> Option<&'static (&'static str, Done)> {
    let begins = |row: &&(&str, Done)| format!("{words} ").starts_with(&format!("{} ", row.0));
    PROGRAMS.iter().filter(begins).max_by_key(|row| row.0.len())
}

#[test]
fn every_other_program_has_its_reason() {
    let mut used = BTreeSet::new();
    for shown in all() {
        let words = shown.words().join(" ");
        // What it names of the repository is there.
        let ours = |word: &&str| word.starts_with("docs/") || word.starts_with(".ci/");
        for file in words.split(' ').filter(ours) {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
            assert!(path.exists(), "{}: there is no {file}", shown.place);
        }
        let row = program(&words);
        if shown.of_skep().is_some() || (shown.kind == Kind::Named && row.is_none()) {
            continue;
        }
        let row = row.unwrap_or_else(|| panic!("{}: who runs `{words}`?", shown.place));
        used.insert(row.0);
    }
    for (start, done) in &PROGRAMS {
        assert!(used.contains(start), "no page shows `{start}` any more");
        match done {
            Done::By(file, part) => assert!(read(file).contains(part), "{file}: no {part:?}"),
            Done::Nowhere(because) => assert!(because.contains(' '), "{start}: why?"),
        }
    }
}
