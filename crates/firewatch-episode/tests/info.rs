//! What is said about a step besides the observation: who is at risk, and the step in sentences.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test whose episode is refused fails"
)]

use firewatch_action::{ActionRequest, Profile};
use firewatch_episode::{Episode, EpisodeRequest, Info};
use firewatch_scenario::Scenario;

const MESH: &str = r#"Scenario(
    name: "",
    difficulty: medium,
    services: {
        "site": (calls: ["orders", "search"]),
        "app": (calls: ["orders"]),
        "orders": (calls: ["stock"]),
        "search": (),
        "stock": (),
    },
    faults: [(kind: bad_deploy, service: "orders", speed: 1.5)],
)"#;

fn begun(profile: Profile) -> Episode {
    let mesh = Scenario::parse("test", MESH).unwrap_or_else(|problems| panic!("{problems}"));
    let mut episode = Episode::new(profile);
    let begun = episode.reset(&EpisodeRequest::scenario(mesh.clone()));
    begun.expect("it can begin");
    episode
}

fn info(episode: &mut Episode, action: &ActionRequest) -> Info {
    episode.step(action).expect("it can be done").info
}

fn analysis(episode: &mut Episode, action: &ActionRequest) -> String {
    let analysis = info(episode, action).semantic_analysis;
    analysis.expect("a step of one episode is told")
}

#[test]
fn healthy_callers_of_what_is_not_healthy_are_at_risk() {
    for &profile in Profile::ALL {
        let mut episode = begun(profile);
        let look = ActionRequest::new("fetch_logs", "orders");
        let info = info(&mut episode, &look);
        // Its errors are too few to spread: those who call it are healthy yet.
        assert_eq!(info.services_degraded, ["orders"]);
        assert_eq!(info.downstream_at_risk, ["site", "app"]);
        assert_eq!((info.blast_radius, info.episode_summary), (1, None));
    }
}

#[test]
fn the_step_is_told_in_sentences() {
    let mut episode = begun(Profile::Standard);
    let said = analysis(&mut episode, &ActionRequest::new("fetch_logs", "orders"));
    assert!(
        said.starts_with("`fetch_logs` looked at orders. Not healthy: 1 of 5 services. Feedback: "),
        "{said}"
    );
    let said = analysis(
        &mut episode,
        &ActionRequest::new("restart_service", "nowhere"),
    );
    assert!(
        said.starts_with("`restart_service` could not be done."),
        "{said}"
    );
    let said = analysis(
        &mut episode,
        &ActionRequest::new("restart_service", "stock"),
    );
    assert!(
        said.starts_with("`restart_service` was done to stock. "),
        "{said}"
    );
    // Whether it was wrong is no matter for now.
    assert!(!said.contains("wrong"), "{said}");
    // What the tick did counts, too: it spread the errors before the action mended them.
    let rollback = ActionRequest::new("rollback_deploy", "orders");
    let said = analysis(&mut episode, &rollback);
    let told = "`rollback_deploy` was done to orders. The error rate of site rose by 0.15 to 0.37.";
    assert!(said.starts_with(told), "{said}");
    let told = "The error rate of orders fell by 0.18 to 0.30. ";
    assert!(said.contains(told), "{said}");
    let said = analysis(&mut episode, &ActionRequest::untargeted("escalate"));
    assert!(
        said.starts_with("`escalate` was done. Not healthy: "),
        "{said}"
    );
    let said = analysis(&mut episode, &ActionRequest::untargeted("declare_resolved"));
    assert!(
        said.starts_with("`declare_resolved` ended the episode: the incident was declared"),
        "{said}"
    );
}

#[test]
fn the_reference_sees_no_error_rate_move() {
    let mut episode = begun(Profile::Reference);
    let said = analysis(
        &mut episode,
        &ActionRequest::new("restart_service", "stock"),
    );
    let told = "`restart_service` on stock counts as a wrong action (error rate 0.0";
    assert!(said.starts_with(told), "{said}");
    for _ in 0..2 {
        info(&mut episode, &ActionRequest::new("fetch_logs", "orders"));
    }
    let rollback = ActionRequest::new("rollback_deploy", "orders");
    let said = analysis(&mut episode, &rollback);
    assert!(
        said.starts_with("`rollback_deploy` was done to orders. Not healthy:"),
        "{said}"
    );
}
