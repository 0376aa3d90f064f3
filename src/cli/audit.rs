//! `skep audit`: what was decided, on whose word: printed for keeping elsewhere, and held against its own chain of hashes.
//!
//! The walk along the rows is done here, so that neither a running skep nor its database has to be believed.

use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;

use super::admin_client::Admin;
use super::admin_options::AdminOptions;
use super::command_error::{CommandError, CommandResult};
use super::output::{now, print, print_json, print_json_as_it_is};
use super::span_argument::span_of;
use crate::config::{Args, Sources};
use crate::core::text::audit as says;
use crate::store::{AuditRow, Broken, Chain, Extent, Head, Walked};

/// Rows that are asked for at once.
const PAGE: i64 = 1_000;

/// Show the audit: who asked for what, what was decided and why; or check that nobody has changed it.
#[derive(Debug, clap::Args)]
pub(super) struct Audit {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Verify(Verify),
    Export(Export),
}

/// Walk along all entries, and name the first that was changed, removed or put in.
///
/// Examples: `skep audit verify`, `skep audit verify --head 4711:0f3a…` (a head that skep's log told earlier, kept elsewhere),
/// `skep audit verify audit.jsonl` (what `skep audit export` printed; no skep need run).
#[derive(Debug, clap::Args)]
struct Verify {
    /// A file that `skep audit export` printed; the running skep's own entries, if none is named.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// The entry of this number must have this hash, as the log line `audit head` said; may be given several times.
    #[arg(long, value_name = "SEQ:HASH", value_parser = parse_head)]
    head: Vec<Head>,
    #[command(flatten)]
    admin: AdminOptions,
}

/// Print the entries as JSON lines, oldest first.
#[derive(Debug, clap::Args)]
struct Export {
    /// Only from so long ago on, such as 30d or 12h; all, if not said.
    #[arg(long, value_name = "TIME", value_parser = span_of)]
    since: Option<Duration>,
    #[command(flatten)]
    admin: AdminOptions,
}

/// `4711:0f3a…`, with all 64 digits.
fn parse_head(typed: &str) -> Result<Head, String> {
    let parsed = typed.split_once(':').and_then(|(seq, hash)| {
        let seq = seq.parse().ok().filter(|seq| *seq > 0)?;
        let hex = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        let hash = hash.to_ascii_lowercase();
        hex.then_some(Head { seq, hash })
    });
    parsed.ok_or_else(|| says::not_a_head(typed))
}

impl Audit {
    pub(super) fn args(&self) -> Args {
        match &self.what {
            What::Verify(verify) => verify.admin.args(),
            What::Export(export) => export.admin.args(),
        }
    }

    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        match self.what {
            What::Verify(verify) => verify.run(sources).await,
            What::Export(export) => export.run(sources).await,
        }
    }
}

impl Verify {
    async fn run(self, sources: &Sources) -> CommandResult {
        let chain = Chain::against(self.head);
        let walked = match &self.file {
            Some(file) => of_file(file, chain)?,
            None => of_skep(&self.admin.admin(sources)?, chain).await?,
        };
        let walked =
            walked.map_err(|broken| CommandError::Failed(anyhow::anyhow!(wrong(broken))))?;
        if self.admin.json {
            let Walked {
                from,
                last,
                rows,
                unseen,
            } = walked;
            let shown =
                serde_json::json!({ "from": from, "last": last, "rows": rows, "unseen": unseen });
            return Ok(print_json(&shown)?);
        }
        let mut shown = says::holds(
            walked.rows,
            walked.from.seq,
            (walked.last.seq, &walked.last.hash),
        );
        for seq in walked.unseen {
            shown.push_str(&says::before(seq));
        }
        Ok(print(&shown)?)
    }
}

impl Export {
    async fn run(self, sources: &Sources) -> CommandResult {
        let admin = self.admin.admin(sources)?;
        let span = self
            .since
            .map(|span| i64::try_from(span.as_millis()).unwrap_or(i64::MAX));
        let since = span.map_or(0, |span| now().saturating_sub(span));
        let (mut after, mut begun) = (0, false);
        loop {
            let rows = page(&admin, after).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = last.seq;
            for row in &rows {
                // From the first that is young enough on without a gap, so that they hold together.
                begun |= row.at >= since;
                if begun {
                    print_json_as_it_is(&serde_json::to_value(row).map_err(anyhow::Error::from)?)?;
                }
            }
        }
    }
}

async fn page(admin: &Admin, after: i64) -> Result<Vec<AuditRow>, CommandError> {
    let query = [("after", after.to_string()), ("limit", PAGE.to_string())];
    Ok(admin.lines("/api/v1/audit", &query).await?)
}

/// Whether the rows of a running skep hold together.
async fn of_skep(admin: &Admin, mut chain: Chain) -> Result<Result<Walked, Broken>, CommandError> {
    let mut after = 0;
    loop {
        let rows = page(admin, after).await?;
        let Some(last) = rows.last() else {
            return Ok(chain.end(Extent::Whole));
        };
        after = last.seq;
        if let Err(broken) = rows.iter().try_for_each(|row| chain.take(row)) {
            return Ok(Err(broken));
        }
    }
}

/// Whether those of a file do; they may begin anywhere.
fn of_file(file: &Path, mut chain: Chain) -> Result<Result<Walked, Broken>, CommandError> {
    let unread =
        |why: String| CommandError::Misused(says::unreadable(&file.display().to_string(), &why));
    let open = std::fs::File::open(file).map_err(|error| unread(error.to_string()))?;
    for (index, line) in std::io::BufReader::new(open).lines().enumerate() {
        let line = line.map_err(|error| unread(error.to_string()))?;
        let row: AuditRow = serde_json::from_str(&line)
            .map_err(|error| unread(says::line(index + 1, &error.to_string())))?;
        if let Err(broken) = chain.take(&row) {
            return Ok(Err(broken));
        }
    }
    Ok(chain.end(Extent::Part))
}

fn wrong(broken: Broken) -> String {
    match broken {
        Broken::Changed(seq) => says::changed(seq),
        Broken::Unlinked(seq) => says::unlinked(seq),
        Broken::Missing(seq) => says::missing(seq),
        Broken::Cut(seq) => says::cut(seq),
        Broken::Replaced(seq) => says::replaced(seq),
        Broken::Short(seq) => says::short(seq),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_a_number_and_a_whole_hash() {
        let hash = "0F".repeat(32);
        let head = parse_head(&format!("12:{hash}")).expect("a head");
        assert_eq!((head.seq, head.hash), (12, hash.to_lowercase()));
        for wrong in [
            "12",
            "12:0f",
            &format!("0:{hash}"),
            &format!("x:{hash}"),
            &format!("1:{}", "g".repeat(64)),
        ] {
            assert!(parse_head(wrong).is_err(), "{wrong}");
        }
    }
}
