//! What is wrong with a configuration and what would be right: half a sentence each, behind the place (`skep.toml:4: limits.sessions: …`).
//!
//! It must never repeat a value that may be a secret: what is repeated here is a name, a word or a number.

/// How many there are, before their list.
pub fn counted(number: usize) -> String {
    match number {
        1 => "the configuration has one mistake".to_owned(),
        _ => format!("the configuration has {number} mistakes"),
    }
}

/// A file that cannot be read.
pub fn unreadable(file: &str, error: &str) -> String {
    format!("{file} cannot be read: {error}")
}

/// A value that is said a second time in another way.
pub fn twice(other: &str) -> String {
    format!("{other} is given too: keep one of the two")
}

/// An empty text.
pub const EMPTY: &str = "is empty";

/// The shape of a value.
pub mod value {
    /// Not a text.
    pub fn text(kind: &str) -> String {
        format!("must be a text in quotes, not {kind}")
    }

    /// Neither true nor false.
    pub fn switch(kind: &str) -> String {
        format!("must be true or false, not {kind}")
    }

    /// Not a whole number.
    pub fn integer(kind: &str) -> String {
        format!("must be a whole number, not {kind}")
    }

    /// Not a list.
    pub fn list(kind: &str) -> String {
        format!("must be a list in [ ], not {kind}")
    }

    /// Not a table.
    pub fn table(kind: &str) -> String {
        format!("must be a table, not {kind}")
    }

    /// One of a few words.
    pub fn one_of(words: &[&str], other: &str) -> String {
        let (last, first) = words.split_last().unwrap_or((&"", &[]));
        format!("must be {} or {last}, not `{other}`", first.join(", "))
    }

    /// Not a text, where only the file can say otherwise.
    pub const NO_TEXT: &str = "must be a text in quotes";
    /// A duration within a minute.
    pub const PAUSE: &str = "must be a duration such as \"4s\", at most 60s";
    /// A duration without fractions.
    pub const SECONDS: &str = "must be a duration of whole seconds such as \"90s\" or \"1h30m\"";
    /// Not a program's path.
    pub const PROGRAM: &str = "must be an absolute path such as /opt/git/bin/git";
    /// When drafts become ready.
    pub const READY: &str = "must be \"green\" or \"never\"";
    /// What is looked at before a session starts.
    pub const READINESS: &str = "must be \"block\", \"warn\" or \"off\"";
    /// What is done without rules for a base branch.
    pub const BASE_RULES: &str = "must be \"refuse\", \"require\", \"warn\" or \"off\"";
    /// Protected paths.
    pub const PROTECTED: &str =
        "must be true, false or a list of globs such as [\".github/workflows/*\"]";
    /// A glob of no character.
    pub const EMPTY_GLOB: &str = "a glob is empty";
    /// Bots are known by their numbers.
    pub const BOT: &str = "must be the bot's user number";

    /// No amount of money.
    pub const MONEY: &str = "must be an amount in dollars such as 5 or 2.5";
    /// A role's own limit of nothing.
    pub const FROM_ONE: &str = "must be a whole number from 1";

    /// An amount of money out of its range.
    pub fn money(low: &str, high: &str) -> String {
        format!("must be an amount in dollars such as 5 or 2.5, from {low} to {high}")
    }

    /// A count out of its range.
    pub fn count(low: &str, high: &str) -> String {
        format!("must be a whole number from {low} to {high}")
    }

    /// A duration out of its range.
    pub fn duration(low: &str, high: &str) -> String {
        format!("must be a duration such as \"90s\" or \"1h30m\", from {low} to {high}")
    }

    /// A size out of its range.
    pub fn size(low: &str, high: &str) -> String {
        format!("must be a size such as \"4MiB\", from {low} to {high}")
    }

    /// A filter of `tracing` that does not parse.
    pub fn filter(text: &str, error: &str) -> String {
        format!("`{text}` is not a filter such as warn,skep=debug: {error}")
    }

    /// `label_prefix`.
    pub const LABEL_PREFIX: &str = "must be a word of small letters, digits and hyphens, at most 20, and not `role`, `priority` or `base`";
    /// `command`.
    pub const COMMAND: &str = "must be a slash and a word of small letters, digits and hyphens, at most 20, such as `/agent`";
    /// `dashboard_url`.
    pub const DASHBOARD_URL: &str =
        "must be an address such as `https://skep.example`, without a path";
    /// `pull_gate`.
    pub const PULL_GATE: &str = "must be `off`, `agents` or `all`";
    /// `notifications`.
    pub const NOTIFICATIONS: &str = "must be `all`, `normal` or `quiet`";
    /// What to do where work meets.
    pub const OVERLAPS: &str = "must be `off`, `warn` or `wait`";
    /// `outsiders`.
    pub const OUTSIDERS: &str = "must be `withhold` or `read`";
    /// `discover`.
    pub const DISCOVER: &str = "must be `off`, `create` or `start`";
    /// A line of `.gitignore` that git would not take.
    pub fn pattern(pattern: &str) -> String {
        format!("{pattern:?} is not a pattern of .gitignore")
    }
}

/// How agents are fenced in.
pub mod sandbox {
    /// Containers of nothing.
    pub const NO_IMAGE: &str = "needs `sandbox_image`, the image that agents run in";
    /// No name of an image.
    pub const IMAGE: &str = "must be the name of an image such as localhost/agents:1";
    /// What is for containers, without any.
    pub const UNUSED: &str =
        "sandbox_image and sandbox_engine mean nothing unless sandbox = \"container\"";
}

/// Who may start.
pub mod start {
    /// `start.who`.
    pub const WHO: &str = "must be \"write\", \"maintain\", \"admin\", or a table with `teams`, `users` or `codeowners`";
    /// An empty table.
    pub const NOBODY: &str = "names nobody, so nobody could start work; name `teams` or `users`, or set `codeowners = true`";
    /// A team.
    pub const TEAM: &str = "must be a team as `org/team`, as in its address";
    /// A login.
    pub const LOGIN: &str = "must be a login";
    /// Neither a login nor a team.
    pub const LOGIN_OR_TEAM: &str = "must be a login, or a team as `org/team`";

    /// A list that is too long.
    pub fn too_many(most: usize) -> String {
        format!("names more than {most}; put people into a team instead")
    }
}

/// The file and the environment as such.
pub mod source {
    use crate::text::settings::did_you_mean;

    /// A variable that is no text.
    pub const NOT_UTF8: &str = "is not text in UTF-8";

    /// The file is no TOML.
    pub fn not_toml(error: &str) -> String {
        format!("not valid TOML: {error}")
    }

    /// A file whose path was named.
    pub fn unreadable(error: &str) -> String {
        format!("cannot be read: {error}")
    }

    /// A key nobody knows.
    pub fn unknown_key(near: Option<&str>) -> String {
        format!("there is no such key.{}", did_you_mean(near))
    }

    /// A variable nobody knows, as a warning.
    pub fn unknown_variable(name: &str, near: Option<&str>) -> String {
        format!("{name}: there is no such variable.{}", did_you_mean(near))
    }

    /// Secrets that others can read, as a warning.
    pub fn shared_secrets(file: &str) -> String {
        format!("{file} holds secrets and can be read by others; chmod 600 it")
    }

    /// A key's file that others can read, as a warning.
    pub fn shared_key(at: &str, file: &str) -> String {
        format!("{at}: {file} can be read by others; chmod 600 it")
    }
}

/// Addresses and folders.
pub mod place {
    /// A port alone.
    pub fn lone_port(text: &str, port: u16) -> String {
        format!(
            "`{text}` names no address: write 127.0.0.1:{port}, or 0.0.0.0:{port} to listen beyond this machine"
        )
    }

    /// No address.
    pub fn socket(text: &str) -> String {
        format!("`{text}` is not an address with a port, such as 127.0.0.1:3000 or [::]:3000")
    }

    /// One address for two.
    pub fn same(address: &str) -> String {
        format!("webhooks and the admin address cannot both be {address}")
    }

    /// The admin address can be reached from elsewhere, as a warning.
    pub fn exposed(at: &str) -> String {
        format!(
            "{at}: the admin token travels to this address in plain text; keep it on loopback or behind a proxy with TLS"
        )
    }

    /// No data folder can be guessed.
    pub const NO_DATA_DIR: &str =
        "is not set, and neither XDG_STATE_HOME nor HOME is: name a folder for skep's data";
    /// Neither database.
    pub const DATABASE: &str = "must be sqlite:///absolute/path or postgres://user@host/database";
    /// A folder such as `/tmp`.
    pub const SHARED_FOLDER: &str = "is a folder that many share: name a folder inside it";

    /// Something else than a folder.
    pub fn no_folder(path: &str) -> String {
        format!("{path} is not a folder")
    }

    /// The data folder cannot be made.
    pub fn cannot_be_made(error: &str) -> String {
        format!("cannot be made: {error}")
    }

    /// The data folder cannot be written.
    pub fn cannot_be_written(folder: &str, error: &str) -> String {
        format!("{folder} cannot be written: {error}")
    }

    /// The data folder was open to others, as a warning.
    pub fn closed(folder: &str, mode: u32) -> String {
        format!("{folder} was open to others (mode {mode:o}); it is closed to them now (mode 700)")
    }

    /// The data folder stays open to others, as a warning.
    pub fn open(folder: &str, error: &str) -> String {
        format!("{folder} is open to others and cannot be closed: {error}")
    }

    /// The API of one GitHub and the pages of another.
    pub const OTHER_SERVER: &str =
        "names another server than github.com, so SKEP_GITHUB_URL must name it too (https://HOST)";
    /// A path after the host.
    pub const HOST_ONLY: &str = "must end after the host: https://HOST";
    /// An address with more than host and path.
    pub const PLAIN_URL: &str = "must be without name, password, query and fragment";
    /// Credentials must not travel in plain text.
    pub const HTTPS: &str = "must begin with https:// (http:// is only for this machine)";

    /// No address of a server.
    pub fn url(text: &str) -> String {
        format!("`{text}` is not an address such as https://github.example")
    }

    /// A file of certificates without one.
    pub const NO_CERTIFICATE: &str = "holds no certificate (PEM: BEGIN CERTIFICATE)";
}

/// Agents and roles.
pub mod agent {
    use crate::text::settings::did_you_mean;

    /// A bad name.
    pub const NAME: &str = "an agent is called with a-z, 0-9, - and _, at most 40";
    /// A table without a command.
    pub const NO_COMMAND: &str = "needs a command, or a preset to start from";
    /// What an agent counts.
    pub const USAGE: &str = "must be \"turn\", \"session\", \"last-answer\" or \"none\"";
    /// Where a key is kept.
    pub const KEY: &str = "must be \"gateway\" or \"inside\"";
    /// Which versions there are.
    pub const PROTOCOL: &str = "must be 1 or 2";
    /// A price without one of its parts.
    pub const NO_PRICE: &str = "needs both input and output: dollars for a million tokens";
    /// An empty command.
    pub const NO_PROGRAM: &str = "names no program";
    /// A variable that skep keeps for itself.
    pub const VARIABLE: &str = "is not a variable an agent may have";
    /// A role that is new and incomplete.
    pub const NEW_ROLE: &str =
        "is not built in, so it needs a description and a prompt (or prompt_file)";
    /// A prompt of no character.
    pub const EMPTY_PROMPT: &str = "the prompt is empty";

    /// Neither a name nor a command line.
    pub fn neither(why: &str) -> String {
        format!("is neither an agent's name nor a command line: {why}")
    }

    /// An agent nobody knows.
    pub fn unknown(name: &str, known: &[&str], near: Option<&str>) -> String {
        format!(
            "there is no agent `{name}`; there are {}, and those that `skep agents` lists.{} A program is named by its absolute path, or under [agents.<name>]",
            known.join(", "),
            did_you_mean(near)
        )
    }

    /// A program by a path that the working copy decides.
    pub fn relative_program(program: &str) -> String {
        format!("`{program}` must be an absolute path, or a name to look for on the PATH")
    }

    /// A variable that is kept from agents.
    pub fn never_passed(name: &str) -> String {
        format!("`{name}` is never passed to an agent")
    }

    /// A folder by a relative path.
    pub fn relative_folder(path: &str) -> String {
        format!("`{path}` must be an absolute folder")
    }

    /// A role nobody knows.
    pub fn unknown_role(name: &str, near: Option<&str>) -> String {
        format!("there is no role `{name}`.{}", did_you_mean(near))
    }

    /// A prompt of too many characters.
    pub fn long_prompt(length: usize, most: usize) -> String {
        format!("the prompt has {length} characters, at most {most} are taken")
    }

    /// A tool nobody knows.
    pub fn unknown_tool(name: &str) -> String {
        format!(
            "there is no tool `{name}`; there are read, search, edit, execute, fetch, think and other"
        )
    }
}

/// A command line that is split as a shell would.
pub mod command_line {
    /// `\` at the end.
    pub const LONE_BACKSLASH: &str = "it ends with a lone backslash";
    /// Nothing but space.
    pub const NO_PROGRAM: &str = "it names no program";
    /// `'` once.
    pub const OPEN_QUOTE: &str = "a ' is never closed";
    /// `"` once.
    pub const OPEN_DOUBLE_QUOTE: &str = "a \" is never closed";

    /// What only a shell can do.
    pub fn needs_shell(letter: char) -> String {
        format!("`{letter}` needs a shell, and there is none: quote it, or start a script")
    }

    /// What a shell does even between double quotes.
    pub fn needs_shell_in_quotes(letter: char) -> String {
        format!("`{letter}` needs a shell, and there is none: use ' quotes for it")
    }
}

/// The App's number, its key, secrets and tokens.
pub mod credential {
    /// Not the App's number.
    pub const APP_ID: &str = "must be the App's number, such as 123456 (\"App ID\" on the App's page, not the client id)";
    /// A weak token.
    pub const ADMIN_TOKEN: &str = "must be at least 20 letters, digits or signs without a space (`openssl rand -hex 32` \
         makes one)";
    /// A key where the path of its file belongs.
    pub const KEY_AS_PATH: &str =
        "holds a key, not the path of a file: give it as SKEP_PRIVATE_KEY instead";
    /// A key where something else belongs.
    pub const KEY_ELSEWHERE: &str = "holds a key, which does not belong here";

    /// A webhook secret that is hardly the one that was meant, as a warning.
    pub fn doubtful(at: &str, doubt: &str) -> String {
        format!("{at}: {doubt}; it must be exactly the webhook secret of the App's page")
    }

    /// `…` in a secret.
    pub const ELLIPSIS: &str = "it holds an ellipsis, as if it were copied from an example";
    /// Quotes around a secret.
    pub const QUOTES: &str = "it stands in quotes, which count as a part of it";
    /// Space in a secret.
    pub const WHITE_SPACE: &str = "it has white space in it, or at its ends, where it was left out";

    /// A secret of few characters.
    pub fn short(least: usize) -> String {
        format!(
            "it has less than {least} characters, so it can be guessed (`openssl rand -hex 32` makes a good one)"
        )
    }

    /// What was given instead of a key, and what is wanted.
    pub fn no_key(instead: &str) -> String {
        format!(
            "{instead}: give the PEM file GitHub hands out, PKCS#1 (BEGIN RSA PRIVATE KEY) or PKCS#8 (BEGIN PRIVATE KEY), \
             without a passphrase"
        )
    }

    /// What is not the App's private key.
    pub mod instead {
        /// Nothing.
        pub const EMPTY: &str = "is empty";
        /// `CERTIFICATE`.
        pub const CERTIFICATE: &str = "is a certificate";
        /// `PUBLIC KEY`.
        pub const PUBLIC: &str = "is a public key";
        /// `OPENSSH PRIVATE KEY`.
        pub const SSH: &str = "is an SSH key";
        /// `ENCRYPTED PRIVATE KEY`.
        pub const ENCRYPTED: &str = "has a passphrase";
        /// `EC PRIVATE KEY`.
        pub const EC: &str = "is an elliptic-curve key (EC), not an RSA key";
        /// By its object identifier.
        pub const ED25519: &str = "is an Ed25519 key, not an RSA key";
        /// As Kubernetes keeps secrets.
        pub const WRAPPED: &str =
            "is a PEM file in base64 once more: decode it first (`base64 -d`)";
        /// No first line.
        pub const NO_PEM: &str =
            "is no PEM file (its first line must be -----BEGIN … PRIVATE KEY-----)";
        /// No last line.
        pub const CUT_OFF: &str = "is cut off (its last line must be -----END … PRIVATE KEY-----)";
        /// No base64.
        pub const DAMAGED: &str =
            "is damaged (between its first and last line there is more or less than base64)";
        /// Anything else.
        pub const UNUSABLE: &str = "is not a usable private key (damaged, or no RSA key)";

        /// An RSA key of few bits.
        pub fn short(bits: usize, least: usize) -> String {
            format!("is an RSA key of {bits} bits; GitHub's have {least}")
        }
    }
}
