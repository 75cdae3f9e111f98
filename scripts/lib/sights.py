"""What a person sees: the front end's pages of the integration, in a real browser, with pictures of them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
import re
from typing import Any

from playwright.async_api import Locator, Page, expect

from scripts.lib.browser import browsing
from scripts.lib.home import DOMAIN, Home
from tests.upstream import Upstream

WEEK = "ai-week"
"""The dashboard of the statistics."""
SETTLE_SECONDS = 2
"""How long animations take to end before a picture is taken."""


@dataclass
class View:
    """A window on a Home Assistant in front of a pretend internet, and the folder for pictures."""

    home: Home
    upstream: Upstream
    page: Page
    folder: Path

    async def take(self, name: str, of: Page | Locator | None = None) -> None:
        """Take a picture of the window, or of something else."""
        await self.page.wait_for_timeout(SETTLE_SECONDS * 1000)
        self.folder.mkdir(parents=True, exist_ok=True)
        await (of or self.page).screenshot(path=self.folder / f"{name}.png")


async def integration(view: View) -> None:
    """Integration page: its own icon, and every account with its plan."""
    await view.page.goto(f"{view.home.url}/config/integrations/integration/{DOMAIN}")
    await expect(view.page.get_by_text("Max 20x")).to_be_visible(timeout=20_000)
    icon = view.page.locator(f"img[src*='{DOMAIN}']").first
    await expect(icon).to_be_visible()
    assert await icon.evaluate("image => image.naturalWidth") >= 256  # noqa: S101  a check
    await view.take("integration")


async def adding(view: View) -> None:
    """Dialog: the provider is found by typing, its ways in are offered, the page to sign in on is linked."""
    await view.page.get_by_text("Add service").click()
    dialog = view.page.locator("dialog-data-entry-flow")
    await dialog.locator("ha-generic-picker").click()
    search = view.page.get_by_placeholder("Add custom item")
    await search.fill("claude")
    await dialog.locator("ha-combo-box-item").get_by_text("Claude", exact=True).click()
    await dialog.get_by_text("Submit").click()
    website = dialog.get_by_text("Sign in on the website", exact=True)
    await expect(website).to_be_visible()
    await view.take("ways")
    await website.click()
    link = dialog.get_by_role("link", name="this page")
    await expect(link).to_have_attribute("href", re.compile("^https://claude.ai/oauth/authorize"), timeout=10_000)


async def device(view: View) -> None:
    """Device page: sensors under their translated names, the rarely wanted ones disabled."""
    entry = next(each for each in await view.home.entries() if each["title"].startswith("Claude"))
    devices = await view.home.ask("config/device_registry/list")
    found = next(each for each in devices if entry["entry_id"] in each["config_entries"])
    await view.page.goto(f"{view.home.url}/config/devices/device/{found['id']}")
    await expect(view.page.get_by_text("Weekly (Opus) usage").first).to_be_visible(timeout=20_000)
    await expect(view.page.get_by_text("Low quota").first).to_be_visible()
    await view.take("device")


async def statistics(view: View) -> None:
    """Statistics: Home Assistant's own cards draw a week of shares, pace and balance."""
    home = view.home
    claude, openrouter = [await home.account(name) for name in ("Claude", "OpenRouter")]
    week = [
        await graph(home, "Claude: used", "mean", Session=(claude, "session_used"), Week=(claude, "weekly_used")),
        await graph(home, "Claude: pace of the week", "mean", Pace=(claude, "weekly_pace")),
        await graph(home, "OpenRouter: balance", "state", Balance=(openrouter, "metric_balance_value")),
    ]
    sections = [
        {"type": "grid", "column_span": 2, "cards": week[:1]},
        *({"type": "grid", "cards": [each]} for each in week[1:]),
    ]
    await home.ask("lovelace/dashboards/create", url_path=WEEK, title="A week", mode="storage", show_in_sidebar=False)
    config = {"views": [{"title": "A week", "type": "sections", "max_columns": 2, "sections": sections}]}
    await home.ask("lovelace/config/save", url_path=WEEK, config=config)
    await view.page.goto(f"{home.url}/{WEEK}")
    await expect(view.page.locator("hui-statistics-graph-card canvas")).to_have_count(len(week), timeout=20_000)
    await expect(view.page.locator("hui-error-card, hui-warning")).to_have_count(0)
    await expect(view.page.get_by_text("No statistics found")).to_have_count(0)
    await view.take("statistics")


async def graph(home: Home, title: str, statistic: str, **lines: tuple[str, str]) -> dict[str, Any]:
    """Return a card that draws a week of sensors; of each its name, and its account and key."""
    entities = [{"entity": (await home.state(*each))["entity_id"], "name": name} for name, each in lines.items()]
    drawn = {"chart_type": "line", "stat_types": [statistic], "days_to_show": 7, "period": "hour"}
    size = {"grid_options": {"columns": "full"}}
    return {"type": "statistics-graph", "title": title, "entities": entities, **drawn, **size}


SIGHTS: tuple[Callable[[View], Awaitable[None]], ...] = (integration, adding, device, statistics)


@asynccontextmanager
async def views(home: Home, upstream: Upstream, folder: Path) -> AsyncIterator[View]:
    """Open a window."""
    async with browsing(home, 1400, 960) as page:
        page.set_default_timeout(15_000)
        yield View(home, upstream, page, folder)
