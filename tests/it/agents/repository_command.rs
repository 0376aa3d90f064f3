//! A command of a repository's own: what it sees, writes and reaches, how it ends, and that nothing of it is left.

use std::time::Duration;

use skep::agent::{CommandEnd, Ended, MOST_OUTPUT, RepositoryCommand};

use super::{Bench, Setup, fenced};

const LONG: Duration = Duration::from_secs(60);

async fn run_for(bench: &Bench, line: &str, timeout: Duration) -> CommandEnd {
    let mut launch = bench.launch.clone();
    let own = ("TEST_ONLY".to_owned(), "a b".to_owned());
    launch.grants.environment.extend([own]);
    let command = RepositoryCommand {
        launch: &launch,
        line,
        timeout,
    };
    let ended = bench.agents.run_repository_command(command).await;
    ended.expect("it was run")
}

async fn run(bench: &Bench, line: &str) -> CommandEnd {
    run_for(bench, line, LONG).await
}

#[tokio::test]
async fn it_ends_with_its_own_code_and_the_end_of_what_it_wrote() {
    let bench = Setup::demo().bench().await;
    let ended = run(
        &bench,
        "echo out; echo err >&2; echo \"$TEST_ONLY\"; exit 4",
    )
    .await;
    assert_eq!(
        (ended.end, ended.tail.as_str()),
        (Ended::Exit(4), "out\nerr\na b\n")
    );
    let ended = run(&bench, "true && echo fine").await;
    assert_eq!((ended.end, ended.tail.as_str()), (Ended::Exit(0), "fine\n"));
    assert_eq!(run(&bench, "kill -9 $$").await.end, Ended::Exit(137));
    assert_eq!(
        run(&bench, "no-such-program-here").await.end,
        Ended::Exit(127)
    );
    let wrong = run(&bench, "if then").await;
    assert_ne!(wrong.end, Ended::Exit(0), "{wrong:?}");
    let long = run(
        &bench,
        "head -c 300000 /dev/zero | tr '\\0' x; echo; echo last",
    )
    .await;
    assert!(long.tail.len() <= 64 * 1024 && long.tail.ends_with("x\nlast\n"));
}

#[tokio::test]
async fn it_is_ended_with_all_that_it_started() {
    let bench = Setup::demo().bench().await;
    let limit = Duration::from_millis(700);
    let late = run_for(&bench, "echo begun; setsid sleep 300 & sleep 300", limit).await;
    assert_eq!((late.end, late.tail.trim()), (Ended::TimedOut, "begun"));
    assert!(late.took >= limit && late.took < LONG);
    assert!(bench.processes().is_empty());
    // What it leaves behind goes with it.
    let left = run(&bench, "setsid sleep 300 >/dev/null 2>&1 & echo done").await;
    assert_eq!(left.end, Ended::Exit(0));
    assert!(bench.processes().is_empty());
}

#[tokio::test]
async fn a_flood_is_ended() {
    let bench = Setup::demo().bench().await;
    let flood = run(&bench, "yes").await;
    assert_eq!(flood.end, Ended::Flooded);
    assert!(flood.tail.len() as u64 <= MOST_OUTPUT && bench.processes().is_empty());
}

/// The agent of the same launch has a key in its environment, and its home lies beside the working copy.
#[tokio::test]
async fn it_has_no_key_no_network_and_writes_nothing_but_its_checkout() {
    let mut setup = Setup::demo();
    let key = ("MODEL_KEY".to_owned(), "canary-key".to_owned());
    setup.agent.environment.extend([key]);
    let bench = Setup::bench(setup).await;
    if !fenced(&bench.agents) {
        return;
    }
    let data = bench.data().canonicalize().expect("there");
    std::fs::write(data.join("skep.db"), "canary-db").expect("written");
    std::fs::write(data.join("mirror.git/HEAD"), "ref").expect("written");
    let script = format!(
        "cat /proc/self/environ /proc/1/environ | tr '\\0' '\\n'; cat {data}/skep.db; cat {data}/mirror.git/HEAD; \
         echo x 2>/dev/null >{data}/mirror.git/HEAD && echo wrote mirror; touch /etc/x 2>/dev/null && echo wrote etc; \
         touch here && echo wrote work; grep -c : /proc/net/dev; \
         exec 3<>/dev/tcp/127.0.0.1/80",
        data = data.display()
    );
    let seen = run(&bench, &script).await.tail;
    for line in ["wrote work", "ref", "HTTPS_PROXY=http://127.0.0.1:"] {
        assert!(seen.contains(line), "{line:?} is missing in {seen}");
    }
    for line in ["canary", "wrote mirror", "wrote etc", "MODEL_KEY"] {
        assert!(!seen.contains(line), "{line:?} is in {seen}");
    }
    assert!(
        seen.contains("\n1\n"),
        "loopback is its only device: {seen}"
    );
}

/// Its proxy leads to nothing that nobody opened, and tells of it.
#[tokio::test]
async fn what_it_may_not_reach_is_refused_and_told() {
    let bench = Setup::demo().bench().await;
    if !fenced(&bench.agents) {
        return;
    }
    let asks = "curl --silent --max-time 20 -o /dev/null http://model.example/v1 && exit 0; exit 9";
    let ended = run(&bench, asks).await;
    let told: Vec<&str> = ended
        .refused
        .iter()
        .map(|(attempt, _)| attempt.what.as_str())
        .collect();
    assert_eq!(told, ["model.example:80"], "{ended:?}");
}
