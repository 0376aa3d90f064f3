//! The demo agent's commands: run in the working copy, and asked for first where its mode says so.
//!
//! It takes any command it is told: keeping it in bounds is the sandbox's work, and tests rely on it trying.

use std::process::Stdio;

use agent_client_protocol::Error;
use agent_client_protocol::v1::schema::{
    PermissionOption, PermissionOptionKind, RequestPermissionOutcome, RequestPermissionRequest,
    StopReason, ToolCallStatus, ToolCallUpdate, ToolCallUpdateFields, ToolKind,
};
use tokio::process::Command;

use super::script_runner::{Flow, ScriptRunner};

enum Reply {
    Allowed,
    Rejected,
    Cancelled,
}

impl ScriptRunner {
    pub(super) async fn commit(&mut self, message: &str) -> Result<(), Error> {
        let id = self.announce("git commit", ToolKind::Execute, None)?;
        self.state(&id, ToolCallStatus::InProgress)?;
        let mut failed = None;
        for arguments in [
            &["add", "--all"][..],
            &["commit", "--quiet", "--allow-empty", "--message", message],
        ] {
            if failed.is_none() {
                failed = self.output(self.command("git").args(arguments)).await.err();
            }
        }
        match failed {
            None => self.state(&id, ToolCallStatus::Completed),
            Some(why) => {
                self.state(&id, ToolCallStatus::Failed)?;
                self.say(&format!("git commit did not work: {why}"))
            }
        }
    }

    pub(super) async fn shell(&mut self, line: &str) -> Result<Flow, Error> {
        let title = format!("run {line}");
        let id = self.announce(&title, ToolKind::Execute, None)?;
        if self.session.memory.mode == "approve" {
            match self.request(&id, &title, ToolKind::Execute).await? {
                Reply::Allowed => {}
                Reply::Rejected => {
                    self.state(&id, ToolCallStatus::Failed)?;
                    self.say(&format!("I was not allowed to {title}."))?;
                    return Ok(Flow::On);
                }
                Reply::Cancelled => return Ok(Flow::End(StopReason::Cancelled)),
            }
        }
        self.state(&id, ToolCallStatus::InProgress)?;
        let mut command = self.command("sh");
        let output = tokio::select! {
            output = self.output(command.args(["-c", line])) => output,
            () = self.session.cancel.cancelled() => return Ok(Flow::End(StopReason::Cancelled)),
        };
        match output {
            Ok(text) => {
                self.state(&id, ToolCallStatus::Completed)?;
                if !text.is_empty() {
                    self.say(&text)?;
                }
            }
            Err(why) => {
                self.state(&id, ToolCallStatus::Failed)?;
                self.say(&format!("{line} did not work: {why}"))?;
            }
        }
        Ok(Flow::On)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        if let Some(environment) = &self.server.environment.variables {
            command
                .env_clear()
                .envs(environment.iter().map(|(key, value)| (key, value)));
        }
        command
            .current_dir(&self.session.folder)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// The first 4,000 characters of the standard output, or why there is none.
    async fn output(&self, command: &mut Command) -> Result<String, String> {
        let output = command.output().await.map_err(|error| error.to_string())?;
        let text = |bytes: &[u8]| {
            String::from_utf8_lossy(bytes)
                .trim()
                .chars()
                .take(4_000)
                .collect::<String>()
        };
        if output.status.success() {
            Ok(text(&output.stdout))
        } else {
            Err(format!("{}: {}", output.status, text(&output.stderr)))
        }
    }

    pub(super) async fn permission(&mut self, kind: &str, title: &str) -> Result<Flow, Error> {
        let kind = serde_json::from_value(serde_json::json!(kind)).unwrap_or(ToolKind::Other);
        let id = self.announce(title, kind, None)?;
        let reply = self.request(&id, title, kind).await?;
        let (status, word) = match reply {
            Reply::Allowed => (ToolCallStatus::Completed, "allowed"),
            Reply::Rejected => (ToolCallStatus::Failed, "rejected"),
            Reply::Cancelled => return Ok(Flow::End(StopReason::Cancelled)),
        };
        self.state(&id, status)?;
        self.say(&format!("{title}: {word}"))?;
        Ok(Flow::On)
    }

    async fn request(&self, id: &str, title: &str, kind: ToolKind) -> Result<Reply, Error> {
        use PermissionOptionKind::{AllowAlways, AllowOnce, RejectOnce};
        // "Always" first, as one of the real agents has it: who answers by place is found out.
        let options = [
            ("always", AllowAlways),
            ("once", AllowOnce),
            ("no", RejectOnce),
        ];
        let options = options
            .map(|(id, kind)| PermissionOption::new(id, id, kind))
            .to_vec();
        let fields = ToolCallUpdateFields::new()
            .title(title.to_owned())
            .kind(kind);
        let call = ToolCallUpdate::new(id.to_owned(), fields);
        let request = RequestPermissionRequest::new(self.id.clone(), call, options);
        let answer = self.peer.send_request(request).block_task().await?;
        Ok(match answer.outcome {
            RequestPermissionOutcome::Selected(option) if &*option.option_id.0 == "no" => {
                Reply::Rejected
            }
            RequestPermissionOutcome::Selected(_) => Reply::Allowed,
            _ => Reply::Cancelled,
        })
    }

    pub(super) fn survivor(&mut self) -> Result<(), Error> {
        let started = self
            .command("setsid")
            .args(["--fork", "sleep", "300"])
            .kill_on_drop(false)
            .spawn();
        match started {
            Ok(_) => self.say("I left a child behind."),
            Err(error) => self.say(&format!("I could not leave a child behind: {error}")),
        }
    }
}
