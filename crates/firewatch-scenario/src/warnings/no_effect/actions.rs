//! Actions of the timeline about calls that there are not.

use super::without_meaning;
use crate::model::TimelineAction;
use crate::warnings::Reviewer;
use firewatch_ron::shown;

impl Reviewer<'_> {
    pub(super) fn idle_actions(&mut self) {
        let mut found = Vec::new();
        for (index, event) in self.scenario.timeline.iter().enumerate() {
            let TimelineAction::Perform(request) = &event.action else {
                continue;
            };
            let catalogue = self.scenario.actions();
            let target = request.target.as_deref();
            let target = target.and_then(|name| self.graph.indices.get(name).copied());
            let (Some(action), Some(target)) = (catalogue.find(&request.name), target) else {
                continue;
            };
            let mut turned = action.turned_calls().peekable();
            let Some(&(route, knob)) = turned.peek() else {
                continue;
            };
            let mut ways = turned.flat_map(|(route, knob)| {
                let calls = self.graph.calls.iter();
                calls.filter(move |call| {
                    let ends = [call.from, call.to];
                    route.includes(target, ends, call.fallback.is_some())
                        && without_meaning(&call.call, knob.name()).is_none()
                })
            });
            if ways.next().is_none() {
                let (name, target) = (shown(&request.name), self.name(target));
                let why = route.why_none(&format!("`{target}`"), knob.is_of_answers());
                found.push((index, format!("`{name}` changes nothing: {why}")));
            }
        }
        for (index, message) in found {
            let help = "do it to another service, or leave it out";
            self.no_effect(format!("timeline[{index}].do.service"), message, help);
        }
    }
}
