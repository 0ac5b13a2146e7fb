"""A small object store on loopback that speaks as much of S3 as a lake asks of one, conditional puts included.

It runs in a process of its own, because `deltalake` holds the interpreter while it waits for an answer, and keeps its
objects as files of a folder, where tests look at them.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

ADDRESS = "s3://box/district"
SECRET = "loopback-secret-0001"


@dataclass(frozen=True)
class Store:
    """The server's address, and the folder in which its objects lie."""

    url: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to speak with it."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "loopback",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
        }

    def names(self) -> list[str]:
        """Every object's key below the lake's address."""
        top = self.folder / "district"
        return sorted(path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file())

    def path(self, key: str) -> Path:
        """Where an object lies."""
        return self.folder / "district" / key


@contextmanager
def serving(folder: Path, *, is_conditional: bool = True) -> Iterator[Store]:
    """A store for as long as the block lasts; one that is not conditional lets everybody overwrite everything."""
    folder.mkdir()
    words = [sys.executable, __file__, str(folder), "conditional" if is_conditional else "careless"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield Store(f"http://127.0.0.1:{int(server.stdout.readline())}", folder)
        finally:
            server.kill()


class _Objects:
    def __init__(self, folder: Path, *, is_conditional: bool) -> None:
        self.folder = folder
        self.is_conditional = is_conditional
        self.parts: dict[str, dict[int, bytes]] = {}
        self.door = threading.Lock()

    def get(self, key: str) -> bytes | None:
        try:
            return (self.folder / key).read_bytes()
        except (FileNotFoundError, IsADirectoryError):
            return None

    def put(self, key: str, content: bytes) -> None:
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def names(self) -> list[str]:
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())


class _Desk(BaseHTTPRequestHandler):
    held: _Objects
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every answer waits for the client to acknowledge its headers

    def log_message(self, format: str, *words: object) -> None:
        return

    def _asked(self) -> tuple[str, dict[str, str]]:
        where = urlsplit(self.path)
        key = unquote(where.path).removeprefix("/box").lstrip("/")
        return key, {name: values[0] for name, values in parse_qs(where.query, keep_blank_values=True).items()}

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if self.command != "HEAD" or "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self) -> None:
        key, query = self._asked()
        if "list-type" in query:
            self._answer(200, self._listed(query), Content_Type="application/xml")
            return
        content = self.held.get(key)
        if content is None:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
            return
        tag = {"ETag": _tag(content), "Last_Modified": "Thu, 15 Jan 2026 00:00:00 GMT"}
        span = self.headers.get("Range")
        if span and self.command == "GET":
            first, _, last = span.removeprefix("bytes=").partition("-")
            end = min(int(last or len(content) - 1), len(content) - 1)
            tag["Content_Range"] = f"bytes {first}-{end}/{len(content)}"
            self._answer(206, content[int(first) : end + 1], **tag)
        elif self.command == "HEAD":
            self._answer(200, Content_Length=str(len(content)), **tag)
        else:
            self._answer(200, content, **tag)

    do_HEAD = do_GET

    def do_PUT(self) -> None:
        key, query = self._asked()
        content = self._body()
        with self.held.door:
            if "uploadId" in query:
                self.held.parts[query["uploadId"]][int(query["partNumber"])] = content
            elif (
                self.held.is_conditional and self.headers.get("If-None-Match") == "*" and self.held.get(key) is not None
            ):
                self._answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
                return
            else:
                self.held.put(key, content)
        self._answer(200, ETag=_tag(content))

    def do_POST(self) -> None:
        key, query = self._asked()
        body = self._body().decode()
        if "delete" in query:
            keys = [unescape(key) for key in re.findall("<Key>(.*?)</Key>", body)]
            for key in keys:
                (self.held.folder / key).unlink(missing_ok=True)
            rows = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
            said = f"<DeleteResult>{rows}</DeleteResult>"
        elif "uploads" in query:
            name = hashlib.sha256(f"{key}{len(self.held.parts)}".encode()).hexdigest()
            self.held.parts[name] = {}
            said = f"<InitiateMultipartUploadResult><UploadId>{name}</UploadId></InitiateMultipartUploadResult>"
        else:
            parts = self.held.parts.pop(query["uploadId"])
            whole = b"".join(parts[number] for number in sorted(parts))
            self.held.put(key, whole)
            tag = _tag(whole)
            said = f"<CompleteMultipartUploadResult><ETag>{escape(tag)}</ETag></CompleteMultipartUploadResult>"
        self._answer(200, said.encode(), Content_Type="application/xml")

    def do_DELETE(self) -> None:
        key, _ = self._asked()
        (self.held.folder / key).unlink(missing_ok=True)
        self._answer(204)

    def _listed(self, query: dict[str, str]) -> bytes:
        prefix, cut = query.get("prefix", ""), query.get("delimiter", "")
        keys, folders = [], set()
        for key in self.held.names():
            if not key.startswith(prefix) or key <= query.get("start-after", ""):
                continue
            head, found, _ = key.removeprefix(prefix).partition(cut) if cut else ("", "", "")
            if found:
                folders.add(prefix + head + cut)
            else:
                keys.append(key)
        found = ((key, self.held.get(key) or b"") for key in keys)
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>2026-01-15T00:00:00.000Z</LastModified>"
            f"<ETag>{escape(_tag(content))}</ETag><Size>{len(content)}</Size></Contents>"
            for key, content in found
        )
        common = "".join(f"<CommonPrefixes><Prefix>{escape(one)}</Prefix></CommonPrefixes>" for one in sorted(folders))
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{rows}{common}</ListBucketResult>".encode()


def _tag(content: bytes) -> str:
    return f'"{hashlib.md5(content).hexdigest()}"'  # what S3 calls an entity tag; nothing is kept safe by it


def main() -> None:
    """Serve a folder until killed; the first line says at which port."""

    class Desk(_Desk):
        held = _Objects(Path(sys.argv[1]), is_conditional=sys.argv[2] == "conditional")

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
