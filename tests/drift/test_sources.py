"""A document is read from any source, and nothing else is taken for a document."""

from __future__ import annotations

import base64
import io
import json
import re
import threading
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

import pytest

from idc_drift.__main__ import main
from idc_drift.compare.documents import compare
from idc_drift.documents.document import Unreadable, read
from idc_drift.documents.sources import Access
from idc_drift.model.reading import coverage
from tests.support.loopback_server import LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {"/a": {"get": {"responses": {"200": {}}}}},
}
TEXT = json.dumps(DOCUMENT)
UI = '<!DOCTYPE html><html><body><div id="swagger-ui"></div><script>{}</script></body></html>'


@pytest.fixture
def site() -> Iterator[tuple[str, dict[str, Any]]]:
    """An address on this machine, and what each path answers: a text, or status, headers and text."""
    yield from serve()


def serve() -> Iterator[tuple[str, dict[str, Any]]]:
    pages: dict[str, Any] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pages.get("authorization", []).append(self.headers["authorization"])
            page = pages.get(self.path, (404, {}, "nothing here"))
            status, headers, body = page if isinstance(page, tuple) else (200, {}, page)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = LoopbackServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", pages
    server.shutdown()
    thread.join()
    server.server_close()


def write(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


# ------------------------------------------------------------------------------------------------------- texts


def test_a_json_file_is_read_with_positions(tmp_path: Path) -> None:
    found = read(write(tmp_path / "a.json", json.dumps(DOCUMENT, indent=2)))
    assert found.content == DOCUMENT
    line, column = found.position("/paths/~1a/get")
    assert json.dumps(DOCUMENT, indent=2).splitlines()[line - 1][column - 1 :].startswith('"get"')


_MERGED = """\
a: &a {k: 1, l: {m: 2}}
b: *a
c: {<<: *a, k: 3, n: [1, {o: 1}]}
d: {e: [[1], {f: 1}], g: {h: 1}, e: {i: {j: 2}}, q: {r: 1}}
s: {<<: [*a, {t: {u: 1}}], v: [*a, {w: 1}]}
"""


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        ("/a/l/m", (1, 18)),
        ("/b", (2, 1)),
        ("/b/l/m", (1, 18)),
        ("/c/k", (3, 13)),
        ("/c/l/m", (1, 18)),
        ("/c/n/1/o", (3, 27)),
        ("/d/e/i/j", (4, 42)),
        ("/d/g/h", (4, 27)),
        ("/d/q/r", (4, 54)),
        ("/s/l/m", (1, 18)),
        ("/s/t/u", (5, 19)),
        ("/s/v/0/k", (1, 8)),
        ("/s/v/1/w", (5, 37)),
    ],
)
def test_what_is_merged_repeated_or_an_alias_in_yaml_has_the_place_where_it_is_written(
    tmp_path: Path, pointer: str, place: tuple[int, int]
) -> None:
    assert read(write(tmp_path / "a.yaml", f"{_MERGED}openapi: 3.0.0\npaths: {{}}\n")).position(pointer) == place


def test_a_yaml_file_is_read_with_positions(tmp_path: Path) -> None:
    found = read(write(tmp_path / "a.yaml", "openapi: 3.1.0\npaths:\n  /a:\n    get:\n      tags: [x, y]\n"))
    assert found.position("/paths/~1a/get") == (4, 5)
    assert found.position("/paths/~1a/get/tags/1") == (5, 17)
    assert found.position("/paths/~1a/get/missing/deeper") == (4, 5)
    assert found.position("") == (1, 1)


def test_standard_input_is_read() -> None:
    assert read("-", stdin=io.StringIO(TEXT)).content == DOCUMENT


def test_yaml_is_read_by_the_core_schema(tmp_path: Path) -> None:
    text = """
openapi: 3.0
on: {200: a, true: b, null: c, 1.50: d}
values: [yes, no, on, off, 2021-01-01, 010, 0o10, 0x10, 1_000, 12:30:45, .5, 1e3, ~, Null, True, 'true', !!str 12]
"""
    found = read(write(tmp_path / "a.yaml", text)).content
    assert list(found["on"]) == ["200", "true", "null", "1.50"]
    values = [
        "yes",
        "no",
        "on",
        "off",
        "2021-01-01",
        10,
        8,
        16,
        "1_000",
        "12:30:45",
        0.5,
        1000.0,
        None,
        None,
        True,
        "true",
        "12",
    ]
    assert found["values"] == values


def test_merge_keys_and_aliases_are_followed(tmp_path: Path) -> None:
    found = read(write(tmp_path / "a.yaml", "openapi: 3.1.0\nx: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\nz: *x\n")).content
    assert found["y"] == {"a": 1, "b": 3}
    assert found["z"] is found["x"]


def test_a_key_that_stands_twice_is_noted(tmp_path: Path) -> None:
    assert "twice" in read(write(tmp_path / "a.yaml", "openapi: 3.1.0\npaths: {}\npaths: {}\n")).notes[0]
    assert "twice" in read(write(tmp_path / "a.json", '{"openapi": "3.1.0", "a": 1, "a": 2}')).notes[0]


def test_a_byte_order_mark_and_utf_16_are_read(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        path = tmp_path / encoding
        path.write_bytes(TEXT.encode(encoding))
        assert read(str(path)).content == DOCUMENT


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("just a word", "holds a string"),
        ("[1, 2]", "holds a list"),
        ("a: 1", "neither `openapi` nor `swagger`"),
        ('{"detail": "Not Found"}', "it says 'Not Found'"),
        ("{", "invalid JSON"),
        ("a: [1", "invalid YAML"),
        ("a: b: c", "line 1"),
        ("openapi: &a [*a]", "is undefined, or refers to a value that contains it"),
        ("openapi: 3.1.0\n? [a]\n: b", "a key is not a string"),
        ("openapi: " + "[" * 3000 + "]" * 3000, "nested too deeply"),
        ('{"openapi":' + "[" * 200_000 + "]" * 200_000 + "}", "nested too deeply"),
    ],
)
def test_what_is_no_document_is_refused_in_a_sentence(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words.replace("(", r"\(")) as caught:
        read(write(tmp_path / "a", text))
    assert str(caught.value).endswith(".")


def test_a_bomb_of_aliases_is_refused(tmp_path: Path) -> None:
    lines = ["openapi: 3.1.0", "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(Unreadable, match="aliases expand"):
        read(write(tmp_path / "bomb.yaml", "\n".join(lines)))


def test_what_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xff\x00\x81openapi")
    for source, words in (
        (tmp_path / "gone", "No such file"),
        (tmp_path, "Is a directory"),
        (tmp_path / "a", "not text"),
    ):
        with pytest.raises(Unreadable, match=words):
            read(str(source))
    for source in ("file:///etc/passwd", "ftp://a.test/x"):
        with pytest.raises(Unreadable, match="use a file, http or https"):
            read(source)


# ---------------------------------------------------------------------------------------------------- over HTTP


def test_a_url_is_read(site: tuple[str, dict[str, Any]]) -> None:
    address, pages = site
    pages["/openapi.json"] = TEXT
    pages["/moved"] = (302, {"Location": "/openapi.json"}, "")
    assert read(f"{address}/openapi.json").content == DOCUMENT
    assert read(f"{address}/moved").origin == f"{address}/openapi.json"


def test_what_a_server_refuses_is_said(site: tuple[str, dict[str, Any]]) -> None:
    address, pages = site
    pages["/410"] = (410, {}, TEXT)
    pages["/file"] = (302, {"Location": "file:///etc/passwd"}, "")
    pages["/round"] = (302, {"Location": "/round"}, "")
    pages["/login"] = UI.format("<title>Sign in</title><input type='password'>")
    pages["/page"] = "<html><body>Hello</body></html>"
    cases = {
        "/410": "responded 410",
        "/gone": "responded 404",
        "/file": "cannot be reached",
        "/round": "cannot be reached",
        "/login": "a login page",
        "/page": "neither embeds a document nor points to one",
    }
    for path, words in cases.items():
        with pytest.raises(Unreadable, match=words):
            read(address + path)
    with pytest.raises(Unreadable, match="cannot be reached"):
        read("http://127.0.0.1:1/openapi.json", timeout=2)


@pytest.mark.parametrize(
    "script",
    [
        "SwaggerUIBundle({ url: '/spec/openapi.json', dom_id: '#swagger-ui' })",
        'const ui = SwaggerUIBundle({"url": "spec/openapi.json", "dom_id": "#ui"})',
        'window.ui = SwaggerUIBundle({ urls: [{url: "./spec/openapi.json", name: "one"}] })',
        'SwaggerUIBundle({ url: window.location.origin + "/spec/openapi.json" })',
        "SwaggerUIBundle({ configUrl: '/config' })",
        'fetch("/spec/openapi.json").then(answer => answer.json()).then(spec => { '
        'window.ui = SwaggerUIBundle({spec, dom_id: "#swagger-ui"}); });',
        "SwaggerUIBundle({ spec: " + TEXT + ", dom_id: '#ui' })",
        "SwaggerUIBundle({ spec: {openapi: '3.1.0', info: {title: 't', version: '1'}, "
        "paths: {'/a': {get: {responses: {'200': {}}}}}} })",
        'var options = {"swaggerDoc": ' + TEXT + ', "customOptions": {}};',
        'var configObject = JSON.parse(\'{"urls":[{"url":"/spec/openapi.json","name":"V1"}]}\');',
    ],
)
def test_a_page_of_swagger_ui_leads_to_its_document(site: tuple[str, dict[str, Any]], script: str) -> None:
    address, pages = site
    pages["/docs"] = UI.format(script)
    pages["/spec/openapi.json"] = TEXT
    pages["/config"] = '{"url": "/spec/openapi.json", "oauth2RedirectUrl": "http://a.test"}'
    found = read(f"{address}/docs")
    assert found.content == DOCUMENT
    assert "is a page" in found.notes[-1]


@pytest.mark.parametrize(
    "page",
    [
        '<html><redoc spec-url="/spec/openapi.json"></redoc></html>',
        '<html><rapi-doc spec-url = "spec/openapi.json"></rapi-doc></html>',
        '<html><script id="api-reference" data-url="/spec/openapi.json"></script></html>',
        '<html><script src="./swagger-initializer.js"></script></html>',
        '<html><script src="swagger-ui-init.js"></script></html>',
    ],
)
def test_other_pages_lead_to_their_document(site: tuple[str, dict[str, Any]], page: str) -> None:
    address, pages = site
    pages["/docs"] = page
    pages["/spec/openapi.json"] = TEXT
    pages["/swagger-initializer.js"] = 'window.onload = () => { SwaggerUIBundle({ url: "spec/openapi.json" }) }'
    pages["/swagger-ui-init.js"] = "let options = " + json.dumps({"swaggerDoc": DOCUMENT}) + ";"
    assert read(f"{address}/docs").content == DOCUMENT


def test_a_page_whose_document_is_gone_is_refused(site: tuple[str, dict[str, Any]]) -> None:
    address, pages = site
    pages["/docs"] = UI.format("SwaggerUIBundle({url: '/gone.json'})")
    with pytest.raises(Unreadable, match=r"cannot be read: .*responded 404"):
        read(f"{address}/docs")


def test_a_saved_page_leads_to_a_file_beside_it(tmp_path: Path) -> None:
    write(tmp_path / "openapi.json", TEXT)
    assert read(write(tmp_path / "page.html", UI.format("SwaggerUIBundle({url: 'openapi.json'})"))).content == DOCUMENT


# -------------------------------------------------------------------------------------------------- references


def split(schema: str) -> str:
    return f"""
openapi: 3.1.0
paths:
  /a: {{get: {{responses: {{'200': {{content: {{application/json: {{schema: {{$ref: '{schema}'}}}}}}}}}}}}}}
"""


def test_references_to_files_beside_it_are_followed(tmp_path: Path) -> None:
    write(tmp_path / "shared.yaml", "A: {type: object, properties: {b: {$ref: '#/B'}}}\nB: {type: string}\n")
    one = read(write(tmp_path / "one.yaml", split("shared.yaml#/A")))
    (tmp_path / "sub").mkdir()
    write(tmp_path / "sub" / "shared.yaml", "A: {type: object, properties: {b: {$ref: 'b.json'}}}\n")
    write(tmp_path / "sub" / "b.json", '{"type": "integer"}')
    other = read(write(tmp_path / "other.yaml", split("./sub/shared.yaml#/A")))
    (change,) = compare(one, other)
    assert change.rule == "response-type-changed"
    assert change.pointer == f"{tmp_path}/shared.yaml#/B/type"
    assert change.places[0].line == 2


@pytest.mark.parametrize(
    "paths",
    [
        {"/a": {"$ref": "sub/path.json"}},
        {"/a": {"get": {"responses": {"200": {"$ref": "sub/answer.json"}}}}},
        {"/a": {"post": {"parameters": [{"$ref": "sub/body.json"}], "responses": {}}}},
    ],
)
def test_references_of_a_file_begin_where_it_is_also_in_swagger_2(tmp_path: Path, paths: Any) -> None:
    found = []
    for name, kind in (("one", "string"), ("other", "integer")):
        folder = tmp_path / name / "sub"
        folder.mkdir(parents=True)
        answer = {"description": "", "schema": {"$ref": "thing.json"}}
        body = {"name": "b", "in": "body", "schema": {"$ref": "thing.json"}}
        write(folder / "path.json", json.dumps({"get": {"responses": {"200": answer}}}))
        write(folder / "answer.json", json.dumps(answer))
        write(folder / "body.json", json.dumps(body))
        write(folder / "thing.json", json.dumps({"type": "object", "properties": {"a": {"type": kind}}}))
        found.append(write(tmp_path / name / "a.json", json.dumps({"swagger": "2.0", "info": {}, "paths": paths})))
    changes = compare(read(found[0]), read(found[1]))
    assert {change.rule.partition("-")[2] for change in changes} == {"type-changed"}
    assert not read(found[0]).notes


def test_references_over_http_never_lead_to_files(site: tuple[str, dict[str, Any]], tmp_path: Path) -> None:
    address, pages = site
    secret = write(tmp_path / "secret.yaml", "type: integer")
    pages["/one"] = split("shared.yaml")
    pages["/shared.yaml"] = "type: integer"
    pages["/other"] = split(f"file://{secret}")
    changes = compare(read(f"{address}/one"), other := read(f"{address}/other"))
    assert changes
    (unread,) = coverage(other).unread
    assert "is not a usable address" in unread


@pytest.fixture
def other_site() -> Iterator[tuple[str, dict[str, Any]]]:
    """A second host."""
    yield from serve()


def test_a_reference_to_another_host_is_followed_only_with_allow_network(
    site: tuple[str, dict[str, Any]], other_site: tuple[str, dict[str, Any]], tmp_path: Path
) -> None:
    (address, pages), (elsewhere, others) = site, other_site
    others["/shared.yaml"] = pages["/own.yaml"] = "type: integer"
    pages["/moved.yaml"] = (302, {"Location": f"{elsewhere}/shared.yaml"}, "")
    cases = {
        write(tmp_path / "file.yaml", split(f"{address}/own.yaml")): False,
        f"{address}/own": True,
        f"{address}/absolute": True,
        f"{address}/other": False,
        f"{address}/moved": False,
    }
    pages["/own"] = split("own.yaml")
    pages["/absolute"] = split(f"{address}/own.yaml")
    pages["/other"] = split(f"{elsewhere}/shared.yaml")
    pages["/moved"] = split("moved.yaml")
    for source, free in cases.items():
        document = read(source)
        unread = coverage(document).unread
        assert (unread == []) is free, source
        if not free:
            assert "--allow-network follows it" in unread[0]
        assert f"{elsewhere}/shared.yaml" not in document.requested
        allowed = read(source, allow_network=True)
        assert coverage(allowed).unread == []
        assert allowed.requested[-1].endswith(".yaml")


def test_every_address_that_was_requested_is_in_the_notes(
    site: tuple[str, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    address, pages = site
    pages["/a.yaml"], pages["/own.yaml"] = split("own.yaml"), "type: integer"
    pages["/docs"] = UI.format("SwaggerUIBundle({url: '/a.yaml'})")
    assert main([f"{address}/docs", f"{address}/a.yaml", "--format", "json"]) == 0
    notes = json.loads(capsys.readouterr().out)["notes"]
    assert f"{address}/a.yaml: Requested {address}/docs, {address}/a.yaml, {address}/own.yaml." in notes
    assert f"{address}/a.yaml: Requested {address}/a.yaml, {address}/own.yaml." in notes


def test_a_page_in_a_file_reaches_no_host_without_allow_network(
    site: tuple[str, dict[str, Any]], tmp_path: Path
) -> None:
    address, pages = site
    pages["/openapi.json"] = TEXT
    page = write(tmp_path / "page.html", UI.format(f"SwaggerUIBundle({{url: '{address}/openapi.json'}})"))
    with pytest.raises(Unreadable, match="--allow-network"):
        read(page)
    assert read(page, allow_network=True).content == DOCUMENT


def test_a_document_with_too_many_bytes_of_files_is_read_in_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("idc_drift.documents.sources._TOTAL_LIMIT", 1000)
    write(tmp_path / "shared.yaml", f"type: integer\nx-a: {'y' * 2000}\n")
    (unread,) = coverage(read(write(tmp_path / "a.yaml", split("shared.yaml")))).unread
    assert "MB of files" in unread


def test_a_reference_that_leads_nowhere_is_not_read_and_not_a_change(tmp_path: Path) -> None:
    one = read(write(tmp_path / "one.yaml", split("gone.yaml#/A")))
    other = read(write(tmp_path / "other.yaml", split("gone.yaml#/A")))
    assert compare(one, other) == []
    (unread,) = coverage(one).unread
    assert "gone.yaml cannot be read: No such file" in unread


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_standard_input_is_read_as_a_file_would_be(encoding: str) -> None:
    reported = "openapi: 3.1.0\ninfo: {title: Prüfung, version: '1'}\npaths: {}\n"
    stream = io.TextIOWrapper(io.BytesIO(reported.encode(encoding)), encoding="ascii")
    assert read("-", stdin=stream).content["info"]["title"] == "Prüfung"


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-8-sig"]
)
def test_a_file_in_any_unicode_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a").write_bytes("openapi: 3.1.0\ninfo: {title: Prüfung, version: '1'}\npaths: {}\n".encode(encoding))
    assert read(str(tmp_path / "a")).content["info"]["title"] == "Prüfung"


def test_a_source_without_a_name_a_host_or_an_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idc_drift.documents.sources._LIMIT", 1000)
    for source, words in (("", "name of a document is empty"), ("http://", "no host"), ("/dev/zero", "larger than")):
        with pytest.raises(Unreadable, match=words):
            read(source)


def test_standard_input_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idc_drift.documents.sources._LIMIT", len(TEXT) - 1)
    for stream in (io.StringIO(TEXT), io.TextIOWrapper(io.BytesIO(TEXT.encode()))):
        with pytest.raises(Unreadable, match="standard input is larger than"):
            read("-", stdin=stream)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{swagger: '1.2', apis: []}", "an unsupported version (swagger 1.2)"),
        ("{openapi: 4.0.0, paths: {}}", "an unsupported version (openapi 4.0.0)"),
        ("{openapi: null, paths: {}}", "an unsupported version (openapi None)"),
        ("{openapi: 3.1.0, paths: [/a]}", "its paths are a list, not a mapping"),
        ("{openapi: 3.1.0, paths: []}", "its paths are a list, not a mapping"),
        ("{openapi: 3.1.0, paths: ''}", "its paths are"),
        ("{openapi: 3.1.0, paths: false}", "its paths are"),
    ],
)
def test_what_is_of_no_version_or_has_no_paths_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Unreadable, match=re.escape(words)):
        read(write(tmp_path / "a.yaml", text))


def test_a_document_of_both_kinds_is_read_as_the_newer_with_a_note(tmp_path: Path) -> None:
    found = read(write(tmp_path / "a.yaml", "{openapi: 3.1.0, swagger: '2.0', paths: {}}"))
    assert found.version == "3.1"
    assert "has both `openapi` and `swagger`; it is read as version 3.1" in found.notes[0]


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(Unreadable, match="is not a valid address"):
        read("http://[::1")


def test_secrets_of_an_address_are_sent_and_never_shown(
    site: tuple[str, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    url, pages = site
    asked: list[str | None] = pages.setdefault("authorization", [])
    pages["/d/b.json?token=s3cret"] = json.dumps(
        {**DOCUMENT, "paths": {"/a": {"get": {"responses": {"200": {"$ref": "r.json"}}}}}}
    )
    pages["/d/r.json"] = json.dumps({"description": "d"})
    secret = url.replace("//", "//ada:s3cret@") + "/d/b.json?token=s3cret"
    for form in ("text", "json", "markdown", "html", "github", "sarif", "junit"):
        main([secret, secret, "--format", form])
    main([secret.replace("b.json", "none.json"), secret])
    main([secret.replace("127.0.0.1", "[bad"), secret])
    main([secret, secret, "--version-url", secret])
    printed = "".join(capsys.readouterr())
    assert "b.json?token=…" in printed
    assert "s3cret" not in printed
    assert set(asked) == {"Basic " + base64.b64encode(b"ada:s3cret").decode()}


def test_a_password_goes_to_no_other_origin() -> None:
    access = Access()
    access.name("https://ada:s3cret@example.org/a.json")
    assert access.user_of("https://example.org/b.json") == ("ada", "s3cret")
    for address in ("http://example.org/b.json", "https://example.org:8443/", "https://other.example.org/"):
        assert access.user_of(address) is None
