//! The whole file, and what is told of a wrong one.

use proptest::prelude::*;

use super::*;

const WHOLE: &str = r#"
# What the sessions of this repository may reach besides.
egress_allow = ["npm", "api.example.com", "*.cdn.example.com:8443"]
protected = ["infra/**", "**/migrations/*.sql"]

[verify]
commands = ["cargo test", "npm test -- --ci"]
minutes = 5

[services.db]
command = ["postgres", "-D", "/tmp/db"]
port = 5432
ready = "pg_isready -h 127.0.0.1"

[services.cache]
command = ["redis-server"]
port = 6379

[env]
DATABASE_URL = "postgres://127.0.0.1/test"
STRIPE_API_KEY = "sk_test_nothing"
"#;

fn mistakes(text: &str) -> String {
    let wrong = RepositoryPolicy::read(text).expect_err("a mistake");
    let lines: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

#[test]
fn the_whole_file_is_read() {
    let policy = RepositoryPolicy::read(WHOLE).expect("a policy");
    assert_eq!(
        policy.egress_allow,
        ["npm", "api.example.com", "*.cdn.example.com:8443"]
    );
    assert_eq!(policy.verify.commands, ["cargo test", "npm test -- --ci"]);
    assert_eq!(policy.verify.minutes, 5);
    assert_eq!(policy.services["db"].port, 5432);
    assert_eq!(
        policy.services["db"].ready.as_deref(),
        Some("pg_isready -h 127.0.0.1")
    );
    assert_eq!(policy.services["cache"].command, ["redis-server"]);
    assert_eq!(policy.env["STRIPE_API_KEY"], "sk_test_nothing");
    assert!(policy.protects("infra/prod/main.tf") && policy.protects("db/migrations/1.sql"));
    assert!(!policy.protects("src/infra.rs"));
}

#[test]
fn what_is_stored_comes_back_and_nothing_is_small() {
    let policy = RepositoryPolicy::read(WHOLE).expect("a policy");
    let stored = serde_json::to_string(&policy).expect("json");
    let back: RepositoryPolicy = serde_json::from_str(&stored).expect("a policy");
    assert_eq!(back, policy);
    let empty = RepositoryPolicy::read("# nothing yet\n").expect("a policy");
    assert!(empty.is_empty() && empty.verify.minutes == Verify::MINUTES);
    assert_eq!(serde_json::to_string(&empty).expect("json"), "{}");
    assert_eq!(
        serde_json::from_str::<RepositoryPolicy>("{}").expect("a policy"),
        empty
    );
}

#[test]
fn all_that_is_wrong_is_told_at_once_with_its_line() {
    insta::assert_snapshot!(mistakes(r#"egress_alow = ["npm"]
protected = ["/infra", "a//b", "ok/**", 7, ""]
egress_allow = ["10.0.0.1", "npn", "https://example.com", "*.com", "localhost:5432"]

[verify]
comands = ["x"]
commands = ["", "a\nb"]
minutes = 0

[services.db]
port = 22
[services.My_Db]
command = []
port = 5000
reddy = "x"
[services.again]
command = ["x"]
port = 5000
[services.other]
command = ["x"]
port = 5000

[env]
PATH = "/tmp"
1A = "x"
openai_base_url = "https://evil.example"
LD_PRELOAD = "x"
SKEP_APP_ID = "1"
GOOD = 7
"#), @r#"
    .github/skep.toml:1: egress_alow: there is no such key. Did you mean `egress_allow`?
    .github/skep.toml:2: protected: `/infra` can match no path: write it from the top of the repository without a `/` at its ends, as in `infra/**`
    .github/skep.toml:2: protected: `a//b` can match no path: write it from the top of the repository without a `/` at its ends, as in `infra/**`
    .github/skep.toml:2: protected: must be a text in quotes, not a whole number
    .github/skep.toml:2: protected: is empty
    .github/skep.toml:3: egress_allow: `10.0.0.1` is not a public host or address: only the operator can allow it, with `egress_allow` in skep.toml
    .github/skep.toml:3: egress_allow: `npn` is not a public host or address: only the operator can allow it, with `egress_allow` in skep.toml. Did you mean `npm`?
    .github/skep.toml:3: egress_allow: `https://example.com` is a whole address: write the host alone, such as `example.com`
    .github/skep.toml:3: egress_allow: `*.com` opens a whole top-level domain: name at least `*.example.com`
    .github/skep.toml:3: egress_allow: `localhost:5432` is not a public host or address: only the operator can allow it, with `egress_allow` in skep.toml
    .github/skep.toml:6: verify.comands: there is no such key. Did you mean `commands`?
    .github/skep.toml:7: verify.commands: is empty
    .github/skep.toml:7: verify.commands: must be one line
    .github/skep.toml:8: verify.minutes: must be a whole number from 1 to 120
    .github/skep.toml:10: services.db: needs `command`
    .github/skep.toml:11: services.db.port: must be a whole number from 1024 to 60999
    .github/skep.toml:12: services.My_Db: is no name for a service: small letters, digits and `-`, a letter first, at most 32 characters, and not `localhost`
    .github/skep.toml:13: services.My_Db.command: must be the program and its arguments, as in ["redis-server", "--port", "6379"]
    .github/skep.toml:15: services.My_Db.reddy: there is no such key. Did you mean `ready`?
    .github/skep.toml:19: services.other: listens on the port of `again`
    .github/skep.toml:24: env.PATH: is not for a repository to set: it steers programs around the tests, or belongs to an agent or its model. The operator can set it for an agent in skep.toml
    .github/skep.toml:25: env.1A: is no name of a variable: letters, digits and `_`, no digit first, at most 64 characters
    .github/skep.toml:26: env.openai_base_url: is not for a repository to set: it steers programs around the tests, or belongs to an agent or its model. The operator can set it for an agent in skep.toml
    .github/skep.toml:27: env.LD_PRELOAD: is not for a repository to set: it steers programs around the tests, or belongs to an agent or its model. The operator can set it for an agent in skep.toml
    .github/skep.toml:28: env.SKEP_APP_ID: is not for a repository to set: it steers programs around the tests, or belongs to an agent or its model. The operator can set it for an agent in skep.toml
    .github/skep.toml:29: env.GOOD: must be a text in quotes, not a whole number
    "#);
}

#[test]
fn what_is_no_toml_is_told_and_never_repeated() {
    let told = mistakes("[env]\nTOKEN = hunter2\nX = 'open\n");
    assert!(told.contains(".github/skep.toml:2"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
    let told = mistakes("[env]\nLD_PRELOAD = 'hunter2'\nTOKEN = 5\nA = [\"hunter2\"]\n");
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn sizes_are_bounded() {
    let long = format!("# {}\n", "x".repeat(LONGEST));
    insta::assert_snapshot!(mistakes(&long), @".github/skep.toml: has 32771 bytes, at most 32768 are taken");
    let commands = format!("[verify]\ncommands = [{}]", "'x',".repeat(21));
    insta::assert_snapshot!(mistakes(&commands), @".github/skep.toml:2: verify.commands: names 21, at most 20 are taken");
    let services: String = (0..6)
        .map(|n| format!("[services.s{n}]\ncommand=['x']\nport={}\n", 2000 + n))
        .collect();
    insta::assert_snapshot!(mistakes(&services), @".github/skep.toml:16: services.s5: is one too many: a session has at most 5 services");
    let line = format!("[verify]\ncommands = ['{}']", "x".repeat(1001));
    insta::assert_snapshot!(mistakes(&line), @".github/skep.toml:2: verify.commands: is longer than 1000 characters");
    let deep = "a.".repeat(5_000) + "b = 1";
    assert!(!mistakes(&deep).is_empty());
    let nested = format!("egress_allow = {}{}", "[".repeat(9_000), "]".repeat(9_000));
    assert!(!mistakes(&nested).is_empty());
}

#[test]
fn variables_that_steer_an_agent_are_not_for_a_repository() {
    for name in [
        "PATH",
        "Path",
        "LD_LIBRARY_PATH",
        "HTTPS_PROXY",
        "no_proxy",
        "ANTHROPIC_BASE_URL",
        "MY_MODEL_BASE_URL",
        "OPENAI_API_KEY",
        "GITHUB_TOKEN",
        "GIT_SSH_COMMAND",
        "NODE_OPTIONS",
        "npm_config_registry",
        "PYTHONSTARTUP",
        "BASH_ENV",
        "XDG_CONFIG_HOME",
        "SSL_CERT_FILE",
        "SKEP_ADMIN_TOKEN",
        "CLAUDE_CODE_OAUTH_TOKEN",
    ] {
        let read = RepositoryPolicy::read(&format!("[env]\n{name} = 'x'\n"));
        assert!(read.is_err(), "{name}");
    }
    for name in [
        "DATABASE_URL",
        "NODE_ENV",
        "RUST_LOG",
        "CI",
        "STRIPE_API_KEY",
        "_x",
    ] {
        let read = RepositoryPolicy::read(&format!("[env]\n{name} = 'x'\n"));
        assert!(read.is_ok(), "{name}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(egress_allow|protected|env|services|verify|\\[|\\]|=|'|\"|\\.|,|\n|[ -~é])*") {
        if let Err(wrong) = RepositoryPolicy::read(&text) {
            prop_assert!(!wrong.is_empty());
        }
    }
}

#[test]
fn recurring_work_is_read_and_its_mistakes_are_named() {
    use crate::recurring::{Calendar, Every, Occasion};
    let text = r#"
[recurring.deps]
every = "Monday"
title = "Update"
prompt = """
Update all.
Run the tests."""
role = "swe"

[recurring.red]
on = ["workflow_failed", "release"]
title = "Mend it"
prompt = "Mend it."
"#;
    let policy = RepositoryPolicy::read(text).expect("a policy");
    let (deps, red) = (&policy.recurring["deps"], &policy.recurring["red"]);
    let calendar = Calendar {
        every: Every::Week(0),
        minute: 6 * 60,
    };
    assert_eq!(deps.calendar, Some(calendar));
    assert_eq!(deps.prompt, "Update all.\nRun the tests.");
    assert_eq!(
        (deps.role.as_deref(), red.role.as_deref()),
        (Some("swe"), None)
    );
    assert!(red.on.contains(&Occasion::Release) && red.calendar.is_none());
    let wrong = r#"
[recurring.Deps]
every = "moonday"
at = "6:00"
on = ["relase"]
title = "a\nb"
roll = "swe"

[recurring.never]
title = "x"
prompt = "x"

[recurring.alone]
at = "06:00"
on = ["release"]
title = "x"
prompt = " "
"#;
    insta::assert_snapshot!(mistakes(wrong), @r#"
    .github/skep.toml:2: recurring.Deps: is no name: small letters, digits and `-`, a letter first, at most 32 characters
    .github/skep.toml:2: recurring.Deps: needs `prompt`
    .github/skep.toml:3: recurring.Deps.every: must be `day`, `weekday`, `month` (its first day) or a day of the week such as `monday`. Did you mean `monday`?
    .github/skep.toml:4: recurring.Deps.at: must be a time of day in UTC such as `06:00`
    .github/skep.toml:5: recurring.Deps.on: must name `release` or `workflow_failed`. Did you mean `release`?
    .github/skep.toml:6: recurring.Deps.title: must be one line
    .github/skep.toml:7: recurring.Deps.roll: there is no such key. Did you mean `role`?
    .github/skep.toml:9: recurring.never: needs `every` (a day of the week, `day`, `weekday` or `month`) or `on`, else it is never due
    .github/skep.toml:14: recurring.alone.at: says when on a day, and needs `every` beside it
    .github/skep.toml:17: recurring.alone.prompt: is empty
    "#);
}
