"""Files as one zip whose every byte follows from them, so that a byte changed anywhere shows."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

LARGEST = 256 << 20  # bytes; a bundle holds tables and one page
MOST_FILES = 500
_DAY = 0x21  # 1 January 1980, the first day that a zip can say: a real one would differ from run to run
_VERSION, _UNIX, _PLAIN_FILE = 20, 3, 0o100644
_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


class NotOurZip(ValueError):
    """The bytes are not a zip that `zipped` makes; says why."""


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files, stored without compression, in the order of their names.

    Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory) and 4.3.16 (end).

    Examples
    --------
    >>> unzipped(zipped({"a.txt": b"one"}))
    {'a.txt': b'one'}
    """
    body, directory = bytearray(), bytearray()
    for name, content in sorted(files.items()):
        said = name.encode("ascii")
        sizes = (zlib.crc32(content), len(content), len(content), len(said), 0)
        start = len(body)
        body += _LOCAL + struct.pack("<HHHHHIIIHH", _VERSION, 0, 0, 0, _DAY, *sizes) + said + content
        head = struct.pack("<BBHHHHHIIIHH", _VERSION, _UNIX, _VERSION, 0, 0, 0, _DAY, *sizes)
        directory += _CENTRAL + head + struct.pack("<HHHII", 0, 0, 0, _PLAIN_FILE << 16, start) + said
    end = struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(directory), len(body), 0)
    return bytes(body + directory + _END + end)


def unzipped(content: bytes) -> dict[str, bytes]:
    """The files of a zip that `zipped` made, and only of such a one.

    Nothing is decompressed, so that a stranger's file cannot grow, and nothing is written.

    Raises
    ------
    NotOurZip
        When a single byte is another one than `zipped` would write for the same files.
    """
    if len(content) > LARGEST:
        raise NotOurZip("it is larger than any bundle")
    files = _stored(content)
    try:
        again = zipped(files)
    except (UnicodeEncodeError, struct.error) as fault:
        raise NotOurZip("it was not written by Gainline") from fault
    if again != content:
        raise NotOurZip("bytes around its files were changed")
    return files


def _stored(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            return {entry.filename: opened.read(entry) for entry in _sane(opened.infolist(), len(content))}
    except NotOurZip:
        raise
    except (zipfile.BadZipFile, struct.error, EOFError, OSError, RuntimeError, ValueError) as fault:
        raise NotOurZip("it is damaged") from fault


def _sane(entries: list[zipfile.ZipInfo], size: int) -> list[zipfile.ZipInfo]:
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > size:
        raise NotOurZip("it claims to hold more than it does")
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        raise NotOurZip("its files are compressed, and a bundle's are not")
    return entries
