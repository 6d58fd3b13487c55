//! Finds names in texts, however they are written.

use std::collections::BTreeMap;

/// Names to look for.
#[derive(Clone, Debug)]
pub(crate) struct Phrases<T> {
    /// By their first word in lower case: the names, as words with a space between.
    by_first: BTreeMap<String, Vec<(String, T)>>,
}

impl<T: Copy> Phrases<T> {
    /// No names yet.
    pub(crate) fn new() -> Self {
        Self {
            by_first: BTreeMap::new(),
        }
    }

    /// Adds a name: `memory_leak` stands for `memory-leak` and `Memory leak`, too.
    pub(crate) fn add(&mut self, name: &str, meaning: T) {
        let name = spaced(name);
        let first = first_word(&name).to_owned();
        let names = self.by_first.entry(first).or_default();
        if !name.is_empty() && !names.iter().any(|(known, _)| *known == name) {
            names.push((name, meaning));
        }
    }

    /// Calls `found` with each name that the text contains as whole words. A word may be joined by `_` or `-`:
    /// a name of one word is not found in a part of such a word, `oom` not in `oom-kill`.
    pub(crate) fn find(&self, text: &str, mut found: impl FnMut(&str, T)) {
        let is_end = |c: char| !c.is_alphanumeric() && c != '_' && c != '-';
        let words = text.split(is_end).filter(|word| !word.is_empty());
        let words: Vec<String> = words.map(str::to_lowercase).collect();
        for (start, word) in words.iter().enumerate() {
            for (name, meaning) in self.by_first.get(word).into_iter().flatten() {
                let mut following = words[start..].iter();
                if name
                    .split(' ')
                    .all(|part| following.next().is_some_and(|word| word == part))
                {
                    found(name, *meaning);
                }
            }
            if word.contains(['_', '-']) {
                self.find_joined(&spaced(word), &mut found);
            }
        }
    }

    /// Calls `found` if the words are a name of several.
    fn find_joined(&self, words: &str, found: &mut impl FnMut(&str, T)) {
        let names = self.by_first.get(first_word(words)).into_iter().flatten();
        let several = names.filter(|(name, _)| name.contains(' ') && name == words);
        several.for_each(|(name, meaning)| found(name, *meaning));
    }
}

fn first_word(words: &str) -> &str {
    words.split(' ').next().unwrap_or_default()
}

/// Returns the words of a name in lower case, with a space between.
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
