"""`firewatch lsp` as a client of another language sees it: pygls, by pytest-lsp.

FIREWATCH is the command.
"""

import os
import pathlib

import pytest
import pytest_lsp
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

SCENARIOS = pathlib.Path(__file__).parents[2] / "scenarios"


@pytest_lsp.fixture(
    params=["visual_studio_code", "neovim"],
    config=ClientServerConfig(server_command=[os.environ["FIREWATCH"], "lsp"]),
)
async def client(request, lsp_client: LanguageClient):
    params = types.InitializeParams(capabilities=client_capabilities(request.param))
    await lsp_client.initialize_session(params)
    yield
    await lsp_client.shutdown_session()


async def opened(client: LanguageClient, path: pathlib.Path, text: str) -> types.TextDocumentIdentifier:
    uri = path.as_uri()
    document = types.TextDocumentItem(uri=uri, language_id="ron", version=1, text=text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=document))
    await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    return types.TextDocumentIdentifier(uri=uri)


def place(text: str, part: str, within: int = 1) -> types.Position:
    before = text[: text.index(part) + within]
    line = before.rsplit("\n", 1)[-1]
    return types.Position(before.count("\n"), len(line.encode("utf-16-le")) // 2)


@pytest.mark.asyncio
async def test_a_shipped_scenario(client: LanguageClient):
    path = SCENARIOS / "incidents" / "black-friday-pool-exhaustion.ron"
    text = path.read_text()
    document = await opened(client, path, text)
    assert not client.diagnostics[document.uri]
    at = place(text, '"payment-service"', 3)
    hover = await client.text_document_hover_async(types.HoverParams(document, at))
    assert "service" in hover.contents.value
    context = types.ReferenceContext(include_declaration=True)
    places = await client.text_document_references_async(types.ReferenceParams(context, document, at))
    assert len(places) >= text.count('"payment-service"')
    whole = types.Range(types.Position(0, 0), types.Position(999, 0))
    hints = await client.text_document_inlay_hint_async(types.InlayHintParams(document, whole))
    assert [hint.label.startswith("held at tick ") for hint in hints] == [True] * 6
    # It calls what the catalogue says, which knows no other name of it.
    with pytest.raises(JsonRpcException, match="not in the catalogue"):
        await client.text_document_rename_async(types.RenameParams(document, at, "payments"))


@pytest.mark.asyncio
async def test_what_is_typed(client: LanguageClient, tmp_path):
    text = 'Scenario(name: "🔥", difficulty: easy,\n  services: {"web": ()}, faults: [(kind: bad_deply, service: "w'
    document = await opened(client, tmp_path / "with space 🔥.ron", text)
    codes = [one.code for one in client.diagnostics[document.uri]]
    assert codes, "a text that is not finished has problems"
    at = place(text, ' service: "w', len(' service: "w'))
    offered = await client.text_document_completion_async(types.CompletionParams(document, at))
    assert [item.text_edit.new_text for item in offered.items] == ["web"]
    whole = types.TextDocumentContentChangeWholeDocument(text=text + 'eb")])')
    version = types.VersionedTextDocumentIdentifier(version=2, uri=document.uri)
    client.text_document_did_change(types.DidChangeTextDocumentParams(version, [whole]))
    await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    (problem,) = client.diagnostics[document.uri]
    assert problem.code == "unknown-fault-kind"
    context = types.CodeActionContext(diagnostics=[problem])
    actions = await client.text_document_code_action_async(types.CodeActionParams(document, problem.range, context))
    assert [action.title for action in actions] == ["Change to bad_deploy"]
    changes = await client.text_document_rename_async(types.RenameParams(document, at, "site"))
    assert [edit.new_text for edit in changes.changes[document.uri]] == ['"site"'] * 2
