//! What `skep backup`, `skep restore` and `skep migrate` say.

/// While a backup is made, …
pub const BACKING_UP: &str = "copying the database, the keys and the work";
/// … put back, …
pub const RESTORING: &str = "putting the backup back";
/// … and while the database is moved.
pub const MOVING: &str = "moving the database into Postgres";

/// A path that SQLite cannot be told.
pub const NOT_A_NAME: &str = "a backup's path must be UTF-8";
/// A database whose tables are not those of this version.
pub const OTHER_VERSION: &str = "the database is of another version of skep: start the version you run now on it once, then try again";
/// Something is in the database that was to be filled.
pub const NOT_EMPTY: &str = "the database to be filled holds something already: name an empty one, and nothing is overwritten";
/// The copy does not hold what was read.
pub const NOT_THE_SAME: &str = "the copy does not hold as many rows as were read";
/// What `skep migrate` is for.
pub const MIGRATE_NEEDS_POSTGRES: &str = "skep migrate moves the SQLite file of the data folder into Postgres: set `database_url` (SKEP_DATABASE_URL) to \
     the empty Postgres database first. To go the other way: `skep backup`, then `skep restore` with `database_url` unset";
/// There is no file to be moved.
pub fn no_sqlite(path: &str) -> String {
    format!("{path} is not there: the data folder has no SQLite database that could be moved")
}

/// A file or folder that would be overwritten.
pub fn is_there(path: &str) -> String {
    format!("{path} is there already: name one that is not, and nothing is overwritten")
}

/// A skep that runs on what is to be filled.
pub fn in_use(folder: &str) -> String {
    format!("a skep runs on the data folder {folder}: stop it first")
}

/// A data folder with a database in it.
pub fn not_fresh(what: &str) -> String {
    format!(
        "{what} holds something already. Restore into an empty data folder (SKEP_DATA_DIR) and an empty database; \
         move away what is there if you want it replaced"
    )
}

/// A folder that is no backup.
pub fn no_backup(path: &str, why: &str) -> String {
    format!("{path} is no backup of skep: {why}")
}

/// A backup of a version that this one does not read.
pub fn newer_backup(format: u32) -> String {
    format!("it was made by a newer skep (format {format}): restore it with that version")
}

/// A file of it is not what was written.
pub fn changed(file: &str) -> String {
    format!("{file} is not as it was written (its SHA-256 differs): use another backup")
}

/// A file of it is gone.
pub fn lacks(file: &str) -> String {
    format!("{file} is missing")
}

/// What a backup holds.
pub struct Held {
    /// Where it is.
    pub path: String,
    /// Tasks in it.
    pub tasks: i64,
    /// Sessions in it.
    pub sessions: i64,
    /// Repositories whose kept work is in it.
    pub work: usize,
    /// Repositories whose kept work is not, by number.
    pub left_out: Vec<String>,
    /// Bytes in all.
    pub bytes: u64,
}

/// A backup that was made.
pub fn made(held: &Held) -> String {
    let Held {
        path,
        tasks,
        sessions,
        work,
        bytes,
        ..
    } = held;
    let mut text = format!(
        "{path}: {}, {}, {}; {} in all. Keep skep.toml and the App's key with it.\n",
        counted(*tasks, "task"),
        counted(*sessions, "session"),
        match work {
            0 => "no work that is kept here alone".to_owned(),
            1 => "kept work of 1 repository".to_owned(),
            many => format!("kept work of {many} repositories"),
        },
        super::disk::size(*bytes),
    );
    if !held.left_out.is_empty() {
        text.push_str(&format!(
            "Not in it: work that is kept here alone of {}, whose mirrors lack older contents; copy mirrors/ of the data folder for that.\n",
            held.left_out.join(", ")
        ));
    }
    text
}

/// A backup that was put back.
pub fn restored(held: &Held, data: &str) -> String {
    format!(
        "{} and {} are back in {data}. Start skep: it compares its tasks with GitHub. \
         Sessions that were on need `/agent retry`.\n",
        counted(held.tasks, "task"),
        counted(held.sessions, "session"),
    )
}

/// A database that was moved; `file`: the one it was before.
pub fn moved(rows: i64, file: &str) -> String {
    format!(
        "{} are in Postgres now, counted on both sides. {file} is as it was and not used any more; keep it until you have \
         seen skep at work.\n",
        counted(rows, "row")
    )
}

fn counted(count: i64, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_backup_holds_is_said() {
        let held = Held {
            path: "/b".into(),
            tasks: 1,
            sessions: 2,
            work: 0,
            left_out: vec!["1296269".into()],
            bytes: 3 << 20,
        };
        insta::assert_snapshot!(made(&held), @r"
        /b: 1 task, 2 sessions, no work that is kept here alone; 3.0 MiB in all. Keep skep.toml and the App's key with it.
        Not in it: work that is kept here alone of 1296269, whose mirrors lack older contents; copy mirrors/ of the data folder for that.
        ");
        insta::assert_snapshot!(restored(&held, "/data"), @"1 task and 2 sessions are back in /data. Start skep: it compares its tasks with GitHub. Sessions that were on need `/agent retry`.");
        insta::assert_snapshot!(moved(12, "/data/skep.db"), @"12 rows are in Postgres now, counted on both sides. /data/skep.db is as it was and not used any more; keep it until you have seen skep at work.");
    }
}
