//! A talk with an agent that nobody here wrote the protocol of: the library's own end of version 2, with a few words to say.

use agent_client_protocol::v2::{ConnectionTo, Responder, schema};
use agent_client_protocol::{Agent, ByteStreams, Client};
use tokio_util::compat::{TokioAsyncReadCompatExt, TokioAsyncWriteCompatExt};

use super::talk::Talk;
use crate::core::agent::{Decision, Update};

type Sent = Result<(), agent_client_protocol::Error>;

fn send(
    peer: &ConnectionTo<Client>,
    session: &schema::SessionId,
    update: schema::SessionUpdate,
) -> Sent {
    peer.send_notification(schema::UpdateSessionNotification::new(
        session.clone(),
        update,
    ))
}

fn idle(stop: schema::StopReason) -> schema::SessionUpdate {
    let idle = schema::IdleStateUpdate::new().stop_reason(stop);
    schema::SessionUpdate::StateUpdate(schema::StateUpdate::Idle(idle))
}

/// Takes the prompt, says a message whole, asks for permission to run a command, and ends by what it is told.
async fn work(request: schema::PromptRequest, peer: ConnectionTo<Client>) -> Sent {
    let session = request.session_id;
    let running = schema::RunningStateUpdate::new();
    send(
        &peer,
        &session,
        schema::SessionUpdate::StateUpdate(schema::StateUpdate::Running(running)),
    )?;
    let echo = schema::AgentMessage::new("m-1").content(request.prompt);
    send(&peer, &session, schema::SessionUpdate::AgentMessage(echo))?;
    let options = vec![schema::PermissionOption::new(
        "y",
        "Yes",
        schema::PermissionOptionKind::AllowOnce,
    )];
    let ask = schema::RequestPermissionRequest::new(session.clone(), "Run the tests?", options);
    let told = peer.send_request(ask).block_task().await?;
    let stop = match told.outcome {
        schema::RequestPermissionOutcome::Selected(_) => schema::StopReason::EndTurn,
        _ => schema::StopReason::Refusal,
    };
    send(&peer, &session, idle(stop))
}

async fn serve(stream: tokio::io::DuplexStream) {
    let (reader, writer) = tokio::io::split(stream);
    let transport = ByteStreams::new(writer.compat_write(), reader.compat());
    let ended = Agent
        .v2()
        .on_receive_request(
            async |request: schema::InitializeRequest,
                   responder: Responder<schema::InitializeResponse>,
                   _peer: ConnectionTo<Client>| {
                let info = schema::Implementation::new("library", "1");
                let sessions =
                    schema::AgentCapabilities::new().session(schema::SessionCapabilities::new());
                responder.respond(
                    schema::InitializeResponse::new(request.protocol_version, info)
                        .capabilities(sessions),
                )
            },
            agent_client_protocol::on_receive_request!(),
        )
        .on_receive_request(
            async |_request: schema::NewSessionRequest,
                   responder: Responder<schema::NewSessionResponse>,
                   _peer: ConnectionTo<Client>| {
                responder.respond(schema::NewSessionResponse::new("s-1"))
            },
            agent_client_protocol::on_receive_request!(),
        )
        .on_receive_request(
            async |request: schema::ResumeSessionRequest,
                   responder: Responder<schema::ResumeSessionResponse>,
                   peer: ConnectionTo<Client>| {
                let ready = schema::StateUpdate::Idle(schema::IdleStateUpdate::new());
                send(
                    &peer,
                    &request.session_id,
                    schema::SessionUpdate::StateUpdate(ready),
                )?;
                responder.respond(schema::ResumeSessionResponse::new())
            },
            agent_client_protocol::on_receive_request!(),
        )
        .on_receive_request(
            async |request: schema::PromptRequest,
                   responder: Responder<schema::PromptResponse>,
                   peer: ConnectionTo<Client>| {
                responder.respond(schema::PromptResponse::new("u-1"))?;
                peer.spawn(work(request, peer.clone()))
            },
            agent_client_protocol::on_receive_request!(),
        )
        .connect_to(transport)
        .await;
    drop(ended);
}

#[tokio::test]
async fn the_library_of_the_protocol_is_spoken_with() {
    let folder = tempfile::tempdir().expect("a folder");
    for earlier in [None, Some("s-1")] {
        let talk = Talk::with(serve).await;
        let session = talk.session(folder.path(), earlier).await;
        assert_eq!(
            (session.id.as_str(), session.resumed),
            ("s-1", earlier.is_some())
        );
        let (answer, updates) = talk.turn(&session, "Say this.").await;
        assert_eq!(answer["stopReason"], "end_turn", "{answer}");
        let said =
            |update: &Update| matches!(update, Update::Message { text, .. } if text == "Say this.");
        assert!(updates.iter().any(said), "{updates:?}");
        let allowed = |update: &Update| matches!(update, Update::Permission { title, decision } if title == "Run the tests?" && *decision == Decision::Allowed);
        assert!(updates.iter().any(allowed), "{updates:?}");
    }
}
