"""A real browser that is signed in to Home Assistant."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
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
        program = next(filter(None, map(which, PROGRAMS)))
        browser = await playwright.chromium.launch(executable_path=program, args=OPTIONS)
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
