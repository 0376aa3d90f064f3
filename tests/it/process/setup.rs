//! What a process stands on (a GitHub, a repository, a folder), and how it is looked at from outside.

use std::path::{Path, PathBuf};
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use skep::core::ids::{IssueNumber, RepositoryId};
use skep_simulator::world::content::IssueDraft;
use skep_simulator::{Simulator, SimulatorConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::test_app::SECRET;

/// Nothing here takes longer unless it hangs.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// A GitHub with a repository, and a folder for one skep.
pub(super) struct Setup {
    pub github: Simulator,
    pub repository: RepositoryId,
    pub folder: tempfile::TempDir,
}

const ROOMY: &str = "[limits]\ndisk_reserve = '0B'\n";

impl Setup {
    pub(super) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With a GitHub that differs.
    pub(super) async fn with(change: impl FnOnce(&mut SimulatorConfig)) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let public = crate::test_app::key("test-only-app.public.pem");
        let mut config = SimulatorConfig::new(folder.path().join("github"), public);
        config.app_slug = "skep".into();
        config.webhook_secret = SECRET.into();
        change(&mut config);
        let github = Simulator::start(config)
            .await
            .expect("the simulator starts");
        github.create_user("ana");
        let files = [("README.md", "# Hello\n")];
        let repository = github
            .create_repository("octo", "hello", &files)
            .await
            .expect("a repository");
        github
            .set_permission(repository, "ana", "write")
            .expect("a permission");
        // Sessions start however full the disk of this machine is.
        std::fs::write(folder.path().join("skep.toml"), ROOMY).expect("written");
        Self {
            github,
            repository: RepositoryId(repository),
            folder,
        }
    }

    /// The data folder of the skep.
    pub(super) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What the command line needs to find the admin token.
    pub(super) fn token(&self) -> [(String, String); 1] {
        [(
            "SKEP_DATA_DIR".to_owned(),
            self.data().display().to_string(),
        )]
    }

    /// What `skep serve` needs, as variables.
    pub(super) fn environment(&self) -> Vec<(String, String)> {
        let key =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/keys/test-only-app.pkcs1.pem");
        let pairs = [
            ("SKEP_APP_ID", "4242".to_owned()),
            ("SKEP_PRIVATE_KEY_FILE", key.display().to_string()),
            ("SKEP_WEBHOOK_SECRET", SECRET.to_owned()),
            ("SKEP_DATA_DIR", self.data().display().to_string()),
            ("SKEP_GITHUB_URL", self.github.git_url()),
            ("SKEP_GITHUB_API_URL", self.github.api_url()),
            (
                "SKEP_AGENT",
                format!("{} demo-agent", env!("CARGO_BIN_EXE_skep")),
            ),
            ("SKEP_OLD_GIT", "allow".to_owned()),
            ("SKEP_LISTEN", "127.0.0.1:0".to_owned()),
            ("SKEP_ADMIN_LISTEN", "127.0.0.1:0".to_owned()),
            ("SKEP_LOG_FORMAT", "json".to_owned()),
            ("PATH", std::env::var("PATH").expect("a path")),
        ];
        pairs
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// A file that lets skep change things as fast as it can; what the tests are about is not the pace.
    pub(super) fn hurry(&self) {
        let fast = "retry_base = '50ms'\nmutation_burst = 100\nmutations_per_second = 100\n";
        let text = format!("look_again = '10ms'\n{ROOMY}{fast}");
        std::fs::write(self.folder.path().join("skep.toml"), text).expect("written");
    }

    /// Ana files an issue with a script for the demo agent and labels it.
    pub(super) fn go(&self, script: &str) -> IssueNumber {
        let issue = self.file(script);
        self.github
            .label(self.repository, issue, "agent:go", "ana")
            .expect("a label");
        issue
    }

    /// Ana files an issue with a script for the demo agent.
    pub(super) fn file(&self, script: &str) -> IssueNumber {
        let body = Some(format!("Please.\n\n```skep-demo\n{script}\n```\n"));
        let draft = IssueDraft {
            title: "Write A".into(),
            body,
            ..IssueDraft::default()
        };
        let opened = self.github.open_issue(self.repository, "ana", draft);
        IssueNumber(opened.expect("an issue"))
    }

    /// What must be so after one issue became one pull request, whatever happened on the way.
    pub(super) fn one_pull_request(&self, issue: IssueNumber) {
        let thread = self
            .github
            .thread(self.repository, issue)
            .expect("a thread");
        let pulls = self.github.pulls(self.repository).expect("pull requests");
        assert_eq!(pulls.len(), 1, "{pulls:?}\n{thread}");
        assert!(pulls[0].draft && pulls[0].changed_files == 1, "{pulls:?}");
        let comments = self
            .github
            .comments(self.repository, issue)
            .expect("comments");
        assert_eq!(comments.len(), 1, "{thread}");
        let view = self.github.issue(self.repository, issue).expect("an issue");
        let status: Vec<&String> = view
            .labels
            .iter()
            .filter(|label| *label != "agent:go")
            .collect();
        assert_eq!(status, ["agent:review"], "{thread}");
        let mut reactions = view.reactions.clone();
        reactions.sort();
        let bot = format!("{}[bot]", self.github.app().slug);
        assert_eq!(
            reactions,
            [format!("eyes {bot}"), format!("hooray {bot}")],
            "{thread}"
        );
        assert_eq!(self.github.violations(), [], "GitHub complains");
        assert_eq!(self.agents(), [0_u32; 0], "agents are left");
    }

    /// Living agents of this skep.
    pub(super) fn agents(&self) -> Vec<u32> {
        crate::agents::marked(&self.data())
    }
}

/// A delivery as GitHub signs it.
pub(super) fn signed(
    event: &str,
    guid: &str,
    body: &str,
    secret: &str,
) -> Vec<(&'static str, String)> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    mac.update(body.as_bytes());
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    vec![
        ("X-GitHub-Event", event.to_owned()),
        ("X-GitHub-Delivery", guid.to_owned()),
        ("X-Hub-Signature-256", signature),
        ("Content-Type", "application/json".to_owned()),
    ]
}

/// One request; none when the other side is not there or goes away before it has answered.
pub(super) async fn ask(
    address: &str,
    line: &str,
    headers: &[(&str, String)],
    body: &str,
) -> Option<(u16, String)> {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        let headers: String = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let request = format!(
            "{line} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        // What was read before the connection broke counts: a status is an answer.
        let _whole = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8(answer).expect("UTF-8");
        let status = answer.split(' ').nth(1)?.parse().ok()?;
        Some((
            status,
            answer
                .split_once("\r\n\r\n")
                .map(|(_, body)| body.to_owned())
                .unwrap_or_default(),
        ))
    };
    tokio::time::timeout(Duration::from_secs(40), exchange)
        .await
        .expect("an answer or an end")
}

/// `GET` of something that must be there, as JSON.
pub(super) async fn get(address: &str, path: &str) -> Value {
    let (status, body) = ask(address, &format!("GET {path}"), &[], "")
        .await
        .expect("an answer");
    assert_eq!(status, 200, "{path}: {body}");
    serde_json::from_str(&body).expect("JSON")
}
