"""What a provider is: names, links, fields, ways to sign in and strategies in order."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
import hashlib
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from .credentials import Field, FieldKind, Settings, Way
from .model import QuotaError, Reading, Snapshot

if TYPE_CHECKING:
    from .account import Call
    from .oauth import SignIn


@dataclass(frozen=True, kw_only=True)
class Every:
    """How often to ask: the minutes from one fetch to the next, by default, and the fewest and most of them."""

    default: float = 5
    minimum: float = 1
    maximum: float = 24 * 60


@dataclass(frozen=True)
class StatusLink:
    """A provider's status page.

    `kind` is `statuspage`, `google_workspace`, `google_cloud`, `instatus`, or `link` where no machine
    can read it. `components` are the ids or names of what matters, all of the page when empty; a `*`
    at the end of a name stands for any ending.
    """

    url: str
    kind: str = "link"
    components: tuple[str, ...] = ()
    _: KW_ONLY
    by_source: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """The components that matter instead to an account read by the strategy with this label."""
    fallback: tuple[str, ...] = ()
    """What matters when none of the components is on the page."""
    page_wide: bool = True
    """Whether the state of the whole page counts when none of them is on it; else it is unknown."""
    lists_more: bool = False
    """Whether the page's list of components holds some that its summary leaves out."""
    mirror: str | None = None
    """The same page at another address, for when the first one refuses to be read."""
    every: float = 5
    """Minutes from one look at the page to the next."""

    @property
    def is_readable(self) -> bool:
        """Return whether a machine can read the page."""
        return self.kind != "link"


@dataclass(frozen=True)
class Workspace:
    """One of the organizations or workspaces that a sign-in sees; `name` is for the person."""

    id: str
    name: str


_FINGERPRINT = re.compile(r"(^|[:/ ])[0-9a-f]{16}$")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_fingerprint(identity: str) -> bool:
    """Return whether an identity is made of a credential: another one of the same account makes another."""
    return _FINGERPRINT.search(identity) is not None


def contradict(first: str, second: str) -> bool:
    """Return whether two identities of one provider are of different accounts.

    Only like kinds tell: an id of one form about another of that form, an e-mail about an e-mail. Where one
    names the organization and the other does not, they agree about the rest.
    """
    if is_fingerprint(first) or is_fingerprint(second) or _form(first) != _form(second):
        return False
    pairs = zip(first.casefold().split(maxsplit=1), second.casefold().split(maxsplit=1), strict=False)
    return any(one != other for one, other in pairs)


def _form(identity: str) -> tuple[object, ...]:
    """Return what ids of one kind have in common."""
    known = identity.split(maxsplit=1)[0]
    id = known.rpartition(":")[2]
    return "@" in known, known.count(":"), id.count("/"), id.isdecimal(), _UUID.fullmatch(id) is not None


type Read = Callable[[Any, Call], Awaitable[Reading]]
type Predicate = Callable[[Any, Call], Awaitable[bool]]


@dataclass(frozen=True, kw_only=True)
class Strategy:
    """One path to a reading; available when all of `needs` have a value and `when` agrees.

    `absent` says what to do about the tool or file that it needs; without it a credential is what it
    lacks. `machine` marks one that reads this machine, where nothing needs to be typed. `every`
    overrides the provider's.
    """

    source: str
    read: Read
    needs: tuple[str, ...] = ()
    when: Predicate | None = None
    absent: str | None = None
    machine: bool = False
    every: Every | None = None

    @property
    def starts_tool(self) -> bool:
        """Return whether this asks a command-line tool."""
        return self.source == "cli"

    async def is_available(self, provider: Provider, call: Call) -> bool:
        """Return whether the credentials, tool or file exist."""
        if any(call.get(key) is None for key in self.needs):
            return False
        return self.when is None or await self.when(provider, call)


def strategy(
    source: str,
    *,
    needs: str | tuple[str, ...] = (),
    when: Predicate | None = None,
    absent: str | None = None,
    machine: bool = False,
    every: Every | None = None,
) -> Callable[[Read], Strategy]:
    """Make a strategy of a provider's method; strategies are tried in the order of the class."""

    def wrap(read: Read) -> Strategy:
        return Strategy(
            source=source,
            read=read,
            needs=(needs,) if isinstance(needs, str) else needs,
            when=when,
            absent=absent,
            machine=machine,
            every=every,
        )

    return wrap


class Provider:
    """A provider, as a class read from top to bottom; one instance serves all accounts."""

    id: ClassVar[str]
    name: ClassVar[str]
    dashboard: ClassVar[str]
    status: ClassVar[StatusLink | None] = None
    fields: ClassVar[tuple[Field, ...]] = ()
    sign_ins: ClassVar[tuple[SignIn, ...]] = ()
    every: ClassVar[Every] = Every()
    missing: ClassVar[str] = "give a key or sign in"
    """What to do when no strategy has what it needs."""
    region_field: ClassVar[str | None] = None
    """The field of a choice between separate systems, where one account exists in one of them only."""
    workspace_field: ClassVar[str | None] = None
    """The field that takes the id of one of `workspaces`."""
    key_is_account: ClassVar[bool] = False
    """Whether every key has figures of its own, so that two keys of one person are two accounts."""

    strategies: ClassVar[tuple[Strategy, ...]] = ()

    def __init_subclass__(cls) -> None:
        """Collect the strategies in the order in which they stand in the class; without any, its base's count."""
        found = tuple(value for value in vars(cls).values() if isinstance(value, Strategy))
        cls.strategies = found or cls.strategies

    def check(self, settings: Settings) -> None:
        """Raise BadConfiguration where values that are fine alone do not go together."""

    def order(self, call: Call) -> Sequence[Strategy]:
        """Return the strategies that `auto` considers, in order; those not available are passed over."""
        return self.strategies

    def goes_on(self, call: Call, tried: Strategy, error: QuotaError) -> bool:
        """Return whether `auto` tries the next strategy after this failure."""
        return True

    async def workspaces(self, call: Call) -> Sequence[Workspace]:
        """Return the organizations or workspaces among which the person may choose, when there are any."""
        return ()

    def dashboard_for(self, settings: Settings) -> str:
        """Return the page with the figures of this account; a self-hosted provider has its own."""
        return self.dashboard

    def identity(self, snapshot: Snapshot, settings: Settings) -> str | None:
        """Return what tells this account from others of the provider, or None when nothing does.

        The provider's stable id, else the e-mail with the organization, else a hash of the
        credential (with the host it is for), never the credential itself.
        """
        found = snapshot.identity
        if not found and not self.key_is_account and snapshot.account and "@" in snapshot.account:
            found = " ".join(filter(None, (snapshot.account, snapshot.organization)))
        if not found and settings.secrets:
            hashed = self.fingerprint(settings.secrets[0])
            host = settings.given("base_url")
            found = f"{host.host}:{host.port}/{hashed}" if host else hashed
        if not found:
            found = snapshot.account
        if not found:
            return None
        region = settings.get(self.region_field) if self.region_field else None
        return ":".join(filter(None, (self.id, region, found.strip().lower())))

    def is_another(self, snapshot: Snapshot, settings: Settings, known: str) -> bool:
        """Return whether an answer is of another account than the one known by this identity.

        An answer that does not say whose it is, or by a login alone, which people change, is of the same one.
        """
        says = snapshot.identity or (snapshot.account and "@" in snapshot.account)
        identity = self.identity(snapshot, settings) if says else None
        return identity is not None and contradict(identity, known)

    def fingerprint(self, secret: str) -> str:
        """Return a hash of a credential: it tells accounts apart and gives nothing away."""
        return hashlib.sha256(f"ai_quota:{self.id}:{secret}".encode()).hexdigest()[:16]

    def ways(self) -> tuple[Way, ...]:
        """Return the ways in for which there are fields, or a strategy that reads this machine."""
        found = [field.way for field in self.fields if field.way and not field.hidden]
        if any(each.machine for each in self.strategies):
            found.append(Way.MACHINE)
        return tuple(dict.fromkeys(found))

    def form(self, way: Way | None) -> tuple[Field, ...]:
        """Return the fields to ask for on this way: its own and those of no way."""
        return tuple(field for field in self.fields if field.way in (None, way) and not field.hidden)

    def strategy_of(self, source: str) -> Strategy | None:
        """Return the strategy with this label."""
        return next((each for each in self.strategies if each.source == source), None)

    def every_of(self, source: str) -> Every:
        """Return how often to ask the strategy with this label, or any of them."""
        chosen = self.strategy_of(source)
        return chosen.every if chosen and chosen.every else self.every

    @property
    def cookie_field(self) -> Field | None:
        """Return the field for the cookie, where there is one."""
        return next((field for field in self.fields if field.kind is FieldKind.COOKIE), None)
