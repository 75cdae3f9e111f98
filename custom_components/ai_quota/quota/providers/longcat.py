"""LongCat."""

from collections.abc import Iterator
from datetime import datetime

from .. import parse
from ..account import Call
from ..credentials import Cookies, cookie, cookie_source
from ..http import Verdict, chrome_on_mac
from ..model import AuthFailed, InvalidResponse, RateLimited, Reading, Unavailable, Window
from ..parse import Json
from ..provider import Every, Provider, strategy
from ..sessions import has_session, with_session

SITE = "https://longcat.chat"
USAGE_PAGE = f"{SITE}/platform/usage"
EXPIRED = "the session has expired: sign in again at longcat.chat"
VERDICT = Verdict(auth=EXPIRED, redirect=AuthFailed, html=AuthFailed)
HEADERS = {
    "Accept": "application/json, text/plain, */*",
    "Accept-Language": "en-US,en;q=0.9",
    "Origin": SITE,
    "Referer": USAGE_PAGE,
    "User-Agent": chrome_on_mac(143),
}


class LongCat(Provider):
    """LongCat: the token quota and the fuel packs of an account of Meituan's API platform.

    Source: the requests of https://longcat.chat/platform/usage
    """

    id = "longcat"
    name = "LongCat"
    dashboard = f"{SITE}/platform/"
    missing = "sign in at longcat.chat and copy the cookie"
    every = Every(default=5, minimum=3)
    fields = (
        cookie(
            "longcat.chat",
            "www.longcat.chat",
            env=("LONGCAT_MANUAL_COOKIE", "longcat_manual_cookie"),
            help="Sign in, open the usage page, then developer tools, Network, the request user-current.",
            link=USAGE_PAGE,
        ),
        cookie_source(),
    )

    @strategy("web", when=has_session)
    async def web(self, call: Call) -> Reading:
        """Read with the session that was pasted, else with those of the browsers."""

        async def read(cookies: Cookies) -> Reading:
            async def ask(method: str, path: str, body: Json | None = None) -> Json:
                # An endpoint for each address, as some cookies are for one path only.
                api = call.at(f"{SITE}{path}", cookies=cookies, headers=HEADERS, verdict=VERDICT)
                reply = await api.request(method, json=body)
                return data_of(await reply.check(VERDICT).object(), reply.retry_after)

            user = await ask("GET", "/api/v1/user-current")
            call.conceal(*filter(None, (parse.first_text(user, "token"), parse.first_text(user, "phone"))))
            packs = await call.optional(ask("POST", "/api/pay/quota/metering/token-packs/summary", {}))
            if lot := active_lot(packs or {}):
                tokens = lot_window(lot)
            else:
                tokens = usage_window(await ask("GET", "/api/lc-platform/v1/tokenUsage"))
            fuel = await call.optional(ask("GET", "/api/lc-platform/v1/pending-fuel-packages"))
            return Reading(
                account=parse.first_text(user, "name", "nickName"),
                identity=user_id(user),
                windows=(tokens, *fuel_packs(fuel or {}, call.now)),
            )

        return await with_session(call, read)


# The answers


def data_of(answer: Json, retry_after: float | None = None) -> Json:
    """Return what is in the envelope; raise the failure that its code stands for."""
    code = answer.get("code")
    status = 0 if code is None else parse.number(code)
    if status in (0, 200):
        return parse.need_mapping(answer["data"], "data") if "data" in answer else answer
    if status in (401, 403):
        raise AuthFailed(EXPIRED)
    if status == 429:
        raise RateLimited(retry_after=retry_after)
    reason = f"{parse.first_text(answer, 'message', 'msg') or 'no message'} (code {str(code)[:20]})"
    raise (Unavailable if status and 500 <= status < 600 else InvalidResponse)(f"longcat.chat: {reason}")


def user_id(user: Json) -> str | None:
    """Return the stable id of who is signed in."""
    found = user.get("userId")
    return str(found) if isinstance(found, int) else parse.text(found)


def amount(source: object, key: str) -> float | None:
    """Return a number of tokens, not below 0."""
    found = parse.first_number(source, key)
    return None if found is None else max(0.0, found)


def active_lot(data: Json) -> Json | None:
    """Return the token pack that is in use, None when there is none."""
    lot = parse.mapping(data.get("currentLot"))
    is_active = (parse.first_text(lot, "status") or "").upper() == "ACTIVE"
    return lot if is_active and amount(lot, "totalToken") else None


def lot_window(lot: Json) -> Window:
    """Return the quota of a token pack; some of it may be frozen, that is neither used nor left."""
    used, limit, remaining = (amount(lot, f"{key}Token") for key in ("consumed", "total", "remaining"))
    return token_window(used, limit, remaining, adds_up=False)


def usage_window(data: Json) -> Window:
    """Return the quota of an account without a token pack."""
    usage = data if data.get("usage") is None else parse.need_mapping(data["usage"], "usage")
    total = max(0.0, parse.need_number(usage, "totalToken"))
    return token_window(amount(usage, "usedToken"), total, amount(usage, "availableToken"))


def token_window(used: float | None, limit: float | None, remaining: float | None, *, adds_up: bool = True) -> Window:
    """Return the token quota."""
    return parse.counted(
        "tokens", "Token quota", unit="tokens", used=used, limit=limit, remaining=remaining, adds_up=adds_up
    )


def fuel_packs(data: Json, now: datetime) -> Iterator[Window]:
    """Yield what all fuel packs hold, where there are any; it expires when the first of them does."""
    limit = amount(data, "totalQuota")
    if not limit:
        return
    packs = [(amount(each, "availableToken"), expiry(each)) for each in parse.items(data.get("list"))]
    left = [available for available, _ in packs if available is not None]
    yield parse.counted(
        "fuel_pack",
        "Fuel packs",
        unit="tokens",
        limit=limit,
        remaining=sum(left) if left else None,
        expires_at=min((ends for available, ends in packs if available != 0 and ends and ends > now), default=None),
    )


def expiry(pack: object) -> datetime | None:
    """Return when a fuel pack expires; a time without a zone is China's."""
    return parse.moment(parse.mapping(pack).get("expireTime"), parse.BEIJING)
