"""What follows from the providers' classes stands in the documentation as it is now."""

from scripts.lib import docs


def test_pages_and_table_are_up_to_date() -> None:
    stale = [path.name for path, text in docs.documents() if not path.exists() or path.read_text() != text]

    assert not stale, "run scripts/docs"


def test_there_is_no_page_without_a_provider() -> None:
    assert {path.stem for path in docs.PAGES.glob("*.md")} == set(docs.PROVIDERS)
