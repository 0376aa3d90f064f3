//! Proofs about roles: files, choice, layering.

use proptest::prelude::*;

use super::*;

fn name(text: &str) -> RoleName {
    text.parse().expect("a valid role name")
}

fn default(text: &str) -> Implied {
    Implied::default_of(&name(text))
}

fn labels(list: &[&str]) -> Vec<String> {
    list.iter().map(|label| (*label).to_owned()).collect()
}

fn chosen(list: &[&str]) -> Choice {
    choose(&labels(list), || default("swe"), built_in)
}

fn repository(text: &str) -> Result<RoleOverride, RoleFileError> {
    from_agent_file(&name("swe"), ".github/agents/swe.agent.md", text)
}

fn is_within(some: &Tools, all: &Tools) -> bool {
    some.intersect(all) == *some
}

#[test]
fn every_shipped_file_parses_and_says_something() {
    let roles = all();
    assert_eq!(
        roles
            .iter()
            .map(|role| role.name.as_str())
            .collect::<Vec<_>>(),
        ORDER
    );
    for role in roles {
        let lines = role.prompt.lines().count();
        assert!((25..=60).contains(&lines), "{}: {lines} lines", role.name);
        assert!(role.description.ends_with('.'), "{}", role.name);
        assert!(role.prompt.contains("## Final message"), "{}", role.name);
        assert!(role.prompt.contains("AGENTS.md"), "{}", role.name);
        assert_eq!(role.source, RoleSource::BuiltIn);
    }
}

#[test]
fn every_word_in_a_shipped_front_matter_has_an_effect() {
    for (role, text) in built_in::FILES {
        let file = from_agent_file(&name(role), role, text).expect("parses");
        assert_eq!(file.ignored, Vec::<String>::new(), "{role}");
    }
}

#[test]
fn only_triage_may_not_write() {
    let silent: Vec<String> = all()
        .into_iter()
        .filter(|role| !role.writes)
        .map(|role| role.name.to_string())
        .collect();
    assert_eq!(silent, ["triage"]);
    let triage = built_in(&name("triage")).expect("built in");
    assert!(!triage.tools.contains(Tool::Edit) && triage.tools.contains(Tool::Read));
}

#[test]
fn only_triage_proposes_and_a_repository_takes_that_away_but_gives_it_to_none() {
    let may = all().into_iter().filter(|role| role.suggest);
    let may: Vec<String> = may.map(|role| role.name.to_string()).collect();
    assert_eq!(may, ["triage"]);
    let layered = |role: &str, over: RoleOverride| {
        let base = built_in(&name(role)).expect("built in");
        layer(base, over, &Ceiling::default()).suggest
    };
    let file = |word: &str| repository(&format!("---\nmetadata: {{suggest: {word}}}\n---\nx"));
    assert!(!layered("swe", file("\"true\"").expect("parses")));
    assert!(layered("triage", file("true").expect("parses")));
    assert!(!layered("triage", file("\"false\"").expect("parses")));
    let wrong = file("5").expect_err("no switch").to_string();
    assert!(wrong.contains("`suggest` must be"), "{wrong}");
    let operator = RoleOverride {
        suggest: Some(true),
        ..RoleOverride::empty(RoleSource::Config)
    };
    assert!(layered("swe", operator));
}

#[test]
fn role_names_are_strict() {
    for good in ["swe", "a", "0-x", &"a".repeat(40)] {
        assert!(good.parse::<RoleName>().is_ok(), "{good}");
    }
    for bad in ["", "-a", "Swe", "a b", "a/b", "../x", "é", &"a".repeat(41)] {
        assert!(bad.parse::<RoleName>().is_err(), "{bad}");
    }
    assert!(serde_json::from_str::<RoleName>("\"../x\"").is_err());
}

#[test]
fn no_role_label_is_the_default() {
    let Choice::Chosen { role, why } = chosen(&["bug", "agent:go"]) else {
        panic!("chosen")
    };
    assert_eq!((role.name.as_str(), why), ("swe", Why::Default));
}

#[test]
fn one_label_chooses_and_case_does_not_matter() {
    let Choice::Chosen { role, why } = chosen(&["Role:Security"]) else {
        panic!("chosen")
    };
    assert_eq!(
        (role.name.as_str(), why),
        (
            "security",
            Why::Label {
                label: "Role:Security".to_owned()
            }
        )
    );
}

#[test]
fn deployment_is_deploy() {
    let Choice::Chosen { role, .. } = chosen(&["role:deployment"]) else {
        panic!("chosen")
    };
    assert_eq!(role.name.as_str(), "deploy");
}

#[test]
fn several_labels_follow_the_documented_order() {
    for (index, first) in ORDER.iter().enumerate() {
        let reversed: Vec<String> = ORDER[index..]
            .iter()
            .rev()
            .map(|name| format!("role:{name}"))
            .collect();
        let Choice::Chosen { role, why } = choose(&reversed, || default("swe"), built_in) else {
            panic!("chosen")
        };
        assert_eq!(role.name.as_str(), *first);
        if reversed.len() > 1 {
            let Why::FirstOf { labels, chosen } = why else {
                panic!("{why:?}")
            };
            assert_eq!((labels.len(), chosen), (reversed.len(), name(first)));
        }
    }
}

#[test]
fn operator_made_roles_come_after_the_built_in_in_alphabetical_order() {
    let known = |asked: &RoleName| {
        built_in(asked).or_else(|| {
            let base = built_in(&name("swe"))?;
            ["zeta", "alpha"].contains(&asked.as_str()).then(|| Role {
                name: asked.clone(),
                ..base
            })
        })
    };
    let pick = |list: &[&str]| match choose(&labels(list), || default("swe"), known) {
        Choice::Chosen { role, .. } => role.name.to_string(),
        unknown => panic!("{unknown:?}"),
    };
    assert_eq!(pick(&["role:zeta", "role:alpha"]), "alpha");
    assert_eq!(pick(&["role:zeta", "role:triage"]), "triage");
}

#[test]
fn any_unknown_role_label_stops_the_start() {
    let unknown = |list: &[&str]| match chosen(list) {
        Choice::Unknown { label, nearest } => (label, nearest),
        chosen => panic!("{chosen:?}"),
    };
    assert_eq!(
        unknown(&["role:swe", "role:tester"]),
        ("role:tester".to_owned(), Some("testing".to_owned()))
    );
    assert_eq!(unknown(&["role:secruity"]).1.as_deref(), Some("security"));
    assert_eq!(unknown(&["role:debug"]).1.as_deref(), Some("debugging"));
    assert_eq!(unknown(&["role:Software Engineer!"]).1, None);
    assert_eq!(unknown(&["role:"]).1, None);
    assert_eq!(unknown(&["role:../../etc"]).1, None);
}

#[test]
fn an_unknown_default_is_unknown_too() {
    let choice = choose(&[], || default("swf"), built_in);
    assert_eq!(
        choice,
        Choice::Unknown {
            label: "role:swf".to_owned(),
            nearest: Some("swe".to_owned())
        }
    );
}

#[test]
fn an_agent_file_is_read_as_copilot_reads_it() {
    let over = repository(
        "\u{feff}---\r\nname: Careful Engineer\r\ndescription: Slow and sure.\r\ntools: ['Read', 'Grep', 'edit/editFiles', \
         'github/*', 'Bash']\r\nmodel: gpt-5\r\ntarget: github-copilot\r\nmcp-servers:\r\n  evil:\r\n    type: local\r\n    \
         command: sh\r\n---\r\n# Be careful\r\n\r\n---\r\nReally.\r\n",
    )
    .expect("parses");
    assert_eq!(over.description.as_deref(), Some("Slow and sure."));
    assert_eq!(over.prompt.as_deref(), Some("# Be careful\n\n---\nReally."));
    assert_eq!(
        over.tools,
        Some(
            [Tool::Read, Tool::Search, Tool::Edit, Tool::Execute]
                .into_iter()
                .collect()
        )
    );
    assert_eq!(over.writes, Some(true));
    assert_eq!(over.model.as_deref(), Some("gpt-5"));
    assert_eq!(
        over.ignored,
        [
            "tools: github/*",
            "target",
            "mcp-servers",
            "name: the label calls this role `swe`"
        ]
    );
}

#[test]
fn tools_may_be_a_list_a_text_all_or_none() {
    let tools = |line: &str| {
        repository(&format!("---\n{line}\n---\nx"))
            .expect("parses")
            .tools
    };
    assert_eq!(
        tools("tools: read, search"),
        Some([Tool::Read, Tool::Search].into_iter().collect())
    );
    assert_eq!(tools("tools: [\"*\"]"), None);
    assert_eq!(tools("description: x"), None);
    assert_eq!(tools("tools: []"), Some(Tools::from_iter([])));
}

#[test]
fn a_role_without_edit_changes_no_files() {
    assert_eq!(
        repository("---\ntools: [read]\n---\nx")
            .expect("parses")
            .writes,
        Some(false)
    );
    assert_eq!(
        repository("---\nmetadata: {writes: \"false\"}\n---\nx")
            .expect("parses")
            .writes,
        Some(false)
    );
}

#[test]
fn wrong_files_name_line_and_key() {
    let wrong = |text: &str| repository(text).expect_err("refused").to_string();
    assert!(wrong("# no front matter").starts_with(".github/agents/swe.agent.md:1: "));
    assert!(wrong("---\nname: x\n").contains("no closing"));
    assert!(
        wrong("---\nname: x\ntools: 5\n---\n")
            .starts_with(".github/agents/swe.agent.md:3: `tools`: ")
    );
    assert!(
        wrong("---\ndescription: [a]\n---\n")
            .starts_with(".github/agents/swe.agent.md:2: `description`: ")
    );
    assert!(wrong("---\nname: x\ndescription: \"open\nmodel: y\n---\n").contains("not valid YAML"));
    assert!(wrong("---\nname: x\nname: y\n---\n").contains("not valid YAML"));
    assert!(wrong("---\n- a\n---\n").contains("key: value"));
    let long = format!("---\nname: swe\n---\n{}", "é".repeat(PROMPT_MAX_CHARS + 1));
    assert!(wrong(&long).starts_with(".github/agents/swe.agent.md:4: the prompt has 30001"));
    assert!(
        repository(&format!(
            "---\nname: swe\n---\n{}",
            "é".repeat(PROMPT_MAX_CHARS)
        ))
        .is_ok()
    );
}

#[test]
fn a_yaml_bomb_is_refused() {
    let mut text = "---\na0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..9 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(",");
        text.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    assert!(repository(&format!("{text}---\nx")).is_err());
}

#[test]
fn a_repository_changes_words_but_not_the_agent_or_the_model() {
    let base = Role {
        agent: Some("goose".to_owned()),
        ..built_in(&name("swe")).expect("built in")
    };
    let over = repository("---\ndescription: Ours.\nmodel: big\n---\nOur way.").expect("parses");
    let role = layer(base, over, &Ceiling::default());
    assert_eq!(
        (role.description.as_str(), role.prompt.as_str()),
        ("Ours.", "Our way.")
    );
    assert_eq!((role.agent.as_deref(), role.model), (Some("goose"), None));
    assert!(matches!(role.source, RoleSource::Repository { .. }));
    assert!(role.writes);
}

#[test]
fn the_operator_may_raise_but_not_above_the_ceiling() {
    let triage = built_in(&name("triage")).expect("built in");
    let over = RoleOverride {
        tools: Some(Tools::all()),
        writes: Some(true),
        ..RoleOverride::empty(RoleSource::Config)
    };
    assert!(layer(triage.clone(), over.clone(), &Ceiling::default()).writes);
    let low = Ceiling {
        tools: [Tool::Read].into_iter().collect(),
        writes: false,
        limits: RoleLimits::default(),
    };
    let role = layer(triage, over, &low);
    assert!(!role.writes && is_within(&role.tools, &low.tools));
}

fn any_tools() -> impl Strategy<Value = Tools> {
    proptest::collection::vec(proptest::sample::select(Tool::ALL.to_vec()), 0..7)
        .prop_map(|list| list.into_iter().collect())
}

fn any_limits() -> impl Strategy<Value = RoleLimits> {
    (
        proptest::option::of(0..9_000u64),
        proptest::option::of(0..9_000u64),
        proptest::option::of(1..9_000u64),
    )
        .prop_map(|(session_timeout_s, silence_s, any)| RoleLimits {
            session_timeout_s,
            silence_s,
            sessions: None,
            issue_attempts: any,
            issue_time_s: any.map(|any| any.saturating_mul(7)),
            issue_tokens: any,
            issue_cost: any,
        })
}

fn no_longer(own: Option<u64>, cap: Option<u64>) -> bool {
    cap.is_none_or(|cap| own.is_some_and(|own| own <= cap))
}

proptest! {
    #[test]
    fn a_repository_file_never_raises_rights(
        (base_tools, over_tools, cap_tools) in (any_tools(), any_tools(), any_tools()),
        (base_writes, over_writes, cap_writes) in (any::<bool>(), proptest::option::of(any::<bool>()), any::<bool>()),
        (base_limits, over_limits, cap_limits) in (any_limits(), any_limits(), any_limits()),
    ) {
        let base = built_in(&name("swe")).expect("built in");
        let base = Role { tools: base_tools, writes: base_writes, limits: base_limits, ..base };
        let source = RoleSource::Repository { path: "x".to_owned() };
        let over = RoleOverride {
            tools: Some(over_tools), writes: over_writes, limits: over_limits,
            agent: Some("mine".to_owned()), model: Some("mine".to_owned()), ..RoleOverride::empty(source)
        };
        let ceiling = Ceiling { tools: cap_tools, writes: cap_writes, limits: cap_limits };
        let role = layer(base.clone(), over, &ceiling);
        prop_assert!(is_within(&role.tools, &base.tools) && is_within(&role.tools, &ceiling.tools));
        prop_assert!(!role.writes || (base.writes && ceiling.writes));
        prop_assert!(no_longer(role.limits.session_timeout_s, ceiling.limits.session_timeout_s));
        prop_assert!(no_longer(role.limits.silence_s, base.limits.silence_s));
        prop_assert!(no_longer(role.limits.issue_tokens, ceiling.limits.issue_tokens));
        prop_assert!(no_longer(role.limits.issue_time_s, base.limits.issue_time_s));
        prop_assert_eq!((role.agent, role.model), (base.agent, base.model));
    }

    #[test]
    fn any_text_parses_or_says_why(text in "(---\n)?(\\PC|\n){0,300}") {
        if let Err(error) = repository(&text) {
            prop_assert!(error.line >= 1 && !error.what.is_empty());
        }
    }
}
