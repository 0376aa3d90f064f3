//! Agents that mise and asdf have installed below a home: their shims start nothing in a sandbox, what stands behind them does.

use std::path::{Path, PathBuf};
use std::time::Duration;

use skep::agent::{Agents, AgentsConfig, SandboxChoice};

use super::{Bench, Setup, config, fenced};

/// A home that is hidden from agents, with a secret in it.
fn home(bench: &Bench) -> PathBuf {
    let root = bench.root.path().canonicalize().expect("it is there");
    let home = root.join("ana");
    std::fs::create_dir_all(&home).expect("a folder");
    std::fs::write(home.join(".npmrc"), "canary").expect("written");
    home
}

fn script(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("below a folder")).expect("folders");
    std::fs::write(path, text).expect("written");
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(path, executable).expect("made executable");
}

fn link(from: &Path, to: &Path) {
    std::fs::create_dir_all(from.parent().expect("below a folder")).expect("folders");
    std::os::unix::fs::symlink(to, from).expect("a link");
}

/// What npm installs into a folder: a link in `bin` to a script that `node` runs.
fn package(prefix: &Path, home: &Path) {
    let home = home.display();
    let text = format!("#!/usr/bin/env node\necho it runs\ncat {home}/.npmrc\nls -A {home}\n");
    script(&prefix.join("lib/node_modules/agent/cli.js"), &text);
    let to = Path::new("../lib/node_modules/agent/cli.js");
    link(&prefix.join("bin/agent"), to);
}

/// What stands for node: a shell, which runs the script as well.
fn node(prefix: &Path) {
    let shell = Path::new("/bin/sh").canonicalize().expect("a shell");
    std::fs::create_dir_all(prefix.join("bin")).expect("a folder");
    std::fs::copy(shell, prefix.join("bin/node")).expect("a program");
}

/// What the agent says that is found by these shims.
async fn said(bench: &mut Bench, shims: &Path, home: &Path) -> String {
    let path = std::env::var("PATH").expect("a path");
    let config = config(&bench.data(), SandboxChoice::Bubblewrap, false);
    let agents = Agents::open(AgentsConfig {
        path: format!("{}:{path}", shims.display()),
        hide: vec![home.to_owned()],
        ..config
    });
    bench.agents = agents.await.expect("agents");
    let argv = ["agent".to_owned()];
    let ran = bench
        .agents
        .run_confined(&bench.launch, &argv, Duration::from_secs(60));
    let output = ran.await.expect("it ran");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[tokio::test]
async fn an_agent_of_mise_starts_and_sees_nothing_else_of_the_home() {
    let mut bench = Setup::demo().bench().await;
    if !fenced(&bench.agents) {
        return;
    }
    let home = home(&bench);
    let mise = home.join(".local/bin/mise");
    script(&mise, "#!/bin/sh\necho no version is set\nexit 1\n");
    let data = home.join(".local/share/mise");
    node(&data.join("installs/node/22.1.0"));
    package(&data.join("installs/npm-agent/1.0.0"), &home);
    for name in ["agent", "node"] {
        link(&data.join("shims").join(name), &mise);
    }
    let said = said(&mut bench, &data.join("shims"), &home).await;
    assert_eq!(said, "it runs\n.local\n");
}

#[tokio::test]
async fn an_agent_of_asdf_starts_and_sees_nothing_else_of_the_home() {
    let mut bench = Setup::demo().bench().await;
    if !fenced(&bench.agents) {
        return;
    }
    let home = home(&bench);
    let asdf = home.join(".asdf");
    node(&asdf.join("installs/nodejs/22.1.0"));
    package(&asdf.join("installs/nodejs/22.1.0"), &home);
    for name in ["agent", "node"] {
        let text = format!(
            "#!/usr/bin/env bash\n# asdf-plugin: nodejs 22.1.0\nexec {}/bin/asdf exec \"{name}\" \"$@\"\n",
            asdf.display()
        );
        script(&asdf.join("shims").join(name), &text);
    }
    let said = said(&mut bench, &asdf.join("shims"), &home).await;
    assert_eq!(said, "it runs\n.asdf\n");
}
