//! Agents of the registry by one word: as the default, of a role, with changes; names that nobody knows.

use super::{Machine, file, role};

#[test]
fn a_name_of_the_registry_is_an_agent_wherever_one_is_named() {
    let machine = Machine {
        file: "[agents.qwen-code]\ninherit = ['OPENAI_API_KEY']\n[agents.mine]\npreset = 'kimi'\n\
               [roles.swe]\nagent = 'kilo'\n",
        variables: vec![
            ("SKEP_AGENT", "cline"),
            ("OPENAI_API_KEY", "sk-1"),
            ("OPENAI_BASE_URL", "http://h"),
        ],
        flags: vec![],
    };
    let config = machine.right();
    assert_eq!(config.default_agent.as_deref(), Some("cline"));
    let command = |name: &str| config.agents[name].command.join(" ");
    assert_eq!(command("cline"), "cline --acp");
    assert_eq!(command("qwen-code"), "qwen --acp --experimental-skills");
    assert_eq!(command("mine"), "kimi acp");
    assert_eq!(command("kilo"), "kilo acp");
    assert_eq!(config.roles[&role("swe")].agent.as_deref(), Some("kilo"));
    let passed: Vec<&String> = config.agents["qwen-code"].environment.keys().collect();
    assert_eq!(passed, ["OPENAI_API_KEY"], "what is listed, and no more");
    assert!(config.agents["cline"].environment.is_empty());
    let said = config.show();
    let again = Machine {
        file: &said,
        ..Machine::default()
    };
    assert_eq!(
        again.right().agents["cline"].command,
        config.agents["cline"].command,
        "what is shown is a configuration: {said}"
    );
}

#[test]
fn the_registrys_word_for_a_preset_is_that_preset() {
    let config = file("agent = 'claude-acp'").right();
    let claude = &config.agents["claude-acp"];
    assert_eq!(claude.command, ["claude-agent-acp"]);
    assert!(claude.inherit.iter().any(|name| name == "ANTHROPIC_*"));
}

#[test]
fn a_name_that_nobody_knows_has_the_nearest_proposed() {
    for (written, near) in [
        ("agent = 'qwen-cod'", "Did you mean `qwen-code`?"),
        ("agent = 'clin'", "Did you mean `cline`?"),
        ("[roles.swe]\nagent = 'kimmi'", "Did you mean `kimi`?"),
        (
            "[agents.x]\npreset = 'mistral-vib'",
            "Did you mean `mistral-vibe`?",
        ),
    ] {
        let said = file(written).wrong();
        assert!(
            said.contains(near) && said.contains("those that `skep agents` lists"),
            "{said}"
        );
    }
}

#[test]
fn version_2_of_the_protocol_is_offered_where_the_operator_says_so() {
    let config = file("[agents.goose]\nprotocol = 2\n[agents.codex]\nprotocol = 1\n").right();
    let offered = ["goose", "codex"].map(|name| config.agents[name].draft_protocol);
    assert_eq!(offered, [true, false]);
    assert!(config.show().contains("protocol = 2"));
    let without = file("agent = 'goose'").right();
    assert!(!without.agents["goose"].draft_protocol);
    for wrong in ["3", "'2'", "true"] {
        let said = file(&format!("[agents.goose]\nprotocol = {wrong}\n")).wrong();
        assert!(
            said.contains("agents.goose.protocol: must be 1 or 2"),
            "{said}"
        );
    }
}
