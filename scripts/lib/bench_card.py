"""Measures what the card costs a browser: its size, and the time that it takes to show every account of the demo."""

from gzip import compress
from pathlib import Path
from statistics import median
from typing import Any

from custom_components.ai_quota.frontend import MODULE
from scripts.lib.browser import browsing
from scripts.lib.demo import furnish
from scripts.lib.home import Home, running
from scripts.lib.world import World
from tests.upstream import Upstream

RENDER = """async () => {
  const { hass } = document.querySelector("home-assistant");
  const card = document.createElement("ai-quota-card");
  const timed = async (change) => {
    const begun = performance.now();
    change();
    await card.updateComplete;
    card.offsetHeight; // have it laid out
    return performance.now() - begun;
  };
  const told = (id, state) => {
    const { states } = card.hass;
    return () => (card.hass = { ...hass, states: { ...states, [id]: { ...states[id], state } } });
  };
  const usage = Object.keys(hass.states).find((id) => id.endsWith("_weekly_usage"));
  const first = await timed(() => {
    card.setConfig({ type: "custom:ai-quota-card" });
    card.hass = hass;
    document.body.append(card);
  });
  const change = await timed(told(usage, "1"));
  const other = await timed(told("sun.sun", "below_horizon"));
  const bars = card.shadowRoot.querySelectorAll("[role=meter]").length;
  card.remove();
  return { first, change, other, bars };
}"""


async def with_card(folder: Path, port: int, runs: int) -> dict[str, Any]:
    """Return sizes in kB and times in ms."""
    module = MODULE.read_bytes()
    async with (
        Upstream() as upstream,
        running(Home(folder, port, upstream.door)) as home,
        browsing(home) as page,
    ):
        accounts = len(await furnish(home, World(upstream)))
        await page.goto(f"{home.url}/ai-plans")
        await page.locator("ai-quota-card").filter(visible=True).first.wait_for(timeout=30_000)
        await page.evaluate(RENDER)  # so that nothing has to be loaded for the first time
        rendered = [await page.evaluate(RENDER) for _ in range(runs)]
    times = {key: median(each[key] for each in rendered) for key in ("first", "change", "other", "bars")}
    return {**times, "accounts": accounts, "size": len(module) / 1000, "zipped": len(compress(module)) / 1000}
