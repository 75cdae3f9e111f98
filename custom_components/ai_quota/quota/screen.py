"""What a terminal shows after a program has moved its cursor over it.

A program that draws (a table of limits, a menu) rewrites only the cells that change. With its escape
sequences merely cut out, letters and blanks are missing from what is left; so they are obeyed here.
https://www.ecma-international.org/publications-and-standards/standards/ecma-48/
"""

import re

_TOKEN = re.compile(
    r"\x1b\[(?P<parameters>[0-?]*)[ -/]*(?P<command>[@-~])"
    r"|\x1b\].*?(?:\x07|\x1b\\)"  # a window's title and the like
    r"|\x1b[ -/]*[0-Z\\^-~]"
    r"|(?P<control>[\x00-\x1f\x7f])"
    r"|(?P<text>[^\x00-\x1f\x7f]+)",
    re.DOTALL,
)
_MOVES = {"A": (-1, 0), "B": (1, 0), "C": (0, 1), "D": (0, -1)}
_TAB = 8
_WIDEST = 1000


def shown(output: str, rows: int) -> str:
    """Return what a terminal of so many rows shows, with what has scrolled off above, as lines without end blanks.

    Cursor movement and erasing count; colours, modes and titles do not. Lines may grow beyond the
    edge: a program that knows the width breaks them itself.
    """
    screen = _Screen(rows)
    for token in _TOKEN.finditer(output):
        if text := token["text"]:
            screen.write(text)
        elif control := token["control"]:
            screen.control(control)
        elif (command := token["command"]) and re.fullmatch(r"[\d;]*", token["parameters"]):
            screen.command(command, [int(number or 0) for number in token["parameters"].split(";")])
    return "\n".join("".join(line).rstrip() for line in screen.lines)


class _Screen:
    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._top = 0
        self._row = 0
        self._column = 0
        self.lines: list[list[str]] = [[]]

    def write(self, text: str) -> None:
        line = self.lines[self._row]
        line.extend(" " * (self._column - len(line)))
        line[self._column : self._column + len(text)] = text
        self._column += len(text)

    def control(self, character: str) -> None:
        match character:
            case "\r":
                self._column = 0
            case "\n":
                self._top = max(self._top, self._row + 2 - self._rows)
                self._go(self._row + 1, self._column)
            case "\b":
                self._go(self._row, self._column - 1)
            case "\t":
                self._go(self._row, self._column + _TAB - self._column % _TAB)

    def command(self, command: str, numbers: list[int]) -> None:
        count = numbers[0] or 1
        if command in _MOVES:
            down, right = _MOVES[command]
            self._go(self._row + down * count, self._column + right * count)
        elif command == "G":
            self._go(self._row, count - 1)
        elif command in "Hf":
            column = numbers[1] if len(numbers) > 1 else 1
            self._go(self._top + count - 1, (column or 1) - 1)
        elif command == "K":
            self._erase_line(numbers[0])
        elif command == "J":
            self._erase_screen(numbers[0])

    def _go(self, row: int, column: int) -> None:
        self._row = min(max(row, self._top), self._top + self._rows - 1)
        self._column = min(max(column, 0), _WIDEST)
        while len(self.lines) <= self._row:
            self.lines.append([])

    def _erase_line(self, part: int) -> None:
        """Erase the line: 0 from the cursor on, 1 up to it, 2 all of it."""
        line = self.lines[self._row]
        if part == 0:
            del line[self._column :]
        else:
            end = len(line) if part == 2 else min(self._column + 1, len(line))
            line[:end] = " " * end

    def _erase_screen(self, part: int) -> None:
        """Erase the screen, its parts as for a line; what has scrolled off stays."""
        self._erase_line(min(part, 2))
        above = self.lines[self._top : self._row] if part else []
        below = self.lines[self._row + 1 :] if part != 1 else []
        for line in (*above, *below):
            line.clear()
