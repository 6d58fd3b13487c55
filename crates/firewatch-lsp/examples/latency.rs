//! Measures how long an editor waits: from a change to the diagnostics and hints of it.
//!
//! `cargo run --release -p firewatch-lsp --example latency`

#![expect(
    clippy::expect_used,
    reason = "a measurement that can't be made is no number"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use firewatch_lsp::server::serve;
use lsp_server::{Connection, Message, Notification, Request};
use serde_json::{Value as Json, json};

/// Changes of each file.
const CHANGES: i32 = 200;

fn main() {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let scenarios = scenarios.canonicalize().expect("the folder is there");
    let mut files = Vec::new();
    find(&scenarios, &mut files);
    files.sort_by_key(|(_, text)| text.len());
    let (server, client) = Connection::memory();
    let server = thread::spawn(move || serve(&server));
    ask(&client, "initialize", json!({"capabilities": {}}));
    println!("{:>6} {:>10} {:>10}  file", "bytes", "median", "longest");
    for (path, text) in files.iter().rev().take(8) {
        let (median, longest) = measure(&client, path, text);
        let name = path.strip_prefix(&scenarios).unwrap_or(path).display();
        println!(
            "{:>6} {:>7} us {:>7} us  {name}",
            text.len(),
            median.as_micros(),
            longest.as_micros()
        );
    }
    ask(&client, "shutdown", Json::Null);
    tell(&client, "exit", Json::Null);
    server
        .join()
        .expect("the server ends")
        .expect("the client is there");
}

fn find(folder: &Path, files: &mut Vec<(PathBuf, String)>) {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    for entry in entries {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            find(&path, files);
        } else {
            let text = fs::read_to_string(&path).expect("the file can be read");
            files.push((path, text));
        }
    }
}

/// Opens a file, changes it, and measures each change.
fn measure(client: &Connection, path: &Path, text: &str) -> (Duration, Duration) {
    let uri = format!("file://{}", path.display());
    let document = json!({"uri": uri, "languageId": "ron", "version": 0, "text": text});
    tell(
        client,
        "textDocument/didOpen",
        json!({"textDocument": document}),
    );
    await_diagnostics(client, 0);
    let all = json!({"start": {"line": 0, "character": 0}, "end": {"line": 9999, "character": 0}});
    let mut times: Vec<Duration> = (1..=CHANGES)
        .map(|version| {
            let begun = Instant::now();
            // A comment that grows: the scenario stays one that can be played.
            let place = json!({"line": 0, "character": 0});
            let range = json!({"start": place, "end": place});
            let change = json!({"range": range, "text": if version == 1 { "//\n" } else { "/" }});
            let document = json!({"uri": uri, "version": version});
            let params = json!({"textDocument": document, "contentChanges": [change]});
            tell(client, "textDocument/didChange", params);
            await_diagnostics(client, version);
            let params = json!({"textDocument": {"uri": uri}, "range": all});
            ask(client, "textDocument/inlayHint", params);
            begun.elapsed()
        })
        .collect();
    tell(
        client,
        "textDocument/didClose",
        json!({"textDocument": {"uri": uri}}),
    );
    times.sort();
    (times[times.len() / 2], times[times.len() - 1])
}

fn tell(client: &Connection, method: &str, params: Json) {
    let method = method.to_owned();
    let note = Notification { method, params };
    client
        .sender
        .send(note.into())
        .expect("the server is there");
}

fn ask(client: &Connection, method: &str, params: Json) -> Json {
    let (id, method) = (1.into(), method.to_owned());
    let request = Request { id, method, params };
    client
        .sender
        .send(request.into())
        .expect("the server is there");
    loop {
        let message = client.receiver.recv().expect("the server answers");
        if let Message::Response(response) = message {
            return response.response_result.expect("it can be answered");
        }
    }
}

fn await_diagnostics(client: &Connection, version: i32) {
    loop {
        let message = client.receiver.recv().expect("the server answers");
        if let Message::Notification(note) = message
            && note.params["version"] == version
        {
            return;
        }
    }
}
