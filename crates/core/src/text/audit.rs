//! What `skep audit` says.

/// All entries hold together; `after`: the number of the entry that the first one follows; `last`: number and hash of the last.
pub fn holds(rows: u64, after: i64, last: (i64, &str)) -> String {
    let (seq, hash) = last;
    match rows {
        0 => "The audit is empty.\n".to_owned(),
        1 => format!("1 entry, {seq}, is as it was written.\nhead {seq}:{hash}\n"),
        _ => format!(
            "{rows} entries hold together, from {} to {seq}.\nhead {seq}:{hash}\n",
            after + 1
        ),
    }
}

/// A head that cannot be looked at any more.
pub fn before(seq: i64) -> String {
    format!("Entry {seq} is from before the first one, so that its head was not compared.\n")
}

/// Its fields are others than they were.
pub fn changed(seq: i64) -> String {
    format!("audit entry {seq} was changed: it does not have the hash it was written with")
}

/// It does not follow the one before.
pub fn unlinked(seq: i64) -> String {
    format!(
        "audit entry {seq} does not follow entry {}: one of them was written anew",
        seq - 1
    )
}

/// One is not there.
pub fn missing(seq: i64) -> String {
    format!("audit entry {seq} is missing, or is not in its place")
}

/// The beginning is not there.
pub fn cut(seq: i64) -> String {
    format!(
        "the audit begins with entry {seq}, and it was not skep that removed the entries before it"
    )
}

/// Another entry than the one whose head was noted.
pub fn replaced(seq: i64) -> String {
    format!("audit entry {seq} is not the one whose head you named: the audit was written anew")
}

/// Fewer than there were.
pub fn short(seq: i64) -> String {
    format!("audit entry {seq}, whose head you named, is missing: the end of the audit was removed")
}

/// What `--head` got.
pub fn not_a_head(text: &str) -> String {
    format!(
        "`{text}` is no head such as 4711:0f3a… with all 64 digits, as the log line `audit head` tells it"
    )
}

/// A file that is no export.
pub fn unreadable(file: &str, why: &str) -> String {
    format!("{file} cannot be read as what `skep audit export` prints: {why}")
}

/// A line of it.
pub fn line(number: usize, why: &str) -> String {
    format!("line {number}: {why}")
}
