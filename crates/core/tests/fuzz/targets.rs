//! What is read from strangers, one function of bytes each: what must hold whatever the bytes. They are run over the kept inputs
//! by `cargo test`, and over new ones by a fuzzer (`crates/fuzz`). A function panics where something does not hold.

use skep_core::attachment::Media;
use skep_core::bare_picture::bare;
use skep_core::base_branch;
use skep_core::command::{self, Addressed, LINES, Names};
use skep_core::egress::{AllowList, FirstBytes, Host, Target, Whose, first_bytes, inside};
use skep_core::ids::{AgentBranch, IssueNumber};
use skep_core::protected;
use skep_core::question::{Question, Saying, answers};
use skep_core::sanitise::{self, Allow};

/// A target: its name, which is also the folder of its inputs below `fixtures/fuzz`, and what it does.
pub(crate) type Fuzz = (&'static str, fn(&[u8]));

/// Every target of the core.
pub(crate) const TARGETS: &[Fuzz] = &[
    ("command", command),
    ("answer", answer),
    ("inbound", inbound),
    ("outbound", outbound),
    ("branch", branch),
    ("request", request),
    ("hello", hello),
    ("path", path),
    ("picture", picture),
];

const NAMES: Names<'static> = Names {
    slug: "skep",
    word: "/agent",
};

/// A comment: no command comes from a text in which nobody wrote one.
pub(crate) fn command(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let spoken = command::read(&text, NAMES);
    assert!(spoken.lines.len() <= LINES);
    // What a person cannot see commands nothing.
    let seen = sanitise::inbound(&text, 4 * 65_536);
    let named = |word: &str| seen.to_lowercase().contains(word);
    if !named("/agent") {
        assert_eq!((spoken.lines.len(), spoken.left_out), (0, 0), "{text:?}");
    }
    if spoken.addressed == Addressed::Us {
        assert!(named("skep"), "{text:?}");
    }
    assert_eq!(spoken, command::read(&text, NAMES));
    assert_eq!(command::read(&seen, NAMES).lines, spoken.lines, "{text:?}");
}

fn asked(id: u32, options: &[&str]) -> Question {
    Question {
        id,
        text: "Which one?".into(),
        options: options.iter().map(|option| (*option).to_owned()).collect(),
        default: None,
        deadline_at: None,
        asked_at: 0,
        answer: None,
    }
}

/// An answer: only to what is asked, once, and only with what there is to choose.
pub(crate) fn answer(data: &[u8]) {
    let (how, text) = data
        .split_first()
        .map_or((0, data), |(how, rest)| (*how, rest));
    let text = String::from_utf8_lossy(text);
    let saying = match how & 1 {
        0 => Saying::Plainly,
        _ => Saying::AsAnswer,
    };
    let all = [
        asked(1, &["red", "blue"]),
        asked(2, &["yes", "no", "yes, but later"]),
        asked(3, &[]),
    ];
    let questions: Vec<&Question> = all.iter().take(1 + usize::from(how >> 1) % 3).collect();
    let found = answers(&questions, &text, saying);
    for (at, given) in found.given.iter().enumerate() {
        let question = questions
            .iter()
            .find(|question| question.id == given.question);
        let question = question.expect("it was asked");
        let again = found.given[..at]
            .iter()
            .any(|other| other.question == given.question);
        assert!(!again, "{text:?}: {found:?}");
        if let Some(option) = given.option {
            let option = question
                .options
                .get(option)
                .expect("there is such an option");
            assert!(
                given.text.starts_with(option.as_str()),
                "{text:?}: {found:?}"
            );
        } else if saying == Saying::Plainly {
            // Where there is something to choose, words are an answer only to a question that is named.
            let named = text.contains(&question.id.to_string());
            assert!(question.options.is_empty() || named, "{text:?}: {found:?}");
        }
    }
}

/// Text on its way to an agent: bounded, without what people cannot see, and the same if it comes by once more.
pub(crate) fn inbound(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let seen = sanitise::inbound(&text, 4096);
    assert!(seen.len() <= 4096, "{text:?}");
    let hidden = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || is_tag(c) || is_turn(c);
    assert_eq!(
        seen.chars().find(|c| hidden(*c)),
        None,
        "{text:?} -> {seen:?}"
    );
    assert_eq!(sanitise::inbound(&seen, 4096), seen, "{text:?}");
}

/// Letters that are shown as nothing and that models read.
fn is_tag(c: char) -> bool {
    ('\u{e0000}'..='\u{e007f}').contains(&c)
}

/// What turns the direction of text around.
fn is_turn(c: char) -> bool {
    ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c)
}

/// Text on its way out: it commands nothing and turns nothing around, and it is the same if it comes by once more.
pub(crate) fn outbound(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let out = sanitise::outbound(&text, &Allow::nothing());
    let hidden = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || is_tag(c) || is_turn(c);
    assert_eq!(
        out.chars().find(|c| hidden(*c)),
        None,
        "{text:?} -> {out:?}"
    );
    // In code it is only shown; but nothing of it is a mark of ours.
    assert!(!out.contains("<!-- skep:"), "{text:?} -> {out:?}");
    assert_eq!(sanitise::outbound(&out, &Allow::nothing()), out, "{text:?}");
    let spoken = command::read(&out, NAMES);
    assert!(
        spoken.lines.is_empty(),
        "{text:?} -> {out:?}: {:?}",
        spoken.lines
    );
    let fit = sanitise::fit(&out, 400);
    assert!(fit.chars().count() <= 400, "{text:?} -> {fit:?}");
}

/// Names of branches: what is made of a title is one, and what is taken for one is one to git.
pub(crate) fn branch(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let made = AgentBranch::new(IssueNumber(12), &text);
    for made in [made.clone(), made.numbered(2), made.numbered(u32::MAX)] {
        assert_eq!(made.as_str().parse(), Ok(made.clone()), "{text:?}");
        assert!(is_ref(made.as_str()), "{made}");
    }
    if let Ok(read) = text.parse::<AgentBranch>() {
        assert!(
            is_ref(read.as_str()) && read.as_str().starts_with("agent/"),
            "{text:?}"
        );
    }
    if let Some(name) = base_branch::name(&text) {
        assert!(is_ref(&name), "{text:?} -> {name:?}");
    }
}

/// git-check-ref-format(1), once more.
fn is_ref(name: &str) -> bool {
    let bad = |c: char| c.is_ascii_control() || " ~^:?*[\\".contains(c);
    let part = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
    !name.contains(bad)
        && name.split('/').all(part)
        && !name.contains("..")
        && !name.contains("@{")
        && !name.starts_with('-')
        && !name.ends_with('.')
        && name != "@"
}

/// The first line of a request to the proxy: what is understood has one spelling, and only what is listed gets through.
pub(crate) fn request(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (method, target) = text.split_once(' ').unwrap_or(("CONNECT", &text));
    let Ok((_, target)) = Target::of_request(method, target) else {
        return;
    };
    assert_ne!(target.port, 0);
    assert_eq!(
        Target::authority(&target.to_string(), None),
        Ok(target.clone()),
        "{text:?}"
    );
    if let Host::Name(name) = &target.host {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
        assert!(name.bytes().all(plain), "{text:?} -> {name:?}");
        assert!(name.parse::<core::net::IpAddr>().is_err(), "{text:?}");
    }
    let items = ["example.com", "*.below.example:8443"];
    let list = AllowList::parse(items, Whose::Operator).expect("a list");
    if let Ok(admitted) = list.admit(&target) {
        let name = target.host.to_string();
        let listed = name == "example.com" && matches!(target.port, 80 | 443);
        let below = name.ends_with(".below.example") && target.port == 8443;
        assert!(listed || below, "{text:?} -> {target:?}");
        for private in [
            "127.0.0.1",
            "10.0.0.1",
            "169.254.169.254",
            "::1",
            "::ffff:10.0.0.1",
            "fd00::1",
        ] {
            let addresses = [private.parse().expect("an address")];
            assert!(
                list.settle(&admitted, &addresses).is_err(),
                "{text:?} -> {private}"
            );
        }
    }
}

/// The first bytes in a tunnel: once there are enough of them, more change nothing; and no other name is let through.
pub(crate) fn hello(data: &[u8]) {
    let whole = first_bytes(data);
    let cut = data
        .first()
        .map_or(0, |byte| usize::from(*byte) * data.len() / 256);
    for part in [
        &data[..cut],
        &data[..data.len() / 2],
        &data[..data.len().saturating_sub(1)],
    ] {
        let part = first_bytes(part);
        assert!(
            part == FirstBytes::More || part == whole,
            "{data:?}: {part:?}, then {whole:?}"
        );
    }
    let host = Host::Name("model.example".into());
    if let Ok(Some(_)) = inside(data, &host) {
        let right = FirstBytes::Tls(Some("model.example".into()));
        assert!(
            whole == right || whole == FirstBytes::Http,
            "{data:?}: {whole:?}"
        );
    }
}

/// Paths that need consent need it in any case, and wherever the whole of them stands.
pub(crate) fn path(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for path in text.split('\0') {
        let needs = protected::needs_consent(path);
        assert_eq!(
            needs,
            protected::needs_consent(&path.to_ascii_uppercase()),
            "{path:?}"
        );
        assert!(
            needs || !protected::steers(path) || is_template(path),
            "{path:?}"
        );
        if protected::steers(path) {
            assert!(protected::steers(&format!("deep/er/{path}")), "{path:?}");
        }
    }
}

/// The template of pull requests steers, and needs no consent where it does not stand below `.github`.
fn is_template(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.to_lowercase().starts_with("pull_request_template")
}

/// A picture, bare: no longer than it was, one of the same kind, and with nothing left that goes.
pub(crate) fn picture(data: &[u8]) {
    let Some(media) = Media::of(data).filter(|media| media.is_picture()) else {
        return;
    };
    let Some(less) = bare(media, data) else {
        return;
    };
    assert!(less.len() <= data.len(), "{data:?} -> {less:?}");
    assert_eq!(Media::of(&less), Some(media), "{data:?}");
    assert_eq!(bare(media, &less), Some(less), "{data:?}");
}
