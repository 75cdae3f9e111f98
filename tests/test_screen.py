"""What a terminal shows."""

import pytest

from custom_components.ai_quota.quota.screen import shown


@pytest.mark.parametrize(
    ("output", "lines"),
    [
        ("one\r\ntwo", ["one", "two"]),
        ("one\ntwo", ["one", "   two"]),
        ("over\run", ["uner"]),
        ("ab\bc", ["ac"]),
        ("a\tb\t", ["a       b"]),
        ("\x1b[1;31mred\x1b[0m\x1b]0;title\x07 and\x1b(B plain\x1b7", ["red and plain"]),
        ("Loading limits\rCurr\x1b[2Kent\x1b[9Gsession", ["    ent session"]),
        ("Current session\r\x1b[1B37%\x1b[6Gused\x1b[1A\x1b[1D!", ["Current !ession", "37%  used"]),
        ("abc\x1b[2D_\x1b[C!", ["a_c!"]),
        ("\x1b[2;3Hx\x1b[Hy\x1b[1;2fz", ["yz", "  x"]),
        ("abcdef\x1b[3D\x1b[K", ["abc"]),
        ("abcdef\x1b[3D\x1b[1K", ["    ef"]),
        ("abcdef\x1b[3D\x1b[2Kx", ["   x"]),
        ("a\r\nb\r\nc\x1b[1A\x1b[J", ["a", "b", ""]),
        ("a\r\nb\r\nc\x1b[1A\x1b[1Jx", ["", " x", "c"]),
        ("a\r\nb\x1b[2Jx", ["", " x"]),
        ("a\x1b[?25lb\x1b[>0qc\x1b[6nd", ["abcd"]),
        ("a\x1b[99Ab\x1b[99D\x1b[99Bc", ["ab", "", "", "c"]),
        ("", [""]),
    ],
)
def test_what_is_shown(output: str, lines: list[str]) -> None:
    assert shown(output, rows=4).split("\n") == lines


def test_what_has_scrolled_off_stays_but_is_out_of_reach() -> None:
    output = "1\r\n2\r\n3\r\n4\r\n5\x1b[Htop\x1b[99Aend"
    assert shown(output, rows=3).split("\n") == ["1", "2", "topend", "4", "5"]
    assert shown(output + "\x1b[2J", rows=3).split("\n") == ["1", "2", "", "", ""]


def test_a_cursor_far_out_takes_no_memory() -> None:
    assert len(shown("\x1b[999999999Cx\x1b[999999999Bx", rows=3)) < 5000
