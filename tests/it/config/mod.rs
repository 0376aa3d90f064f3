//! The configuration from outside: precedence, mistakes, secrets.

mod documents;
mod operator;
mod shown;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::FromArgMatches;
use secrecy::ExposeSecret;
use skep::agent::presets::preset;
use skep::config::{
    AllowProtected, Args, Config, ConfigError, Environment, LogFormat, Sources, reference,
};
use skep::core::agent::SandboxChoice;
use skep::core::policy::Pace;
use skep::core::role::{RoleName, RoleSource, Tool};
use tempfile::TempDir;

const PKCS1: &str = include_str!("../../../fixtures/keys/test-only-app.pkcs1.pem");
const PKCS8: &str = include_str!("../../../fixtures/keys/test-only-app.pkcs8.pem");
const SECRET: &str = "hunter2-hunter2-hunter2";

/// The flags as a command line gives them.
fn flags(line: &[&str]) -> Args {
    let command =
        <Args as clap::Args>::augment_args(clap::Command::new("skep").no_binary_name(true));
    Args::from_arg_matches(&command.get_matches_from(line)).expect("flags")
}

/// An operator's machine: a folder, a file in it, variables and flags.
#[derive(Default)]
struct Machine<'a> {
    file: &'a str,
    variables: Vec<(&'a str, &'a str)>,
    flags: Vec<&'a str>,
}

impl Machine<'_> {
    fn sources(&self, folder: &TempDir) -> Sources {
        if !self.file.is_empty() {
            std::fs::write(folder.path().join("skep.toml"), self.file).expect("written");
        }
        let home = [("HOME", "/home/op"), ("PATH", "/usr/bin")];
        let environment = Environment::new(
            folder.path(),
            home.into_iter().chain(self.variables.iter().copied()),
        );
        Sources::gather(flags(&self.flags), environment)
    }

    fn load(&self) -> Result<Config, ConfigError> {
        self.sources(&TempDir::new().expect("a folder"))
            .config(&preset)
    }

    fn right(&self) -> Config {
        self.load().expect("a right configuration")
    }

    /// The mistakes, with the folder's name left out.
    fn wrong(&self) -> String {
        let folder = TempDir::new().expect("a folder");
        let error = self.sources(&folder).config(&preset).expect_err("mistakes");
        let name = format!("{}/", folder.path().display());
        error.to_string().replace(&name, "")
    }
}

fn file(file: &str) -> Machine<'_> {
    Machine {
        file,
        ..Machine::default()
    }
}

fn role(name: &str) -> RoleName {
    name.parse().expect("a role name")
}

fn read(file: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("readable")
}

#[test]
fn nothing_said_is_the_defaults() {
    let config = Machine::default().right();
    assert_eq!(
        (config.listen.to_string(), config.admin_listen.to_string()),
        ("127.0.0.1:3000".into(), "127.0.0.1:3001".into())
    );
    assert_eq!(config.data_dir, Path::new("/home/op/.local/state/skep"));
    assert_eq!(
        config.database_url.expose_secret(),
        "sqlite:///home/op/.local/state/skep/skep.db"
    );
    assert_eq!(
        (config.pace, config.sandbox, config.look_again),
        (Pace::default(), SandboxChoice::Auto, Duration::from_secs(4))
    );
    assert_eq!(config.limits, skep::core::policy::Limits::default());
    assert_eq!(
        (config.default_role, config.allow_protected),
        (role("swe"), AllowProtected::Nothing)
    );
    let missing: Vec<&str> = config
        .missing
        .iter()
        .map(|missing| missing.name.split(' ').next().unwrap_or_default())
        .collect();
    assert_eq!(
        missing,
        [
            "SKEP_APP_ID",
            "SKEP_PRIVATE_KEY_FILE",
            "SKEP_WEBHOOK_SECRET",
            "SKEP_AGENT"
        ]
    );
    let bare = Config::bare(
        PathBuf::from("/home/op/.local/state/skep"),
        &Environment::new("/", [("PATH", "/usr/bin")]),
    );
    assert_eq!(
        bare.database_url.expose_secret(),
        "sqlite:///home/op/.local/state/skep/skep.db"
    );
    assert_eq!(bare.path, "/usr/bin");
}

#[test]
fn flags_win_over_variables_and_variables_over_the_file() {
    let mut machine =
        file("listen = '127.0.0.1:1'\nagent = 'goose'\nsandbox = 'auto'\nlog_format = 'json'");
    assert_eq!(machine.right().listen.port(), 1);
    assert_eq!(machine.right().logging.format, LogFormat::Json);
    machine.variables = vec![
        ("SKEP_LISTEN", "127.0.0.1:2"),
        ("SKEP_AGENT", "codex"),
        ("SKEP_LOG_FORMAT", " "),
    ];
    assert_eq!(machine.right().listen.port(), 2);
    assert_eq!(
        machine.right().logging.format,
        LogFormat::Json,
        "an empty variable counts as not set"
    );
    machine.flags = vec!["--listen", "127.0.0.1:3", "--no-sandbox"];
    let config = machine.right();
    assert_eq!(
        (config.listen.port(), config.sandbox),
        (3, SandboxChoice::Off)
    );
    assert_eq!(config.default_agent.as_deref(), Some("codex"));
}

/// Every setting that is one text is heard from each of its sources.
#[test]
fn every_flag_variable_and_key_is_heard() {
    let key = format!("'''{PKCS8}'''");
    let folder = TempDir::new().expect("a folder");
    let key_file = folder.path().join("key.pem");
    std::fs::write(&key_file, PKCS1).expect("written");
    let key_file = key_file.display().to_string();
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, "-----BEGIN CERTIFICATE-----\n").expect("written");
    let ca_file = ca_file.display().to_string();
    let samples: BTreeMap<&str, &str> = BTreeMap::from([
        ("listen", "127.0.0.1:9"),
        ("admin_listen", "127.0.0.1:9"),
        ("data_dir", "/somewhere"),
        ("database_url", "postgres://u@h/d"),
        ("app_id", "77"),
        ("private_key", PKCS8),
        ("private_key_file", &key_file),
        ("webhook_secret", SECRET),
        ("webhook_secret_previous", SECRET),
        ("github_api_url", "https://api.github.com"),
        ("github_url", "https://ghe.example"),
        ("admin_token", SECRET),
        ("https_proxy", "http://u:p@proxy:3128"),
        ("http_proxy", "proxy:3128"),
        ("no_proxy", ".corp"),
        ("ca_file", &ca_file),
        ("git", "/opt/git/bin/git"),
        ("agent", "goose"),
        ("sandbox", "off"),
        ("old_git", "allow"),
        ("log", "debug"),
        ("log_format", "json"),
        ("default_role", "triage"),
        ("look_again", "9s"),
    ]);
    let texts = reference().into_iter().filter(|setting| {
        setting
            .key
            .as_deref()
            .is_some_and(|key| samples.contains_key(key))
    });
    let mut heard = 0;
    for setting in texts {
        let name = setting.key.expect("a key");
        let value = samples[name.as_str()];
        let quoted = if name == "private_key" {
            key.clone()
        } else {
            format!("'{value}'")
        };
        let line = format!("{name} = {quoted}");
        let mut machines = vec![file(&line)];
        machines.extend(setting.env.map(|env| Machine {
            variables: vec![(env, value)],
            ..Machine::default()
        }));
        machines.extend(setting.flag.map(|flag| {
            let flags = if flag == "--no-sandbox" {
                vec![flag]
            } else {
                vec![flag, value]
            };
            Machine {
                flags,
                ..Machine::default()
            }
        }));
        for machine in machines {
            let shown = machine.right().show();
            let line = shown
                .lines()
                .find(|line| {
                    line.trim_start_matches("# ")
                        .starts_with(&format!("{name} = "))
                })
                .expect("shown");
            assert!(!line.ends_with("# default"), "{line}");
            heard += 1;
        }
    }
    assert_eq!(
        heard,
        24 + 22 + 11,
        "texts in the file, in variables, as flags"
    );
    let documented: Vec<&str> = reference()
        .iter()
        .filter_map(|setting| setting.flag)
        .collect();
    let command = <Args as clap::Args>::augment_args(clap::Command::new("skep"));
    let typed: Vec<String> = command
        .get_arguments()
        .filter_map(|arg| Some(format!("--{}", arg.get_long()?)))
        .collect();
    assert_eq!(documented, typed, "flags and their table");
}

#[test]
fn every_key_of_an_agent_and_a_role_is_taken() {
    let folder = TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("docs.md"), "Write the manual.\n").expect("written");
    let text = r#"
        allowed_bots = [49699333]
        allow_protected = [".github/workflows/*"]
        ignore = ["*.tmp", "!.venv"]
        [agents.mine]
        preset = "goose"
        command = "/opt/goose acp --x 'a b'"
        environment = { GOOSE_MODEL = "m" }
        inherit = ["MINE_*"]
        mode = "auto"
        auto = true
        resume = false
        expose = ["/opt/tools"]
        home = "/srv/home"
        ignore = [".mine"]
        [roles.docs]
        description = "Keeps the manual true."
        prompt_file = "docs.md"
        agent = "claude"
        model = "big"
        tools = ["read", "edit"]
        writes = true
        session_timeout = "30m"
        silence = "90s"
        [roles.triage]
        prompt = "Be short."
    "#;
    let machine = Machine {
        file: text,
        variables: vec![
            ("MINE_KEY", SECRET),
            ("GOOSE_MODEL", "other"),
            ("OPENAI_API_KEY", "k"),
            ("OTHER", "x"),
        ],
        ..Machine::default()
    };
    let config = machine.sources(&folder).config(&preset).expect("right");
    let mine = &config.agents["mine"];
    assert_eq!(mine.command, ["/opt/goose", "acp", "--x", "a b"]);
    let own = |name: &str| mine.environment.get(name).map(String::as_str);
    assert_eq!(
        (own("GOOSE_MODEL"), own("MINE_KEY"), own("OPENAI_API_KEY")),
        (Some("m"), Some(SECRET), Some("k"))
    );
    assert_eq!(
        (own("GOOSE_MODE"), own("OTHER")),
        (Some("approve"), None),
        "the preset's own stays, others stay out"
    );
    assert_eq!(
        (mine.mode.as_deref(), mine.auto, mine.resume),
        (Some("auto"), true, false)
    );
    assert_eq!(
        (mine.expose.as_slice(), mine.home.as_deref()),
        (&["/opt/tools".to_owned()][..], Some("/srv/home"))
    );
    assert!(
        config.agents.contains_key("claude"),
        "a role may name a preset"
    );
    assert_eq!(
        config.default_agent.as_deref(),
        Some("mine"),
        "the only one configured"
    );
    let docs = &config.roles[&role("docs")];
    assert_eq!(
        (docs.prompt.as_str(), docs.agent.as_deref()),
        ("Write the manual.", Some("claude"))
    );
    assert_eq!(
        (docs.limits.session_timeout_s, docs.limits.silence_s),
        (Some(1800), Some(90))
    );
    assert!(docs.tools.contains(Tool::Edit) && !docs.tools.contains(Tool::Execute) && docs.writes);
    assert_eq!(docs.model.as_deref(), Some("big"));
    let triage = &config.roles[&role("triage")];
    assert_eq!(
        (triage.prompt.as_str(), triage.writes, &triage.source),
        ("Be short.", false, &RoleSource::Config)
    );
    assert_eq!(config.allowed_bots, [skep::core::ids::UserId(49_699_333)]);
    assert_eq!(
        config.allow_protected,
        AllowProtected::Matching(vec![".github/workflows/*".into()])
    );
    assert_eq!(config.ignore, ["*.tmp", "!.venv"]);
    assert_eq!(mine.ignore, [".goose/memory", ".mine"]);
    assert_eq!(config.hide, [folder.path().join("skep.toml")]);
}

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
      --agent: there is no agent `goos`; there are a, b, claude, codex, copilot, gemini, goose, opencode. Did you mean `goose`? A program is named by its absolute path, or under [agents.<name>]
      skep.toml:19: roles.swe.agent: there is no agent `goos`; there are a, b, claude, codex, copilot, gemini, goose, opencode. Did you mean `goose`? A program is named by its absolute path, or under [agents.<name>]
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
fn the_key_is_taken_in_every_form_github_and_people_write_it() {
    let escaped = PKCS1.replace('\n', "\\n");
    for pem in [PKCS1, PKCS8, &escaped] {
        let variables = vec![
            ("SKEP_APP_ID", "1"),
            ("SKEP_PRIVATE_KEY", pem),
            ("SKEP_WEBHOOK_SECRET", SECRET),
            ("SKEP_AGENT", "goose"),
        ];
        let config = Machine {
            variables,
            ..Machine::default()
        }
        .right();
        let ready = config.ready().expect("all there");
        assert_eq!((ready.github.app_id, ready.default_agent), (1, "goose"));
        assert!(
            ready.github.private_key.expose_secret().lines().count() > 10,
            "real line ends"
        );
        assert_eq!(ready.github.webhook_secrets().len(), 1);
        assert_eq!(ready.github.api_url.as_str(), "https://api.github.com/");
    }
    let public = "-----BEGIN PUBLIC KEY-----\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf\n-----END PUBLIC KEY-----";
    let wrong = Machine {
        variables: vec![("SKEP_PRIVATE_KEY", public)],
        ..Machine::default()
    }
    .wrong();
    assert!(
        wrong.contains("SKEP_PRIVATE_KEY: is a public key: give"),
        "{wrong}"
    );
}

#[test]
fn a_command_line_is_an_agent_too() {
    let agent = |text| Machine {
        flags: vec!["--agent", text],
        ..Machine::default()
    };
    let config = agent("/opt/My.Agent --flag 'a b'").right();
    let name = config.default_agent.expect("a default");
    assert_eq!(
        (name.as_str(), config.agents[&name].command.len()),
        ("my-agent", 3)
    );
    for wrong in [
        "agent | tee",
        "./agent",
        "relative/agent x",
        "'unclosed",
        "unknown",
    ] {
        assert!(agent(wrong).load().is_err(), "{wrong}");
    }
}

#[test]
fn credentials_of_skep_never_reach_an_agent() {
    let text = "[agents.a]\ncommand = ['a']\ninherit = ['S*', 'G*', 'HOME']";
    let variables = vec![
        ("SKEP_WEBHOOK_SECRET", SECRET),
        ("GITHUB_TOKEN", "t"),
        ("GH_TOKEN", "t"),
        ("GOOD", "1"),
    ];
    let config = Machine {
        file: text,
        variables,
        ..Machine::default()
    }
    .right();
    let names: Vec<&String> = config.agents["a"].environment.keys().collect();
    assert_eq!(names, ["GOOD", "HOME"]);
    for name in ["*", "SKEP_*", "GITHUB_TOKEN"] {
        let text = format!("[agents.a]\ncommand = ['a']\ninherit = ['{name}']");
        assert!(
            file(&text).wrong().contains("is never passed to an agent"),
            "{name}"
        );
    }
}

#[test]
fn no_secret_is_shown() {
    let text = format!("[agents.a]\ncommand = ['a']\nenvironment = {{ KEY = '{SECRET}' }}");
    let postgres = format!("postgres://u:{SECRET}@h/d");
    let variables = vec![
        ("SKEP_APP_ID", "1"),
        ("SKEP_PRIVATE_KEY", PKCS1),
        ("SKEP_WEBHOOK_SECRET", SECRET),
        ("SKEP_WEBHOOK_SECRET_PREVIOUS", SECRET),
        ("SKEP_DATABASE_URL", &postgres),
    ];
    let mut machine = Machine {
        file: &text,
        variables,
        ..Machine::default()
    };
    let config = machine.right();
    let shown = config.show();
    assert!(
        shown.contains("webhook_secret = set (23 characters)  # SKEP_WEBHOOK_SECRET"),
        "{shown}"
    );
    for text in [
        &shown,
        &format!("{config:?}"),
        &format!("{:?}", machine.sources(&TempDir::new().expect("a folder"))),
    ] {
        assert!(
            !text.contains(SECRET) && !text.contains(&PKCS1[40..80]),
            "{text}"
        );
    }
    machine.variables.remove(0);
    let partial = machine.right().show();
    assert!(
        partial.contains("webhook_secret = set (23 characters)") && !partial.contains(SECRET),
        "{partial}"
    );
}

#[test]
fn the_file_is_found_where_it_is_looked_for() {
    let (here, data) = (
        TempDir::new().expect("a folder"),
        TempDir::new().expect("a folder"),
    );
    std::fs::write(
        data.path().join("skep.toml"),
        "agent = 'goose'\ndata_dir = 'state'",
    )
    .expect("written");
    let named = data.path().display().to_string();
    let environment = || {
        Environment::new(
            here.path(),
            [
                ("SKEP_DATA_DIR", named.as_str()),
                ("SKEP_SERVICE_PORT", "1"),
            ],
        )
    };
    let config = Sources::gather(Args::default(), environment())
        .config(&preset)
        .expect("right");
    assert_eq!(config.default_agent.as_deref(), Some("goose"));
    assert_eq!(
        config.data_dir,
        data.path(),
        "the variable wins over the file"
    );
    assert!(
        config
            .warnings
            .iter()
            .any(|warning| warning.contains("SKEP_SERVICE_PORT")),
        "{:?}",
        config.warnings
    );
    std::fs::write(
        here.path().join("skep.toml"),
        "agent = 'codex'\ndata_dir = 'state'",
    )
    .expect("written");
    let config = Sources::gather(Args::default(), environment())
        .config(&preset)
        .expect("right");
    assert_eq!(
        config.default_agent.as_deref(),
        Some("codex"),
        "the file here wins over the one there"
    );
    let config = Sources::gather(Args::default(), Environment::new(here.path(), []))
        .config(&preset)
        .expect("right");
    assert_eq!(
        config.data_dir,
        here.path().join("state"),
        "a path starts at the file that says it"
    );
}

#[test]
fn the_data_folder_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().expect("a folder");
    let mode = |path: &Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o7777;
    let config = |path: PathBuf| Config::bare(path, &Environment::default());
    let made = folder.path().join("a/b");
    assert_eq!(config(made.clone()).make_data_dir(), Ok(None));
    assert_eq!(mode(&made), 0o700);
    std::fs::set_permissions(&made, std::fs::Permissions::from_mode(0o755)).expect("set");
    let said = config(made.clone())
        .make_data_dir()
        .expect("made")
        .expect("a word about it");
    assert!(said.contains("was open to others (mode 755)"), "{said}");
    assert_eq!(mode(&made), 0o700, "closed again");
    std::fs::set_permissions(&made, std::fs::Permissions::from_mode(0o1777)).expect("set");
    assert!(
        config(made.clone()).make_data_dir().is_err(),
        "a folder like /tmp"
    );
    assert_eq!(mode(&made), 0o1777, "and left as it is");
}

/// The commonest mix-up in containers: the key itself where its file should be named. It must not land in the journal.
#[test]
fn a_key_is_never_repeated_whatever_it_is_given_as() {
    for name in [
        "SKEP_PRIVATE_KEY_FILE",
        "SKEP_LISTEN",
        "SKEP_APP_ID",
        "SKEP_DATA_DIR",
        "SKEP_AGENT",
        "SKEP_GITHUB_URL",
        "SKEP_LOG",
    ] {
        let machine = Machine {
            variables: vec![(name, PKCS1)],
            ..Machine::default()
        };
        let folder = TempDir::new().expect("a folder");
        let said = match machine.sources(&folder).config(&preset) {
            Ok(config) => config.show(),
            Err(error) => error.to_string(),
        };
        assert!(
            PKCS1
                .lines()
                .filter(|line| line.len() > 8)
                .all(|line| !said.contains(line)),
            "{name}: {said}"
        );
    }
    let machine = Machine {
        variables: vec![("SKEP_PRIVATE_KEY_FILE", PKCS1)],
        ..Machine::default()
    };
    let wrong = machine.wrong();
    assert!(
        wrong.contains("SKEP_PRIVATE_KEY_FILE: holds a key, not the path of a file: give it as SKEP_PRIVATE_KEY"),
        "{wrong}"
    );
}

#[test]
fn what_is_shown_can_be_used_as_the_file_it_describes() {
    let text = "listen = '127.0.0.1:9'\nready = 'never'\n[limits]\nsilence = '90s'\nmax_patch = '1MiB'\n[agents.mine]\n\
                command = ['/opt/x', '--api-key', 'hunter2', '--token=hunter2']\n[roles.docs]\ndescription = 'd'\nprompt = 'p'\n";
    let config = file(text).right();
    let shown = config.show();
    assert!(!shown.contains("hunter2"), "{shown}");
    for line in [
        "listen = \"127.0.0.1:9\"  # ",
        "silence = \"1m30s\"  # ",
        "ready = \"never\"  # ",
    ] {
        assert!(
            shown
                .lines()
                .any(|shown| shown.starts_with(line) && shown.contains("skep.toml:")),
            "{line}: {shown}"
        );
    }
    let again = file(&shown).right();
    assert_eq!(
        (again.listen, again.limits, again.ready, again.default_agent),
        (
            config.listen,
            config.limits,
            config.ready,
            config.default_agent
        )
    );
}

#[test]
fn proxies_are_read_in_both_spellings_and_never_shown() {
    let machine = |variables| Machine {
        variables,
        ..Machine::default()
    };
    let small = machine(vec![
        ("https_proxy", "http://u:hunter2@p:1"),
        ("no_proxy", "a,b"),
    ])
    .right();
    assert_eq!(
        small
            .network
            .https_proxy
            .as_ref()
            .map(|proxy| proxy.expose()),
        Some("http://u:hunter2@p:1")
    );
    assert_eq!(small.network.no_proxy, "a,b");
    assert!(!small.show().contains("hunter2") && !format!("{small:?}").contains("hunter2"));
    let wrong = machine(vec![("HTTPS_PROXY", "socks5://u:hunter2@p:1")]).wrong();
    assert!(
        wrong.contains("HTTPS_PROXY: must be a proxy's address") && !wrong.contains("hunter2"),
        "{wrong}"
    );
}
