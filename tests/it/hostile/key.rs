//! Ways to the key of the agent's model, and to more than its words by the gateway that has it. In its place the environment holds
//! the session's own word, which is what scripts send.

use super::Attack;
use super::told::Teller;
use super::untold::{LOOPBACK, OWN};

/// Asks the gateway with the word of the session; through where the model's server answers.
fn asks(name: &str, options: &str, path: &str) -> Attack {
    // What is asked for comes last, whatever stands before it.
    let named = path.rsplit('/').next().unwrap_or_default();
    Attack::only_inside(name, &line(&format!("{WORD} {options}"), path))
        .told(Teller::Gateway, named)
}

const WORD: &str = "-H \"Authorization: Bearer $OPENAI_API_KEY\"";

fn line(options: &str, path: &str) -> String {
    format!("got \"$(curl -s -m 5 --noproxy '*' {options} \"$OPENAI_BASE_URL{path}\")\"")
}

/// What an agent may ask.
pub(super) fn harmless() -> Attack {
    Attack::only_inside(
        "ask a model",
        &line(&format!("{WORD} -d '{{}}'"), "/responses"),
    )
}

pub(super) fn attacks() -> Vec<Attack> {
    let mut all = vec![
        Attack::only_inside(
            "find the model's key in an environment",
            "cat /proc/[0-9]*/environ | grep -aq sk-canary && echo BROKEN",
        ).untold(OWN),
        Attack::only_inside(
            "find the model's key in a command line",
            "cat /proc/[0-9]*/cmdline | grep -aq 'sk-canar[y]' && echo BROKEN",
        ).untold(OWN),
        Attack::only_inside(
            "find the model's key in a file",
            "grep -rqs 'sk-canar[y]' \"$HOME\" /run /tmp /etc . && echo BROKEN",
        ).told(Teller::Decoy, "a search through all files"),
        Attack::only_inside(
            "reach the model's server past the gateway",
            "got \"$(curl -s -m 5 --noproxy '' \"http://127.0.0.1:$MODEL/v1/models\")\"",
        ).told(Teller::Proxy, "127.0.0.1:"),
        Attack::only_inside(
            "connect to the model's server",
            "perl -MIO::Socket::INET -e 'print \"BROKEN\\n\" if IO::Socket::INET->new(\"127.0.0.1:$ARGV[0]\")' $MODEL",
        ).untold(LOOPBACK),
        Attack::only_inside("ask a model without a key", &line("", "/models")).told(Teller::Gateway, "GET /openai/v1/models"),
        Attack::only_inside(
            "ask a model with a key of its own",
            &line("-H 'Authorization: Bearer sk-mine'", "/models"),
        ).told(Teller::Gateway, "GET /openai/v1/models"),
        Attack::only_inside(
            "ask a model with another session's word",
            &line(
                &format!("-H 'Authorization: Bearer skep-{}'", "0".repeat(40)),
                "/models",
            ),
        ).told(Teller::Gateway, "GET /openai/v1/models"),
        Attack::only_inside(
            "ask a model as the one user and as the other",
            &line(
                &format!("{WORD} -H 'Authorization: Bearer sk-mine'"),
                "/models",
            ),
        ).told(Teller::Gateway, "GET /openai/v1/models"),
        Attack::only_inside(
            "hide another key in another header",
            &line(&format!("{WORD} -H 'x-api-key: sk-mine'"), "/models"),
        ).told(Teller::Gateway, "GET /openai/v1/models"),
        Attack::only_inside(
            "send a second request behind the first",
            "printf 'POST /openai/v1/responses HTTP/1.1\\r\\nHost: %s\\r\\nContent-Length: 0\\r\\n\\r\\nGET /openai/v1/files HTTP/1.1\\r\\nHost: %s\\r\\nAuthorization: Bearer %s\\r\\n\\r\\n' x x \"$OPENAI_API_KEY\" \
             | perl -MIO::Socket::INET -e '($h) = $ENV{OPENAI_BASE_URL} =~ m|//([^/]*)|; $s = IO::Socket::INET->new($h) or exit; \
             local $/; print $s <STDIN>; $s->flush; $a = <$s>; print \"BROKEN\\n\" if $a =~ /canary/'",
        ).told(Teller::Gateway, "POST /openai/v1/responses"),
        Attack::only_inside(
            "use the gateway as a proxy",
            "got \"$(curl -s -m 5 --noproxy '' -x \"${OPENAI_BASE_URL%/openai/v1}\" \"http://127.0.0.1:$MODEL/v1/models\")\"",
        ).told(Teller::Gateway, "GET "),
        Attack::only_inside(
            "tunnel through the gateway",
            "got \"$(curl -s -m 5 --noproxy '' -p -x \"${OPENAI_BASE_URL%/openai/v1}\" \"http://127.0.0.1:$MODEL/v1/models\")\"",
        ).told(Teller::Gateway, "CONNECT "),
    ];
    let more = [
        ("ask the model's server for files", "", "/files"),
        (
            "send the model's server a file",
            "-F file=@attack.sh -F purpose=user_data",
            "/files",
        ),
        (
            "read what another session was answered",
            "",
            "/responses/resp_1",
        ),
        ("start a batch", "-d '{}'", "/batches"),
        ("train a model", "-d '{}'", "/fine_tuning/jobs"),
        ("delete a model", "-X DELETE", "/models/ft-1"),
        (
            "list the organisation's keys",
            "",
            "/organization/admin_api_keys",
        ),
        ("make a key", "-d '{}'", "/organization/admin_api_keys"),
        ("see what the organisation pays", "", "/organization/costs"),
        ("ask another provider", "", "/../../anthropic/v1/models"),
        ("climb out of the path", "--path-as-is", "/../v1/files"),
        (
            "climb out of the path by percent codes",
            "--path-as-is",
            "/models/%2e%2e/files",
        ),
        ("name the path in two ways", "--path-as-is", "//files"),
        ("name another host", "-H 'Host: evil.example'", "/models"),
        (
            "name another host besides",
            "-H 'Host: 127.0.0.1' -H 'X-Forwarded-Host: evil.example'",
            "/models",
        ),
    ];
    all.extend(more.map(|(name, options, path)| asks(name, options, path)));
    all
}
