//! The demo agent among people: how it asks (by tool, by form, by its last message), reports and says that it is finished.
//!
//! A question that is not answered at once ends the turn, whatever way it was asked; what is left of the script waits for
//! the next prompt.

use agent_client_protocol::Error;
use agent_client_protocol::v1::schema::{
    CreateElicitationRequest, ElicitationAction, ElicitationContentValue, ElicitationFormMode,
    ElicitationSchema, ElicitationSessionScope, StopReason, StringPropertySchema, ToolCallStatus,
    ToolKind,
};
use serde_json::{Value, json};

use super::mcp_client::Told;
use super::prompt;
use super::question::{self, Question};
use super::script_runner::{Flow, ScriptRunner};

const WAITING: &str = "I asked, and wait for the answer.";

impl ScriptRunner {
    /// By the tool where there is one, else by the last message.
    pub(super) async fn ask(&mut self, asked: &[Question]) -> Result<Flow, Error> {
        if self.session.tools.is_none() {
            return self.end_asking(&question::fenced(asked));
        }
        let question = |asked: &Question| {
            let hours = asked.deadline_ms.map(|ms| ms as f64 / 3_600_000.0);
            json!({ "question": asked.text, "options": asked.options, "default": asked.default, "deadline_hours": hours })
        };
        let questions: Vec<Value> = asked.iter().map(question).collect();
        match self
            .call("ask_human", json!({ "questions": questions }))
            .await?
        {
            None => Ok(Flow::End(StopReason::Cancelled)),
            Some(Ok(told)) if told.answered => {
                self.answered(prompt::last_envelope(&told.text).unwrap_or(&told.text));
                Ok(Flow::On)
            }
            Some(Ok(told)) if !told.failed => self.end_asking(WAITING),
            Some(Ok(Told { text: why, .. }) | Err(why)) => {
                self.end_asking(&format!("I could not ask: {why}"))
            }
        }
    }

    /// By a form of the protocol where the client takes one, else by the last message.
    pub(super) async fn elicit(&mut self, asked: &[Question]) -> Result<Flow, Error> {
        if !self.server.takes_forms() {
            return self.end_asking(&question::fenced(asked));
        }
        // The only question is the form's message.
        let single = asked.len() == 1;
        let schema =
            asked
                .iter()
                .enumerate()
                .fold(ElicitationSchema::new(), |schema, (index, asked)| {
                    let mut field =
                        StringPropertySchema::new().default_value(asked.default.clone());
                    if asked.options.len() > 1 {
                        field = field.enum_values(asked.options.clone());
                    }
                    let field = if single {
                        field
                    } else {
                        field.title(asked.text.clone())
                    };
                    schema.property(format!("answer{}", index + 1), field, true)
                });
        let message = if single {
            asked[0].text.as_str()
        } else {
            "Before I go on:"
        };
        let form = ElicitationFormMode::new(ElicitationSessionScope::new(self.id.clone()), schema);
        let sent = self
            .peer
            .send_request(CreateElicitationRequest::new(form, message))
            .block_task();
        let answer = tokio::select! {
            biased;
            () = self.session.cancel.cancelled() => return Ok(Flow::End(StopReason::Cancelled)),
            answer = sent => answer?,
        };
        let ElicitationAction::Accept(accepted) = answer.action else {
            return self.end_asking(WAITING);
        };
        let values = accepted
            .content
            .unwrap_or_default()
            .into_values()
            .map(shown);
        self.answered(&values.collect::<Vec<_>>().join("\n"));
        Ok(Flow::On)
    }

    /// By a plain sentence, as a model asks that knows of nothing better.
    pub(super) fn wonder(&mut self, asked: &[Question]) -> Result<Flow, Error> {
        self.end_asking(&question::plain(asked))
    }

    pub(super) async fn report(&mut self, text: &str) -> Result<Flow, Error> {
        self.tell("report_progress", json!({ "text": text }), text)
            .await
    }

    /// What it is told is said, whatever it is.
    pub(super) async fn hand_in(&mut self, tool: &str, arguments: Value) -> Result<Flow, Error> {
        match self.call(tool, arguments).await? {
            None => return Ok(Flow::End(StopReason::Cancelled)),
            Some(Ok(Told { text, .. }) | Err(text)) => self.say(&text)?,
        }
        Ok(Flow::On)
    }

    /// With the replies to threads that were noted before.
    pub(super) async fn finish(
        &mut self,
        summary: &str,
        verified: &[String],
    ) -> Result<Flow, Error> {
        let replies = self
            .server
            .memory(&self.id, |memory| std::mem::take(&mut memory.replies));
        let threads: Vec<Value> = replies
            .unwrap_or_default()
            .into_iter()
            .map(|(id, reply)| json!({ "id": id, "reply": reply }))
            .collect();
        let arguments = json!({ "summary": summary, "verified": verified, "threads": threads });
        self.tell("finish", arguments, summary).await
    }

    pub(super) fn reply(&self, thread: &str, text: &str) {
        self.server.memory(&self.id, |memory| {
            let threads = if thread == "all" {
                memory.threads.clone()
            } else {
                vec![thread.to_owned()]
            };
            memory
                .replies
                .extend(threads.into_iter().map(|thread| (thread, text.to_owned())));
        });
    }

    /// Calls a tool that nobody answers; without tools the words are a message.
    async fn tell(&mut self, tool: &str, arguments: Value, plain: &str) -> Result<Flow, Error> {
        if self.session.tools.is_none() {
            self.say(plain)?;
            return Ok(Flow::On);
        }
        match self.call(tool, arguments).await? {
            None => return Ok(Flow::End(StopReason::Cancelled)),
            Some(Ok(told)) if !told.failed => {}
            Some(Ok(Told { text: why, .. }) | Err(why)) => {
                self.say(&format!("{tool} did not work: {why}"))?
            }
        }
        Ok(Flow::On)
    }

    /// One call, shown as one; none when it was cancelled.
    async fn call(
        &mut self,
        tool: &str,
        arguments: Value,
    ) -> Result<Option<Result<Told, String>>, Error> {
        let Some(tools) = self.session.tools.clone() else {
            return Ok(Some(Err("I have no tools".to_owned())));
        };
        let id = self.announce(tool, ToolKind::Other, None)?;
        self.state(&id, ToolCallStatus::InProgress)?;
        let told = tokio::select! {
            biased;
            () = self.session.cancel.cancelled() => return Ok(None),
            told = tools.call(tool, arguments) => told,
        };
        let well = told.as_ref().is_ok_and(|told| !told.failed);
        self.state(
            &id,
            if well {
                ToolCallStatus::Completed
            } else {
                ToolCallStatus::Failed
            },
        )?;
        Ok(Some(told))
    }

    fn answered(&self, words: &str) {
        self.server.memory(&self.id, |memory| {
            words.trim().clone_into(&mut memory.answer)
        });
    }

    /// The turn ends; the next prompt brings the answer.
    fn end_asking(&mut self, text: &str) -> Result<Flow, Error> {
        self.server.memory(&self.id, |memory| memory.asking = true);
        self.say(text)?;
        Ok(Flow::End(StopReason::EndTurn))
    }
}

fn shown(value: ElicitationContentValue) -> String {
    match value {
        ElicitationContentValue::String(text) => text,
        ElicitationContentValue::StringArray(list) => list.join(", "),
        other => serde_json::to_string(&other).unwrap_or_default(),
    }
}
