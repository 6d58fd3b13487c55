//! The names that can stand in a file.

use std::borrow::Cow;
use std::collections::BTreeSet;

use firewatch_action::{ActionCatalogue, ActionSpec, Profile};
use firewatch_scenario::{FileKind, Physics, SERVICE_CATALOGUE, Scenario};
use firewatch_sim::{CallKnob, FaultKind, FaultKinds, METRICS, ServiceKnob, UserKnob};

use super::about;
use super::file::SourceFile;
use crate::language::mention::{self, Mention};
use crate::language::role::Role;

/// What is known where a file is written.
pub struct Vocabulary<'a> {
    /// What the file mentions.
    pub mentions: Vec<Mention>,
    /// What the scenario of a runbook mentions.
    pub of_scenario: Vec<Mention>,
    /// The scenario, as it was when it could be read last.
    pub scenario: Option<&'a Scenario>,
    /// The physics of the scenario.
    physics: Physics,
    /// The actions that can be done.
    pub actions: &'a ActionCatalogue,
}

/// A name and what is said of it.
pub struct Known<'a> {
    /// The name.
    pub name: Cow<'a, str>,
    /// What it is, in a few words.
    pub detail: String,
    /// What it means.
    pub about: String,
}

impl<'a> Vocabulary<'a> {
    /// What is known where a file is written; of a runbook also what its scenario says.
    #[must_use]
    pub fn of(
        file: &SourceFile,
        partner: Option<&SourceFile>,
        scenario: Option<&'a Scenario>,
    ) -> Self {
        let mentions = mention::mentions(file.text(), file.kind, file.is_json);
        let partner = partner.filter(|partner| partner.kind == FileKind::Scenario);
        let of_scenario = partner
            .map(|file| mention::mentions(file.text(), file.kind, file.is_json))
            .unwrap_or_default();
        let has_users = mentions.iter().any(|mention| mention.role == Role::Users);
        let physics = match scenario {
            Some(scenario) => scenario.physics,
            None if has_users => Physics::Traffic,
            None => Physics::default(),
        };
        let actions = match scenario {
            Some(scenario) => scenario.actions(),
            None if physics == Physics::Traffic => ActionCatalogue::of_traffic(),
            None => ActionCatalogue::built_in(Profile::default()),
        };
        Self {
            mentions,
            of_scenario,
            scenario,
            physics,
            actions,
        }
    }

    /// The names that are made for a role, in order, each once.
    fn declared(&self, role: Role) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let all = self.mentions.iter().chain(&self.of_scenario);
        let declared = all.filter(|mention| mention.role == role && mention.is_declared);
        let names = declared.map(|mention| &*mention.name);
        names.filter(|name| seen.insert(*name)).collect()
    }

    /// The services, those that were drawn among them.
    #[must_use]
    pub fn services(&self) -> Vec<Cow<'a, str>> {
        let declared = self.declared(Role::Service);
        match self.scenario.filter(|_| declared.is_empty()) {
            Some(scenario) => { scenario.services.iter() }
                .map(|service| Cow::Borrowed(&*service.name))
                .collect(),
            None => declared
                .into_iter()
                .map(|name| name.to_owned().into())
                .collect(),
        }
    }

    /// The groups of users. One without a name is called as its service.
    #[must_use]
    pub fn users(&self) -> Vec<Cow<'a, str>> {
        let of_scenario = self.scenario.iter().flat_map(|scenario| &scenario.users);
        let mut users: Vec<Cow<'a, str>> = of_scenario.map(|group| group.name().into()).collect();
        for name in self.declared(Role::Users) {
            if !users.iter().any(|known| known == name) {
                users.push(name.to_owned().into());
            }
        }
        users
    }

    /// The action of that name.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&ActionSpec> {
        self.actions.find(name)
    }

    fn kinds(&self) -> Cow<'a, FaultKinds> {
        match self.scenario {
            Some(scenario) => Cow::Borrowed(&scenario.fault_kinds),
            None => Cow::Owned(FaultKinds::default()),
        }
    }

    /// What can stand where something of that role is used; of a parameter, the action that has it.
    #[must_use]
    pub fn known(&self, role: Role, action: Option<&str>) -> Vec<Known<'_>> {
        let plain = |name: Cow<'a, str>, detail: &str| Known {
            name,
            detail: detail.to_owned(),
            about: String::new(),
        };
        match role {
            Role::Service => { self.services().into_iter() }
                .map(|name| plain(name, "service"))
                .collect(),
            Role::Users => { self.users().into_iter() }
                .map(|name| plain(name, "group of users"))
                .collect(),
            Role::Metric => self.metrics(),
            Role::Action => { self.actions.actions().iter() }
                .map(|action| Known {
                    name: action.name().into(),
                    detail: action.category().to_string(),
                    about: about::action(action),
                })
                .collect(),
            Role::Parameter => {
                let action = action.and_then(|name| self.action(name));
                let parameters = action.into_iter().flat_map(ActionSpec::parameters);
                parameters
                    .map(|parameter| Known {
                        name: parameter.name().into(),
                        detail: parameter.kind().to_string(),
                        about: about::parameter(parameter),
                    })
                    .collect()
            }
            Role::OwnParameter => { self.declared(role).into_iter() }
                .map(|name| plain(name.to_owned().into(), "parameter"))
                .collect(),
            Role::FaultKind => {
                let kinds = self.kinds();
                let known = kinds.iter().filter_map(|kind| {
                    Some(Known {
                        name: kind.kind().name().to_owned().into(),
                        detail: "kind of fault".to_owned(),
                        about: about::fault_kind(kind, self.physics)?,
                    })
                });
                known.collect()
            }
            Role::ServiceKnob => knobs(ServiceKnob::ALL.iter().map(|knob| knob.name())),
            Role::CallKnob => knobs(CallKnob::ALL.iter().map(|knob| knob.name())),
            Role::UserKnob => knobs(UserKnob::ALL.iter().map(|knob| knob.name())),
            Role::File => Vec::new(),
        }
    }

    /// The services of the catalogue, which a list of services can name.
    #[must_use]
    pub fn catalogue(&self) -> Vec<Known<'_>> {
        { SERVICE_CATALOGUE.iter() }
            .map(|service| Known {
                name: service.name.into(),
                detail: "service of the catalogue".to_owned(),
                about: match service.calls {
                    [] => "Calls nothing.".to_owned(),
                    calls => format!(
                        "Calls {}.",
                        firewatch_ron::listed(calls.iter().copied(), "and")
                    ),
                },
            })
            .collect()
    }

    fn metrics(&self) -> Vec<Known<'_>> {
        let known = METRICS.iter().map(|metric| Known {
            name: metric.name.into(),
            detail: about::metric_type(metric),
            about: metric.about.to_owned(),
        });
        let own = self.declared(Role::Metric).into_iter().map(|name| Known {
            name: name.to_owned().into(),
            detail: "metric of your own".to_owned(),
            about: String::new(),
        });
        known.chain(own).collect()
    }

    /// What is said of a kind of fault.
    #[must_use]
    pub fn about_kind(&self, name: &str) -> Option<String> {
        let kind = FaultKind::new(name).ok()?;
        let kinds = self.kinds();
        let found = kinds.iter().find(|known| known.kind() == kind);
        about::fault_kind(found?, self.physics)
    }
}

fn knobs<'a>(names: impl Iterator<Item = &'static str>) -> Vec<Known<'a>> {
    let known = |name: &'static str| Known {
        name: name.into(),
        detail: "what is turned".to_owned(),
        about: String::new(),
    };
    names.map(known).collect()
}
