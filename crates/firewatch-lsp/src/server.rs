//! The protocol: messages in, answers and diagnostics out.

mod convert;
mod requests;
mod session;
mod uri;
mod wire;

use std::collections::VecDeque;
use std::io;

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::{
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    InitializeParams,
};
use serde_json::{Value as Json, json};

use convert::diagnostic;
use requests::{Answer, Client, answer, error};
use session::Session;
use wire::Wire;

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The client asked for it, after it had shut the server down.
    Exited,
    /// The client asked for it without that.
    ExitedEarly,
    /// The client was gone.
    Closed,
}

/// Serves a client over the standard input and output until it is done.
///
/// # Errors
/// What was sent is no message of the protocol.
pub fn serve_stdio() -> io::Result<Ending> {
    let (connection, wire) = Wire::stdio();
    let served = serve(&connection);
    drop(connection);
    let Ok(ending) = served else {
        // Nobody reads the answers any more; the input may never end.
        return Ok(Ending::Closed);
    };
    match wire.join() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(ending),
    }
}

/// The client takes no more messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

/// Serves a client until it is done.
///
/// # Errors
/// The client takes no more messages.
pub fn serve(connection: &Connection) -> Result<Ending, Gone> {
    let mut server = Server {
        connection,
        waiting: VecDeque::new(),
        phase: Phase::Waiting,
        client: Client::default(),
        session: Session::default(),
        requests: 0,
    };
    server.run()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Before the client has said who it is.
    Waiting,
    Running,
    ShutDown,
}

struct Server<'a> {
    connection: &'a Connection,
    /// Messages that have arrived and were not looked at.
    waiting: VecDeque<Message>,
    phase: Phase,
    client: Client,
    session: Session,
    /// Requests that were sent to the client.
    requests: i32,
}

impl Server<'_> {
    fn run(&mut self) -> Result<Ending, Gone> {
        loop {
            while let Ok(message) = self.connection.receiver.try_recv() {
                self.arrive(message)?;
            }
            if let Some(message) = self.waiting.pop_front() {
                if let Some(ending) = self.handle(message)? {
                    return Ok(ending);
                }
                continue;
            }
            // Of several changes that have arrived only the last is told of.
            self.publish()?;
            match self.connection.receiver.recv() {
                Ok(message) => self.arrive(message)?,
                Err(_) => return Ok(Ending::Closed),
            }
        }
    }

    /// Takes a message in. What the client does not want any more is answered at once.
    fn arrive(&mut self, message: Message) -> Result<(), Gone> {
        let cancelled = match &message {
            Message::Notification(note) if note.method == "$/cancelRequest" => {
                serde_json::from_value::<RequestId>(note.params["id"].clone()).ok()
            }
            _ => {
                self.waiting.push_back(message);
                return Ok(());
            }
        };
        let is_meant = |message: &Message| match message {
            Message::Request(request) => Some(&request.id) == cancelled.as_ref(),
            _ => false,
        };
        let Some(at) = self.waiting.iter().position(is_meant) else {
            // It was answered, or never asked.
            return Ok(());
        };
        self.waiting.remove(at);
        let Some(id) = cancelled else { return Ok(()) };
        let why = error(
            ErrorCode::RequestCanceled,
            "the request was cancelled".to_owned(),
        );
        self.respond(id, Err(why))
    }

    fn send(&self, message: impl Into<Message>) -> Result<(), Gone> {
        self.connection
            .sender
            .send(message.into())
            .map_err(|_| Gone)
    }

    fn respond(&self, id: RequestId, answer: Answer) -> Result<(), Gone> {
        self.send(Response {
            id,
            response_result: answer,
        })
    }

    fn handle(&mut self, message: Message) -> Result<Option<Ending>, Gone> {
        match message {
            Message::Request(Request { id, method, params }) => {
                let answer = self.answer(&method, params);
                self.respond(id, answer)?;
            }
            Message::Notification(note) if note.method == "exit" => {
                return Ok(Some(match self.phase {
                    Phase::ShutDown => Ending::Exited,
                    Phase::Waiting | Phase::Running => Ending::ExitedEarly,
                }));
            }
            Message::Notification(note) if self.phase == Phase::Running => self.note(note)?,
            // Answers to what this server asks say nothing.
            Message::Notification(_) | Message::Response(_) => {}
        }
        Ok(None)
    }

    fn answer(&mut self, method: &str, params: Json) -> Answer {
        match (self.phase, method) {
            (Phase::Waiting, "initialize") => self.initialize(params),
            (Phase::Waiting, _) => {
                let why = "the server waits for `initialize`".to_owned();
                Err(error(ErrorCode::ServerNotInitialized, why))
            }
            (Phase::ShutDown, _) | (Phase::Running, "initialize") => {
                let why = format!("{method} can't be asked for now");
                Err(error(ErrorCode::InvalidRequest, why))
            }
            (Phase::Running, "shutdown") => {
                self.phase = Phase::ShutDown;
                Ok(Json::Null)
            }
            (Phase::Running, _) => answer(&mut self.session, self.client, method, params),
        }
    }

    fn initialize(&mut self, params: Json) -> Answer {
        let params: InitializeParams = serde_json::from_value(params)
            .map_err(|why| error(ErrorCode::InvalidParams, why.to_string()))?;
        let capabilities = json!(params.capabilities);
        let can = |path: &str| capabilities.pointer(path) == Some(&Json::Bool(true));
        self.client = Client {
            has_snippets: can("/textDocument/completion/completionItem/snippetSupport"),
            refreshes_hints: can("/workspace/inlayHint/refreshSupport"),
        };
        self.phase = Phase::Running;
        Ok(json!({
            "serverInfo": {"name": "firewatch", "version": env!("CARGO_PKG_VERSION")},
            "capabilities": {
                "positionEncoding": "utf-16",
                "textDocumentSync": {"openClose": true, "change": 2, "save": true},
                "completionProvider": {"triggerCharacters": ["\"", "(", "[", "{", " ", ":", ","]},
                "hoverProvider": true,
                "definitionProvider": true,
                "referencesProvider": true,
                "renameProvider": {"prepareProvider": true},
                "codeActionProvider": {"codeActionKinds": ["quickfix"]},
                "documentFormattingProvider": true,
                "inlayHintProvider": true,
            },
        }))
    }

    /// Takes a notification. One with wrong parameters is passed over, as nobody can be told.
    fn note(&mut self, note: Notification) -> Result<(), Gone> {
        let session = &mut self.session;
        match &*note.method {
            "textDocument/didOpen" => {
                if let Ok(params) = serde_json::from_value::<DidOpenTextDocumentParams>(note.params)
                {
                    let document = params.text_document;
                    session.open(document.uri.as_str(), document.version, document.text);
                }
            }
            "textDocument/didChange" => {
                if let Ok(params) =
                    serde_json::from_value::<DidChangeTextDocumentParams>(note.params)
                {
                    let document = params.text_document;
                    session.change(
                        document.uri.as_str(),
                        document.version,
                        params.content_changes,
                    );
                }
            }
            "textDocument/didClose" => {
                if let Ok(params) =
                    serde_json::from_value::<DidCloseTextDocumentParams>(note.params)
                {
                    let uri = params.text_document.uri;
                    session.close(uri.as_str());
                    let nothing = json!({"uri": uri, "diagnostics": []});
                    self.notify("textDocument/publishDiagnostics", nothing)?;
                }
            }
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" => session.look_again(),
            _ => {}
        }
        Ok(())
    }

    fn notify(&self, method: &str, params: Json) -> Result<(), Gone> {
        self.send(Notification {
            method: method.to_owned(),
            params,
        })
    }

    /// Tells what is wrong with the texts that were changed.
    fn publish(&mut self) -> Result<(), Gone> {
        let untold = self.session.take_untold();
        for uri in &untold {
            let Some((document, found)) = self.session.found(uri) else {
                continue;
            };
            let problems = found.checked.problems.iter();
            let diagnostics = problems.map(|problem| diagnostic(&document.file.text, problem));
            let diagnostics: Vec<_> = diagnostics.collect();
            let params =
                json!({"uri": uri, "version": document.version, "diagnostics": diagnostics});
            self.notify("textDocument/publishDiagnostics", params)?;
        }
        // The outcome beside one text follows from others, too.
        if untold.len() > 1 && self.client.refreshes_hints {
            self.requests += 1;
            self.send(Request {
                id: RequestId::from(self.requests),
                method: "workspace/inlayHint/refresh".to_owned(),
                params: Json::Null,
            })?;
        }
        Ok(())
    }
}
