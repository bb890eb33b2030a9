"""Colours for `.scheme` listings: keywords, functions, numbers, comments."""

from typing import ClassVar

from pygments.lexer import RegexLexer, words
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text

STATEMENTS = (
    "scheme domain grid boundary graph field data param function kernel equation energy iterate "
    "initial space time solve certify watch"
).split()
LOGIC = "and or not in on of for".split()
CALCULUS = "dt dtt dx dy dz dxx dyy dzz dxy d grad div lap curl dot norm2 integral mean".split()


class SchemeLexer(RegexLexer):
    """A statement starts in column 1 with its keyword; `#` starts a comment."""

    name = "scheme"
    aliases: ClassVar[list[str]] = ["scheme"]
    filenames: ClassVar[list[str]] = ["*.scheme"]
    tokens: ClassVar[dict[str, list[object]]] = {
        "root": [
            (r"#[^\n]*", Comment.Single),
            (words(STATEMENTS, prefix=r"^", suffix=r"\b"), Keyword.Declaration),
            (words(LOGIC, prefix=r"\b", suffix=r"\b"), Operator.Word),
            (words(CALCULUS, prefix=r"\b", suffix=r"(?=\()"), Name.Builtin),
            (r"[A-Za-z_][A-Za-z_0-9]*(?=\()", Name.Function),
            (r"[A-Za-z_][A-Za-z_0-9]*", Name),
            (r"[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", Number),
            (r'"[^"\n]*"', String.Doc),
            (r"<=|>=|==|\*\*|->|\.T|[-+*/^=<>]", Operator),
            (r"[()\[\],:.]", Punctuation),
            (r"\s+", Text),
        ]
    }
