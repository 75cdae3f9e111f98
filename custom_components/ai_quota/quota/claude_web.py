"""A session of claude.ai: its organizations, and the limits and credits of one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from . import parse
from .account import Call
from .claude_usage import currency, extra_credits, extra_usage, figures, plan_name
from .credentials import Cookies
from .http import BROWSER_AGENT, Verdict
from .model import AuthFailed, InvalidResponse, Metric, MetricKind, Reading, Unavailable, Unsupported
from .parse import Json

CLAUDE_AI = "https://claude.ai"
PASTE_AGAIN = "claude.ai does not accept the session: sign in at claude.ai and paste the cookie again"
WEB = Verdict(auth=PASTE_AGAIN, redirect=AuthFailed, html=AuthFailed, other=Unavailable)


@dataclass(frozen=True, kw_only=True)
class Organization:
    """An organization that a session of claude.ai sees."""

    id: str
    name: str | None
    capabilities: tuple[str, ...]

    @property
    def is_api_only(self) -> bool:
        """Return whether it is for the API and has no limits of a subscription."""
        return self.capabilities == ("api",)


class ClaudeAi:
    """A session of claude.ai, which may be given a new key with any answer."""

    def __init__(self, call: Call, key: str, *, pasted: bool) -> None:
        """Take the value of the cookie `sessionKey`; the entry keeps the new one of a session that was pasted."""
        self._call = call
        self._key = key
        self._pasted = pasted

    async def _get(self, path: str | tuple[str, ...], seconds: float = 15) -> Any:
        site = self._call.at(
            f"{CLAUDE_AI}/api",
            cookies=Cookies({"sessionKey": self._key}),
            headers={"User-Agent": BROWSER_AGENT},
            timeout=seconds,
            verdict=WEB,
        )
        reply = await site.get(path)
        if reply.status in (403, 503) and reply.is_challenge:
            raise Unavailable("Cloudflare blocks this machine at claude.ai: use the sign-in instead of the cookie")
        if reply.status == 200:
            if reply.is_html:
                raise AuthFailed(PASTE_AGAIN)
            await self._keep(reply.cookie("sessionKey"))
        return await reply.check(WEB).json()

    async def _keep(self, key: str | None) -> None:
        """Use a new key from now on."""
        if key and key.startswith("sk-ant-") and key != self._key:
            self._key = key
            self._call.conceal(key)
            if self._pasted:
                await self._call.save({"cookie": key})

    async def organizations(self) -> list[Organization]:
        """Return the organizations that the session sees; raises Unsupported when there is none."""
        listed = parse.need_list(await self._get("organizations"), "organizations")
        found = [
            Organization(
                id=id,
                name=parse.first_text(each, "name"),
                capabilities=tuple(
                    each.lower() for each in parse.items(each.get("capabilities")) if isinstance(each, str)
                ),
            )
            for each in listed
            if (id := parse.first_text(each, "uuid"))
        ]
        if listed and not found:
            raise InvalidResponse("no organization has a uuid")
        if not found:
            raise Unsupported("this claude.ai account belongs to no organization")
        return found

    async def read(self, organization_id: str | None) -> Reading:
        """Return limits, credits and account of an organization, which need not be named; only limits are needed."""
        organization = chosen(await self.organizations(), organization_id)
        here = ("organizations", organization.id)
        usage = parse.need_mapping(await self._get((*here, "usage")), "usage")
        extra = extra_usage(usage)
        if extra is None:
            overage = parse.mapping(await self._call.optional(self._get((*here, "overage_spend_limit"))))
            extra = extra_credits(overage) if overage.get("is_enabled") is True else None
        credits = await self._call.optional(self._get((*here, "prepaid", "credits"), 2))
        account = parse.mapping(await self._call.optional(self._get("account")))
        return figures(
            usage,
            extra,
            Reading(
                account=parse.first_text(account, "email_address"),
                organization=organization.name,
                plan=seat_plan(membership(account, organization.id)),
                identity=organization.id,
            ),
            balance_metrics(credits),
        )


def chosen(organizations: Sequence[Organization], wanted: str | None) -> Organization:
    """Return the organization to watch: the one wanted, else the first with chat, else one not for the API alone."""
    if wanted:
        for each in organizations:
            if each.id.lower() == wanted.lower():
                return each
        raise Unsupported("the chosen organization is not among those of this claude.ai account")
    with_chat = (each for each in organizations if "chat" in each.capabilities)
    others = (each for each in organizations if not each.is_api_only)
    return next(chain(with_chat, others, organizations))


def membership(account: Json, organization_id: str) -> Json:
    """Return the membership in the organization, else the first."""
    all_of_them = [parse.mapping(each) for each in parse.items(account.get("memberships"))]
    return next(
        (each for each in all_of_them if parse.first_text(each.get("organization"), "uuid") == organization_id),
        next(iter(all_of_them), {}),
    )


SEATS = {"team_standard": "Team Standard", "team_tier_1": "Team Premium"}


def seat_plan(member: Json) -> str | None:
    """Return the plan of a membership, the sort of its seat where that tells more."""
    organization = member.get("organization")
    tier = parse.first_text(organization, "rate_limit_tier")
    plan = plan_name(None, tier)
    if plan is None and "stripe" in (parse.first_text(organization, "billing_type") or "").lower():
        plan = "Pro" if "claude" in (tier or "").lower() else None
    seat = SEATS.get((parse.first_text(member, "seat_tier") or "").lower())
    return seat if seat and plan in ("Team", None) else plan


def balance_metrics(credits: object) -> tuple[Metric, ...]:
    """Return the credits that were bought in advance, where there are any."""
    amount = parse.first_number(credits, "amount")
    unit = currency(parse.mapping(credits))
    if amount is None or amount < 0 or not unit:
        return ()
    return (Metric(id="balance", name="Usage credits", value=amount / 100, unit=unit, kind=MetricKind.BALANCE),)
