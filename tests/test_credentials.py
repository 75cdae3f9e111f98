"""What a person or the environment gives: cookies as they are pasted, endpoint overrides, fields and their order."""

from collections.abc import Callable
from http.cookiejar import Cookie
import re
from typing import Any

import pytest
from yarl import URL

from custom_components.ai_quota.quota.credentials import (
    Cookies,
    Field,
    FieldKind,
    Settings,
    api_key,
    base_url,
    cookie,
    cookie_source,
    endpoint,
    flag,
    is_private,
    number,
    path,
    secret,
    select,
    signed_in,
    text,
    unquoted,
    url,
    without_bearer,
)
from custom_components.ai_quota.quota.model import BadConfiguration

# Cookies: a header, or one value


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        ("sid=abc", {"sid": "abc"}),
        ("  sid=abc; theme=dark ;\n", {"sid": "abc", "theme": "dark"}),
        ("sid=abc;theme=dark", {"sid": "abc", "theme": "dark"}),
        ("Cookie: sid=abc; theme=dark", {"sid": "abc", "theme": "dark"}),
        ("cookie:sid=abc", {"sid": "abc"}),
        ("COOKIE : sid=abc", {"sid": "abc"}),
        ('"Cookie: sid=abc; theme=dark"', {"sid": "abc", "theme": "dark"}),
        ("'sid=abc; theme=dark'", {"sid": "abc", "theme": "dark"}),
        ('Cookie: "sid=abc; theme=dark"', {"sid": "abc", "theme": "dark"}),
        ("Cookie: sid=abc;\r\n  theme=dark", {"sid": "abc", "theme": "dark"}),
        ("cookie\nsid=abc; theme=dark", {"sid": "abc", "theme": "dark"}),
        ("sid=YWJj==; next=/a?b=c&d=e", {"sid": "YWJj==", "next": "/a?b=c&d=e"}),
        ("quoted=\"a b\"; single='x'; empty=", {"quoted": '"a b"', "single": "'x'", "empty": ""}),
        ("sid=old; theme=dark; sid=new", {"sid": "new", "theme": "dark"}),
        ("__Host-sid.0=a%3Db; next-auth[x]=y", {"__Host-sid.0": "a%3Db", "next-auth[x]": "y"}),
        ("cookie=1; cookie2=2", {"cookie": "1", "cookie2": "2"}),
    ],
)
def test_a_header_is_read(pasted: str, expected: dict[str, str]) -> None:
    found = Cookies.pasted(pasted)

    assert found
    assert found.pairs == expected
    assert Cookies.pasted(found.header) == found


@pytest.mark.parametrize(
    "pasted",
    [
        None,
        "",
        "  ",
        "abc",
        "Cookie:",
        "Cookie: ;",
        "=abc",
        "not a cookie",
        "Accept: text/html",
        "https://example.org/?sid=abc",
        '{"sid": "a=b"}',
        "curl 'https://example.org/?sid=abc'",
        "curl 'https://example.org/' -H 'Accept: a=b' --data 'sid=abc'",
        "curl 'https://example.org/' -b cookies.txt",
        "curl 'https://example.org/' -H",
        "curl 'https://example.org/' --cookie-jar sid=abc",
        "curl",
        (
            "$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession\n"
            '$session.Cookies.Add((New-Object System.Net.Cookie("sid", "abc", "/", "example.org")))'
        ),
    ],
)
def test_text_without_a_cookie_is_none(pasted: str | None) -> None:
    assert Cookies.pasted(pasted) is None


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        ("abc", {"sid": "abc"}),
        (" 'abc' ", {"sid": "abc"}),
        ("abc;", {"sid": "abc"}),
        ("Cookie: abc", {"sid": "abc"}),
        ("YWJj==", {"sid": "YWJj=="}),
        ("a.b-c_d%3D:e/f+g", {"sid": "a.b-c_d%3D:e/f+g"}),
        ("sid=abc", {"sid": "abc"}),
        ("other=abc", {"other": "abc"}),
        ("sid=YWJj==", {"sid": "YWJj=="}),
        ("curl 'https://example.org/' -b 'other=abc'", {"other": "abc"}),
        ("two words", None),
        ("abc;def", None),
        ("", None),
        ("curl 'https://example.org/'", None),
    ],
)
def test_one_word_is_the_value_of_the_cookie_that_is_needed(pasted: str, expected: dict[str, str] | None) -> None:
    found = Cookies.pasted(pasted, bare="sid")

    assert (found.pairs if found else None) == expected


# Cookies: "copy as cURL"


def ansi_c(escape: Callable[[str], str], special: str) -> Callable[[str], str]:
    """Return how a browser quotes a word for bash: plainly, or as `$'…'` when it holds a special character."""

    def quote(word: str) -> str:
        if not re.search(f"{special}|'", word):
            return f"'{word}'"
        word = word.replace("\\", r"\\").replace("'", r"\'")
        return "$'" + re.sub(special, lambda found: escape(found[0]), word) + "'"

    return quote


def cmd(word: str, plain: str = r"a-zA-Z0-9\s_\-:=+~'\/.',?;()*`", mark: str = '^"') -> str:
    """Quote a word for cmd.exe with carets: before quotes, and before all that is not plain."""
    word = word.replace("\\", r"\\").replace('"', r"\"")
    word = re.sub(f"[^{plain}]", r"^\g<0>", word)
    return mark + re.sub(r"%(?=[a-zA-Z0-9_])", "%^", word) + mark


def doubled(word: str) -> str:
    """Quote a word for cmd.exe without carets: quotes doubled, per cent signs outside of quotes."""
    return '"' + word.replace('"', '""').replace("%", '"%"').replace("\\", r"\\") + '"'


BASH, CMD = " \\\n  ", " ^\n  "
BROWSERS = {
    "Chrome, bash": (BASH, ansi_c(lambda character: f"\\u{ord(character):04x}", r"[\0-\x1f\x7f-\x9f!]")),
    "Firefox, bash": (
        BASH,
        ansi_c(lambda character: r"\041" if character == "!" else f"\\x{ord(character):02x}", r"[^\x20-\x7e]|!"),
    ),
    "Chrome, cmd": (CMD, cmd),
    "Chrome before 2024, cmd": (CMD, lambda word: cmd(word, mark='"')),
    "Firefox, cmd": (CMD, lambda word: cmd(word, plain=r"-a-zA-Z0-9\s_:=+~\/.',?;()*`")),
    "Firefox before 2020, cmd": (" ", doubled),
}
VALUES = (
    "abc",
    "YWJj==",
    "a=b&c=d",
    "100%25%zz%2Fx",
    '"quoted, \\"twice\\""',
    "it's $HOME `x` !now",
    r"back\slash\u0021\n",
    "a|b<c>d^e(f)*g~h{i}[j]",
    "caret^%^2B^",
    "0!1",
)


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("browser", BROWSERS)
@pytest.mark.parametrize("written", ["-b {}", "-H {Cookie: }"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n", ""], ids=["Unix", "Windows", "in a form's single line"])
def test_a_command_as_browsers_copy_it(browser: str, value: str, written: str, line_break: str) -> None:
    joint, quote = BROWSERS[browser]
    option, _, prefix = written.partition(" ")
    parts = [
        f"curl {quote('https://example.org/a?b=c%20d&e=f')}",
        f"-H {quote('accept: text/html;q=0.9')}",
        f"{option} {quote(f'{prefix.strip("{}")}theme=dark; sid={value}; last=1')}",
        f"-H {quote('user-agent: Mozilla/5.0 (X11; Linux x86_64) sid=no')}",
        "--compressed",
    ]
    command = joint.join(parts)

    found = Cookies.pasted(command.replace("\n", line_break))

    assert found
    assert found.pairs == {"theme": "dark", "sid": value, "last": "1"}


@pytest.mark.parametrize(
    "command",
    [
        "curl 'https://example.org/' -H 'Cookie: sid=a\"b; theme=dark'",
        "curl.exe 'https://example.org/' --header 'cookie:sid=a\"b; theme=dark'",
        "curl 'https://example.org/' -b 'sid=a\"b' -b 'theme=dark'",
        "curl 'https://example.org/' --cookie 'sid=a\"b' -H 'Cookie: theme=dark'",
        "curl 'https://example.org/' --cookie='sid=a\"b' --header='Cookie: theme=dark'",
        "curl 'https://example.org/' -b'sid=a\"b' -H'Cookie: theme=dark'",
        'curl "https://example.org/" -H "Cookie: sid=a\\"b; theme=dark"',
        'curl "https://example.org/" -H "Cookie: sid=a""b; theme=dark"',
        "curl https://example.org/ -b $'sid=a\\x22b; theme=dark'",
        "curl https://example.org/ -b $'sid=a\\42b; theme=dark'",
        "curl https://example.org/ -b 'sid=a'\\\"'b; theme=dark'",
        "curl -X POST --data-raw '' -b 'sid=a\"b; theme=dark' https://example.org/",
        'curl -X POST --data-raw "" -b "sid=a\\"b; theme=dark" https://example.org/',
        "curl 'https://example.org/' \\\r\n  -b 'sid=a\"b; theme=dark' \\\r\n  --compressed",
        'curl ^"https://example.org/^" ^\r\n  -b ^"sid=a^\\^"b; theme=dark^" ^\r\n  --compressed',
        'curl --url ^"https://example.org/^" -b ^"sid=a^\\^"b; theme=dark^"',
        "-H 'Cookie: sid=a\"b; theme=dark'",
        "-b 'sid=a\"b; theme=dark'",
        "  curl 'https://example.org/' -b 'sid=a\"b; theme=dark' -H 'unfinished",
    ],
)
def test_a_command_as_people_write_it(command: str) -> None:
    found = Cookies.pasted(command)

    assert found
    assert found.pairs == {"sid": 'a"b', "theme": "dark"}


def test_the_quote_of_people_who_write_for_bash() -> None:
    found = Cookies.pasted(r"curl x -b 'sid=it'\''s; theme=dark'")

    assert found
    assert found.pairs == {"sid": "it's", "theme": "dark"}


def test_the_per_cent_sign_of_cmd() -> None:
    found = Cookies.pasted('curl ^"https://example.org/^" ^\n  -H ^"cookie: sid=a^%^2Bb^%c^"')

    assert found
    assert found.pairs == {"sid": "a%2Bb%c"}


def test_control_characters_of_bash() -> None:
    found = Cookies.pasted(r"curl x -b $'a=\u0009x\ty; b=\\n'")

    assert found
    assert found.pairs == {"a": "x\ty", "b": r"\n"}


# Cookies: what is in them


def test_cookies_are_found_by_name_and_pattern() -> None:
    cookies = Cookies({"ory_session_x": "1", "theme": "", "sid": "2"})

    assert cookies.get("sid") == "2"
    assert cookies.get("theme") is None
    assert cookies.get("absent") is None
    assert cookies.has_any(["absent", "ory_session_*"])
    assert not cookies.has_any(["theme", "ory"])
    assert cookies.only("sid", "absent") == Cookies({"sid": "2"})
    assert cookies.only("absent") is None
    assert cookies.header == "ory_session_x=1; theme=; sid=2"


def stored(name: str, value: str, domain: str = "example.org", **more: Any) -> Cookie:
    """Return a cookie as a browser's file holds it."""
    more = {"path": "/", "secure": False, "expires": None, **more}
    path, secure, expires = more["path"], more["secure"], more["expires"]
    dotted = domain.startswith(".")
    return Cookie(
        *(0, name, value, None, False, domain, True, dotted),
        *(path, True, secure, expires, expires is None, None, None, {}),
    )


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://example.org/", {"host": "1", "domain": "1", "secure": "1"}),
        ("http://example.org/", {"host": "1", "domain": "1"}),
        ("https://api.example.org/", {"domain": "1"}),
        ("https://example.org/admin", {"host": "1", "domain": "1", "secure": "1", "admin": "1"}),
        ("https://example.org/admin/x", {"host": "1", "domain": "1", "secure": "1", "admin": "1"}),
        ("https://example.org/administrator", {"host": "1", "domain": "1", "secure": "1"}),
        ("https://notexample.org/", {}),
    ],
)
def test_a_browsers_cookies_go_where_the_browser_sends_them(address: str, expected: dict[str, str]) -> None:
    jar = [
        stored("host", "1"),
        stored("domain", "1", ".Example.org"),
        stored("secure", "1", secure=True),
        stored("admin", "1", path="/admin"),
    ]
    session = Cookies.of(jar, "Firefox: default")

    assert session.for_url(URL(address)).pairs == expected
    assert session.for_url(URL(address)).origin == "Firefox: default"


def test_of_two_cookies_with_one_name_the_closer_one_is_sent() -> None:
    session = Cookies.of(
        [
            stored("path", "close", path="/a"),
            stored("path", "far", expires=9),
            stored("domain", "close", "a.example.org"),
            stored("domain", "far", ".example.org", expires=9),
            stored("age", "old", "a.example.org", expires=8),
            stored("age", "new", "a.example.org", expires=9),
        ],
        "Chrome: Default",
    )

    found = session.for_url(URL("https://a.example.org/a/b")).pairs

    assert found == {"domain": "close", "age": "new"}
    assert session.for_url(URL("https://example.org/a/b")).pairs == {"path": "close", "domain": "far"}


def test_pasted_cookies_go_wherever_the_session_is_used() -> None:
    pasted = Cookies({"sid": "abc"})

    assert pasted.for_url(URL("https://anywhere.example/")) == pasted


def test_a_part_of_a_browsers_cookies_still_knows_where_it_may_go() -> None:
    part = Cookies.of([stored("sid", "abc"), stored("theme", "dark")], "Chrome: Default").only("sid")

    assert part
    assert part.for_url(URL("https://example.org/")).pairs == {"sid": "abc"}
    assert part.for_url(URL("https://evil.example/")).pairs == {}


# Endpoint overrides


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("https://api.example.org", "https://api.example.org"),
        ("HTTPS://API.Example.ORG/V1", "https://api.example.org/V1"),
        ("api.example.org", "https://api.example.org"),
        ("api.example.org/v1/", "https://api.example.org/v1"),
        ("api.example.org:8443/v1", "https://api.example.org:8443/v1"),
        ("localhost:4000", "https://localhost:4000"),
        ("https://api.example.org///", "https://api.example.org"),
        ("https://api.example.org/a//?b=c/", "https://api.example.org/a?b=c/"),
        ("https://api.example.org?b=c/", "https://api.example.org/?b=c/"),
        ("https://api.example.org./v1", "https://api.example.org/v1"),
        (".api.example.org.", "https://api.example.org"),
        ("https://api.example.org:443/v1/?a=b", "https://api.example.org/v1?a=b"),
        ("https://api.example.org:80", "https://api.example.org:80"),
        ("https://api.example.org/@me/a%2Fb", "https://api.example.org/@me/a%2Fb"),
        ("https://[2001:DB8::1]:8443/v1", "https://[2001:db8::1]:8443/v1"),
        ("https://203.0.113.7", "https://203.0.113.7"),
        ("https://my_host.example.org", "https://my_host.example.org"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_endpoint_is_read(written: str, expected: str) -> None:
    found = endpoint(written, "base_url")

    assert str(found) == expected


REFUSED = {
    "no host": ["https://", "https:///v1", "https://?a", "//api.example.org", "https:/api.example.org", ":8443", "."],
    "another scheme": ["ftp://api.example.org", "file:///etc/passwd", "ws://api.example.org", "://api.example.org"],
    "no scheme at all": ["javascript:alert", "mailto:me", "http:api.example.org"],
    "user info": [
        "https://me@api.example.org",
        "https://me:pw@api.example.org",
        "me:pw@api.example.org",
        "https://@api.example.org",
        "https://api.example.org@evil.example",
        "https://api.example.org:443@evil.example/",
    ],
    "a fragment": ["https://api.example.org#x", "https://api.example.org/v1#", "api.example.org#@evil.example"],
    "an encoded delimiter in the host": [
        "https://api.example.org%2fv1.evil.example",
        "https://api.example.org%252f.evil.example",
        "https://api.example.org%40evil.example",
        "https://api.example.org%23.evil.example",
        "https://api%2eexample.org",
        "https://[fe80::1%25eth0]",
    ],
    "control characters and white space": [
        "https://api.example.org\x00",
        "https://api.exam\tple.org",
        "https://api.example.org\r\nHost: evil.example",
        "https://api.example.org/v1 x",
        "https://api.example.org\u200b",
        "https://api.example.org\u00a0",
        "https://api.example.org\u202e",
        "https://api.example.org\x7f",
        "https://api.example.org\\@evil.example",
    ],
    "a look-alike": [
        "https://g\u0456thub.com",
        "https://g\u0131thub.com",
        "https://\u212aimi.com",
        "https://\u017fhop.example",
        "https://api\uff0eexample.org",
        "https://api\u3002example.org",
        "https://\uff41pi.example.org",
        "https://\u2488com",
        "https://xn--a",
    ],
    "a label that is none": [
        "https://api..example.org",
        "https://-api.example.org",
        "https://api-.example.org",
        f"https://{'a' * 64}.example.org",
        "https://api.example.org,evil.example",
        "https://*.example.org",
    ],
    "a port that is none": [
        "https://api.example.org:",
        "https://api.example.org:0",
        "https://api.example.org:65536",
        "https://api.example.org:8o",
        "https://api.example.org:\u0661",
        "https://api.example.org:80:81",
        "https://[::1]x",
    ],
    "a broken IPv6 address": [
        "https://[::1",
        "https://::1",
        "https://[::g]",
        "https://[1.2.3.4]",
        "https://[1::2::3]",
        "https://[]",
    ],
}


@pytest.mark.parametrize(
    "written", [pytest.param(each, id=f"{why}: {each!a}") for why, group in REFUSED.items() for each in group]
)
@pytest.mark.parametrize("private_http", [False, True])
def test_an_endpoint_is_refused(written: str, *, private_http: bool) -> None:
    with pytest.raises(BadConfiguration, match="base_url") as caught:
        endpoint(written, "base_url", private_http=private_http)

    assert caught.value.field == "base_url"


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:4000",
        "127.0.0.1",
        "127.255.255.254:8080",
        "[::1]",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.2:4000",
        "169.254.10.10",
        "[fc00::1]",
        "[fdff::1]:4000",
        "[fe80::1]",
        "[febf::1]",
        "proxy.local",
        "proxy.LOCAL.",
    ],
)
def test_plain_http_is_for_private_addresses_where_it_is_allowed(host: str) -> None:
    assert endpoint(f"http://{host}/v1", "base_url", private_http=True) == URL(f"http://{host}/v1".replace("L.", "L"))
    with pytest.raises(BadConfiguration, match="https://"):
        endpoint(f"http://{host}/v1", "base_url")


@pytest.mark.parametrize(
    "host",
    [
        "api.example.org",
        "localhost.example.org",
        "local",
        "notlocal",
        "128.0.0.1",
        "11.0.0.1",
        "172.15.255.255",
        "172.32.0.1",
        "192.169.0.1",
        "169.253.1.1",
        "0.0.0.0",  # noqa: S104  nothing is bound
        "2130706433",
        "127.1",
        "0x7f.0.0.1",
        "[fbff::1]",
        "[fec0::1]",
        "[::]",
        "[::ffff:10.0.0.1]",
        "[2001:db8::1]",
    ],
)
def test_plain_http_is_refused_on_public_addresses(host: str) -> None:
    with pytest.raises(BadConfiguration, match="private"):
        endpoint(f"http://{host}/", "base_url", private_http=True)


def test_an_exact_endpoint_keeps_its_slash() -> None:
    assert str(endpoint("api.example.org/usage/", "url", exact=True)) == "https://api.example.org/usage/"


def test_a_host_is_private_in_any_case() -> None:
    assert is_private("Proxy.Local")
    assert not is_private("proxy.localdomain")


# Values


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (" abc ", "abc"),
        ("'abc'", "abc"),
        ('" abc "', "abc"),
        ("\"'abc'\"", "'abc'"),
        ("'abc\"", "'abc\""),
        ("'", "'"),
        ("''", ""),
    ],
)
def test_one_pair_of_quotes_is_removed(written: str, expected: str) -> None:
    assert unquoted(written) == expected


@pytest.mark.parametrize("written", ["abc", "Bearer abc", " 'bearer  abc' ", "BEARER\tabc"])
def test_bearer_is_removed(written: str) -> None:
    assert without_bearer(written) == "abc"


# Fields

FIELDS: tuple[Field, ...] = (
    api_key("FIRST_KEY", "SECOND_KEY"),
    secret("management_key", clean=without_bearer),
    cookie("example.org", names=("sid",), bare="sid"),
    cookie_source(),
    text("title", "TITLE", default="AI Quota"),
    path("ide_path"),
    base_url("https://api.example.org/v1", "BASE_URL"),
    url("quota_url", exact=True),
    select("region", ("global", "cn"), "global", "REGION"),
    flag("extras", "EXTRAS"),
    number("days", "DAYS"),
    signed_in("expires_at", FieldKind.NUMBER),
)


def settings(data: dict[str, Any] | None = None, **env: str) -> Settings:
    return Settings(FIELDS, data or {}, env)


@pytest.mark.parametrize(
    ("key", "raw", "expected"),
    [
        ("api_key", " 'abc' ", "abc"),
        ("api_key", "  ", None),
        ("api_key", "''", None),
        ("api_key", 12345, "12345"),
        ("management_key", "Bearer abc", "abc"),
        ("cookie", ' "sid=abc" ', '"sid=abc"'),
        ("cookie_source", "off", "off"),
        ("cookie_source", None, "auto"),
        ("title", "", "AI Quota"),
        ("title", " mine ", "mine"),
        ("ide_path", " ~/ide ", "~/ide"),
        ("ide_path", None, None),
        ("base_url", "gw.example/", URL("https://gw.example")),
        ("base_url", None, URL("https://api.example.org/v1")),
        ("quota_url", "gw.example/usage/", URL("https://gw.example/usage/")),
        ("region", "cn", "cn"),
        ("region", " ", "global"),
        ("extras", True, True),
        ("extras", False, False),
        ("extras", None, False),
        ("extras", " Yes ", True),
        ("extras", "on", True),
        ("extras", "1", True),
        ("extras", "0", False),
        ("extras", "false", False),
        ("extras", " ", False),
        ("days", 7, 7),
        ("days", " '30' ", 30),
        ("days", "many", None),
        ("expires_at", 1790000000.5, 1790000000.5),
    ],
)
def test_a_value_is_cleaned_and_of_its_kind(key: str, raw: object, expected: object) -> None:
    found = settings({key: raw}).get(key)

    assert found == expected
    assert type(found) is type(expected) or isinstance(found, float)


@pytest.mark.parametrize(
    ("data", "env", "field"),
    [
        ({"base_url": "http://gw.example"}, {}, "base_url"),
        ({}, {"BASE_URL": "http://gw.example"}, "base_url"),
        ({"quota_url": "https://me@gw.example"}, {}, "quota_url"),
        ({"region": "mars"}, {}, "region"),
        ({}, {"REGION": "mars"}, "region"),
        ({"cookie_source": "chrome"}, {}, "cookie_source"),
    ],
)
def test_what_cannot_be_used_is_refused_at_once(data: dict[str, str], env: dict[str, str], field: str) -> None:
    with pytest.raises(BadConfiguration, match=field) as caught:
        settings(data, **env)

    assert caught.value.field == field


def test_a_refusal_does_not_repeat_what_was_written() -> None:
    with pytest.raises(BadConfiguration) as caught:
        settings({"base_url": "https://me:made-up-password@gw.example"})

    assert "made-up-password" not in str(caught.value)


# Where values come from


@pytest.mark.parametrize(
    ("data", "env", "own", "given"),
    [
        ({"api_key": "entry"}, {"FIRST_KEY": "first"}, "entry", "entry"),
        ({}, {"FIRST_KEY": "first", "SECOND_KEY": "second"}, None, "first"),
        ({}, {"FIRST_KEY": " '' ", "SECOND_KEY": '"second"'}, None, "second"),
        ({"api_key": " "}, {"SECOND_KEY": "second"}, None, "second"),
        ({}, {"first_key": "other"}, None, None),
        ({}, {}, None, None),
    ],
)
def test_the_entry_comes_before_the_environment(
    data: dict[str, str], env: dict[str, str], own: str | None, given: str | None
) -> None:
    found = settings(data, **env)

    assert (found.own("api_key"), found.given("api_key"), found.get("api_key")) == (own, given, given)


def test_a_no_in_the_entry_comes_before_a_yes_in_the_environment() -> None:
    assert settings({"extras": False}, EXTRAS="yes").get("extras") is False
    assert settings(EXTRAS="yes").get("extras") is True


def test_what_the_entry_says_spares_the_environment_a_check() -> None:
    assert settings({"base_url": "gw.example"}, BASE_URL="http://no").get("base_url") == URL("https://gw.example")


def test_a_default_is_not_given() -> None:
    found = settings()

    assert found.given("title") is None
    assert found.get("title") == "AI Quota"


def test_the_first_environment_variable_that_is_set() -> None:
    found = settings(EMPTY=" ", QUOTED=" 'abc' ", OTHER="x")

    assert found.env("ABSENT", "EMPTY", "QUOTED", "OTHER") == "abc"
    assert found.env("ABSENT") is None


def test_secrets_are_those_of_secret_fields_wherever_they_come_from() -> None:
    found = settings({"cookie": "sid=abc", "title": "mine"}, SECOND_KEY="second")

    assert found.secrets == ["second", "sid=abc"]


def test_a_deferred_field_is_refused_only_where_it_is_used() -> None:
    fields = (url("base_url", "BASE", deferred=True), url("other", deferred=True), text("note"))

    for data, env in (({"base_url": "http://plain.example"}, {}), ({}, {"BASE": "ftp://else.example"})):
        settings = Settings(fields, {"other": "https://fine.example", "note": "x", **data}, env)
        assert settings.get("other") == URL("https://fine.example")
        assert (settings.is_given("base_url"), settings.is_given("note")) == (True, True)
        with pytest.raises(BadConfiguration, match="base_url"):
            settings.get("base_url")
    assert not Settings(fields, {}, {}).is_given("base_url")


def test_the_cookie_among_other_header_lines() -> None:
    found = Cookies.pasted("Authorization: Bearer abc==\nCookie: sid=1; theme=dark\nX-Group: 7")

    assert found
    assert found.pairs == {"sid": "1", "theme": "dark"}
