# SPDX-License-Identifier: GPL-2.0-or-later
"""Finds every small fault (mutant) that can be planted in a C source, by clang's syntax tree. A mutant
replaces one span of a function's body. What a macro wrote is left alone: its text stands elsewhere."""
import dataclasses
import hashlib
import json
import os
import re

import clang.cindex
from clang.cindex import CursorKind, TypeKind

# Each becomes what a slip of the pen makes of it: the bound off by one, the opposite, its neighbour.
OPERATORS = {
    "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"],
    "==": ["!="], "!=": ["=="], "&&": ["||"], "||": ["&&"],
    "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["*"],
    "&": ["|"], "|": ["&"], "^": ["&"], "<<": [">>"], ">>": ["<<"],
    "+=": ["-="], "-=": ["+="], "|=": ["&="], "&=": ["|="], "<<=": [">>="], ">>=": ["<<="],
}
STEPS = {"++": "--", "--": "++"}
NUMBER = re.compile(r"(0[xX][0-9a-fA-F]+|[0-9]+)([uUlL]*)")
# Where only equality counts, the order of what is compared does not.
COMPARISONS = ("strcmp", "strncmp", "strcasecmp", "memcmp")
# Between two operands: an operator alone.
OPERATOR_GAP = re.compile(r"\s*([-+*/%&|^<>=!]+)\s*")
ASSIGNMENTS = (CursorKind.BINARY_OPERATOR, CursorKind.COMPOUND_ASSIGNMENT_OPERATOR)
STATEMENTS = ASSIGNMENTS + (CursorKind.CALL_EXPR, CursorKind.UNARY_OPERATOR, CursorKind.BREAK_STMT,
                            CursorKind.CONTINUE_STMT, CursorKind.CSTYLE_CAST_EXPR)
# Whose children are all statements, and of which only the last is.
BLOCKS = (CursorKind.COMPOUND_STMT, CursorKind.LABEL_STMT, CursorKind.DEFAULT_STMT)
LAST_IS_BODY = (CursorKind.FOR_STMT, CursorKind.WHILE_STMT, CursorKind.CASE_STMT)


@dataclasses.dataclass(frozen=True)
class Mutant:
    source: str  # below the top of the tree
    function: str
    line: int
    start: int  # the span, in bytes of the source
    end: int
    text: str  # what stands in its place
    kind: str
    before: str  # the lines that it changes, as one, and what they become
    after: str


class Finder:
    """The mutants of one source."""

    def __init__(self, source, content):
        self.source = source
        self.content = content
        self.found = {}
        self.function = None

    def text(self, start, end):
        return self.content[start:end].decode("utf-8", "replace")

    def add(self, kind, start, end, text):
        if start >= end or self.text(start, end) == text:
            return
        first = self.content.rfind(b"\n", 0, start) + 1
        last = self.content.find(b"\n", end)
        before = self.text(first, last)
        after = self.text(first, start) + text + self.text(end, last)
        self.found.setdefault((start, end, text), Mutant(
            self.source, self.function.spelling, self.content.count(b"\n", 0, start) + 1,
            start, end, text, kind, " ".join(before.split()), " ".join(after.split())))

    def operators(self, cursor, left, right):
        """The operator between two operands, and either operand alone."""
        start, end = span(left)[1], span(right)[0]
        match = OPERATOR_GAP.fullmatch(self.text(start, end)) if start < end else None
        if not match:
            return
        operator, at = match[1], start + match.start(1)
        for other in OPERATORS.get(operator, []):
            self.add("operator", at, at + len(operator), other)
        if operator in ("&&", "||"):
            self.add("operand dropped", *span(cursor), self.text(*span(left)))
            self.add("operand dropped", *span(cursor), self.text(*span(right)))

    def unary(self, cursor):
        start, end = span(cursor)
        if self.text(start, start + 1) == "!":
            self.add("negation dropped", start, start + 1, "")
        for step, other in STEPS.items():
            if self.text(start, start + 2) == step:
                self.add("step", start, start + 2, other)
            elif self.text(end - 2, end) == step:
                self.add("step", end - 2, end, other)

    def number(self, cursor):
        start, end = span(cursor)
        match = NUMBER.fullmatch(self.text(start, end))
        if not match:
            return
        if self.text(start - 3, start) == "? -" or self.text(start - 2, start) == ": ":
            return  # a comparison's answer, of which only the sign counts
        hexadecimal = match[1].lower().startswith("0x")
        value = int(match[1], 16 if hexadecimal else 8 if match[1].startswith("0") else 10)
        form = "{:#x}{}" if hexadecimal else "{}{}"
        self.add("constant", start, end, form.format(value + 1, match[2]))
        if value:
            self.add("constant", start, end, form.format(value - 1, match[2]))

    def arguments(self, cursor):
        """Neighbours of the same type, swapped."""
        given = list(cursor.get_arguments())
        for left, right in zip(given, given[1:]):
            if left.type.get_canonical() != right.type.get_canonical():
                continue
            (start, end), (next_start, next_end) = span(left), span(right)
            between = self.text(end, next_start)
            if between.strip() == ",":
                self.add("arguments swapped", start, next_end,
                         self.text(next_start, next_end) + between + self.text(start, end))

    def is_equality(self, cursor):
        """Whether a comparison's result is only asked whether it is zero."""
        start, end = span(cursor)
        return self.text(start - 1, start) == "!" or \
            bool(re.match(r"\s*[!=]=\s*0\b", self.text(end, end + 12)))

    def condition(self, cursor):
        start, end = span(cursor)
        text = self.text(start, end)
        if cursor.kind == CursorKind.UNARY_OPERATOR and text.startswith("!"):
            return  # unary() drops it
        if text.count("(") == text.count(")"):
            self.add("condition negated", start, end, f"!({text})")

    def statement(self, cursor):
        """Left out."""
        start, end = span(cursor)
        text = self.text(start, end)
        if text.count("(") == text.count(")") and re.match(r"\s*;", self.text(end, end + 8)):
            self.add("statement removed", start, end, "")

    def returned(self, cursor, value):
        start, end = span(value)
        text = self.text(start, end)
        result = self.function.result_type.get_canonical()
        if text in ("true", "false"):
            self.add("result negated", start, end, "false" if text == "true" else "true")
        elif result.kind == TypeKind.BOOL:
            self.add("result negated", start, end, f"!({text})")
        elif result.spelling == "struct fb_error *" and text != "NULL":
            self.add("error dropped", *span(cursor), f"{{ fb_error_destroy({text}); return NULL; }}")

    def visit(self, cursor, parent):
        children = list(cursor.get_children())
        kind = cursor.kind
        if kind in ASSIGNMENTS and len(children) == 2:
            self.operators(cursor, *children)
        elif kind == CursorKind.UNARY_OPERATOR:
            self.unary(cursor)
        elif kind == CursorKind.INTEGER_LITERAL:
            self.number(cursor)
        elif kind == CursorKind.CALL_EXPR:
            if cursor.spelling == "calloc":
                return  # which of the two is count, and whether it is too large, nothing can tell
            if cursor.spelling not in COMPARISONS or not self.is_equality(cursor):
                self.arguments(cursor)
        elif kind in (CursorKind.IF_STMT, CursorKind.CONDITIONAL_OPERATOR):
            self.condition(children[0])
        elif kind == CursorKind.RETURN_STMT and children:
            self.returned(cursor, children[0])
        if kind in STATEMENTS and is_statement(cursor, parent):
            self.statement(cursor)
        for child in children[1:] if kind == CursorKind.CASE_STMT else children:
            self.visit(child, cursor)

    def find(self, unit):
        for cursor in unit.cursor.get_children():
            file = cursor.location.file
            if cursor.kind == CursorKind.FUNCTION_DECL and cursor.is_definition() and file and \
                    file.name == unit.spelling:
                self.function = cursor
                for child in cursor.get_children():
                    if child.kind == CursorKind.COMPOUND_STMT:
                        self.visit(child, cursor)
        return sorted(self.found.values(), key=lambda mutant: (mutant.start, mutant.end, mutant.text))


def span(cursor):
    return cursor.extent.start.offset, cursor.extent.end.offset


def is_statement(cursor, parent):
    """And no condition, or part of a for's head."""
    if parent.kind in BLOCKS:
        return True
    children = list(parent.get_children())
    if parent.kind == CursorKind.IF_STMT:
        return cursor != children[0]
    if parent.kind == CursorKind.DO_STMT:
        return cursor == children[0]
    return parent.kind in LAST_IS_BODY and cursor == children[-1]


def hash_of(content):
    return hashlib.sha256(content).hexdigest()[:16]


def find(top, source, arguments, kept):
    """All mutants of a source, in its order. arguments: the compiler's. kept: a folder in which what
    was found is kept for the next time."""
    path = os.path.join(top, source)
    with open(path, "rb") as file:
        content = file.read()
    with open(__file__, "rb") as file:
        state = f"{hash_of(content)}-{hash_of(file.read())}"
    kept = os.path.join(kept, source.replace("/", "-") + ".json")
    if os.path.exists(kept):
        with open(kept, encoding="utf-8") as file:
            known = json.load(file)
        if known["state"] == state:
            return [Mutant(**fields) for fields in known["mutants"]]
    unit = clang.cindex.Index.create().parse(path, args=arguments)
    errors = [each for each in unit.diagnostics if each.severity >= clang.cindex.Diagnostic.Error]
    if errors:
        raise RuntimeError(f"{source}: {errors[0].spelling}")
    mutants = Finder(source, content).find(unit)
    with open(kept, "w", encoding="utf-8") as file:
        json.dump({"state": state, "mutants": [dataclasses.asdict(each) for each in mutants]}, file)
    return mutants
