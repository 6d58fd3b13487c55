//! The standard texts: what the program of a service wrote in the last tick.
//!
//! They are a function of the state, so they say nothing that is still to come, and their numbers are the metrics.

use super::draw::Draw;
use super::ordinary::{
    FAILED_CALL, FAILING_CALLEE, HARMLESS, OWN_STATE, PROMPT_INJECTION, QUIET, SUFFERING_CALLER,
};
use super::scene::Scene;
use super::stamp::stamp;
use crate::host::view::EnvironmentRef;
use crate::world::environment::SECONDS_PER_TICK;
use crate::world::log_template::LogTemplate;

const TICK: i64 = SECONDS_PER_TICK * 1000;
/// Part of a tick, milliseconds, in which what happened at its beginning is written.
const BEGINNING: i64 = 900;

/// A log line without its time.
enum Entry {
    /// Level and message.
    Own(&'static str, String),
    /// Level, which a host's kind of fault chooses, and message.
    Host(String, String),
    /// A planted line, whose own time gives way.
    Planted(String),
}

/// Returns the log of a service.
pub(super) fn lines(view: &EnvironmentRef, service: &str) -> Vec<String> {
    if view.service(service).is_none() {
        return vec![format!("No service found: {service}")];
    }
    let Some(scene) = Scene::new(view, service) else {
        return Vec::new();
    };
    let mut draw = Draw::new(view.log_script().seed, service, scene.clock.tick);
    let (beginnings, mut entries) = symptoms(view, &scene, &mut draw);
    for line in ordinary(&scene, &mut draw) {
        let place = draw.index(entries.len() + 1);
        entries.insert(place, line);
    }
    for line in planted(view, service) {
        entries.insert(entries.len() / 2, line);
    }
    write(&scene, &beginnings, &entries, &mut draw)
}

/// Returns what the service writes of its faults and its state: first what happened at the beginning of the tick.
fn symptoms(view: &EnvironmentRef, scene: &Scene, draw: &mut Draw) -> (Vec<Entry>, Vec<Entry>) {
    let (mut beginnings, mut entries) = (Vec::new(), Vec::new());
    let mut add = |line: &LogTemplate, draw: &mut Draw| {
        if let Some(text) = scene.write(line, draw) {
            let lines = match line.when.is_of_beginning() {
                true => &mut beginnings,
                false => &mut entries,
            };
            // Two faults, or a fault and the state that it leads to, are told of in the same words.
            let is_same = |entry: &Entry| matches!(entry, Entry::Own(_, other) if *other == text);
            if !lines.iter().any(is_same) {
                lines.push(Entry::Own(line.level, text));
            }
        }
    };
    let active = view.faults().filter(|fault| {
        !fault.halted && fault.progression_tick > 0 && view.fault_service(fault) == scene.service
    });
    let mut evidence = Vec::new();
    for descriptor in active.filter_map(|fault| view.fault_descriptor(fault)) {
        let lines = descriptor.symptoms();
        if lines.is_empty() {
            evidence.extend(descriptor.evidence(&scene.evidence()));
        }
        lines.iter().for_each(|line| add(line, draw));
    }
    OWN_STATE.iter().for_each(|line| add(line, draw));
    let of_host = evidence.into_iter();
    entries.extend(of_host.map(|line| Entry::Host(line.level.into_owned(), line.message)));
    entries.extend(failed_calls(view, scene));
    (beginnings, entries)
}

fn failed_calls(view: &EnvironmentRef, scene: &Scene) -> Vec<Entry> {
    if scene.vitals.http_server_error_rate < SUFFERING_CALLER {
        return Vec::new();
    }
    let fails = |name: &&str| {
        let callee = view.topology().service(name);
        let vitals = callee.and_then(|index| view.vitals_at(index));
        *name != scene.service
            && vitals.is_some_and(|vitals| vitals.http_server_error_rate >= FAILING_CALLEE)
    };
    let failing = scene.callees().into_iter().filter(fails);
    failing
        .map(|name| Entry::Own("WARN", FAILED_CALL.replace("{peer}", name)))
        .collect()
}

/// Returns lines that mean nothing: each service has some, now and then one that looks bad.
fn ordinary(scene: &Scene, draw: &mut Draw) -> Vec<Entry> {
    let count = 2 + draw.below(3);
    let mut lines: Vec<_> = (0..count).map(|_| pick(scene, QUIET, draw)).collect();
    if draw.below(3) == 0 {
        lines.push(pick(scene, HARMLESS, draw));
    }
    lines.into_iter().flatten().collect()
}

fn pick(scene: &Scene, from: &[LogTemplate], draw: &mut Draw) -> Option<Entry> {
    let line = from.get(draw.index(from.len()))?;
    let text = scene.write(line, draw)?;
    Some(Entry::Own(line.level, text))
}

fn planted(view: &EnvironmentRef, service: &str) -> Vec<Entry> {
    let script = view.log_script();
    let of_service = script
        .adversarial
        .iter()
        .filter(|line| line.service == service);
    let mut planted: Vec<_> = of_service
        .map(|planted| Entry::Planted(planted.line.clone()))
        .collect();
    if script.prompt_injection_service.as_deref() == Some(service) {
        planted.push(Entry::Own(
            "ERROR",
            PROMPT_INJECTION.replace("{service}", service),
        ));
    }
    planted
}

/// Gives the entries their times, which rise within the last tick.
fn write(scene: &Scene, beginnings: &[Entry], entries: &[Entry], draw: &mut Draw) -> Vec<String> {
    let start = scene
        .clock
        .sim_time_seconds
        .saturating_mul(1000)
        .saturating_sub(TICK);
    let parts = [(beginnings, 0, BEGINNING), (entries, BEGINNING, TICK)];
    let mut lines = Vec::with_capacity(beginnings.len() + entries.len());
    for (entries, from, to) in parts {
        let slot = (to - from) / i64::try_from(entries.len().max(1)).unwrap_or(i64::MAX);
        let mut at = start.saturating_add(from);
        for entry in entries {
            let within = draw.below(slot.unsigned_abs()).cast_signed();
            lines.push(entry.line(scene.service, &stamp(at.saturating_add(within))));
            at = at.saturating_add(slot);
        }
    }
    lines
}

impl Entry {
    fn line(&self, service: &str, now: &str) -> String {
        match self {
            Self::Own(level, text) if text.contains('{') => {
                leveled(now, level, service, &text.replace("{now}", now))
            }
            Self::Own(level, text) => leveled(now, level, service, text),
            Self::Host(level, text) => leveled(now, level, service, text),
            Self::Planted(line) => format!("{now} {}", without_time(line)),
        }
    }
}

/// Returns a line with its time, its level, padded, and its service. It is put together by hand: a formatter takes most of
/// the time that a log takes.
fn leveled(now: &str, level: &str, service: &str, text: &str) -> String {
    const LEVEL: usize = 5;
    let mut line = String::with_capacity(now.len() + LEVEL + service.len() + text.len() + 5);
    line.push_str(now);
    line.push(' ');
    line.push_str(level);
    (level.chars().count()..LEVEL).for_each(|_| line.push(' '));
    line.push_str(" [");
    line.push_str(service);
    line.push_str("] ");
    line.push_str(text);
    line
}

/// Returns a planted line without the time that it begins with, if it does.
fn without_time(line: &str) -> &str {
    match line.split_once(' ') {
        Some((time, rest)) if is_time(time) => rest,
        _ => line,
    }
}

fn is_time(text: &str) -> bool {
    let of_time = |c: char| c.is_ascii_digit() || "-:.TZ+".contains(c);
    text.len() >= 19 && text.contains('T') && text.chars().all(of_time)
}

#[cfg(test)]
mod tests {
    use super::leveled;

    #[test]
    fn levels_are_padded_as_a_formatter_pads_them() {
        for level in ["", "INFO", "ERROR", "CRITICAL", "\u{e9}t\u{e9}"] {
            let formatted = format!("now {level:<5} [db] text");
            assert_eq!(leveled("now", level, "db", "text"), formatted);
        }
    }
}
