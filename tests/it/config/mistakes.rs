//! What is wrong in flags, environment and file: all of it is told at once, each with its place.

use super::{Machine, PKCS1, file};

#[test]
fn all_mistakes_are_told_at_once() {
    let machine = Machine {
        file: "listen = 'x'\nlisten_admin = 'y'\napp_id = 'abc'\n[limits]\nsessions = -1\nsilence = '10'\nslots = 3\n\
               [agents.a]\nauto = 'yes'\n[agents.b]\ncommand = './run'\ninherit = ['SKEP_APP_ID']\ncolour = 1\n\
               [roles.swee]\nagent = 'goos'\n[roles.swe]\ntools = ['fly']\nprompt_file = 'none.md'\nagent = 'goos'\n\
               [roles.'Bad Name']\nprompt = 'x'\n",
        variables: vec![
            ("SKEP_DATABASE_URL", "mysql://root:hunter2@h/d"),
            ("SKEP_GITHUB_URL", "http://ghe.example"),
            ("SKEP_PRIVATE_KEY", "hunter2"),
            ("SKEP_LOG", "a=b=c"),
        ],
        flags: vec!["--agent", "goos", "--log-format", "xml"],
    };
    insta::assert_snapshot!(machine.wrong(), @r#"
    the configuration has 22 mistakes:
      skep.toml:1: listen: `x` is not an address with a port, such as 127.0.0.1:3000 or [::]:3000
      SKEP_DATABASE_URL: must be sqlite:///absolute/path or postgres://user@host/database
      skep.toml:3: app_id: must be the App's number, such as 123456 ("App ID" on the App's page, not the client id)
      SKEP_PRIVATE_KEY: is no PEM file (its first line must be -----BEGIN … PRIVATE KEY-----): give the PEM file GitHub hands out, PKCS#1 (BEGIN RSA PRIVATE KEY) or PKCS#8 (BEGIN PRIVATE KEY), without a passphrase
      SKEP_GITHUB_URL: must begin with https:// (http:// is only for this machine)
      skep.toml:20: roles.Bad Name: "Bad Name" is not a role name such as swe (a-z, 0-9 and -, at most 40)
      skep.toml:18: roles.swe.prompt_file: none.md cannot be read: No such file or directory (os error 2)
      skep.toml:17: roles.swe.tools: there is no tool `fly`; there are read, search, edit, execute, fetch, think and other
      skep.toml:14: roles.swee: is not built in, so it needs a description and a prompt (or prompt_file)
      skep.toml:9: agents.a.auto: must be true or false, not a text
      skep.toml:8: agents.a: needs a command, or a preset to start from
      skep.toml:11: agents.b.command: `./run` must be an absolute path, or a name to look for on the PATH
      skep.toml:12: agents.b.inherit: `SKEP_APP_ID` is never passed to an agent
      skep.toml:13: agents.b.colour: there is no such key.
      --agent: there is no agent `goos`; there are a, b, claude, codex, copilot, gemini, goose, opencode, and those that `skep agents` lists. Did you mean `goose`? A program is named by its absolute path, or under [agents.<name>]
      skep.toml:19: roles.swe.agent: there is no agent `goos`; there are a, b, claude, codex, copilot, gemini, goose, opencode, and those that `skep agents` lists. Did you mean `goose`? A program is named by its absolute path, or under [agents.<name>]
      skep.toml:5: limits.sessions: must be a whole number from 1 to 1000
      skep.toml:6: limits.silence: must be a duration such as "90s" or "1h30m", from 1s to 7d
      skep.toml:7: limits.slots: there is no such key.
      SKEP_LOG: `a=b=c` is not a filter such as warn,skep=debug: error parsing level filter: expected one of "off", "error", "warn", "info", "debug", "trace", or a number 0-5
      --log-format: must be text or json, not `xml`
      skep.toml:2: listen_admin: there is no such key.
    "#);
}

#[test]
fn a_broken_file_still_has_its_other_mistakes_told() {
    let machine = file("listen = 'x\nadmin_listen = 'y'\nlook_again = '5m'\n");
    insta::assert_snapshot!(machine.wrong(), @r#"
    the configuration has 4 mistakes:
      skep.toml:1: not valid TOML: invalid literal string, expected `'`
      skep.toml:1: listen: `x` is not an address with a port, such as 127.0.0.1:3000 or [::]:3000
      skep.toml:2: admin_listen: `y` is not an address with a port, such as 127.0.0.1:3000 or [::]:3000
      skep.toml:3: look_again: must be a duration such as "4s", at most 60s
    "#);
    let named = Machine {
        flags: vec!["--config", "none.toml"],
        ..Machine::default()
    };
    insta::assert_snapshot!(named.wrong(), @r#"
    the configuration has one mistake:
      --config: none.toml: cannot be read: No such file or directory (os error 2)
    "#);
}

#[test]
fn what_contradicts_itself_is_a_mistake() {
    let both = Machine {
        variables: vec![("SKEP_PRIVATE_KEY", PKCS1), ("SKEP_PRIVATE_KEY_FILE", "k")],
        ..Machine::default()
    };
    assert!(
        both.wrong()
            .contains("SKEP_PRIVATE_KEY: SKEP_PRIVATE_KEY_FILE is given too"),
        "{}",
        both.wrong()
    );
    let same = Machine {
        flags: vec!["--listen", "127.0.0.1:3001"],
        ..Machine::default()
    };
    assert!(
        same.wrong()
            .contains("--listen: webhooks and the admin address cannot both be 127.0.0.1:3001")
    );
    let half = Machine {
        variables: vec![("SKEP_GITHUB_API_URL", "https://ghe.example/api/v3")],
        ..Machine::default()
    };
    assert!(
        half.wrong()
            .contains("SKEP_GITHUB_API_URL: names another server"),
        "{}",
        half.wrong()
    );
    let prompts = file("[roles.swe]\nprompt = 'a'\nprompt_file = 'b'");
    assert!(prompts.wrong().contains(
        "skep.toml:2: roles.swe.prompt: skep.toml:3: roles.swe.prompt_file is given too"
    ));
}

#[test]
fn the_dashboards_address_is_a_host_and_nothing_more() {
    let right = file("dashboard_url = 'https://skep.example/'\n").right();
    let address = right.issues.dashboard.as_deref();
    assert_eq!(address, Some("https://skep.example"));
    for wrong in [
        "skep.example",
        "https://skep.example/skep",
        "ftp://skep.example",
        "https://ana:x@skep.example",
    ] {
        let said = file(&format!("dashboard_url = '{wrong}'\n")).wrong();
        assert!(
            said.contains("dashboard_url: must be an address such as"),
            "{wrong}: {said}"
        );
    }
}
