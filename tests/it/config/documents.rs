//! The documents say what the program does: README, the pages below `docs`, manifest, help.

use std::collections::{BTreeMap, BTreeSet};

use clap::{CommandFactory, Parser};
use skep::agent::presets::preset;
use skep::cli::Cli;
use skep::config::{EVENTS, PERMISSIONS, reference, reference_markdown};
use skep::webhook::{self, Parsed};

use super::read;

/// The table of settings, row by row, is the one the program prints.
#[test]
fn the_configuration_page_says_what_the_program_knows() {
    let page = read("docs/configuration.md");
    let rows = |text: &str| -> Vec<String> {
        let from = text
            .lines()
            .skip_while(|line| !line.starts_with("| skep.toml |"));
        from.take_while(|line| line.starts_with('|'))
            .map(str::to_owned)
            .collect()
    };
    let (written, known) = (rows(&page), rows(&reference_markdown()));
    assert_eq!(known.len(), reference().len() + 2);
    for (written, known) in written.iter().zip(&known) {
        assert_eq!(written, known);
    }
    assert_eq!(
        written.len(),
        known.len(),
        "the table should be:\n{}",
        reference_markdown()
    );
}

#[test]
fn the_configuration_page_lists_the_roles_and_presets_there_are() {
    let page = read("docs/configuration.md");
    for role in skep::core::role::all() {
        let row = format!("| `{}` | {} |", role.name, role.description);
        assert!(page.contains(&row), "{row}");
    }
    for name in skep::agent::presets::names() {
        let start = preset(name).expect("listed").command[..]
            .first()
            .cloned()
            .unwrap_or_default();
        assert!(page.contains(&format!("| `{name}` | `{start}")), "{name}");
    }
}

/// Bless it with `SKEP_BLESS=1`.
#[test]
fn the_page_of_events_is_the_one_the_program_makes() {
    let made = skep::core::text::events::page();
    if std::env::var_os("SKEP_BLESS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/events.md");
        std::fs::write(path, &made).expect("written");
    }
    assert!(
        read("docs/events.md") == made,
        "docs/events.md is another one: run this test with SKEP_BLESS=1 and read what changed"
    );
}

#[test]
fn the_conversation_page_lists_the_commands_there_are() {
    let page = read("docs/conversation.md");
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| `/agent "))
        .collect();
    let known = skep::core::command::table::ALL.iter();
    let known: Vec<String> = known
        .map(|usage| {
            format!(
                "| `{}` | {} |",
                usage.usage.replace('|', "\\|"),
                usage.meaning
            )
        })
        .collect();
    assert_eq!(rows, known);
}

/// Asked for on GitHub: exactly what is used.
#[test]
fn the_manifest_asks_for_what_is_used() {
    let manifest: serde_json::Value =
        serde_json::from_str(&read("app-manifest.json")).expect("JSON");
    let asked: BTreeMap<String, String> =
        serde_json::from_value(manifest["default_permissions"].clone()).expect("permissions");
    let used = PERMISSIONS.map(|(name, level)| (name.to_owned(), level.to_owned()));
    assert_eq!(asked, BTreeMap::from(used));
    let events: Vec<String> =
        serde_json::from_value(manifest["default_events"].clone()).expect("events");
    assert_eq!(events, EVENTS);
    // The stories play with these and no others, so that each is needed.
    assert_eq!(
        (skep_simulator::PERMISSIONS, skep_simulator::EVENTS),
        (PERMISSIONS, EVENTS)
    );
    let read = |event: &str, action: &str| {
        let parsed = webhook::parse(
            event,
            &format!(r#"{{"action":"{action}"}}"#),
            &Default::default(),
        );
        !matches!(parsed, Parsed::Ignored { .. })
    };
    // Without `installation` and `installation_repositories`, which come to every App without being asked for.
    let of_github = [
        "check_run",
        "check_suite",
        "create",
        "delete",
        "discussion",
        "fork",
        "issue_comment",
        "issue_dependencies",
        "issues",
        "label",
        "member",
        "ping",
        "pull_request",
        "pull_request_review",
        "push",
        "release",
        "repository",
        "status",
        "sub_issues",
        "workflow_run",
    ];
    let actions = [
        "labeled",
        "unlabeled",
        "closed",
        "opened",
        "created",
        "edited",
        "deleted",
        "completed",
        "submitted",
        "published",
        "blocked_by_added",
        "sub_issue_added",
    ];
    let used = of_github
        .into_iter()
        .filter(|event| actions.iter().any(|action| read(event, action)));
    assert_eq!(
        used.collect::<Vec<_>>(),
        EVENTS,
        "what is read is what comes"
    );
}

/// The README names the same permissions and events, in the words of GitHub's own page.
#[test]
fn the_readme_asks_for_what_the_manifest_asks_for() {
    let readme = read("README.md");
    let step = readme
        .split_once("The App is private")
        .and_then(|(_, rest)| rest.split_once("An App that you registered by hand"))
        .expect("what the App asks for");
    let words = step.0.split_whitespace().collect::<Vec<_>>().join(" ");
    let (permissions, events) = words
        .split_once("; events ")
        .expect("permissions, then events");
    let (write, read) = permissions
        .split_once(": read and write;")
        .expect("what is written, then what is read");
    let named = |text: &str| -> Vec<String> {
        let parts = text
            .split('*')
            .skip(1)
            .step_by(2)
            .filter(|part| !part.is_empty());
        parts
            .map(|part| {
                part.to_lowercase()
                    .replace("commit statuses", "statuses")
                    .replace(' ', "_")
            })
            .collect()
    };
    let asked = |level: &str| -> Vec<&str> {
        PERMISSIONS
            .iter()
            .filter(|(_, asked)| *asked == level)
            .map(|(name, _)| *name)
            .collect()
    };
    let write = write
        .rsplit_once("app-manifest.json")
        .map_or(write, |(_, rest)| rest);
    assert_eq!(named(write), asked("write"));
    assert_eq!(named(read), asked("read"));
    assert_eq!(named(events), EVENTS);
}

/// Every help text is a phrase without a full stop, as most programs have them.
#[test]
fn no_help_text_ends_with_a_full_stop() {
    fn look(command: &clap::Command, found: &mut Vec<String>) {
        let about = command.get_about().map(ToString::to_string);
        let helps = command
            .get_arguments()
            .filter_map(|argument| argument.get_help().map(ToString::to_string));
        let stops = |text: &String| text.ends_with('.') && !text.ends_with("..");
        found.extend(
            about
                .into_iter()
                .chain(helps)
                .filter(stops)
                .map(|text| format!("{}: {text}", command.get_name())),
        );
        command
            .get_subcommands()
            .for_each(|below| look(below, found));
    }
    let mut found = Vec::new();
    look(&Cli::command(), &mut found);
    assert_eq!(found, [""; 0]);
}

/// The admin address answers what the operator's page says, and nothing else.
#[test]
fn the_operations_page_lists_the_admin_addresses_there_are() {
    let page = read("docs/operations.md");
    let listed = page
        .split_once("as JSON under `/api/v1`:")
        .and_then(|(_, rest)| rest.split_once(". Orders"));
    let listed: Vec<&str> = listed
        .expect("a list")
        .0
        .split('`')
        .skip(1)
        .step_by(2)
        .collect();
    let listed: Vec<&str> = listed
        .iter()
        .map(|name| name.trim_start_matches("GET ").trim_start_matches("POST "))
        .collect();
    let document = serde_json::to_value(skep::http::openapi()).expect("JSON");
    let there = document["paths"].as_object().expect("paths").keys();
    let there = there.filter_map(|path| path.strip_prefix("/api/v1/"));
    let names = |path: &str| {
        path.replace("{id}", "ID")
            .replace("{owner}", "OWNER")
            .replace("{repo}", "REPO")
            .replace("{n}", "NUMBER")
            .replace("{name}", "NAME")
    };
    let there: BTreeSet<String> = there.map(names).collect();
    let listed: BTreeSet<String> = listed.into_iter().map(str::to_owned).collect();
    assert_eq!(listed, there);
}

#[test]
fn the_command_line_is_consistent() {
    Cli::command().debug_assert();
    for line in [
        "skep serve --listen 127.0.0.1:1",
        "skep sessions --state running --live --json",
        "skep session 1-2-3 --log",
        "skep queue --limit 5",
        "skep outcomes --since 12h --format csv",
        "skep pause",
        "skep resume --repo o/r",
        "skep pause o/r#1",
        "skep answer o/r#1 the second",
        "skep priority o/r#1 high",
        "skep retry o/r#1 --fresh",
        "skep plan o/r",
        "skep plan o/r#1 --json",
        "skep replay 72d3162e --json",
        "skep notifications --json",
        "skep notifications retry 0123456789abcdef",
        "skep notifications retry --all",
        "skep notifications test team",
        "skep replay a.json --event issues",
        "skep import . --label jules --label openhands --dry-run",
    ] {
        assert!(Cli::try_parse_from(line.split(' ')).is_ok(), "{line}");
    }
    for line in [
        "skep sessions --state asleep",
        "skep session x",
        "skep dispatch",
        "skep outcomes --since soon",
        "skep pause o/r#1 --repo o/r",
        "skep answer o/r#1",
        "skep priority o/r#1 soon",
        "skep status --admin https://x",
        "skep notifications retry 0123456789abcdef --all",
        "skep notifications test",
    ] {
        assert!(Cli::try_parse_from(line.split(' ')).is_err(), "{line}");
    }
}
