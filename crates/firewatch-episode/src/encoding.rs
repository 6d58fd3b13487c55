//! Actions as integers: a code stands for an action, its target and a value of one parameter.

mod choices;
mod error;
mod request;

use std::sync::Arc;

use firewatch_action::{ActionCatalogue, ActionId, ActionRequest, WAIT};
use firewatch_scenario::Physics;
use firewatch_sim::{Topology, Value};

pub use choices::LEVELS;
use choices::{Choice, choices_of};
pub use error::EncodingError;
pub(crate) use request::EncodedRequest;

/// A table of all actions of one or both physics: code to action, and back.
///
/// # Layout
/// Code 0 waits. A *choice* is an action with the defaults of its parameters, or with a value of one of them: each
/// choice of a text; of a number with a least and a greatest value, [`LEVELS`] levels between the two. The choices of
/// an action follow one another, the defaults first, then parameter by parameter and value by value.
///
/// Where `S` is the number of [services](Self::services) that there is room for, and `T` that of the choices with a
/// target:
///
/// | code | action |
/// | --- | --- |
/// | 0 | waits |
/// | 1 + `c` * `S` + `s` | choice `c` of those with a target, on the service with index `s` |
/// | 1 + `T` * `S` + `c` | choice `c` of those without a target |
///
/// Choices are in the order of the catalogue; those that only the physics of traffic has follow those of the classic
/// one. So the same catalogue and number of services give the same table, in any process; [`fingerprint`](Self::fingerprint) tells two
/// tables apart. In an environment with fewer services, the codes on services that it does not have are
/// [illegal](crate::EpisodeBatch::legal_into), and so are those of actions that its physics does not have.
///
/// ```
/// use std::sync::Arc;
/// use firewatch_action::{ActionCatalogue, Profile};
/// use firewatch_episode::ActionEncoding;
/// use firewatch_scenario::Physics;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let catalogue = Arc::new(ActionCatalogue::built_in(Profile::Standard).clone());
/// let encoding = ActionEncoding::new(&catalogue, &[Physics::Classic], 7)?;
/// let action = encoding.decode(0).expect("it waits");
/// assert_eq!((action.name, action.service), ("wait", None));
///
/// let code = encoding.encode("rollback_deploy", Some(3), None).expect("it is an action");
/// let action = encoding.decode(code).expect("it is a code");
/// assert_eq!((action.name, action.service, action.parameter), ("rollback_deploy", Some(3), None));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ActionEncoding {
    /// The actions of the classic physics.
    catalogue: Arc<ActionCatalogue>,
    physics: Vec<Physics>,
    services: usize,
    /// Those with a target, then those without.
    choices: Vec<Choice>,
    targeted: usize,
    /// Number of the action that waits, by physics.
    wait: [Option<ActionId>; 2],
}

/// What a code stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EncodedAction<'a> {
    /// Name of the action.
    pub name: &'a str,
    /// Index of the target in the mesh.
    pub service: Option<usize>,
    /// The parameter that differs from its default, and its value.
    pub parameter: Option<(&'a str, &'a Value)>,
}

impl ActionEncoding {
    /// Makes the table of the actions of these physics, with room for `services` services; `catalogue` has the actions
    /// of the classic one.
    ///
    /// # Errors
    /// [`EncodingError::TooManyCodes`].
    pub fn new(
        catalogue: &Arc<ActionCatalogue>,
        physics: &[Physics],
        services: usize,
    ) -> Result<Self, EncodingError> {
        let mut table = Self {
            catalogue: Arc::clone(catalogue),
            physics: physics.to_vec(),
            services,
            choices: Vec::new(),
            targeted: 0,
            wait: [None; 2],
        };
        for needs_target in [true, false] {
            let first = table.choices.len();
            for &physics in Physics::ALL.iter().filter(|one| physics.contains(one)) {
                let actions = match physics {
                    Physics::Traffic => ActionCatalogue::of_traffic(),
                    _ => &**catalogue,
                };
                table.wait[slot(physics)] = actions.id(WAIT);
                table.add(first, slot(physics), actions, needs_target);
            }
            if needs_target {
                table.targeted = table.choices.len();
            }
        }
        let codes = table.targeted.checked_mul(services);
        let codes = codes.and_then(|codes| codes.checked_add(1 + table.choices.len()));
        match codes.map(u32::try_from) {
            Some(Ok(_)) => Ok(table),
            _ => Err(EncodingError::TooManyCodes { services }),
        }
    }

    /// Adds the choices of the actions of a physics; one that is there from `first` on becomes one of both.
    fn add(&mut self, first: usize, slot: usize, actions: &ActionCatalogue, needs_target: bool) {
        let specs = actions.actions().iter();
        for spec in specs.filter(|spec| spec.name() != WAIT && spec.needs_target() == needs_target)
        {
            let id = actions.id(spec.name());
            for parameters in choices_of(spec) {
                let mut known = self.choices[first..].iter_mut();
                match known.find(|known| known.is(spec.name(), &parameters)) {
                    Some(known) => known.ids[slot] = id,
                    None => {
                        let mut ids = [None; 2];
                        ids[slot] = id;
                        self.choices.push(Choice::new(spec.name(), parameters, ids));
                    }
                }
            }
        }
    }

    /// Returns the number of codes: they go from 0 to one less.
    #[must_use]
    pub fn len(&self) -> usize {
        1 + self.targeted * self.services + (self.choices.len() - self.targeted)
    }

    /// Returns whether there are no codes; there is always that of waiting.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Returns the number of services that there is room for.
    #[must_use]
    pub fn services(&self) -> usize {
        self.services
    }

    /// Returns the physics whose actions it has.
    #[must_use]
    pub fn physics(&self) -> &[Physics] {
        &self.physics
    }

    /// Returns what a code stands for; `None` for one that there is not.
    #[must_use]
    pub fn decode(&self, code: u32) -> Option<EncodedAction<'_>> {
        if code == 0 {
            return Some(EncodedAction {
                name: WAIT,
                service: None,
                parameter: None,
            });
        }
        let (choice, service) = self.choice(code)?;
        Some(EncodedAction {
            name: &choice.name,
            service,
            parameter: choice.parameter(),
        })
    }

    /// Returns the code of an action; `None` where there is none for it, or not for that value.
    #[must_use]
    pub fn encode(
        &self,
        name: &str,
        service: Option<usize>,
        parameter: Option<(&str, &Value)>,
    ) -> Option<u32> {
        if name == WAIT && service.is_none() && parameter.is_none() {
            return Some(0);
        }
        let range = match service {
            Some(service) if service >= self.services => return None,
            Some(_) => 0..self.targeted,
            None => self.targeted..self.choices.len(),
        };
        let is_asked = |choice: &Choice| choice.name == name && choice.parameter() == parameter;
        let index = self.choices[range.clone()].iter().position(is_asked)?;
        let code = match service {
            Some(service) => 1 + index * self.services + service,
            None => 1 + self.targeted * self.services + index,
        };
        u32::try_from(code).ok()
    }

    /// Returns the code of a request by names in a mesh; `None` where there is none for it.
    #[must_use]
    pub fn encode_request(&self, request: &ActionRequest, mesh: &Topology) -> Option<u32> {
        let service = match &request.target {
            Some(target) => Some(mesh.service(target)?),
            None => None,
        };
        let mut parameters = request.parameters.iter();
        let parameter = parameters.next().map(|(name, value)| (&**name, value));
        if parameters.next().is_some() {
            return None;
        }
        self.encode(&request.name, service, parameter)
    }

    /// Returns the request by names that a code stands for in a mesh; `None` for a code that there is not, or that is
    /// of a service that the mesh does not have.
    #[must_use]
    pub fn request(&self, code: u32, mesh: &Topology) -> Option<ActionRequest> {
        let action = self.decode(code)?;
        let target = match action.service {
            Some(service) => Some(mesh.services().nth(service)?.to_owned()),
            None => None,
        };
        let parameters = action.parameter.into_iter();
        Some(ActionRequest {
            name: action.name.to_owned(),
            target,
            parameters: parameters
                .map(|(name, value)| (name.to_owned(), value.clone()))
                .collect(),
        })
    }

    /// Returns a number that is the same for the same table: to compare the one that a policy was trained with.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut text = format!("{} services", self.services);
        for (index, choice) in self.choices.iter().enumerate() {
            let target = if index < self.targeted { "on" } else { "" };
            text.push_str(&format!(
                "; {} {target} {:?}",
                choice.name,
                choice.ids.map(|id| id.is_some())
            ));
            if let Some((name, value)) = choice.parameter() {
                text.push_str(&format!(" {name}: {value}"));
            }
        }
        // FNV-1a.
        text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    }

    /// The choice of a code other than 0, and its target.
    fn choice(&self, code: u32) -> Option<(&Choice, Option<usize>)> {
        let index = usize::try_from(code).ok()?.checked_sub(1)?;
        match index.checked_sub(self.targeted * self.services) {
            None => {
                let (choice, service) = (index / self.services, index % self.services);
                Some((&self.choices[choice], Some(service)))
            }
            Some(index) => Some((self.choices.get(self.targeted + index)?, None)),
        }
    }

    /// Checks that the batch has these actions.
    ///
    /// # Errors
    /// [`EncodingError::OtherCatalogue`].
    pub(crate) fn check_catalogue(
        &self,
        catalogue: &Arc<ActionCatalogue>,
    ) -> Result<(), EncodingError> {
        let is_same = Arc::ptr_eq(&self.catalogue, catalogue) || self.catalogue == *catalogue;
        if is_same || !self.physics.contains(&Physics::Classic) {
            return Ok(());
        }
        Err(EncodingError::OtherCatalogue)
    }

    /// Checks that actions of that physics have codes.
    ///
    /// # Errors
    /// [`EncodingError::OtherPhysics`].
    pub(crate) fn check_physics(&self, physics: Physics) -> Result<(), EncodingError> {
        if self.physics.contains(&physics) {
            return Ok(());
        }
        Err(EncodingError::OtherPhysics(physics))
    }

    /// Returns the request of a code in an environment of that physics and number of services.
    ///
    /// # Errors
    /// [`EncodingError::UnknownCode`], [`EncodingError::IllegalCode`].
    pub(crate) fn resolve(
        &self,
        environment: usize,
        code: u32,
        (physics, services): (Physics, usize),
    ) -> Result<EncodedRequest<'_>, EncodingError> {
        let illegal = EncodingError::IllegalCode { environment, code };
        if code == 0 {
            return self.waiting(physics).ok_or(illegal);
        }
        let Some((choice, target)) = self.choice(code) else {
            let last = u32::try_from(self.len() - 1).unwrap_or(u32::MAX);
            return Err(EncodingError::UnknownCode {
                environment,
                code,
                last,
            });
        };
        match choice.ids[slot(physics)] {
            Some(action) if target.is_none_or(|target| target < services) => Ok(EncodedRequest {
                action,
                target,
                parameters: &choice.parameters,
            }),
            _ => Err(illegal),
        }
    }

    /// The request that waits, in an environment of a physics whose actions there are.
    pub(crate) fn waiting(&self, physics: Physics) -> Option<EncodedRequest<'_>> {
        Some(EncodedRequest {
            action: self.wait[slot(physics)]?,
            target: None,
            parameters: choices::no_parameters(),
        })
    }

    /// The request that waits in an environment of any physics that there is.
    pub(crate) fn waiting_anywhere(&self) -> Option<EncodedRequest<'_>> {
        Physics::ALL
            .iter()
            .find_map(|&physics| self.waiting(physics))
    }

    /// Writes which codes are legal in an environment of that physics and number of services.
    pub(crate) fn write_legal(&self, (physics, services): (Physics, usize), legal: &mut [bool]) {
        let services = services.min(self.services);
        let (wait, rest) = legal.split_at_mut(1);
        wait.fill(self.wait[slot(physics)].is_some());
        let (targeted, others) = rest.split_at_mut(self.targeted * self.services);
        let has = |choice: &Choice| choice.ids[slot(physics)].is_some();
        // Without room for a service there is no code with a target.
        let rows = targeted.chunks_exact_mut(self.services.max(1));
        for (choice, row) in self.choices.iter().zip(rows) {
            let (there, absent) = row.split_at_mut(services);
            there.fill(has(choice));
            absent.fill(false);
        }
        let untargeted = &self.choices[self.targeted..];
        for (choice, legal) in untargeted.iter().zip(others) {
            *legal = has(choice);
        }
    }
}

/// The place of a physics in what there is for each.
fn slot(physics: Physics) -> usize {
    match physics {
        Physics::Traffic => 1,
        _ => 0,
    }
}
