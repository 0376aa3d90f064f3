//! The fence: what an agent sees, can write and inherits, and that nothing outlives skep itself.

use std::path::Path;
use std::time::Duration;

use skep::agent::{AgentError, Agents, AgentsConfig, Output, Resources, SandboxChoice};

use super::{Bench, Setup, config, kill, marked, until};

fn fenced(bench: &Bench) -> bool {
    super::fenced(&bench.agents)
}

async fn shell(bench: &Bench, script: &str) -> Output {
    let argv = ["sh", "-c", script].map(str::to_owned);
    bench
        .agents
        .run_confined(&bench.launch, &argv, Duration::from_secs(60))
        .await
        .expect("the shell ran")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn nothing_of_the_service_is_in_sight() {
    let bench = Setup::demo().bench().await;
    if !fenced(&bench) {
        return;
    }
    let data = bench.data();
    for (file, canary) in [
        ("skep.db", "canary-db"),
        ("sessions/two/work/x", "canary-two"),
        ("mirror.git/HEAD", "ref\n"),
    ] {
        std::fs::write(data.join(file), canary).expect("written");
    }
    let script = format!(
        "cd {data}; find . | sort; cat skep.db sessions/two/work/x; cat mirror.git/HEAD; ls -A /home /root /run /tmp; echo; \
         touch new 2>/dev/null; touch mirror.git/new 2>/dev/null && echo wrote mirror; \
         touch /etc/new 2>/dev/null && echo wrote etc; touch sessions/one/work/ok && echo wrote work",
        data = data.display()
    );
    let seen = text(&shell(&bench, &script).await);
    for line in ["./mirror.git/HEAD", "ref", "wrote work"] {
        assert!(seen.contains(line), "{line:?} is missing in {seen}");
    }
    for line in ["canary", "skep.db", "two", "wrote mirror", "wrote etc"] {
        assert!(!seen.contains(line), "{line:?} is in {seen}");
    }
    // Where skep's folder is below a scratch folder of the fence, the agent may write there: into the fence's own.
    assert!(!data.join("new").exists(), "wrote data: {seen}");
    let lists: Vec<&str> = seen
        .lines()
        .skip_while(|line| !line.starts_with("/home:"))
        .collect();
    for folder in ["/home:", "/root:", "/run:"] {
        let at = lists
            .iter()
            .position(|line| *line == folder)
            .unwrap_or_else(|| panic!("{folder} is not in {seen}"));
        // What lies there may only be what the fence itself put: the way to skep's own folders and to the resolver's file.
        let entries: Vec<&&str> = lists[at + 1..]
            .iter()
            .take_while(|line| !line.is_empty())
            .collect();
        let resolver = Path::new("/etc/resolv.conf")
            .canonicalize()
            .unwrap_or_default();
        let shown = |entry: &str| {
            let entry = Path::new(folder.trim_end_matches(':')).join(entry);
            data.starts_with(&entry) || resolver.starts_with(&entry)
        };
        assert!(
            entries.iter().all(|entry| shown(entry)),
            "{folder} {entries:?}"
        );
    }
}

/// As version managers lay programs out below a home, which the fence hides: the agent is a link to a script of npm's, and
/// what interprets it lies beside it.
#[tokio::test]
async fn an_agent_below_a_hidden_home_starts_and_sees_nothing_else_there() {
    let mut bench = Setup::demo().bench().await;
    if !fenced(&bench) {
        return;
    }
    let home = bench
        .root
        .path()
        .canonicalize()
        .expect("it is there")
        .join("ana");
    let (bin, lib) = (
        home.join(".nvm/v22/bin"),
        home.join(".nvm/v22/lib/node_modules/agent"),
    );
    for folder in [&bin, &lib] {
        std::fs::create_dir_all(folder).expect("folders");
    }
    std::fs::write(home.join(".npmrc"), "canary").expect("written");
    std::fs::copy(
        Path::new("/bin/sh").canonicalize().expect("a shell"),
        bin.join("node"),
    )
    .expect("a program");
    let script = format!(
        "#!/usr/bin/env node\necho it runs\ncat {}/.npmrc\nls -A {}\n",
        home.display(),
        home.display()
    );
    std::fs::write(lib.join("cli.js"), script).expect("written");
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(lib.join("cli.js"), executable).expect("made executable");
    std::os::unix::fs::symlink("../lib/node_modules/agent/cli.js", bin.join("agent"))
        .expect("a link");
    std::os::unix::fs::symlink(&bin, home.join("current")).expect("a link");
    for folder in [bin, home.join("current")] {
        let path = format!(
            "{}:{}",
            folder.display(),
            std::env::var("PATH").expect("a path")
        );
        let config = config(&bench.data(), SandboxChoice::Bubblewrap, false);
        bench.agents = Agents::open(AgentsConfig {
            path,
            hide: vec![home.clone()],
            ..config
        })
        .await
        .expect("agents");
        let argv = ["agent".to_owned()];
        let output = bench
            .agents
            .run_confined(&bench.launch, &argv, Duration::from_secs(60))
            .await
            .expect("it ran");
        assert_eq!(text(&output), "it runs\n.nvm\n", "{folder:?}: {output:?}");
    }
}

#[tokio::test]
async fn no_environment_but_the_list_is_in_reach() {
    let mut bench = Setup::demo().bench().await;
    if !fenced(&bench) {
        return;
    }
    bench
        .launch
        .agent
        .environment
        .insert("MODEL_KEY".into(), "canary-model".into());
    let all = "for e in /proc/[0-9]*/environ /proc/self/environ; do tr '\\0' '\\n' <$e; done; cat /proc/[0-9]*/cmdline";
    let seen = text(&shell(&bench, all).await);
    // The test itself runs with cargo's variables: none may be seen, in any process.
    assert!(seen.contains("SKEP_SESSION=1296269-12-1"), "{seen}");
    assert!(
        !seen.contains("CARGO_") && !seen.contains("canary-model"),
        "{seen}"
    );
    let names = "cat /proc/self/environ | tr '\\0' '\\n' | sed 's/=.*//' | sort | tr '\\n' ' '";
    let (end, updates) = bench.turn(bench.request(&format!("run {names}"))).await;
    end.expect("the turn ends");
    assert_eq!(
        super::messages(&updates),
        [
            "GIT_AUTHOR_EMAIL GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL GIT_COMMITTER_NAME GIT_TERMINAL_PROMPT HOME HTTPS_PROXY HTTP_PROXY LANG \
         MODEL_KEY NODE_USE_ENV_PROXY NO_PROXY PATH PWD SKEP_HOME SKEP_PROCESS SKEP_SESSION TERM TMPDIR http_proxy https_proxy no_proxy"
        ]
    );
    // None of skep's own open files; those this test got from whoever started it are in every child.
    let files = text(&shell(&bench, "ls /proc/self/fd").await);
    let child = std::process::Command::new("ls")
        .arg("/proc/self/fd")
        .output()
        .expect("ls");
    assert_eq!(files, String::from_utf8_lossy(&child.stdout));
    let processes = text(&shell(&bench, "ls -d /proc/[0-9]* | wc -l").await);
    assert!(
        processes.trim().parse::<u32>().expect("a number") < 10,
        "{processes}"
    );
}

#[tokio::test]
async fn a_read_only_working_copy_is_read_only() {
    let mut bench = Setup::demo().bench().await;
    if !fenced(&bench) {
        return;
    }
    std::fs::write(bench.launch.workspace.join("kept.txt"), "kept").expect("written");
    bench.launch.read_only = true;
    let script = "cat kept.txt; echo x >>kept.txt; touch new.txt; rm kept.txt; mount -o remount,rw . ; touch $HOME/mine";
    let output = shell(&bench, script).await;
    assert_eq!(text(&output), "kept");
    assert_eq!(bench.file("kept.txt").as_deref(), Some("kept"));
    assert_eq!(bench.file("new.txt"), None);
    assert!(bench.launch.home.join("mine").exists(), "{}", output.stderr);
}

#[tokio::test]
async fn hidden_files_and_folders_are_hidden() {
    let mut bench = Setup::demo().bench().await;
    if !fenced(&bench) {
        return;
    }
    let shown = bench.root.path().join("tools");
    std::fs::create_dir_all(shown.join("private")).expect("folders");
    for file in ["app.pem", "private/key", "open.txt"] {
        std::fs::write(shown.join(file), format!("canary {file}")).expect("written");
    }
    let hide = vec![shown.join("app.pem"), shown.join("private")];
    let config = AgentsConfig {
        hide,
        ..config(&bench.data(), SandboxChoice::Bubblewrap, false)
    };
    bench.agents = Agents::open(config).await.expect("agents");
    bench.launch.agent.expose = vec![shown.display().to_string()];
    let script = format!(
        "cd {}; cat app.pem open.txt; ls private; cat private/key",
        shown.display()
    );
    assert_eq!(text(&shell(&bench, &script).await), "canary open.txt");
}

#[tokio::test]
async fn one_off_commands_are_capped_and_timed() {
    let bench = Setup::demo().bench().await;
    let output = shell(&bench, "head -c 3000000 /dev/zero; echo oops >&2; exit 4").await;
    assert_eq!(
        (output.stdout.len(), output.truncated, output.success),
        (1 << 20, true, false)
    );
    assert_eq!(
        (output.status.as_str(), output.stderr.as_str()),
        ("exit status: 4", "oops\n")
    );
    let argv = ["sh", "-c", "setsid sleep 300 & sleep 300"].map(str::to_owned);
    let late = bench
        .agents
        .run_confined(&bench.launch, &argv, Duration::from_millis(300))
        .await;
    assert_eq!(late, Err(AgentError::Timeout(Duration::from_millis(300))));
    assert!(bench.processes().is_empty());
}

#[tokio::test]
async fn limits_hold() {
    let mut bench = Setup::demo().bench().await;
    bench.launch.resources = Resources {
        file_bytes: Some(1 << 20),
        open_files: Some(64),
        processes: None,
    };
    let output = shell(
        &bench,
        "ulimit -c; ulimit -n; head -c 2000000 /dev/zero >big; stat -c %s big",
    )
    .await;
    assert_eq!(text(&output), "0\n64\n1048576\n", "{}", output.stderr);
}

#[tokio::test]
async fn a_program_in_a_hidden_place_still_runs() {
    let bench = Setup::demo().bench().await;
    if !fenced(&bench) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("skep");
    std::fs::copy(env!("CARGO_BIN_EXE_skep"), &program).expect("copied");
    let mut bench = bench;
    bench.launch.agent = skep::agent::presets::demo(&program.to_string_lossy());
    let (end, _) = bench.play("say hello").await;
    assert_eq!(end.message, "hello");
}

const HOLD: &str = "SKEP_TEST_HOLD";

/// Not a test by itself: the next ones run it in a process of its own and kill that.
#[tokio::test]
async fn hold_a_session() {
    let Ok(told) = std::env::var(HOLD) else {
        return;
    };
    let (choice, data) = told.split_once(':').expect("a choice and a folder");
    let sandbox = if choice == "none" {
        SandboxChoice::None
    } else {
        SandboxChoice::Bubblewrap
    };
    let own = Setup::demo().bench().await;
    let mut request = own.request("run setsid sleep 300 >/dev/null 2>&1 &\nspawn-survivor\nhang");
    request.launch.workspace = Path::new(data).join("sessions/one/work");
    request.launch.home = Path::new(data).join("sessions/one/home");
    let agents = Agents::open(config(Path::new(data), sandbox, false))
        .await
        .expect("agents");
    // This process is killed and cleans nothing up after that.
    drop(own);
    let (updates, _taken) = tokio::sync::mpsc::channel(64);
    let end = agents.turn(request, updates, Default::default()).await;
    panic!("it was killed before: {end:?}");
}

async fn killed_parent(choice: &str) -> Bench {
    let bench = Setup::demo().bench().await;
    let mut parent = std::process::Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "agents::fence::hold_a_session", "--nocapture"])
        .env(HOLD, format!("{choice}:{}", bench.data().display()))
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("a parent");
    until("the session in the other process", || {
        marked(&bench.data()).len() >= 3
    })
    .await;
    kill(parent.id());
    parent.wait().expect("it ended");
    bench
}

#[tokio::test]
async fn nothing_outlives_a_killed_skep() {
    let probe = Setup::demo().bench().await;
    if !fenced(&probe) {
        return;
    }
    let bench = killed_parent("bubblewrap").await;
    until("the end of its agents", || bench.processes().is_empty()).await;
}

#[tokio::test]
async fn a_new_life_ends_what_a_killed_skep_left() {
    let bench = killed_parent("none").await;
    let mut stranger = std::process::Command::new("sleep")
        .arg("300")
        .env("SKEP_HOME", "/elsewhere")
        .spawn()
        .expect("sleep");
    assert!(!bench.processes().is_empty(), "there is nothing to end");
    Agents::open(config(&bench.data(), SandboxChoice::Bubblewrap, false))
        .await
        .expect("agents");
    assert!(bench.processes().is_empty());
    assert!(
        stranger.try_wait().expect("asked").is_none(),
        "a stranger was ended"
    );
    stranger.kill().expect("killed");
    stranger.wait().expect("ended");
}
