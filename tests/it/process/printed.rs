//! What commands print, whole: an operator reads it, so that a change of it is seen. Times, paths and versions are replaced.
//!
//! What a command does is the business of other tests.

use std::process::{Command, Stdio};

use regex::Regex;

use super::running::{Ended, Served, skep};
use super::setup::Setup;

/// A text of the program with what differs from run to run replaced, and columns two spaces apart.
fn steady(text: &str) -> String {
    let rules = [
        (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z", "MOMENT"),
        (r"\b(\d+h)?(\d+m)?\d+(\.\d+)?(ms| ms| s|s)\b", "SPAN"),
        (r"\b\d+(\.\d+)? [MG]iB", "SIZE"),
        (r"\b[0-9a-f]{40}\b|\b[0-9a-f]{10}\b", "COMMIT"),
        (r"http://127\.0\.0\.1:\d+", "http://HOST"),
        (r"\bwaited_ms=\d+", "waited_ms=NUMBER"),
        // A process that is over sooner than it is measured has no memory.
        (r"\busage=\(.*\)", "usage=(MEASURED)"),
        (r"\bdemo-[0-9a-f]+-\d+", "demo-NUMBER"),
        (r"\bskep-demo \d+\.\d+\.\d+", "skep-demo VERSION"),
        (r" {2,}", "  "),
        (r" +\n", "\n"),
        // How often it is told depends on how fast the agent is.
        (r".* session\.progress .*\n", ""),
    ];
    rules.iter().fold(text.to_owned(), |text, (rule, to)| {
        let rule = Regex::new(rule).expect("a pattern");
        rule.replace_all(&text, *to).into_owned()
    })
}

/// What it says on both ways, and how it ended.
fn told((code, out, err): Ended) -> String {
    let code = code.expect("it ended by itself");
    format!("{out}{err}(exit code {code})")
}

/// A service on which one issue has become a pull request.
async fn one_done() -> (Setup, Served) {
    let setup = Setup::new().await;
    setup.hurry();
    let served = Served::start(&setup);
    let issue = setup.go("plan Look | Write\nstart 1\ntick 1\nwrite A.md: a\ntick 2\nsay Done.");
    served.settled(issue, "in-review").await;
    (setup, served)
}

async fn ask(setup: &Setup, served: &Served, line: &str) -> String {
    let line = format!("{line} --admin {}", served.admin);
    steady(&told(skep(&line, &setup.token()).await))
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_and_one_of_them_are_printed() {
    let (setup, served) = one_done().await;
    let id = served.sessions().await.remove(0);
    insta::assert_snapshot!(ask(&setup, &served, "sessions").await, @r#"
    SESSION  ISSUE  STATE  AGE  TOOK  PULL  ROLE  AGENT
    1296269-1-1  octo/hello#1  completed  SPAN  SPAN  #2  swe  skep
    (exit code 0)
    "#);
    let session = ask(&setup, &served, &format!("session {id}")).await;
    insta::assert_snapshot!(session, @r#"
    session:  1296269-1-1
    issue:  octo/hello#1
    state:  completed
    why:  pull_request
    role:  swe
    agent:  skep
    branch:  agent/1-write-a
    pull request:  http://HOST/octo/hello/pull/2
    queued:  MOMENT
    took:  SPAN
    spent:  tokens unknown, cost unknown, SPAN at work

    TIME  EVENT  DETAILS
    MOMENT  task.queued  role=swe why=the issue has no `role:*` label, so the default `swe` agent=skep title=Write A
    MOMENT  session.dispatched  waited_ms=NUMBER round=0
    MOMENT  workspace.ready  base=COMMIT branch=agent/1-write-a from=COMMIT
    MOMENT  session.running  agent=skep-demo VERSION agent_session=demo-NUMBER
    MOMENT  session.idle  stop=end_turn usage=(MEASURED)
    MOMENT  session.collected  head=COMMIT base=COMMIT commits=1 files=1 paths=A.md insertions=1 deletions=0
    MOMENT  branch.pushed  branch=agent/1-write-a head=COMMIT
    MOMENT  change.risk  head=COMMIT risk=low reasons=unverified
    MOMENT  pull_request.opened  number=2 url=http://HOST/octo/hello/pull/2 draft=true
    MOMENT  session.completed  stop=pull_request state=in-review
    (exit code 0)
    "#);
    let none = ask(&setup, &served, "sessions --live").await;
    insta::assert_snapshot!(none, @r#"
    No sessions.
    (exit code 0)
    "#);
    served.stop().await;
}

/// Those that no other test runs.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_looks_tells_of_the_same_work() {
    let (setup, served) = one_done().await;
    insta::assert_snapshot!(ask(&setup, &served, "queue").await, @r#"
    0 of 10 slots in use, nothing waits
    memory: SIZE free, SIZE kept free
    (exit code 0)
    "#);
    insta::assert_snapshot!(ask(&setup, &served, "waves octo/hello").await, @r#"
    nothing waits there and nothing is at work
    (exit code 0)
    "#);
    insta::assert_snapshot!(ask(&setup, &served, "outcomes").await, @r#"
    1 pull request opened since MOMENT; accepted: merged, on the base branch and not reverted

    ROLE  AGENT  PULLS  OPEN  MERGED  REWORKED  NOT ON BASE  REVERTED  CLOSED  ACCEPTED  COST EACH
    swe  skep  1  1
    (exit code 0)
    "#);
    let link = ask(&setup, &served, "dashboard").await;
    assert!(
        link.contains("http://HOST/") && link.ends_with("(exit code 0)"),
        "{link}"
    );
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_there_are_are_printed() {
    insta::assert_snapshot!(told(skep("help", &[]).await), @r#"
    A self-hosted GitHub App: label an issue, talk to the agent on it, get a pull request

    Usage: skep <COMMAND>

    Commands:
      setup          Register skep as a GitHub App by one button, then watch until everything works
      serve          Serve webhooks and run sessions until SIGTERM or SIGINT; SIGHUP reads secrets,
                     roles and limits again
      demo           Watch issues become pull requests: a GitHub, an agent and skep, all on this machine
      dispatch       Queue issues as if they had been labeled, and print their sessions
      dashboard      Print a link to the dashboard that signs in once
      mcp            Offer a running skep to an assistant (Model Context Protocol), on standard input
                     and output or over HTTP
      sessions       List sessions, newest first
      session        Show one session with its timeline
      queue          Show what waits, in the order in which it would start, and for what
      graph          Draw which issue of a repository waits for which: as Mermaid (GitHub shows it in
                     Markdown), for Graphviz, as JSON, or as plain lines
      outcomes       Show what became of the pull requests, and what an accepted one cost, by role and
                     agent
      results        Show how sessions went: how many, how well, how long, and when the rest should be
                     done
      events         Show what happened, oldest first; with --follow, also what happens from then on
      audit          Show the audit: who asked for what, what was decided and why; or check that nobody
                     has changed it
      notifications  Show who is told outside GitHub and what was given up; send it after all; try a
                     target
      waves          Show what waits in a repository, in waves whose issues will probably not touch the
                     same files
      plan           Show what would come of an issue if it was started now; or which issues a
                     repository's task list would become
      replay         Run deliveries again on a copy of the state, and show what is decided: nothing is
                     written here or on GitHub
      import         Take over what other tools were told of a repository: Symphony, Copilot's agents
                     and setup steps, OpenHands, labels
      stop           Stop a session; the issue is told
      pause          Start nothing until `skep resume`, also over a restart; sessions at work go on.
                     With an issue, hold its session
      resume         Start again what waits, after `skep pause`. With an issue, its session goes on
      drain          Start nothing more (as `skep pause` does), and wait until no agent is at work
      retry          Run an issue again after its session ended, as `/agent retry` does
      answer         Answer the open question of an issue's session, as `/agent answer` does
      approve        Approve what waits for approval on an issue, as `/agent approve` does
      priority       Say how soon an issue is worked on, as `/agent priority` does
      status         Show counts, the queue and what is active. Fails when no skep is running
      top            Watch what goes on, and answer, pause or stop with a key
      token          Make, list and revoke tokens with which programs use the admin address
      sandbox        Show what a session may read, write and reach, or try a command in its sandbox
      verify-pull    Check the signed statement of where a pull request comes from, and run its recorded
                     commands again in a sandbox
      backup         Copy the database, the keys and the work that is kept nowhere else into a new
                     folder, while skep runs
      restore        Put a backup back, into an empty data folder and an empty database; skep must not
                     run on them
      migrate        Move the data folder's SQLite database into the configured, empty Postgres; skep
                     must not run
      agents         List coding agents: presets and those of the ACP registry, what is installed and
                     what each needs
      doctor         Look at everything skep needs, here and on GitHub, and say what to do about what is
                     wrong
      config         Check, show or begin the configuration
      completions    Print the completions for a shell
      man            Print the manual page, or write it and one for each command into a folder
      help           Print the help of a command

    Options:
      -h, --help     Print help
      -V, --version  Print version
    (exit code 0)
    "#);
}

/// Versions change with the registry that is looked at for a release; what is told of each does not.
#[tokio::test(flavor = "multi_thread")]
async fn agents_are_printed_where_none_is_installed() {
    let (code, out, err) = skep("agents", &[]).await;
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let presets: Vec<&str> = out.lines().take(7).collect();
    let version = Regex::new(r"  \d+\.\d+\.\d+ +").expect("a pattern");
    let presets = version
        .replace_all(&presets.join("\n"), "  VERSION  ")
        .into_owned();
    insta::assert_snapshot!(steady(&presets), @r#"
    NAME  HERE  VERSION  LICENCE  NEEDS  TO INSTALL
    copilot  not installed  VERSION  proprietary  one of COPILOT_GITHUB_TOKEN, COPILOT_PROVIDER_API_KEY, or its own login  npm install --global @github/copilot
    claude  not installed  VERSION  proprietary  one of ANTHROPIC_*, CLAUDE_CODE_OAUTH_TOKEN, or its own login  npm install --global @agentclientprotocol/claude-agent-acp
    gemini  not installed  VERSION  Apache-2.0  one of GEMINI_API_KEY, GOOGLE_API_KEY, or its own login  npm install --global @google/gemini-cli
    codex  not installed  VERSION  Apache-2.0  one of OPENAI_API_KEY, CODEX_API_KEY, or its own login  npm install --global @agentclientprotocol/codex-acp
    opencode  not installed  VERSION  MIT  one of OPENCODE_*, ANTHROPIC_API_KEY, OPENAI_API_KEY, GEMINI_API_KEY, OPENROUTER_API_KEY, or its own login  npm install --global opencode-ai
    goose  not installed  VERSION  Apache-2.0  one of GOOSE_*, OPENAI_*, ANTHROPIC_API_KEY, GOOGLE_API_KEY, OPENROUTER_API_KEY, or its own login  curl -fsSL https://github.com/block/goose/releases/download/stable/download_cli.sh | CONFIGURE=false bash
    "#);
}

/// What differs from the defaults; the whole reference stands in `docs/configuration.md`.
#[tokio::test(flavor = "multi_thread")]
async fn the_configuration_is_printed_without_its_secrets() {
    let set = [
        ("SKEP_APP_ID", "4242"),
        ("SKEP_WEBHOOK_SECRET", "hunter2-hunter2-hunter2"),
        (
            "SKEP_ADMIN_TOKEN",
            "hunter3-hunter3-hunter3-hunter3-hunter3",
        ),
        (
            "SKEP_DATABASE_URL",
            "postgres://skep:hunter4@db.example/skep",
        ),
        ("SKEP_AGENT", "goose"),
        ("SKEP_DATA_DIR", "/var/lib/skep"),
        ("HTTPS_PROXY", "http://me:hunter5@proxy.example:3128"),
    ];
    let set = set.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let (code, out, err) = skep("config show", &set).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(!out.contains("hunter"), "{out}");
    let plain = |line: &&str| {
        let of_all = ["# default", "# preset goose"]
            .iter()
            .any(|end| line.ends_with(end));
        !of_all && !line.starts_with("# ignored besides") && line.contains(" = ")
    };
    let set: Vec<&str> = out.lines().filter(plain).collect();
    insta::assert_snapshot!(set.join("\n"), @r#"
    # admin_token = set (39 characters)  # SKEP_ADMIN_TOKEN
    data_dir = "/var/lib/skep"  # SKEP_DATA_DIR
    # database_url = set (39 characters)  # SKEP_DATABASE_URL
    app_id = "4242"  # SKEP_APP_ID
    # webhook_secret = set (23 characters)  # SKEP_WEBHOOK_SECRET
    # https_proxy = set (36 characters)  # HTTPS_PROXY
    agent = "goose"  # SKEP_AGENT
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_tells_an_empty_folder_what_is_missing() {
    insta::assert_snapshot!(told(skep("doctor", &[]).await), @r#"
    ✗ App          none is configured: `skep setup` registers one by a button
    ✗ agent        none is named: `skep agents` lists them; set SKEP_AGENT
    skep: `skep serve` still needs:
      SKEP_APP_ID (or app_id in skep.toml): The GitHub App's number ("App ID" on its page).
      SKEP_PRIVATE_KEY_FILE (or private_key_file in skep.toml): A file with the App's private key; give this or `private_key`.
      SKEP_WEBHOOK_SECRET (or webhook_secret in skep.toml): The App's webhook secret.
      SKEP_AGENT (or agent in skep.toml): The agent of roles that name none: a preset (`copilot claude gemini codex opencode goose`), any other name that `skep agents` lists, a name under `[agents]`, or a command line that speaks ACP.

    The way there:
      1. `skep setup --url https://YOUR-HOST --agent NAME` registers the App by one button and keeps its secrets.
         (No public address? --poll 30s in place of --url: skep asks GitHub for news.)
      2. Give the agent its model's key, and start `skep serve` (with SKEP_AGENT, if it is not in skep.toml).
      3. Add the label agent:go to an issue.
    An App that is there already is named by SKEP_APP_ID, SKEP_PRIVATE_KEY_FILE and SKEP_WEBHOOK_SECRET.

    `skep demo` shows all of it without GitHub; `skep config check` says what is left to do.
    (exit code 2)
    "#);
}

/// Whoever reads no errors gets the right exit code all the same: systemd starts a service with wrong settings no second time.
#[test]
fn a_closed_standard_error_changes_no_exit_code() {
    for (line, code) in [
        ("serve", 2),
        ("status --admin 127.0.0.1:9", 1),
        ("help none", 2),
    ] {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let ended = Command::new(env!("CARGO_BIN_EXE_skep"))
            .args(line.split(' '))
            .env_clear()
            .env("HOME", folder.path())
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(writer)
            .status()
            .expect("it starts");
        assert_eq!(ended.code(), Some(code), "{line}");
    }
}
