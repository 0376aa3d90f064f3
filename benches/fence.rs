//! What the sandbox costs: a program started inside it and without it, by turns; once as what skep runs for itself, which has no way
//! out, and once as a session's command, with a proxy of its own. `cargo bench --bench fence`, with bubblewrap installed.
//!
//! It prints the middle and the 95th of a hundred, milliseconds, and the difference. It judges nothing.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use skep::agent::{Agents, AgentsConfig, Identity, Launch, Resources, SandboxChoice, TrialCommand};
use skep::core::agent::AgentSpec;

/// So many starts of each kind, after a few that count for nothing.
const STARTS: usize = 100;
const WARM: usize = 5;

struct Place {
    agents: Agents,
    launch: Launch,
}

impl Place {
    async fn new(data: PathBuf, sandbox: SandboxChoice) -> anyhow::Result<Self> {
        let (workspace, home) = (data.join("work"), data.join("home"));
        for folder in [&workspace, &home] {
            std::fs::create_dir_all(folder)?;
        }
        let agents = Agents::open(AgentsConfig {
            life: None,
            session_memory: None,
            data_dir: data,
            hide: vec![],
            sandbox,
            inner: env!("CARGO_BIN_EXE_skep").into(),
            path: "/usr/local/bin:/usr/bin:/bin".into(),
            network: Default::default(),
            egress: Default::default(),
            clock: skep::app::system_clock(),
            demo_in_process: false,
        })
        .await?;
        let launch = Launch {
            grants: Default::default(),
            session: "1-1-1".parse()?,
            agent: AgentSpec::new("bench", vec!["true".into()]),
            workspace,
            home,
            visible: vec![],
            read_only: false,
            identity: Identity {
                name: "skep[bot]".into(),
                email: "skep@example.com".into(),
            },
            resources: Resources::default(),
        };
        Ok(Self { agents, launch })
    }

    /// How long it takes from the order to the end, milliseconds.
    async fn run(&self, argv: &[String]) -> anyhow::Result<f64> {
        let begun = Instant::now();
        let patience = Duration::from_secs(60);
        let output = self
            .agents
            .run_confined(&self.launch, argv, patience)
            .await?;
        anyhow::ensure!(output.success, "{argv:?}: {output:?}");
        Ok(begun.elapsed().as_secs_f64() * 1_000.0)
    }

    /// The same with the session's way out.
    async fn run_with_proxy(&self, argv: &[String]) -> anyhow::Result<f64> {
        let begun = Instant::now();
        let command = TrialCommand {
            launch: &self.launch,
            argv,
            out: Box::new(tokio::io::sink()),
            errors: Box::new(tokio::io::sink()),
        };
        let never = std::future::pending::<()>();
        let tried = self.agents.try_command(command, never, |_| ()).await?;
        anyhow::ensure!(tried.end == Ok(0), "{argv:?}: {tried:?}");
        Ok(begun.elapsed().as_secs_f64() * 1_000.0)
    }
}

fn at(sorted: &[f64], part: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * part).round() as usize]
}

fn told(name: &str, mut plain: Vec<f64>, mut fenced: Vec<f64>) {
    for times in [&mut plain, &mut fenced] {
        times.sort_by(f64::total_cmp);
    }
    for part in [0.5, 0.95] {
        let (plain, fenced) = (at(&plain, part), at(&fenced, part));
        println!(
            "{name}, p{:.0}: {plain:.1} ms without, {fenced:.1} ms within, {:.1} ms more",
            part * 100.0,
            fenced - plain
        );
    }
}

async fn measure(root: &Path) -> anyhow::Result<()> {
    let plain = Place::new(root.join("plain"), SandboxChoice::None).await?;
    let fenced = Place::new(root.join("fenced"), SandboxChoice::Bubblewrap).await?;
    anyhow::ensure!(fenced.agents.confinement().holds(), "no sandbox works here");
    let argv = ["true".to_owned()];
    let (mut without, mut within) = (Vec::new(), Vec::new());
    for start in 0..WARM + STARTS {
        let times = (plain.run(&argv).await?, fenced.run(&argv).await?);
        if start >= WARM {
            without.push(times.0);
            within.push(times.1);
        }
    }
    told("start and network", without, within);
    let (mut without, mut within) = (Vec::new(), Vec::new());
    for start in 0..WARM + STARTS {
        let plain = plain.run_with_proxy(&argv).await?;
        let fenced = fenced.run_with_proxy(&argv).await?;
        if start >= WARM {
            without.push(plain);
            within.push(fenced);
        }
    }
    told("start, network and proxy", without, within);
    Ok(())
}

fn main() -> anyhow::Result<()> {
    let root = std::env::temp_dir().join(format!("skep-bench-fence-{}", std::process::id()));
    std::fs::create_dir_all(&root)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let measured = runtime.block_on(measure(&root));
    std::fs::remove_dir_all(&root)?;
    measured
}
