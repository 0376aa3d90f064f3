//! Throw-away services beside what is started: real processes on the session's own loopback, waited for, told of, and gone with it.

use std::net::TcpListener;
use std::time::Duration;

use skep::agent::{AgentError, CommandEnd, Ended, RepositoryCommand};
use skep::core::repository_policy::Service;

use super::{Bench, Setup, fenced};

const LONG: Duration = Duration::from_secs(300);
const PORT: u16 = 4_610;

/// A server that answers whoever connects with what a line of Perl says.
pub(super) fn answers(port: u16, says: &str) -> Service {
    let script = format!(
        "use IO::Socket::INET; open(F, \">\", \"$ENV{{SERVICE_DATA}}/pid\"); print F $$; close(F); \
         $s = IO::Socket::INET->new(LocalAddr => \"127.0.0.1:{port}\", Listen => 9, ReuseAddr => 1) or die \"no port\"; \
         while ($c = $s->accept) {{ print $c {says}; close($c) }}"
    );
    shell_free(&["perl", "-e", &script], port)
}

fn shell_free(words: &[&str], port: u16) -> Service {
    Service {
        command: words.iter().map(|word| (*word).to_owned()).collect(),
        port,
        ready: None,
    }
}

/// A line that prints what a server on that port says.
pub(super) fn ask(port: u16) -> String {
    format!(
        "perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(\"127.0.0.1:{port}\"); print $s ? <$s> : \"nobody\\n\"'"
    )
}

impl Bench {
    fn serve(&mut self, name: &str, service: Service) {
        let services = &mut self.launch.grants.services;
        services.insert(name.to_owned(), service);
    }

    async fn with_services(&self, line: &str) -> CommandEnd {
        let command = RepositoryCommand {
            launch: &self.launch,
            line,
            timeout: LONG,
        };
        let ended = self.agents.run_repository_command(command).await;
        ended.expect("it was run")
    }
}

#[tokio::test]
async fn a_command_finds_them_ready_with_the_variables_of_its_repository() {
    let mut bench = Setup::demo().bench().await;
    let own = ("TEST_ONLY".to_owned(), "a b".to_owned());
    bench.launch.grants.environment.extend([own]);
    bench.serve("web", answers(PORT, "\"$ENV{TEST_ONLY}\\n\""));
    bench.serve("other", answers(PORT + 1, "`pwd`"));
    let line = format!("{}; {}; exit 5", ask(PORT), ask(PORT + 1));
    let ended = bench.with_services(&line).await;
    let work = bench.launch.workspace.canonicalize().expect("there");
    assert_eq!(ended.tail, format!("a b\n{}\n", work.display()));
    assert_eq!((ended.end, ended.no_service), (Ended::Exit(5), None));
    assert!(bench.processes().is_empty(), "they are gone with it");
    // Their folders were not in the working copy or the home.
    for folder in [&bench.launch.workspace, &bench.launch.home] {
        let left = std::fs::read_dir(folder).expect("there").count();
        assert_eq!(left, 0, "{}", folder.display());
    }
}

#[tokio::test]
async fn an_agent_finds_them_ready_and_they_do_not_have_its_key() {
    let mut setup = Setup::demo();
    let key = ("MODEL_KEY".to_owned(), "canary-key".to_owned());
    setup.agent.environment.extend([key]);
    let mut bench = setup.bench().await;
    bench.serve("web", answers(PORT, "`env`"));
    let script = format!("run {} >seen.txt\nsay Done.", ask(PORT));
    bench.play(&script).await;
    let seen = bench.file("seen.txt").expect("it was written");
    assert!(
        seen.contains("SERVICE_DATA=/tmp/skep-services/web"),
        "{seen}"
    );
    assert!(!seen.contains("canary"), "{seen}");
    // The same ones are there in the next turn, as the agent is.
    bench
        .play(&format!("run {} >again.txt\nsay Done.", ask(PORT)))
        .await;
    assert_eq!(bench.file("again.txt"), Some(seen));
    let session = bench.launch.session.clone();
    bench.agents.close(&session).await.expect("closed");
    assert!(bench.processes().is_empty());
}

#[tokio::test]
async fn one_that_does_not_come_up_is_told_with_its_last_lines() {
    let cases: [(Service, &str, &str); 3] = [
        (
            shell_free(&["sh", "-c", "echo begins; echo no room >&2; exit 3"], PORT),
            "it ended by itself with exit code 3",
            "no room",
        ),
        (
            shell_free(&["no-such-database"], PORT),
            "it could not be started (no-such-database: No such file or directory",
            "",
        ),
        (
            shell_free(&["sleep", "86399"], 61_128),
            "something else listens on its port 61128",
            "",
        ),
    ];
    for (service, why, said) in cases {
        let mut bench = Setup::demo().bench().await;
        bench.serve("db", service);
        if !fenced(&bench.agents) {
            return;
        }
        let ended = bench.with_services("echo never").await;
        let told = ended.no_service.expect("it did not come up");
        assert!(
            told.contains(why) && told.contains("the service db of"),
            "{told}"
        );
        assert!(!ended.tail.contains("never"), "{}", ended.tail);
        assert!(ended.tail.contains(said), "{}", ended.tail);
        let (end, _) = bench.turn(bench.request("say Hello.")).await;
        match end {
            Err(AgentError::Service(told)) => {
                assert!(told.contains(why) && told.contains(said), "{told}");
            }
            other => panic!("{other:?}"),
        }
        assert!(bench.processes().is_empty());
    }
}

#[tokio::test]
async fn one_that_ends_is_started_again_and_a_few_times_only() {
    let mut bench = Setup::demo().bench().await;
    bench.serve("web", answers(PORT, "\"$$\\n\""));
    if !fenced(&bench.agents) {
        return;
    }
    let another = format!(
        "first=$({ask}); kill -9 $first; while now=$({ask}); [ \"$now\" = nobody ] || [ \"$now\" = \"$first\" ]; do :; done; echo back",
        ask = ask(PORT)
    );
    let ended = bench.with_services(&another).await;
    assert_eq!((ended.end, ended.tail.as_str()), (Ended::Exit(0), "back\n"));
    let stubborn =
        "while :; do kill -9 $(cat /tmp/skep-services/web/pid) 2>/dev/null; sleep 0.05; done";
    let ended = bench.with_services(stubborn).await;
    let told = ended.no_service.expect("it did not stay");
    assert!(told.contains("exit code 137"), "{told}");
    assert!(bench.processes().is_empty());
}

#[tokio::test]
async fn those_of_two_sessions_on_the_same_port_do_not_meet() {
    let mut first = Setup::demo().bench().await;
    let mut second = Setup::demo().bench().await;
    first.serve("web", answers(PORT, "\"first\\n\""));
    second.serve("web", answers(PORT, "\"second\\n\""));
    if !fenced(&first.agents) {
        return;
    }
    let line = format!(
        "touch up; until [ -e go ]; do sleep 0.02; done; {}",
        ask(PORT)
    );
    let go = async {
        let both = [&first.launch.workspace, &second.launch.workspace];
        while !both.iter().all(|work| work.join("up").exists()) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        for work in both {
            std::fs::write(work.join("go"), "").expect("written");
        }
    };
    let (one, two, ()) = tokio::join!(first.with_services(&line), second.with_services(&line), go);
    assert_eq!(
        (one.tail.as_str(), two.tail.as_str()),
        ("first\n", "second\n")
    );
}

/// A service has the sandbox of what it stands beside, and nothing more.
#[tokio::test]
async fn one_gets_nowhere_that_its_session_does_not() {
    let mut bench = Setup::demo().bench().await;
    if !fenced(&bench.agents) {
        return;
    }
    let data = bench.data().canonicalize().expect("there");
    std::fs::write(data.join("skep.db"), "canary-db").expect("written");
    let script = format!(
        "cat {data}/skep.db; ls {data}/sessions/two; echo x >{data}/mirror.git/HEAD && echo wrote mirror; touch /etc/x && echo wrote etc; \
         mount -t tmpfs none /mnt && echo mounted; unshare -n true && echo unshared; grep -c : /proc/net/dev; \
         grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/self/status | tr -s '\\t' ' '",
        data = data.display()
    );
    std::fs::write(bench.launch.workspace.join("look.sh"), script).expect("a script");
    bench.serve("curious", answers(PORT, "`sh look.sh 2>/dev/null`"));
    let seen = bench.with_services(&ask(PORT)).await.tail;
    let held = "1\nNoNewPrivs: 1\nCapEff: 0000000000000000\nSeccomp: 2\n";
    let lines = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(lines(&seen), lines(held), "{seen}");
}

/// Without a sandbox they are on the machine's own loopback, where a port may be taken.
#[tokio::test]
async fn without_a_sandbox_they_work_and_a_port_that_is_taken_is_told() {
    let mut bench = Setup::demo().without_sandbox().bench().await;
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("bound").port();
    bench.serve("web", answers(port, "\"mine\\n\""));
    let ended = bench.with_services(&ask(port)).await;
    let told = ended.no_service.expect("the port is taken");
    let why = format!("something else listens on its port {port}");
    assert!(told.contains(&why), "{told}");
    drop(taken);
    let ended = bench.with_services(&ask(port)).await;
    assert_eq!(ended.tail, "mine\n");
    assert!(bench.processes().is_empty());
}

/// A real one, with a look of its own whether it is ready.
#[tokio::test]
async fn a_redis_serves_a_session() {
    let mut bench = Setup::demo().bench().await;
    if !crate::required::installed(&["redis-server", "redis-cli"], "a real service") {
        return;
    }
    let start = "exec redis-server --port 4620 --bind 127.0.0.1 --dir \"$SERVICE_DATA\"";
    let redis = Service {
        ready: Some("redis-cli -p 4620 ping | grep -q PONG".to_owned()),
        ..shell_free(&["sh", "-c", start], 4_620)
    };
    bench.serve("cache", redis);
    let line = "redis-cli -p 4620 set name skep >/dev/null; redis-cli -p 4620 save; redis-cli -p 4620 get name";
    for _ in 0..2 {
        let ended = bench
            .with_services(&format!("redis-cli -p 4620 get name; {line}"))
            .await;
        assert_eq!(ended.tail, "\nOK\nskep\n", "each begins with nothing in it");
    }
    assert!(bench.processes().is_empty());
}
