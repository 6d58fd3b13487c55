//! From the form of a file to what its names stand for.

use firewatch_sim::{FaultKinds, Value};

use super::effects::effects;
use super::names::FileNames;
use super::{
    ActionForm, ActionsForm, AmendmentForm, AnyKind, BranchForm, ConditionForm, ParameterForm,
    RulesForm,
};
use crate::action_file::{ActionFile, Amendment};
use crate::form::union::Either;
use crate::form::values::Plain;
use crate::model::{ActionSpec, Branch, Category, Condition, OnInvalid, Parameter, Rules};
use crate::template::{MAX_TEMPLATE_BYTES, Template};

impl ActionsForm {
    /// What the file says. Faults in it are of the given kinds.
    pub(super) fn file(self, fault_kinds: &FaultKinds) -> Result<ActionFile, String> {
        let form = self;
        let mut names = FileNames::new(&form.extra_metrics, fault_kinds);
        let rules = form.rules.map(|rules| rules.rules(&names)).transpose()?;
        let mut actions = Vec::new();
        for (name, action) in form.actions.0 {
            actions.push(action.spec(name, &mut names)?);
        }
        names.set_parameters(&[]);
        let amend = { form.amend.0.into_iter() }
            .map(|(name, amendment)| amendment.amendment(name, &names))
            .collect::<Result<_, String>>()?;
        Ok(ActionFile {
            rules,
            extra_metrics: form.extra_metrics,
            actions,
            amend,
            renamed: form.renamed.0,
        })
    }
}

impl RulesForm {
    fn rules(self, names: &FileNames) -> Result<Rules, String> {
        Ok(Rules {
            matching: self.matching,
            healthy: conditions(self.healthy, names)?,
            spare_red_herrings: self.spare_red_herrings,
            floors_lift: self.floors_lift,
            open_circuit_factor: self.open_circuit_factor.map_or(1.0, f64::from),
            raises: self.raises,
            conceals: self.conceals,
        })
    }
}

impl ActionForm {
    fn spec(self, name: String, names: &mut FileNames) -> Result<ActionSpec, String> {
        let parameters: Vec<Parameter> = { self.parameters.0.into_iter() }
            .map(|(name, form)| form.parameter(name))
            .collect();
        names.set_parameters(&parameters);
        let branch = |branch: BranchForm| branch.branch(names);
        let is_remediation = self.category == Category::Remediation;
        Ok(ActionSpec {
            name,
            about: self.about,
            category: self.category,
            guarded: self.guarded.unwrap_or(is_remediation),
            applies_when_healthy: self.applies_when_healthy,
            ends_episode: self.ends_episode,
            parameters,
            branches: self
                .branches
                .into_iter()
                .map(branch)
                .collect::<Result<_, _>>()?,
            always: effects(self.always, names)?,
        })
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
    fn branch(self, names: &FileNames) -> Result<Branch, String> {
        let lines = match (self.feedback, self.report) {
            (Some(line), None) => vec![line],
            (None, Some(lines)) => lines,
            _ => return Err("a branch says something: a `feedback` or a `report`".to_owned()),
        };
        Ok(Branch {
            when: conditions(self.when, names)?,
            effects: effects(self.effects, names)?,
            halts: names.fault_kinds(self.halts)?,
            halts_where: conditions(self.halts_where, names)?,
            in_vain: self.in_vain,
            report: { lines.iter() }
                .map(|line| template(line, names))
                .collect::<Result<_, _>>()?,
        })
    }
}

fn template(line: &str, names: &FileNames) -> Result<Template, String> {
    if line.len() > MAX_TEMPLATE_BYTES {
        return Err(format!("a text has at most {MAX_TEMPLATE_BYTES} bytes"));
    }
    Template::parse(line, &names.of_template()).map_err(|bad| bad.message)
}

impl AmendmentForm {
    fn amendment(self, name: String, names: &FileNames) -> Result<Amendment, String> {
        Ok(Amendment {
            name,
            guarded: self.guarded,
            without_effects: self.without_effects,
            when: conditions(self.when, names)?,
            also: effects(self.also, names)?,
            always: effects(self.always, names)?,
            otherwise: { self.otherwise }
                .map(|branch| branch.branch(names))
                .transpose()?,
        })
    }
}

fn conditions(forms: Vec<ConditionForm>, names: &FileNames) -> Result<Vec<Condition>, String> {
    { forms.into_iter() }
        .map(|form| form.condition(names))
        .collect()
}

impl ConditionForm {
    fn condition(self, names: &FileNames) -> Result<Condition, String> {
        Ok(match self {
            Self::Fault(Either::Call(AnyKind::Any)) => Condition::Fault(Vec::new()),
            Self::Fault(Either::Plain(kinds)) => Condition::Fault(names.fault_kinds(kinds)?),
            Self::ActiveFault => Condition::ActiveFault,
            Self::RedHerring => Condition::RedHerring,
            Self::Metric(name, value) => Condition::Metric(names.metric(&name)?, value),
            Self::HasMetric(name) => Condition::HasMetric(names.metric(&name)?),
            Self::Parameter(name, Plain(value)) => {
                Condition::Parameter(names.parameter(&name)?, value)
            }
            Self::Recorded(count) => Condition::Recorded(count),
            Self::UnhealthyCaller => Condition::UnhealthyCaller,
            Self::CustomersHit => Condition::CustomersHit,
            Self::MoreMemory(name) => Condition::MoreMemory(names.parameter(&name)?),
            Self::TooLittleMemory(name) => Condition::TooLittleMemory(names.parameter(&name)?),
            Self::Somewhere(inner) => Condition::Somewhere(Box::new(inner.condition(names)?)),
            Self::Not(inner) => Condition::Not(Box::new(inner.condition(names)?)),
        })
    }
}
