//! What an item of a list opens, and what is said of one that is wrong.

use std::collections::BTreeMap;

use super::{judged, list};
use crate::egress::{
    AllowList, Denied, Malformed, Mistake, Rule, Target, Whose, model_hosts, preset, preset_names,
};
use crate::text::egress as text;

const ANYWHERE: &[&str] = &["1.1.1.1"];

#[test]
fn an_item_opens_a_host_a_domain_or_one_port() {
    let list = list(&[
        "Example.com",
        "*.Below.example",
        "odd.example:8443",
        "b\u{fc}cher.example",
        "1.1.1.1:53",
        "crates",
    ]);
    for (target, answer) in [
        ("example.com:443", Ok(())),
        ("example.com:80", Ok(())),
        ("EXAMPLE.COM:443", Ok(())),
        ("example.com:22", Err(Denied::Port)),
        ("a.example.com:443", Err(Denied::Host)),
        ("notexample.com:443", Err(Denied::Host)),
        ("example.com.evil.example:443", Err(Denied::Host)),
        ("a.below.example:443", Ok(())),
        ("a.b.below.example:443", Ok(())),
        ("below.example:443", Err(Denied::Host)),
        ("notbelow.example:443", Err(Denied::Host)),
        ("a.below.example:8443", Err(Denied::Port)),
        ("odd.example:8443", Ok(())),
        ("odd.example:443", Err(Denied::Port)),
        ("xn--bcher-kva.example:443", Ok(())),
        ("xn--bcher-kvb.example:443", Err(Denied::Host)),
        ("1.1.1.1:53", Ok(())),
        ("1.1.1.1:443", Err(Denied::Port)),
        ("1.0.0.1:53", Err(Denied::Host)),
        ("static.crates.io:443", Ok(())),
        ("crates.io:443", Err(Denied::Host)),
        ("example.com.:443", Err(Denied::Malformed(Malformed::Label))),
    ] {
        assert_eq!(
            judged(&list, target, ANYWHERE).map(drop),
            answer,
            "{target}"
        );
    }
    let nothing = AllowList::default();
    assert_eq!(
        judged(&nothing, "example.com:443", ANYWHERE),
        Err(Denied::Host)
    );
}

#[test]
fn each_mistake_says_what_is_right() {
    use Mistake::*;
    for (item, mistake) in [
        ("", Empty),
        ("https://example.com", Scheme),
        ("example.com/packages", Path),
        ("user@example.com", User),
        ("*", Star),
        ("*example.com", Star),
        ("a.*.example", Star),
        ("*.10.0.0.1", Star),
        ("*.com", Wide),
        ("example.com:0", Port),
        ("example.com:https", Port),
        ("example.com.", Host(Malformed::Label)),
        ("exa mple.com", Host(Malformed::Character)),
        ("127.1", Host(Malformed::Number)),
        ("0x7f000001", Host(Malformed::Number)),
        ("npn", Word(Some("npm"))),
        ("everything", Word(None)),
        ("2001:db8::1", NeedsBrackets),
        ("[::1", Host(Malformed::Brackets)),
        ("10.0.0.0/0", Length),
        ("10.0.0.0/33", Length),
        ("10.1.2.3/16", Bits("10.1.0.0/16".into())),
        ("0.0.0.0:80", Never),
        ("224.0.0.1", Never),
    ] {
        assert_eq!(Rule::parse(item, Whose::Operator), Err(mistake), "{item:?}");
    }
    let wrong = AllowList::parse(["npm", "npn", "*.com"], Whose::Operator).expect_err("two");
    let said: Vec<String> = wrong
        .iter()
        .map(|(item, mistake)| format!("`{item}` {}", text::mistake(mistake)))
        .collect();
    assert_eq!(
        said,
        [
            "`npn` is no preset (`npm`?): there are `npm`, `crates`, `pypi`, `debian`, `go`; a host without a dot needs its port, \
             as in `nexus:8081`",
            "`*.com` opens a whole top-level domain: name at least `*.example.com`",
        ]
    );
}

#[test]
fn a_repository_opens_public_hosts_alone() {
    for item in ["example.com", "*.example.com:8443", "1.1.1.1", "npm"] {
        assert!(
            AllowList::parse([item], Whose::Repository).is_ok(),
            "{item}"
        );
    }
    for item in [
        "10.0.0.1",
        "127.0.0.1:5432",
        "169.254.169.254",
        "1.1.1.0/24",
        "10.0.0.0/8",
        "[::1]:80",
        "[::ffff:1.1.1.1]",
        "nexus:8081",
        "localhost:5432",
    ] {
        let wrong = AllowList::parse([item], Whose::Repository);
        assert_eq!(wrong, Err(vec![(item.into(), Mistake::OperatorOnly)]));
    }
    for item in ["10.0.0.1", "10.0.0.0/8", "nexus:8081", "169.254.169.254"] {
        assert!(AllowList::parse([item], Whose::Operator).is_ok(), "{item}");
    }
}

#[test]
fn a_rule_is_shown_as_it_is_written() {
    for item in [
        "example.com",
        "*.example.com:8443",
        "10.0.0.0/8:5000",
        "10.1.2.3",
        "[fd12::1]:443",
        "[fd12::]/32",
    ] {
        let rule = Rule::parse(item, Whose::Operator).expect("a rule");
        assert_eq!(rule.to_string(), item);
    }
    let target = Target::authority("EXAMPLE.com:8443", None).expect("a target");
    assert_eq!(Rule::exactly(&target).to_string(), "example.com:8443");
}

#[test]
fn presets_name_their_hosts_and_where_that_is_from() {
    let names: Vec<_> = preset_names().collect();
    assert_eq!(names, ["npm", "crates", "pypi", "debian", "go"]);
    for name in names {
        let preset = preset(name).expect("known");
        assert!(preset.source.starts_with("https://"), "{name}");
        let list = list(&[name]);
        for host in preset.hosts {
            assert!(judged(&list, &format!("{host}:443"), ANYWHERE).is_ok());
        }
        assert_eq!(list.rules().len(), preset.hosts.len());
    }
}

#[test]
fn a_model_is_where_its_agent_or_the_operator_says() {
    let hosts = |preset: &str, variables: &[(&str, &str)]| {
        let environment: BTreeMap<String, String> = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        model_hosts(preset, &environment, &[]).map(|list| {
            let rules = list.rules().iter().map(ToString::to_string);
            rules.collect::<Vec<_>>().join(" ")
        })
    };
    for (preset, variables, expected) in [
        ("claude", &[] as &[_], "api.anthropic.com"),
        ("codex", &[("OPENAI_API_KEY", "k")], "api.openai.com"),
        (
            "codex",
            &[("OPENAI_BASE_URL", "http://10.0.0.5:8000/v1")],
            "10.0.0.5:8000",
        ),
        (
            "claude",
            &[("ANTHROPIC_BASE_URL", "https://llm.corp.example/x")],
            "llm.corp.example:443",
        ),
        ("gemini", &[], "generativelanguage.googleapis.com"),
        ("copilot", &[], "api.github.com *.githubcopilot.com"),
        ("opencode", &[], ""),
        (
            "opencode",
            &[("ANTHROPIC_API_KEY", "k"), ("OPENROUTER_API_KEY", "k")],
            "api.anthropic.com openrouter.ai",
        ),
        (
            "goose",
            &[("OPENAI_HOST", "http://[fd12::1]:8080")],
            "[fd12::1]:8080",
        ),
        ("mine", &[("GEMINI_API_KEY", "")], ""),
    ] {
        assert_eq!(
            hosts(preset, variables).as_deref(),
            Ok(expected),
            "{preset}"
        );
    }
    assert_eq!(
        hosts("codex", &[("OPENAI_BASE_URL", "secret")]),
        Err(("OPENAI_BASE_URL".into(), Mistake::NoUrl))
    );
}

#[test]
fn what_a_gateway_serves_is_not_reached_by_itself() {
    let keys = ["OPENAI_API_KEY", "GEMINI_API_KEY"];
    let environment = keys.map(|name| (name.to_owned(), "k".to_owned()));
    let rules = |preset: &str, served: &[&str]| {
        let list = model_hosts(preset, &environment.clone().into(), served).expect("a list");
        let rules = list.rules().iter().map(ToString::to_string);
        rules.collect::<Vec<_>>()
    };
    assert_eq!(
        rules("goose", &["openai"]),
        ["generativelanguage.googleapis.com"]
    );
    assert!(rules("claude", &["anthropic"]).is_empty());
    assert!(rules("goose", &["openai", "google"]).is_empty());
}

#[test]
fn a_refusal_says_what_to_do_and_holds_no_line_of_anybody_elses() {
    let target = Target::authority("example.com:25", None).expect("a target");
    assert_eq!(
        text::refusal(Some(&target), &Denied::Port),
        "skep does not let this session reach example.com:25: the host is on its list for other ports only. Do without it, or ask \
         for it with your tool for questions; trying again changes nothing.\n"
    );
    let odd = text::refusal(None, &Denied::Malformed(Malformed::Character));
    assert!(
        odd.contains("this request") && odd.lines().count() == 1,
        "{odd}"
    );
}
