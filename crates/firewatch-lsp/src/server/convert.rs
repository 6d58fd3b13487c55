//! What was found, in the words of the protocol.

use std::ops::Range as Span;

use firewatch_ron::{Problem, visible};
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Diagnostic, DiagnosticSeverity,
    Documentation, InlayHint, InlayHintLabel, InsertTextFormat, MarkupContent, MarkupKind,
    NumberOrString, Position, Range, TextEdit,
};

use crate::analysis::check::is_warning;
use crate::analysis::complete::{Offer, OfferKind, without_places};
use crate::analysis::outcome::Hint;
use crate::text::{Edit, Place, Text};

/// The name that diagnostics have as their source.
const SOURCE: &str = "firewatch";

pub fn position(text: &Text, offset: usize) -> Position {
    let Place { line, character } = text.place(offset);
    Position { line, character }
}

pub fn range(text: &Text, span: &Span<usize>) -> Range {
    Range {
        start: position(text, span.start),
        end: position(text, span.end.max(span.start)),
    }
}

pub fn place(position: Position) -> Place {
    Place {
        line: position.line,
        character: position.character,
    }
}

pub fn text_edit(text: &Text, edit: &Edit) -> TextEdit {
    TextEdit {
        range: range(text, &edit.span),
        new_text: edit.text.clone(),
    }
}

pub fn diagnostic(text: &Text, problem: &Problem) -> Diagnostic {
    let mut message = visible(&problem.message).into_owned();
    if !problem.label.is_empty() {
        message.push_str(&format!(" ({})", visible(&problem.label)));
    }
    if let Some(help) = &problem.help {
        message.push_str(&format!("\nhelp: {}", visible(help)));
    }
    let severity = match is_warning(problem) {
        true => DiagnosticSeverity::WARNING,
        false => DiagnosticSeverity::ERROR,
    };
    Diagnostic {
        range: range(text, &problem.span.clone().unwrap_or(0..0)),
        severity: Some(severity),
        code: Some(NumberOrString::String(problem.code.to_string())),
        source: Some(SOURCE.to_owned()),
        message,
        ..Diagnostic::default()
    }
}

pub fn completion(text: &Text, offer: &Offer, index: usize, has_snippets: bool) -> CompletionItem {
    let plain = without_places(&offer.edit.text);
    let is_snippet = has_snippets && offer.edit.text.contains('$');
    let edit = Edit {
        span: offer.edit.span.clone(),
        text: match is_snippet {
            true => offer.edit.text.clone(),
            false => plain,
        },
    };
    let kind = match offer.kind {
        OfferKind::Field => CompletionItemKind::FIELD,
        OfferKind::Call => CompletionItemKind::FUNCTION,
        OfferKind::Word => CompletionItemKind::ENUM_MEMBER,
        OfferKind::Name => CompletionItemKind::VALUE,
    };
    CompletionItem {
        label: offer.label.clone(),
        kind: Some(kind),
        detail: Some(offer.detail.clone()),
        documentation: (!offer.about.is_empty())
            .then(|| Documentation::MarkupContent(markdown(&offer.about))),
        // In the order of the language, not of the alphabet.
        sort_text: Some(format!("{index:04}")),
        insert_text_format: is_snippet.then_some(InsertTextFormat::SNIPPET),
        text_edit: Some(CompletionTextEdit::Edit(text_edit(text, &edit))),
        ..CompletionItem::default()
    }
}

pub fn markdown(text: &str) -> MarkupContent {
    MarkupContent {
        kind: MarkupKind::Markdown,
        value: text.to_owned(),
    }
}

pub fn inlay_hint(text: &Text, hint: &Hint) -> InlayHint {
    InlayHint {
        position: position(text, hint.offset),
        label: InlayHintLabel::String(visible(&hint.text).into_owned()),
        kind: None,
        text_edits: None,
        tooltip: None,
        padding_left: Some(true),
        padding_right: None,
        data: None,
    }
}
