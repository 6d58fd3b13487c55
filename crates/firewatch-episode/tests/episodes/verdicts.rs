//! No step tells whether an action was right before the incident is over, unless somebody asks for it by name.

use std::path::Path;
use std::sync::Arc;

use firewatch_action::{ActionCatalogue, ActionRequest, Profile};
use firewatch_episode::{BatchStep, Episode, EpisodeBatch, EpisodeRequest, EpisodeStep};
use firewatch_response::Playback;
use firewatch_scenario::{Runbook, Scenario};

use crate::start::{begun, request, task};

const TASK: &str = "task_easy_oom_baseline";
const SERVICE: &str = "auth-service";

/// A wrong action, one that looks, a right one.
fn answer() -> [ActionRequest; 3] {
    [
        request("rollback_deploy", SERVICE),
        request("fetch_logs", SERVICE),
        request("add_memory", SERVICE),
    ]
}

#[test]
fn a_step_tells_no_verdict_before_the_end() {
    let mut episode = task(Profile::Standard, TASK);
    for action in answer() {
        let step = episode.step(&action).expect("it goes on");
        assert_eq!((step.verdict, step.info.episode_summary), (None, None));
        assert_eq!(episode.verdicts(), None);
        // Nothing that is printed of it tells either.
        let shown = format!("{step:?}").to_lowercase();
        assert!(
            !shown.contains("wrong: ") && !shown.contains("halted: "),
            "{shown}"
        );
    }
    let judged: Vec<_> = episode.privileged_verdicts().to_vec();
    let wrong: Vec<bool> = judged.iter().map(|verdict| verdict.wrong).collect();
    assert_eq!(wrong, [true, false, false]);
    assert_eq!(
        judged
            .iter()
            .map(|verdict| verdict.tick)
            .collect::<Vec<_>>(),
        [2, 3, 4]
    );
    assert_eq!(judged[2].halted, Some(0));
    let text = serde_json::to_string(&episode.observation()).expect("it can be written");
    assert!(
        !text.contains("wrong") && !text.contains("halted"),
        "{text}"
    );
    let declare = ActionRequest::untargeted("declare_resolved");
    let last = episode.step(&declare).expect("it goes on");
    assert!(last.end.is_some() && last.verdict.is_some_and(|verdict| verdict.tick == 5));
    let told = episode.verdicts().expect("it is over");
    assert_eq!((told.len(), &told[..3]), (4, &judged[..]));
}

#[test]
fn the_reference_tells_it_in_each_step_as_it_does() {
    let mut episode = task(Profile::Reference, TASK);
    let step = episode.step(&request("rollback_deploy", "api-gateway"));
    let verdict = step.expect("it goes on").verdict;
    assert_eq!(verdict.as_ref(), episode.verdicts().and_then(<[_]>::last));
    assert!(verdict.is_some());
}

#[test]
fn a_batch_tells_no_verdict_before_the_end() {
    let catalogue = Arc::new(ActionCatalogue::built_in(Profile::Standard).clone());
    let asked = EpisodeRequest::task(TASK).expect("this is a task");
    let batch = EpisodeBatch::repeated(Profile::Standard, catalogue, &asked, 4, 1);
    let mut batch = batch.expect("they can begin");
    let mut steps = vec![BatchStep::default(); 4];
    assert_eq!(batch.privileged_verdict(0), Ok(None));
    let mut alone = begun(Profile::Standard, &asked);
    for action in answer() {
        batch
            .step(&vec![action.clone(); 4], &mut steps)
            .expect("they are known");
        alone.step(&action).expect("it goes on");
        assert!(steps.iter().all(|step| step.verdict.is_none()));
        let judged = batch.privileged_verdict(3).expect("it is there");
        assert_eq!(judged.as_ref(), alone.privileged_verdicts().last());
    }
    // Two of them declare it resolved, and are played on.
    let declare = ActionRequest::untargeted("declare_resolved");
    let wait = ActionRequest::wait();
    let mixed = [declare.clone(), wait.clone(), declare.clone(), wait.clone()];
    batch.step(&mixed, &mut steps).expect("they are known");
    let last = alone.step(&declare).expect("it goes on").verdict;
    for (index, step) in steps.iter().enumerate() {
        assert_eq!(step.verdict, last.filter(|_| index % 2 == 0));
        assert_eq!(step.end.is_some(), index % 2 == 0);
    }
    // One that is over is told nothing more.
    batch
        .step(&vec![wait; 4], &mut steps)
        .expect("they are known");
    assert!(steps.iter().all(|step| step.verdict.is_none()));
    assert!(batch.privileged_verdict(4).is_err());
}

/// Customers are hit from the second tick on, and `mend` of one of these files stops that.
fn mendable(actions: &str) -> Arc<Scenario> {
    let text = format!(
        "Scenario(name: \"x\", difficulty: easy, ticks: 12, fault_kinds: [\"quiet-kinds.ron\"], \
         actions: [\"{actions}\"], services: {{\"shop\": (calls: [\"db\"]), \"db\": ()}}, \
         faults: [(kind: hidden, service: \"shop\")], \
         timeline: [(tick: 1, do: set(\"shop\", {{\"http_server_error_rate\": 0.7}}))])"
    );
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let read = Scenario::parse_with("file.ron", &text, Some(&folder));
    Arc::new(read.unwrap_or_else(|problems| panic!("{problems}")))
}

/// The last step that is not the end, and every step that led there, as text.
fn until_the_end(actions: &str) -> (Episode, Vec<EpisodeStep>) {
    let asked = EpisodeRequest::Scenario(mendable(actions));
    let mut episode = begun(Profile::Standard, &asked);
    let mut steps = Vec::new();
    for tick in 2..12 {
        let action = match tick {
            4 => request("mend", "shop"),
            _ => ActionRequest::wait(),
        };
        let step = episode.step(&action).expect("it goes on");
        assert_eq!((step.error.as_ref(), step.end), (None, None));
        steps.push(step);
    }
    (episode, steps)
}

#[test]
fn who_hides_a_fault_is_told_what_who_ends_it_is_told() {
    let (mut ended, told) = until_the_end("ending-actions.ron");
    let (mut hidden, same) = until_the_end("hiding-actions.ron");
    // Of the information, the sentences are a part.
    assert_eq!(told, same);
    assert_eq!(ended.observation(), hidden.observation());
    let seen = |steps: &[EpisodeStep]| -> Vec<(bool, Option<u64>, u8)> {
        let step = |step: &EpisodeStep| {
            let (seen, info) = (&step.observation, &step.info);
            let impact = seen.user_impact_active;
            (impact, seen.mttm_achieved_tick, info.incident_progress)
        };
        steps.iter().map(step).collect()
    };
    // Hit after ticks 2 to 4; not after 5 and 6, so that it is told after 6. Nothing is unhealthy from 4 on.
    let told = seen(&told);
    assert!(
        told[..3].iter().all(|step| step.0 && step.1.is_none()),
        "{told:?}"
    );
    assert_eq!((told[3].0, told[3].1), (false, None));
    assert!(told[4..].iter().all(|step| step.1 == Some(5)), "{told:?}");
    // What a runbook decides on, too.
    for actions in ["ending-actions.ron", "hiding-actions.ron"] {
        let scenario = mendable(actions);
        let text = "Runbook(name: \"x\", steps: [wait(2), action(\"mend\", \"shop\"), \
                    wait_until(mitigated), action(\"declare_resolved\")])";
        let runbook = Runbook::parse_for("runbook.ron", text, &scenario);
        let runbook = runbook.unwrap_or_else(|problems| panic!("{problems}"));
        let mut run = Playback::answered(scenario, runbook).expect("it can be played");
        while run.tick().expect("it can be played") {}
        let declared = run.score().and_then(|score| score.declared_at());
        assert_eq!(declared, Some(7), "{actions}");
    }
    // The account knows, and tells at the end.
    for (episode, since) in [(&mut ended, Some(5)), (&mut hidden, None)] {
        assert_eq!(episode.score().and_then(|score| score.mttm_tick()), since);
        let last = episode.step(&ActionRequest::wait()).expect("it goes on");
        assert!(last.end.is_some());
        assert_eq!(last.observation.mttm_achieved_tick, since);
        assert_eq!(
            last.grade.and_then(|grade| grade.won),
            Some(since.is_some())
        );
    }
}
