//! Real agents from npm against a scripted model on loopback. `SKEP_TEST_AGENTS` names the folder they are installed in:
//! `<folder>/<agent>/node_modules/.bin/…` for `goose` (`@aaif/goose-acp`) and `codex` (`@agentclientprotocol/codex-acp`),
//! and `<folder>/node/node_modules/.bin/node`. The model's script is chosen by words in the prompt: `fixtures/acp/model.py`.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use skep::agent::{
    Agents, AgentsConfig, AskReply, PermissionPolicy, Resume, SandboxChoice, TurnRequest,
    registry::Known,
};
use skep::core::agent::{AgentSpec, Catalogue, ErrorClass, Stop, ToolStatus, Update};

use super::tools::TestTools;
use super::{Bench, Setup, allow_all, config, kill, messages, session, until};

/// The folder with the agents; none, and said so, where there is none.
pub(crate) fn installed() -> Option<PathBuf> {
    let folder = std::env::var_os("SKEP_TEST_AGENTS").map(PathBuf::from);
    if folder.is_none() {
        crate::required::skip("real agents (SKEP_TEST_AGENTS names no folder with them)");
    }
    folder
}

/// The scripted model; ends with the value.
pub(crate) struct Model {
    process: Child,
    pub address: String,
}

impl Model {
    pub(crate) fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/acp/model.py");
        let mut process = Command::new("python3")
            .args([script, "--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3");
        let mut line = String::new();
        let output = process.stdout.take().expect("it is piped");
        BufReader::new(output)
            .read_line(&mut line)
            .expect("the model says where it is");
        let address = line
            .trim()
            .rsplit(' ')
            .next()
            .expect("an address")
            .to_owned();
        Self {
            process,
            address: format!("http://{address}"),
        }
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

pub(super) struct Real {
    pub(super) bench: Bench,
    pub(super) model: Model,
}

pub(super) async fn real(name: &str) -> Option<Real> {
    let folder = installed()?;
    let model = Model::start();
    let mut bench = Setup::demo().bench().await;
    let agent = spec(name, &folder, &model, &bench.launch.home);
    bench.launch.agent = agent;
    let config = config(&bench.data(), SandboxChoice::Bubblewrap, false);
    bench.agents = Agents::open(AgentsConfig {
        path: path(&folder),
        ..config
    })
    .await
    .expect("agents");
    Some(Real { bench, model })
}

/// The agent of that name, a preset or another one of the registry, installed in `folder` and pointed at the scripted model; `home` is where it will live.
pub(crate) fn spec(name: &str, folder: &Path, model: &Model, home: &Path) -> AgentSpec {
    let mut agent = Known.agent(name).expect("one of the list");
    agent.command[0] = folder
        .join(name)
        .join("node_modules/.bin")
        .join(&agent.command[0])
        .display()
        .to_string();
    agent.expose = vec![folder.display().to_string()];
    let variables: Vec<(&str, String)> = match name {
        "goose" => vec![
            ("GOOSE_PROVIDER", "openai".into()),
            ("GOOSE_MODEL", "fake-1".into()),
            ("OPENAI_HOST", model.address.clone()),
            ("OPENAI_BASE_PATH", "v1/chat/completions".into()),
            ("OPENAI_API_KEY", "x".into()),
        ],
        "claude" => vec![
            ("ANTHROPIC_BASE_URL", model.address.clone()),
            ("ANTHROPIC_API_KEY", "x".into()),
            ("ANTHROPIC_MODEL", "fake-1".into()),
            ("ANTHROPIC_SMALL_FAST_MODEL", "fake-1".into()),
        ],
        "gemini" => vec![
            ("GOOGLE_GEMINI_BASE_URL", model.address.clone()),
            ("GEMINI_API_KEY", "x".into()),
        ],
        "opencode" | "qwen-code" => vec![
            ("OPENAI_BASE_URL", format!("{}/v1", model.address)),
            ("OPENAI_API_KEY", "x".into()),
            ("OPENAI_MODEL", "fake-1".into()),
        ],
        _ => {
            let own = home.join(".codex");
            std::fs::create_dir_all(&own).expect("a folder");
            std::fs::write(own.join("config.toml"), codex_configuration(&model.address))
                .expect("written");
            agent.egress = vec![model.address.trim_start_matches("http://").to_owned()];
            vec![
                ("CODEX_HOME", own.display().to_string()),
                ("MODEL_KEY", "x".into()),
            ]
        }
    };
    agent.environment.extend(
        variables
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value)),
    );
    agent
}

/// What an agent does by itself is no attack: only hosts that it looks for on its own may be told.
fn assert_no_alarm(updates: &[Update]) {
    let told = updates.iter().filter_map(|update| match update {
        Update::Refused { attempt, .. } => Some(attempt),
        _ => None,
    });
    let told: Vec<_> = told.collect();
    // It was heard at all: each of them runs programs whose library asks for the machine's addresses, or a ring of calls.
    assert!(told.iter().any(|attempt| attempt.harmless), "{told:?}");
    let odd = told
        .iter()
        .filter(|attempt| !attempt.harmless && attempt.host.is_none());
    assert_eq!(odd.count(), 0, "{told:?}");
}

/// `PATH` with the node that the agents need.
pub(crate) fn path(folder: &Path) -> String {
    format!(
        "{}:{}",
        folder.join("node/node_modules/.bin").display(),
        std::env::var("PATH").expect("a path")
    )
}

fn codex_configuration(address: &str) -> String {
    format!(
        "model = \"gpt-5-codex\"\nmodel_provider = \"scripted\"\ncheck_for_update_on_startup = false\n\
         [model_providers.scripted]\nname = \"scripted\"\nbase_url = \"{address}/v1\"\nwire_api = \"responses\"\n\
         env_key = \"MODEL_KEY\"\nrequest_max_retries = 1\nstream_max_retries = 1\nrequires_openai_auth = false\n\
         supports_websockets = false\n[analytics]\nenabled = false\n[feedback]\nenabled = false\n"
    )
}

impl Real {
    pub(super) fn request(&self, scenario: &str) -> TurnRequest {
        let folder = self.bench.launch.workspace.display();
        let prompt = format!("SCENARIO={scenario} CWD={folder} FILE=hello.txt TEXT=hi");
        TurnRequest {
            prompt,
            // It would choose one of its maker's own.
            model: (self.bench.launch.agent.name == "opencode").then(|| "openai/gpt-5".into()),
            permissions: allow_all(),
            ..self.bench.request("")
        }
    }

    pub(super) async fn writes_a_file(&self) {
        let (end, updates) = self.bench.turn(self.request("write")).await;
        let end = end.expect("the turn ends");
        assert_eq!((end.stop, end.error), (Stop::EndTurn, None), "{end:?}");
        let written = self.bench.file("hello.txt").expect("the file is there");
        assert!(written.starts_with("hi"), "{written}");
        assert!(end.message.starts_with("Done"), "{end:?}");
        assert!(
            end.usage.context > 0 && end.usage.tokens.is_some(),
            "{:?}",
            end.usage
        );
        let done = |update: &Update| matches!(update, Update::Tool { status: ToolStatus::Completed, title, .. } if !title.is_empty());
        assert!(updates.iter().any(done), "{updates:?}");
        assert_no_alarm(&updates);
        self.bench.agents.close(&session()).await.expect("closed");
        assert!(self.bench.processes().is_empty());
    }

    pub(super) async fn goes_on_after_kill_9(&self) {
        let (end, _) = self.bench.turn(self.request("write")).await;
        let first = end.expect("the turn ends");
        // The fence takes everything inside it along.
        for number in self.bench.processes().into_iter().take(1) {
            kill(number);
        }
        until("the death of the agent", || {
            self.bench.processes().is_empty()
        })
        .await;
        let request = self.request("remember");
        let resume = Resume {
            session: first.agent_session,
            prompt: request.prompt.clone(),
        };
        let request = TurnRequest {
            resume: Some(resume),
            ..request
        };
        let (end, updates) = self.bench.turn(request).await;
        let end = end.expect("the turn ends");
        assert!(end.resumed, "{updates:?}");
        assert_eq!(end.message, "turns=2 first=write");
        let said = messages(&updates);
        assert!(
            !said
                .iter()
                .any(|text| text.starts_with("Done") || text.contains("I will write")),
            "history: {said:?}"
        );
        self.bench.agents.close(&session()).await.expect("closed");
    }

    pub(super) async fn a_cancel_leaves_nothing(&self) {
        let request = self.request("slow");
        let (end, _) = self
            .bench
            .turn_until(request, |update| matches!(update, Update::Message { .. }))
            .await;
        assert_eq!(end.expect("a cancel is no error").stop, Stop::Cancelled);
        assert!(self.bench.processes().is_empty());
        let (request, cancel) = (
            self.request("sleepshell"),
            tokio_util::sync::CancellationToken::new(),
        );
        let (sender, mut receiver) = tokio::sync::mpsc::channel(64);
        let turn = self.bench.agents.turn(request, sender, cancel.clone());
        let watch = async {
            until("the start of the command", || self.sleeps()).await;
            cancel.cancel();
            while receiver.recv().await.is_some() {}
        };
        let (end, ()) = tokio::join!(turn, watch);
        let end = end.expect("a cancel is no error");
        assert!(
            matches!(end.stop, Stop::Cancelled | Stop::Killed),
            "{end:?}"
        );
        assert!(self.bench.processes().is_empty());
        assert!(self.bench.agents.live().is_empty());
        assert_eq!(self.bench.file("hello.txt"), None);
    }

    /// Asks by the tool, ends its turn, and goes on with the answer: in the same process, and after its death.
    pub(super) async fn asks_and_goes_on_with_the_answer(&self) {
        for dies in [false, true] {
            let tools = Arc::new(TestTools::default());
            tools.reply(AskReply::Later(
                "Asked. End your turn now; the answer is your next message.".into(),
            ));
            // The session's own tools need no permission, whatever the role may do.
            let permissions = PermissionPolicy::read_only();
            let request = TurnRequest {
                handler: Some(tools.clone()),
                permissions,
                ..self.request("human")
            };
            let (end, updates) = self.bench.turn(request).await;
            let first = end.expect("the turn ends");
            let seen = tools.seen();
            let [asked] = &seen.asked[..] else {
                panic!("{seen:?}: {first:?} {updates:?}")
            };
            assert_eq!(
                (asked[0].text.as_str(), &asked[0].options[..]),
                ("Which colour?", &["red".to_owned(), "blue".to_owned()][..])
            );
            // What the tools said reached the model.
            assert!(first.message.contains("End your turn now"), "{first:?}");
            if dies {
                for number in self.bench.processes().into_iter().take(1) {
                    kill(number);
                }
                until("the death of the agent", || {
                    self.bench.processes().is_empty()
                })
                .await;
            }
            let file = if dies { "after.txt" } else { "hello.txt" };
            let folder = self.bench.launch.workspace.display();
            let prompt =
                format!("SCENARIO=answered CWD={folder} FILE={file}\n\n<<<n0nce\nblue\nn0nce>>>\n");
            let tools = Arc::new(TestTools::default());
            let resume = Some(Resume {
                session: first.agent_session,
                prompt,
            });
            let request = TurnRequest {
                resume,
                handler: Some(tools.clone()),
                ..self.request("write")
            };
            let (end, updates) = self.bench.turn(request).await;
            let end = end.expect("the turn ends");
            assert!(end.resumed, "{updates:?}");
            let written = self.bench.file(file).unwrap_or_default();
            assert!(
                written.starts_with("blue"),
                "{written:?} {end:?} {updates:?}"
            );
            let seen = tools.seen();
            let [finished] = &seen.finished[..] else {
                panic!("{seen:?}: {end:?} {updates:?}")
            };
            assert_eq!(
                (finished.summary.as_str(), &finished.verified[..]),
                ("Painted it", &["looked".to_owned()][..])
            );
            self.bench.agents.close(&session()).await.expect("closed");
        }
        assert!(self.bench.processes().is_empty());
    }

    fn sleeps(&self) -> bool {
        let name = |number: &u32| {
            std::fs::read_to_string(format!("/proc/{number}/comm")).unwrap_or_default()
        };
        self.bench
            .processes()
            .iter()
            .any(|number| name(number).trim() == "sleep")
    }

    /// As a system prompt where the agent takes one (codex), before the prompt where it does not (goose); in a loaded session
    /// as well.
    pub(super) async fn is_told_its_role(&self) {
        let request = || TurnRequest {
            instructions: "You are the reviewer, ROLE-MARK.".into(),
            ..self.request("role")
        };
        let expected = match &*self.bench.launch.agent.name {
            "codex" => "role in: system",
            _ => "role in: user",
        };
        let (end, _) = self.bench.turn(request()).await;
        let first = end.expect("the turn ends");
        assert_eq!(first.message, expected);
        self.bench.agents.close(&session()).await.expect("closed");
        let resume = Some(Resume {
            session: first.agent_session,
            prompt: self.request("role").prompt,
        });
        let (end, updates) = self
            .bench
            .turn(TurnRequest {
                resume,
                ..request()
            })
            .await;
        let end = end.expect("the turn ends");
        assert!(end.resumed, "{updates:?}");
        assert_eq!(end.message, expected);
        self.bench.agents.close(&session()).await.expect("closed");
    }

    pub(super) async fn a_failing_model_is_named(&self) {
        for (scenario, class) in [
            ("http429", ErrorClass::RateLimit),
            ("http500", ErrorClass::ModelUnavailable),
        ] {
            let (end, updates) = self.bench.turn(self.request(scenario)).await;
            let told = match &end {
                Ok(end) => end.error,
                Err(error) => Some(error.class()),
            };
            assert_eq!(told, Some(class), "{scenario}: {end:?} {updates:?}");
        }
        let (end, _) = self.bench.turn(self.request("http401")).await;
        let told = match &end {
            Ok(end) => end.error,
            Err(error) => Some(error.class()),
        };
        assert_eq!(told, Some(ErrorClass::Auth), "{end:?}");
        self.bench.agents.close(&session()).await.expect("closed");
        assert!(self.bench.processes().is_empty());
    }
}

macro_rules! with_each_agent {
    ($($test:ident)*) => { $(
        mod $test {
            #[tokio::test]
            async fn goose() {
                if let Some(real) = super::real("goose").await {
                    real.$test().await;
                }
            }

            #[tokio::test]
            async fn codex() {
                if let Some(real) = super::real("codex").await {
                    real.$test().await;
                }
            }
        }
    )* };
}

with_each_agent!(writes_a_file goes_on_after_kill_9 is_told_its_role asks_and_goes_on_with_the_answer a_cancel_leaves_nothing a_failing_model_is_named);

/// Neither a login nor a provider of its own: a key in the environment, as an operator gives it.
#[tokio::test]
async fn codex_works_with_a_key_alone() {
    let Some(mut real) = real("codex").await else {
        return;
    };
    let configuration = "model = \"gpt-5-codex\"\ncheck_for_update_on_startup = false\n\
         [analytics]\nenabled = false\n[features]\nplugins = false\n";
    let own = real.bench.launch.home.join(".codex/config.toml");
    std::fs::write(own, configuration).expect("written");
    let environment = &mut real.bench.launch.agent.environment;
    environment.remove("MODEL_KEY");
    environment.insert("OPENAI_API_KEY".into(), "x".into());
    let base = format!("{}/v1", real.model.address);
    environment.insert("OPENAI_BASE_URL".into(), base);
    let (end, _) = real.bench.turn(real.request("write")).await;
    assert_eq!(end.expect("the turn ends").error, None);
    assert!(
        real.bench
            .file("hello.txt")
            .is_some_and(|text| text.starts_with("hi"))
    );
}
