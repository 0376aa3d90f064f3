//! Signing in with GitHub: by the App's own OAuth, from elsewhere, through the operator's proxy. What somebody sees and orders is what they
//! may on GitHub, and whatever is forged, old, used or led elsewhere ends in a plain sentence.

use std::time::Duration;

use skep::core::ids::{IssueNumber, SessionId, TaskKey};
use skep_simulator::RepositorySeed;
use skep_simulator::fault::{Fault, FaultRule};
use skep_simulator::world::content::IssueDraft;

use super::site::{Person, Said, Site, csrf};

/// The name by which people reach the dashboard.
const NAME: &str = "board.example";
const CALLBACK: &str = "https://board.example/sign-in/callback";
const ASKS: &str = "start 1\ntick 1\nask Which one should it be? | Alpha | Beta\nsay Taken: {answer}\nwrite IT.md: {answer}";
const TOKEN_COOKIE: &str = "skep_session";
const WAY_COOKIE: &str = "__Host-skep_way";

/// A skep with a dashboard that is reached from elsewhere, and a private repository beside the public one.
struct Board {
    site: Site,
    vault: i64,
}

impl Board {
    async fn open() -> Self {
        let site = Site::with(|options| {
            options.issues.dashboard = Some(format!("https://{NAME}"));
        })
        .await;
        let github = &site.app.simulator;
        github.set_callback_urls(&[CALLBACK.to_owned()]);
        let vault = github
            .seed_repository(RepositorySeed {
                owner: "octo",
                name: "vault",
                default_branch: "main",
                private: true,
                files: &[("README.md", "secret\n")],
            })
            .await
            .expect("a repository");
        github
            .set_permission(vault, "ben", "write")
            .expect("a permission");
        Self { site, vault }
    }

    fn person(&self) -> Person {
        Person::by_name(self.site.running.admin, NAME)
    }

    /// An issue of the private repository whose agent asks something.
    async fn asking_in_vault(&self) -> (IssueNumber, SessionId) {
        let github = &self.site.app.simulator;
        let draft = IssueDraft {
            title: "Dig deeper".to_owned(),
            body: Some(format!("Please.\n\n```skep-demo\n{ASKS}\n```\n")),
            ..IssueDraft::default()
        };
        let issue = github.open_issue(self.vault, "ben", draft);
        let issue = IssueNumber(issue.expect("an issue"));
        self.site.app.advance(Duration::from_secs(1));
        github
            .label(self.vault, issue, "agent:go", "ben")
            .expect("a label");
        let key = TaskKey::new(skep::core::ids::RepositoryId(self.vault), issue);
        self.site.until_task(key, "needs-you").await;
        (issue, SessionId::new(key, 1))
    }

    /// To GitHub and back, as far as GitHub leads them.
    async fn away(&self, person: &mut Person, login: &str, back: &str) -> String {
        let page = Self::to_github(person, back).await;
        let led = self.site.app.simulator.authorize(login, &page);
        let led = led.expect("GitHub takes it");
        let way = led.strip_prefix(&format!("https://{NAME}"));
        way.expect("back to us").to_owned()
    }

    async fn to_github(person: &mut Person, back: &str) -> String {
        let said = person.get(&format!("/sign-in/github?back={back}")).await;
        assert_eq!(said.status, 303, "{said:?}");
        said.header("location")
    }

    /// Signs somebody in.
    async fn sign_in(&self, login: &str) -> Person {
        let mut person = self.person();
        let way = self.away(&mut person, login, "%2Fqueue").await;
        let said = person.get(&way).await;
        assert_eq!(
            (said.status, said.header("location").as_str()),
            (303, "/queue"),
            "{said:?}"
        );
        person
    }

    async fn close(self) {
        self.site.close().await;
    }
}

fn refused(said: &Said, why: &str) {
    assert_eq!(said.status, 403, "{said:?}");
    assert!(said.body.contains(why), "{}", said.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_sees_what_they_can_read_on_github_and_nothing_else() {
    let board = Board::open().await;
    let asks = board.site.asking("Choose a database").await;
    let (dig, digs) = board.asking_in_vault().await;
    let mut nobody = board.person();
    let said = nobody.get("/queue").await;
    assert_eq!(
        said.header("location"),
        "/sign-in?back=%2Fqueue",
        "{said:?}"
    );
    let form = nobody.get("/sign-in?back=%2Fqueue").await;
    assert!(
        form.body.contains("href=\"/sign-in/github?back=%2Fqueue\""),
        "{}",
        form.body
    );
    let mut ana = board.sign_in("ana").await;
    let first = ana.get("/").await;
    assert!(
        first.body.contains("signed in as ana for 8 hours"),
        "{}",
        first.body
    );
    assert!(
        first.body.contains("Which database should it use?"),
        "{}",
        first.body
    );
    let mut ben = board.sign_in("ben").await;
    for path in ["/", "/queue", "/repositories", "/outcomes"] {
        let (hers, his) = (ana.get(path).await, ben.get(path).await);
        assert_eq!((hers.status, his.status), (200, 200), "{path}");
        assert!(!hers.body.contains("vault"), "{path}: {}", hers.body);
        assert!(!his.body.contains("octo/hello"), "{path}: {}", his.body);
        assert!(!hers.body.contains("id=\"figures\""), "{path}");
    }
    assert!(ben.get("/").await.body.contains("octo/vault"));
    let theirs = [
        format!("/tasks/octo/vault/{dig}"),
        format!("/sessions/{digs}"),
        format!("/sessions/{digs}/patch"),
        "/graph/octo/vault".to_owned(),
        format!("/live?page=%2Fsessions%2F{digs}"),
        "/tasks/octo/nothing/1".to_owned(),
    ];
    for path in &theirs {
        let hers = ana.get(path).await;
        assert_eq!(hers.status, 404, "{path}: {hers:?}");
        assert!(!hers.body.contains("Dig deeper"), "{path}");
    }
    for path in &theirs[..2] {
        let his = ben.get(path).await;
        assert_eq!(his.status, 200, "{path}: {his:?}");
    }
    let mine = ana.get(&format!("/tasks/octo/hello/{asks}")).await;
    assert!(mine.body.contains("Choose a database"), "{}", mine.body);
    for path in ["/agents", "/deliveries", "/live?page=%2Fagents"] {
        assert_eq!(ana.get(path).await.status, 403, "{path}");
    }
    let word = csrf(&ana.get("/queue").await.body);
    let pause = [("csrf", word.as_str()), ("act", "pause")];
    assert_eq!(ana.post("/queue", &pause).await.status, 403);
    assert_eq!(
        ana.get("/api/v1/status").await.status,
        403,
        "no cookie opens that"
    );
    // What lies in the data folder: nobody's token, nor the App's secret.
    let (_, secret) = board.site.app.simulator.client();
    let kept = contents(&board.site.app.data_dir());
    for text in ["ghu_", "ghr_", secret.as_str()] {
        assert!(
            !kept.iter().any(|bytes| holds(bytes, text)),
            "{text} is kept"
        );
    }
    board.close().await;
}

fn contents(folder: &std::path::Path) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => all.extend(contents(&path)),
            false => all.extend(std::fs::read(&path)),
        }
    }
    all
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_are_given_with_write_access_and_in_ones_own_name() {
    let board = Board::open().await;
    let asks = board.site.asking("Choose a database").await;
    let page = format!("/tasks/octo/hello/{asks}");
    let mut tina = board.sign_in("tina").await;
    let seen = tina.get(&page).await;
    assert!(!seen.body.contains("<textarea"), "{}", seen.body);
    assert!(
        seen.body.contains("Whoever has write access"),
        "{}",
        seen.body
    );
    let answer = |word: &str| {
        [
            ("csrf", word.to_owned()),
            ("back", page.clone()),
            ("act", "answer".to_owned()),
            ("question", "1".to_owned()),
            ("option", "b".to_owned()),
        ]
    };
    let send = async |person: &mut Person| {
        let word = csrf(&person.get(&page).await.body);
        let fields = answer(&word);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        person.post(&page, &fields).await
    };
    refused(
        &send(&mut tina).await,
        "tina has no write access to octo/hello",
    );
    let mut ana = board.sign_in("ana").await;
    assert!(ana.get(&page).await.body.contains("<textarea"));
    // GitHub is asked at each order, whatever was noted.
    board.site.app.permit("ana", "read");
    refused(&send(&mut ana).await, "ana has no write access");
    board.site.app.permit("ana", "write");
    board.site.until(asks, "needs-you").await;
    assert_eq!(send(&mut ana).await.status, 303);
    board.site.until(asks, "in-review").await;
    let key = TaskKey::new(board.site.app.repository, asks);
    let rows = board.site.running.app.store.audit_rows(0, 1_000).await;
    let rows = rows.expect("the audit");
    let hers = rows.iter().find(|row| row.kind == "operator.order");
    let hers = hers.expect("her order is in the audit");
    assert_eq!(hers.who.as_deref(), Some("@ana"), "{hers:?}");
    assert_eq!(hers.task.as_deref(), Some(key.to_string().as_str()));
    let thread = board.site.app.thread(asks);
    assert!(
        thread.contains("Answered by `@ana`: 2. Postgres"),
        "{thread}"
    );
    board.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_loses_access_loses_the_view_within_minutes() {
    let board = Board::open().await;
    let (dig, _) = board.asking_in_vault().await;
    let github = &board.site.app.simulator;
    github
        .set_permission(board.vault, "ana", "read")
        .expect("a permission");
    let page = format!("/tasks/octo/vault/{dig}");
    let mut ana = board.sign_in("ana").await;
    let mut ben = board.sign_in("ben").await;
    assert_eq!(ana.get(&page).await.status, 200);
    github
        .set_permission(board.vault, "ana", "none")
        .expect("a permission");
    board.site.app.advance(Duration::from_secs(5 * 60));
    assert_eq!(ana.get(&page).await.status, 404, "five minutes have passed");
    assert_eq!(
        ana.get("/queue").await.status,
        200,
        "she can read the other one"
    );
    assert_eq!(ben.get(&page).await.status, 200);
    // GitHub is away: what was noted holds for a quarter of an hour, and then nobody sees anything.
    let away = || Fault::Status {
        status: 503,
        message: "away".to_owned(),
    };
    let all = FaultRule::next("GET", "/user/installations", away()).times(1_000);
    github.add_fault(all);
    board.site.app.advance(Duration::from_secs(10 * 60));
    assert_eq!(ben.get(&page).await.status, 200);
    board.site.app.advance(Duration::from_secs(5 * 60));
    let said = ben.get(&page).await;
    assert_eq!(said.status, 503, "{said:?}");
    assert!(said.body.contains("GitHub does not answer"), "{said:?}");
    github.clear_faults();
    board.site.app.advance(Duration::from_secs(60));
    assert_eq!(ben.get(&page).await.status, 200);
    // He takes back that the App knows who he is.
    github.withdraw("ben");
    board.site.app.advance(Duration::from_secs(5 * 60));
    let said = ben.get(&page).await;
    assert_eq!(said.status, 303, "{said:?}");
    assert!(said.header("location").starts_with("/sign-in?back="));
    board.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forged_used_old_or_refused_signs_nobody_in() {
    let board = Board::open().await;
    let github = &board.site.app.simulator;
    let mut ana = board.person();
    let way = board.away(&mut ana, "ana", "%2F").await;
    // Another browser, a state that was made up, no state at all.
    refused(
        &board.person().get(&way).await,
        "did not begin in this browser",
    );
    let (path, _) = way.split_once("&state=").expect("a state");
    let forged = format!("{path}&state={}", "0".repeat(64));
    let mut other = ana.clone();
    refused(&other.get(&forged).await, "did not begin in this browser");
    refused(
        &ana.clone().get(path).await,
        "did not begin in this browser",
    );
    let code = path.split("code=").nth(1).expect("a code");
    // Theirs; and then once more, with the cookie put back.
    let ticket = ana.cookie(WAY_COOKIE).expect("a cookie");
    let mut thief = ana.clone();
    let good = ana.get(&way).await;
    assert_eq!((good.status, good.header("location").as_str()), (303, "/"));
    assert_eq!(ana.cookie(WAY_COOKIE), None, "it is taken away");
    ana.plant(WAY_COOKIE, &ticket);
    refused(&ana.get(&way).await, "did not begin in this browser");
    refused(&thief.get(&way).await, "did not begin in this browser");
    assert!(thief.cookie(TOKEN_COOKIE).is_none());
    // A code of before, in a way that is good.
    let page = Board::to_github(&mut thief, "%2F").await;
    let state = page.split("&state=").nth(1).expect("a state");
    let state = state.split('&').next().expect("its value");
    let replayed = format!("/sign-in/callback?code={code}&state={state}");
    refused(&thief.get(&replayed).await, "does not take the code");
    // A code of another's way: GitHub was told another challenge.
    let page = Board::to_github(&mut thief, "%2F").await;
    let mine = page.split("&state=").nth(1).expect("a state");
    let mine = mine.split('&').next().expect("its value");
    let mut victim = board.person();
    let theirs = board.away(&mut victim, "ben", "%2F").await;
    let stolen = theirs.split("code=").nth(1).expect("a code");
    let stolen = stolen.split('&').next().expect("its value");
    let injected = format!("/sign-in/callback?code={stolen}&state={mine}");
    refused(&thief.get(&injected).await, "does not take the code");
    // Eleven minutes on GitHub's clock.
    let mut late = board.person();
    let way = board.away(&mut late, "ana", "%2F").await;
    board.site.app.advance(Duration::from_secs(11 * 60));
    refused(&late.get(&way).await, "does not take the code");
    // A no.
    let mut shy = board.person();
    let page = Board::to_github(&mut shy, "%2F").await;
    let led = github.decline(&page).expect("led back");
    let led = led.strip_prefix(&format!("https://{NAME}")).expect("to us");
    refused(&shy.get(led).await, "you did not allow it");
    // Nothing to see.
    let mut stranger = board.person();
    let way = board.away(&mut stranger, "stranger", "%2F").await;
    refused(&stranger.get(&way).await, "gives stranger access to none");
    assert!(stranger.cookie(TOKEN_COOKIE).is_none());
    // GitHub is away.
    let away = Fault::Status {
        status: 503,
        message: "away".to_owned(),
    };
    github.add_fault(FaultRule::next("POST", "/login/oauth/access_token", away));
    let mut early = board.person();
    let way = board.away(&mut early, "ana", "%2F").await;
    let said = early.get(&way).await;
    assert_eq!(said.status, 503, "{said:?}");
    assert!(
        said.body.contains("GitHub does not answer"),
        "{}",
        said.body
    );
    board.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_led_elsewhere_nor_given_a_key_from_before() {
    let board = Board::open().await;
    for back in [
        "https%3A%2F%2Fevil.example",
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
        "javascript%3Aalert(1)",
    ] {
        let mut ana = board.person();
        let way = board.away(&mut ana, "ana", back).await;
        let said = ana.get(&way).await;
        assert_eq!(
            (said.status, said.header("location").as_str()),
            (303, "/"),
            "{back}"
        );
        let set = said.head.lines().find(|line| line.contains(TOKEN_COOKIE));
        let set = set.expect("a cookie");
        for part in ["HttpOnly", "SameSite=Lax", "Secure", "Max-Age=28800"] {
            assert!(set.contains(part), "{set}");
        }
    }
    // A key that somebody planted is of no use, and one from before is over.
    let mut ana = board.person();
    ana.plant(TOKEN_COOKIE, "planted");
    let way = board.away(&mut ana, "ana", "%2F").await;
    assert_eq!(ana.get(&way).await.status, 303);
    let first = ana.cookie(TOKEN_COOKIE).expect("a key");
    assert_ne!(first, "planted");
    let mut before = ana.clone();
    let way = board.away(&mut ana, "ana", "%2F").await;
    assert_eq!(ana.get(&way).await.status, 303);
    assert_ne!(ana.cookie(TOKEN_COOKIE), Some(first));
    assert_eq!(before.get("/queue").await.status, 303, "it is over");
    // Hosts that are none of ours, and a way that began at another of ours.
    for host in [
        "evil.example",
        "board.example.evil.example",
        "board.example:8443",
    ] {
        let lines = format!("host: {host}\r\n");
        let said = board
            .person()
            .ask("GET", "/sign-in/github", (&lines, ""))
            .await;
        assert_eq!(said.status, 403, "{host}");
    }
    let mut local = Person::at(board.site.running.admin);
    let page = Board::to_github(&mut local, "%2F").await;
    let led = board.site.app.simulator.authorize("ana", &page);
    assert!(led.is_err(), "that callback is not the App's: {led:?}");
    // Signing out needs the word of the page, and ends it.
    let word = csrf(&ana.get("/queue").await.body);
    assert_eq!(ana.post("/sign-out", &[("csrf", "")]).await.status, 303);
    let held = before.cookie(TOKEN_COOKIE);
    assert!(held.is_some());
    let mut again = board.sign_in("ana").await;
    let word_now = csrf(&again.get("/queue").await.body);
    assert_ne!(word, word_now);
    let mut kept = again.clone();
    assert_eq!(
        again.post("/sign-out", &[("csrf", &word_now)]).await.status,
        303
    );
    assert_eq!(kept.get("/queue").await.status, 303, "signed out");
    let github = &board.site.app.simulator;
    let forgotten = github
        .calls()
        .into_iter()
        .filter(|call| call.method == "DELETE" && call.path.ends_with("/token"));
    let answers: Vec<u16> = forgotten.map(|call| call.status).collect();
    assert_eq!(answers, [204], "GitHub forgot that token, and no other");
    // Where GitHub does not hear of it, they are signed out all the same.
    let mut cut = board.sign_in("ana").await;
    let away = Fault::Status {
        status: 503,
        message: "away".to_owned(),
    };
    github.add_fault(FaultRule::next("DELETE", "/applications/", away));
    let word = csrf(&cut.get("/queue").await.body);
    let mut kept = cut.clone();
    assert_eq!(cut.post("/sign-out", &[("csrf", &word)]).await.status, 303);
    assert_eq!(kept.get("/queue").await.status, 303);
    board.close().await;
}
