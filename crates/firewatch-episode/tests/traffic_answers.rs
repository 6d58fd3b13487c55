//! Answers to incidents of the second physics, as a user plays them: customers are the users, verbs about load do what
//! they say and cost what they cost, and none of them is a way to win without serving.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test whose incident can't be played fails"
)]

use std::sync::Arc;

use firewatch_action::{ActionCatalogue, ActionError, ActionRequest, Category, Profile};
use firewatch_episode::{
    BatchStep, Episode, EpisodeBatch, EpisodeError, EpisodeRequest, EpisodeState,
};
use firewatch_response::score::Grade;
use firewatch_scenario::{Difficulty, Scenario};

fn scenario(text: &str) -> Arc<Scenario> {
    let read = Scenario::parse("file.ron", text);
    Arc::new(read.unwrap_or_else(|problems| panic!("{problems}")))
}

/// A loop of retries that holds after two slow ticks.
fn the_loop() -> Arc<Scenario> {
    scenario(
        "Scenario(name: \"x\", ticks: 40, slo_budget: 60, slo_burn_per_tick: 2, \
         users: [(service: \"web\", rps: 70)], services: {\
         \"web\": (instances: 8, concurrency: 50, work_ms: 2, queue_limit: 2000, \
           calls: [(to: \"search\", timeout_s: 1, retries: 3, backoff_s: 0.1)]), \
         \"search\": (instances: 2, concurrency: 2, work_ms: 40, queue_limit: 400, start_up_ticks: 2)}, \
         faults: [(knobs: (slow_factor: 4), service: \"search\", start_tick: 3, for_ticks: 2)])",
    )
}

/// One service with a fault; what else it has.
fn one(fields: &str, fault: &str) -> Arc<Scenario> {
    scenario(&format!(
        "Scenario(name: \"x\", ticks: 30, slo_budget: 60, slo_burn_per_tick: 2, \
         users: [(service: \"api\", rps: 40, patience_s: 4)], \
         services: {{\"api\": (instances: 4, concurrency: 4, work_ms: 40, {fields})}}, \
         faults: [{fault}])"
    ))
}

fn begun(scenario: &Arc<Scenario>) -> Episode {
    let mut episode = Episode::new(Profile::Standard);
    let request = EpisodeRequest::Scenario(Arc::clone(scenario));
    episode.reset(&request).expect("it begins");
    episode
}

fn tick(episode: &Episode) -> u64 {
    episode.view().expect("it has begun").clock().tick
}

/// Plays to the end with what is done after each tick; waits else.
fn played(scenario: &Arc<Scenario>, mut act: impl FnMut(u64) -> Option<ActionRequest>) -> Episode {
    let mut episode = begun(scenario);
    while episode.end().is_none() {
        let action = act(tick(&episode) + 1).unwrap_or_else(ActionRequest::wait);
        let step = episode.step(&action).expect("it goes on");
        assert_eq!(step.error, None);
    }
    episode
}

fn once(at: u64, action: ActionRequest) -> impl FnMut(u64) -> Option<ActionRequest> {
    move |tick| (tick == at).then(|| action.clone())
}

fn grade(episode: &Episode) -> Grade {
    episode.grade().expect("it has ended")
}

fn wrong(episode: &Episode) -> Vec<bool> {
    let verdicts = episode.privileged_verdicts().iter();
    verdicts.map(|verdict| verdict.wrong).collect()
}

#[test]
fn a_loop_is_won_by_who_stops_the_retries_and_by_nobody_who_waits() {
    let waited = grade(&played(&the_loop(), |_| None));
    assert_eq!(waited.won, Some(false));
    assert!(waited.total <= 0.05, "{waited:?}");
    let episode = played(
        &the_loop(),
        once(8, ActionRequest::new("disable_retries", "web")),
    );
    assert!(wrong(&episode).iter().all(|wrong| !wrong));
    let won = grade(&episode);
    assert_eq!(won.won, Some(true));
    assert!(won.total >= 0.8, "{won:?}");
}

#[test]
fn an_end_that_is_declared_while_the_loop_holds_is_lost() {
    let episode = played(
        &the_loop(),
        once(9, ActionRequest::untargeted("declare_resolved")),
    );
    assert_eq!(tick(&episode), 40);
    let declared = grade(&episode);
    assert_eq!(declared.won, Some(false));
    assert!(declared.total <= 0.05, "{declared:?}");
    // The observation says why: the fault is over, and users are not served.
    let observation = episode.observation().expect("it has begun");
    assert!(observation.user_impact_active && observation.users[0].misses_objective);
}

#[test]
fn who_is_turned_away_is_not_served() {
    let shed = |share: f64| ActionRequest::new("shed_load", "web").with("share", share);
    for share in [1.0, 0.7] {
        let lost = grade(&played(&the_loop(), once(8, shed(share))));
        assert_eq!(lost.won, Some(false), "{share}");
        assert!(lost.total <= 0.05, "{share}: {lost:?}");
    }
    // For as long as the loop needs to end, it is a way out.
    let episode = played(&the_loop(), |tick| match tick {
        8 => Some(shed(0.9)),
        12 => Some(shed(0.0)),
        _ => None,
    });
    assert_eq!(grade(&episode).won, Some(true));
    assert_eq!(wrong(&episode).iter().filter(|wrong| **wrong).count(), 0);
}

#[test]
fn what_waits_is_lost_when_a_queue_is_dropped_and_a_loop_goes_on_all_the_same() {
    let mut episode = begun(&the_loop());
    while tick(&episode) < 9 {
        episode.step(&ActionRequest::wait()).expect("it goes on");
    }
    episode
        .step(&ActionRequest::new("drop_queue", "search"))
        .expect("it goes on");
    let queued = |episode: &Episode| {
        let view = episode.view().expect("it has begun");
        view.traffic()
            .and_then(|traffic| traffic.service("search"))
            .map_or(-1.0, |s| s.queued)
    };
    let before = queued(&episode);
    episode.step(&ActionRequest::wait()).expect("it goes on");
    assert!(before > 300.0 && queued(&episode) == 0.0, "{before}");
    // It takes requests again in the tick after.
    episode.step(&ActionRequest::wait()).expect("it goes on");
    let view = episode.view().expect("it has begun");
    let search = view.traffic().and_then(|traffic| traffic.service("search"));
    assert!(search.is_some_and(|search| search.succeeded_rps > 0.0));
}

#[test]
fn restarting_everything_at_each_tick_mends_nothing() {
    let episode = played(&the_loop(), |tick| {
        let target = ["web", "search"][usize::try_from(tick % 2).unwrap_or(0)];
        Some(ActionRequest::new("restart_service", target))
    });
    assert!(wrong(&episode).iter().all(|wrong| *wrong));
    let restarted = grade(&episode);
    assert_eq!(restarted.won, Some(false));
    assert_eq!(restarted.total, 0.0);
}

#[test]
fn instances_take_their_time_to_start_and_there_is_an_end_of_them() {
    let mut episode = begun(&the_loop());
    let instances = |episode: &Episode| {
        let view = episode.view().expect("it has begun");
        view.traffic()
            .and_then(|traffic| traffic.instances("search"))
            .map_or(0.0, |[runs, _]| runs)
    };
    let more = ActionRequest::new("scale_out", "search").with("instances", 2);
    let mut seen = Vec::new();
    while episode.end().is_none() {
        let action = if tick(&episode) < 7 {
            ActionRequest::wait()
        } else {
            more.clone()
        };
        episode.step(&action).expect("it goes on");
        seen.push(instances(&episode));
    }
    // Two to begin with, two more after two ticks each, and never more than four times as many.
    assert_eq!(seen[..7], [2.0; 7]);
    assert_eq!((seen[7], seen[8]), (2.0, 4.0));
    assert!(seen.iter().all(|count| *count <= 8.0), "{seen:?}");
    assert_eq!(seen.last(), Some(&8.0));
    // What ordered nothing was wrong: while some started, and when there were all that there can be.
    assert!(wrong(&episode).iter().filter(|wrong| **wrong).count() > 20);
    let forever = grade(&episode);
    assert!(forever.total <= 0.35, "{forever:?}");
}

#[test]
fn each_remedy_ends_the_fault_of_its_kind() {
    for (kind, remedy, others) in [
        ("bad_deploy", "rollback_deploy", "revert_config"),
        ("config_drift", "revert_config", "rollback_deploy"),
        ("memory_leak", "add_memory", "revert_network_policy"),
        ("network_partition", "revert_network_policy", "add_memory"),
    ] {
        let fault =
            format!("(kind: {kind}, service: \"api\", start_tick: 2, level: 0.9, speed: 3)");
        let scenario = one("", &fault);
        let won = played(&scenario, once(8, ActionRequest::new(remedy, "api")));
        assert_eq!(grade(&won).won, Some(true), "{kind}: {:?}", grade(&won));
        assert!(!wrong(&won)[6], "{kind}");
        let lost = played(&scenario, once(8, ActionRequest::new(others, "api")));
        assert_eq!(grade(&lost).won, Some(false), "{kind} by {others}");
        assert!(wrong(&lost)[6], "{kind} by {others}");
    }
}

#[test]
fn a_mitigation_of_the_load_is_wrong_while_nobody_is_hit() {
    let calm = one("", "(kind: bad_deploy, service: \"api\", start_tick: 20)");
    for (name, parameter, value) in [
        ("shed_load", "share", 0.5),
        ("set_queue_limit", "requests", 5.0),
        ("scale_out", "instances", 1.0),
    ] {
        let action = ActionRequest::new(name, "api").with(parameter, value);
        let episode = played(&calm, once(5, action));
        assert!(wrong(&episode)[3], "{name}");
    }
}

#[test]
fn verbs_of_the_other_physics_are_refused_with_help() {
    let said = |episode: &mut Episode, name: &str| {
        let service = episode.scenario().expect("it has begun").services[0]
            .name
            .clone();
        let before = tick(episode);
        let refused = episode.step(&ActionRequest::new(name, &service));
        assert_eq!(tick(episode), before);
        match refused {
            Err(EpisodeError::Action(error @ ActionError::Unknown { .. })) => error.to_string(),
            other => panic!("{name}: {other:?}"),
        }
    };
    let mut traffic = begun(&the_loop());
    for name in ["traffic_shift", "flush_pipeline_stage", "circuit_break"] {
        let said = said(&mut traffic, name);
        assert!(
            said.contains("means nothing in the physics `traffic`"),
            "{said}"
        );
        assert!(said.contains("`open_circuit_breaker`"), "{said}");
    }
    let mut classic = Episode::new(Profile::Standard);
    classic
        .reset(&EpisodeRequest::Drawn {
            difficulty: Difficulty::Easy,
            seed: 1,
        })
        .expect("it begins");
    for name in ["shed_load", "scale_out", "drop_queue"] {
        let said = said(&mut classic, name);
        assert!(
            said.contains("physics `traffic`, which a scenario with `users` has"),
            "{said}"
        );
    }
    // Under the reference's rules there is no traffic at all.
    let mut reference = Episode::new(Profile::Reference);
    let request = EpisodeRequest::Scenario(the_loop());
    assert_eq!(reference.reset(&request), Err(EpisodeError::ClassicProfile));
}

/// Each action of traffic on each service, in turn.
fn tour() -> Vec<ActionRequest> {
    let actions = ActionCatalogue::of_traffic().actions().iter();
    let with_target = actions.filter(|action| action.category() != Category::Meta);
    with_target
        .flat_map(|action| {
            ["search", "web"].map(|service| ActionRequest::new(action.name(), service))
        })
        .collect()
}

#[test]
fn an_episode_goes_on_from_any_saved_state_and_in_a_branch_as_it_would_have() {
    let tour = tour();
    let mut whole = begun(&the_loop());
    let mut restored = Episode::new(Profile::Standard);
    for action in &tour {
        if whole.end().is_some() {
            break;
        }
        let text = serde_json::to_string(&whole.save()).expect("it can be written");
        let state: Option<EpisodeState> = serde_json::from_str(&text).expect("it can be read");
        restored
            .restore(the_loop(), &state.expect("it has begun"))
            .expect("it fits");
        let mut branch = whole.branch().expect("it has begun");
        let step = whole.step(action).expect("it goes on");
        assert_eq!(restored.step(action), Ok(step.clone()), "{}", action.name);
        assert_eq!(branch.step(action), Ok(step), "{}", action.name);
    }
}

#[test]
fn a_batch_of_both_physics_is_what_its_episodes_are_alone() {
    let requests = |index: u64| match index % 3 {
        0 => EpisodeRequest::Scenario(the_loop()),
        1 => EpisodeRequest::Drawn {
            difficulty: Difficulty::Hard,
            seed: index,
        },
        _ => EpisodeRequest::Scenario(one(
            "",
            "(kind: bad_deploy, service: \"api\", start_tick: 2)",
        )),
    };
    // Both physics have these; a drawn mesh has no service of the second name.
    let action = |index: u64, step: u64| match (index + step) % 4 {
        0 => ActionRequest::new("disable_retries", "web"),
        1 => ActionRequest::new("rollback_deploy", "api"),
        2 => ActionRequest::untargeted("wait"),
        _ => ActionRequest::new("restart_service", "search"),
    };
    const COUNT: u64 = 64;
    let mut batches = [1, 2].map(|threads| {
        EpisodeBatch::new(Profile::Standard, (0..COUNT).map(requests), threads).expect("they begin")
    });
    let mut alone: Vec<Episode> = (0..COUNT)
        .map(|index| {
            let mut episode = Episode::new(Profile::Standard);
            episode.reset(&requests(index)).expect("it begins");
            episode
        })
        .collect();
    let mut steps = vec![BatchStep::default(); alone.len()];
    for turn in 0..30 {
        let actions: Vec<_> = (0..COUNT).map(|index| action(index, turn)).collect();
        for batch in &mut batches {
            batch.step(&actions, &mut steps).expect("they go on");
        }
        for (index, (episode, action)) in alone.iter_mut().zip(&actions).enumerate() {
            if episode.end().is_some() {
                continue;
            }
            let step = episode.step(action).expect("it goes on");
            assert_eq!(steps[index].reward, step.reward, "{turn}, {index}");
            assert_eq!(steps[index].grade, step.grade, "{turn}, {index}");
            for batch in &batches {
                let seen = batch.observation(index).expect("it is there");
                assert_eq!(
                    (seen.users, seen.services),
                    (
                        step.observation.users.clone(),
                        step.observation.services.clone()
                    )
                );
            }
        }
    }
}
