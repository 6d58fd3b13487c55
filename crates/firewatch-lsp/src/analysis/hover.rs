//! What stands at a place, in words.

use std::ops::Range;

use firewatch_ron::{Token, TokenKind};
use firewatch_sim::find_metric;

use super::about;
use super::file::SourceFile;
use super::vocabulary::Vocabulary;
use crate::language::lexer::tokens;
use crate::language::mention::{Mention, mention};
use crate::language::role::Role;
use crate::language::walk::{Walk, action};

/// What is said of a part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The part.
    pub span: Range<usize>,
    /// What is said, as Markdown.
    pub text: String,
}

/// Says what stands at a byte of a file.
#[must_use]
pub fn hover(file: &SourceFile, offset: usize, vocabulary: &Vocabulary) -> Option<Hover> {
    let tokens = tokens(file.text());
    let at = token_at(&tokens, offset)?;
    let mut walk = Walk::new(file.text(), &tokens, file.kind, file.is_json);
    while walk.at < at {
        walk.step();
    }
    let token = &tokens[at];
    let named = mention(file.text(), token, &walk);
    let said = named.and_then(|named| of_name(&named, &walk, vocabulary));
    let text = said.or_else(|| of_member(token, &walk))?;
    Some(Hover {
        span: token.span.clone(),
        text,
    })
}

/// The number of the token at a byte, or of the one that ends there.
fn token_at(tokens: &[Token], offset: usize) -> Option<usize> {
    let is_of_interest = |token: &Token| !matches!(token.kind, TokenKind::Mark(_) | TokenKind::End);
    let behind = tokens.partition_point(|token| token.span.start <= offset);
    let at = behind.checked_sub(1)?;
    [Some(at), at.checked_sub(1)]
        .into_iter()
        .flatten()
        .find(|&at| {
            let token = &tokens[at];
            is_of_interest(token) && token.span.start <= offset && offset <= token.span.end
        })
}

fn of_name(named: &Mention, walk: &Walk, vocabulary: &Vocabulary) -> Option<String> {
    let name = &*named.name;
    match named.role {
        Role::Service => Some(about::service(name, vocabulary.scenario)),
        Role::Users => Some(format!("**{name}**: group of users")),
        Role::Metric => match find_metric(name) {
            Some(metric) => Some(about::metric(metric)),
            None => Some(format!("**{name}**: metric of your own")),
        },
        Role::Action => vocabulary.action(name).map(about::action),
        Role::Parameter => {
            let action = vocabulary.action(walk.plain(action(&walk.frames)?))?;
            let mut parameters = action.parameters().iter();
            let parameter = parameters.find(|parameter| parameter.name() == name)?;
            Some(about::parameter(parameter))
        }
        Role::FaultKind => vocabulary.about_kind(name),
        Role::OwnParameter | Role::ServiceKnob | Role::CallKnob | Role::UserKnob | Role::File => {
            None
        }
    }
}

/// What is said of a field, a call or a word, or of the field or call that a value is of.
fn of_member(token: &Token, walk: &Walk) -> Option<String> {
    let name = walk.plain(&token.span);
    if walk.is_name() {
        let spot = &walk.frames.last()?.spot;
        let member = spot
            .field(name)
            .or_else(|| spot.call(name))
            .or_else(|| spot.entry(name))?;
        return Some(about::member(name, member.about?, Some(&member)));
    }
    let value = walk.value()?;
    if let Some(call) = value.call(name) {
        return Some(about::member(name, call.about?, None));
    }
    let word = value.words().into_iter().find(|word| word.name == name);
    if let Some(word) = word.filter(|word| word.about["description"].is_string()) {
        return Some(about::member(name, word.about, None));
    }
    value
        .about
        .map(|said| about::member(value.member, said, Some(&value)))
}
