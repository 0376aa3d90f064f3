//! `skep sandbox show`: a session's sandbox on paper; `skep sandbox try`: a command in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::running::{Ended, skep};
use super::setup::Setup;

/// The words of the command line are split at spaces.
async fn show(setup: &Setup, more: &[(&str, &str)], line: &str) -> (Option<i32>, String, String) {
    let mut variables = setup.environment();
    let more = more
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    variables.extend(more);
    skep(&format!("sandbox show {line}"), &variables).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_session_may_read_write_and_reach_is_told_and_nothing_is_left() {
    let setup = Setup::new().await;
    let data = setup.data().display().to_string();
    let (code, out, err) = show(&setup, &[], "swe").await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    for line in [
        "role       swe, with the agent skep",
        "sandbox    bubblewrap",
        "the mirror of its repository",
        "writes     its working copy",
        "its home",
        "/tmp (in memory, its own)",
        "reaches    nothing but itself",
        "limit      processes: 512",
    ] {
        assert!(out.contains(line), "{line:?} is missing in {out}");
    }
    assert!(out.contains(" /usr ") && out.contains("HOME"), "{out}");
    assert!(!setup.data().exists(), "the data folder was left behind");
    // A role that only looks writes nothing but its home.
    let (_, out, _) = show(&setup, &[], "triage").await;
    assert!(out.contains("writes     its home"), "{out}");
    let (_, out, _) = show(&setup, &[], "swe -- ls -l").await;
    let line = out
        .lines()
        .find(|line| line.starts_with("starts as"))
        .expect("a line");
    assert!(
        line.contains("bwrap") && line.contains("--unshare-net"),
        "{line}"
    );
    assert!(line.ends_with("ls -l") && !line.contains(&data), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_agent_may_reach_is_on_the_list_and_no_key_is_shown() {
    let setup = Setup::new().await;
    let file = setup.folder.path().join("reach.toml");
    let text = "egress_allow = [\"npm\", \"*.example.org\"]\nagent = \"mine\"\n\
                [agents.mine]\ncommand = [\"cat\"]\negress_allow = [\"one.example:8443\"]\n\
                environment = { OPENAI_API_KEY = \"canary-of-a-key\" }\n";
    std::fs::write(&file, text).expect("written");
    let path = file.display().to_string();
    let (code, out, err) = show(
        &setup,
        &[("SKEP_CONFIG", &path), ("SKEP_AGENT", "mine")],
        "swe",
    )
    .await;
    assert_eq!(code, Some(0), "{out}{err}");
    for host in [
        "registry.npmjs.org",
        "*.example.org",
        "one.example:8443",
        "api.openai.com",
    ] {
        assert!(out.contains(host), "{host} is missing in {out}");
    }
    assert!(!format!("{out}{err}").contains("canary"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_sandbox_that_is_said_and_a_role_nobody_knows_is_refused() {
    let setup = Setup::new().await;
    let (code, out, _) = show(&setup, &[("SKEP_SANDBOX", "none")], "swe").await;
    assert_eq!(code, Some(0), "{out}");
    assert!(
        out.contains("sandbox    none: The sandbox is switched off"),
        "{out}"
    );
    assert!(out.contains("reads      whatever skep can read"), "{out}");
    let (code, _, err) = show(&setup, &[], "swee").await;
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains("Did you mean swe?"), "{err}");
    let (code, _, err) = show(&setup, &[], "swe -- no-such-program").await;
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains("no-such-program"), "{err}");
}

/// A repository of somebody's, with one commit, and a file that is not committed.
fn repository(setup: &Setup, files: &[(&str, &str)]) -> PathBuf {
    let root = setup.folder.path().join("checkout");
    let git = |words: &[&str]| {
        let mut command = Command::new("git");
        let named = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org"];
        command.arg("-C").arg(&root).args(named).args(words);
        let output = command.output().expect("git runs");
        assert!(output.status.success(), "{words:?}: {output:?}");
    };
    for (name, text) in files {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().expect("below")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "All"]);
    std::fs::write(root.join("draft.txt"), "draft\n").expect("written");
    root
}

/// `skep sandbox try` in a folder, with a place of its own for what is thrown away.
async fn try_in(setup: &Setup, folder: &Path, words: &[&str]) -> Ended {
    let scratch = setup.folder.path().join("scratch");
    std::fs::create_dir_all(&scratch).expect("made");
    let config = setup.folder.path().join("skep.toml");
    let mut command = Command::new(env!("CARGO_BIN_EXE_skep"));
    command
        .args(["sandbox", "try"])
        .args(words)
        .env_clear()
        .envs(setup.environment())
        .env("SKEP_CONFIG", config)
        .env("SKEP_LOG_FORMAT", "text")
        .env("TMPDIR", &scratch)
        .current_dir(folder);
    let run = move || command.output().expect("it starts");
    let output = tokio::task::spawn_blocking(run).await.expect("it ran");
    let left = std::fs::read_dir(&scratch).expect("there").count();
    assert_eq!(left, 0, "something was left behind");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let (out, errors) = (text(output.stdout), text(output.stderr));
    (output.status.code(), out, errors)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_tried_on_a_copy_and_ends_as_it_ends() {
    let setup = Setup::new().await;
    let root = repository(&setup, &[("README.md", "hello\n")]);
    let script = "cat README.md; ls draft.txt; echo changed >README.md; git log --format=%s; echo bad >&2; \
                  grep -c : /proc/net/dev; setsid sleep 86399.5 >/dev/null 2>&1 & exit 7";
    let (code, out, err) = try_in(&setup, &root, &["swe", "--", "sh", "-c", script]).await;
    assert_eq!(code, Some(7), "{out}{err}");
    // Loopback is its only device.
    assert_eq!(out, "hello\nAll\n1\n", "{err}");
    let place = format!("the last commit of {}", root.display());
    for told in [
        place.as_str(),
        "Sandbox: bubblewrap\n",
        "bad\n",
        "skep: nothing that it asked for was refused.\n",
    ] {
        assert!(err.contains(told), "{told:?} is missing in {err}");
    }
    let readme = std::fs::read_to_string(root.join("README.md")).expect("there");
    assert_eq!(readme, "hello\n");
    let sleeps = |entry: std::fs::DirEntry| {
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|word| word == b"86399.5")
    };
    let mut all = std::fs::read_dir("/proc").expect("there").flatten();
    assert!(!all.any(sleeps), "what it started runs on");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_command_was_refused_is_told_and_no_key_is_with_it() {
    let setup = Setup::new().await;
    let config = setup.folder.path().join("skep.toml");
    let text = "agent = \"mine\"\n[agents.mine]\ncommand = [\"cat\"]\n\
                environment = { OPENAI_API_KEY = \"canary-of-a-key\" }\n";
    std::fs::write(&config, text).expect("written");
    let root = repository(
        &setup,
        &[(
            ".github/skep.toml",
            "[env]\nFIXTURES = \"of the repository\"\n",
        )],
    );
    let script = "env; curl --silent --max-time 20 http://one.example/; curl --silent --max-time 20 http://one.example/; mount -t tmpfs none /tmp; true";
    let words = ["swe", "--agent", "mine", "--", "sh", "-c", script];
    let (code, out, err) = try_in(&setup, &root, &words).await;
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("FIXTURES=of the repository"), "{out}");
    assert!(out.contains("HTTPS_PROXY=http://127.0.0.1:"), "{out}");
    assert!(!out.contains("canary") && !out.contains("OPENAI"), "{out}");
    assert!(err.contains("skep: refused one.example:80 ("), "{err}");
    let by_the_kernel = |line: &str| line.starts_with("skep: refused ") && line.contains("mount");
    assert!(err.lines().any(by_the_kernel), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_tried_has_exit_codes_of_its_own() {
    let setup = Setup::new().await;
    // Not below the repository of skep itself.
    let nowhere = tempfile::tempdir().expect("a folder");
    let nowhere = nowhere.path();
    let (code, out, err) = try_in(&setup, nowhere, &["swe", "--", "ls", "-A"]).await;
    assert_eq!((code, out.as_str()), (Some(0), ""), "{err}");
    assert!(err.contains("an empty folder that is thrown away"), "{err}");
    let (code, _, err) = try_in(&setup, nowhere, &["swee", "--", "true"]).await;
    assert_eq!(code, Some(125), "{err}");
    assert!(err.contains("Did you mean swe?"), "{err}");
    let (code, _, err) = try_in(&setup, nowhere, &["swe", "--", "no-such-program"]).await;
    assert_eq!(code, Some(127), "{err}");
    assert!(
        err.contains("there is no command \"no-such-program\""),
        "{err}"
    );
    let root = repository(&setup, &[(".github/skep.toml", "protect = []\n")]);
    let (code, _, err) = try_in(&setup, &root, &["swe", "--", "true"]).await;
    assert_eq!(code, Some(125), "{err}");
    assert!(err.contains(".github/skep.toml:1"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_a_command_meets_ends_it_and_is_told() {
    let setup = Setup::new().await;
    let config = setup.folder.path().join("skep.toml");
    std::fs::write(&config, "[limits]\nworkspace = \"8MiB\"\n").expect("written");
    // Not below the repository of skep itself.
    let nowhere = tempfile::tempdir().expect("a folder");
    let nowhere = nowhere.path();
    let script = "head -c 30000000 /dev/zero >big; echo written; sleep 86399";
    let (code, out, err) = try_in(&setup, nowhere, &["swe", "--", "sh", "-c", script]).await;
    assert_eq!((code, out.as_str()), (Some(124), "written\n"), "{err}");
    let told = "skep: the command was ended by a limit: the agent's files grew to";
    assert!(err.contains(told), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn services_of_the_repository_are_shown_and_stand_beside_what_is_tried() {
    let setup = Setup::new().await;
    let server = "use IO::Socket::INET; $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1:4640', Listen => 9) or die; \
                  while ($c = $s->accept) { print $c 'blue'; close($c) }";
    let policy = "[services.words]\ncommand = [\"perl\", \"serve.pl\"]\nport = 4640\n";
    let files = [(".github/skep.toml", policy), ("serve.pl", server)];
    let root = repository(&setup, &files);
    let ask = "use IO::Socket::INET; $s = IO::Socket::INET->new(\"127.0.0.1:4640\"); print <$s>";
    let (code, out, err) = try_in(&setup, &root, &["swe", "--", "perl", "-e", ask]).await;
    assert_eq!((code, out.as_str()), (Some(0), "blue"), "{err}");
    let mut shown = Command::new(env!("CARGO_BIN_EXE_skep"));
    shown
        .args(["sandbox", "show", "swe"])
        .env_clear()
        .envs(setup.environment())
        .current_dir(&root);
    let shown = tokio::task::spawn_blocking(move || shown.output()).await;
    let shown = shown.expect("it ran").expect("it starts").stdout;
    let shown = String::from_utf8(shown).expect("UTF-8");
    let line = "services   words at 127.0.0.1:4640: perl serve.pl\n";
    assert!(shown.contains(line), "{shown}");
    // One that does not come up.
    let broken = policy.replace("serve.pl", "no-such.pl");
    std::fs::write(root.join(".github/skep.toml"), broken).expect("written");
    let (code, out, err) = try_in(&setup, &root, &["swe", "--", "echo", "never"]).await;
    assert_eq!((code, out.as_str()), (Some(125), ""), "{err}");
    let told = "skep: the service words of .github/skep.toml did not come up or stay: it ended by itself with exit code 2. Mend it on \
                the default branch; it wrote last: Can't open perl script";
    assert!(err.contains(told), "{err}");
    assert!(!err.contains("skep service"), "said once: {err}");
}
