"""Every column in which words can stand says what it keeps of a customer."""

import re

from store import credit_models, looking, models, portal_models, search_models
from store.personal import CLASSES, cut, text_columns

TABLES = (models, credit_models, portal_models, search_models, looking)


def test_every_text_and_every_document_has_a_class() -> None:
    known = {(table, name) for table, columns in CLASSES.items() for name in columns}
    there = {(table, column.name) for table, column in text_columns()}
    assert there - known == set(), "say in store.personal what these columns keep of a customer"
    assert known - there == set()


def test_a_document_keeps_its_numbers_and_loses_the_person() -> None:
    pattern = re.compile("marie dupont", re.I)
    document = {"amount": 12, "lines": [{"name": "for Marie Dupont"}], "text": "hello", "reference": "R1"}
    assert cut(document, pattern) == {
        "amount": 12,
        "lines": [{"name": "for …"}],
        "text": "",
        "reference": "R1",
    }


def test_a_buyer_is_replaced_by_a_label() -> None:
    buyer = {"name": "Marie", "email": "m@example.com", "phone": "1", "country": "FR", "customer_id": 7}
    kept = cut({"buyer": buyer}, re.compile("x^"), "Erased")["buyer"]
    assert kept == {"name": "Erased", "email": "", "phone": "", "country": "FR", "customer_id": 0}
