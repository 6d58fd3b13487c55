//! Rendering templates from the state.

use firewatch_sim::{EnvironmentRef, Value};

use crate::history::Tracked;
use crate::parameter::Parameters;
use crate::report;
use crate::session::ActionSession;
use crate::template::{Format, MAX_FEEDBACK_BYTES, Piece, Source, Template, Word};

/// The state that placeholders are filled in from, after the effects of the action.
pub(crate) struct Scene<'a> {
    pub(crate) view: &'a EnvironmentRef<'a>,
    pub(crate) session: &'a ActionSession,
    /// Index of the target in the mesh.
    pub(crate) service: Option<usize>,
    /// Name of the target; empty for an action without one.
    pub(crate) target: &'a str,
    pub(crate) parameters: Parameters<'a>,
    /// Whether an exception of the reference is an error.
    pub(crate) raises: bool,
}

impl Scene<'_> {
    /// Appends a template with its placeholders filled in. Stops after the piece that exceeds
    /// [`MAX_FEEDBACK_BYTES`].
    ///
    /// Returns `None` where the reference divides by zero.
    pub(crate) fn render(&self, template: &Template, out: &mut String) -> Option<()> {
        for piece in &template.0 {
            if out.len() > MAX_FEEDBACK_BYTES {
                break;
            }
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Placeholder(source, format) => out.push_str(&self.fill(source, *format)?),
            }
        }
        Some(())
    }

    fn fill(&self, source: &Source, format: Format) -> Option<String> {
        let value = |value: Option<&Value>| {
            value.map_or_else(|| "unknown".to_owned(), |value| format.write(value))
        };
        let metric = |metric| self.view.metric_at(self.service?, metric);
        Some(match source {
            Source::Metric(key) => value(metric(key).as_ref()),
            Source::Parameter(index) => value(self.parameters.get(*index).as_deref()),
            Source::Series(tracked) => report::series(&self.recorded(*tracked), format),
            Source::Trend(tracked) => report::trend(&self.recorded(*tracked)).to_owned(),
            Source::Word(word) => return self.word(*word),
        })
    }

    /// Returns a metric of the target over the latest recorded ticks, the latest last.
    fn recorded(&self, tracked: Tracked) -> Vec<f64> {
        let service = self.service.into_iter();
        let recorded = service.flat_map(|service| self.session.history(service));
        let latest = recorded.rev().take(report::SERIES_TICKS);
        let mut values: Vec<f64> = latest.map(|recorded| recorded.get(tracked)).collect();
        values.reverse();
        values
    }

    fn word(&self, word: Word) -> Option<String> {
        Some(match word {
            Word::Target => self.target.to_owned(),
            Word::Tick => self.view.clock().tick.to_string(),
            Word::Calls => report::list(self.view, report::calls(self.view, self.target)),
            Word::Callers => report::list(self.view, report::callers(self.view, self.target)),
            Word::UnhealthyCallers => {
                let unhealthy = report::unhealthy_callers(self.view, self.target);
                report::list(self.view, unhealthy)
            }
            // The profile that raises the reference's errors keeps its texts to the byte.
            Word::Trace if self.raises => return report::reference_trace(self.view, self.target),
            Word::Trace => report::trace(self.view, self.target),
            Word::LogLines => self.view.logs(self.target).len().to_string(),
        })
    }
}
