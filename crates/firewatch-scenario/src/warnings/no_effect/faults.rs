//! Faults that never act, and what of them changes nothing.

use firewatch_sim::{FaultKind, FaultKnobs, FaultShape};

use super::without_meaning;
use crate::model::{Call, Fault, TimelineAction, Turned};
use crate::warnings::Reviewer;
use crate::warnings::faults::{Beginning, all_beginnings};
use firewatch_action::decode::join;
use firewatch_ron::shown;

impl Reviewer<'_> {
    pub(super) fn idle_faults(&mut self) {
        for beginning in all_beginnings(self.scenario) {
            let Beginning { path, fault, .. } = &beginning;
            if fault.absent {
                continue;
            }
            self.idle_level(path, fault);
            self.idle_recovery(path, fault);
            if self.is_halted_at_once(&beginning) {
                let message = "this fault never acts: it is halted before its first tick";
                let help = "halt it at a later tick, or leave it out";
                self.no_effect(path.clone(), message.to_owned(), help);
            }
            let Some(knobs) = fault.knobs.as_deref() else {
                continue;
            };
            let path = join(path, "knobs");
            match &knobs.to {
                None => self.idle_knobs_of_service(&path, fault, knobs),
                Some(to) => {
                    let call = self.call_between(&fault.service, to);
                    if let Some(call) = call.map(|call| call.call.clone().into_owned()) {
                        let of = Turned::Calls(fault.service.clone(), to.clone());
                        self.idle_knobs_of_call(&path, &of, &call, knobs);
                    }
                }
            }
        }
    }

    /// Fields of faults that say what holds without them.
    pub(in crate::warnings) fn idle_fields_of_faults(&mut self, is_written: impl Fn(&str) -> bool) {
        for Beginning { path, fault, .. } in all_beginnings(self.scenario) {
            let ended_by = join(&path, "ended_by");
            if fault.ended_by.is_empty() && is_written(&ended_by) {
                let message =
                    "an empty `ended_by` says what holds without it: no action ends this fault";
                let help = "leave it out, or name the actions that end it";
                self.no_effect(ended_by, message.to_owned(), help);
            }
            let speed = join(&path, "speed");
            if !fault.absent && !fault.has_speed_in_traffic() && is_written(&speed) {
                let message = "nothing depends on the `speed` of this fault";
                let help = "it is of ramps and of memory that fills: give it `shape: ramp`, or leave `speed` out";
                self.no_effect(speed, message.to_owned(), help);
            }
        }
    }

    /// A fault that never becomes severe at all.
    fn idle_level(&mut self, path: &str, fault: &Fault) {
        if fault.level == Some(0.0) {
            let message = "this fault never turns anything: its `level` is 0";
            let help = "give it a level above 0, or leave it out";
            return self.no_effect(join(path, "level"), message.to_owned(), help);
        }
        if !fault.has_speed_in_traffic() {
            return;
        }
        let is_spike = matches!(fault.shape, Some(FaultShape::Spike));
        if fault.speed == 0.0 && !is_spike {
            let message = "this fault never turns anything: at speed 0 it stays as it begins";
            let help = "give it a speed above 0, or leave `speed` out";
            self.no_effect(join(path, "speed"), message.to_owned(), help);
        }
    }

    /// How a fault goes back that nothing ends.
    fn idle_recovery(&mut self, path: &str, fault: &Fault) {
        let mut events = self.scenario.timeline.iter();
        let may_end = fault.kind != FaultKind::KNOBS
            || fault.for_ticks.is_some()
            || !fault.ended_by.is_empty()
            || events.any(|event| halts(&event.action, fault));
        if fault.recovery.is_some() && !may_end {
            let message = "nothing ends this fault, so it never recovers";
            let help = "say how long it lasts (`for_ticks`) or what it is `ended_by`, or leave `recovery` out";
            self.no_effect(join(path, "recovery"), message.to_owned(), help);
        }
    }

    /// Whether the timeline halts a fault at the tick at which it begins.
    fn is_halted_at_once(&self, beginning: &Beginning) -> bool {
        let events = self.scenario.timeline.iter().skip(beginning.first_event);
        let mut of_tick = events.filter(|event| event.tick == beginning.fault.start_tick);
        of_tick.any(|event| halts(&event.action, beginning.fault))
    }

    fn idle_knobs_of_service(&mut self, path: &str, fault: &Fault, knobs: &FaultKnobs) {
        let name = shown(&fault.service);
        if knobs.slow_factor == Some(1.0) {
            let message = format!("a `slow_factor` of 1 leaves `{name}` as fast as it is");
            let help = "more than 1 is slower, less than 1 faster";
            self.no_effect(join(path, "slow_factor"), message, help);
        }
        let own = { self.graph.indices.get(&*fault.service) }
            .map(|&index| self.scenario.services[index].capacity.queue_limit());
        let is_turned_once =
            self.scenario.timeline.is_empty() && all_beginnings(self.scenario).count() == 1;
        if let (Some(limit), Some(own)) = (knobs.queue_limit, own.map(|own| own as f64))
            && limit == own
            && is_turned_once
        {
            let message = format!("the queue limit of `{name}` is {own} already");
            let help = "turn it to something else, or leave it out";
            self.no_effect(join(path, "queue_limit"), message, help);
        }
        let of_instances = of_instances(knobs);
        let is_of_queue = of_instances.is_none() && !knobs.down && knobs.memory_growth == 0.0;
        if knobs.zone.is_some() && knobs.queue_limit.is_some() && is_of_queue {
            let message =
                format!("a queue limit is of all instances of `{name}`, whatever the `zone`");
            let help = "leave `zone` out";
            self.no_effect(join(path, "zone"), message, help);
        }
        // What it turns besides shows while it recovers, and in other zones.
        let is_whole = fault.level.is_none_or(|level| level == 1.0)
            && fault.recovery.is_none()
            && knobs.zone.is_none()
            && matches!(
                fault.shape,
                None | Some(FaultShape::Step | FaultShape::Flapping { .. })
            );
        // What does not reach a service that is down is no request to it.
        let hidden = of_instances.filter(|other| *other != "unreachable_ratio");
        if let Some(other) = hidden.filter(|_| knobs.down && is_whole) {
            let message = format!("`{other}` shows nowhere: what is `down` answers nothing");
            let help =
                "leave it out, make it a fault of its own, or give this one a `level` below 1";
            self.no_effect(join(path, other), message, help);
        }
    }

    fn idle_knobs_of_call(&mut self, path: &str, of: &Turned, call: &Call, knobs: &FaultKnobs) {
        let own = [
            ("timeout_s", knobs.timeout_s, call.timeout_s()),
            (
                "retries",
                knobs.retries.map(f64::from),
                call.retries() as f64,
            ),
            ("backoff_s", knobs.backoff_s, call.backoff_s()),
            ("share", knobs.share, call.share()),
        ];
        for (knob, turned, stated) in own {
            let Some(turned) = turned else { continue };
            if let Some((why, help)) = without_meaning(call, knob) {
                self.no_effect(
                    join(path, knob),
                    format!("`{knob}` turns nothing: {why}"),
                    help,
                );
            } else if turned == stated
                && !self.has_actions()
                && !self.is_turned_by_event(of, knob)
                && self.faults_turning(of, knob) < 2
            {
                let message = format!(
                    "the `{knob}` of calls to `{}` is {stated} already",
                    shown(&call.to)
                );
                let help = "turn it to something else, or leave it out";
                self.no_effect(join(path, knob), message, help);
            }
        }
        if let Some((why, help)) =
            without_meaning(call, "cache_flushed").filter(|_| knobs.cache_flushed)
        {
            let message = format!("`cache_flushed` turns nothing: {why}");
            self.no_effect(join(path, "cache_flushed"), message, help);
        }
        let on_the_way = [
            ("error_ratio", knobs.error_ratio),
            ("added_latency_s", knobs.added_latency_s),
            ("unreachable_ratio", knobs.unreachable_ratio),
        ];
        for (knob, turned) in on_the_way {
            // What was sent before the cut takes as long, and the way to a fallback is the same.
            let shows = call.fallback.is_some() || call.asynchronous && knob == "added_latency_s";
            let hides = knobs.cut && !shows;
            if turned != 0.0 && hides {
                self.hidden_by_cut(path, knob);
            }
        }
    }

    /// Whether the timeline does actions, any of which may turn what a fault turns.
    fn has_actions(&self) -> bool {
        let mut events = self.scenario.timeline.iter();
        events.any(|event| matches!(event.action, TimelineAction::Perform(_)))
    }

    fn hidden_by_cut(&mut self, path: &str, knob: &str) {
        let message = format!("`{knob}` shows nowhere: calls that are `cut` fail at once");
        let help = "leave it out, or make it a fault of its own";
        self.no_effect(join(path, knob), message, help);
    }
}

fn halts(action: &TimelineAction, fault: &Fault) -> bool {
    matches!(action, TimelineAction::Halt(service) if *service == fault.service)
}

/// The first knob that a fault turns of running instances, other than that they are down.
fn of_instances(knobs: &FaultKnobs) -> Option<&'static str> {
    let all = [
        ("error_ratio", knobs.error_ratio != 0.0),
        ("added_latency_s", knobs.added_latency_s != 0.0),
        ("slow_factor", knobs.slow_factor.is_some()),
        ("lost_instances", knobs.lost_instances != 0.0),
        ("unreachable_ratio", knobs.unreachable_ratio != 0.0),
    ];
    all.into_iter()
        .find_map(|(name, is_turned)| is_turned.then_some(name))
}
