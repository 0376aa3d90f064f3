//! `skep agents`: what there is, one tried, one installed.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use super::running::skep;

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(own).collect()
}

/// A folder with programs that are nothing but their names.
fn programs(scripts: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    for (name, script) in scripts {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    }
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_here_and_what_each_needs_is_listed() {
    let here = programs(&[("goose", "exit 0"), ("kimi", "exit 0")]);
    let path = here.path().display().to_string();
    let set = variables(&[("PATH", &path), ("OPENAI_API_KEY", "sk-c4n4ry-0123456789")]);
    let (code, out, err) = skep("agents --json", &set).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(!out.contains("c4n4ry"), "{out}");
    let all: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(all["read"], "2026-11-30");
    let one = |name: &str| {
        let agents = all["agents"].as_array().expect("a list");
        agents
            .iter()
            .find(|agent| agent["name"] == name)
            .unwrap_or_else(|| panic!("{name}: {out}"))
            .clone()
    };
    let goose = one("goose");
    assert_eq!(
        (&goose["preset"], &goose["installed"]),
        (&true.into(), &"installed".into())
    );
    assert_eq!(one("codex")["needs"], "OPENAI_API_KEY is set");
    assert_eq!(one("claude")["installed"], "not installed");
    assert!(
        one("claude")["needs"]
            .as_str()
            .is_some_and(|needs| needs.contains("CLAUDE_CODE_OAUTH_TOKEN"))
    );
    assert_eq!(one("kimi")["installed"], "installed");
    assert_eq!(one("cline")["install"], "npm install --global cline");
    assert_eq!(one("cline")["installed"], "not installed");
    assert_eq!(
        one("cline")["needs"],
        "as its makers say (agents.NAME.inherit)"
    );
    let (code, out, _) = skep("agents", &set).await;
    assert!(
        code == Some(0)
            && out.contains("as of 2026-11-30")
            && out
                .lines()
                .nth(1)
                .is_some_and(|line| line.starts_with("copilot")),
        "{out}"
    );
}

/// The demo agent stands in for one with a model.
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_is_tried_shakes_hands_and_answers() {
    let path = std::env::var("PATH").expect("a path");
    let set = variables(&[
        ("PATH", &path),
        ("SKEP_OLD_GIT", "allow"),
        (
            "SKEP_AGENT",
            &format!("{} demo-agent", env!("CARGO_BIN_EXE_skep")),
        ),
    ]);
    let config = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let file = config.path().join("skep.toml");
    std::fs::write(
        &file,
        format!(
            "[agents.mine]\ncommand = ['{}', 'demo-agent']\n",
            env!("CARGO_BIN_EXE_skep")
        ),
    )
    .expect("written");
    let mut with_file = set.clone();
    with_file.retain(|(name, _)| name != "SKEP_AGENT");
    with_file.push(("SKEP_CONFIG".to_owned(), file.display().to_string()));
    let (code, out, err) = skep("agents --try mine", &with_file).await;
    assert!(
        out.contains("skep-demo-agent") || out.contains("✓ agent mine"),
        "{code:?} {out}{err}"
    );
    assert!(out.contains("answer"), "{out}{err}");
    let (code, out, err) = skep("agents --try /no/such/agent", &set).await;
    assert!(
        code == Some(1) && out.contains("not installed"),
        "{out}{err}"
    );
    let none = programs(&[]);
    let nowhere = variables(&[
        ("PATH", &format!("{}:/usr/bin:/bin", none.path().display())),
        ("SKEP_OLD_GIT", "allow"),
    ]);
    let (code, out, err) = skep("agents --try qwen-code", &nowhere).await;
    assert!(
        code == Some(1)
            && out.contains("`qwen` is not installed")
            && out.contains("`skep agents install qwen-code`"),
        "{out}{err}"
    );
}

/// The demo agent stands in for it: it shows which program starts.
#[tokio::test(flavor = "multi_thread")]
async fn one_word_of_the_registry_starts_the_program_that_is_installed() {
    let demo = format!("exec {} demo-agent", env!("CARGO_BIN_EXE_skep"));
    let here = programs(&[("qwen", &demo)]);
    let path = std::env::var("PATH").expect("a path");
    let path = format!("{}:{path}", here.path().display());
    let set = variables(&[
        ("PATH", &path),
        ("SKEP_OLD_GIT", "allow"),
        ("SKEP_AGENT", "qwen-code"),
    ]);
    let (_, out, err) = skep("agents --try qwen-code", &set).await;
    assert!(out.contains("✓ agent qwen-code"), "{out}{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_installed_by_its_makers_command_and_never_unasked() {
    let here = programs(&[
        (
            "npm",
            "echo \"npm $*\" > \"$HOME/../asked\"; echo installing",
        ),
        ("curl", "exit 0"),
    ]);
    let path = format!("{}:/usr/bin:/bin", here.path().display());
    let set = variables(&[("PATH", &path)]);
    let (code, _, err) = skep("agents install cline", &set).await;
    assert!(code == Some(2) && err.contains("add --yes"), "{err}");
    let (code, out, err) = skep("agents install claude --yes", &set).await;
    assert!(
        code == Some(0) && out.contains("claude is installed"),
        "{out}{err}"
    );
    let asked = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("asked");
    let asked = std::fs::read_to_string(asked).expect("asked");
    assert_eq!(
        asked.trim(),
        "npm install --global @agentclientprotocol/claude-agent-acp"
    );
    let (code, _, err) = skep("agents install junie --yes", &set).await;
    assert!(
        code == Some(2) && err.contains("unpack https://github.com/JetBrains/"),
        "{err}"
    );
    let (code, _, err) = skep("agents install wizard --yes", &set).await;
    assert!(
        code == Some(2) && err.contains("no agent `wizard`"),
        "{err}"
    );
    let (code, _, err) = skep("agents install clin --yes", &set).await;
    assert!(
        code == Some(2) && err.contains("Did you mean `cline`?"),
        "{err}"
    );
    let failing = programs(&[("npm", "exit 3")]);
    let set = variables(&[("PATH", &failing.path().display().to_string())]);
    let (code, _, err) = skep("agents install cline --yes", &set).await;
    assert!(code == Some(1) && err.contains("ended with 3"), "{err}");
}
