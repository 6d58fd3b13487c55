//! An episode as the reference played it, beside the same one of ours.

use std::collections::BTreeMap;
use std::fmt;

use firewatch_action::{ActionError, ActionRequest, Profile};
use firewatch_episode::{Episode, EpisodeError, EpisodeRequest, EpisodeStep};
use firewatch_scenario::Difficulty;
use firewatch_sim::Value;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

/// A line of a file of played episodes, played again.
#[derive(Debug, Default)]
pub struct Replay {
    /// Steps of the line.
    pub steps: usize,
    /// The first difference: step, action, expected, got.
    pub difference: Option<String>,
    /// Fields of the line that nothing is known to compare with.
    pub unknown: Vec<String>,
}

#[derive(Deserialize)]
struct Line {
    request: Asked,
    actions: Vec<Act>,
    rewards: Vec<Option<f64>>,
    score: Option<f64>,
    #[serde(flatten)]
    unknown: Map<String, Json>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    task: Option<String>,
    difficulty: Option<String>,
    seed: Option<u64>,
}

/// Action, target, parameters.
#[derive(Deserialize)]
struct Act(String, Option<String>, Map<String, Json>);

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(action, target, parameters) = self;
        let target = target.as_ref().map(|target| format!(" {target:?}"));
        write!(f, "{action}{}", target.unwrap_or_default())?;
        if parameters.is_empty() {
            return Ok(());
        }
        write!(f, " {}", Json::Object(parameters.clone()))
    }
}

/// Plays the episode of the line under the reference profile and compares each reward, and the score.
///
/// # Errors
/// What is wrong with the line.
pub fn replay(line: &str) -> Result<Replay, String> {
    let line: Line = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let (actions, rewards) = (line.actions.len(), line.rewards.len());
    if actions != rewards {
        return Err(format!(
            "{actions} actions and {rewards} rewards: each action needs a reward or null"
        ));
    }
    Ok(Replay {
        steps: actions,
        difference: difference(&line)?,
        unknown: line.unknown.into_iter().map(|(field, _)| field).collect(),
    })
}

fn difference(line: &Line) -> Result<Option<String>, String> {
    let mut episode = Episode::new(Profile::Reference);
    // Without an episode no step has a reward.
    let reset = episode.reset(&line.request.request()?);
    let mut score = None;
    for (index, (act, expected)) in line.actions.iter().zip(&line.rewards).enumerate() {
        let place = |what: &str| format!("step {} {act}: {what}", index + 1);
        let request = act.request().map_err(|error| place(&error))?;
        let was_running = reset.is_ok() && episode.end().is_none();
        let got = earned(episode.step(&request));
        let got = got.map_err(|error| place(&error.to_string()))?;
        if !got.is(*expected) {
            let (expected, got) = (shown(*expected), shown(got.reward));
            return Ok(Some(place(&format!("expected {expected}, got {got}"))));
        }
        score = episode.grade().filter(|_| was_running);
    }
    let score = score.map(|grade| grade.total);
    let (expected, got) = (shown(line.score), shown(score));
    let differs = score != line.score;
    Ok(differs.then(|| format!("score: expected {expected}, got {got}")))
}

fn shown(number: Option<f64>) -> String {
    number.map_or_else(|| "null".to_owned(), |number| number.to_string())
}

/// What a step earned.
struct Earned {
    /// None where no episode was running, or the action is none of the reference's.
    reward: Option<f64>,
    /// Whether the action failed: the reference then gives 0, for which a file may have null.
    failed: bool,
}

impl Earned {
    fn is(&self, expected: Option<f64>) -> bool {
        self.reward == expected || (self.failed && expected.is_none())
    }
}

fn earned(step: Result<EpisodeStep, EpisodeError>) -> Result<Earned, EpisodeError> {
    let (reward, failed) = match step {
        Ok(step) => match step.error {
            None => (Some(step.reward.total), false),
            Some(EpisodeError::NotRunning) => (None, false),
            Some(_) => (Some(step.reward.total), true),
        },
        Err(EpisodeError::Action(ActionError::Unknown { .. })) => (None, false),
        Err(error) => return Err(error),
    };
    Ok(Earned { reward, failed })
}

impl Asked {
    fn request(&self) -> Result<EpisodeRequest, String> {
        let difficulty = self.difficulty.as_deref().map(str::parse::<Difficulty>);
        let unknown = |_| "`difficulty` must be easy, medium or hard".to_owned();
        let difficulty = difficulty.transpose().map_err(unknown)?;
        match (&self.task, difficulty, self.seed) {
            (Some(id), difficulty, seed) => Ok(EpisodeRequest::Task {
                id: id.clone(),
                difficulty,
                seed,
            }),
            (None, Some(difficulty), Some(seed)) => Ok(EpisodeRequest::Drawn { difficulty, seed }),
            (None, ..) => Err("`request` needs a task, or a difficulty and a seed".to_owned()),
        }
    }
}

impl Act {
    fn request(&self) -> Result<ActionRequest, String> {
        let Self(name, target, parameters) = self;
        let mut request = ActionRequest {
            target: target.clone(),
            ..ActionRequest::untargeted(name)
        };
        for (name, json) in parameters {
            // Null counts as left out for this one alone.
            if json.is_null() && name == "memory_limit_mb" {
                continue;
            }
            let value = value(json).map_err(|error| format!("`{name}`: {error}"))?;
            request.parameters.insert(name.clone(), value);
        }
        Ok(request)
    }
}

/// A parameter as the file writes it: numbers are text under a key that says what they are.
fn value(json: &Json) -> Result<Value, String> {
    match json {
        // It has no value of ours; what has no number and no text does for it.
        Json::Null => Ok(Value::List(Vec::new())),
        Json::Bool(truth) => Ok(Value::Bool(*truth)),
        Json::String(text) => Ok(Value::Text(text.clone())),
        Json::Array(items) => {
            let items: Result<_, String> = items.iter().map(value).collect();
            Ok(Value::List(items?))
        }
        Json::Object(tagged) => tagged_value(tagged),
        Json::Number(_) => Err(expected(json)),
    }
}

fn tagged_value(tagged: &Map<String, Json>) -> Result<Value, String> {
    let mut entries = tagged.iter();
    let wrong = || expected(&Json::Object(tagged.clone()));
    match (entries.next(), entries.next()) {
        (Some((tag, Json::String(text))), None) if tag == "i" => integer(text).ok_or_else(wrong),
        (Some((tag, Json::String(text))), None) if tag == "f" => {
            text.parse().map(Value::Float).map_err(|_| wrong())
        }
        (Some((tag, Json::Object(map))), None) if tag == "m" => {
            let entries = map
                .iter()
                .map(|(key, json)| Ok((key.clone(), value(json)?)));
            let entries: Result<BTreeMap<_, _>, String> = entries.collect();
            Ok(Value::Map(entries?))
        }
        _ => Err(wrong()),
    }
}

/// An integer of any size: one that 64 bits don't hold is the nearest finite float.
fn integer(text: &str) -> Option<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let whole = text.parse().map(Value::Int).ok();
    let float = || text.parse::<f64>().ok();
    whole.or_else(|| Some(Value::Float(float()?.clamp(f64::MIN, f64::MAX))))
}

fn expected(json: &Json) -> String {
    format!(
        r#"a number must be {{"i": "1"}} or {{"f": "0.5"}}, a map {{"m": {{...}}}}, not {json}"#
    )
}
