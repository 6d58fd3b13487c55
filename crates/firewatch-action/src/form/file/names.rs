//! What the names in a file of actions stand for.

use std::collections::{BTreeMap, BTreeSet};

use firewatch_ron::shown;
use firewatch_sim::{FaultKind, FaultKinds, MetricKey};

use crate::form::words::Word;
use crate::model::{Parameter, ParameterIndex};
use crate::template::Names;

/// The metrics that the file declares, and the parameters of the action that is being read.
pub(super) struct FileNames<'a> {
    kinds: &'a FaultKinds,
    own_metrics: BTreeSet<String>,
    parameters: BTreeMap<String, usize>,
}

impl<'a> FileNames<'a> {
    pub(super) fn new(own_metrics: &[String], kinds: &'a FaultKinds) -> Self {
        Self {
            kinds,
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

    /// The metric of that name, which Firewatch knows or the file declares.
    pub(super) fn metric(&self, name: &str) -> Result<MetricKey, String> {
        match MetricKey::new(name) {
            MetricKey::Custom(name) if !self.own_metrics.contains(&name) => {
                Err(format!("unknown metric `{}`", shown(&name)))
            }
            metric => Ok(metric),
        }
    }

    /// The number of the parameter of that name.
    pub(super) fn parameter(&self, name: &str) -> Result<ParameterIndex, String> {
        let index = self.parameters.get(name).copied();
        let unknown = || format!("unknown parameter `{}`", shown(name));
        index.map(ParameterIndex).ok_or_else(unknown)
    }

    /// The kinds of fault, all of which have to be known.
    pub(super) fn fault_kinds(
        &self,
        kinds: Vec<Word<FaultKind>>,
    ) -> Result<Vec<FaultKind>, String> {
        let known = |Word(kind): Word<FaultKind>| {
            let known = Some(kind).filter(|kind| self.kinds.contains(*kind));
            known.ok_or_else(|| format!("unknown fault kind `{kind}`"))
        };
        kinds.into_iter().map(known).collect()
    }

    /// The names that a place in a text can have.
    pub(super) fn of_template(&self) -> Names<'_> {
        Names {
            parameters: &self.parameters,
            own: &self.own_metrics,
            suggests: false,
        }
    }
}
