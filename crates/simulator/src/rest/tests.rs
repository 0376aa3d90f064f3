//! What only shows from inside: another change of the same installation is on, for as long as a test wants.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use tokio::sync::Semaphore;

use super::*;
use crate::fault::Fault;
use crate::{Simulator, SimulatorConfig};

const KEY: &str = include_str!("../../../../fixtures/keys/test-only-app.public.pem");

struct Stage {
    simulator: Simulator,
    installation: i64,
    token: String,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = SimulatorConfig::new(folder.path().join("github"), KEY.to_owned());
        let simulator = Simulator::start(config).await.expect("it starts");
        let home = simulator.create_repository("octo", "hello", &[]).await;
        let installation = simulator.installation(home.expect("a repository"));
        let installation = installation.expect("installed");
        let token = simulator.state().change(|world| {
            let token = Token {
                installation,
                repositories: None,
                permissions: world.granted(installation),
                expires_at: i64::MAX,
            };
            world.mint(token)
        });
        Self {
            simulator,
            installation,
            token,
            _folder: folder,
        }
    }

    /// A change while another one is on; answers its status.
    async fn change(&self, label: &str, fault: Option<Fault>) -> u16 {
        let body = format!("{{\"name\":\"{label}\"}}");
        let request = Request::post("/repos/octo/hello/labels")
            .header("user-agent", "a-test")
            .header("authorization", format!("Bearer {}", self.token))
            .body(Full::new(Bytes::from(body)))
            .expect("a request");
        let request = Incoming::read(request).await.expect("whole");
        let drawn = fault.map(|fault| Drawn {
            fault,
            snapshot: None,
            gate: Arc::new(Semaphore::new(0)),
        });
        let state = self.simulator.state();
        let (number, now) = (self.installation, state.read(World::now));
        state.call_log(|log| log.begin_change(number, now, "another"));
        let answer = answer(state, &request, drawn.as_ref()).await;
        state.call_log(|log| log.end_change(number, now));
        answer.status
    }
}

/// Its client had given it up and gone on: that is no fault of the client's.
#[tokio::test]
async fn a_change_that_was_held_back_may_meet_the_next_one() {
    let stage = Stage::new().await;
    let late = [Fault::Held, Fault::Delay { milliseconds: 1 }];
    for (at, fault) in late.into_iter().enumerate() {
        assert_eq!(stage.change(&format!("late-{at}"), Some(fault)).await, 201);
    }
    assert_eq!(stage.simulator.violations(), []);
    assert_eq!(stage.change("early", None).await, 201);
    assert_eq!(stage.change("fault", Some(Fault::DropAfter)).await, 201);
    let found = stage.simulator.violations();
    assert_eq!(found.len(), 2, "{found:?}");
    let concurrent = |one: &crate::call_log::Violation| one.what.contains("concurrent mutations");
    assert!(found.iter().all(concurrent), "{found:?}");
}
