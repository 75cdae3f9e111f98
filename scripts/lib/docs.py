"""Writes what follows from the providers' classes: a page for each of them, and the table of the README."""

from collections.abc import Iterator, Mapping
import inspect
import json
from pathlib import Path
import re
import sys
from typing import Any

from custom_components.ai_quota.forms import help_of
from custom_components.ai_quota.quota import PROVIDERS, load
from custom_components.ai_quota.quota.credentials import Field
from custom_components.ai_quota.quota.oauth import DeviceSignIn
from custom_components.ai_quota.quota.provider import Every, Provider, StatusLink, Strategy
from scripts.lib.home import DOMAIN, ROOT

README = ROOT / "README.md"
PAGES = ROOT / "docs" / "providers"
TABLE = ("<!-- providers: begin -->", "<!-- providers: end -->")
"""Between these the README holds the table."""
NOTES = "<!-- What follows is written by hand. -->"
"""What stands behind this on a page is kept."""

TEXTS: Mapping[str, Any] = json.loads(
    (ROOT / "custom_components" / DOMAIN / "translations" / "en.json").read_text(encoding="utf-8")
)
FORM = TEXTS["config"]["step"]["credentials"]
WAYS = TEXTS["config"]["step"]["way"]
SOURCES = TEXTS["selector"]["source"]["options"]


def documents() -> Iterator[tuple[Path, str]]:
    """Yield every file that this writes, with its content."""
    providers = sorted(map(load, PROVIDERS), key=lambda provider: provider.name.casefold())
    for provider in providers:
        path = PAGES / f"{provider.id}.md"
        written = path.read_text(encoding="utf-8") if path.exists() else ""
        notes = written.partition(NOTES)[2].strip()
        yield path, "\n".join((*page(provider), NOTES, *(["", notes] if notes else []), ""))
    begin, end = TABLE
    before, _, rest = README.read_text(encoding="utf-8").partition(begin)
    yield README, "\n".join((f"{before}{begin}", "", *table(providers), "", f"{end}{rest.partition(end)[2]}"))


# The table


def table(providers: list[Provider]) -> Iterator[str]:
    """Yield the lines of the table of all providers."""
    yield "| Provider | Ways in | Sources | Interval |"
    yield "| --- | --- | --- | --- |"
    for provider in providers:
        ways = ", ".join(WAYS["menu_options"][step] for step in steps(provider)) or "No credentials"
        sources = ", ".join(dict.fromkeys(SOURCES[each.source] for each in provider.strategies))
        link = f"[{provider.name}](docs/providers/{provider.id}.md)"
        yield f"| {link} | {ways} | {sources} | {span(provider.every.default)} |"


def steps(provider: Provider) -> list[str]:
    """Return the ways in, in the order in which the config flow offers them."""
    kinds = [isinstance(each, DeviceSignIn) for each in provider.sign_ins]
    offered = [step for step, kind in (("sign_in", True), ("sign_in_browser", False)) if kind in kinds]
    return [*offered, *(way.value for way in provider.ways())]


# A page


def page(provider: Provider) -> Iterator[str]:
    """Yield the lines of a provider's page, without what is written by hand."""
    yield f"# {provider.name}"
    yield ""
    yield summary(provider)
    yield ""
    yield f"- Your usage at {provider.name}: <{provider.dashboard}>"
    if provider.status:
        yield f"- Status page: <{provider.status.url}>, {status(provider.status)}"
    yield f"- Interval: {pace(provider.every)}"
    yield ""
    yield "## Ways in"
    yield ""
    if not steps(provider):
        yield "There is nothing to sign in to: no credentials are needed."
    for step in steps(provider):
        text = WAYS["menu_option_descriptions"][step].format(provider=provider.name)
        yield f"- **{WAYS['menu_options'][step]}.** {text}"
    yield ""
    yield "## Sources"
    yield ""
    if len(provider.strategies) > 1:
        yield "With the source *Automatic* they are tried in this order until one answers."
        yield ""
    for number, strategy in enumerate(provider.strategies, 1):
        yield f"{number}. {source(strategy, provider)}"
    yield ""
    yield from fields(provider)


def summary(provider: Provider) -> str:
    """Return what is watched, from the first paragraph of the class."""
    paragraph = " ".join((inspect.getdoc(type(provider)) or "").partition("\n\n")[0].split())
    watched = paragraph.removeprefix(f"{provider.name}: ")
    return f"{watched[:1].upper()}{watched[1:]}"


def pace(every: Every) -> str:
    """Return how often the provider is asked by default, and at most."""
    return f"{span(every.default)}, at least {span(every.minimum)}"


def status(link: StatusLink) -> str:
    """Return whether and how often the status page is read."""
    return f"read every {span(link.every)}" if link.is_readable else "a link only: Home Assistant cannot read it"


def span(minutes: float) -> str:
    """Return a time span in words."""
    number, unit = (minutes / 60, "hour") if minutes >= 60 else (minutes, "minute")
    return f"{number:g} {unit}{'s' * (number != 1)}"


def source(strategy: Strategy, provider: Provider) -> str:
    """Return what a source is and needs."""
    parts = [f"**{SOURCES[strategy.source]}** (`{strategy.source}`)"]
    if strategy.needs:
        parts.append(f"needs {' and '.join(f'*{label(key)}*' for key in strategy.needs)}")
    if strategy.machine:
        parts.append("reads the machine on which Home Assistant runs")
    if strategy.every:
        parts.append(f"interval {pace(strategy.every)}")
    return "; ".join(parts) + "."


def fields(provider: Provider) -> Iterator[str]:
    """Yield the tables of the fields that can be filled in."""
    shown = [field for field in provider.fields if not field.hidden]
    for title, is_advanced in (("Fields", False), (FORM["sections"]["advanced"]["name"], True)):
        group = [field for field in shown if field.advanced is is_advanced]
        if not group:
            continue
        yield f"## {title}"
        yield ""
        yield "| Field | What it is | Key | Environment |"
        yield "| --- | --- | --- | --- |"
        for field in group:
            variables = ", ".join(f"`{name}`" for name in field.env)
            yield f"| {label(field.key)} | {explanation(field, provider)} | `{field.key}` | {variables} |"
        yield ""
    if any(field.env for field in shown):
        yield "A field left empty takes its value from the first of its environment variables that is set."
        yield ""


def label(key: str) -> str:
    """Return how the form names a field."""
    return str(FORM["data"].get(key) or FORM["sections"]["advanced"]["data"].get(key) or key)


def explanation(field: Field, provider: Provider) -> str:
    """Return what the form says of a field, with its choices and its default."""
    known = {**FORM["sections"]["advanced"]["data_description"], **FORM["data_description"]}
    text = (
        known.get(field.key, "").replace("{provider}", provider.name).replace(f"{{{field.key}_help}}", help_of(field))
    )
    if field.options:
        names = TEXTS["selector"][field.key]["options"]
        choices = (f"{names[option]}{' (default)' * (option == field.default)}" for option in field.options)
        text += f" {', '.join(choices)}."
    if field.default not in (None, False, "") and not field.options:
        text += f" Default: `{field.default}`."
    return re.sub(r"\s+", " ", text).strip().replace("|", "\\|")


def main() -> int:
    """Write the files; with --check only tell whether they are up to date."""
    stale = [path for path, text in documents() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not up to date: run scripts/docs")
        return len(stale)
    for path, text in documents():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
