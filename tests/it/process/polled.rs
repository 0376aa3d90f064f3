//! `skep serve --poll`: a real skep with no port open to the outside and no webhook secret, from a label to a pull request, and over a
//! `kill -9`.

use std::collections::BTreeSet;

use super::running::{Served, skep};
use super::setup::{Setup, ask, get};

const SCRIPT: &str = "write A.md: a\nsay Done.";
const POLLS: [(&str, &str); 2] = [("SKEP_WEBHOOK_SECRET", ""), ("SKEP_POLL", "5s")];

/// The ports at which a process listens, by the system's own tables.
fn listens_at(process: u32) -> BTreeSet<u16> {
    let open = std::fs::read_dir(format!("/proc/{process}/fd")).expect("its files");
    let sockets: BTreeSet<String> = open
        .flatten()
        .filter_map(|file| std::fs::read_link(file.path()).ok())
        .filter_map(|target| {
            let name = target.to_str()?.strip_prefix("socket:[")?;
            Some(name.strip_suffix(']')?.to_owned())
        })
        .collect();
    let tables = ["tcp", "tcp6"].map(|table| std::fs::read_to_string(format!("/proc/net/{table}")));
    let lines: Vec<String> = tables
        .into_iter()
        .flatten()
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let port = |line: &String| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        // 0A is LISTEN (proc(5), tcp_states.h).
        let listens = *fields.get(3)? == "0A" && sockets.contains(*fields.get(9)?);
        let (_, port) = fields.get(1)?.rsplit_once(':')?;
        u16::from_str_radix(port, 16).ok().filter(|_| listens)
    };
    lines.iter().filter_map(port).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn with_no_port_open_to_the_outside_a_label_becomes_a_pull_request() {
    let setup = Setup::new().await;
    setup.hurry();
    let served = Served::start_with(&setup, &POLLS);
    let (_, port) = served.admin.rsplit_once(':').expect("a port");
    let port = port.parse().expect("a port");
    assert_eq!(
        listens_at(served.number()),
        BTreeSet::from([port]),
        "the admin address alone"
    );
    let issue = setup.go(SCRIPT);
    served.settled(issue, "in-review").await;
    setup.one_pull_request(issue);
    for probe in ["GET /healthz", "GET /readyz"] {
        let (code, body) = ask(&served.admin, probe, &[], "").await.expect("an answer");
        assert_eq!(code, 200, "{probe}: {body}");
        assert!(
            probe.ends_with("healthz") || body.contains("asked for news every 5 s; last at"),
            "{body}"
        );
    }
    let status = get(&served.admin, "/api/v1/status").await;
    assert!(
        status["health"]["polling"]["last_poll"].as_i64() > Some(0),
        "{status}"
    );
    let (code, out, _) = skep(&format!("status --admin {}", served.admin), &[]).await;
    assert!(
        code == Some(0) && out.contains("asked for news every 5 s; last at"),
        "{out}"
    );
    let mut variables = setup.environment();
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    variables.extend(POLLS.iter().map(own));
    let (_, out, _) = skep("doctor", &variables).await;
    for line in ["✓ polling", "✓ webhook"] {
        assert!(
            out.lines().any(|one| one.starts_with(line)),
            "{line}: {out}"
        );
    }
    // What is labeled while nobody is there is found by the next life, and what was found before is not found again.
    served.kill();
    let second = setup.go("write B.md: b\nsay Done.");
    let served = Served::start_with(&setup, &POLLS);
    served.settled(second, "in-review").await;
    let pulls = setup.github.pulls(setup.repository).expect("pull requests");
    assert_eq!(pulls.len(), 2, "{pulls:?}");
    let all = setup.github.deliveries();
    let taken = all.iter().filter_map(|one| one.outcome.as_ref());
    assert_eq!(
        taken.filter(|outcome| outcome.status_code == 202).count(),
        0,
        "{all:?}"
    );
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interval_that_is_none_is_refused() {
    let setup = Setup::new().await;
    let mut variables = setup.environment();
    variables.push(("SKEP_POLL".to_owned(), "1s".to_owned()));
    let (code, _, err) = skep("config check --offline", &variables).await;
    assert_ne!(code, Some(0), "{err}");
    assert!(
        err.contains("SKEP_POLL: must be a duration from 5s to 10m"),
        "{err}"
    );
}
