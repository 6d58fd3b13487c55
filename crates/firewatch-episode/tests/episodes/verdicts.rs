//! No step tells whether an action was right before the incident is over, unless somebody asks for it by name.

use std::sync::Arc;

use firewatch_action::{ActionCatalogue, ActionRequest, Profile};
use firewatch_episode::{BatchStep, EpisodeBatch, EpisodeRequest};

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
