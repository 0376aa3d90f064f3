//! What repositories are called: by the newest that was told of one, in whatever case it is asked for, and of older databases too.

use skep::core::ids::{InstallationId, IssueNumber, RepositoryId, RepositoryName};
use skep::core::location::Place;
use skep::store::Store;

use super::{on_each, task};

fn name(text: &str) -> RepositoryName {
    text.parse().expect("a name")
}

fn place(repository: i64, called: &str) -> Place {
    Place {
        installation: InstallationId(5),
        repository: RepositoryId(repository),
        name: name(called),
        issue: IssueNumber(1),
    }
}

async fn told(store: &Store, place: &Place, now: i64) {
    let mut decision = store.begin().await.expect("begun");
    decision.put_repository(place, now).await.expect("written");
    decision.commit().await.expect("committed");
}

async fn found(store: &Store, called: &str) -> Option<i64> {
    let row = store.repository_named(&name(called)).await.expect("read");
    row.map(|row| row.id.0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newest_that_was_told_of_a_name_has_it() {
    on_each(|database| async move {
        let store = database.open().await;
        assert_eq!(found(&store, "octo/hello").await, None);
        told(&store, &place(77, "octo/Hello"), 1).await;
        assert_eq!(found(&store, "Octo/HELLO").await, Some(77));
        // It was renamed, and another one has its old name.
        told(&store, &place(77, "octo/renamed"), 2).await;
        assert_eq!(found(&store, "octo/hello").await, None);
        told(&store, &place(78, "octo/hello"), 3).await;
        assert_eq!(found(&store, "octo/hello").await, Some(78));
        assert_eq!(found(&store, "octo/renamed").await, Some(77));
        // Two have it for as long as nothing is told of the first.
        told(&store, &place(79, "octo/renamed"), 4).await;
        assert_eq!(found(&store, "octo/renamed").await, Some(79));
        let all: Vec<RepositoryId> = (0..2_000).map(RepositoryId).collect();
        let names = store.repository_names(&all).await.expect("read");
        assert_eq!(names.len(), 3);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_database_tells_it_of_its_tasks() {
    on_each(|database| async move {
        let store = database.open().await;
        let mut decision = store.begin().await.expect("begun");
        let bodies = [
            (1, 10, r#"{"place":{"repository":7,"name":"octo/before"}}"#),
            (2, 20, r#"{"place":{"repository":7,"name":"octo/Now"}}"#),
            (3, 30, "{}"),
        ];
        for (issue, updated_at, body) in bodies {
            let mut row = task(issue);
            row.body = body.to_owned();
            row.updated_at = updated_at;
            decision.put_task(&row, 0).await.expect("written");
        }
        decision.commit().await.expect("committed");
        store.close().await;
        let mut stranger = database.stranger().await;
        for sql in [
            "DROP TABLE repository",
            "DELETE FROM migration WHERE number = 16",
        ] {
            let done = sqlx::query(sql).execute(&mut stranger).await;
            done.expect("made older");
        }
        let store = database.open().await;
        assert_eq!(found(&store, "octo/now").await, Some(7));
        assert_eq!(found(&store, "octo/before").await, None);
        store.close().await;
    })
    .await;
}
