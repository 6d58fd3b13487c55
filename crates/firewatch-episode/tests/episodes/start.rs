//! Episodes to step through.

use firewatch_action::{ActionRequest, Profile};
use firewatch_episode::{Episode, EpisodeRequest, EpisodeStep};
use firewatch_scenario::Scenario;

pub fn request(name: &str, target: &str) -> ActionRequest {
    ActionRequest::new(name, target)
}

pub fn looking() -> ActionRequest {
    request("get_metrics_detail", "auth-service")
}

pub fn begun(profile: Profile, request: &EpisodeRequest) -> Episode {
    let mut episode = Episode::new(profile);
    episode.reset(request).expect("it can begin");
    episode
}

pub fn task(profile: Profile, id: &str) -> Episode {
    begun(profile, &EpisodeRequest::task(id).expect("this is a task"))
}

/// Steps until the episode has ended; the last one.
pub fn play(episode: &mut Episode, action: &ActionRequest) -> EpisodeStep {
    loop {
        let step = episode.step(action).expect("the action can be done");
        if step.end.is_some() {
            return step;
        }
    }
}

pub fn scenario(fields: &str) -> Scenario {
    let text = format!("Scenario(name: \"\", {fields})");
    Scenario::parse("test", &text).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Two services, one of which calls the other and is what customers talk to. Nothing is wrong.
pub const QUIET: &str = "difficulty: easy, services: {\
     \"api-gateway\": (calls: [\"auth-service\"], metrics: {\"http_server_error_rate\": 0.01}), \
     \"auth-service\": (metrics: {\"http_server_error_rate\": 0.02})}";
