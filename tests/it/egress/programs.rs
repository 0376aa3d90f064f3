//! Real programs through the way out: curl and git, plain and by TLS.

use std::path::Path;
use std::process::Output;

use skep::core::egress::Denied;
use tokio::process::Command;

use super::{Canary, Names, Way};
use crate::required::installed;
use crate::tls_end::{certificates, tls_end};

const HOST: &str = "fine.example";

struct Ends {
    folder: tempfile::TempDir,
    plain: Canary,
    tls: u16,
    way: Way,
    port: u16,
}

impl Ends {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        certificates(folder.path(), HOST);
        let plain = Canary::at("127.0.0.1:0").await;
        let tls = tls_end(folder.path(), format!("127.0.0.1:{}", plain.port)).await;
        let items: Vec<String> = [plain.port, tls]
            .iter()
            .flat_map(|port| [format!("{HOST}:{port}"), format!("127.0.0.1:{port}")])
            .collect();
        let way = Way::open(&items, &Names::of(&[(HOST, &[&["127.0.0.1"]])]));
        let port = way.port().await;
        Self {
            folder,
            plain,
            tls,
            way,
            port,
        }
    }

    async fn curl(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("curl");
        command
            .env_clear()
            .args(["-sS", "--max-time", "60", "--cacert"]);
        command.arg(self.folder.path().join("ca.crt"));
        command.args(["--proxy", &format!("http://127.0.0.1:{}", self.port)]);
        command.args(arguments).output().await.expect("curl")
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test]
async fn curl_goes_through_it_in_every_way() {
    if !installed(&["curl", "openssl"], "the way out with curl") {
        return;
    }
    let ends = Ends::new().await;
    let (plain, tls) = (ends.plain.port, ends.tls);
    for arguments in [
        &[&format!("http://{HOST}:{plain}/") as &str] as &[&str],
        &["-p", &format!("http://{HOST}:{plain}/")],
        &[&format!("https://{HOST}:{tls}/")],
        &[
            "--http1.1",
            "--tls-max",
            "1.2",
            &format!("https://{HOST}:{tls}/"),
        ],
        &[&format!("https://127.0.0.1:{tls}/")],
    ] {
        let output = ends.curl(arguments).await;
        assert_eq!(
            text(&output.stdout),
            "hello\n",
            "{arguments:?}: {}",
            text(&output.stderr)
        );
    }
    assert_eq!(ends.way.refused(), []);
    let passed = ends.way.passed();
    let counts: Vec<(String, u64)> = passed
        .iter()
        .map(|entry| (super::shown(entry.sighting.target.as_ref()), entry.count))
        .collect();
    let mut expected = vec![
        (format!("{HOST}:{plain}"), 2),
        (format!("{HOST}:{tls}"), 2),
        (format!("127.0.0.1:{tls}"), 1),
    ];
    expected.sort();
    let mut sorted = counts.clone();
    sorted.sort();
    assert_eq!(sorted, expected);
    // Counted once their connections are over.
    let report = ends.way.handle.close().await;
    assert!(
        report
            .entries
            .iter()
            .all(|entry| entry.sent > 50 && entry.received > 50),
        "{report:?}"
    );
}

#[tokio::test]
async fn curl_is_refused_another_host_by_name_by_port_and_by_tls() {
    if !installed(&["curl", "openssl"], "the way out with curl") {
        return;
    }
    let ends = Ends::new().await;
    let (plain, tls) = (ends.plain.port, ends.tls);
    let refused = ends.curl(&["https://evil.example/"]).await;
    assert_eq!(refused.status.code(), Some(56));
    assert!(
        text(&refused.stderr).contains("403"),
        "{}",
        text(&refused.stderr)
    );
    let refused = ends.curl(&["http://evil.example/"]).await;
    assert!(text(&refused.stdout).contains("the host is not on its list"));
    // TLS for another host in a tunnel to one that is listed.
    let to = format!("evil.example:443:{HOST}:{tls}");
    let refused = ends
        .curl(&["-k", "--connect-to", &to, "https://evil.example/"])
        .await;
    assert_eq!(refused.status.code(), Some(35), "{}", text(&refused.stderr));
    // And a plain request for another host in a tunnel.
    let host = "Host: evil.example";
    let refused = ends
        .curl(&["-p", "-H", host, &format!("http://{HOST}:{plain}/")])
        .await;
    assert!(text(&refused.stdout).contains("names another host"));
    let mut why: Vec<Denied> = ends.way.refused().into_iter().map(|(_, why)| why).collect();
    why.sort();
    let other = |name: &str| Denied::OtherName(name.to_owned());
    assert_eq!(
        why,
        [
            Denied::Host,
            Denied::Host,
            other("evil.example"),
            other("evil.example:80")
        ]
    );
    assert_eq!(
        ends.plain.heard().concat(),
        "",
        "nothing was sent to anybody"
    );
}

/// Serves the files of a folder to whoever asks; one request a connection.
async fn files(folder: std::path::PathBuf) -> u16 {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let folder = folder.clone();
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                let (mut request, mut line) = (String::new(), String::new());
                // Whoever leaves is not answered.
                let _ = stream.read_line(&mut request).await;
                while stream.read_line(&mut line).await.is_ok_and(|read| read > 2) {
                    line.clear();
                }
                let path = request.split(' ').nth(1).unwrap_or_default();
                let path = path.split('?').next().unwrap_or_default();
                let (status, body) = match std::fs::read(folder.join(path.trim_start_matches('/')))
                {
                    Ok(body) => ("200 OK", body),
                    Err(_) => ("404 Not Found", vec![]),
                };
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(&[head.as_bytes(), &body].concat()).await;
            });
        }
    });
    port
}

async fn git(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("git");
    let path = std::env::var_os("PATH").unwrap_or_default();
    command
        .env_clear()
        .env("PATH", path)
        .env("HOME", folder)
        .env("GIT_TERMINAL_PROMPT", "0");
    for (name, value) in [("NAME", "a"), ("EMAIL", "a@b.example")] {
        command
            .env(format!("GIT_AUTHOR_{name}"), value)
            .env(format!("GIT_COMMITTER_{name}"), value);
    }
    command
        .current_dir(folder)
        .args(arguments)
        .output()
        .await
        .expect("git")
}

#[tokio::test]
async fn git_clones_through_it() {
    if !installed(&["git", "openssl"], "the way out with git") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    for arguments in [
        &["init", "-q", "work"] as &[&str],
        &["-C", "work", "commit", "-q", "--allow-empty", "-m", "one"],
        &["clone", "-q", "--bare", "work", "repo.git"],
        &["-C", "repo.git", "update-server-info"],
    ] {
        let output = git(folder, arguments).await;
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    certificates(folder, HOST);
    let behind = files(folder.to_owned()).await;
    let tls = tls_end(folder, format!("127.0.0.1:{behind}")).await;
    let items = [format!("{HOST}:{tls}"), format!("127.0.0.1:{tls}")];
    let way = Way::open(&items, &Names::of(&[(HOST, &[&["127.0.0.1"]])]));
    let proxy = format!("http.proxy=http://127.0.0.1:{}", way.port().await);
    let trust = format!("http.sslCAInfo={}", folder.join("ca.crt").display());
    let clone = async |url: &str, into: &str| {
        git(
            folder,
            &["-c", &proxy, "-c", &trust, "clone", "-q", url, into],
        )
        .await
    };
    let cloned = clone(&format!("https://{HOST}:{tls}/repo.git"), "copy").await;
    assert!(cloned.status.success(), "{}", text(&cloned.stderr));
    let log = git(folder, &["-C", "copy", "log", "--format=%s"]).await;
    assert_eq!(text(&log.stdout), "one\n");
    let refused = clone("https://evil.example/repo.git", "other").await;
    assert!(
        text(&refused.stderr).contains("403"),
        "{}",
        text(&refused.stderr)
    );
    assert_eq!(
        way.refused(),
        [("evil.example:443".to_owned(), Denied::Host)]
    );
}
