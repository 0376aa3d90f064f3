//! An agent that does all it can to get out of its sandbox: one script an attack, each run for real by the demo agent in a sandbox of
//! its own. A script prints `BROKEN` where it got through, and `tried` at its end, so that one that never ran is no success.
//!
//! Each has to be told as well, as what the sandbox refused: it names who tells of it (`told`) and what of it is named there, or says why
//! nobody can (`untold`).
//!
//! Scripts act on the sandbox they run in and on canaries made here. Those that harm nothing run without a sandbox as well, where they
//! have to get through: a script that cannot is no attack.

mod files;
mod kernel;
mod key;
mod network;
mod processes;
mod told;
mod untold;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::process::{Child, Command};

use futures::StreamExt;
use skep::core::agent::{KeyPlace, Update};
use skep::core::containment::Attempt;

use crate::agents::{Bench, Setup, fenced, messages};
use crate::required::skip;
use told::{TELLERS, Teller, teller};

/// So many run at once.
const SIDE_BY_SIDE: usize = 4;

/// One attack.
#[derive(Debug, Clone)]
struct Attack {
    /// What it is, in words; the table of `SECURITY.md` has them.
    name: String,
    /// Run by `sh`.
    script: String,
    /// What comes of it without a sandbox.
    outside: Outside,
    told: Told,
    /// The sandbox ends with these words before the script does.
    ends: Option<&'static str>,
}

/// How an attack is heard of.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Told {
    /// That is not said yet.
    Unsaid,
    /// By an event of theirs in which this is named.
    By(Teller, String),
    /// Not at all, for this reason.
    Never(&'static str),
}

/// What comes of an attack without a sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outside {
    /// It gets through, and harms nothing.
    Through,
    /// It is not tried there.
    NotTried,
}

impl Attack {
    /// One that gets through without a sandbox.
    fn new(name: &str, script: &str) -> Self {
        Self {
            name: name.to_owned(),
            script: script.to_owned(),
            outside: Outside::Through,
            told: Told::Unsaid,
            ends: None,
        }
    }

    /// One that would do harm, or does not work on every machine.
    fn only_inside(name: &str, script: &str) -> Self {
        Self {
            outside: Outside::NotTried,
            ..Self::new(name, script)
        }
    }

    /// One that ends its own sandbox.
    fn ended(name: &str, script: &str, why: &'static str) -> Self {
        Self {
            ends: Some(why),
            ..Self::only_inside(name, script)
        }
    }

    /// One that is told by them, with this in what was tried.
    fn told(self, by: Teller, named: &str) -> Self {
        Self {
            told: Told::By(by, named.to_owned()),
            ..self
        }
    }

    /// One that is blocked, and nobody hears of it.
    fn untold(self, why: &'static str) -> Self {
        Self {
            told: Told::Never(why),
            ..self
        }
    }

    /// Whether those were told of it, and of nothing where that is said.
    fn is_told_by(&self, attempts: &[Attempt]) -> bool {
        match &self.told {
            Told::Unsaid => false,
            Told::By(by, named) => attempts
                .iter()
                .any(|attempt| teller(attempt) == *by && attempt.what.contains(named)),
            Told::Never(_) => attempts.is_empty(),
        }
    }
}

/// What the machine has that no session may reach, alive as long as this is.
struct Canaries {
    listener: TcpListener,
    /// Where a model's server is that answers whoever asks it.
    model: u16,
    scratch: tempfile::TempDir,
    shared: tempfile::TempDir,
    abstract_name: String,
    _abstract: UnixListener,
    process: Child,
}

impl Drop for Canaries {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Canaries {
    fn new() -> Self {
        let scratch = tempfile::tempdir().expect("a folder");
        let shared = tempfile::tempdir_in("/dev/shm").expect("a folder in shared memory");
        for folder in [&scratch, &shared] {
            std::fs::write(folder.path().join("x"), "canary").expect("written");
        }
        let abstract_name = format!("skep-canary-{}", std::process::id());
        let abstract_name = format!("{abstract_name}-{}", scratch.path().display());
        let address = SocketAddr::from_abstract_name(&abstract_name).expect("a name");
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        Self {
            listener,
            model: model(),
            _abstract: UnixListener::bind_addr(&address).expect("a socket"),
            scratch,
            shared,
            abstract_name,
            process: Command::new("sleep")
                .arg("3600")
                .env("SKEP_TEST_CANARY", "canary")
                .spawn()
                .expect("a process"),
        }
    }

    /// An agent whose model's key stays outside.
    fn setup(&self) -> Setup {
        let mut setup = Setup::demo();
        setup.agent.key = KeyPlace::Gateway;
        let at = format!("http://127.0.0.1:{}/v1", self.model);
        for (name, value) in [
            ("OPENAI_API_KEY", "sk-canary"),
            ("OPENAI_BASE_URL", at.as_str()),
        ] {
            let environment = &mut setup.agent.environment;
            environment.insert(name.to_owned(), value.to_owned());
        }
        setup
    }

    /// The beginning of every script.
    fn head(&self, bench: &Bench) -> String {
        let data = bench.data();
        let file = |name: &str, text: &str| {
            let path = data.join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
            std::fs::write(path, text).expect("written");
        };
        for name in [
            "skep.db",
            "admin-token",
            "marker.key",
            "sessions/two/work/x",
            "sessions/two/home/x",
        ] {
            file(name, "canary");
        }
        format!(
            "MODEL={} DATA={} PORT={} HOST={} SCRATCH={} SHARED={} ABSTRACT='{}'\n\
             got() {{ case \"$1\" in *canary*) echo BROKEN;; esac; }}\n",
            self.model,
            data.display(),
            self.listener.local_addr().expect("an address").port(),
            self.process.id(),
            self.scratch.path().display(),
            self.shared.path().display(),
            self.abstract_name,
        )
    }
}

/// Whatever it is asked it answers, to whoever asks.
fn model() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\ncanary";
            // Whoever asked may be gone.
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    port
}

/// What came of one attack.
struct Came {
    said: String,
    told: Vec<Attempt>,
    /// How the agent's turn ended, where it did not end well.
    ended: Option<String>,
}

async fn play(attack: &Attack, canaries: &Canaries, setup: Setup) -> Came {
    let bench = setup.bench().await;
    let head = canaries.head(&bench);
    let script = format!("{head}{}\necho tried\n", attack.script);
    std::fs::write(bench.launch.workspace.join("attack.sh"), script).expect("written");
    let request = bench.request("run sh ./attack.sh 2>/dev/null");
    let (end, updates) = bench.turn(request).await;
    let told = updates.iter().filter_map(|update| match update {
        Update::Refused { attempt, .. } => Some(attempt.clone()),
        _ => None,
    });
    let came = Came {
        said: messages(&updates).join("\n"),
        told: told.collect(),
        ended: end.err().map(|error| error.to_string()),
    };
    let session = crate::agents::session();
    bench.agents.close(&session).await.expect("closed");
    assert!(bench.processes().is_empty(), "{}: it lives on", attack.name);
    came
}

/// By what they are after.
fn families() -> [(&'static str, Vec<Attack>); 5] {
    [
        ("Files", files::attacks()),
        ("Processes and limits", processes::attacks()),
        ("The kernel", kernel::attacks()),
        ("The network", network::attacks()),
        ("The model's key", key::attacks()),
    ]
}

fn all() -> Vec<Attack> {
    let families = families().into_iter();
    families.flat_map(|(_, attacks)| attacks).collect()
}

/// The table as `SECURITY.md` has it.
fn table() -> String {
    let mut text = String::from(
        "| what it is after | attacks | told, and by whom | which |\n| --- | --: | --- | --- |\n",
    );
    for (family, attacks) in families() {
        let names: Vec<&str> = attacks.iter().map(|attack| &*attack.name).collect();
        let (count, told, names) = (names.len(), by_whom(&attacks), names.join("; "));
        text.push_str(&format!("| {family} | {count} | {told} | {names} |\n"));
    }
    let all = all();
    text.push_str(&format!(
        "\n{} in all: all of them blocked, {} of them told. Those that nobody hears of:\n\n| blocked; cannot be seen | why |\n| --- | --- |\n",
        all.len(),
        all.iter().filter(|attack| matches!(attack.told, Told::By(..))).count(),
    ));
    for why in untold::REASONS {
        let of = all.iter().filter(|attack| attack.told == Told::Never(why));
        let names: Vec<&str> = of.map(|attack| &*attack.name).collect();
        text.push_str(&format!("| {} | {why} |\n", names.join("; ")));
    }
    text
}

/// How many of them are told, and how many by whom.
fn by_whom(attacks: &[Attack]) -> String {
    let tells = |teller: Teller| {
        let of = attacks
            .iter()
            .filter(|attack| matches!(&attack.told, Told::By(by, _) if *by == teller));
        of.count()
    };
    let counts = TELLERS.map(|teller| (tells(teller), teller));
    let total: usize = counts.iter().map(|(count, _)| count).sum();
    let named = counts.iter().filter(|(count, _)| *count > 0);
    let named: Vec<String> = named
        .map(|(count, teller)| format!("{count} by {}", teller.name()))
        .collect();
    format!("{total}: {}", named.join(", "))
}

/// `SKEP_BLESS=1` writes it anew.
#[test]
fn what_was_tried_stands_in_the_security_page() {
    const BEGIN: &str = "<!-- attacks: begin -->\n";
    const END: &str = "<!-- attacks: end -->";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/SECURITY.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let (before, rest) = page.split_once(BEGIN).expect("where it begins");
    let (there, after) = rest.split_once(END).expect("where it ends");
    if std::env::var_os("SKEP_BLESS").is_some() {
        let page = format!("{before}{BEGIN}{}{END}{after}", table());
        std::fs::write(path, page).expect("written");
        return;
    }
    assert_eq!(there, table());
}

#[test]
fn there_are_more_than_a_hundred_and_each_is_another_one() {
    let all = all();
    let names: BTreeSet<&String> = all.iter().map(|attack| &attack.name).collect();
    let scripts: BTreeSet<&String> = all.iter().map(|attack| &attack.script).collect();
    assert!(all.len() > 100, "{}", all.len());
    assert_eq!((names.len(), scripts.len()), (all.len(), all.len()));
    let unsaid = all.iter().find(|attack| attack.told == Told::Unsaid);
    assert_eq!(unsaid.map(|attack| &attack.name), None, "how is it told?");
}

/// What proves that the attacks on the gateway fail because of what they ask.
#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_asked_of_a_model_is_answered() {
    let canaries = Canaries::new();
    if !fenced(&canaries.setup().bench().await.agents) {
        return;
    }
    let came = play(&key::harmless(), &canaries, canaries.setup()).await;
    assert!(
        came.said.contains("BROKEN") && came.told.is_empty(),
        "{}",
        came.said
    );
}

/// R70 to R79, N21.
#[tokio::test(flavor = "multi_thread")]
async fn no_attack_gets_through_the_sandbox_and_each_is_told_that_can_be() {
    let probe = Setup::demo().bench().await;
    if !fenced(&probe.agents) {
        return;
    }
    let canaries = &Canaries::new();
    let wrong = futures::stream::iter(all())
        .map(|attack| async move {
            let came = play(&attack, canaries, canaries.setup()).await;
            let ended = came.ended.unwrap_or_default();
            let ran = match attack.ends {
                None => came.said.contains("tried"),
                Some(why) => ended.contains(why),
            };
            let through = came.said.contains("BROKEN");
            let told = attack.is_told_by(&came.told);
            (!ran || through || !told).then(|| {
                format!(
                    "{} (ran {ran}, got through {through}, told {:?} as {:#?}): {} {ended}",
                    attack.name, came.told, attack.told, came.said
                )
            })
        })
        .buffer_unordered(SIDE_BY_SIDE)
        .filter_map(std::future::ready)
        .collect::<Vec<String>>()
        .await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What proves that the scripts are attacks.
#[tokio::test(flavor = "multi_thread")]
async fn what_harms_nothing_gets_through_where_there_is_no_sandbox() {
    if std::env::consts::ARCH != "x86_64" {
        return skip("attacks by numbers of calls (they are those of x86-64)");
    }
    let canaries = &Canaries::new();
    let tried = all()
        .into_iter()
        .filter(|attack| attack.outside == Outside::Through);
    let held = futures::stream::iter(tried)
        .map(|attack| async move {
            let came = play(&attack, canaries, Setup::demo().without_sandbox()).await;
            let through = came.said.contains("BROKEN");
            (!through).then(|| format!("{}: {}", attack.name, came.said))
        })
        .buffer_unordered(SIDE_BY_SIDE)
        .filter_map(std::future::ready)
        .collect::<Vec<String>>()
        .await;
    assert!(held.is_empty(), "{}", held.join("\n"));
}
