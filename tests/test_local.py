"""Files, databases and programs of this machine: every program here is a real process."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import sqlite3
import stat
import sys
from tempfile import TemporaryDirectory
from typing import Self

import pytest

from custom_components.ai_quota.quota import local
from custom_components.ai_quota.quota.model import BadConfiguration, InvalidResponse, Unavailable

ENV = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
NOBODY = 65534
WELL_BELOW_A_TIMEOUT = 20


def python(code: str, *args: object) -> list[str]:
    """Return the command for a Python program; what it writes arrives at once."""
    return [sys.executable, "-ISuc", code, *map(str, args)]


class Lifeline:
    """A pipe that processes hold by name: for its reader it ends when the last of them has gone."""

    HOLD = "import signal, sys; line = open(sys.argv[1], 'wb', 0); line.write(b'held');"
    """How a Python program takes it, given its name as first argument."""

    def __init__(self, path: Path) -> None:
        self.path = path
        os.mkfifo(path)
        self._file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb")
        self._reader = asyncio.StreamReader()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        os.set_blocking(self._file.fileno(), False)
        self._writer = os.open(self.path, os.O_WRONLY)
        self._transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(self._reader), self._file
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self._transport.close()

    async def held(self) -> None:
        """Wait until a process holds the line."""
        async with asyncio.timeout(WELL_BELOW_A_TIMEOUT):
            assert await self._reader.readexactly(4) == b"held"

    async def last_words(self) -> str:
        """Wait until nobody holds the line any more; return what was said in the meantime."""
        os.close(self._writer)
        async with asyncio.timeout(WELL_BELOW_A_TIMEOUT):
            return (await self._reader.read()).decode()


@pytest.fixture
async def lifeline(tmp_path):
    async with Lifeline(tmp_path / "lifeline") as line:
        yield line


HOLDS_THE_LINE = f"{Lifeline.HOLD} print('ready'); signal.pause()"
A_CHILD = f"import subprocess, sys; child = [*sys.orig_argv[:2], {HOLDS_THE_LINE!r}, sys.argv[1]];"


# Files


async def test_a_file_is_read(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b'\xef\xbb\xbf{"caf\xc3\xa9": 1}')

    assert await local.exists(path)
    assert await local.read_bytes(path) == path.read_bytes()
    assert await local.read_text(path) == '{"café": 1}'
    assert await local.read_json(path) == {"café": 1}


async def test_a_file_that_is_not_there_is_none(tmp_path):
    (tmp_path / "file").touch()

    for path in (tmp_path / "other", tmp_path / "file" / "below a file"):
        assert not await local.exists(path)
        assert await local.read_bytes(path) is None
        assert await local.read_text(path) is None
        assert await local.read_json(path) is None


async def test_a_file_has_a_size_limit(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x" * 2049)

    assert await local.read_bytes(path, 2049) == b"x" * 2049
    with pytest.raises(InvalidResponse, match="larger than 2 KiB"):
        await local.read_bytes(path, 2048)


async def test_a_folder_cannot_be_read_as_a_file(tmp_path):
    with pytest.raises(Unavailable, match="Is a directory"):
        await local.read_text(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[" * 200_000, "NaN%"], ids=["empty", "cut", "deep", "other"])
async def test_broken_json_is_an_invalid_response(tmp_path, content):
    path = tmp_path / "file.json"
    path.write_text(content)

    with pytest.raises(InvalidResponse, match="is not JSON"):
        await local.read_json(path)


def test_xml_is_read():
    assert local.xml_root("<a><b c='1'/></a>").find("b").get("c") == "1"


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE a [<!ENTITY e "boom">]><a>&e;</a>',
        '<?xml version="1.0"?><!doctype a SYSTEM "file:///etc/passwd"><a/>',
        "<a>",
        "",
        "<a>&undefined;</a>",
    ],
)
def test_xml_with_a_dtd_or_broken_xml_is_refused(document):
    with pytest.raises(InvalidResponse):
        local.xml_root(document)


# SQLite


@contextmanager
def database(path: Path, *statements: str) -> Iterator[sqlite3.Connection]:
    """Open a database as the program that owns it."""
    connection = sqlite3.connect(path, autocommit=True)
    try:
        for statement in statements:
            connection.execute(statement)
        yield connection
    finally:
        connection.close()


WAL = ("PRAGMA journal_mode = wal", "CREATE TABLE t (x)", "INSERT INTO t VALUES (1)")


def values(connection: sqlite3.Connection) -> list[int]:
    return [x for (x,) in connection.execute("SELECT x FROM t ORDER BY x")]


async def test_a_database_is_read_while_another_program_writes_it(tmp_path):
    path = tmp_path / "data with 50% ?#.db"
    with database(path, *WAL) as owner:
        beside = sorted(tmp_path.glob("data*"))
        owner.execute("BEGIN IMMEDIATE")
        owner.execute("INSERT INTO t VALUES (2)")
        before = await local.query_sqlite(path, values)
        owner.execute("COMMIT")
        after = await local.query_sqlite(path, values)

        assert (before, after) == ([1], [1, 2])
        assert sorted(tmp_path.glob("data*")) == beside


@pytest.mark.parametrize("mode", ["wal", "delete"])
async def test_reading_a_database_leaves_nothing_behind(tmp_path, mode):
    path = tmp_path / "data.db"
    with database(path, f"PRAGMA journal_mode = {mode}", *WAL[1:]):
        pass
    content = path.read_bytes()

    assert await local.query_sqlite(path, values) == [1]
    assert list(tmp_path.glob("data*")) == [path]
    assert path.read_bytes() == content


@pytest.fixture(params=["wal", "delete"])
def read_only_database(request):
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "data.db"
        with database(path, f"PRAGMA journal_mode = {request.param}", *WAL[1:]):
            pass
        path.chmod(0o444)
        folder.chmod(0o555)
        yield path
        folder.chmod(0o755)


async def test_a_database_in_a_read_only_folder_is_read(read_only_database):
    with unprivileged():
        assert not os.access(read_only_database.parent, os.W_OK, effective_ids=True)
        assert await local.query_sqlite(read_only_database, values) == [1]


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be nobody for a while: the superuser may write into read-only folders."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


async def test_a_database_cannot_be_written(tmp_path):
    path = tmp_path / "data.db"
    with database(path, *WAL), pytest.raises(Unavailable, match="readonly"):
        await local.query_sqlite(path, lambda connection: connection.execute("DELETE FROM t"))


async def test_a_locked_database_is_waited_for_only_briefly(tmp_path):
    path = tmp_path / "data.db"
    with database(path, *WAL[1:], "BEGIN EXCLUSIVE"), pytest.raises(Unavailable, match="locked"):
        async with asyncio.timeout(4):  # SQLite's own patience is 5 seconds
            await local.query_sqlite(path, values, busy_seconds=0.01)


async def test_a_long_query_is_interrupted(tmp_path):
    path = tmp_path / "data.db"
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with database(path, *WAL), pytest.raises(Unavailable, match="interrupted"):
        await local.query_sqlite(path, lambda connection: connection.execute(endless).fetchone(), seconds=0.1)


async def test_what_is_no_database_is_unavailable(tmp_path):
    path = tmp_path / "data.db"
    with pytest.raises(Unavailable, match="unable to open"):
        await local.query_sqlite(path, values)
    path.write_text("no database, but text that is long enough to be looked at")
    with pytest.raises(Unavailable, match="not a database"):
        await local.query_sqlite(path, values)


# Finding a program


def make_program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{sys.executable} -IS\nprint('from', {str(path)!r})\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


async def find(tmp_path, given=None):
    env = {"PATH": f"{tmp_path / 'bin'}:{tmp_path / 'more'}"}
    places = ("~/.local/bin/tool", str(tmp_path / "opt/tool"))
    return await local.find_tool("tool", given, env=env, home=tmp_path / "home", places=places)


async def test_a_program_is_found_on_the_path_before_other_places(tmp_path):
    assert await find(tmp_path) is None
    for place in ("opt/tool", "home/.local/bin/tool", "more/tool", "bin/tool"):
        path = make_program(tmp_path / place)
        assert await find(tmp_path) == path


async def test_a_program_that_was_named_is_the_only_one(tmp_path):
    make_program(tmp_path / "bin/tool")
    mine = make_program(tmp_path / "home/mine")

    assert await find(tmp_path, str(mine)) == mine
    assert await find(tmp_path, "~/mine") == mine


@pytest.mark.parametrize("given", ["/nowhere/tool", "~/folder", "~/text"])
async def test_a_program_that_was_named_must_be_one(tmp_path, given):
    make_program(tmp_path / "bin/tool")
    (tmp_path / "home/folder").mkdir(parents=True)
    (tmp_path / "home/text").touch()

    with pytest.raises(BadConfiguration, match="cli_path") as caught:
        await find(tmp_path, given)
    assert caught.value.field == "cli_path"


def test_the_environment_of_a_tool_holds_no_secrets_of_others():
    kept = {
        "PATH": "/bin",
        "HOME": "/home/me",
        "LC_ALL": "C",
        "XDG_DATA_HOME": "/data",
        "https_proxy": "http://proxy",
        "TOOL_HOME": "/tool",
    }
    dropped = {"SUPERVISOR_TOKEN": "x", "HOMEASSISTANT_KEY": "x", "USERPASSWORD": "x", "OTHER_TOOL_KEY": "x"}

    found = local.clean_environment(kept | dropped, "TOOL_", TERM="xterm", PATH="/usr/bin")

    assert found == kept | {"TERM": "xterm", "PATH": "/usr/bin"}


# Running a program


async def test_a_program_that_ends(tmp_path):
    code = (
        "import os, sys; print(os.getcwd(), dict(os.environ), sys.argv[1:]); print('oh', file=sys.stderr); sys.exit(3)"
    )

    done = await local.run(python(code, "a b", "$HOME"), env={"A": "1"}, cwd=tmp_path, seconds=60)

    assert done.stdout.startswith(f"{tmp_path} {{'A': '1'")
    assert done.stdout.endswith("['a b', '$HOME']\n")
    assert done.stderr == "oh\n"
    assert done.output == done.stdout + done.stderr
    assert (done.exit, done.timed_out) == (3, False)
    for name in os.environ:
        assert f"'{name}'" not in done.stdout


async def test_stdin_is_closed(typed_to_this_process):
    done = await local.run(python("import sys; print(repr(sys.stdin.read()))"), env=ENV, seconds=60)

    assert done.stdout == "''\n"


@pytest.fixture
def typed_to_this_process() -> Iterator[None]:
    """Put something on our own stdin, which is not for the programs that we start."""
    ours = os.dup(0)
    reading, writing = os.pipe()
    os.write(writing, b"not for you")
    os.close(writing)
    os.dup2(reading, 0)
    os.close(reading)
    yield
    os.dup2(ours, 0)
    os.close(ours)


async def test_a_program_is_ended_at_its_deadline(lifeline):
    done = await local.run(python(HOLDS_THE_LINE, lifeline.path), env=ENV, seconds=2, quiet_seconds=60)

    assert done == local.Finished(stdout="ready\n", exit=None, timed_out=True)
    assert await lifeline.last_words() == "held"


async def test_a_program_that_never_falls_quiet_is_ended_at_its_deadline():
    chatter = "while True: print('more')"
    done = await local.run(python(chatter), env=ENV, seconds=0.5, quiet_seconds=60, max_bytes=1000)

    assert (done.exit, done.timed_out) == (None, True)


async def test_a_program_is_ended_when_it_has_fallen_quiet(lifeline):
    done = await local.run(python(HOLDS_THE_LINE, lifeline.path), env=ENV, seconds=60, quiet_seconds=0.1)

    assert done == local.Finished(stdout="ready\n", exit=None, timed_out=False)
    assert await lifeline.last_words() == "held"


async def test_quiet_is_counted_from_the_last_output_on_either_stream():
    code = """
import sys
from time import monotonic
begun = monotonic()
print("out")
while monotonic() < begun + 1.5:
    print("err", file=sys.stderr)
"""
    done = await local.run(python(code), env=ENV, seconds=60, quiet_seconds=1, max_bytes=4)

    assert done == local.Finished(stdout="out\n", stderr="err\n", exit=0, timed_out=False)


async def test_a_program_that_says_nothing_is_not_waited_for():
    done = await local.run(python("import signal; signal.pause()"), env=ENV, seconds=60, first_seconds=0.1)

    assert done == local.Finished(stdout="", exit=None, timed_out=False)


async def test_output_is_bounded_but_the_program_goes_on():
    code = "import sys; sys.stdout.write('o' * 3_000_000); sys.stderr.write('e' * 3_000_000); sys.exit(4)"

    done = await local.run(python(code), env=ENV, seconds=60, max_bytes=1000)

    assert done == local.Finished(stdout="o" * 1000, stderr="e" * 1000, exit=4, timed_out=False)


async def test_children_end_with_the_program(lifeline):
    code = A_CHILD + "subprocess.run(child)"

    done = await local.run(python(code, lifeline.path), env=ENV, seconds=60, quiet_seconds=0.1)

    assert done == local.Finished(stdout="ready\n", exit=None, timed_out=False)
    assert await lifeline.last_words() == "held"


async def test_children_end_also_when_the_program_ended_first(lifeline):
    """The child holds stderr open, which is no reason to wait for it."""
    code = A_CHILD + "print(subprocess.Popen(child, stdout=subprocess.PIPE).stdout.readline()); sys.exit(5)"

    done = await local.run(python(code, lifeline.path), env=ENV, seconds=60)

    assert done == local.Finished(stdout="b'ready\\n'\n", exit=5, timed_out=False)
    assert await lifeline.last_words() == "held"


async def test_a_daemon_that_left_the_group_does_not_hold_the_call_up(lifeline, tmp_path):
    """It holds the pipes, and ends when this test lets go of its leash."""
    leash = tmp_path / "leash"
    os.mkfifo(leash)
    ours = os.open(leash, os.O_RDWR)
    daemon = f"import sys; leash = open(sys.argv[2]); {Lifeline.HOLD} leash.read()"
    code = f"""
import subprocess, sys
subprocess.Popen([*sys.orig_argv[:2], {daemon!r}, *sys.argv[1:]], start_new_session=True)
"""
    try:
        done = await local.run(python(code, lifeline.path, leash), env=ENV, seconds=60)
        await lifeline.held()
    finally:
        os.close(ours)

    assert (done.exit, done.timed_out) == (0, False)
    assert await lifeline.last_words() == ""


async def test_a_program_is_asked_to_end_before_it_is_forced(lifeline):
    code = (
        f"{Lifeline.HOLD} signal.signal(signal.SIGTERM, lambda *_: sys.exit(line.write(b' and let go')));"
        "print('ready'); signal.pause()"
    )
    await local.run(python(code, lifeline.path), env=ENV, seconds=60, quiet_seconds=0.1)

    assert await lifeline.last_words() == "held and let go"


async def test_a_program_that_does_not_listen_is_forced(lifeline):
    code = (
        f"{Lifeline.HOLD} signal.signal(signal.SIGTERM, lambda *_: line.write(b' on'));"
        "print('ready');\nwhile True: signal.pause()"
    )
    await local.run(python(code, lifeline.path), env=ENV, seconds=60, quiet_seconds=0.1)

    assert await lifeline.last_words() == "held on"


async def test_a_cancelled_call_ends_its_program(lifeline):
    call = asyncio.create_task(local.run(python(A_CHILD + "subprocess.run(child)", lifeline.path), env=ENV, seconds=60))
    await lifeline.held()

    call.cancel()

    with pytest.raises(asyncio.CancelledError):
        await call
    assert await lifeline.last_words() == ""


async def test_a_program_that_cannot_be_started_is_unavailable(tmp_path):
    text = tmp_path / "text"
    text.touch()
    for path in (tmp_path / "nothing", text, tmp_path):
        with pytest.raises(Unavailable, match=rf"^{path.name} cannot be started"):
            await local.run([path], env=ENV, seconds=60)
        with pytest.raises(Unavailable, match=rf"^{path.name} cannot be started"):
            await local.run_on_terminal([path], env=ENV, seconds=60, rows=24, columns=80)


# On a pseudo-terminal


SHOWS_ITS_TERMINAL = """
import os, sys
print(*os.get_terminal_size(), *(os.isatty(fd) for fd in range(3)), *sorted(os.environ))
print("you said", input("say: "))
sys.exit(6)
"""


async def test_a_program_on_a_terminal_is_typed_to():
    async with local.terminal(python(SHOWS_ITS_TERMINAL), env=ENV, rows=50, columns=200) as screen:
        while "say: " not in screen.text:
            assert await screen.news(WELL_BELOW_A_TIMEOUT)
        assert "200 50 True True True LC_ALL PATH" in screen.text
        screen.type("hello\r")
        while not screen.closed:
            assert await screen.news(WELL_BELOW_A_TIMEOUT)
        assert not await screen.news(WELL_BELOW_A_TIMEOUT)
        assert await screen.exit_status(WELL_BELOW_A_TIMEOUT) == 6
        screen.type("nobody is there any more")

    assert screen.text.endswith("you said hello\r\n")


async def test_a_terminal_without_news():
    code = "import signal; print('ready'); signal.pause()"
    async with local.terminal(python(code), env=ENV, rows=24, columns=80) as screen:
        while screen.text != "ready\r\n":
            assert await screen.news(WELL_BELOW_A_TIMEOUT)
        assert not await screen.news(0.01)
        assert not screen.closed
        assert await screen.exit_status(0) is None


async def test_the_program_ends_with_its_terminal(lifeline):
    async with local.terminal(python(HOLDS_THE_LINE, lifeline.path), env=ENV, rows=24, columns=80):
        await lifeline.held()

    assert await lifeline.last_words() == ""


async def test_what_a_terminal_shows_is_bounded():
    code = "import sys; sys.stdout.write('x' * 300_000)"
    async with local.terminal(python(code), env=ENV, rows=24, columns=80, max_bytes=1000) as screen:
        while not screen.closed:
            assert await screen.news(WELL_BELOW_A_TIMEOUT)
    assert screen.text == "x" * 1000


async def test_a_program_runs_on_a_terminal_to_its_end():
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)"

    done = await local.run_on_terminal(python(code), env=ENV, seconds=60, rows=24, columns=80, quiet_seconds=30)

    assert done == local.Finished(stdout="out\r\nerr\r\n", exit=7, timed_out=False)


async def test_a_program_on_a_terminal_is_ended_when_it_has_fallen_quiet(lifeline):
    done = await local.run_on_terminal(
        python(HOLDS_THE_LINE, lifeline.path), env=ENV, seconds=60, rows=24, columns=80, quiet_seconds=0.1
    )

    assert done == local.Finished(stdout="ready\r\n", exit=None, timed_out=False)
    assert await lifeline.last_words() == "held"


async def test_a_program_on_a_terminal_is_ended_at_its_deadline(lifeline):
    done = await local.run_on_terminal(
        python(HOLDS_THE_LINE, lifeline.path), env=ENV, seconds=2, rows=24, columns=80, quiet_seconds=60
    )

    assert done == local.Finished(stdout="ready\r\n", exit=None, timed_out=True)
    assert await lifeline.last_words() == "held"


async def test_a_cancelled_terminal_ends_its_program(lifeline):
    call = asyncio.create_task(
        local.run_on_terminal(python(HOLDS_THE_LINE, lifeline.path), env=ENV, seconds=60, rows=24, columns=80)
    )
    await lifeline.held()

    call.cancel()

    with pytest.raises(asyncio.CancelledError):
        await call
    assert await lifeline.last_words() == ""


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("\x1b[1mbold\x1b[0m \x1b[38;5;141mcolour\x1b[m", "bold colour"),
        ("\x1b[?25l\x1b[2J\x1b[10;20Hmoved", "moved"),
        ("\x1b]0;title\x07text \x1b]8;;https://example.com\x1b\\link\x1b]8;;\x1b\\", "text link"),
        ("\x1b[12", "\x1b[12"),
        ("\x1b]" * 100_000, "\x1b]" * 100_000),
        ("█ 25%", "█ 25%"),
    ],
    ids=["style", "cursor", "title and link", "cut", "never ended", "none"],
)
def test_escape_sequences_are_not_text(written, seen):
    assert local.plain(written) == seen


# JSON-RPC


SERVER = """
import json, sys
def say(**message): print(json.dumps(message))
for call in map(json.loads, sys.stdin):
    match call["method"]:
        case "echo": say(id=call["id"], result=call)
        case "noise":
            print("Starting…"); print("[1, 2]"); print("[" * 100_000); print('"text"')
            say(method="progress", params={"id": call["id"]})
            say(id=call["id"] + 1, result={"of": "another call"})
            say(id=str(call["id"]), result={"of": "another client"})
            say(id=call["id"], method="ask", params={})
            sys.stdout.flush(); sys.stdout.buffer.write(bytes([255, 10])); sys.stdout.flush()
            say(id=call["id"], result={"after": "noise"})
        case "fail": say(id=call["id"], error={"code": -32600, "message": "not signed in", "data": [1]})
        case "fail oddly": say(id=call["id"], error="no object")
        case "list": say(id=call["id"], result=[1])
        case "shout": print("x" * 1_100_000)
        case "die": sys.exit("I am out")
        case "keep": kept = call
        case "show": say(id=call["id"], result=kept)
"""


@pytest.fixture
async def server():
    async with local.json_rpc(python(SERVER), env=ENV) as rpc:
        yield rpc


async def test_a_call_is_answered(server):
    sent = {"jsonrpc": "2.0", "id": 1, "method": "echo", "params": {"a": 1}}
    assert await server.call("echo", {"a": 1}, 60) == sent
    assert await server.call("echo", {}, 60) == {"jsonrpc": "2.0", "id": 2, "method": "echo", "params": {}}
    assert await server.call("list", {}, 60) == {}


async def test_a_notification_has_no_id(server):
    await server.notify("keep", {"b": 2})
    assert await server.call("show", {}, 60) == {"jsonrpc": "2.0", "method": "keep", "params": {"b": 2}}


async def test_noise_is_passed_over(server):
    assert await server.call("noise", {}, 60) == {"after": "noise"}
    # What was left of it does not answer the next call.
    assert (await server.call("echo", {}, 60))["id"] == 2


async def test_an_error_of_the_server(server):
    with pytest.raises(local.RpcError, match=r"^not signed in$") as caught:
        await server.call("fail", {}, 60)
    assert (caught.value.code, caught.value.data) == (-32600, [1])
    with pytest.raises(local.RpcError) as caught:
        await server.call("fail oddly", {}, 60)
    assert (caught.value.code, caught.value.data) == (None, None)


async def test_a_silent_server(server):
    with pytest.raises(Unavailable, match=r"did not answer keep in 0\.1 seconds"):
        await server.call("keep", {}, 0.1)


async def test_a_line_that_is_too_long(server):
    with pytest.raises(InvalidResponse, match="too long"):
        await server.call("shout", {}, 60)


async def test_a_server_that_dies(server):
    with pytest.raises(Unavailable, match="has ended"):
        await server.call("die", {}, 60)
    with pytest.raises(Unavailable, match="has ended"):
        await server.call("echo", {}, 60)


async def test_the_server_ends_with_the_context(lifeline):
    async with local.json_rpc(python(HOLDS_THE_LINE, lifeline.path), env=ENV):
        await lifeline.held()

    assert await lifeline.last_words() == ""
