//! The load generator: signed `issues.labeled` deliveries of 20,480 bytes against any webhook address, and what the
//! machine itself could do at best.
//!
//! ```text
//! cargo bench --bench load -- --url http://127.0.0.1:3000/webhook --secret s --connections 64 --seconds 10
//! cargo bench --bench load -- --url ... --rate 1000      # a fixed rate; latency counts from when a delivery was due
//! cargo bench --bench load -- --url ... --rate 50 --flood --pid 1234   # the same beside a flood that nobody signed
//! cargo bench --bench load -- --noop 127.0.0.1:4000      # the HTTP and HMAC part alone, to be driven from outside
//! cargo bench --bench load -- --machine /var/lib/skep    # SHA-256 and fdatasync of this machine
//! ```

mod drive;
mod flood;
mod forge;
mod machine;
mod noop;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use url::Url;

/// Sends signed deliveries, or measures the machine.
#[derive(Parser)]
#[command(name = "load")]
struct Args {
    /// Where to send deliveries, such as http://127.0.0.1:3000/webhook.
    #[arg(long)]
    url: Option<Url>,
    /// The webhook secret.
    #[arg(long, default_value = "development")]
    secret: String,
    /// Keep-alive connections.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// How long to send.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Deliveries a second over all connections; as fast as answers come if not given.
    #[arg(long)]
    rate: Option<u64>,
    /// Send a flood besides: 500 bodies of 25 MB at once with a wrong signature, and 1,000 sockets that trickle.
    #[arg(long, requires = "url")]
    flood: bool,
    /// Send another body for each that ended, for all of the time.
    #[arg(long, requires = "flood")]
    again: bool,
    /// The service's process, whose memory is looked at in a flood.
    #[arg(long, requires = "flood")]
    pid: Option<u32>,
    /// The label that is said to have been added.
    #[arg(long, default_value = "agent:go")]
    label: String,
    /// Serve the public router with an intake that keeps nothing, until interrupted.
    #[arg(long, value_name = "ADDRESS")]
    noop: Option<SocketAddr>,
    /// Measure the limits of this machine, writing to a folder.
    #[arg(long, value_name = "FOLDER")]
    machine: Option<PathBuf>,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    if let Some(folder) = &args.machine {
        machine::measure(folder)
            .with_context(|| format!("measure the machine in {}", folder.display()))?;
    }
    if let Some(address) = args.noop {
        noop::serve(address, &args.secret).await?;
    }
    if let Some(url) = &args.url {
        let forge = forge::Forge::new(url, &args.secret, &args.label)?;
        let plan = drive::Plan {
            address: resolve(url).await?,
            connections: args.connections,
            time: Duration::from_secs(args.seconds),
            rate: args.rate,
        };
        let flood = args.flood.then(|| flood::Flood {
            address: plan.address,
            url: url.clone(),
            bodies: 500,
            again: args.again,
            slow: 1_000,
            until: tokio::time::Instant::now() + plan.time,
            pid: args.pid,
        });
        let flooding = flood.map(|flood| tokio::spawn(flood::flood(flood)));
        println!("{}", drive::drive(plan, forge).await);
        if let Some(flooding) = flooding {
            println!("{}", flooding.await?);
        }
    }
    if args.machine.is_none() && args.noop.is_none() && args.url.is_none() {
        println!("nothing was measured: give --url, --noop or --machine (see --help)");
    }
    Ok(())
}

async fn resolve(url: &Url) -> anyhow::Result<SocketAddr> {
    anyhow::ensure!(url.scheme() == "http", "only http:// is spoken");
    let host = url.host_str().context("the address names no host")?;
    let port = url
        .port_or_known_default()
        .context("the address names no port")?;
    tokio::net::lookup_host((host, port))
        .await?
        .next()
        .with_context(|| format!("find {host}"))
}
