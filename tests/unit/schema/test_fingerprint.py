"""The fingerprint: equal facts, equal text, whatever the order and the process."""

from __future__ import annotations

from dataclasses import replace

from limbeck.schema.facts import CheckFacts, ColumnFacts, SchemaFacts, TableFacts, TableKey
from limbeck.schema.fingerprint import fingerprint

ONE = TableFacts(TableKey(None, "one"), (ColumnFacts("id", "integer", nullable=False),))
TWO = TableFacts(TableKey("other", "two"), (ColumnFacts("id", "integer", nullable=True),))


def schema(*tables: TableFacts) -> SchemaFacts:
    """Return the facts of a schema with these tables, in this order."""
    return SchemaFacts({table.key: table for table in tables})


def test_fingerprint_does_not_depend_on_the_order_of_tables() -> None:
    assert fingerprint(schema(ONE, TWO)) == fingerprint(schema(TWO, ONE))


def test_fingerprint_is_the_same_in_every_process() -> None:
    assert fingerprint(SchemaFacts()) == "1:4f53cda18c2baa0c0354bb5f9a3ecbe5"
    assert fingerprint(schema(ONE, TWO)) == "1:52dfb1b971e5f99c9c2672f251d33345"


def test_fingerprint_changes_with_any_fact() -> None:
    changed = replace(ONE, comment="new")

    assert fingerprint(schema(ONE)) != fingerprint(schema(changed))
    assert fingerprint(schema(ONE)) != fingerprint(schema(ONE, TWO))


def test_fingerprint_tells_the_default_schema_from_another() -> None:
    assert fingerprint(schema(ONE)) != fingerprint(
        schema(replace(ONE, key=TableKey("other", "one")))
    )


def test_fingerprint_leaves_out_what_a_comparison_leaves_out() -> None:
    named = replace(ONE, checks=(CheckFacts("id > 0", "one_id_check"),))
    generated = replace(ONE, checks=(CheckFacts("id > 0", "one_id_check", is_generated_name=True),))

    assert named == generated
    assert fingerprint(schema(named)) == fingerprint(schema(generated))
