//! The configuration from outside: precedence, mistakes, secrets.

mod commands;
mod deploy;
mod documents;
mod mistakes;
mod notify;
mod operator;
mod registered;
mod registry_names;
mod secrets;
mod shown;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::FromArgMatches;
use secrecy::ExposeSecret;
use skep::agent::registry::Known;
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
            .config(&Known)
    }

    fn right(&self) -> Config {
        self.load().expect("a right configuration")
    }

    /// The mistakes, with the folder's name left out.
    fn wrong(&self) -> String {
        let folder = TempDir::new().expect("a folder");
        let error = self.sources(&folder).config(&Known).expect_err("mistakes");
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
        (
            Pace::default(),
            SandboxChoice::Bubblewrap,
            Duration::from_secs(4)
        )
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
    let mut machine = file(
        "listen = '127.0.0.1:1'\nagent = 'goose'\nsandbox = 'bubblewrap'\nlog_format = 'json'",
    );
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
        (3, SandboxChoice::None)
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
        ("sandbox", "none"),
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
    let config = machine.sources(&folder).config(&Known).expect("right");
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
        .config(&Known)
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
        .config(&Known)
        .expect("right");
    assert_eq!(
        config.default_agent.as_deref(),
        Some("codex"),
        "the file here wins over the one there"
    );
    let config = Sources::gather(Args::default(), Environment::new(here.path(), []))
        .config(&Known)
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
fn client_id_and_client_secret_belong_together() {
    let app = format!("app_id = 7\nprivate_key = '''{PKCS8}'''\nwebhook_secret = '{SECRET}'\n");
    let of = |more: &str| format!("{app}{more}");
    let none = of("");
    let github = file(&none).right().github.expect("an App");
    assert!(github.sign_in.is_none(), "nothing is guessed");
    let both = of(
        "client_id = 'Iv23li0123456789abcd'\nclient_secret = '0123456789abcdef0123456789abcdef01234567'\n",
    );
    let config = file(&both).right();
    let shown = config.show();
    assert!(!shown.contains("89abcdef01234567"), "{shown}");
    let sign_in = config.github.expect("an App").sign_in.expect("both");
    assert_eq!(sign_in.client_id, "Iv23li0123456789abcd");
    for alone in [
        "client_id = 'Iv23li0123456789abcd'\n",
        "client_secret = '0123456789abcdef0123456789abcdef01234567'\n",
    ] {
        let said = file(&of(alone)).wrong();
        assert!(said.contains("belong together"), "{said}");
    }
    let odd = of("client_id = 'a b'\nclient_secret = '0123456789abcdef0123456789abcdef01234567'\n");
    let said = file(&odd).wrong();
    assert!(said.contains("must be the App's client id"), "{said}");
}
