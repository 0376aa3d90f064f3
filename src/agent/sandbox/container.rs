//! The fence around an agent as a container of Docker or Podman, for machines where bubblewrap cannot work, or where an image is to
//! bring an agent's tools: the same session, written as another command line.
//!
//! A container sees what its image holds, read-only, and of this machine what the session is shown, at the same paths. It has no
//! network but its own loopback, no capabilities, and ends with its first process, which is the fence's inner half. What an agent is
//! told never stands in a command line, where every user of the machine can read it: it is in a file among the ways out.
//! (<https://docs.docker.com/reference/cli/docker/container/run/>, <https://docs.podman.io/en/latest/markdown/podman-run.1.html>)

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use rustix::process::{Resource, getegid, geteuid, getrlimit};

use super::super::resources::Resources;
use super::super::ways::INSIDE;
use super::mounts::{
    Enclosure, Mount, SCRATCH_BYTES, SHARED_BYTES, canonical, mounts_over_nothing,
};
use super::trying::run;
use crate::core::agent::ContainerChoice;
use crate::core::text::sandbox as text;
use crate::fence;

/// The engines that are looked for, in this order.
const ENGINES: [&str; 2] = ["podman", "docker"];

/// An engine that was tried with the image, and works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// The program and what stands before its subcommand.
    engine: Vec<OsString>,
    image: String,
    /// What the engine's client has of the operator's environment.
    client: Vec<(String, String)>,
    whose: Whose,
    /// Whether the engine can hold memory and processes back.
    limits: bool,
}

/// As whom a container's processes have to run so that they are skep's own user outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// A service of root's maps nobody.
    AsOutside,
    /// Podman without root keeps the number.
    Kept,
    /// Docker without root has its user as root inside.
    RootInside,
}

impl Container {
    /// Finds the engine and runs both halves of the fence around skep itself, which only tells its version. Blocks, for a second or so.
    pub(super) fn probe(
        choice: &ContainerChoice,
        path: &str,
        inner: &Path,
    ) -> Result<Self, String> {
        let engine = engine(choice, path)?;
        let client: Vec<(String, String)> = choice.environment.clone().into_iter().collect();
        let ask = |words: &[&str]| {
            let mut command = Command::new(&engine[0]);
            command.args(&engine[1..]).args(words);
            run(&mut command, &client).map_err(|why| text::engine_fails(&why))
        };
        let is_podman = ask(&["--version"])?.to_lowercase().contains("podman");
        let whose = match is_podman {
            true if ask(&["info", "--format", "{{.Host.Security.Rootless}}"])? == "true" => {
                Whose::Kept
            }
            false if ask(&["info", "--format", "{{.SecurityOptions}}"])?.contains("rootless") => {
                Whose::RootInside
            }
            _ => Whose::AsOutside,
        };
        let mut container = Self {
            engine,
            client,
            image: choice.image.clone(),
            whose,
            limits: true,
        };
        let Err(first) = container.try_out(inner) else {
            return Ok(container);
        };
        // Without cgroups of one's own there are none for containers either.
        container.limits = false;
        container
            .try_out(inner)
            .map_err(|_| text::container_does_not_work(&container.image, &first))?;
        Ok(container)
    }

    fn try_out(&self, inner: &Path) -> Result<(), String> {
        let mut line = self.options(Resources::default());
        mount(&mut line, inner, Mount::Read);
        line.extend([
            "--entrypoint".into(),
            inner.into(),
            self.image.clone().into(),
        ]);
        line.extend([fence::WORD, "--reap", "--confine", "--"].map(OsString::from));
        line.extend([inner.into(), "--version".into()]);
        let mut command = Command::new(&line[0]);
        run(command.args(&line[1..]), &self.client).map(drop)
    }

    /// What it is called where its state is shown.
    pub fn name(&self) -> String {
        let engine = Path::new(&self.engine[0]).file_name().unwrap_or_default();
        text::container(&engine.to_string_lossy(), &self.image, self.limits)
    }

    /// What the engine's client is started with.
    pub(in crate::agent) fn client(&self) -> &[(String, String)] {
        &self.client
    }

    /// The command line around the fence's inner half, whose first word is its program and whose second is its own word.
    pub(in crate::agent) fn around(
        &self,
        enclosure: &Enclosure,
        resources: Resources,
        told: Told<'_>,
        inner: Vec<OsString>,
    ) -> Vec<OsString> {
        let mut line = self.options(resources);
        for (path, kind) in mounts_over_nothing(enclosure) {
            mount(&mut line, &path, kind);
        }
        if let Some(ways) = &enclosure.ways {
            line.extend(["--mount".into(), bind(ways, Path::new(INSIDE), true)]);
        }
        line.extend(["--workdir".into(), canonical(&enclosure.workspace).into()]);
        let mut inner = inner.into_iter();
        let (program, word) = (inner.next(), inner.next());
        line.extend(["--entrypoint".into(), program.unwrap_or_default()]);
        if let Told::InLine(variables) = told {
            for (name, value) in variables {
                line.extend(["--env".into(), format!("{name}={value}").into()]);
            }
        }
        line.push(self.image.clone().into());
        line.extend(word);
        line.push("--reap".into());
        if let Told::InFile(name) = told {
            line.extend(["--environment".into(), format!("{INSIDE}/{name}").into()]);
        }
        line.extend(inner);
        line
    }

    /// Up to the mounts: what is the same for every session.
    fn options(&self, resources: Resources) -> Vec<OsString> {
        let mut line = self.engine.clone();
        let fixed = "run --rm --interactive --pull never --log-driver none --network none --cap-drop all --security-opt no-new-privileges \
                     --security-opt label=disable --read-only --hostname skep";
        line.extend(fixed.split_whitespace().map(OsString::from));
        let (user, group) = (geteuid().as_raw(), getegid().as_raw());
        match self.whose {
            Whose::AsOutside => line.extend(["--user".into(), format!("{user}:{group}").into()]),
            Whose::Kept => line.extend(["--userns", "keep-id"].map(OsString::from)),
            Whose::RootInside => line.extend(["--user", "0:0"].map(OsString::from)),
        }
        line.extend(["--shm-size", SHARED_BYTES].map(OsString::from));
        let Resources {
            file_bytes,
            open_files,
            processes,
        } = resources;
        let threads = processes.map(|most| most.saturating_mul(8));
        let limits = [
            ("core", Resource::Core, Some(0)),
            ("fsize", Resource::Fsize, file_bytes),
            ("nofile", Resource::Nofile, open_files),
            ("nproc", Resource::Nproc, threads),
        ];
        for (name, resource, limit) in limits {
            // Engines ask for more than skep may have, and fail, where they are told nothing.
            let most = getrlimit(resource).maximum;
            let limit = limit.map_or(most, |limit| {
                Some(most.map_or(limit, |most| limit.min(most)))
            });
            let limit =
                limit.map(|limit| ["--ulimit".into(), format!("{name}={limit}:{limit}").into()]);
            line.extend(limit.into_iter().flatten());
        }
        if let Some(most) = processes.filter(|_| self.limits) {
            line.extend([
                "--pids-limit".into(),
                (most.saturating_mul(8)).to_string().into(),
            ]);
        }
        line
    }
}

/// How the variables of what is started come to it.
#[derive(Debug, Clone, Copy)]
pub(in crate::agent) enum Told<'a> {
    /// By a file of that name among the ways out: none of them is in a command line.
    InFile(&'a str),
    /// In the command line: they hold no secret.
    InLine(&'a [(String, String)]),
}

fn engine(choice: &ContainerChoice, path: &str) -> Result<Vec<OsString>, String> {
    let find = |name: &str| super::super::executable::find(name, path);
    match choice.engine.split_first() {
        Some((name, rest)) => {
            let program = find(name).ok_or_else(|| text::no_such_engine(name))?;
            let rest = rest.iter().map(OsString::from);
            Ok([program.into()].into_iter().chain(rest).collect())
        }
        None => {
            let found = ENGINES.iter().find_map(|name| find(name));
            Ok(vec![found.ok_or(text::NO_ENGINE)?.into()])
        }
    }
}

fn mount(line: &mut Vec<OsString>, path: &Path, kind: Mount) {
    match kind {
        Mount::Read => line.extend(["--mount".into(), bind(path, path, true)]),
        Mount::Write => line.extend(["--mount".into(), bind(path, path, false)]),
        Mount::Masked => line.extend(["--mount".into(), bind(Path::new("/dev/null"), path, true)]),
        Mount::Hidden => line.extend([
            "--mount".into(),
            field(&["type=tmpfs"], "target=", path, &["tmpfs-mode=0555"]),
        ]),
        Mount::Scratch => {
            let options = format!(":rw,exec,nosuid,nodev,mode=1777,size={SCRATCH_BYTES}");
            let mut value = path.as_os_str().to_owned();
            value.push(options);
            line.extend(["--tmpfs".into(), value]);
        }
    }
}

/// A mount of a path of this machine.
fn bind(from: &Path, to: &Path, read_only: bool) -> OsString {
    let mut source: OsString = "source=".into();
    source.push(from);
    let source = quoted(&source.to_string_lossy());
    let end: &[&str] = if read_only { &["readonly"] } else { &[] };
    field(&["type=bind", &source], "target=", to, end)
}

/// The parts of a mount, as a line of CSV.
fn field(before: &[&str], name: &str, path: &Path, after: &[&str]) -> OsString {
    let path = quoted(&format!("{name}{}", path.display()));
    let parts = before.iter().copied().chain([path.as_str()]);
    let parts: Vec<&str> = parts.chain(after.iter().copied()).collect();
    parts.join(",").into()
}

fn quoted(part: &str) -> String {
    if part.contains([',', '"']) {
        format!("\"{}\"", part.replace('"', "\"\""))
    } else {
        part.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(whose: Whose) -> Container {
        Container {
            engine: vec!["/usr/bin/podman".into()],
            image: "registry.example/agents:1".to_owned(),
            client: vec![],
            whose,
            limits: true,
        }
    }

    /// A session below a folder of its own, as text; what is this machine's is named and not shown.
    fn line(whose: Whose, told: Told<'_>, read_only: bool) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("it is there");
        for name in ["ws", "home", "mirror,git", "tools/secret", "ways"] {
            std::fs::create_dir_all(root.join(name)).expect("a folder");
        }
        std::fs::write(root.join("tools/key"), "").expect("a file");
        let enclosure = Enclosure {
            workspace: root.join("ws"),
            home: root.join("home"),
            read_only,
            visible: vec![root.join("mirror,git"), root.join("tools")],
            hide: vec![root.join("tools/secret"), root.join("tools/key")],
            ways: Some(root.join("ways")),
            decoys: vec![],
        };
        let inner = ["/opt/skep", "fence", "--confine", "--", "goose", "acp"];
        let inner = inner.map(OsString::from).to_vec();
        let resources = Resources {
            file_bytes: Some(1 << 20),
            open_files: Some(16),
            processes: Some(512),
        };
        let line = container(whose).around(&enclosure, resources, told, inner);
        let words = line.iter().map(|word| word.to_string_lossy().into_owned());
        let own = format!("{}:{}", geteuid().as_raw(), getegid().as_raw());
        let text: Vec<String> = words
            .map(|word| word.replace(&*root.to_string_lossy(), "/data"))
            .map(|word| match word == own && whose == Whose::AsOutside {
                true => "UID:GID".to_owned(),
                false => word,
            })
            .map(|word| match word.starts_with("nproc=") {
                // The machine may allow fewer.
                true => "nproc=N:N".to_owned(),
                false => word,
            })
            .collect();
        text.join(" ").replace(" --", "\n--")
    }

    #[test]
    fn a_session_as_a_command_line_of_an_engine() {
        insta::assert_snapshot!(line(Whose::Kept, Told::InFile("environment"), false), @r#"
        /usr/bin/podman run
        --rm
        --interactive
        --pull never
        --log-driver none
        --network none
        --cap-drop all
        --security-opt no-new-privileges
        --security-opt label=disable
        --read-only
        --hostname skep
        --userns keep-id
        --shm-size 67108864
        --ulimit core=0:0
        --ulimit fsize=1048576:1048576
        --ulimit nofile=16:16
        --ulimit nproc=N:N
        --pids-limit 4096
        --tmpfs /tmp:rw,exec,nosuid,nodev,mode=1777,size=536870912
        --tmpfs /var/tmp:rw,exec,nosuid,nodev,mode=1777,size=536870912
        --mount type=bind,"source=/data/mirror,git","target=/data/mirror,git",readonly
        --mount type=bind,source=/data/tools,target=/data/tools,readonly
        --mount type=bind,source=/data/ws,target=/data/ws
        --mount type=bind,source=/data/home,target=/data/home
        --mount type=tmpfs,target=/data/tools/secret,tmpfs-mode=0555
        --mount type=bind,source=/dev/null,target=/data/tools/key,readonly
        --mount type=bind,source=/data/ways,target=/run/skep,readonly
        --workdir /data/ws
        --entrypoint /opt/skep registry.example/agents:1 fence
        --reap
        --environment /run/skep/environment
        --confine
        -- goose acp
        "#);
    }

    #[test]
    fn as_whom_and_with_what_differs() {
        let variables = [("HOME".to_owned(), "/data/home".to_owned())];
        let docker = line(Whose::AsOutside, Told::InLine(&variables), true);
        assert!(docker.contains("\n--user UID:GID"), "{docker}");
        assert!(
            docker.contains("\n--env HOME=/data/home registry"),
            "{docker}"
        );
        assert!(
            docker.contains("source=/data/ws,target=/data/ws,readonly"),
            "{docker}"
        );
        assert!(!docker.contains("--environment"), "{docker}");
        let rootless = line(Whose::RootInside, Told::InLine(&[]), true);
        assert!(rootless.contains("\n--user 0:0\n"), "{rootless}");
    }
}
