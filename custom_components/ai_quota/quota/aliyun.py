"""The console of Alibaba Cloud's AI plans: its security token, its calls, and the envelopes of its gateways.

Model Studio (International), Bailian (China mainland) and Qwen Cloud are three faces of one console.
It serves browsers: every call carries the cookies of a signed-in session and a token that the console
hands to its own pages.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
import json
import re
from typing import Any
from uuid import uuid4

from yarl import URL

from . import parse
from .account import Call
from .credentials import Cookies
from .http import BROWSER_AGENT, Endpoint, Reply, Verdict
from .model import AuthFailed, InvalidResponse, QuotaError, RateLimited, Unavailable, Unsupported
from .parse import Json

QUOTA_PATH = "/data/api.json"

ANYTHING = "*/*"
DATA = "application/json, text/plain, */*"

# The sessions of Alibaba Cloud accounts

DOMAINS = (
    ".modelstudio.console.alibabacloud.com",
    ".bailian-singapore-cs.alibabacloud.com",
    ".bailian.console.aliyun.com",
    ".bailian-cs.console.aliyun.com",
    ".bailian-beijing-cs.aliyuncs.com",
    ".free.aliyun.com",
    ".account.aliyun.com",
    ".signin.aliyun.com",
    ".passport.alibabacloud.com",
    ".console.alibabacloud.com",
    ".console.aliyun.com",
    ".alibabacloud.com",
    ".aliyun.com",
)
TICKET = "login_aliyunid_ticket"
"""Set by the sign-in of China mainland only: International sessions are complete without it."""
SESSION_NAMES = (TICKET, "login_aliyunid_pk", "login_current_pk", "login_aliyunid")


def account_of(cookies: Cookies) -> str | None:
    """Return what identifies the signed-in account, whichever session it has; None when the cookies do not tell."""
    number = cookies.get("login_aliyunid_pk") or cookies.get("login_current_pk")
    # The number alone looks like the fingerprint of a credential.
    return f"account-{number}" if number else None


def sent_to(cookies: Cookies, usual: URL, *, latest: bool = False) -> Cookies:
    """Return the cookies that a browser would send to a console's address, all of those that were pasted.

    Of two with one name the more specific one counts, or with `latest` the one that lives longer. They
    no longer know where they belong: a host that is given in place of the usual one is to get them too.
    """
    if not cookies.jar:
        return cookies
    found = cookies.for_url(usual)
    if latest:
        found = Cookies.of(found.jar, found.origin)
    return replace(found, jar=())


def origin(call: Call, usual: str) -> URL:
    """Return the origin of a console's host, for which the field `host` may name another."""
    host: URL | None = call.get("host")
    return host.origin() if host else URL(usual)


# The security token


async def sec_token(
    call: Call, gateway: URL, page: str, cookies: Cookies, *, names: Sequence[str], language: str, answers: Answers
) -> str:
    """Return the token of a session: from the console's page, else from the user's data, else its cookie.

    `names` are those under which the page may have it, in order. Raises Unavailable when there is
    none and page or data could not be reached, else what `answers` says to those signed out.
    """
    console = call.at(gateway, cookies=cookies, headers={"User-Agent": BROWSER_AGENT}, timeout=10)
    unreached: QuotaError | None = None
    for source in (partial(page_token, console, page, names, language), partial(user_token, console)):
        try:
            if found := await source():
                call.conceal(found)
                return found
        except (RateLimited, Unavailable) as err:
            unreached = err
        except QuotaError:
            continue
    if found := cookies.get("sec_token"):
        return found
    if unreached:
        raise Unavailable(f"the console gave no security token: {unreached}")
    raise answers.signed_out


async def page_token(console: Endpoint, page: str, names: Sequence[str], language: str) -> str | None:
    """Return the token that the console's page holds in a script, None when there is none.

    Without the headers of a browser that opens a page, the page comes without the token.
    """
    reply = await console.get(
        page,
        headers={
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": language,
            "Referer": f"{console.base.origin()}/",
            "Sec-Fetch-Site": "same-origin",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
        },
        follow=True,
    )
    text = reply.ok(Verdict(html=None)).text
    return next((token for name in names if (token := assigned(text, name))), None)


async def user_token(console: Endpoint) -> str | None:
    """Return the token that stands in the data of the signed-in user, None when there is none."""
    reply = await console.get(
        "/tool/user/info.json",
        headers={"Accept": DATA, "Referer": f"{console.base.origin()}/"},
        follow=True,
    )
    return parse.any_text(await content(reply.ok(Verdict())), "secToken", "sec_token")


def assigned(script: str, name: str) -> str | None:
    """Return the text in quotes that a script gives to a name, as a property or a variable."""
    found = re.search(rf"""(?<![\w$])["']?{name}["']?\s*[:=]\s*(?:"([^"\s]+)"|'([^'\s]+)')""", script)
    return (found[1] or found[2]) if found else None


# Calls


def form_headers(cookies: Cookies, *, gateway: str, page: URL, accept: str = ANYTHING) -> dict[str, str]:
    """Return what the console's page sends along with a form."""
    headers = {
        "Accept": accept,
        "User-Agent": BROWSER_AGENT,
        "X-Requested-With": "XMLHttpRequest",
        "Origin": gateway,
        "Referer": str(page.with_fragment(None)),
    }
    if csrf := cookies.get("login_aliyunid_csrf") or cookies.get("csrf"):
        headers |= {"x-xsrf-token": csrf, "x-csrf-token": csrf}
    return headers


def call_params(api: str, data: Json, *, page: URL, site: str, cookies: Cookies, **more: Any) -> str:
    """Return the form field `params` of a call that the gateway passes on to `api`.

    `data` is what the API takes, `site` the gateway's name of the console, `more` goes to what the
    gateway itself reads.
    """
    caller = {
        "feTraceId": str(uuid4()),
        "feURL": str(page),
        "protocol": "V2",
        "console": "ONE_CONSOLE",
        "productCode": "p_efm",
        "domain": page.host,
        "consoleSite": site,
        "userNickName": "",
        "userPrincipalName": "",
        "xsp_lang": "en-US",
        **more,
    }
    if visitor := cookies.get("cna"):
        caller["X-Anonymous-Id"] = visitor
    return compact({"Api": api, "V": "1.0", "Data": {**data, "cornerstoneParam": caller}})


def compact(data: Json) -> str:
    """Return JSON without blanks, as the console's page writes it."""
    return json.dumps(data, separators=(",", ":"))


# Answers

SIGNED_OUT_WORDS = ("login", "log in", "tokenerror", "request has expired", "refresh page", "请求已经过期")
WORKSPACE_WORDS = ("workspace.notauthorised", "workspace.notauthorized")
REJECTED_WORDS = (
    "unauthorised",
    "unauthorized",
    "not authorised",
    "not authorized",
    "notauthorised",
    "notauthorized",
    "access denied",
    "forbidden",
)


@dataclass(frozen=True, kw_only=True)
class Answers:
    """How a gateway's answers are read for one product: what to tell the person, and by which words.

    `sign_in` is for those who are signed out, of the kind `sign_in_kind`; `rejected` for a credential
    that is refused; `workspace` for a session whose workspace has no right to the plan. The words
    are in lower case.
    """

    sign_in: str
    rejected: str
    workspace: str
    sign_in_kind: type[QuotaError] = AuthFailed
    sign_in_words: tuple[str, ...] = SIGNED_OUT_WORDS
    rejected_words: tuple[str, ...] = REJECTED_WORDS

    @property
    def signed_out(self) -> QuotaError:
        """Return the failure of those who are signed out."""
        return self.sign_in_kind(self.sign_in)

    async def read(self, reply: Reply) -> Any:
        """Return what an answer holds, unfolded; raises the failure that it stands for."""
        data = await self.open(reply)
        self.check(data)
        return data

    async def open(self, reply: Reply) -> Any:
        """Return what an answer holds, unfolded, whether it reports success or not.

        Raises the failure that its status stands for; InvalidResponse when it is empty or no JSON.
        """
        if reply.is_redirect:
            raise self.signed_out
        reply.ok(Verdict(auth=self.rejected, html=None))
        if not reply.body.strip():
            raise InvalidResponse(f"the answer of {reply.url.host} is empty")
        try:
            return await content(reply)
        except InvalidResponse:
            if is_login_page(reply.text):
                raise self.signed_out from None
            raise

    def check(self, data: Any) -> None:
        """Raise the failure that an answer reports in one of its frames, if any."""
        failure = reported(data)
        if failure is None:
            return
        code, message = failure
        said = f"{code}\n{message}".lower()
        if any(word in said for word in self.sign_in_words):
            raise self.signed_out
        if any(word in said for word in WORKSPACE_WORDS):
            raise Unsupported(self.workspace)
        if code in ("401", "403") or any(word in said for word in self.rejected_words):
            raise AuthFailed(self.rejected)
        if code == "429" or "throttl" in code.lower():
            raise RateLimited
        raise Unavailable(f"the gateway refuses the request: {message or code or 'it gives no reason'}"[:300])


async def content(reply: Reply) -> Any:
    """Return the JSON of a reply, unfolded; raises InvalidResponse when it is none."""
    try:
        return unfolded(await reply.json())
    except RecursionError as err:
        raise InvalidResponse(f"the answer of {reply.url.host} is nested too deeply") from err


def is_login_page(text: str) -> bool:
    """Return whether a page asks to sign in."""
    text = text.lower()
    return "<html" in text and any(word in text for word in ("login", "sign in", "signin"))


def unfolded(node: Any) -> Any:
    """Return a document in which every text that is a JSON object or list has become that, at any depth."""
    if isinstance(node, str) and node.lstrip()[:1] in ("{", "["):
        try:
            return unfolded(json.loads(node))
        except ValueError:
            return node
    if isinstance(node, dict):
        return {key: unfolded(value) for key, value in node.items()}
    if isinstance(node, list):
        return [unfolded(value) for value in node]
    return node


# An answer is wrapped into frames, and each of them may report a failure while those around it claim success.
_FRAMES = ("data", "Data", "DataV2", "successResponse", "success_response", "body", "result")
_FLAGS = ("success", "Success", "successResponse")
_CODES = ("errorCode", "Code", "code", "statusCode", "status_code")
_MESSAGES = ("errorMsg", "statusMessage", "status_msg", "Message", "message", "msg")


def reported(data: Any) -> tuple[str, str] | None:
    """Return code and message of the failure that an answer reports, None when it reports success.

    The innermost failed frame tells them, those around it what it leaves out; else they are empty.
    """
    failed = [frames for frames in _frames(data) if _has_failed(frames[-1])]
    if not failed:
        return None
    inwards = max(failed, key=len)
    code = next((found for frame in reversed(inwards) for key in _CODES if (found := _code(frame.get(key)))), "")
    return code, next((found for frame in reversed(inwards) if (found := parse.first_text(frame, *_MESSAGES))), "")


def _frames(node: Any, around: tuple[Json, ...] = ()) -> Iterator[tuple[Json, ...]]:
    """Yield every frame of an answer with those around it, the outermost first."""
    if not isinstance(node, Mapping):
        return
    frames = (*around, node)
    yield frames
    for key, value in node.items():
        if key in _FRAMES:
            yield from _frames(value, frames)


def _has_failed(frame: Json) -> bool:
    codes = [found for key in _CODES if (found := _code(frame.get(key)))]
    message = (parse.first_text(frame, *_MESSAGES) or "").lower()
    return (
        any(frame.get(flag) is False for flag in _FLAGS)
        or any(code.lower() not in ("0", "200", "success", "ok") for code in codes)
        or "login" in message
        or "log in" in message
    )


def _code(value: object) -> str | None:
    """Return a code as text, a number without needless digits; None when it is no code."""
    found = parse.number(value)
    return parse.text(value) if found is None else f"{found:.15g}"


# Times


def moment(source: object, *keys: str) -> datetime | None:
    """Return the first time under one of the keys, in UTC; the console's own zone is Beijing's."""
    values = parse.mapping(source)
    return next((found for key in keys if (found := parse.moment(values.get(key), parse.BEIJING))), None)


def any_moment(node: object, *keys: str) -> datetime | None:
    """Return the first time under one of the keys, anywhere in a document."""
    return next((found for each in parse.objects(node) if (found := moment(each, *keys))), None)
