"""Draws the images by which Home Assistant shows the integration: a gauge around a spark."""

import math
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from scripts.lib.home import DOMAIN, ROOT

FOLDER = ROOT / "custom_components" / DOMAIN / "brand"
ICON = 256
"""The side of the icon and the height of the logo, in pixels; twice that for `@2x`."""
FINER = 4
"""Drawn this much larger and then reduced, for smooth edges."""

BLUE = "#2f6df6"
TRACK = {"": "#c5cee0", "dark_": "#4b556b"}
INK = {"": "#1c2740", "dark_": "#f2f5fb"}
"""The colours that change with the background, by the prefix of the file."""

START, SWEEP, USED = 135, 270, 0.68
"""Where the gauge begins, how far it goes (degrees, clockwise from three o'clock), and how full it is."""
STROKE = 0.135
SPARK = 0.30
"""Shares of the side."""


def icon(side: int, theme: str) -> Image.Image:
    """Return the icon for a theme."""
    image = Image.new("RGBA", (side * FINER,) * 2)
    draw = ImageDraw.Draw(image)
    size = side * FINER
    _arc(draw, size, START, SWEEP, TRACK[theme])
    _arc(draw, size, START, SWEEP * USED, BLUE)
    _spark(draw, size, INK[theme])
    return image.resize((side, side), Image.Resampling.LANCZOS)


def _arc(draw: ImageDraw.ImageDraw, size: int, start: float, sweep: float, colour: str) -> None:
    """Draw a stroke with round ends along the rim."""
    stroke = size * STROKE
    # The opening at the bottom leaves room there: the gauge sits in the middle of the square all the same.
    draw.arc((0, 0, size - 1, size - 1), start, start + sweep, colour, round(stroke))
    radius = (size - stroke) / 2
    for degrees in (start, start + sweep):
        x = size / 2 + radius * math.cos(math.radians(degrees))
        y = size / 2 + radius * math.sin(math.radians(degrees))
        draw.ellipse((x - stroke / 2, y - stroke / 2, x + stroke / 2, y + stroke / 2), colour)


def _spark(draw: ImageDraw.ImageDraw, size: int, colour: str) -> None:
    """Draw a star with four hollow sides: an astroid, a little fuller so that it holds at small sizes."""
    reach = size * SPARK
    points = []
    for degrees in range(360):
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        points.append(
            (
                size / 2 + math.copysign(abs(cos) ** 2.4, cos) * reach,
                size / 2 + math.copysign(abs(sin) ** 2.4, sin) * reach,
            )
        )
    draw.polygon(points, colour)


def logo(height: int, theme: str) -> Image.Image:
    """Return the icon with the name beside it."""
    mark = icon(height, theme)
    font = ImageFont.load_default(height * FINER * 0.56)
    bold = round(height * FINER * 0.012)
    left, top, right, bottom = font.getbbox("AI Quota", stroke_width=bold)
    name = Image.new("RGBA", (math.ceil(right - left), math.ceil(bottom - top)))
    ImageDraw.Draw(name).text((-left, -top), "AI Quota", INK[theme], font, stroke_width=bold, stroke_fill=INK[theme])
    name = name.resize((name.width // FINER, name.height // FINER), Image.Resampling.LANCZOS)
    gap = round(height * 0.16)
    image = Image.new("RGBA", (mark.width + gap + name.width, height))
    image.paste(mark, (0, 0))
    image.paste(name, (mark.width + gap, (height - name.height) // 2))
    return image


def main(folder: Path = FOLDER) -> None:
    """Write all images."""
    folder.mkdir(exist_ok=True)
    for theme in TRACK:
        for ending, factor in (("", 1), ("@2x", 2)):
            for name, draw in (("icon", icon), ("logo", logo)):
                draw(ICON * factor, theme).quantize(64).save(folder / f"{theme}{name}{ending}.png", optimize=True)


if __name__ == "__main__":
    main()
