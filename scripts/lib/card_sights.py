"""What a person sees of the card and the dashboard: on a phone and a desk, by day and by night, and by keyboard."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import product
import re
from typing import Any

from playwright.async_api import Page, expect

from scripts.lib.browser import browsing
from scripts.lib.demo import FEATURED
from scripts.lib.home import Home
from scripts.lib.sights import View

PHONE, DESK = (360, 800), (1280, 960)
LONG_NAME = "The Copilot of the whole engineering department in Reykjavík and Nürnberg"
CODEX = "https://chatgpt.com/backend-api/wham/usage"
DASHBOARD = "ai-cards"

OVERFLOWING = """card => {
  const { right } = card.getBoundingClientRect();
  const beyond = (element) => element.getBoundingClientRect().right > right + 0.5;
  return [...card.shadowRoot.querySelectorAll("*")].filter(beyond).map((element) => element.className);
}"""
MUTE = """card => [...card.shadowRoot.querySelectorAll("[role=meter]")]
  .filter((meter) => !meter.ariaLabel || !meter.ariaValueText).map((meter) => meter.outerHTML)"""
BRIGHTNESS = """card => {
  const rgb = getComputedStyle(card.shadowRoot.querySelector("ha-card")).backgroundColor.match(/[\\d.]+/g);
  return rgb.slice(0, 3).reduce((sum, each) => sum + Number(each), 0) / 765;
}"""


@asynccontextmanager
async def opened(view: View, path: str, size: tuple[int, int] = DESK, *, dark: bool = False) -> AsyncIterator[Page]:
    """Open a page of the front end in a window of its own; nothing may go wrong in it."""
    async with browsing(view.home, *size, dark=dark) as page:
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_default_timeout(15_000)
        await page.goto(f"{view.home.url}{path}")
        await expect(page.locator("ai-quota-card").filter(visible=True).first).to_be_visible(timeout=20_000)
        yield page
        assert errors == []  # noqa: S101  a check


async def put(home: Home, *cards: dict[str, Any]) -> str:
    """Make a dashboard with these settings of cards, and return its path."""
    if DASHBOARD not in [each["url_path"] for each in await home.ask("lovelace/dashboards/list")]:
        await home.ask("lovelace/dashboards/create", url_path=DASHBOARD, title="AI cards", mode="storage")
    sections = [{"type": "grid", "cards": [{"type": "custom:ai-quota-card", **card}]} for card in cards]
    views = [{"title": "Cards", "path": "cards", "type": "sections", "max_columns": 2, "sections": sections}]
    await home.ask("lovelace/config/save", url_path=DASHBOARD, config={"views": views})
    return f"/{DASHBOARD}/cards"


async def devices(home: Home, *titles: str) -> list[str]:
    """Return the devices of accounts by how their titles begin."""
    known = await home.ask("config/device_registry/list")
    return [next(each["id"] for each in known if each["name"].startswith(title)) for title in titles]


async def check_cards(page: Page, *, dark: bool) -> None:
    """Check all cards of a page: nothing is cut off, every bar speaks, the colours are those of the theme."""
    await expect(page.locator("hui-error-card, hui-warning")).to_have_count(0)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")  # noqa: S101
    cards = page.locator("ai-quota-card")
    for number in range(await cards.count()):
        card = cards.nth(number)
        if not await card.is_visible():
            continue
        assert await card.evaluate(OVERFLOWING) == []  # noqa: S101
        assert (await card.evaluate(BRIGHTNESS) < 0.5) is dark  # noqa: S101
        assert await card.evaluate(MUTE) == []  # noqa: S101


# The sights


async def dashboard(view: View) -> None:
    """Dashboard: what needs attention and every provider, on a phone and a desk, by day and by night; then details."""
    for size, dark in product((PHONE, DESK), (False, True)):
        async with opened(view, "/ai-plans", size, dark=dark) as page:
            await expect(page.get_by_text("Needs attention")).to_be_visible()
            await expect(page.get_by_role("heading", name="Claude", exact=True).first).to_be_visible()
            await check_cards(page, dark=dark)
    async with opened(view, "/ai-plans") as page:
        await page.locator("ha-tab-group-tab").nth(1).click()
        await expect(page.get_by_text("Claude · Ada's Organization")).to_be_visible()
        await expect(page.locator("hui-statistics-graph-card").first).to_be_visible()
        await expect(page.locator("hui-error-card")).to_have_count(0)


async def card(view: View) -> None:
    """Card: detailed and compact, with a very long name, on a phone and a desk, by day and by night."""
    (copilot,) = await devices(view.home, "GitHub Copilot")
    await view.home.ask("config/device_registry/update", device_id=copilot, name_by_user=LONG_NAME)
    path = await put(view.home, {"title": "Detailed"}, {"title": "Compact", "layout": "compact"})
    for size, dark in product((PHONE, DESK), (False, True)):
        async with opened(view, path, size, dark=dark) as page:
            await expect(page.get_by_text(LONG_NAME)).to_have_count(2)
            await check_cards(page, dark=dark)
    await view.home.ask("config/device_registry/update", device_id=copilot, name_by_user=None)


async def german(view: View) -> None:
    """Card: speaks German to whoever has chosen it."""
    path = await put(view.home, {"devices": await devices(view.home, "Claude")})
    async with browsing(view.home, *DESK) as page:
        await page.add_init_script("localStorage.selectedLanguage = '\"de\"'")
        await page.goto(f"{view.home.url}{path}")
        found = page.locator("ai-quota-card")
        await expect(found.get_by_text("Woche (Opus)", exact=True)).to_be_visible(timeout=20_000)
        await expect(found.get_by_text(re.compile(r"^Reset in \d+ d"))).to_have_count(3)
        await expect(found.get_by_role("meter", name="Claude, Zusatznutzung")).to_have_attribute(
            "aria-valuetext", re.compile(r"\d\s% verbraucht")
        )


async def keyboard(view: View) -> None:
    """Card: its rows are reached by Tab with a visible focus, and opened by Enter and Space."""
    path = await put(view.home, {"devices": await devices(view.home, "Claude")})
    async with opened(view, path) as page:
        row = page.get_by_role("button", name="Show details: Claude, Session")
        await page.get_by_role("heading", name="Claude").click()
        await page.keyboard.press("Tab")
        await expect(row).to_be_focused()
        await expect(row).to_have_css("outline-style", "solid")
        for key in ("Enter", "Space"):
            await page.keyboard.press(key)
            dialog = page.locator("ha-more-info-dialog")
            await expect(dialog.get_by_text("Session usage").first).to_be_visible()
            await page.keyboard.press("Escape")
            await expect(dialog.get_by_text("Session usage")).to_have_count(0)
            await row.focus()


async def calm(view: View) -> None:
    """Card: nothing moves for whoever does not want it."""
    path = await put(view.home, {})
    async with opened(view, path) as page:
        fill = page.locator("ai-quota-card .fill").first
        await expect(fill).to_have_css("transition-duration", "0.4s")
        await page.emulate_media(reduced_motion="reduce")
        await expect(fill).to_have_css("transition-duration", "0s")


async def editor(view: View) -> None:
    """Editor: it shows what holds by default; what is changed in it reaches the configuration and the card."""
    path = await put(view.home, {"devices": await devices(view.home, "Claude")})
    async with opened(view, f"{path}?edit=1") as page:
        await page.locator("hui-card-edit-mode").first.dblclick()
        dialog = page.locator("hui-dialog-edit-card")
        for number, value in enumerate(("detailed", "provider")):
            await expect(dialog.locator("ha-select").nth(number)).to_have_js_property("value", value)
        title = dialog.get_by_role("textbox", name="Title")
        await title.fill("My plans")
        await dialog.get_by_role("spinbutton", name="Running low from").fill("30")
        await dialog.locator("ha-select").first.click()
        await page.get_by_text("Compact", exact=True).last.click()
        await expect(dialog.locator("ai-quota-card ha-card.compact")).to_be_visible()
        await view.take("editor", page)
        await dialog.get_by_role("button", name="Save").click()
        await expect(title).to_have_count(0)
        await expect(page.locator("ai-quota-card").get_by_role("heading", name="My plans")).to_be_visible()
    config = await view.home.ask("lovelace/config", url_path=DASHBOARD)
    saved = config["views"][0]["sections"][0]["cards"][0]
    told = {key: saved[key] for key in ("title", "layout", "warning")}
    assert told == {"title": "My plans", "layout": "compact", "warning": 30}  # noqa: S101


async def suggested(view: View) -> None:
    """Card picker: whoever looks for a sensor of an account is offered the card of that account."""
    async with opened(view, f"{await put(view.home, {})}?edit=1") as page:
        await page.get_by_role("button", name="Add card").first.click()
        dialog = page.locator("hui-dialog-create-card")
        await dialog.get_by_placeholder("Search entities").fill("codex weekly usage")
        await dialog.locator("ha-combo-box-item").filter(has_text="Codex").click()
        found = dialog.locator("ai-quota-card")
        await expect(found.get_by_role("heading", name="Codex")).to_be_visible()
        assert await found.get_by_role("heading").count() == 1  # noqa: S101  the card of this account only


async def offered(view: View) -> None:
    """Dashboards: the one of AI Quota is offered, and made by a click."""
    page = view.page
    await page.goto(f"{view.home.url}/config/lovelace/dashboards")
    await page.get_by_role("button", name="Add dashboard").click()
    await page.locator("dashboard-card").filter(has_text="AI Quota").click()
    dialog = page.locator("dialog-lovelace-dashboard-detail")
    await dialog.get_by_role("textbox", name="Title").fill("AI of the house")
    await dialog.get_by_role("button", name="Create").click()
    await expect(page.get_by_text("AI of the house").first).to_be_visible()
    config = await view.home.ask("lovelace/config", url_path="ai-of-the-house")
    assert config == {"strategy": {"type": "custom:ai-quota"}}  # noqa: S101
    async with opened(view, "/ai-of-the-house") as made:
        await expect(made.get_by_text("Needs attention")).to_be_visible()


async def pictures(view: View) -> None:
    """Card and dashboard: pictures of them."""
    home = view.home
    featured = await devices(home, "Claude", "Codex", "GitHub Copilot", "OpenRouter")
    path = await put(home, {"devices": featured}, {"devices": featured, "layout": "compact"})
    for name, number, dark in (("card", 0, False), ("card-compact", 1, True)):
        async with opened(view, path, (1280, 1400), dark=dark) as page:
            await view.take(name, page.locator("ai-quota-card").nth(number))
    titles = [entry["title"] for entry in await home.entries()][: len(FEATURED)]
    strategy = {"type": "custom:ai-quota", "devices": await devices(home, *titles)}
    await home.ask("lovelace/config/save", url_path=DASHBOARD, config={"strategy": strategy})
    async with opened(view, f"/{DASHBOARD}", (1400, 1000)) as page:
        await view.take("dashboard", page)


async def live(view: View) -> None:
    """Card and automation: one is made by hand in the interface; a use that crosses its threshold reaches both."""
    codex = {"devices": await devices(view.home, "Codex")}
    path = await put(view.home, codex, {**codex, "attention_only": True})
    await make_automation(view.page, view.home)
    async with opened(view, path) as page:
        always, attention = (page.locator("ai-quota-card").nth(number) for number in range(2))
        meter = always.get_by_role("meter", name="Codex, Weekly")
        await expect(attention).to_be_hidden()
        await expect(meter).not_to_have_attribute("aria-valuenow", "97")
        week = {"used_percent": 97, "limit_window_seconds": 604_800, "reset_at": 4_000_000_000}
        answer = {"email": "ada@example.com", "plan_type": "pro", "rate_limit": {"secondary_window": week}}
        view.upstream.answer("GET", CODEX, json=answer)
        entry = next(each for each in await view.home.entries() if each["title"].startswith("Codex"))
        await view.home.act("refresh", config_entry_id=entry["entry_id"])
        await expect(meter).to_have_attribute("aria-valuenow", "97")
        for each in (always, attention):
            await expect(each.get_by_text("Almost used up")).to_be_visible()
    automation = await view.home.get("states/automation.codex_is_nearly_used_up")
    assert automation["attributes"]["last_triggered"]  # noqa: S101


async def empty(view: View) -> None:
    """Dashboard: when the last account is removed, it says how to add one."""
    for entry in await view.home.entries():
        await view.home.request("DELETE", f"config/config_entries/entry/{entry['entry_id']}")
    async with opened(view, "/ai-plans", PHONE) as page:
        await expect(page.get_by_text("No AI plan has been set up yet.")).to_be_visible()
        link = page.get_by_role("link", name="Add an account")
        await expect(link).to_have_attribute("href", "/config/integrations/dashboard/add?domain=ai_quota")
        await check_cards(page, dark=False)


async def make_automation(page: Page, home: Home) -> None:
    """Make an automation that runs when the week of Codex is used up to 90 %, as a person would do it."""
    await page.goto(f"{home.url}/config/automation/edit/new")
    await page.get_by_text("Add trigger").first.click()
    dialog = page.locator("add-automation-element-dialog")
    await dialog.locator("input").first.fill("usage crossed")
    await dialog.get_by_text("Usage crossed a threshold").click()
    await page.get_by_text("Add target").first.click()
    await page.get_by_placeholder("Search").last.fill("codex weekly usage")
    sidebar = page.locator("ha-automation-sidebar")
    await page.locator("ha-combo-box-item").filter(has_text="Codex").get_by_text("Weekly usage").first.click()
    await expect(page.locator("ha-automation-trigger-row").get_by_text("Weekly usage")).to_be_visible()
    threshold = sidebar.locator("ha-selector-numeric_threshold input[type=number]")
    await threshold.click()
    await threshold.press_sequentially("90")
    await threshold.press("Tab")
    await expect(threshold).to_have_value("90")
    await page.get_by_role("button", name="Save").click()
    naming = page.locator("ha-dialog-automation-save")
    await naming.locator("input").first.fill("Codex is nearly used up")
    await naming.get_by_role("button", name="Save").click()
    await expect(page).to_have_url(re.compile(r"/config/automation/edit/\d+"))


CARD_SIGHTS: tuple[Callable[[View], Awaitable[None]], ...] = (
    dashboard,
    card,
    german,
    keyboard,
    calm,
    editor,
    suggested,
    offered,
    pictures,
    live,
    empty,
)
