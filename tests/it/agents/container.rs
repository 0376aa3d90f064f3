//! The sandbox as a container, by a real engine: Podman with an image made here of nothing but empty folders, into which this machine's
//! programs are shown read-only.
//!
//! Where no engine works that is said and nothing more: machines without one are many, and the command line is compared elsewhere.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use skep::agent::{Agents, AgentsConfig, Confinement, Output, SandboxChoice};
use skep::core::agent::{ContainerChoice, Update};
use skep::core::repository_policy::Service;

use super::services::{answers, ask};
use super::{Bench, Setup, config, kill, marked, messages, until};

const IMAGE: &str = "localhost/skep-empty:1";

/// An engine with storage of its own, which goes with the test.
struct Engine {
    words: Vec<String>,
    root: PathBuf,
}

impl Engine {
    /// Podman with the image, where it is installed. It takes no path of more than 50 characters.
    fn of(bench: &Bench) -> Self {
        let root = bench.root.path().join("pod");
        let storage = |name: &str| root.join(name).display().to_string();
        let words = [
            "podman",
            "--root",
            &storage("root"),
            "--runroot",
            &storage("run"),
            "--storage-driver",
            "vfs",
            "--cgroup-manager",
            "cgroupfs",
            "--runtime",
            "runc",
        ];
        let words = words.map(str::to_owned).to_vec();
        Self { words, root }
    }

    fn choice(&self) -> SandboxChoice {
        let variables = ["HOME", "PATH"];
        let variables = variables.iter().filter_map(|name| {
            let value = std::env::var(name).ok()?;
            Some(((*name).to_owned(), value))
        });
        SandboxChoice::Container(ContainerChoice {
            engine: self.words.clone(),
            image: IMAGE.to_owned(),
            environment: variables.collect(),
        })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]);
        command
    }

    /// Makes the image; why it cannot.
    fn make_image(&self) -> Result<(), String> {
        let folder = self.root.join("image");
        for name in [
            "usr", "etc", "proc", "sys", "dev", "tmp", "run", "var/tmp", "root", "home",
        ] {
            std::fs::create_dir_all(folder.join(name)).expect("a folder");
        }
        for name in ["bin", "sbin", "lib", "lib64"] {
            let link = std::os::unix::fs::symlink(format!("usr/{name}"), folder.join(name));
            link.expect("a link");
        }
        for library in libraries() {
            let to = folder.join(format!(
                "usr/{}",
                library
                    .display()
                    .to_string()
                    .trim_start_matches("/usr")
                    .trim_start_matches('/')
            ));
            std::fs::create_dir_all(to.parent().expect("below a folder")).expect("a folder");
            std::fs::copy(&library, to).expect("copied");
        }
        let tar = Command::new("tar")
            .arg("-C")
            .arg(&folder)
            .args(["-c", "."])
            .output();
        let tar = tar.map_err(|error| format!("tar: {error}"))?.stdout;
        let import = self
            .command()
            .args(["import", "-", IMAGE])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        let mut import = import.map_err(|error| format!("podman: {error}"))?;
        let mut pipe = import.stdin.take().expect("a pipe");
        // One that ends early says why itself.
        drop(pipe.write_all(&tar));
        drop(pipe);
        let output = import
            .wait_with_output()
            .map_err(|error| error.to_string())?;
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }
}

/// Containers go before their storage does: what watches over one would otherwise wait for it for ever.
impl Drop for Engine {
    fn drop(&mut self) {
        // Where there is no engine there is nothing to end.
        let _ended = self
            .command()
            .args(["rm", "--all", "--force", "--time", "0"])
            .output();
    }
}

/// The C library and what else skep's program is linked to: what every image of a distribution holds.
fn libraries() -> Vec<PathBuf> {
    let ldd = Command::new("ldd")
        .arg(env!("CARGO_BIN_EXE_skep"))
        .output()
        .expect("ldd runs");
    let text = String::from_utf8_lossy(&ldd.stdout).into_owned();
    let words = text.split_whitespace().filter(|word| word.starts_with('/'));
    words.map(PathBuf::from).collect()
}

/// A bench whose agents live in containers; `None` where there are none, which is said.
async fn bench() -> Option<(Bench, Engine)> {
    let mut bench = Setup::demo().bench().await;
    let engine = Engine::of(&bench);
    if let Err(why) = engine.make_image() {
        return skipped(&why);
    }
    bench.agents = agents(&bench.data(), engine.choice()).await;
    if let Confinement::Broken { why } = bench.agents.confinement() {
        return skipped(&why);
    }
    bench.launch.agent.expose = vec!["/usr".to_owned()];
    Some((bench, engine))
}

fn skipped(why: &str) -> Option<(Bench, Engine)> {
    let line = format!("skipped: the sandbox as a container, for want of an engine ({why})\n");
    std::io::stderr()
        .write_all(line.as_bytes())
        .expect("somebody reads");
    None
}

async fn agents(data: &Path, sandbox: SandboxChoice) -> Agents {
    let config = config(data, sandbox, false);
    // skep's program is shown at its own path, whatever the image holds.
    Agents::open(AgentsConfig { ..config })
        .await
        .expect("agents")
}

async fn shell(bench: &Bench, script: &str) -> Output {
    let argv = ["sh", "-c", script].map(str::to_owned);
    let ran = bench
        .agents
        .run_confined(&bench.launch, &argv, Duration::from_secs(60));
    ran.await.expect("the shell ran")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_works_in_a_container_and_sees_its_session_alone() {
    let Some((mut bench, _engine)) = bench().await else {
        return;
    };
    let secret = "canary-key";
    let variables = &mut bench.launch.agent.environment;
    variables.insert("MODEL_KEY".to_owned(), secret.to_owned());
    variables.insert("LINES".to_owned(), "one\ntwo".to_owned());
    std::fs::write(bench.data().join("skep.db"), "canary-db").expect("written");
    let data = bench.data().display().to_string();
    let script = format!(
        "echo key $MODEL_KEY; printf '%s\\n' \"$LINES\"; cat {data}/skep.db; ls {data}/sessions; touch here && echo wrote here; \
         touch /usr/x /etc/x /x 2>/dev/null && echo wrote beside; touch /tmp/x && echo wrote scratch; \
         grep -E 'CapEff|NoNewPrivs|^Seccomp:' /proc/self/status; tail -n +3 /proc/net/dev | cut -d: -f1; \
         mount -t tmpfs none /mnt 2>/dev/null && echo mounted; env | cut -d= -f1 | sort | tr '\\n' ' '"
    );
    std::fs::write(bench.launch.workspace.join("look.sh"), script).expect("a script");
    let (_, updates) = bench.play("run sh look.sh").await;
    let seen = messages(&updates).join("\n");
    for line in [
        "key canary-key",
        "one\ntwo",
        "wrote here",
        "wrote scratch",
        "CapEff:\t0000000000000000",
        "NoNewPrivs:\t1",
        "Seccomp:\t2",
    ] {
        assert!(seen.contains(line), "{line:?} is missing in {seen}");
    }
    for line in ["canary-db", "wrote beside", "eth0", "mounted"] {
        assert!(!seen.contains(line), "{line:?} is in {seen}");
    }
    assert!(seen.contains("lo"), "{seen}");
    assert!(bench.launch.workspace.join("here").is_file());
    // What a command line holds every user of the machine can read.
    bench
        .agents
        .close(&bench.launch.session)
        .await
        .expect("ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_of_an_agent_in_a_container_stand_in_no_command_line() {
    let Some((mut bench, _engine)) = bench().await else {
        return;
    };
    let variables = &mut bench.launch.agent.environment;
    variables.insert("MODEL_KEY".to_owned(), "canary-in-a-line".to_owned());
    let (_, updates) = bench.play("say hello").await;
    assert!(!messages(&updates).is_empty(), "{updates:?}");
    assert!(!bench.processes().is_empty(), "nothing runs");
    let entries = std::fs::read_dir("/proc").expect("proc").flatten();
    let lines =
        entries.map(|entry| std::fs::read(entry.path().join("cmdline")).unwrap_or_default());
    let told = lines.filter(|line| String::from_utf8_lossy(line).contains("canary-in-a-line"));
    assert_eq!(told.count(), 0);
    bench
        .agents
        .close(&bench.launch.session)
        .await
        .expect("ended");
    assert_eq!(bench.processes(), Vec::<u32>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_reaches_what_the_proxy_lets_through_and_is_told_what_not() {
    let Some((bench, _engine)) = bench().await else {
        return;
    };
    let script = "python3 -c \"import urllib.request as u; u.urlopen('http://other.example/', timeout=20)\" 2>&1 | tail -n 1";
    std::fs::write(bench.launch.workspace.join("fetch.sh"), script).expect("a script");
    let (_, updates) = bench.play("run sh fetch.sh").await;
    let refused = updates.iter().any(|update| {
        matches!(update, Update::Refused { attempt, .. } if attempt.what == "other.example:80")
    });
    assert!(refused, "{updates:?}");
    bench
        .agents
        .close(&bench.launch.session)
        .await
        .expect("ended");
}

/// What the engine's own filter denies before ours nobody hears of; what is left to ours is told as elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_kernel_refuses_in_a_container_is_told() {
    let Some((bench, _engine)) = bench().await else {
        return;
    };
    if std::env::consts::ARCH != "x86_64" {
        return;
    }
    let script = "perl -e 'syscall(101, 0x4200, 0, 0, 0); print \"ptrace: $!\\n\"'\n\
                  perl -MSocket -e 'socket($s, AF_INET, SOCK_STREAM, 0); connect($s, sockaddr_in(80, inet_aton(\"169.254.169.254\"))); print \"connect: $!\\n\"'\n";
    std::fs::write(bench.launch.workspace.join("try.sh"), script).expect("a script");
    let (_, updates) = bench.play("run sh try.sh").await;
    let said = messages(&updates).join("\n");
    assert!(said.contains("ptrace: Operation not permitted"), "{said}");
    assert!(said.contains("connect: Network is unreachable"), "{said}");
    let told: Vec<(&str, &str)> = updates
        .iter()
        .filter_map(|update| match update {
            Update::Refused { attempt, .. } => Some((&*attempt.what, &*attempt.by)),
            _ => None,
        })
        .collect();
    assert_eq!(told, [("ptrace", "perl"), ("169.254.169.254:80", "perl")]);
    bench
        .agents
        .close(&bench.launch.session)
        .await
        .expect("ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_in_a_container_ends_with_its_agents() {
    let Some((bench, engine)) = bench().await else {
        return;
    };
    std::fs::write(
        bench.launch.workspace.join("wait.sh"),
        "touch begun; sleep 300",
    )
    .expect("a script");
    let request = bench.request("run sh wait.sh");
    let (sender, _receiver) = tokio::sync::mpsc::channel(64);
    let cancel = tokio_util::sync::CancellationToken::new();
    let turn = bench.agents.turn(request, sender, cancel);
    let begun = bench.launch.workspace.join("begun");
    tokio::select! {
        ended = turn => panic!("{ended:?}"),
        () = until("the start", || begun.is_file()) => {}
    }
    let inside = engine
        .command()
        .args(["ps", "--quiet"])
        .output()
        .expect("podman runs");
    assert_eq!(String::from_utf8_lossy(&inside.stdout).lines().count(), 1);
    let owner = bench.data();
    drop(bench.agents);
    until("the end", || marked(&owner).is_empty()).await;
    let left = || {
        engine
            .command()
            .args(["ps", "--quiet"])
            .output()
            .expect("podman runs")
    };
    until("the container's end", || left().stdout.is_empty()).await;
}

/// The first process of a container, without one: skep's death is the end of its socket.
#[tokio::test]
async fn the_first_process_ends_with_skep() {
    let folder = tempfile::tempdir().expect("a folder");
    let (socket, pid) = (folder.path().join("life.sock"), folder.path().join("pid"));
    let life = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
    let mut first = Command::new(env!("CARGO_BIN_EXE_skep"))
        .args(["fence", "--reap", "--life"])
        .arg(&socket)
        .args([
            "--",
            "sh",
            "-c",
            "echo $$ >\"$0.new\"; mv \"$0.new\" \"$0\"; exec sleep 300",
        ])
        .arg(&pid)
        .spawn()
        .expect("skep runs");
    until("the start", || pid.is_file()).await;
    assert_eq!(first.try_wait().expect("asked"), None);
    drop(life);
    until("the end", || first.try_wait().expect("asked").is_some()).await;
    let code = first.wait().expect("ended").code();
    assert_eq!(code, Some(125));
    // In a container the kernel would have ended it as well.
    let number = std::fs::read_to_string(&pid).expect("a number");
    kill(number.trim().parse().expect("a number"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_containers_ends_with_the_program() {
    let Some((bench, engine)) = bench().await else {
        return;
    };
    let script = "setsid sh -c 'env -i sleep 300' & exit 7";
    let output = shell(&bench, script).await;
    assert!(!output.success && output.status.contains('7'), "{output:?}");
    let left = engine
        .command()
        .args(["ps", "--quiet"])
        .output()
        .expect("podman runs");
    assert!(left.stdout.is_empty(), "{left:?}");
    for number in bench.processes() {
        kill(number);
    }
}

#[tokio::test]
async fn without_the_image_no_agent_starts_and_the_remedy_is_named() {
    let bench = Setup::demo().bench().await;
    let engine = Engine::of(&bench);
    if let Err(why) = engine.command().arg("info").output() {
        skipped(&why.to_string());
        return;
    }
    let agents = agents(&bench.data(), engine.choice()).await;
    let Confinement::Broken { why } = agents.confinement() else {
        panic!("{:?}", agents.confinement());
    };
    assert!(
        why.contains("podman pull") || why.contains("does not work"),
        "{why}"
    );
}

#[tokio::test]
async fn without_an_engine_no_agent_starts() {
    let bench = Setup::demo().bench().await;
    for (engine, said) in [
        (
            vec!["no-such-engine".to_owned()],
            "no-such-engine is not installed",
        ),
        (vec!["false".to_owned()], "does not work"),
    ] {
        let choice = ContainerChoice {
            engine,
            image: IMAGE.to_owned(),
            ..Default::default()
        };
        let agents = agents(&bench.data(), SandboxChoice::Container(choice)).await;
        let Confinement::Broken { why } = agents.confinement() else {
            panic!("{:?}", agents.confinement());
        };
        assert!(why.contains(said), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn services_stand_beside_an_agent_in_its_container() {
    let Some((mut bench, _engine)) = bench().await else {
        return;
    };
    let services = &mut bench.launch.grants.services;
    services.insert("words".to_owned(), answers(4_650, "\"blue\\n\""));
    let script = format!("run {}", ask(4_650));
    let (_, updates) = bench.play(&script).await;
    let seen = messages(&updates).join("\n");
    assert!(seen.contains("blue"), "{seen}");
    let closed = bench.agents.close(&bench.launch.session).await;
    closed.expect("ended");
    assert_eq!(bench.processes(), Vec::<u32>::new());
    let broken = answers(4_650, "1");
    let broken = Service {
        command: vec!["sh".to_owned(), "-c".to_owned(), "exit 3".to_owned()],
        ..broken
    };
    let services = &mut bench.launch.grants.services;
    services.insert("words".to_owned(), broken);
    let (end, _) = bench.turn(bench.request("say Hello.")).await;
    let told = end.expect_err("it did not come up").to_string();
    assert!(told.contains("exit code 3"), "{told}");
}
