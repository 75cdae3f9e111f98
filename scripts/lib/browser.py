"""A real browser: signed in to Home Assistant, or signed in elsewhere with its cookies kept in a profile."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
import json
from pathlib import Path
from shutil import which
from time import time

from playwright.async_api import Page, async_playwright

from scripts.lib.home import Home

PROGRAMS = ("chromium", "google-chrome")
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def program() -> str:
    """Return the path of the browser."""
    return next(filter(None, map(which, PROGRAMS)))


async def keep_cookies(profile: Path, url: str, cookies: Mapping[str, str]) -> None:
    """Make a profile of the browser that keeps cookies of a site, as after a visit; the browser is closed again."""
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(profile, executable_path=program(), args=OPTIONS)
        expires = time() + 86_400
        await context.add_cookies(
            [{"name": name, "value": value, "url": url, "expires": expires} for name, value in cookies.items()]
        )
        await context.close()


@asynccontextmanager
async def browsing(home: Home, width: int = 1280, height: int = 900, *, dark: bool = False) -> AsyncIterator[Page]:
    """Open a browser window in which the front end is signed in."""
    tokens = {
        **home.tokens,
        "hassUrl": home.url,
        "clientId": f"{home.url}/",
        "expires": round((time() + home.tokens["expires_in"]) * 1000),
    }
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program(), args=OPTIONS)
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=1.5,
            color_scheme="dark" if dark else "light",
            locale="en-GB",
        )
        await context.add_init_script(f"localStorage.hassTokens = {json.dumps(json.dumps(tokens))}")
        page = await context.new_page()
        try:
            yield page
        finally:
            await browser.close()
