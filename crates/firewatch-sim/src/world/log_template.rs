//! Lines of logs as data: who writes them, when, and their text with places for the metrics of the moment.

use crate::world::process::Process;

/// A line that a service writes in a tick in which its condition holds.
///
/// A place of the text, `{errors}`, is filled in from the state; a line with a place for which there is nothing
/// is not written. `{name}`, `{name:percent}` and `{name:rate}`, with one decimal, of another name are the metric of that
/// name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogTemplate {
    /// The programs that write it; empty for all.
    processes: &'static [Process],
    pub(crate) when: When,
    pub(crate) level: &'static str,
    pub(crate) text: &'static str,
}

/// What has to hold of a service for a line to be written. Numbers are the least value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum When {
    Always,
    /// Error rate.
    Errors(f64),
    /// The service answers some requests: error rate below 0.95.
    Serving,
    /// 99th percentile of the latency, seconds.
    Latency(f64),
    /// Memory utilization.
    Memory(f64),
    /// Open file descriptors.
    Descriptors(i64),
    /// A metric that not every service has, with a number.
    Metric(&'static str, f64),
    /// Retries keep the service overloaded.
    InLoop,
    /// They don't.
    OutsideLoop,
    /// It calls nothing.
    CallsNothing,
    /// The process started in this tick.
    Started,
    /// It was killed in this tick for want of memory and came back with this utilization.
    Killed(f64),
}

impl When {
    /// Returns whether it is about what happened at the beginning of the tick.
    pub(crate) fn is_of_beginning(self) -> bool {
        matches!(self, Self::Started | Self::Killed(_))
    }
}

impl LogTemplate {
    const fn new(level: &'static str, text: &'static str) -> Self {
        Self {
            processes: &[],
            when: When::Always,
            level,
            text,
        }
    }

    pub(crate) const fn info(text: &'static str) -> Self {
        Self::new("INFO", text)
    }

    pub(crate) const fn warn(text: &'static str) -> Self {
        Self::new("WARN", text)
    }

    pub(crate) const fn error(text: &'static str) -> Self {
        Self::new("ERROR", text)
    }

    /// Restricts it to these programs.
    pub(crate) const fn by(mut self, processes: &'static [Process]) -> Self {
        self.processes = processes;
        self
    }

    pub(crate) const fn when(mut self, when: When) -> Self {
        self.when = when;
        self
    }

    /// Returns whether that program writes it.
    pub(crate) fn is_of(&self, process: Process) -> bool {
        self.processes.is_empty() || self.processes.contains(&process)
    }
}
