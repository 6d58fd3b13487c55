//! From the form of a file to what its names stand for.

use firewatch_sim::Value;

use super::effects::effects;
use super::names::FileNames;
use super::{
    ActionForm, ActionsForm, AmendmentForm, AnyKind, BranchForm, ConditionForm, ParameterForm,
    RulesForm,
};
use crate::action_file::{ActionFile, Amendment};
use crate::codes;
use crate::decode::{Decoder, join, key_path};
use crate::form::union::Either;
use crate::form::values::Plain;
use crate::model::{ActionSpec, Branch, Category, Condition, OnInvalid, Parameter, Rules};
use crate::template::Template;

impl ActionsForm {
    /// What the file says. Faults in it are of the kinds of the notes.
    pub(super) fn file(self, notes: &mut Decoder) -> ActionFile {
        let form = self;
        let names = &mut FileNames::new(&form.extra_metrics, notes);
        let rules = form.rules.map(|rules| rules.rules(names));
        let actions = { form.actions.0.into_iter() }
            .map(|(name, action)| action.spec(name, names))
            .collect();
        // They are of the action before.
        names.set_parameters(&[]);
        let amend = { form.amend.0.into_iter() }
            .map(|(name, amendment)| amendment.amendment(name, names))
            .collect();
        ActionFile {
            rules,
            extra_metrics: form.extra_metrics,
            actions,
            amend,
            keeps: form.keeps,
            renamed: form.renamed.0,
        }
    }
}

impl RulesForm {
    fn rules(self, names: &mut FileNames) -> Rules {
        Rules {
            matching: self.matching,
            healthy: conditions(self.healthy, names, "rules.healthy"),
            spare_red_herrings: self.spare_red_herrings,
            floors_lift: self.floors_lift,
            open_circuit_factor: self.open_circuit_factor.map_or(1.0, f64::from),
            raises: self.raises,
            conceals: self.conceals,
        }
    }
}

impl ActionForm {
    fn spec(self, name: String, names: &mut FileNames) -> ActionSpec {
        let path = key_path("actions", &name);
        let parameters: Vec<Parameter> = { self.parameters.0.into_iter() }
            .map(|(name, form)| form.parameter(name))
            .collect();
        names.set_parameters(&parameters);
        let is_remediation = self.category == Category::Remediation;
        let branch = |branch: BranchForm, names: &mut FileNames, path: &str| {
            Some(branch.branch(names, path))
        };
        ActionSpec {
            name,
            about: self.about,
            category: self.category,
            guarded: self.guarded.unwrap_or(is_remediation),
            applies_when_healthy: self.applies_when_healthy,
            ends_episode: self.ends_episode,
            parameters,
            branches: names.each(
                self.branches,
                &join(&path, "branches"),
                branch,
                Branch::default,
            ),
            always: effects(self.always, names, &join(&path, "always")),
        }
    }
}

impl ParameterForm {
    fn parameter(self, name: String) -> Parameter {
        let on_invalid = self.on_invalid.unwrap_or(OnInvalid::Reject);
        Parameter {
            name,
            about: self.about,
            kind: self.kind,
            default: self.default.map(Value::from),
            min: self.min.map(f64::from),
            max: self.max.map(f64::from),
            choices: self.choices,
            on_invalid,
            above_max: self.above_max.unwrap_or(on_invalid),
        }
    }
}

impl BranchForm {
    fn branch(self, names: &mut FileNames, path: &str) -> Branch {
        let is_unclear = self.feedback.is_some() == self.report.is_some();
        let report = match self.feedback {
            Some(line) => { names.template(&line, &join(path, "feedback")).into_iter() }.collect(),
            None => {
                let lines = self.report.unwrap_or_default();
                let line =
                    |line: String, names: &mut FileNames, path: &str| names.template(&line, path);
                names.each(lines, &join(path, "report"), line, Template::default)
            }
        };
        let is_unread = |field: &str| names.notes.is_broken_within(&join(path, field));
        if is_unclear && !is_unread("feedback") && !is_unread("report") {
            let message = "a branch says something: either a `feedback` or a `report`";
            let help = "`feedback: \"one line\"`, or `report: [\"a line\", \"another\"]`";
            names.notes.report(
                codes::CONFLICTING_FIELDS,
                path,
                message.to_owned(),
                "",
                Some(help.to_owned()),
            );
        }
        Branch {
            when: conditions(self.when, names, &join(path, "when")),
            effects: effects(self.effects, names, &join(path, "effects")),
            halts: names.fault_kinds(self.halts, &join(path, "halts")),
            halts_where: conditions(self.halts_where, names, &join(path, "halts_where")),
            in_vain: self.in_vain,
            report,
        }
    }
}

impl AmendmentForm {
    fn amendment(self, name: String, names: &mut FileNames) -> Amendment {
        let path = key_path("amend", &name);
        Amendment {
            name,
            guarded: self.guarded,
            without_effects: self.without_effects,
            when: conditions(self.when, names, &join(&path, "when")),
            also: effects(self.also, names, &join(&path, "also")),
            always: effects(self.always, names, &join(&path, "always")),
            otherwise: { self.otherwise }
                .map(|branch| branch.branch(names, &join(&path, "otherwise"))),
        }
    }
}

fn conditions(forms: Vec<ConditionForm>, names: &mut FileNames, path: &str) -> Vec<Condition> {
    // What names something unknown is noted, and something else takes its place.
    names.each(forms, path, ConditionForm::condition, || {
        Condition::ActiveFault
    })
}

impl ConditionForm {
    fn condition(self, names: &mut FileNames, path: &str) -> Option<Condition> {
        Some(match self {
            Self::Fault(Either::Call(AnyKind::Any)) => Condition::Fault(Vec::new()),
            Self::Fault(Either::Plain(kinds)) => {
                Condition::Fault(names.fault_kinds(kinds, &join(path, "kinds")))
            }
            Self::ActiveFault => Condition::ActiveFault,
            Self::RedHerring => Condition::RedHerring,
            Self::Metric(name, value) => {
                Condition::Metric(names.metric(&name, &join(path, "metric"))?, value)
            }
            Self::HasMetric(name) => {
                Condition::HasMetric(names.metric(&name, &join(path, "metric"))?)
            }
            Self::Parameter(name, Plain(value)) => {
                let parameter = names.parameter(&name, &join(path, "parameter"))?;
                Condition::Parameter(parameter, value)
            }
            Self::Recorded(count) => Condition::Recorded(count),
            Self::UnhealthyCaller => Condition::UnhealthyCaller,
            Self::CustomersHit => Condition::CustomersHit,
            Self::RestartHelps => Condition::RestartHelps,
            Self::MemoryShort => Condition::MemoryShort,
            Self::MoreMemory(name) => {
                Condition::MoreMemory(names.parameter(&name, &join(path, "parameter"))?)
            }
            Self::TooLittleMemory(name) => {
                Condition::TooLittleMemory(names.parameter(&name, &join(path, "parameter"))?)
            }
            Self::Somewhere(inner) => {
                Condition::Somewhere(Box::new(inner.condition(names, &join(path, "somewhere"))?))
            }
            Self::Not(inner) => {
                Condition::Not(Box::new(inner.condition(names, &join(path, "not"))?))
            }
        })
    }
}
