//! What the commands on the pages come to: values for placeholders, what is run here, which test runs the others, and why the
//! programs of others are not started.
//!
//! A row that no page needs any more fails the tests, as a command without a row does.

/// A word of the pages, and a harmless value for it.
pub(super) const PLACEHOLDERS: [(&str, &str); 15] = [
    ("/usr/local/share/man/man1", "man/man1"),
    (
        "4200:9c1e…",
        "4200:9c1e9c1e9c1e9c1e9c1e9c1e9c1e9c1e9c1e9c1e9c1e9c1e9c1e9c1e9c1e9c1e",
    ),
    ("COMMAND", "true"),
    ("DELIVERY", "72d3162e"),
    ("FILE", "file"),
    ("FOLDER", "folder"),
    ("ID", "1-2-3"),
    ("NAME", "goose"),
    ("OWNER/REPO", "octo/hello"),
    ("OWNER/REPO#N", "octo/hello#12"),
    ("ROLE", "swe"),
    ("URL", "https://github.com/octo/hello/pull/2"),
    ("https://HOST", "https://skep.example"),
    ("https://YOUR-HOST", "https://skep.example"),
    ("read|orders|admin", "read"),
];

/// What begins with the program's name and is no command, and what it is.
pub(super) const NO_COMMANDS: [(&str, &str); 4] = [
    ("skep / issue", "the name of a check"),
    ("skep guard", "a process that skep starts itself"),
    ("skep is ready", "a line of the log"),
    ("skep serve still needs", "what the program says"),
];

/// What needs nothing outside, as the pages show it, how it ends in an empty folder, and a part of what it says.
pub(super) const HERE: [(&str, i32, &str); 16] = [
    ("skep --version", 0, "skep 0."),
    ("skep agents", 0, "SKEP_AGENT=NAME"),
    ("skep completions bash", 0, "_skep()"),
    ("skep config check", 2, "SKEP_APP_ID (or app_id"),
    ("skep config init", 0, "Wrote skep.toml."),
    ("skep config show", 0, "listen = \"127.0.0.1:3000\""),
    ("skep config show --reference", 0, "SKEP_DATA_DIR"),
    ("skep doctor", 2, "✗ App"),
    ("skep man", 0, ".TH skep 1"),
    ("skep man --into man/man1", 0, ""),
    ("skep sandbox show swe", 0, "role       swe"),
    ("skep sandbox show swe -- true", 0, "starts as"),
    ("skep serve", 2, "SKEP_APP_ID (or app_id"),
    ("skep setup", 2, "--url https://HOST"),
    (
        "skep status",
        1,
        "No skep is running at http://127.0.0.1:9.",
    ),
    (
        "skep verify-pull --print-key",
        2,
        "There is no key in FOLDER",
    ),
];

/// What the pages say in other words: each shell that they list, and where else help is.
pub(super) const UNSHOWN: [(&str, &str); 6] = [
    ("skep completions elvish", "edit:completion"),
    ("skep completions fish", "complete -c skep"),
    ("skep completions powershell", "Register-ArgumentCompleter"),
    ("skep completions zsh", "#compdef skep"),
    ("skep help", "Usage: skep <COMMAND>"),
    ("skep help token add", "Usage: skep token add"),
];

/// A subcommand, the file below `tests/it` and the test in it that runs it.
pub(super) const ELSEWHERE: [(&str, &str, &str); 38] = [
    (
        "agents",
        "process/agents_list.rs",
        "an_agent_that_is_tried_shakes_hands_and_answers",
    ),
    (
        "agents install",
        "process/agents_list.rs",
        "an_agent_is_installed_by_its_makers_command_and_never_unasked",
    ),
    (
        "audit",
        "process/audit.rs",
        "who_asked_and_what_was_done_stands_there_and_a_changed_file_is_found",
    ),
    (
        "audit export",
        "process/audit.rs",
        "who_asked_and_what_was_done_stands_there_and_a_changed_file_is_found",
    ),
    (
        "audit verify",
        "process/audit.rs",
        "who_asked_and_what_was_done_stands_there_and_a_changed_file_is_found",
    ),
    (
        "backup",
        "process/backup.rs",
        "a_lost_machine_is_taken_up_on_another_one",
    ),
    (
        "dashboard",
        "process/printed.rs",
        "whatever_looks_tells_of_the_same_work",
    ),
    (
        "demo",
        "process/demo.rs",
        "three_issues_become_three_pull_requests",
    ),
    (
        "dispatch",
        "process/serve.rs",
        "a_dispatch_that_waits_tells_by_its_exit_code",
    ),
    (
        "drain",
        "process/backup.rs",
        "drained_it_starts_nothing_and_lets_all_come_to_its_end",
    ),
    ("events", "process/api.rs", "events_are_listed_and_followed"),
    (
        "graph",
        "process/demo_queue.rs",
        "what_is_kept_can_be_asked_for_its_graph",
    ),
    (
        "import",
        "process/import.rs",
        "each_foreign_example_ends_in_the_same_pull_request",
    ),
    (
        "mcp",
        "mcp/mod.rs",
        "an_assistant_looks_orders_and_is_told_what_is_data",
    ),
    (
        "migrate",
        "process/backup.rs",
        "what_is_no_backup_any_more_is_not_put_back",
    ),
    (
        "notifications",
        "process/notify.rs",
        "an_operator_tries_a_target_and_reads_how_it_is",
    ),
    (
        "notifications retry",
        "process/notify.rs",
        "an_operator_tries_a_target_and_reads_how_it_is",
    ),
    (
        "notifications test",
        "process/notify.rs",
        "an_operator_tries_a_target_and_reads_how_it_is",
    ),
    (
        "outcomes",
        "process/printed.rs",
        "whatever_looks_tells_of_the_same_work",
    ),
    (
        "pause",
        "process/orders.rs",
        "an_issue_is_put_first_while_all_wait",
    ),
    (
        "plan",
        "process/import.rs",
        "a_plan_of_what_cannot_start_says_so_with_its_exit_code",
    ),
    (
        "queue",
        "process/printed.rs",
        "whatever_looks_tells_of_the_same_work",
    ),
    (
        "replay",
        "process/replay.rs",
        "a_stored_delivery_is_decided_again_and_nothing_changes",
    ),
    (
        "restore",
        "process/backup.rs",
        "a_lost_machine_is_taken_up_on_another_one",
    ),
    (
        "results",
        "process/api.rs",
        "results_are_text_json_and_a_table",
    ),
    (
        "resume",
        "process/orders.rs",
        "an_issue_is_put_first_while_all_wait",
    ),
    (
        "retry",
        "process/orders.rs",
        "a_start_is_approved_a_question_answered_and_a_failure_tried_again",
    ),
    (
        "sandbox try",
        "process/sandbox.rs",
        "a_command_is_tried_on_a_copy_and_ends_as_it_ends",
    ),
    (
        "session",
        "process/printed.rs",
        "sessions_and_one_of_them_are_printed",
    ),
    (
        "sessions",
        "process/printed.rs",
        "sessions_and_one_of_them_are_printed",
    ),
    (
        "setup",
        "process/registration.rs",
        "a_set_up_ends_in_a_skep_that_works",
    ),
    (
        "stop",
        "process/audit.rs",
        "its_head_is_in_the_log_and_goes_on_over_a_kill",
    ),
    (
        "token add",
        "process/api.rs",
        "a_token_is_made_used_named_in_the_audit_and_revoked",
    ),
    (
        "token list",
        "process/api.rs",
        "a_token_is_made_used_named_in_the_audit_and_revoked",
    ),
    (
        "token revoke",
        "process/api.rs",
        "a_token_is_made_used_named_in_the_audit_and_revoked",
    ),
    (
        "top",
        "process/top.rs",
        "a_question_is_answered_by_keys_and_the_session_goes_on",
    ),
    (
        "verify-pull",
        "process/provenance.rs",
        "it_checks_and_replays_and_says_by_its_exit_code_what_is_wrong",
    ),
    (
        "waves",
        "process/printed.rs",
        "whatever_looks_tells_of_the_same_work",
    ),
];

/// Who else runs the line of another program.
#[derive(Debug)]
pub(super) enum Done {
    /// A file of the repository that holds this text.
    By(&'static str, &'static str),
    /// Nobody does, and why not.
    Nowhere(&'static str),
}

/// The beginnings of lines that start other programs; the longest one counts.
pub(super) const PROGRAMS: [(&str, Done); 13] = [
    (
        ".ci/release",
        Done::Nowhere("an optimised build takes longer than all tests do"),
    ),
    (
        ".ci/reproducible",
        Done::Nowhere("two optimised builds take longer than all tests do"),
    ),
    (
        ".ci/run",
        Done::By(".github/workflows/ci.yml", "run: sudo env"),
    ),
    (
        "cargo +nightly fuzz",
        Done::Nowhere("needs another Rust; `cargo test` bends the same inputs"),
    ),
    (
        "cargo install",
        Done::Nowhere("writes into the home of whoever runs it; `cargo test` builds the same"),
    ),
    ("cargo test", Done::By(".ci/run", "\ncargo test\n")),
    (
        "docker build",
        Done::Nowhere("fetches images; config::deploy reads the Dockerfile"),
    ),
    (
        "docker compose",
        Done::Nowhere("fetches images; config::deploy reads the file"),
    ),
    (
        "docker run",
        Done::Nowhere("needs the image that docker builds"),
    ),
    (
        "kubectl",
        Done::Nowhere("needs a cluster; config::deploy reads the file"),
    ),
    (
        "podman build",
        Done::Nowhere("fetches an image; process tests run agents in containers of Podman"),
    ),
    (
        "sqlite3",
        Done::Nowhere("the program may be missing; VACUUM is a word of SQLite's own"),
    ),
    (
        "systemctl",
        Done::Nowhere("needs systemd as the first process; config::deploy reads the unit"),
    ),
];
