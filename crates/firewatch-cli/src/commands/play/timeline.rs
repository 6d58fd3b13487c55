//! What the timeline of the scenario did.

use firewatch_ron::visible;
use firewatch_scenario::{TimelineAction, TimelineEvent};

use super::session::PlaySession;

/// Returns what an operator is told while the incident lasts: what somebody else remedied, not what is wrong.
/// `None` for events that are the incident itself.
pub fn told_at_once(session: &PlaySession, event: &TimelineEvent) -> Option<String> {
    Some(match &event.action {
        TimelineAction::Halt(service) if session.has_halted(event) => {
            format!("the timeline halted a fault of {}", visible(service))
        }
        TimelineAction::Perform(request) => {
            let target = request.target.iter().map(|target| format!(" {target}"));
            let words: String = std::iter::once(request.name.clone())
                .chain(target)
                .collect();
            format!("the timeline performed {}", visible(&words))
        }
        _ => return None,
    })
}

/// Returns what is told after the end.
pub fn told_at_the_end(session: &PlaySession, event: &TimelineEvent) -> String {
    match &event.action {
        TimelineAction::Halt(service) => match session.has_halted(event) {
            true => format!("the timeline halted the faults of {service}"),
            false => format!("the timeline found no fault of {service} to halt"),
        },
        TimelineAction::Inject(fault) => {
            format!("the timeline began {} of {}", fault.title(), fault.service)
        }
        TimelineAction::Set(service, metrics) => {
            let metrics: Vec<&str> = metrics.keys().map(String::as_str).collect();
            format!("the timeline set {} of {service}", metrics.join(", "))
        }
        TimelineAction::Perform(request) => {
            let target = request.target.iter().map(|target| format!(" {target}"));
            let words: String = std::iter::once(request.name.clone())
                .chain(target)
                .collect();
            format!("the timeline performed {words}")
        }
        TimelineAction::Turn(turn) => {
            let knobs: Vec<&str> = turn.knobs.iter().map(|(knob, _)| &**knob).collect();
            format!("the timeline turned {} of {}", knobs.join(", "), turn.of)
        }
        TimelineAction::Restart(service) => format!("the timeline restarted {service}"),
    }
}
