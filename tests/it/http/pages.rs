//! What holds of the pages whatever they show: how many follow them live, that they end, and who gets in.

use std::sync::Arc;

use skep::core::actor::Account;
use skep::core::ids::{RepositoryId, RepositoryName, SessionId};
use skep::core::text::pages::Message;
use skep::http::{
    ApiError, Bounds, Guard, PageAddress, PageService, Pages, ReadAccess, Shown, Sight,
    admin_router, with_pages,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::recording::RecordingService;
use super::wire::{TestServer, get};

impl PageService for RecordingService {
    async fn page(&self, address: &PageAddress, _sight: &Sight) -> Result<Shown, ApiError> {
        let page = Message {
            heading: format!("{address:?}"),
            text: "words".into(),
            next: "more".into(),
        };
        Ok(Shown {
            page: Box::new(page),
            within: None,
        })
    }

    async fn repository_of(&self, _session: &SessionId) -> Result<RepositoryId, ApiError> {
        Ok(RepositoryId(7))
    }

    async fn allow_orders(&self, _: &RepositoryName, _: &Account) -> Result<(), ApiError> {
        Ok(())
    }

    fn changes(&self) -> Vec<watch::Receiver<u64>> {
        Vec::new()
    }
}

async fn server(access: ReadAccess, address: Option<&str>) -> (TestServer, CancellationToken) {
    let service = Arc::new(RecordingService::default());
    let guard = Guard::new(&"a token of the tests".into(), access);
    let stop = CancellationToken::new();
    let pages = Pages {
        service: service.clone(),
        guard: guard.clone(),
        address: address.map(|text| text.parse().expect("an address")),
        people: None,
        clock: Arc::new(|| 0_i64),
        viewers: 2,
        stop: stop.clone(),
    };
    let admin = admin_router(service, guard, stop.clone());
    let router = with_pages(admin, pages);
    (TestServer::open(router, Bounds::default()).await, stop)
}

#[tokio::test]
async fn no_more_follow_than_may_and_a_place_is_given_back() {
    let (server, stop) = server(ReadAccess::Open, None).await;
    let follow = "GET /live?page=%2Fqueue HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let mut all = Vec::new();
    for _ in 0..2 {
        let mut wire = server.call().await;
        wire.say(follow).await;
        assert_eq!(wire.reply().await.status, 200);
        all.push(wire);
    }
    let crowded = server.ask(follow.to_owned()).await;
    assert_eq!(crowded.status, 503, "{}", crowded.body);
    stop.cancel();
    for mut wire in all {
        let said = wire.rest().await;
        assert!(
            said.ends_with("0\r\n\r\n"),
            "it ends as a body should: {said}"
        );
    }
}

#[tokio::test]
async fn where_looking_is_not_open_everything_but_the_way_in_is_shut() {
    let (server, _stop) = server(ReadAccess::WithToken, None).await;
    for path in ["/", "/queue", "/sessions/1-1-1"] {
        let reply = server.ask(get(path)).await;
        assert_eq!(reply.status, 303, "{path}: {}", reply.body);
    }
    assert_eq!(server.ask(get("/live?page=%2F")).await.status, 401);
    assert_eq!(server.ask(get("/sign-in")).await.status, 200);
    let held = "GET /queue HTTP/1.1\r\nhost: skep.example\r\nauthorization: Bearer a token of the tests\r\n\r\n";
    assert_eq!(server.ask(held.to_owned()).await.status, 200);
}

#[tokio::test]
async fn the_operators_own_address_needs_a_sign_in_even_where_looking_is_open() {
    let (server, _stop) = server(ReadAccess::Open, Some("https://skep.example")).await;
    let from = |host: &str| format!("GET /queue HTTP/1.1\r\nhost: {host}\r\n\r\n");
    assert_eq!(server.ask(from("skep.example")).await.status, 303);
    assert_eq!(server.ask(from("skep.example:443")).await.status, 303);
    assert_eq!(server.ask(from("skep.example:80")).await.status, 403);
    assert_eq!(server.ask(from("other.example")).await.status, 403);
    assert_eq!(server.ask(from("localhost:3001")).await.status, 200);
}
