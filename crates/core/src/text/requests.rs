//! What skep answers at its two addresses when it does not do as it is asked, and the next step.
//!
//! It must never hold a secret, or what went wrong inside: that is for the log.

/// Our own fault.
pub const INTERNAL: &str = "skep made a mistake; its log says more";
/// An address nobody serves.
pub const NO_SUCH_PAGE: &str = "there is nothing at this address";
/// A `POST` where only `GET` is known, and the like.
pub const WRONG_METHOD: &str = "this address does not take that method";
/// The answer takes too long.
pub const SLOW: &str = "the answer took longer than a minute";

/// Nobody more can watch.
pub const TOO_MANY_STREAMS: &str = "as many streams of events are open as skep serves at once";
/// What to do about it.
pub const TOO_MANY_STREAMS_NEXT: &str = "close one, or ask for events page by page: without `Accept: text/event-stream`, with `after` and `wait`";

/// Nothing is worked on yet.
pub const STARTING: &str = "skep is just starting";
/// What to do meanwhile.
pub const STARTING_NEXT: &str = "webhooks are stored meanwhile; try again later";
/// GitHub has not been asked yet.
pub const NOT_ASKED_YET: &str = "it has not been asked yet";

/// GitHub has not confirmed the App's identity.
pub fn unidentified(since: &str, why: &str) -> String {
    format!("GitHub has not said who we are since {since}: {why}")
}

/// The database failed.
pub const DATABASE: &str = "the database did not answer";
/// What to do then.
pub const DATABASE_NEXT: &str = "try again; the log says more";

/// Reading a body.
pub mod body {
    /// Too many bytes.
    pub const TOO_LARGE: &str = "the body is larger than we take";
    /// A `Content-Encoding`.
    pub const ENCODED: &str = "the body is encoded; only plain bodies are taken";
    /// Too many seconds.
    pub const SLOW: &str = "the body took too long";
    /// Not as HTTP says.
    pub const BROKEN: &str = "the body ended early or broke the protocol";
    /// Others take the memory.
    pub const CROWDED: &str = "too many large bodies at once";
}

/// Webhooks: what is answered to their sender, and what the operator reads of them.
pub mod webhook {
    /// For the sender, who learns nothing more.
    pub const BAD_SIGNATURE: &str = "the signature is missing or wrong";
    /// It could not be made durable.
    pub const NOT_STORED: &str = "the delivery could not be stored now";

    /// For the sender: a header we need.
    pub fn header(name: &str) -> String {
        format!(
            "the header {name} is missing, repeated, longer than 100 bytes or of odd characters"
        )
    }

    /// For the operator: no signature.
    pub const UNSIGNED: &str =
        "it is not signed: it does not come from GitHub, or the App's page names no webhook secret";
    /// For the operator: a signature with another secret.
    pub const WRONG_SIGNATURE: &str = "its signature is wrong: SKEP_WEBHOOK_SECRET is probably not the webhook secret of \
         the App's page, or a proxy changed the body";
    /// For the operator: signed, and not as GitHub sends it.
    pub const MISSHAPEN: &str = "it is not shaped as GitHub sends them: too large, encoded, broken off, or a header is \
         missing";
}

/// Who may ask at the admin address.
pub mod access {
    /// A foreign `Host`.
    pub const FOREIGN_HOST: &str = "the Host header does not name this machine, or a proxy passed the request on, and it carries no admin token";
    /// What to do about it.
    pub const FOREIGN_HOST_NEXT: &str = "call it as 127.0.0.1, or with the token";
    /// An `Origin`.
    pub const FOREIGN_ORIGIN: &str = "requests from web pages are refused";
    /// What to do about it.
    pub const FOREIGN_ORIGIN_NEXT: &str = "use the skep command line";
    /// A token that nobody made, or that opens nothing any more.
    pub const UNKNOWN_TOKEN: &str = "the token that this request carries is not known here: it was revoked, has expired, or is of another skep";
    /// What to do about it.
    pub const UNKNOWN_TOKEN_NEXT: &str = "make another one with `skep token add`, or leave the Authorization header out to look from this machine";

    /// A token of too small a scope.
    pub fn scope(token: Option<&str>, has: &str, needs: &str) -> String {
        match token {
            Some(token) => {
                format!("this needs the scope `{needs}`, and the token `{token}` has `{has}`")
            }
            None => format!("this needs a token with the scope `{needs}`"),
        }
    }
    /// What to do about it.
    pub fn scope_next(needs: &str) -> String {
        format!("make a token with `skep token add NAME --scope {needs}`, or use the admin token")
    }

    /// A token for one repository, used for another.
    pub fn elsewhere(only: &str, asked: &str) -> String {
        match asked {
            "" => format!("this token is for {only} alone"),
            asked => format!("this token is for {only} alone, and this is about {asked}"),
        }
    }
    /// What to do about it.
    pub const ELSEWHERE_NEXT: &str =
        "use a token for that repository, or one without `--repository`";
    /// A token for one repository, used for what is about all of them.
    pub fn whole(only: &str) -> String {
        format!("this token is for {only} alone, and this is about all repositories")
    }
    /// What to do about it.
    pub const WHOLE_NEXT: &str = "ask for sessions, queue, events, outcomes or results, or use a token without `--repository`";

    /// Nobody signed in.
    pub const NOT_SIGNED_IN: &str = "this needs somebody who has signed in";
    /// What to do about it.
    pub const NOT_SIGNED_IN_NEXT: &str = "sign in with GitHub where that is offered, or with the admin token (`skep dashboard` makes a link)";
    /// A page or an order that is about all of skep.
    pub const FOR_OPERATORS: &str =
        "this is about skep as a whole, and for whoever holds its admin token";
    /// What to do about it.
    pub const FOR_OPERATORS_NEXT: &str = "ask whoever runs skep, or sign in with the admin token";
    /// GitHub does not say what somebody may see.
    pub const SIGHT_UNKNOWN: &str =
        "GitHub does not answer at present, so nobody can tell what you may see";
    /// What to do about it.
    pub const SIGHT_UNKNOWN_NEXT: &str = "try again in a minute";
    /// Somebody without write access.
    pub fn may_not_order(login: &str, repository: &str) -> String {
        format!("{login} has no write access to {repository}, and nothing was done")
    }
    /// What to do about it.
    pub const MAY_NOT_ORDER_NEXT: &str = "ask somebody with write access";

    /// A form of another sign-in.
    pub const STALE_FORM: &str = "the form is from before you signed in, and nothing was done";
    /// What to do about it.
    pub const STALE_FORM_NEXT: &str = "go back, reload the page, and send it again";
    /// As many look on as may.
    pub const CROWDED: &str = "a thousand pages are followed live already";
    /// What to do about it.
    pub const CROWDED_NEXT: &str = "reload to see what changed, or close pages elsewhere";
    /// No token.
    pub const NO_TOKEN: &str = "this needs the admin token";
    /// What to do about it.
    pub const NO_TOKEN_NEXT: &str = "run it as the user skep runs as and with its data folder (the token is the file \
         admin-token there), or set SKEP_ADMIN_TOKEN";
}

/// A request that makes no sense.
pub mod invalid {
    /// What an order looks like.
    pub const ORDER: &str = r#"send {"targets":[{"repository":"o/r","issues":[1]}]}"#;
    /// What a target looks like.
    pub const TARGET_NEXT: &str =
        r#"send {"repository":"o/r","issues":[12]} or {"repository":"o/r","label":"agent:go"}"#;
    /// An order for nothing.
    pub const NO_TARGET: &str = "the order names no target";
    /// A body of another type.
    pub const NOT_JSON: &str = "the content type must be application/json";
    /// A form of another type.
    pub const NOT_A_FORM: &str = "the content type must be application/x-www-form-urlencoded";
    /// A form for an answer without one.
    pub const NO_ANSWER: &str = "choose an option, or write an answer";
    /// An issue's number that is none.
    pub const ISSUE_NUMBER: &str = "an issue is known by its number, such as 12";

    /// A state that is none.
    pub fn state(word: &str) -> String {
        format!("`{word}` is no state of a session")
    }
    /// Which words there are.
    pub fn one_of(words: &str) -> String {
        format!("it is one of {words}")
    }
    /// An event that is none.
    pub fn event(word: &str) -> String {
        format!("`{word}` is no event of skep's")
    }
    /// Where they are listed.
    pub const EVENT_NEXT: &str = "docs/events.md lists them; several are separated by commas";
    /// A token's name that is none.
    pub const TOKEN_NAME: &str = "a token is named by 1 to 40 of a-z, 0-9 and -";
    /// A token that is over at once, or after more than ten years.
    pub const TOKEN_LIFE: &str = "a token lasts between one second and ten years, or for ever";

    /// A target that says nothing, or two things.
    pub fn target(repository: &str) -> String {
        format!("the target {repository} needs either issue numbers or a label")
    }

    /// A body that cannot be read.
    pub fn body(error: &str) -> String {
        format!("bad request: {error}")
    }

    /// A path that cannot be read.
    pub fn path(error: &str) -> String {
        format!("the path is wrong: {error}")
    }

    /// A query that cannot be read.
    pub fn query(error: &str) -> String {
        format!("the query is wrong: {error}")
    }
}

/// Orders that are not carried out.
pub mod order {
    /// The same order twice.
    pub const ALREADY_ASKED: &str = "it was asked for in this very moment already";
    /// The order waits.
    pub const NOT_YET: &str = "it is stored and not yet taken up; look again with `skep status`";
    /// Why a session ends that the operator stopped.
    pub const STOPPED: &str = "the operator of this server stopped it";

    /// Who it is that has no login on GitHub.
    pub const OPERATOR: &str = "the operator";
    /// Why a session is held that the operator paused.
    pub const PAUSED: &str = "the operator of this server paused it";

    /// An order that is none.
    pub fn unknown(order: &str) -> String {
        format!("`{order}` is no order for an issue")
    }
    /// Which there are.
    pub const KNOWN: &str = "send stop, pause, resume, retry, retry fresh, approve, answer WORDS, or priority high|medium|low";

    /// A session was begun, or goes on.
    pub fn begun(session: &str) -> String {
        format!("session {session} is queued")
    }

    /// Starts are paused, or were already.
    pub fn paused(repository: Option<&str>, changed: bool) -> String {
        let what = repository.unwrap_or("all repositories");
        match changed {
            true => format!("nothing starts in {what} until `skep resume`; sessions at work go on"),
            false => format!("starts in {what} are paused already"),
        }
    }

    /// Starts go on, or were not paused.
    pub fn resumed(repository: Option<&str>, changed: bool) -> String {
        let what = repository.unwrap_or("all repositories");
        match changed {
            true => format!("what waits in {what} starts again"),
            false => format!("starts in {what} were not paused"),
        }
    }

    /// The issue cannot be read.
    pub fn no_issue(issue: i64, repository: &str) -> String {
        format!("there is no issue #{issue} in {repository}, or the App cannot see it")
    }

    /// A session that is over.
    pub fn has_ended(session: &str) -> String {
        format!("session {session} has ended already")
    }
}

/// Things that are not there.
pub mod absent {
    /// Where sessions are listed.
    pub const SESSION_NEXT: &str = "list them with `skep sessions`";
    /// How an issue becomes known.
    pub const TASK_NEXT: &str = "label the issue `agent:go`, or run `skep dispatch`";
    /// Where published work is.
    pub const PATCH_NEXT: &str = "if it was published, it is on its branch on GitHub";

    /// A token nobody made.
    pub fn token(name: &str) -> String {
        format!("there is no token `{name}`")
    }
    /// Where they are listed.
    pub const TOKEN_NEXT: &str = "list them with `skep token list`";
    /// A token of that name is there.
    pub fn token_is_there(name: &str) -> String {
        format!("there is a token `{name}` already")
    }
    /// What to do about it.
    pub const TOKEN_IS_THERE_NEXT: &str = "take another name, or revoke that one first";

    /// A session nobody knows.
    pub fn session(id: &str) -> String {
        format!("there is no session {id}")
    }

    /// An issue nobody asked us about.
    pub fn task(repository: &str, issue: i64) -> String {
        format!("skep knows nothing of {repository}#{issue}")
    }

    /// A session of which no work is kept.
    pub fn patch(session: &str) -> String {
        format!("nothing of session {session} is kept here")
    }

    /// Work that is kept and cannot be printed.
    pub fn patch_failed(error: &str) -> String {
        format!("the patch could not be made: {error}")
    }
}
