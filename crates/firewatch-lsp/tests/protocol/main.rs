//! The server as a client sees it, over channels instead of pipes.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test whose server does not answer fails"
)]

mod client;
mod files;

use std::thread;

use firewatch_lsp::server::{Ending, Gone, serve};
use lsp_server::{Connection, Message, Request};
use serde_json::{Value as Json, json};

use client::{Client, SCENARIO, labels, place};

#[test]
fn the_phases_of_a_server_are_kept() {
    let (server, connection) = Connection::memory();
    let server = thread::spawn(move || serve(&server));
    let mut client = Client {
        connection,
        server,
        requests: 0,
        notes: Vec::new(),
    };
    assert_eq!(client.ask("textDocument/hover", json!({})), Err(-32002));
    client
        .ask("initialize", json!({"capabilities": {}}))
        .unwrap();
    assert_eq!(
        client.ask("initialize", json!({"capabilities": {}})),
        Err(-32600)
    );
    assert_eq!(client.ask("textDocument/warp", json!({})), Err(-32601));
    assert_eq!(
        client.ask("textDocument/hover", json!({"position": 3})),
        Err(-32602)
    );
    client.tell("textDocument/didOpen", json!({"nonsense": 1}));
    client.tell("$/unknown", json!({}));
    assert_eq!(
        client.at("textDocument/hover", "file:///not/open.ron", [0, 0]),
        Ok(Json::Null)
    );
    assert_eq!(client.ask("shutdown", Json::Null), Ok(Json::Null));
    assert_eq!(
        client.at("textDocument/hover", "file:///x.ron", [0, 0]),
        Err(-32600)
    );
    assert_eq!(client.end(), Ending::Exited);
    assert_eq!(Client::new().end(), Ending::ExitedEarly);
}

#[test]
fn a_client_that_is_gone_ends_the_server() {
    let Client {
        connection, server, ..
    } = Client::new();
    drop(connection);
    assert!(matches!(
        server.join().unwrap(),
        Ok(Ending::Closed) | Err(Gone)
    ));
}

#[test]
fn problems_are_told_at_once_with_their_places() {
    let client = Client::new();
    let wrong = SCENARIO
        .replace("bad_deploy", "bad_deply")
        .replace("\"web\", down", "\"🔥wep\", down");
    client.open("untitled:one.ron", &wrong);
    let note = loop {
        if let Message::Notification(note) = client.receive() {
            break note;
        }
    };
    let found = note.params["diagnostics"].as_array().unwrap();
    let shown: Vec<(&str, &Json)> = found
        .iter()
        .map(|one| (one["code"].as_str().unwrap(), &one["range"]))
        .collect();
    let range = |line: usize, start: usize, end: usize| json!({"start": {"line": line, "character": start}, "end": {"line": line, "character": end}});
    let line = wrong.lines().nth(5).unwrap();
    // Two units for the flame.
    let start = line.find("\"🔥").unwrap();
    assert_eq!(
        shown,
        [
            ("unknown-fault-kind", &range(3, 20, 29)),
            ("unknown-service", &range(5, start, start + 7)),
        ]
    );
}

#[test]
fn changes_are_applied_in_order_and_old_ones_passed_over() {
    let (mut client, uri) = (Client::new(), "untitled:one.ron");
    client.open(uri, SCENARIO);
    assert_eq!(client.codes(uri, 1), [""; 0]);
    let insert = |line: usize, at: usize, text: &str| {
        let place = json!({"line": line, "character": at});
        json!({"range": {"start": place, "end": place}, "text": text})
    };
    // Behind the flame, which has two units; then in the text that this made.
    client.change(
        uri,
        2,
        json!([insert(1, 13, "x"), insert(1, 14, "\", nam: \"y")]),
    );
    assert_eq!(client.codes(uri, 2), ["unknown-field"]);
    client.change(uri, 2, json!([{"text": "Scenario("}]));
    client.change(uri, 1, json!([{"text": "Scenario("}]));
    let completion = client.at("textDocument/completion", uri, [3, 22]).unwrap();
    assert!(labels(&completion).contains(&"oom"), "{completion}");
    client.change(uri, 3, json!([{"text": SCENARIO}]));
    assert_eq!(client.codes(uri, 3), [""; 0]);
    client.tell(
        "textDocument/didClose",
        json!({"textDocument": {"uri": uri}}),
    );
    assert_eq!(client.at("textDocument/hover", uri, [1, 5]), Ok(Json::Null));
}

#[test]
fn what_is_cancelled_before_it_is_done_is_answered_so() {
    let mut client = Client::new();
    // All at once: the server finds them waiting while it checks the text.
    let requests: Vec<Request> = (0..200)
        .map(|_| client.request("textDocument/hover", place("untitled:one.ron", [1, 5])))
        .collect();
    client.open("untitled:one.ron", SCENARIO);
    requests
        .iter()
        .for_each(|request| client.send(request.clone()));
    let last = requests.last().unwrap().id.clone();
    client.tell("$/cancelRequest", json!({"id": last}));
    client.tell("$/cancelRequest", json!({"id": "never asked"}));
    client.tell("$/cancelRequest", json!({}));
    let answered = client.await_response(&last).response_result;
    // It is too late where the server was faster.
    assert!(answered.map_or_else(
        |error| error.code == -32800,
        |hover| hover["contents"].is_object()
    ));
    assert_eq!(client.ask("shutdown", Json::Null), Ok(Json::Null));
}

#[test]
fn too_much_work_is_said_and_not_done() {
    let mut client = Client::new();
    let long = SCENARIO.replace("difficulty: easy", "difficulty: easy, ticks: 10000000");
    client.open("untitled:one.ron", &long);
    let hints = client.hints("untitled:one.ron");
    assert_eq!(
        hints,
        ["not played here: 10000000 ticks times 2 services are more than 20000"]
    );
}

#[test]
fn fixes_and_layout_change_what_is_wrong() {
    let mut client = Client::new();
    let wrong = SCENARIO
        .replace("bad_deploy", "bad_deply")
        .replace("halt(\"db\")", "halt(  \"bd\"  )");
    let wrong = wrong
        .replace("\"db\": ()", "\"db-proxy\": ()")
        .replace("\"bd\"", "\"db-prox\"");
    client.open("untitled:one.ron", &wrong);
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}});
    let params = json!({"textDocument": {"uri": "untitled:one.ron"}, "range": range, "context": {"diagnostics": []}});
    let actions = client.ask("textDocument/codeAction", params).unwrap();
    let titles: Vec<&str> = actions
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["title"].as_str().unwrap())
        .collect();
    assert!(titles.contains(&"Change to bad_deploy"), "{titles:?}");
    assert!(titles.contains(&"Change to \"db-proxy\""), "{titles:?}");
    let params = json!({"textDocument": {"uri": "untitled:one.ron"}, "options": {"tabSize": 4, "insertSpaces": true}});
    let edits = client
        .ask("textDocument/formatting", params.clone())
        .unwrap();
    assert!(
        edits[0]["newText"]
            .as_str()
            .unwrap()
            .contains("halt(\"db-prox\")"),
        "{edits}"
    );
    client.change(
        "untitled:one.ron",
        2,
        json!([{"text": "Scenario(name: \"x\", difficulty: (easy"}]),
    );
    assert_eq!(client.ask("textDocument/formatting", params), Ok(json!([])));
}

#[test]
fn files_of_others_and_huge_ones_are_left_alone() {
    let mut client = Client::new();
    client.open(
        "untitled:scene.ron",
        "Scene(entities: {4: (components: {})})",
    );
    assert_eq!(client.codes("untitled:scene.ron", 1), [""; 0]);
    client.open(
        "untitled:package.json",
        "{\"name\": \"x\", \"scripts\": {}}",
    );
    assert_eq!(client.codes("untitled:package.json", 1), [""; 0]);
    let huge = format!("Scenario(name: \"{}\")", "x".repeat(2 << 20));
    client.open("untitled:huge.ron", &huge);
    assert_eq!(client.codes("untitled:huge.ron", 1), ["file-too-large"]);
    assert_eq!(
        client.at("textDocument/completion", "untitled:huge.ron", [0, 9]),
        Ok(Json::Null)
    );
}
