//! The numbers that bound what skep does. Every one has a test that fails when it is ignored.

use serde::{Deserialize, Serialize};

/// Numbers under `[limits]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Sessions at once on this machine.
    pub sessions: u32,
    /// Sessions at once for one account that installed the App; 0: as many as there are.
    pub sessions_per_account: u32,
    /// Sessions at once in one repository; 0: as many as there are.
    pub sessions_per_repository: u32,
    /// Sessions that one person may begin in any 24 hours; 0: as many as they like.
    pub sessions_per_person: u32,
    /// Wall clock of a session, milliseconds.
    pub session_timeout_ms: i64,
    /// How long an agent may say nothing, milliseconds.
    pub silence_ms: i64,
    /// Sessions that one issue may have; 0: any number.
    pub issue_attempts: u32,
    /// How long agents may work on one issue in all, milliseconds; 0: any time.
    pub issue_time_ms: i64,
    /// Tokens that one issue may cost; 0: any number.
    pub issue_tokens: u64,
    /// Money that one issue may cost, millionths of a dollar; 0: any.
    pub issue_cost: u64,
    /// How often a failed start (working copy, spawn, initialize) is tried in all.
    pub start_attempts: i64,
    /// How often a model that fails for now (429, 500, a broken connection) is tried in all.
    pub model_attempts: u32,
    /// The first pause before a failed model is tried again, milliseconds; doubles each time, at most 5 minutes.
    pub model_retry_ms: i64,
    /// How often another effect is tried in all before a person hears of it.
    pub effect_attempts: i64,
    /// The first pause between tries, milliseconds; doubles each time, at most 5 minutes.
    pub retry_base_ms: i64,
    /// The pause between two edits of a status comment that show mere progress, milliseconds.
    pub status_interval_ms: i64,
    /// How long a graceful stop waits for agents, milliseconds.
    pub drain_ms: i64,
    /// Files a session may change.
    pub max_files: u32,
    /// Size of the patch, bytes.
    pub max_patch_bytes: u64,
    /// Lines that people have to read in one pull request before they are asked whether it shall be split; 0: any number.
    pub pull_lines: u32,
    /// From how much overlap on the work on two issues is taken to meet, percent.
    pub overlap_percent: u32,
    /// Commits above the base.
    pub max_commits: u32,
    /// What the files of one session may take of the disk, bytes.
    pub workspace_bytes: u64,
    /// How long the first fetch of a repository may take, milliseconds.
    pub first_fetch_ms: i64,
    /// The size, as GitHub gives it, from which on a repository is fetched without the contents of its older files, bytes.
    pub full_history_bytes: u64,
    /// What all of skep's data may take of the disk, bytes; 0: as much as leaves a tenth of it free.
    pub disk_bytes: u64,
    /// What is kept free of the disk, bytes, but never more than a tenth of it.
    pub disk_reserve_bytes: u64,
    /// What one session may take of the memory, with all that its agent starts, bytes, but never more than three quarters of it.
    pub session_memory_bytes: u64,
    /// How long the processors may work for one turn of a session in all, milliseconds; 0: any time.
    #[serde(default = "session_cpu_ms")]
    pub session_cpu_ms: i64,
    /// What is kept free of the memory, bytes, but never more than a tenth of it.
    pub memory_reserve_bytes: u64,
    /// Working copies that stand ready for the next session, at most one a repository.
    pub standbys: u32,
    /// How long a tool that asks people waits for a quick answer, milliseconds.
    pub quick_answer_ms: i64,
    /// How long a session that waits for an answer keeps its process and its slot, milliseconds.
    pub park_ms: i64,
    /// When people are reminded of an open question, milliseconds after it.
    pub remind_ms: i64,
    /// When an open question expires, milliseconds after it.
    pub expire_ms: i64,
    /// Rounds of mending failed checks without a word of a person.
    pub check_rounds: u32,
    /// Revisions of one pull request in all.
    pub rounds: u32,
    /// Our comments in one session.
    pub comments: u32,
    /// Comments of bots that are taken in a row.
    pub bot_rounds: u32,
    /// Issues that one session may make of what it finds.
    #[serde(default = "discovered")]
    pub discovered: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sessions: 10,
            sessions_per_account: 0,
            sessions_per_repository: 0,
            sessions_per_person: 0,
            session_timeout_ms: 60 * 60_000,
            silence_ms: 10 * 60_000,
            issue_attempts: 20,
            issue_time_ms: 24 * 3_600_000,
            issue_tokens: 0,
            issue_cost: 0,
            start_attempts: 3,
            model_attempts: 5,
            model_retry_ms: 10_000,
            effect_attempts: 6,
            retry_base_ms: 1_000,
            status_interval_ms: 5_000,
            drain_ms: 30_000,
            max_files: 100,
            max_patch_bytes: 4 * 1024 * 1024,
            pull_lines: 800,
            overlap_percent: 15,
            max_commits: 20,
            workspace_bytes: 2 << 30,
            first_fetch_ms: 60 * 60_000,
            full_history_bytes: 4 << 30,
            disk_bytes: 0,
            disk_reserve_bytes: 5 << 30,
            session_memory_bytes: 4 << 30,
            session_cpu_ms: session_cpu_ms(),
            memory_reserve_bytes: 1 << 30,
            standbys: 4,
            quick_answer_ms: 20_000,
            park_ms: 5 * 60_000,
            remind_ms: 24 * 3_600_000,
            expire_ms: 7 * 24 * 3_600_000,
            check_rounds: 3,
            rounds: 10,
            comments: 20,
            bot_rounds: 3,
            discovered: discovered(),
        }
    }
}

impl Limits {
    /// [`Limits::overlap_percent`] as a share, 0 to 1.
    pub fn overlap_share(&self) -> f64 {
        f64::from(self.overlap_percent) / 100.0
    }
}

/// [`Limits::session_cpu_ms`] when nobody says anything: four processors for as long as a session may take.
fn session_cpu_ms() -> i64 {
    4 * 60 * 60_000
}

/// [`Limits::discovered`] when nobody says anything.
fn discovered() -> u32 {
    20
}
