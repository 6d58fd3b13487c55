//! Finds names in texts, however they are written.

use std::collections::BTreeMap;

/// Names to look for, each as words in lower case with a space between.
#[derive(Clone, Debug)]
pub(crate) struct Phrases<T> {
    names: BTreeMap<String, T>,
    /// Words of the longest name.
    longest: usize,
}

impl<T: Copy> Phrases<T> {
    /// No names yet.
    pub(crate) fn new() -> Self {
        Self {
            names: BTreeMap::new(),
            longest: 0,
        }
    }

    /// Adds a name: `memory_leak` stands for `memory-leak` and `Memory leak`, too.
    pub(crate) fn add(&mut self, name: &str, meaning: T) {
        let spaced = spaced(name);
        self.longest = self.longest.max(spaced.split(' ').count());
        if !spaced.is_empty() {
            self.names.entry(spaced).or_insert(meaning);
        }
    }

    /// Calls `found` with each name that the text contains as whole words. A word may be joined by `_` or `-`:
    /// a name of one word is not found in a part of such a word, `oom` not in `oom-kill`.
    pub(crate) fn find(&self, text: &str, mut found: impl FnMut(&str, T)) {
        let is_end = |c: char| !c.is_alphanumeric() && c != '_' && c != '-';
        let words = text.split(is_end).filter(|word| !word.is_empty());
        let words: Vec<String> = words.map(str::to_lowercase).collect();
        let mut look = |phrase: &str| {
            if let Some((name, meaning)) = self.names.get_key_value(phrase) {
                found(name, *meaning);
            }
        };
        for start in 0..words.len() {
            let mut phrase = String::new();
            for word in words[start..].iter().take(self.longest) {
                phrase.push_str(word);
                look(&phrase);
                phrase.push(' ');
            }
            let joined = spaced(&words[start]);
            if joined.contains(' ') {
                look(&joined);
            }
        }
    }
}

fn spaced(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric());
    let words: Vec<String> = { words.filter(|word| !word.is_empty()) }
        .map(str::to_lowercase)
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let mut phrases = Phrases::new();
        for name in ["memory_leak", "oom", "token-issuer"] {
            phrases.add(name, ());
        }
        let mut names = Vec::new();
        phrases.find(text, |name, ()| names.push(name.to_owned()));
        names
    }

    #[test]
    fn names_are_found_however_they_are_written() {
        for text in [
            "a memory_leak!",
            "Memory leak",
            "MEMORY-LEAK",
            "kind=memory_leak",
        ] {
            assert_eq!(found(text), ["memory leak"], "{text}");
        }
        assert_eq!(found("[token-issuer] oom"), ["token issuer", "oom"]);
        for text in [
            "OOMKilled",
            "oom-kill",
            "memory leaks",
            "leak of memory",
            "",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
