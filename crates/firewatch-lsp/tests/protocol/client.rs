//! A client over channels instead of pipes.

use std::path::Path;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use firewatch_lsp::server::{Ending, Gone, serve};
use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
use serde_json::{Value as Json, json};

pub struct Client {
    pub connection: Connection,
    pub server: JoinHandle<Result<Ending, Gone>>,
    pub requests: i32,
    pub notes: Vec<Notification>,
}

pub const SCENARIO: &str = r#"Scenario(
    name: "🔥", difficulty: easy,
    services: {"web": (calls: ["db"]), "db": ()},
    faults: [(kind: bad_deploy, service: "db")],
    timeline: [(tick: 8, do: halt("db"))],
    expect: [by_tick(9, status("db", critical)), always(status("web", down)), at_end(grade(ge(0.2)))],
)
"#;

impl Client {
    pub fn new() -> Self {
        let (server, connection) = Connection::memory();
        let mut client = Self {
            connection,
            server: thread::spawn(move || serve(&server)),
            requests: 0,
            notes: Vec::new(),
        };
        client
            .ask("initialize", json!({"capabilities": {}}))
            .unwrap();
        client.tell("initialized", json!({}));
        client
    }

    pub fn send(&self, message: impl Into<Message>) {
        self.connection.sender.send(message.into()).unwrap();
    }

    pub fn tell(&self, method: &str, params: Json) {
        self.send(Notification {
            method: method.to_owned(),
            params,
        });
    }

    pub fn request(&mut self, method: &str, params: Json) -> Request {
        self.requests += 1;
        Request {
            id: self.requests.into(),
            method: method.to_owned(),
            params,
        }
    }

    pub fn receive(&self) -> Message {
        self.connection
            .receiver
            .recv_timeout(Duration::from_secs(60))
            .unwrap()
    }

    pub fn await_response(&mut self, id: &RequestId) -> Response {
        loop {
            match self.receive() {
                Message::Response(response) if response.id == *id => return response,
                Message::Notification(note) => self.notes.push(note),
                Message::Response(_) => {}
                Message::Request(other) => panic!("{other:?}"),
            }
        }
    }

    /// The result, or the code of the error.
    pub fn ask(&mut self, method: &str, params: Json) -> Result<Json, i32> {
        let request = self.request(method, params);
        let id = request.id.clone();
        self.send(request);
        self.await_response(&id)
            .response_result
            .map_err(|error| error.code)
    }

    pub fn open(&self, uri: &str, text: &str) {
        let document = json!({"uri": uri, "languageId": "ron", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
    }

    pub fn change(&self, uri: &str, version: i32, changes: Json) {
        let document = json!({"uri": uri, "version": version});
        self.tell(
            "textDocument/didChange",
            json!({"textDocument": document, "contentChanges": changes}),
        );
    }

    /// The diagnostics of the version, by code.
    pub fn codes(&mut self, uri: &str, version: i32) -> Vec<String> {
        loop {
            let is_meant = |note: &Notification| {
                note.params["uri"] == uri && note.params["version"] == version
            };
            if let Some(at) = self.notes.iter().position(is_meant) {
                let note = self.notes.remove(at);
                let diagnostics = note.params["diagnostics"].as_array().unwrap().clone();
                return diagnostics
                    .iter()
                    .map(|one| one["code"].as_str().unwrap().to_owned())
                    .collect();
            }
            if let Message::Notification(note) = self.receive() {
                self.notes.push(note);
            }
        }
    }

    pub fn at(
        &mut self,
        method: &str,
        uri: &str,
        [line, character]: [usize; 2],
    ) -> Result<Json, i32> {
        self.ask(method, place(uri, [line, character]))
    }

    pub fn hints(&mut self, uri: &str) -> Vec<String> {
        let range =
            json!({"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}});
        let found = self.ask(
            "textDocument/inlayHint",
            json!({"textDocument": {"uri": uri}, "range": range}),
        );
        let found = found.unwrap();
        let hints = found.as_array().unwrap().iter();
        hints
            .map(|hint| hint["label"].as_str().unwrap().to_owned())
            .collect()
    }

    pub fn end(self) -> Ending {
        self.tell("exit", Json::Null);
        self.server.join().unwrap().unwrap()
    }
}

pub fn place(uri: &str, [line, character]: [usize; 2]) -> Json {
    json!({"textDocument": {"uri": uri}, "position": {"line": line, "character": character}})
}

pub fn labels(completion: &Json) -> Vec<&str> {
    let items = completion["items"].as_array().unwrap().iter();
    items.map(|item| item["label"].as_str().unwrap()).collect()
}

pub fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}
