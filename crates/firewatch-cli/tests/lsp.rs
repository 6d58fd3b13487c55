//! `firewatch lsp` as an editor starts it: over pipes, with its exit codes.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test whose server does not answer fails"
)]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value as Json, json};
use support::command;

struct Editor {
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Editor {
    fn new(arguments: &[&str]) -> Self {
        let mut command = command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut server = command.spawn().unwrap();
        Self {
            input: server.stdin.take().unwrap(),
            output: BufReader::new(server.stdout.take().unwrap()),
            server,
        }
    }

    fn send(&mut self, message: Json) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn ask(&mut self, id: i32, method: &str, params: Json) -> Json {
        self.send(json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let message = self.receive();
            if message["id"] == id {
                return message;
            }
        }
    }

    fn tell(&mut self, method: &str, params: Json) {
        self.send(json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn receive(&mut self) -> Json {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.output.read_line(&mut line).unwrap();
            match line.trim_end().split_once(": ") {
                Some((_, number)) => length = number.parse().unwrap_or(length),
                None => break,
            }
        }
        let mut bytes = vec![0; length];
        self.output.read_exact(&mut bytes).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    /// The exit code and what stands in the standard error.
    fn end(self) -> (Option<i32>, String) {
        drop((self.input, self.output));
        let output = self.server.wait_with_output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    }
}

#[test]
fn an_editor_is_served_until_it_is_done() {
    let mut editor = Editor::new(&["lsp", "--stdio"]);
    let answer = editor.ask(1, "initialize", json!({"capabilities": {}}));
    assert_eq!(answer["result"]["serverInfo"]["name"], "firewatch");
    editor.tell("initialized", json!({}));
    let text = "Scenario(name: \"x\", difficulty: eazy)";
    let document = json!({"uri": "file:///x.ron", "languageId": "ron", "version": 1, "text": text});
    editor.tell("textDocument/didOpen", json!({"textDocument": document}));
    let told = editor.receive();
    assert_eq!(told["method"], "textDocument/publishDiagnostics");
    assert_eq!(
        told["params"]["diagnostics"][0]["code"], "unknown-word",
        "{told}"
    );
    let answer = editor.ask(2, "shutdown", Json::Null);
    assert!(answer["error"].is_null(), "{answer}");
    editor.tell("exit", Json::Null);
    assert_eq!(editor.end(), (Some(0), String::new()));
}

#[test]
fn the_ways_to_end_have_their_exit_codes() {
    // Without a shutdown.
    let mut editor = Editor::new(&["lsp"]);
    editor.tell("exit", Json::Null);
    assert_eq!(editor.end(), (Some(1), String::new()));
    // The editor is gone, before and after it has said who it is.
    assert_eq!(Editor::new(&["lsp"]).end(), (Some(0), String::new()));
    let mut editor = Editor::new(&["lsp"]);
    editor.ask(1, "initialize", json!({"capabilities": {}}));
    assert_eq!(editor.end(), (Some(0), String::new()));
    // It only takes no more answers.
    let mut editor = Editor::new(&["lsp"]);
    editor.ask(1, "initialize", json!({"capabilities": {}}));
    let Editor {
        mut server,
        mut input,
        output,
    } = editor;
    drop(output);
    let text = json!({"jsonrpc": "2.0", "id": 2, "method": "shutdown"}).to_string();
    // Until the server notices: what it writes first may still find room.
    while write!(input, "Content-Length: {}\r\n\r\n{text}", text.len()).is_ok() {}
    assert_eq!(server.wait().unwrap().code(), Some(0));
    // What it sends is no message.
    let mut editor = Editor::new(&["lsp"]);
    editor
        .input
        .write_all(b"Content-Length: 3\r\n\r\n{{{")
        .unwrap();
    let (code, said) = editor.end();
    assert_eq!(code, Some(3));
    assert!(said.contains("the input is no message"), "{said}");
}
