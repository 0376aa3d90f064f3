//! The demo agent at work: one step after the other, reported as real agents report theirs.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use agent_client_protocol::v1::ConnectionTo;
use agent_client_protocol::v1::schema::{
    ContentBlock, ContentChunk, Cost, MessageId, Plan, PlanEntry, PlanEntryPriority,
    PlanEntryStatus, PromptResponse, SessionNotification, SessionUpdate, StopReason, UsageUpdate,
};
use agent_client_protocol::{Client, Error};

use super::script::Step;
use super::session_store::Memory;
use super::sessions::{DemoServer, DemoSession};
use super::spending::Count;
use super::substitution::filled;

/// How a prompt ends.
pub(super) enum Ending {
    Answer(PromptResponse),
    Error(Error),
}

/// What a step means for the turn.
pub(super) enum Flow {
    On,
    End(StopReason),
}

/// One prompt being worked on.
pub(super) struct ScriptRunner {
    pub(super) server: Arc<DemoServer>,
    pub(super) id: String,
    pub(super) session: DemoSession,
    pub(super) peer: ConnectionTo<Client>,
    plan: Vec<PlanEntry>,
    pub(super) calls: u32,
    messages: u32,
    words: u64,
    /// Memory that is only held.
    eaten: Vec<Vec<u8>>,
}

impl ScriptRunner {
    pub(super) fn new(
        server: Arc<DemoServer>,
        id: String,
        session: DemoSession,
        peer: ConnectionTo<Client>,
    ) -> Self {
        Self {
            server,
            id,
            session,
            peer,
            plan: vec![],
            calls: 0,
            messages: 0,
            words: 0,
            eaten: vec![],
        }
    }

    /// Follows the script, that of the prompt or what is left of an earlier one.
    pub(super) async fn run(mut self, prompt: &str, has_work: bool) -> Ending {
        let played = if has_work {
            self.follow().await
        } else {
            let words = match self.session.memory.turns {
                0 | 1 => "I found no skep-demo script in the prompt, so I did nothing.",
                _ => "All steps of my script are done, so there was nothing left to do.",
            };
            self.say(words).map(|()| StopReason::EndTurn)
        };
        match played.and_then(|stop| self.count(prompt).map(|()| stop)) {
            Ok(stop) => self.answer(stop),
            Err(error) => Ending::Error(error),
        }
    }

    /// The answer to the prompt, with what the turn cost.
    fn answer(&self, stop: StopReason) -> Ending {
        let answer = PromptResponse::new(stop);
        let told = |memory: &mut Memory| memory.spending.told(answer.clone());
        let told = self.server.memory(&self.id, told);
        Ending::Answer(told.unwrap_or(answer))
    }

    /// An answer of a model it has not.
    fn spend(&self, count: Count, dollars: f64) -> Result<(), Error> {
        let add =
            |memory: &mut Memory| (memory.spending.add(count, dollars), memory.spending.dollars);
        let (meta, dollars) = self.server.memory(&self.id, add).unwrap_or_default();
        if let Some(meta) = meta {
            self.send(SessionUpdate::AgentMessageChunk(chunk("").meta(meta)))?;
        }
        if dollars > 0.0 {
            let used = count.input.saturating_add(count.output);
            let update = UsageUpdate::new(used, 200_000).cost(Cost::new(dollars, "USD"));
            self.send(SessionUpdate::UsageUpdate(update))?;
        }
        Ok(())
    }

    async fn follow(&mut self) -> Result<StopReason, Error> {
        while !self.session.cancel.is_cancelled() {
            let next = self.server.memory(&self.id, |memory| {
                memory
                    .left
                    .pop_front()
                    .map(|step| filled(step, &memory.words, &memory.answer))
            });
            let Some(step) = next.flatten() else { break };
            if let Flow::End(stop) = self.step(step).await? {
                return Ok(stop);
            }
        }
        Ok(if self.session.cancel.is_cancelled() {
            StopReason::Cancelled
        } else {
            StopReason::EndTurn
        })
    }

    async fn step(&mut self, step: Step) -> Result<Flow, Error> {
        match step {
            Step::Say(text) => self.say(&text)?,
            Step::Think(text) => self.send(SessionUpdate::AgentThoughtChunk(chunk(&text)))?,
            Step::Plan(entries) => self.new_plan(&entries)?,
            Step::Start(number) => self.mark(number, PlanEntryStatus::InProgress)?,
            Step::Tick(number) => self.mark(number, PlanEntryStatus::Completed)?,
            Step::Write(text) => self.write(&text, false)?,
            Step::Append(text) => self.write(&text, true)?,
            Step::Replace { path, old, new } => self.replace(&path, &old, &new)?,
            Step::Delete(path) => self.delete(&path)?,
            Step::Mkdir(path) => self.mkdir(&path)?,
            Step::Read(path) => self.read(&path)?,
            Step::Commit(message) => self.commit(&message).await?,
            Step::Run(command) => return self.shell(&command).await,
            Step::Permission { kind, title } => return self.permission(&kind, &title).await,
            Step::Ask(asked) => return self.ask(&asked).await,
            Step::Elicit(asked) => return self.elicit(&asked).await,
            Step::Wonder(asked) => return self.wonder(&asked),
            Step::Report(text) => return self.report(&text).await,
            Step::Evidence(file) => return self.hand_in("hand_in_evidence", file).await,
            Step::Discover(tasks) => return self.hand_in("discover_tasks", tasks).await,
            Step::Suggest(changes) => return self.hand_in("suggest", changes).await,
            Step::Finish { summary, verified } => return self.finish(&summary, &verified).await,
            Step::Reply { thread, text } => self.reply(&thread, &text),
            Step::Rest => return Ok(Flow::End(StopReason::EndTurn)),
            Step::UntilSaid(time) => self.until_said(time).await,
            Step::UntilThere(path) => self.until_there(&path).await,
            Step::Recall => self.recall()?,
            Step::Model => self.say(&format!(
                "My model is {}.",
                self.session.memory.model.clone()
            ))?,
            Step::Pictures => self.pictures()?,
            Step::SystemPrompt => self.system_prompt()?,
            Step::Usage(tells) => {
                let change = |memory: &mut Memory| memory.spending.tells = tells;
                self.server.memory(&self.id, change);
            }
            Step::Spend { count, dollars } => self.spend(count, dollars)?,
            Step::Wait(time) => self.wait(time).await,
            Step::Hang(sign) => self.hang(sign.as_deref()).await?,
            // Each byte is written, so that it is really taken.
            Step::Eat(mib) => self.eaten.push(vec![1; mib << 20]),
            Step::Flood(bytes) => self.flood(bytes).await?,
            Step::Garbage(lines) => self.garbage(lines).await,
            Step::Lie => {
                self.say("Done. I fixed the problem, added tests, and all of them pass.")?
            }
            Step::Fail(what) => return self.fail(&what),
            Step::SpawnSurvivor => self.survivor()?,
            Step::Exit(code) => {
                self.server.leave(code);
                std::future::pending::<()>().await;
            }
            Step::Unknown(line) => self.say(&format!(
                "I do not know the step \"{line}\" and pass it over."
            ))?,
        }
        Ok(Flow::On)
    }

    pub(super) fn send(&self, update: SessionUpdate) -> Result<(), Error> {
        self.peer
            .send_notification(SessionNotification::new(self.id.clone(), update))
    }

    pub(super) fn say(&mut self, text: &str) -> Result<(), Error> {
        self.messages += 1;
        self.words += text.split_whitespace().count() as u64;
        self.server.remember(&self.id, text);
        let id = format!("message-{}-{}", self.session.memory.turns, self.messages);
        // In two pieces, as from a model.
        let middle = text.floor_char_boundary(text.len() / 2);
        for piece in [&text[..middle], &text[middle..]]
            .into_iter()
            .filter(|piece| !piece.is_empty())
        {
            self.send(SessionUpdate::AgentMessageChunk(
                chunk(piece).message_id(MessageId::from(id.clone())),
            ))?;
        }
        Ok(())
    }

    fn new_plan(&mut self, entries: &[String]) -> Result<(), Error> {
        let entry = |text: &String| {
            PlanEntry::new(
                text.clone(),
                PlanEntryPriority::Medium,
                PlanEntryStatus::Pending,
            )
        };
        self.plan = entries.iter().map(entry).collect();
        self.send(SessionUpdate::Plan(Plan::new(self.plan.clone())))
    }

    fn mark(&mut self, number: usize, status: PlanEntryStatus) -> Result<(), Error> {
        let Some(entry) = number
            .checked_sub(1)
            .and_then(|index| self.plan.get_mut(index))
        else {
            return self.say(&format!("There is no step {number} in the plan."));
        };
        entry.status = status;
        self.send(SessionUpdate::Plan(Plan::new(self.plan.clone())))
    }

    fn recall(&mut self) -> Result<(), Error> {
        let memory = &self.session.memory;
        let first = memory
            .said
            .first()
            .map(|line| line.text.lines().next().unwrap_or_default().to_owned());
        let text = format!(
            "This is turn {} of my session; it began with: {}",
            memory.turns,
            first.unwrap_or_default()
        );
        self.say(&text)
    }

    fn pictures(&mut self) -> Result<(), Error> {
        let shown = self.session.memory.pictures.join(", ");
        self.say(&format!("I was shown: {shown}."))
    }

    fn system_prompt(&mut self) -> Result<(), Error> {
        let text = match self.session.memory.instructions.lines().next() {
            Some(first) => format!("My system prompt begins with: {first}"),
            None => "I have no system prompt.".to_owned(),
        };
        self.say(&text)
    }

    async fn wait(&self, time: Duration) {
        tokio::select! {
            () = tokio::time::sleep(time) => {}
            () = self.session.cancel.cancelled() => {}
        }
    }

    async fn until_said(&self, time: Duration) {
        tokio::select! {
            said = self.session.heard.acquire() => {
                if let Ok(one) = said {
                    one.forget();
                }
            }
            () = self.wait(time) => {}
        }
    }

    async fn until_there(&self, path: &str) {
        let path = self.session.folder.join(path);
        while !path.exists() && !self.session.cancel.is_cancelled() {
            self.wait(Duration::from_millis(10)).await;
        }
    }

    /// The sign is for whoever waits until it hangs.
    async fn hang(&self, sign: Option<&str>) -> Result<(), Error> {
        self.server.stubborn.store(true, Ordering::Release);
        if let Some(sign) = sign {
            std::fs::write(self.session.folder.join(sign), "")
                .map_err(Error::into_internal_error)?;
        }
        std::future::pending().await
    }

    /// Past the protocol's own queue, which has no bound: the agent must feel that nobody reads.
    async fn flood(&self, bytes: u64) -> Result<(), Error> {
        let update = SessionUpdate::AgentMessageChunk(
            chunk(&"flood ".repeat(10_900)).message_id(MessageId::from("flood")),
        );
        let params = serde_json::to_value(SessionNotification::new(self.id.clone(), update));
        let params = params.map_err(Error::into_internal_error)?;
        let line =
            serde_json::json!({ "jsonrpc": "2.0", "method": "session/update", "params": params })
                .to_string();
        for _ in 0..bytes.div_ceil(line.len() as u64) {
            self.raw(line.clone()).await;
        }
        Ok(())
    }

    async fn garbage(&self, lines: u32) {
        for number in 0..lines {
            self.raw(format!("this is not JSON {{ {number}")).await;
        }
    }

    async fn raw(&self, line: String) {
        let mut raw = self.server.raw.clone();
        // Nobody reads any more: then nothing is left to break.
        drop(futures::SinkExt::send(&mut raw, line).await);
    }

    /// The words of real agents whose model answered so; like them it ends the turn as if all were well.
    fn fail(&mut self, what: &str) -> Result<Flow, Error> {
        let resets = what
            .strip_prefix("limit ")
            .and_then(|seconds| resets_in(seconds.trim()));
        if let Some(at) = resets {
            self.say(&format!(
                "Request failed: 429 Usage limit reached, resets at {at}."
            ))?;
            return Ok(Flow::End(StopReason::EndTurn));
        }
        let text = match what {
            "rate-limit" => "Request failed: Rate limit exceeded: 429 Too Many Requests",
            "limit" => "Request failed: 429 Usage limit reached. Suggested retry after 3600s.",
            "auth" => {
                "Request failed: Authentication error: 401 Unauthorized. Please check your API key."
            }
            _ => "Request failed: Server error: 500 Internal Server Error",
        };
        self.say(text)?;
        Ok(Flow::End(StopReason::EndTurn))
    }

    /// Token counts, about as a model would have them.
    fn count(&self, prompt: &str) -> Result<(), Error> {
        let used = prompt.split_whitespace().count() as u64 + self.words;
        self.send(SessionUpdate::UsageUpdate(UsageUpdate::new(used, 200_000)))
    }
}

/// The moment so many seconds ahead, by the machine's clock, as providers write it: to the second, never too early.
fn resets_in(seconds: &str) -> Option<String> {
    let ahead: u64 = seconds.parse().ok().filter(|ahead| *ahead < 1 << 32)?;
    let at = chrono::Utc::now() + Duration::from_secs(ahead + 1);
    Some(at.format("%Y-%m-%d %H:%M:%S UTC").to_string())
}

fn chunk(text: &str) -> ContentChunk {
    ContentChunk::new(ContentBlock::from(text))
}
