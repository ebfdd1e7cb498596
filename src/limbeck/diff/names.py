"""How alike two names are: by their words, with what abbreviates and what only decorates them.

Receives two names and what is known of their place; returns a likeness from 0 to 1 and, in words,
why. 0.95 and more means "the same name, otherwise spelled": nothing less does for a rename that
nobody is asked about. Pure text; knows nothing of tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from limbeck.ddl.tokens import words

SAME_NAME = 0.95
"""From here on two names are one, spelled differently."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")

_FULL: dict[str, str] = {
    abbreviation: full
    for full, abbreviations in {
        "address": "addr adr",
        "amount": "amt",
        "average": "avg",
        "category": "cat categ",
        "configuration": "config cfg",
        "country": "ctry",
        "coordinate": "coord",
        "customer": "cust",
        "date": "dt",
        "department": "dept",
        "description": "desc descr",
        "destination": "dest",
        "document": "doc",
        "employee": "emp",
        "error": "err",
        "information": "info",
        "identifier": "ident",
        "image": "img",
        "language": "lang",
        "latitude": "lat",
        "length": "len",
        "longitude": "lon lng long",
        "maximum": "max",
        "message": "msg",
        "minimum": "min",
        "number": "num nr no nbr",
        "object": "obj",
        "organization": "org organisation",
        "parameter": "param",
        "password": "passwd pwd pw",
        "percent": "pct percentage",
        "picture": "pic",
        "position": "pos",
        "previous": "prev",
        "product": "prod",
        "quantity": "qty",
        "reference": "ref",
        "registration": "reg",
        "sequence": "seq",
        "source": "src",
        "statistic": "stat",
        "telephone": "tel phone",
        "temperature": "temp",
        "transaction": "txn tx trx",
        "user": "usr",
        "value": "val",
        "version": "ver",
        "year": "yr",
    }.items()
    for abbreviation in abbreviations.split()
}
"""What is short for what."""

_OPPOSITES = tuple(
    frozenset(pair.split("/"))
    for pair in sorted(
        words(
            "start/end start/stop begin/end first/last from/to min/max minimum/maximum old/new in/out "
            "before/after billing/shipping created/updated created/deleted opened/closed open/close "
            "latitude/longitude width/height width/depth height/depth source/target sender/receiver "
            "debit/credit up/down left/right x/y top/bottom buyer/seller parent/child home/work "
            "home/away given/family next/previous public/private input/output import/export "
            "imported/exported primary/secondary request/response net/gross read/write row/column "
            "email/telephone sent/received"
        )
    )
)
"""Words of which one is not the other's new name."""

_MODIFIERS = words(
    "maximum minimum total average sum number count date time timestamp start end first last from to "
    "previous next id code url"
)
"""Words that say the same before and after another: `max_price` and `price_max`."""

_UNITS = words("second minute hour day week month year")
"""What is a point in time in the singular, and a length of it in the plural."""

_OF_TABLES = frozenset({"tbl", "tb", "t", "table", "tab"})
_OF_TIMES = frozenset({"at", "on", "date", "timestamp", "ts", "datetime", "when"})
_OF_BOOLEANS = frozenset({"is", "flag"})
_OF_KEYS = frozenset({"id", "fk", "key"})


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two names are, and why."""

    value: float
    reason: str
    is_contrary: bool = False
    """Whether they differ in a number, or in words of which one is not the other's new name."""


def split_words(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case, in full and singular: `userAddrs` → user, address."""
    return tuple(_in_full(word.lower()) for word in _WORDS.findall(name))


def compare_names(
    old: str, new: str, *, context: Iterable[str] = (), decorations: Iterable[str] = ()
) -> Likeness:
    """Compare two names.

    `context` are names that the place says already (the table's of a column), `decorations` words
    that only tell the kind (`at` of a time): neither counts when the names differ by nothing else.
    """
    left, right = split_words(old), split_words(new)
    if _joined(old) == _joined(new) and _numbers(old) == _numbers(new):
        return Likeness(1.0, "same name but for its spelling")
    if left == right:
        if _differ_in_units(old, new):
            return _loosely(left, right)
        if _singular_words(old) == _singular_words(new):
            return Likeness(0.98, "same words in another number")
        return Likeness(SAME_NAME, "same words, abbreviated")
    places = [split_words(name) for name in context]
    bare = [_bare(name, set(decorations), places) for name in (left, right)]
    if bare[0] == bare[1] and _are_words(bare[0]):
        return Likeness(SAME_NAME, "same words but for what table or type say already")
    if len(left) == 2 and sorted(left) == sorted(right) and not _MODIFIERS.isdisjoint(left):
        return Likeness(SAME_NAME, "same words in another order")
    return _loosely(left, right)


def _bare(
    name: tuple[str, ...], decorations: set[str], places: Iterable[tuple[str, ...]]
) -> tuple[str, ...]:
    """Return a name without decorations, and without what a row of the place is: an item in order_items.

    The price of an order there, `order_price`, is not the `price`.
    """
    plain = tuple(word for word in name if word not in decorations)
    for place in places:
        for start in range(len(place)):
            row = place[start:]
            if plain[: len(row)] == row and len(plain) > len(row):
                return plain[len(row) :]
    return plain


def _singular_words(name: str) -> list[str]:
    return [_singular(word.lower()) for word in _WORDS.findall(name)]


def _differ_in_units(old: str, new: str) -> bool:
    """Tell whether one has a unit of time in the singular that the other has in the plural."""
    pairs = zip(_WORDS.findall(old), _WORDS.findall(new), strict=False)
    return any(
        one.lower() != two.lower() and {_singular(one.lower()), _singular(two.lower())} <= _UNITS
        for one, two in pairs
    )


def time_words() -> frozenset[str]:
    """Return the words that decorate the name of a time."""
    return _OF_TIMES


def boolean_words() -> frozenset[str]:
    """Return the words that decorate the name of a boolean."""
    return _OF_BOOLEANS


def key_words() -> frozenset[str]:
    """Return the words that decorate the name of a foreign key's column."""
    return _OF_KEYS


def table_words() -> frozenset[str]:
    """Return the words that decorate the name of a table."""
    return _OF_TABLES


def _loosely(left: tuple[str, ...], right: tuple[str, ...]) -> Likeness:
    """Compare names that are not the same: at most 0.8, so that nobody takes them for it."""
    common = set(left) & set(right)
    rest = [tuple(word for word in name if word not in common) for name in (left, right)]
    by_words = 2 * len(common) / (len(set(left)) + len(set(right)) or 1)
    by_letters = SequenceMatcher(None, "".join(left), "".join(right)).ratio()
    percent = round(by_letters * 100)
    if _differ_in_numbers(*rest) or _are_opposites(*rest):
        reason = f"names differ in {_say(rest[0])} and {_say(rest[1])}"
        return Likeness(min(0.4, by_words), reason, is_contrary=True)
    value = min(0.8, max(by_words * 0.9, by_letters if by_letters >= 0.7 else by_letters / 2))
    return Likeness(value, f"name {percent} % alike")


def _in_full(word: str) -> str:
    word = _singular(word)
    return _FULL.get(word, word)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _joined(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()


def _numbers(name: str) -> list[str]:
    return re.findall(r"\d+", name)


def _are_words(name: Iterable[str]) -> bool:
    """Tell whether there is more to a name than numbers and single letters."""
    return any(len(word) > 1 and not word.isdigit() for word in name)


def _differ_in_numbers(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    return any(word.isdigit() for word in left) or any(word.isdigit() for word in right)


def _are_opposites(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    return any(frozenset((one, two)) in _OPPOSITES for one in left for two in right)


def _say(name: tuple[str, ...]) -> str:
    return repr(" ".join(name)) if name else "nothing"
