//! What the names in a file of actions stand for.

use std::collections::{BTreeMap, BTreeSet};

use firewatch_ron::{shown, suggest};
use firewatch_sim::{FaultKind, METRICS, MetricKey};

use crate::codes;
use crate::decode::Decoder;
use crate::form::words::Word;
use crate::metric_names::metric_meant;
use crate::model::{Parameter, ParameterIndex};
use crate::template::{MAX_FEEDBACK_BYTES, MAX_TEMPLATE_BYTES, Names, Template};

/// The metrics that the file declares, and the parameters of the action that is being read. What they do not stand
/// for is noted.
pub(super) struct FileNames<'n> {
    pub(super) notes: &'n mut Decoder,
    own_metrics: BTreeSet<String>,
    parameters: BTreeMap<String, usize>,
}

impl<'n> FileNames<'n> {
    pub(super) fn new(own_metrics: &[String], notes: &'n mut Decoder) -> Self {
        Self {
            notes,
            own_metrics: own_metrics.iter().cloned().collect(),
            parameters: BTreeMap::new(),
        }
    }

    /// From now on, these are the parameters.
    pub(super) fn set_parameters(&mut self, parameters: &[Parameter]) {
        let names = parameters.iter().enumerate();
        let names = names.map(|(index, parameter)| (parameter.name().to_owned(), index));
        self.parameters = names.collect();
    }

    /// What the forms of a list stand for; nothing more is said about one that stands for nothing.
    pub(super) fn each<F, T>(
        &mut self,
        forms: Vec<F>,
        path: &str,
        mut read: impl FnMut(F, &mut Self, &str) -> Option<T>,
        instead: impl Fn() -> T,
    ) -> Vec<T> {
        let mut values = Vec::with_capacity(forms.len());
        for (index, form) in forms.into_iter().enumerate() {
            let path = format!("{path}[{index}]");
            let value = read(form, self, &path);
            if value.is_none() {
                self.notes.mark_broken(&path);
            }
            values.push(value.unwrap_or_else(&instead));
        }
        values
    }

    /// The metric of that name, which Firewatch knows or the file declares.
    pub(super) fn metric(&mut self, name: &str, path: &str) -> Option<MetricKey> {
        let metric = MetricKey::new(name);
        if matches!(metric, MetricKey::Known(_)) || self.own_metrics.contains(name) {
            return Some(metric);
        }
        let message = format!("unknown metric `{}`", shown(name));
        let own = self.own_metrics.iter().map(String::as_str);
        let names = METRICS.iter().map(|metric| metric.name).chain(own);
        let code = codes::UNKNOWN_METRIC;
        self.notes.report_with(code, path, message, "", || {
            metric_meant(name, names).or_else(|| {
                Some("a metric of your own stands in the file's `extra_metrics`".to_owned())
            })
        });
        None
    }

    /// The number of the parameter of that name.
    pub(super) fn parameter(&mut self, name: &str, path: &str) -> Option<ParameterIndex> {
        let index = self.parameters.get(name).copied();
        if index.is_none() {
            let message = format!("unknown parameter `{}`", shown(name));
            let known = self.parameters.keys().map(String::as_str);
            let code = codes::UNKNOWN_PARAMETER;
            self.notes.report_with(code, path, message, "", || {
                suggest(name, "parameters", known)
            });
        }
        index.map(ParameterIndex)
    }

    /// The kinds of fault, all of which have to be known.
    pub(super) fn fault_kinds(
        &mut self,
        kinds: Vec<Word<FaultKind>>,
        path: &str,
    ) -> Vec<FaultKind> {
        let kinds: Vec<FaultKind> = kinds.into_iter().map(|Word(kind)| kind).collect();
        for (index, kind) in kinds.iter().enumerate() {
            self.notes
                .check_fault_kind(*kind, || format!("{path}[{index}]"));
        }
        kinds
    }

    /// The text with its places.
    pub(super) fn template(&mut self, line: &str, path: &str) -> Option<Template> {
        if line.len() > MAX_TEMPLATE_BYTES {
            let bytes = line.len();
            let message = format!("a text has at most {MAX_TEMPLATE_BYTES} bytes, not {bytes}");
            let help = format!(
                "make it shorter: what is said about an action is cut to {MAX_FEEDBACK_BYTES} bytes"
            );
            self.notes
                .report(codes::TOO_LONG, path, message, "", Some(help));
            return None;
        }
        let names = Names {
            parameters: &self.parameters,
            own: &self.own_metrics,
            suggests: !self.notes.is_full(),
        };
        match Template::parse(line, &names) {
            Ok(template) => Some(template),
            Err(bad) => {
                self.notes
                    .report(codes::INVALID_TEMPLATE, path, bad.message, "", bad.help);
                None
            }
        }
    }
}
