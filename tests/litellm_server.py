"""Serves a real LiteLLM proxy on a free port of this machine; only its database client is a stand-in, made of rows.

    python tests/litellm_server.py

The first line of standard input is JSON, the rows of each table: `{"litellm_usertable": [{"user_id": …}, …], …}`. The
port is printed once it is open. LiteLLM has an environment and a Python of its own; what tests see are its own routes,
its own check of keys, and its own rules about who may read what.
"""

import json
import socket
import sys
from typing import Any

from fastapi.encoders import jsonable_encoder
from litellm.models.team import LiteLLM_TeamTable
from litellm.models.user import LiteLLM_UserTable
from litellm.models.verification_token import LiteLLM_VerificationToken
from litellm.proxy import proxy_server
from litellm.proxy.utils import PrismaClient
import uvicorn


class Team(LiteLLM_TeamTable):
    """A team as the generated client has it, which does not look into JSON."""

    members_with_roles: list[dict[str, Any]]


RECORDS = {
    "litellm_teamtable": Team,
    "litellm_usertable": LiteLLM_UserTable,
    "litellm_verificationtoken": LiteLLM_VerificationToken,
}


class Table:
    """The rows of a table, to be read."""

    def __init__(self, name: str, rows: list[dict[str, Any]]) -> None:
        self._rows = [RECORDS[name](**row) for row in rows]

    async def find_many(self, where: dict[str, Any] | None = None, **_: Any) -> list[Any]:
        """Return the rows that pass every test."""
        tests = (where or {}).items()
        return [row for row in self._rows if all(passes(getattr(row, name), test) for name, test in tests)]

    async def find_unique(self, where: dict[str, Any], **_: Any) -> Any:
        """Return the row that passes every test, if there is one."""
        return next(iter(await self.find_many(where)), None)

    find_first = find_unique


def passes(value: Any, test: Any) -> bool:
    """Return whether a column is what a query asks for: a value, one of several, or a list that has it."""
    match test:
        case {"in": several}:
            return value in several
        case {"has": one}:
            return one in value
        case _:
            return bool(value == test)


class Database:
    """The tables, as attributes, and the one query in SQL that the check of keys makes."""

    def __init__(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        self._tables = {name: Table(name, content) for name, content in rows.items()}

    def __getattr__(self, name: str) -> Table:
        """Return a table; one that was not given is empty."""
        return self._tables.get(name) or Table(name, [])

    async def query_first(self, _: str, token: str) -> dict[str, Any] | None:
        """Return a key joined with its team."""
        key = await self.litellm_verificationtoken.find_unique({"token": token})
        if key is None:
            return None
        team = await self.litellm_teamtable.find_unique({"team_id": key.team_id})
        columns = ("spend", "max_budget", "models", "metadata", "blocked", "members_with_roles")
        joined = {f"team_{column}": getattr(team, column, None) for column in columns}
        found: dict[str, Any] = jsonable_encoder({**key.model_dump(), **joined})
        return found


class Client(PrismaClient):
    """LiteLLM's own access to its database, with the stand-in below it."""

    def __init__(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        self.proxy_logging_obj = proxy_server.proxy_logging_obj
        self.db = Database(rows)


def main() -> None:
    """Serve until somebody ends this process."""
    proxy_server.prisma_client = Client(json.loads(sys.stdin.readline()))
    proxy_server.master_key = "sk-made-up-master"  # without one nothing is checked
    with socket.create_server(("127.0.0.1", 0)) as door:
        print(door.getsockname()[1], flush=True)  # noqa: T201  read by the test
        # Its startup would look for a configuration and a real database.
        config = uvicorn.Config(proxy_server.app, lifespan="off", log_level="warning")
        uvicorn.Server(config).run(sockets=[door])


if __name__ == "__main__":
    main()
