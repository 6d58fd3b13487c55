//! Words that no evidence has.

use firewatch_action::{ActionCatalogue, Category, Profile};
use firewatch_sim::FaultKind;

/// What names a kind of fault, a cause or a remedy, as sequences of words.
pub struct Forbidden(Vec<Vec<String>>);

/// Besides the names of kinds and of remedies.
const MORE: [&str; 21] = [
    "bad release",
    "broken release",
    "config drift",
    "configuration reverted",
    "config revision",
    "consider",
    "culprit",
    "drift",
    "faulty",
    "leak",
    "leaking",
    "memory leak",
    "network partition",
    "recommended",
    "restart",
    "revert",
    "roll back",
    "rollback",
    "root cause",
    "since deploy",
    "should be",
];

impl Forbidden {
    pub fn new() -> Self {
        let kinds = FaultKind::BUILT_IN.map(|kind| kind.name().to_owned());
        let actions = ActionCatalogue::built_in(Profile::Standard)
            .actions()
            .iter();
        let remedies = actions
            .filter(|action| action.category() == Category::Remediation)
            .map(|action| action.name().to_owned());
        let more = MORE.map(str::to_owned);
        let all = kinds.into_iter().chain(remedies).chain(more);
        Self(all.map(|text| words(&text)).collect())
    }

    /// Returns what the text names of these, in words.
    pub fn find(&self, text: &str) -> Option<String> {
        let text = words(text);
        let is_there = |name: &&Vec<String>| text.windows(name.len()).any(|words| words == *name);
        self.0.iter().find(is_there).map(|name| name.join(" "))
    }
}

fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    { words.filter(|word| !word.is_empty()) }
        .map(str::to_owned)
        .collect()
}
