//! What `config show` prints and `config init` writes: both are files that the program reads.

use std::os::unix::fs::PermissionsExt;

use skep::agent::registry::Known;
use skep::config::{Environment, Sources, starter};
use tempfile::TempDir;

use super::operator::skep;
use super::{Machine, PKCS1, file, flags, read as read_file, role};

const FILE: &str = "listen = '127.0.0.1:9'\nagent = 'mine'\nready = 'never'\n[limits]\nsilence = '90s'\n\
                    [agents.mine]\npreset = 'goose'\ninherit = ['MINE_KEY']\nauto = true\nenvironment = { X = '1' }\n\
                    [roles.docs]\ndescription = 'The \"manual\"'\nprompt = 'Line one.\nLine two.'\ntools = ['read']\nsilence = '30s'\n\
                    [roles.triage]\nagent = 'claude'\n[retention]\nlogs = '45d'\n";

/// TOML keeps a line end out of its simplest texts.
fn text() -> String {
    FILE.replace("'Line one.\nLine two.'", "\"Line one.\\nLine two.\"")
}

#[test]
fn every_value_says_where_it_comes_from() {
    let text = text();
    let machine = Machine {
        variables: vec![("MINE_KEY", "hunter2")],
        ..file(&text)
    };
    let shown = machine.right().show();
    let after = |head: &str, line: &str| {
        let table = shown
            .split_once(head)
            .unwrap_or_else(|| panic!("no {head}: {shown}"))
            .1;
        let found = table
            .lines()
            .skip(1)
            .take_while(|line| !line.starts_with('['))
            .find(|found| found.starts_with(line));
        found
            .unwrap_or_else(|| panic!("no {line} below {head}: {shown}"))
            .to_owned()
    };
    for (head, line, from) in [
        (
            "[agents.mine]",
            "preset = \"goose\"",
            "skep.toml:7: agents.mine.preset",
        ),
        (
            "[agents.mine]",
            "command = [\"goose\", \"acp\"]",
            "preset goose",
        ),
        (
            "[agents.mine]",
            "# environment.X = (hidden)",
            "skep.toml:10: agents.mine.environment.X",
        ),
        (
            "[agents.mine]",
            "# environment.GOOSE_MODE = (hidden)",
            "preset goose",
        ),
        (
            "[agents.mine]",
            "# environment.MINE_KEY = (hidden)",
            "the environment",
        ),
        (
            "[agents.mine]",
            "auto = true",
            "skep.toml:9: agents.mine.auto",
        ),
        ("[agents.claude]", "resume = true", "preset claude"),
        (
            "[roles.docs]",
            "tools = [\"read\"]",
            "skep.toml:14: roles.docs.tools",
        ),
        (
            "[roles.docs]",
            "silence = \"30s\"",
            "skep.toml:15: roles.docs.silence",
        ),
        ("[roles.docs]", "plan = false", "default"),
        ("[roles.docs]", "approve = false", "default"),
        (
            "[roles.triage]",
            "agent = \"claude\"",
            "skep.toml:17: roles.triage.agent",
        ),
        ("[roles.triage]", "# prompt = ", "built in"),
        (
            "[limits]",
            "silence = \"1m30s\"",
            "skep.toml:5: limits.silence",
        ),
        ("[limits]", "sessions = 10", "default"),
        (
            "[retention]",
            "logs = \"45d\"",
            "skep.toml:19: retention.logs",
        ),
        ("[retention]", "sessions = \"90d\"", "default"),
    ] {
        let line = after(head, line);
        let said = line.rsplit_once("  # ").expect("a source").1;
        assert!(said.ends_with(from), "{line}: not {from}");
    }
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn what_is_shown_means_the_same_when_it_is_pasted() {
    let text = text();
    let config = file(&text).right();
    let shown = config.show();
    let again = file(&shown).right();
    assert_eq!(
        (&again.limits, &again.roles, &again.default_agent),
        (&config.limits, &config.roles, &config.default_agent)
    );
    assert_eq!(
        (again.retention, config.retention.logs_ms),
        (config.retention, 45 * 24 * 3_600_000)
    );
    let hidden = |config: &skep::config::Config| {
        let mut agents = config.agents.clone();
        // Values of variables are not shown.
        agents
            .values_mut()
            .for_each(|agent| drop(agent.environment.remove("X")));
        agents
    };
    assert_eq!(hidden(&again), hidden(&config), "{shown}");
    assert_eq!(
        again.show().replace("skep.toml:", ""),
        again.show().replace("skep.toml:", "")
    );
    let prompt = TempDir::new().expect("a folder");
    std::fs::write(prompt.path().join("docs.md"), "From a file.").expect("written");
    let text = format!(
        "[roles.docs]\ndescription = 'd'\nprompt_file = '{}/docs.md'\n",
        prompt.path().display()
    );
    let again = file(&file(&text).right().show()).right();
    assert_eq!(again.roles[&role("docs")].prompt, "From a file.");
}

#[test]
fn a_command_line_and_a_variable_are_sources_too() {
    let machine = Machine {
        variables: vec![("SKEP_AGENT", "/opt/mine --acp")],
        ..Machine::default()
    };
    let shown = machine.right().show();
    assert!(
        shown.contains("command = [\"/opt/mine\", \"--acp\"]  # SKEP_AGENT"),
        "{shown}"
    );
    assert!(shown.contains("\nresume = true  # default"), "{shown}");
}

/// A configuration of that text in a folder with a key.
fn read(text: &str) -> Result<skep::config::Config, String> {
    let folder = TempDir::new().expect("a folder");
    std::fs::write(
        folder.path().join("skep.toml"),
        text.replace("/etc/skep/key.pem", "key.pem"),
    )
    .expect("written");
    std::fs::write(folder.path().join("key.pem"), PKCS1).expect("written");
    let environment = Environment::new(folder.path(), [("HOME", "/home/op"), ("PATH", "/usr/bin")]);
    Sources::gather(flags(&[]), environment)
        .config(&Known)
        .map_err(|error| error.to_string())
}

#[test]
fn the_file_to_start_from_is_right_but_for_what_must_be_filled_in() {
    let config = read(&starter()).expect("right");
    let missing: Vec<String> = config
        .missing
        .iter()
        .map(|missing| missing.name.clone())
        .collect();
    assert_eq!(missing.len(), 4, "{missing:?}");
    assert_eq!(config.warnings, [""; 0]);
    // With every `#` before a setting taken away, it is still right: the defaults are the defaults.
    let left_out = [
        "private_key",
        "webhook_secret_previous",
        "ca_file",
        "prompt_file",
        "agents",
        "data_dir",
        "database_url",
        "url_file",
        "secret_file",
    ];
    let bare: String = starter()
        .lines()
        .map(|line| {
            match line
                .strip_prefix('#')
                .filter(|rest| !rest.is_empty() && !rest.starts_with(' '))
            {
                Some(rest)
                    if !left_out
                        .iter()
                        .any(|key| rest.starts_with(&format!("{key} ="))) =>
                {
                    rest.to_owned() + "\n"
                }
                _ => line.to_owned() + "\n",
            }
        })
        .map(|line| line.replace("\"…\"", "\"0123456789abcdef0123456789\""))
        .collect();
    let all = read(&bare).unwrap_or_else(|error| panic!("{error}\n{bare}"));
    assert_eq!(
        (&all.limits, all.pace, all.retention, all.ready),
        (&config.limits, config.pace, config.retention, config.ready)
    );
    assert_eq!(
        (all.listen, all.admin_listen, all.sandbox, all.look_again),
        (
            config.listen,
            config.admin_listen,
            config.sandbox,
            config.look_again
        )
    );
    assert!(
        all.missing.is_empty()
            && all.agents.contains_key("mine")
            && all.roles.contains_key(&role("docs"))
    );
}

/// The file in the repository is the one `config init` writes, so what holds of that holds of it.
#[test]
fn the_example_in_the_repository_is_the_file_to_start_from() {
    let (example, wanted) = (read_file("skep.example.toml"), starter());
    let config = read(&example).expect("right");
    assert_eq!(config.missing.len(), 4);
    assert_eq!(config.warnings, [""; 0]);
    let differs = example
        .lines()
        .zip(wanted.lines())
        .find(|(stored, wanted)| stored != wanted);
    assert!(
        example == wanted,
        "skep.example.toml is out of date: remove it, then `cargo run -- config init --config skep.example.toml`. First \
         at (stored, wanted): {differs:?}"
    );
}

#[test]
fn the_file_is_written_once_and_for_its_owner_alone() {
    let folder = TempDir::new().expect("a folder");
    let at = folder.path().join("skep.toml");
    let line = format!("config init --config {}", at.display());
    let (code, out, err) = skep(&line, &[]);
    assert_eq!(
        (code, out.contains("Wrote "), err.as_str()),
        (Some(0), true, ""),
        "{out}"
    );
    assert_eq!(std::fs::read_to_string(&at).expect("written"), starter());
    assert_eq!(
        std::fs::metadata(&at).expect("there").permissions().mode() & 0o777,
        0o600
    );
    std::fs::write(&at, "agent = 'mine'").expect("written");
    let (code, _, err) = skep(&line, &[]);
    assert!(
        code == Some(1) && err.contains("already exists and is left as it is"),
        "{err}"
    );
    assert_eq!(
        std::fs::read_to_string(&at).expect("there"),
        "agent = 'mine'"
    );
}

#[test]
fn an_address_that_is_only_a_port_is_answered_with_what_to_write() {
    for (text, port) in [(":3000", 3000), ("*:8080", 8080), ("80", 80)] {
        for name in ["SKEP_LISTEN", "SKEP_ADMIN_LISTEN"] {
            let said = Machine {
                variables: vec![(name, text)],
                ..Machine::default()
            }
            .wrong();
            let wanted = format!(
                "{name}: `{text}` names no address: write 127.0.0.1:{port}, or 0.0.0.0:{port} to listen beyond this machine"
            );
            assert!(said.ends_with(&wanted), "{said}");
        }
    }
    assert!(
        Machine {
            variables: vec![("SKEP_LISTEN", ":x")],
            ..Machine::default()
        }
        .wrong()
        .contains("such as 127.0.0.1")
    );
}
