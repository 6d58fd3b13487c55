//! The answers to requests.

use lsp_server::{ErrorCode, ResponseError};
use lsp_types::{
    CodeActionParams, CompletionParams, DocumentFormattingParams, GotoDefinitionParams,
    HoverParams, InlayHintParams, ReferenceParams, RenameParams, TextDocumentPositionParams,
};
use serde_json::{Map, Value as Json, json};

use super::convert::{completion, diagnostic, inlay_hint, markdown, place, range, text_edit};
use super::session::{Document, Found, Session};
use super::uri::uri_of;
use crate::analysis::complete::complete;
use crate::analysis::file::SourceFile;
use crate::analysis::hover::hover;
use crate::analysis::layout::layout;
use crate::analysis::names::Target;
use crate::language::role::Role;
use crate::text::Edit;

/// What a client can do.
#[derive(Clone, Copy, Default)]
pub struct Client {
    /// It fills in places of what is completed.
    pub has_snippets: bool,
    /// It asks for hints again when it is told to.
    pub refreshes_hints: bool,
}

/// An answer, or why there is none.
pub type Answer = Result<Json, ResponseError>;

/// Answers a request.
///
/// # Errors
/// The method is not known, its parameters are no such, or what is asked for can't be done.
pub fn answer(session: &mut Session, client: Client, method: &str, params: Json) -> Answer {
    match method {
        "textDocument/completion" => {
            let params: CompletionParams = parsed(params)?;
            at(
                session,
                &params.text_document_position,
                |document, found, offset| {
                    let vocabulary = document.vocabulary(found);
                    let offers = complete(&document.file, offset, &vocabulary);
                    let text = &document.file.text;
                    let items = offers.iter().enumerate();
                    let items = items
                        .map(|(index, offer)| completion(text, offer, index, client.has_snippets));
                    Ok(json!({"isIncomplete": false, "items": items.collect::<Vec<_>>()}))
                },
            )
        }
        "textDocument/hover" => {
            let params: HoverParams = parsed(params)?;
            at(
                session,
                &params.text_document_position_params,
                |document, found, offset| {
                    let said = hover(&document.file, offset, &document.vocabulary(found));
                    let said = said.map(|said| {
                        let range = range(&document.file.text, &said.span);
                        json!({"contents": markdown(&said.text), "range": range})
                    });
                    Ok(said.unwrap_or_default())
                },
            )
        }
        "textDocument/definition" => {
            let params: GotoDefinitionParams = parsed(params)?;
            at(
                session,
                &params.text_document_position_params,
                |document, found, offset| {
                    let target = document.pair(found).definition(offset);
                    Ok(target
                        .and_then(|target| location(document, found, &target))
                        .unwrap_or_default())
                },
            )
        }
        "textDocument/references" => {
            let params: ReferenceParams = parsed(params)?;
            let with_declaration = params.context.include_declaration;
            at(
                session,
                &params.text_document_position,
                |document, found, offset| {
                    let targets = document.pair(found).references(offset, with_declaration);
                    let places = targets
                        .iter()
                        .filter_map(|target| location(document, found, target));
                    Ok(places.collect())
                },
            )
        }
        "textDocument/prepareRename" => {
            let params: TextDocumentPositionParams = parsed(params)?;
            at(session, &params, prepare_rename)
        }
        "textDocument/rename" => rename(session, parsed(params)?),
        "textDocument/codeAction" => code_actions(session, parsed(params)?),
        "textDocument/formatting" => formatting(session, parsed(params)?),
        "textDocument/inlayHint" => inlay_hints(session, parsed(params)?),
        _ => Err(error(
            ErrorCode::MethodNotFound,
            format!("unknown method {method}"),
        )),
    }
}

/// An error of a code.
pub fn error(code: ErrorCode, message: String) -> ResponseError {
    ResponseError {
        code: code as i32,
        message,
        data: None,
    }
}

fn parsed<T: for<'de> serde::Deserialize<'de>>(params: Json) -> Result<T, ResponseError> {
    serde_json::from_value(params).map_err(|why| error(ErrorCode::InvalidParams, why.to_string()))
}

/// Answers for a place of a text; with nothing if the text is not open, or none of Firewatch's.
fn at(
    session: &mut Session,
    params: &TextDocumentPositionParams,
    answer: impl FnOnce(&Document, &Found, usize) -> Answer,
) -> Answer {
    let uri = params.text_document.uri.as_str();
    match session.has(uri).then(|| session.found(uri)).flatten() {
        Some((document, found)) => {
            let offset = document.file.text.offset(place(params.position));
            answer(document, found, offset)
        }
        None => Ok(Json::Null),
    }
}

fn location(document: &Document, found: &Found, target: &Target) -> Option<Json> {
    let in_file = |file: &SourceFile, span| {
        let uri = match &file.path {
            Some(path) => uri_of(path),
            None => file.name.clone(),
        };
        json!({"uri": uri, "range": range(&file.text, span)})
    };
    Some(match target {
        Target::Here(mention) => in_file(&document.file, &mention.span),
        Target::Partner(mention) => in_file(found.partner.as_ref()?, &mention.span),
        Target::File(path) => json!({"uri": uri_of(path), "range": lsp_types::Range::default()}),
    })
}

fn prepare_rename(document: &Document, found: &Found, offset: usize) -> Answer {
    let named = document.pair(found).named_at(offset);
    let Some(named) = named.filter(|named| named.role == Role::Service) else {
        let message = "only services can be renamed, and none is named here".to_owned();
        return Err(error(ErrorCode::RequestFailed, message));
    };
    let inside = named.span.start + 1..named.span.end.saturating_sub(1);
    Ok(json!({"range": range(&document.file.text, &inside), "placeholder": named.name}))
}

fn rename(session: &mut Session, params: RenameParams) -> Answer {
    let open = session.open_texts();
    let place = params.text_document_position;
    let uri = place.text_document.uri.as_str().to_owned();
    at(session, &place, |document, found, offset| {
        let renaming = document.pair(found).rename(offset, &params.new_name, &open);
        let renaming = renaming.map_err(|why| error(ErrorCode::RequestFailed, why))?;
        let mut changes = Map::new();
        let mut add = |uri: String, file: &SourceFile, edits: &[Edit]| {
            let edits = edits.iter().map(|edit| json!(text_edit(&file.text, edit)));
            let edits: Vec<Json> = edits.collect();
            if !edits.is_empty() {
                changes.insert(uri, edits.into());
            }
        };
        add(uri, &document.file, &renaming.here);
        if let Some(partner) = &found.partner {
            let path = partner.path.as_deref();
            add(
                path.map(uri_of).unwrap_or_default(),
                partner,
                &renaming.partner,
            );
        }
        Ok(json!({"changes": changes}))
    })
}

fn code_actions(session: &mut Session, params: CodeActionParams) -> Answer {
    let uri = params.text_document.uri.as_str().to_owned();
    let Some((document, found)) = session.has(&uri).then(|| session.found(&uri)).flatten() else {
        return Ok(Json::Null);
    };
    let text = &document.file.text;
    let [start, end] = [params.range.start, params.range.end].map(|at| text.offset(place(at)));
    let mut actions = Vec::new();
    for problem in &found.checked.problems {
        let Some(suggestion) = problem.suggestion(text.as_str()) else {
            continue;
        };
        if suggestion.span.end < start || end < suggestion.span.start {
            continue;
        }
        let edit = Edit {
            span: suggestion.span,
            text: suggestion.text,
        };
        actions.push(json!({
            "title": format!("Change to {}", edit.text),
            "kind": "quickfix",
            "isPreferred": true,
            "diagnostics": [diagnostic(text, problem)],
            "edit": {"changes": {&uri: [text_edit(text, &edit)]}},
        }));
    }
    Ok(actions.into())
}

fn formatting(session: &mut Session, params: DocumentFormattingParams) -> Answer {
    let uri = params.text_document.uri.as_str();
    let Some((document, _)) = session.has(uri).then(|| session.found(uri)).flatten() else {
        return Ok(Json::Null);
    };
    let edit = layout(&document.file).map(|edit| text_edit(&document.file.text, &edit));
    Ok(edit.iter().map(|edit| json!(edit)).collect())
}

fn inlay_hints(session: &mut Session, params: InlayHintParams) -> Answer {
    let uri = params.text_document.uri.as_str();
    let Some((document, found)) = session.has(uri).then(|| session.found(uri)).flatten() else {
        return Ok(Json::Null);
    };
    let text = &document.file.text;
    let [start, end] = [params.range.start, params.range.end].map(|at| text.offset(place(at)));
    let within = found
        .hints
        .iter()
        .filter(|hint| (start..=end).contains(&hint.offset));
    Ok(within.map(|hint| json!(inlay_hint(text, hint))).collect())
}
