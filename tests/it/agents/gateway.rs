//! Agents whose model's key stays outside their sandbox: real ones at work against the scripted model, and what of the key can be
//! found inside.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use skep::agent::{AgentError, TurnRequest};
use skep::core::agent::{ErrorClass, KeyPlace, Stop, Update, wait_named};
use skep::core::budget::{Left, TurnBudget};
use skep::core::usage::Source;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::real::{Real, real};
use super::{Bench, Setup, fenced, messages, session};

/// The key that no session ever sees.
pub(super) const KEY: &str = "sk-canary-0123456789";

/// Stands before a server and keeps what it is sent.
pub(super) struct Wire {
    pub(super) address: String,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Wire {
    pub(super) async fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let heard: Arc<Mutex<Vec<u8>>> = Arc::default();
        let (kept, server) = (
            Arc::clone(&heard),
            server.trim_start_matches("http://").to_owned(),
        );
        tokio::spawn(async move {
            while let Ok((inside, _)) = listener.accept().await {
                let (kept, server) = (Arc::clone(&kept), server.clone());
                tokio::spawn(async move {
                    let outside = TcpStream::connect(server).await.expect("the server");
                    let (mut from, mut back) = inside.into_split();
                    let (mut answers, mut to) = outside.into_split();
                    let up = async {
                        let mut some = vec![0; 64 * 1024];
                        while let Ok(count @ 1..) = from.read(&mut some).await {
                            kept.lock().expect("no panic").extend(&some[..count]);
                            if to.write_all(&some[..count]).await.is_err() {
                                break;
                            }
                        }
                        // It may be gone.
                        let _ = to.shutdown().await;
                    };
                    // Either side may leave first; an answer may end with its connection.
                    let down = async {
                        let _ = tokio::io::copy(&mut answers, &mut back).await;
                        let _ = back.shutdown().await;
                    };
                    tokio::join!(up, down);
                });
            }
        });
        Self { address, heard }
    }

    pub(super) fn heard(&self) -> String {
        let heard = self.heard.lock().expect("no panic");
        String::from_utf8_lossy(&heard).into_owned()
    }
}

/// That agent with the preset's own way to the gateway, and a canary for a key.
async fn kept_outside(name: &str) -> Option<(Real, Wire)> {
    let mut real = real(name).await?;
    if !fenced(&real.bench.agents) {
        return None;
    }
    let wire = Wire::to(&real.model.address).await;
    let agent = &mut real.bench.launch.agent;
    let variables = &mut agent.environment;
    let (key, base, path) = match name {
        "claude" => ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", ""),
        "gemini" => ("GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL", ""),
        "goose" => ("OPENAI_API_KEY", "OPENAI_HOST", ""),
        _ => ("OPENAI_API_KEY", "OPENAI_BASE_URL", "/v1"),
    };
    variables.insert(key.into(), KEY.into());
    variables.insert(base.into(), format!("{}{path}", wire.address));
    if name == "codex" {
        agent.egress.clear();
        for gone in ["CODEX_HOME", "MODEL_KEY"] {
            variables.remove(gone);
        }
        let own = real.bench.launch.home.join(".codex/config.toml");
        let configuration = "model = \"gpt-5-codex\"\ncheck_for_update_on_startup = false\n\
                                 [analytics]\nenabled = false\n[features]\nplugins = false\n";
        std::fs::write(own, configuration).expect("written");
    }
    assert_eq!(agent.key, KeyPlace::Gateway, "the preset says so");
    Some((real, wire))
}

/// Where the canary is to be found in what the session's processes are given, and in what they wrote.
pub(super) fn found(bench: &Bench) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for number in bench.processes() {
        for name in ["environ", "cmdline"] {
            let path = format!("/proc/{number}/{name}");
            let text = std::fs::read(&path).unwrap_or_default();
            if String::from_utf8_lossy(&text).contains(KEY) {
                all.push(path);
            }
        }
    }
    let grep = std::process::Command::new("grep")
        .args(["-rl", KEY])
        .args([&bench.launch.home, &bench.launch.workspace])
        .output()
        .expect("grep");
    all.extend(
        String::from_utf8_lossy(&grep.stdout)
            .lines()
            .map(str::to_owned),
    );
    all
}

async fn works_without_its_key(name: &str) {
    let Some((real, wire)) = kept_outside(name).await else {
        return;
    };
    let (end, updates) = real.bench.turn(real.request("write")).await;
    let end = end.unwrap_or_else(|error| panic!("{name}: {error} {updates:?}"));
    assert_eq!((end.stop, end.error), (Stop::EndTurn, None), "{end:?}");
    let written = real.bench.file("hello.txt").expect("the file is there");
    assert!(written.starts_with("hi"), "{written}");
    assert!(!real.bench.processes().is_empty());
    assert_eq!(found(&real.bench), Vec::<String>::new());
    let heard = wire.heard();
    assert!(heard.contains(KEY), "the key is added on the way");
    // Folders may be called so as well; what follows in a word is its digits.
    let is_word = |rest: &str| rest.chars().take_while(char::is_ascii_hexdigit).count() >= 40;
    assert!(
        !heard.split("skep-").skip(1).any(is_word),
        "the session's word goes no further"
    );
    // Two answers of 1,000 and 50 tokens, or more where it has its session named or looks first, whatever the agent makes of them.
    let tokens = end.usage.tokens.expect("counted");
    let answers = tokens.output / 50;
    let counted = (end.usage.source, tokens.input, tokens.output);
    assert!((2..=5).contains(&answers), "{:?}", end.usage);
    assert_eq!(counted, (Source::Gateway, 1_000 * answers, 50 * answers));
    assert!(!end.usage.partial, "{:?}", end.usage);
    let refused: Vec<&Update> = updates
        .iter()
        .filter(|update| match update {
            // It looks for its own maker whatever it is told.
            Update::Refused { attempt, .. } => {
                !attempt.harmless && !attempt.what.starts_with("chatgpt.com")
            }
            _ => false,
        })
        .collect();
    assert!(refused.is_empty(), "{refused:?}");
    // In a new process with the same home.
    real.bench.agents.close(&session()).await.expect("closed");
    let (end, updates) = real.bench.turn(real.request("write")).await;
    assert!(end.is_ok(), "{end:?} {updates:?}");
    real.bench.agents.close(&session()).await.expect("closed");
}

/// How often a model was asked for words, and not for how many they are.
fn asked(heard: &str) -> usize {
    let requests = heard.split("POST /").skip(1);
    let lines = requests.filter_map(|rest| rest.lines().next());
    lines
        .filter(|line| line.ends_with(" HTTP/1.1") && !line.contains("ount"))
        .count()
}

async fn ends_at_its_budget(name: &str) {
    let Some((real, wire)) = kept_outside(name).await else {
        return;
    };
    let request = TurnRequest {
        budget: TurnBudget {
            tokens: Left::of(0, 1_000, true),
            ..TurnBudget::default()
        },
        ..real.request("write")
    };
    let (end, updates) = real.bench.turn(request).await;
    let end = end.unwrap_or_else(|error| panic!("{name}: {error} {updates:?}"));
    assert_eq!(end.stop, Stop::OutOfBudget, "{end:?}");
    let used = end.usage.tokens.expect("counted").total();
    let asked = asked(&wire.heard());
    assert_eq!(used, 1_050 * asked as u64, "all of it is counted");
    // Goose has its session named at the same time; what began before the budget was used up is let finish.
    assert!((1..=2).contains(&asked), "nothing more is asked: {asked}");
    assert!(real.bench.processes().is_empty());
}

async fn does_not_hide_a_limit(name: &str) {
    let Some((real, _wire)) = kept_outside(name).await else {
        return;
    };
    let now = skep::app::system_clock();
    let began = Instant::now();
    let prompt = real.request("http429").prompt + " AFTER=3600";
    let request = TurnRequest {
        prompt,
        ..real.request("http429")
    };
    let (end, updates) = real.bench.turn(request).await;
    let Err(AgentError::ModelRefused { class, text }) = end else {
        panic!("{name}: {end:?} {updates:?}")
    };
    assert_eq!(class, ErrorClass::RateLimit, "{text}");
    let wait = wait_named(&text, now()).expect("a time");
    assert!((3_500_000..3_602_000).contains(&wait), "{text}");
    assert!(
        began.elapsed() < Duration::from_secs(60),
        "{:?}",
        began.elapsed()
    );
    assert!(real.bench.processes().is_empty());
}

/// What each of them shows whose tools the scripted model does not know: its words come by the gateway, with the key that it has not.
async fn answers_without_its_key(name: &str) {
    let Some((real, wire)) = kept_outside(name).await else {
        return;
    };
    let (end, updates) = real.bench.turn(real.request("remember")).await;
    let end = end.unwrap_or_else(|error| panic!("{name}: {error} {updates:?}"));
    assert_eq!((end.stop, end.error), (Stop::EndTurn, None), "{end:?}");
    assert!(
        messages(&updates).join("").contains("turns=1"),
        "{updates:?}"
    );
    assert_eq!(found(&real.bench), Vec::<String>::new());
    assert!(wire.heard().contains(KEY), "the key is added on the way");
    assert_eq!(end.usage.source, Source::Gateway, "{:?}", end.usage);
    real.bench.agents.close(&session()).await.expect("closed");
}

macro_rules! with {
    ($test:ident: $($name:ident)*) => {
        mod $test {
            $(
                #[tokio::test]
                async fn $name() {
                    super::$test(stringify!($name)).await;
                }
            )*
        }
    };
}

with!(works_without_its_key: goose codex);
with!(answers_without_its_key: claude gemini opencode);
with!(ends_at_its_budget: goose codex claude gemini opencode);
with!(does_not_hide_a_limit: goose codex claude gemini opencode);

/// The demo agent with a key that a gateway could keep.
async fn demo(key: KeyPlace, server: &str) -> Bench {
    let mut setup = Setup::demo();
    setup.agent.key = key;
    for (name, value) in [("OPENAI_API_KEY", KEY), ("OPENAI_BASE_URL", server)] {
        setup.agent.environment.insert(name.into(), value.into());
    }
    setup.bench().await
}

/// What the attacks in `hostile` are held against: the gateway is there, and serves whom it should.
#[tokio::test]
async fn the_operator_chooses_where_a_key_is() {
    let server = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}/v1", server.local_addr().expect("an address"));
    let serve = async {
        loop {
            let (mut stream, _) = server.accept().await.expect("a request");
            let mut head = vec![0; 4096];
            let count = stream.read(&mut head).await.expect("bytes");
            let head = String::from_utf8_lossy(&head[..count]).to_ascii_lowercase();
            let said = match head.contains(&format!("authorization: bearer {KEY}")) {
                true => "right",
                false => "wrong",
            };
            let answer =
                format!("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n{said}");
            stream.write_all(answer.as_bytes()).await.expect("sent");
        }
    };
    let ask = "run echo $OPENAI_API_KEY; curl -s -m 5 -H \"Authorization: Bearer $OPENAI_API_KEY\" $OPENAI_BASE_URL/models";
    let play = async {
        let bench = demo(KeyPlace::Gateway, &address).await;
        if !fenced(&bench.agents) {
            return;
        }
        let (_, updates) = bench.play(ask).await;
        let said = messages(&updates).join("\n");
        assert!(said.contains("skep-") && said.contains("right"), "{said}");
        assert!(!said.contains(KEY), "{said}");
        bench.agents.close(&session()).await.expect("closed");
        let bench = demo(KeyPlace::Inside, &address).await;
        let (_, updates) = bench.play(ask).await;
        let said = messages(&updates).join("\n");
        assert!(said.contains(KEY) && said.contains("right"), "{said}");
        bench.agents.close(&session()).await.expect("closed");
    };
    tokio::select! {
        () = serve => {}
        () = play => {}
    }
}

/// Each session has a word of its own, and keeps it.
#[tokio::test]
async fn another_sessions_word_opens_nothing() {
    let bench = demo(KeyPlace::Gateway, "http://127.0.0.1:9/v1").await;
    if !fenced(&bench.agents) {
        return;
    }
    let word = |updates: &[Update]| {
        let said = messages(updates).join(" ");
        let found = said
            .split_whitespace()
            .find(|part| part.starts_with("skep-"));
        found.expect("a word").to_owned()
    };
    let (_, updates) = bench.play("run echo $OPENAI_API_KEY").await;
    let first = word(&updates);
    bench.agents.close(&session()).await.expect("closed");
    let (_, updates) = bench.play("run echo $OPENAI_API_KEY").await;
    assert_eq!(word(&updates), first);
    bench.agents.close(&session()).await.expect("closed");
    let other: skep::core::ids::SessionId = "1296269-13-1".parse().expect("a session id");
    let mut launch = bench.launch.clone();
    launch.session = other.clone();
    let ask = format!(
        "run echo $OPENAI_API_KEY; curl -s -m 5 -o /dev/null -w '%{{http_code}}' -H 'Authorization: Bearer {first}' $OPENAI_BASE_URL/models"
    );
    let request = TurnRequest {
        launch,
        ..bench.request(&ask)
    };
    let (end, updates) = bench.turn(request).await;
    end.expect("the turn ends");
    assert_ne!(word(&updates), first);
    assert!(messages(&updates).join(" ").contains("401"), "{updates:?}");
    let told = |update: &Update| matches!(update, Update::Refused { attempt, .. } if attempt.grave);
    assert!(updates.iter().any(told), "{updates:?}");
    bench.agents.close(&other).await.expect("closed");
}
