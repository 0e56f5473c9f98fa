"""Drawings of cats and of fish, 64 x 64, in any colour on any background: the shape tells, the colour does not."""

from __future__ import annotations

import colorsys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIZE = 64
SCALE = 2  # drawn larger, then averaged: smooth edges
Colour = tuple[int, int, int]
Point = tuple[float, float]
CIRCLE = [(float(np.cos(angle)), float(np.sin(angle))) for angle in np.linspace(0, 2 * np.pi, 24, endpoint=False)]


class Sheet:
    """A picture to draw on around the animal's centre, in units of about half its size, mirrored half the time."""

    def __init__(self, rng: np.random.Generator):
        self.image = _draw_background(rng)
        self.draw = ImageDraw.Draw(self.image)
        self.unit = SIZE * SCALE * rng.uniform(0.27, 0.36)
        self.centre = (SIZE * SCALE * rng.uniform(0.43, 0.57, 2)).tolist()
        angle, side = rng.normal(0, 0.15), rng.choice([-1, 1])
        cos, sin = self.unit * np.cos(angle), self.unit * np.sin(angle)
        self.matrix = (float(side * cos), float(-sin), float(side * sin), float(cos))

    def polygon(self, points: list[Point], colour: Colour) -> None:
        self.draw.polygon(self._place(points), fill=colour)

    def line(self, points: list[Point], colour: Colour, width: float) -> None:
        self.draw.line(self._place(points), fill=colour, width=max(1, round(width * self.unit)), joint="curve")

    def ellipse(self, centre: Point, radii: Point, colour: Colour) -> None:
        self.polygon([(centre[0] + radii[0] * x, centre[1] + radii[1] * y) for x, y in CIRCLE], colour)

    def _place(self, points: list[Point]) -> list[Point]:
        a, b, c, d = self.matrix
        left, top = self.centre
        return [(left + a * x + b * y, top + c * x + d * y) for x, y in points]


def write_animals(folder: Path, sizes: dict[str, int], seed: int = 0) -> None:
    """Draw cats and fish into `folder/<part>/{cat,fish}/<number>.jpg`.

    Parameters
    ----------
    folder
        Where the parts are created.
    sizes
        For each part, the number of pictures of each class.
    seed
        The same seed gives the same pictures.
    """
    rng = np.random.default_rng([seed, SIZE])
    for part, size in sizes.items():
        for name, draw in (("cat", draw_cat), ("fish", draw_fish)):
            (folder / part / name).mkdir(parents=True)
            for number in range(size):
                draw(rng).save(folder / part / name / f"{number:04d}.jpg", quality=90)


def draw_cat(rng: np.random.Generator) -> Image.Image:
    """Draw a sitting cat: body, tail, head with two ears, eyes, whiskers, often stripes."""
    sheet, fur = Sheet(rng), _draw_colour(rng)
    dark, pale = _shade(fur, 0.55), _shade(fur, 1.25)
    reach = rng.uniform(0.8, 1.15)
    sheet.line([(0.35, 1.05), (reach, 0.9), (reach + 0.1, 0.4), (reach - 0.1, rng.uniform(-0.1, 0.3))], fur, 0.16)
    sheet.ellipse((0.0, 0.72), (rng.uniform(0.5, 0.65), 0.68), fur)
    sheet.ellipse((0.0, 0.9), (0.25, 0.42), pale)
    if rng.random() < 0.6:
        for height in (0.45, 0.7, 0.95):
            for side in (-1, 1):
                sheet.line([(side * 0.55, height), (side * 0.3, height + 0.08)], dark, 0.08)
    tip = rng.uniform(0.9, 1.1)
    for side in (-1, 1):
        sheet.polygon([(side * 0.48, -0.2), (side * 0.5, -tip), (side * 0.05, -0.6)], fur)
        sheet.polygon([(side * 0.4, -0.4), (side * 0.44, -tip + 0.2), (side * 0.18, -0.6)], dark)
    sheet.ellipse((0.0, -0.25), (rng.uniform(0.5, 0.58), 0.45), fur)
    eyes = _draw_colour(rng)
    for side in (-1, 1):
        sheet.ellipse((side * 0.22, -0.32), (0.12, 0.10), eyes)
        sheet.ellipse((side * 0.22, -0.32), (0.04, 0.10), (15, 15, 15))
        for lift in (-0.08, 0.06):
            sheet.line([(side * 0.15, -0.05), (side * 0.75, -0.05 + lift)], pale, 0.03)
    sheet.polygon([(-0.08, -0.14), (0.08, -0.14), (0.0, -0.04)], dark)
    return _finish(sheet, rng)


def draw_fish(rng: np.random.Generator) -> Image.Image:
    """Draw a fish from the side: body, tail, fins, eye, gill, often stripes."""
    sheet, skin = Sheet(rng), _draw_colour(rng)
    dark, pale = _shade(skin, 0.6), _shade(skin, 1.25)
    length, height = rng.uniform(0.8, 1.0), rng.uniform(0.38, 0.62)
    spread = rng.uniform(0.4, 0.65)
    sheet.polygon([(length - 0.2, 0.0), (length + 0.5, -spread), (length + 0.3, 0.0), (length + 0.5, spread)], dark)
    sheet.polygon([(-0.3, -height * 0.8), (0.2, -height - rng.uniform(0.2, 0.4)), (0.55, -height * 0.6)], dark)
    sheet.polygon([(-0.1, height * 0.8), (0.25, height + 0.25), (0.4, height * 0.7)], dark)
    sheet.ellipse((0.0, 0.0), (length, height), skin)
    sheet.ellipse((-0.1, height * 0.4), (length * 0.65, height * 0.45), pale)
    if rng.random() < 0.5:
        for place in (-0.15, 0.15, 0.45):
            sheet.line([(place, -height * 0.8), (place + 0.05, height * 0.7)], dark, 0.09)
    sheet.line([(-0.4, -height * 0.6), (-0.3, 0.0), (-0.4, height * 0.6)], dark, 0.04)
    sheet.ellipse((-0.62, -height * 0.25), (0.11, 0.11), (240, 240, 240))
    sheet.ellipse((-0.63, -height * 0.25), (0.05, 0.06), (15, 15, 15))
    return _finish(sheet, rng)


def _draw_colour(rng: np.random.Generator) -> Colour:
    rgb = colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.15, 0.9), rng.uniform(0.35, 0.95))
    return tuple(round(255 * channel) for channel in rgb)


def _shade(colour: Colour, factor: float) -> Colour:
    return tuple(min(255, round(channel * factor)) for channel in colour)


def _draw_background(rng: np.random.Generator) -> Image.Image:
    """Draw soft spots of two colours, as behind an animal in a photograph."""
    colours = np.array([_draw_colour(rng), _draw_colour(rng)], dtype=np.float32)
    blend = rng.random((6, 6, 1), dtype=np.float32)
    spots = Image.fromarray((colours[0] * blend + colours[1] * (1 - blend)).astype(np.uint8))
    return spots.resize((SIZE * SCALE, SIZE * SCALE), Image.Resampling.BICUBIC)


def _finish(sheet: Sheet, rng: np.random.Generator) -> Image.Image:
    """Reduce to the final size, blur a little and add the grain of a photograph."""
    image = sheet.image.reduce(SCALE).filter(ImageFilter.GaussianBlur(rng.uniform(0, 0.8)))
    grain = rng.normal(0, rng.uniform(2, 9), (SIZE, SIZE, 1))
    return Image.fromarray((np.asarray(image) + grain).clip(0, 255).astype(np.uint8))
