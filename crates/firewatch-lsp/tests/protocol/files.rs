//! Files that belong together: a scenario, its runbook, and the files that it names.

use std::fs;

use serde_json::json;

use crate::client::{Client, SCENARIO, place, uri};

#[test]
fn outcomes_stand_beside_expectations() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a b.ron");
    fs::create_dir(folder.path().join("runbooks")).unwrap();
    let runbook = folder.path().join("runbooks/a b.ron");
    let steps = "Runbook(name: \"r\", steps: [action(\"rollback_deploy\", \"db\")], expect: [at_end(wrong_actions(0))])";
    fs::write(&path, SCENARIO).unwrap();
    let mut client = Client::new();
    let uri = uri(&path).replace(' ', "%20");
    client.open(&uri, SCENARIO);
    let alone = client.hints(&uri);
    assert_eq!(alone.len(), 3);
    assert_eq!(alone[0], "held at tick 7: critical");
    assert_eq!(alone[1], "failed at tick 1: healthy");
    assert!(alone[2].contains("at tick 20: 0."), "{}", alone[2]);
    // What a runbook does is told where it makes a difference, or is asked for.
    fs::write(&runbook, steps).unwrap();
    client.tell(
        "textDocument/didSave",
        json!({"textDocument": {"uri": uri}}),
    );
    let answered = client.hints(&uri);
    assert_eq!(
        answered[0],
        "held at tick 7: critical; answered by the runbook: failed at tick 9: healthy"
    );
    assert_eq!(answered[1], alone[1]);
    assert!(
        answered[2].contains("; answered by the runbook: held at tick 20: 1"),
        "{}",
        answered[2]
    );
    // Of the runbook itself, what it expects.
    let beside = uri.replace("a%20b", "runbooks/a%20b");
    client.open(&beside, steps);
    assert_eq!(client.hints(&beside), ["held at tick 20: 0"]);
    let wrong = steps.replace("\"db\"", "\"dbx\"");
    client.change(&beside, 2, json!([{"text": wrong}]));
    assert_eq!(client.codes(&beside, 2), ["unknown-service"]);
    // The scenario looks at the text that is open, not at the file.
    assert_eq!(client.hints(&uri), alone);
}

#[test]
fn what_only_one_profile_allows_is_told_of_a_runbook_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut client = Client::new();
    let runbook = uri(&folder.path().join("alone.ron"));
    let text = "Runbook(name: \"r\", steps: [wait_until(grade(ge(0.5)), 3)])";
    client.open(&runbook, text);
    assert_eq!(client.codes(&runbook, 1), ["concealed-condition"]);
    let fixed = text.replace("grade(ge(0.5))", "all_healthy");
    client.change(&runbook, 2, json!([{"text": fixed}]));
    assert_eq!(client.codes(&runbook, 2), [""; 0]);
}

#[test]
fn open_texts_stand_instead_of_the_files_that_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let [scenario, actions] = ["one.ron", "ours.ron"].map(|name| folder.path().join(name));
    let text = SCENARIO
        .replace(
            "difficulty: easy,",
            "difficulty: easy, actions: [\"ours.ron\"],",
        )
        .replace("halt(\"db\")", "action(\"ours\", \"db\")");
    let ours = "Actions(actions: {\"ours\": ActionSpec(category: remediation, about: \"It helps.\", \
                branches: [Branch(feedback: \"Done.\")])})";
    fs::write(&actions, "Actions(actions: {})").unwrap();
    let mut client = Client::new();
    let [scenario, actions] = [scenario, actions].map(|path| uri(&path));
    client.open(&scenario, &text);
    assert_eq!(client.codes(&scenario, 1), ["unknown-action"]);
    client.open(&actions, ours);
    assert_eq!(client.codes(&scenario, 1), [""; 0]);
    let hover = client.at("textDocument/hover", &scenario, [4, 40]).unwrap();
    assert!(
        hover["contents"]["value"]
            .as_str()
            .unwrap()
            .contains("It helps."),
        "{hover}"
    );
    let definition = client
        .at("textDocument/definition", &scenario, [1, 45])
        .unwrap();
    assert_eq!(definition["uri"], actions);
    // What is wrong there is told at its name.
    client.change(
        &actions,
        2,
        json!([{"text": ours.replace("about", "abut")}]),
    );
    assert_eq!(client.codes(&scenario, 1), ["unknown-field"]);
    client.change(&actions, 3, json!([{"text": "Scenario(name: \"x\")"}]));
    assert_eq!(client.codes(&scenario, 1), ["unusable-file"]);
}

#[test]
fn a_service_is_renamed_wherever_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("runbooks")).unwrap();
    let [path, runbook] = ["one.ron", "runbooks/one.ron"].map(|name| folder.path().join(name));
    fs::write(&path, SCENARIO).unwrap();
    fs::write(&runbook, "Runbook(name: \"r\", steps: [wait_until(alert(\"db\"), 3), action(\"restart_service\", \"db\")])").unwrap();
    let mut client = Client::new();
    let [path, runbook] = [path, runbook].map(|path| uri(&path));
    client.open(&path, SCENARIO);
    let rename = |client: &mut Client, at: [usize; 2], name: &str| {
        let mut params = place(&path, at);
        params["newName"] = name.into();
        client.ask("textDocument/rename", params)
    };
    let changes = rename(&mut client, [3, 43], "store \"1\"").unwrap();
    let count = |uri: &str| changes["changes"][uri].as_array().map_or(0, Vec::len);
    assert_eq!((count(&path), count(&runbook)), (5, 2), "{changes}");
    assert_eq!(
        changes["changes"][&path][0]["newText"],
        "\"store \\\"1\\\"\""
    );
    for (at, name) in [
        ([3, 43], "web"),
        ([3, 43], ""),
        ([3, 43], " "),
        ([3, 43], "a\nb"),
        ([1, 12], "x"),
        ([3, 15], "x"),
    ] {
        assert_eq!(rename(&mut client, at, name), Err(-32803), "{name}");
    }
    assert_eq!(
        client.at("textDocument/prepareRename", &path, [1, 12]),
        Err(-32803)
    );
    assert_eq!(
        client
            .at("textDocument/prepareRename", &path, [3, 43])
            .unwrap()["placeholder"],
        "db"
    );
    // From the runbook, to the scenario.
    client.open(
        &runbook,
        &fs::read_to_string(runbook.trim_start_matches("file://")).unwrap(),
    );
    let definition = client
        .at("textDocument/definition", &runbook, [0, 46])
        .unwrap();
    assert_eq!(
        (&definition["uri"], &definition["range"]["start"]["line"]),
        (&json!(path), &json!(2))
    );
}

#[test]
fn a_service_of_the_catalogue_or_of_users_keeps_its_meaning() {
    let mut client = Client::new();
    let rename = |client: &mut Client, uri: &str, at: [usize; 2]| {
        let mut params = place(uri, at);
        params["newName"] = "other".into();
        client.ask("textDocument/rename", params)
    };
    // The catalogue says what it calls: another name means another service.
    let listed =
        "Scenario(name: \"x\", difficulty: easy,\nservices: [\"api-gateway\", \"auth-service\"])";
    client.open("untitled:list.ron", listed);
    assert_eq!(
        rename(&mut client, "untitled:list.ron", [1, 14]),
        Err(-32803)
    );
    // Neither may it lose what calls it by the catalogue.
    let called = "Scenario(name: \"x\", difficulty: easy,\nservices: {\"db-proxy\": (), \"auth-service\": (calls: catalogue)})";
    client.open("untitled:called.ron", called);
    assert_eq!(
        rename(&mut client, "untitled:called.ron", [1, 14]),
        Err(-32803)
    );
    // A group of users without a name is called as its service.
    let traffic = "Scenario(name: \"x\", difficulty: easy,\nservices: {\"web\": ()}, users: [(service: \"web\", rps: 1)],\n\
                   expect: [always(users(\"web\", served(ge(0.9))))])";
    client.open("untitled:users.ron", traffic);
    let changes = rename(&mut client, "untitled:users.ron", [1, 13]).unwrap();
    assert_eq!(
        changes["changes"]["untitled:users.ron"]
            .as_array()
            .unwrap()
            .len(),
        3,
        "{changes}"
    );
}
