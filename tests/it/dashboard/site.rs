//! A skep with issues in every state, and somebody who asks its pages byte by byte.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use skep::app::Running;
use skep::core::ids::{IssueNumber, SessionId, TaskKey};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::test_app::{HOLD, Options, PATIENCE, TestApp};

/// A title as somebody writes it who means no good.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script> \u{1b}[31mred\u{1b}[0m \u{202e}\"><img src=x onerror=alert(2)> & 'so'";

/// A skep that runs by itself.
pub(crate) struct Site {
    pub(crate) app: TestApp,
    pub(crate) running: Running,
}

/// What an answer said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Said {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> String {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut found = lines.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found
            .next()
            .map_or_else(String::new, |(_, value)| value.to_owned())
    }
}

/// Somebody with a browser.
#[derive(Clone)]
pub(crate) struct Person {
    address: SocketAddr,
    /// By which name they come, through the operator's proxy; none: by the address.
    host: Option<&'static str>,
    cookies: BTreeMap<String, String>,
}

impl Person {
    pub(crate) fn at(address: SocketAddr) -> Self {
        Self {
            address,
            host: None,
            cookies: BTreeMap::new(),
        }
    }

    /// The same from elsewhere, by the name of the dashboard and over TLS.
    pub(crate) fn by_name(address: SocketAddr, host: &'static str) -> Self {
        Self {
            host: Some(host),
            ..Self::at(address)
        }
    }

    /// A cookie, if they have it.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.get(name).cloned()
    }

    /// Puts a cookie into their browser.
    pub(crate) fn plant(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// Asks with these further lines of the head.
    pub(crate) async fn ask(&mut self, method: &str, path: &str, more: (&str, &str)) -> Said {
        let (lines, body) = more;
        let host = match (lines.contains("host: "), self.host) {
            (true, _) => String::new(),
            (false, None) => format!("host: {}\r\n", self.address),
            (false, Some(name)) => format!("host: {name}\r\nx-forwarded-for: 203.0.113.7\r\n"),
        };
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = format!(
            "{method} {path} HTTP/1.1\r\n{host}connection: close\r\naccept: text/html\r\ncookie: {}\r\ncontent-length: {}\r\n{lines}\r\n{body}",
            cookies.join("; "),
            body.len()
        );
        let mut wire = TcpStream::connect(self.address)
            .await
            .expect("a connection");
        wire.write_all(request.as_bytes())
            .await
            .expect("it is sent");
        let mut bytes = Vec::new();
        let read = tokio::time::timeout(PATIENCE, wire.read_to_end(&mut bytes));
        read.await.expect("an answer in time").expect("an answer");
        let text = String::from_utf8(bytes).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let said = Said {
            status: status.expect("a status"),
            head: head.to_owned(),
            body: body.to_owned(),
        };
        let lines = said.head.lines();
        let set = lines.filter_map(|line| line.strip_prefix("set-cookie: "));
        for line in set {
            let pair = line.split(';').next().and_then(|pair| pair.split_once('='));
            match pair {
                Some((name, "")) => self.cookies.remove(name),
                Some((name, value)) => self.cookies.insert(name.to_owned(), value.to_owned()),
                None => None,
            };
        }
        said
    }

    pub(crate) async fn get(&mut self, path: &str) -> Said {
        self.ask("GET", path, ("", "")).await
    }

    /// Sends a form as a page of this host does.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Said {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let form = form.extend_pairs(fields).finish();
        let origin = match self.host {
            None => format!("http://{}", self.address),
            Some(name) => format!("https://{name}"),
        };
        let lines =
            format!("origin: {origin}\r\ncontent-type: application/x-www-form-urlencoded\r\n");
        self.ask("POST", path, (&lines, &form)).await
    }
}

/// The word that has to come with an order, as it stands on a page.
pub(crate) fn csrf(page: &str) -> String {
    let after = page.split("name=\"csrf\" value=\"").nth(1).expect("a form");
    after.split('"').next().expect("its value").to_owned()
}

impl Site {
    /// With nothing to do yet.
    pub(crate) async fn open() -> Self {
        Self::with(|_| ()).await
    }

    /// The same with some wishes.
    pub(crate) async fn with(wish: impl FnOnce(&mut Options)) -> Self {
        let mut app = TestApp::with(wish).await;
        let running = app.run().await;
        Self { app, running }
    }

    pub(crate) fn person(&self) -> Person {
        Person::at(self.running.admin)
    }

    pub(crate) fn token(&self) -> String {
        let file = self.app.data_dir().join("admin-token");
        let token = std::fs::read_to_string(file).expect("the token");
        token.trim().to_owned()
    }

    /// Somebody who has signed in.
    pub(crate) async fn operator(&self) -> Person {
        let mut person = self.person();
        let said = person.post("/sign-in", &[("token", &self.token())]).await;
        assert_eq!(said.status, 303, "{said:?}");
        person
    }

    pub(crate) fn session(&self, issue: IssueNumber) -> SessionId {
        self.app.session(issue, 1)
    }

    /// Waits until a task is in a state.
    pub(crate) async fn until(&self, issue: IssueNumber, state: &str) {
        self.until_task(TaskKey::new(self.app.repository, issue), state)
            .await;
    }

    /// The same of a task of any repository.
    pub(crate) async fn until_task(&self, key: TaskKey, state: &str) {
        let patience = tokio::time::Instant::now() + PATIENCE;
        loop {
            let row = self.running.app.store.task(key).await.expect("a look");
            let found = row.map_or_else(|| "unknown".to_owned(), |row| row.state);
            if found == state {
                return;
            }
            assert!(
                tokio::time::Instant::now() < patience,
                "{key} never came to be {state}, it is {found}"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// An issue whose agent asks something.
    pub(crate) async fn asking(&self, title: &str) -> IssueNumber {
        let script = "plan Look around | Ask | Write it down\nstart 1\ntick 1\nthink Which one, I wonder.\nsay I have looked around.\nask Which database should it use? | SQLite | Postgres\nsay Taken: {answer}\nwrite DATABASE.md: {answer}";
        let issue = self.app.go(title, script);
        self.until(issue, "needs-you").await;
        issue
    }

    /// An issue whose pull request is in review.
    pub(crate) async fn in_review(&self) -> IssueNumber {
        let script = "plan Write | Tell\nstart 1\nwrite GREETING.md: hello\ntick 1\npermission execute Look at the weather\nsay There is a greeting now.";
        let issue = self.app.go("Greet people", script);
        self.until(issue, "in-review").await;
        issue
    }

    /// An issue whose agent cannot log in.
    pub(crate) async fn failed(&self) -> IssueNumber {
        let issue = self.app.go("Paint it red", "say I try.\nfail auth");
        self.until(issue, "failed").await;
        issue
    }

    /// An issue that waits for another one.
    pub(crate) async fn waiting_for(&self, other: IssueNumber) -> IssueNumber {
        let body = format!("Blocked by #{other}\n\n```skep-demo\nsay Hm.\n```\n");
        let issue = self.app.issue("Move the data", &body, &[]);
        self.app.label(issue, "agent:go");
        self.until(issue, "queued").await;
        issue
    }

    /// An issue whose agent is at work until it is let go.
    pub(crate) async fn at_work(&self) -> IssueNumber {
        let script =
            format!("plan Read | Measure | Mend\nstart 1\nsay I am reading.\n{HOLD}\nsay Read.");
        let issue = self.app.go("Make it faster", &script);
        self.until(issue, "working").await;
        issue
    }

    /// Ends it.
    pub(crate) async fn close(mut self) {
        self.running.stop().await;
        self.app.leave_unfinished();
        self.app.open().await;
        self.app.done().await;
    }
}
