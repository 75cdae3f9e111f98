"""Where an answer comes from: what another source or account says is not to be compared with what was said before."""

from dataclasses import dataclass, replace
import hashlib
from typing import Any, Self

from . import parse
from .model import Snapshot


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """The source of an answer, and whose it is as far as it tells: hashes, because they are kept in a file."""

    source: str | None = None
    identity: str | None = None
    account: str | None = None

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Return where a snapshot comes from."""
        return cls(source=snapshot.source, identity=_hashed(snapshot.identity), account=_hashed(snapshot.account))

    def differs_from(self, other: Origin) -> bool:
        """Return whether the answers come from another source or account; who is not told may be the same."""
        if self.source != other.source:
            return True
        if self.identity and other.identity:
            return self.identity != other.identity
        return bool(self.account and other.account) and self.account != other.account

    def completed_by(self, earlier: Origin) -> Origin:
        """Return the origin with what an earlier answer told about it."""
        return replace(self, identity=self.identity or earlier.identity, account=self.account or earlier.account)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"source": self.source, "identity": self.identity, "account": self.account}

    @classmethod
    def from_dict(cls, kept: Any) -> Self:
        """Return what was kept, as far as it can be read."""
        known = parse.mapping(kept)
        return cls(**{key: parse.text(known.get(key)) for key in ("source", "identity", "account")})


def _hashed(name: str | None) -> str | None:
    return hashlib.sha256(name.strip().casefold().encode()).hexdigest()[:16] if name else None
