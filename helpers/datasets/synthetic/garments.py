"""Ten kinds of garment silhouettes in the format of Fashion-MNIST: white on black, 28 x 28."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

SIZE = 28
SCALE = 4  # drawn larger, then averaged: smooth edges
Point = tuple[float, float]


class Canvas:
    """A picture to draw on in coordinates from 0 to 1, y downwards, under one small random affine map."""

    def __init__(self, rng: np.random.Generator):
        (angle, shear), (wide, high), self.shift = (
            rng.normal(0, 0.045, 2).tolist(),
            rng.normal(1, 0.05, 2).clip(0.86, 1.1).tolist(),
            rng.normal(0.5, 0.02, 2).tolist(),
        )
        self.matrix = (wide, wide * (shear - angle), high * angle, high)
        self.image = Image.new("L", (SIZE * SCALE, SIZE * SCALE))
        self.draw = ImageDraw.Draw(self.image)

    def place(self, points: list[Point]) -> list[Point]:
        a, b, c, d = self.matrix
        left, top = self.shift
        scale = SIZE * SCALE
        return [
            (scale * (left + a * (x - 0.5) + b * (y - 0.5)), scale * (top + c * (x - 0.5) + d * (y - 0.5)))
            for x, y in points
        ]

    def polygon(self, points: list[Point], shade: int) -> None:
        self.draw.polygon(self.place(points), fill=shade)

    def line(self, points: list[Point], shade: int, width: float) -> None:
        self.draw.line(self.place(points), fill=shade, width=max(1, round(width * SIZE * SCALE)), joint="curve")


def draw_garments(size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw `size` garments, the classes as even as can be.

    Parameters
    ----------
    size
        Number of pictures.
    seed
        The same seed gives the same pictures.

    Returns
    -------
    Images, uint8 (size, 28, 28), and labels, uint8 (size,), in random order.
    """
    rng = np.random.default_rng([seed, SIZE])
    labels = rng.permutation(np.arange(size) % len(GARMENTS)).astype(np.uint8)
    silhouettes = np.stack([_draw_silhouette(GARMENTS[label], rng) for label in labels])
    images = (silhouettes * _draw_fabrics(size, rng)).clip(0, 255).astype(np.uint8)
    return images, labels


def _draw_silhouette(draw: Callable, rng: np.random.Generator) -> np.ndarray:
    canvas = Canvas(rng)
    draw(canvas, rng)
    return np.asarray(canvas.image.reduce(SCALE))


def _draw_fabrics(size: int, rng: np.random.Generator) -> np.ndarray:
    """Return a factor for each pixel: shade of the garment, fading light, grain of the cloth, sometimes stripes."""

    def column(values: np.ndarray) -> np.ndarray:
        return values.astype(np.float32).reshape(size, 1, 1)

    y, x = np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j].astype(np.float32)
    fabric = 1 + column(rng.normal(0, 0.12, size)) * x + column(rng.normal(0, 0.12, size)) * y
    fabric += 0.05 * rng.standard_normal((size, SIZE, SIZE), dtype=np.float32)
    across = np.where(column(rng.random(size)) < 0.5, x, y)
    stripes = np.sin(column(rng.uniform(6, 14, size)) * across + column(rng.uniform(0, 6, size))) > 0
    fabric *= 1 - 0.3 * (stripes & (column(rng.random(size)) < 0.25))
    return fabric * column(rng.uniform(0.45, 1.1, size))


def _mirror(half: list[Point]) -> list[Point]:
    """Close a garment drawn by its left half, from the neck to the hem."""
    return half + [(1 - x, y) for x, y in reversed(half)]


def _draw_top(canvas: Canvas, rng: np.random.Generator, *, sleeve: float, hem: float, wide: float = 0.0) -> float:
    """Draw a body with two sleeves that end at height `sleeve`; return the height of the neck."""
    sleeve, hem = sleeve + rng.normal(0, 0.03), hem + rng.normal(0, 0.02)
    chest, cuff = 0.30 - wide + rng.normal(0, 0.01), 0.10 + 0.25 * max(0.0, 0.5 - sleeve)
    neck = 0.12 + rng.uniform(-0.02, 0.03)
    slope = 0.17 + rng.normal(0, 0.01)
    half = [(0.42, neck - 0.03), (0.28, slope), (cuff - 0.02, sleeve - 0.02), (cuff + 0.11, sleeve + 0.03)]
    canvas.polygon(_mirror([*half, (chest, 0.36), (chest + rng.normal(0, 0.015), hem)]), 220)
    canvas.polygon([(0.41, neck - 0.04), (0.5, neck + rng.uniform(0.02, 0.07)), (0.59, neck - 0.04)], 0)
    return neck


def _draw_tshirt(canvas: Canvas, rng: np.random.Generator) -> None:
    _draw_top(canvas, rng, sleeve=0.38, hem=0.88)


def _draw_trousers(canvas: Canvas, rng: np.random.Generator) -> None:
    flare, gap = rng.uniform(-0.03, 0.05), rng.uniform(0.02, 0.06)
    canvas.polygon([(0.34, 0.06), (0.66, 0.06), (0.68, 0.34), (0.32, 0.34)], 215)
    for side in (-1, 1):
        leg = [(0.18, 0.3), (0.16 + flare, 0.95), (gap + flare / 2, 0.95), (0.0, 0.3)]
        canvas.polygon([(0.5 + side * x, y) for x, y in leg], 215)


def _draw_pullover(canvas: Canvas, rng: np.random.Generator) -> None:
    _draw_top(canvas, rng, sleeve=0.80, hem=0.85)
    canvas.line([(0.30, 0.84), (0.70, 0.84)], 130, 0.03)


def _draw_dress(canvas: Canvas, rng: np.random.Generator) -> None:
    waist, flare = rng.normal(0.40, 0.015), rng.uniform(0.24, 0.33)
    canvas.polygon(_mirror([(0.40, 0.05), (0.36, 0.2), (waist, 0.42), (flare, 0.95)]), 215)
    canvas.polygon([(0.44, 0.04), (0.5, rng.uniform(0.10, 0.18)), (0.56, 0.04)], 0)


def _draw_coat(canvas: Canvas, rng: np.random.Generator) -> None:
    neck = _draw_top(canvas, rng, sleeve=0.80, hem=0.95, wide=0.03)
    canvas.line([(0.5, neck), (0.5, 0.95)], 40, 0.035)
    canvas.line([(0.42, neck), (0.5, 0.42), (0.58, neck)], 90, 0.025)


def _draw_sandal(canvas: Canvas, rng: np.random.Generator) -> None:
    heel = rng.uniform(0.0, 0.14)
    canvas.line([(0.06, 0.80), (0.45, 0.78 - heel / 2), (0.92, 0.76 - heel)], 210, 0.06)
    canvas.polygon([(0.86, 0.76 - heel), (0.94, 0.76 - heel), (0.92, 0.83), (0.87, 0.83)], 200)
    for start in np.sort(rng.uniform(0.10, 0.60, size=rng.integers(2, 4))):
        canvas.line([(start, 0.78), (start + 0.17, 0.52 - heel / 2), (start + 0.30, 0.76 - heel / 2)], 190, 0.035)
    canvas.line([(0.90, 0.74 - heel), (0.84, 0.48 - heel / 2), (0.66, 0.52 - heel / 2)], 190, 0.035)


def _draw_shirt(canvas: Canvas, rng: np.random.Generator) -> None:
    sleeve = 0.80 if rng.random() < 0.75 else 0.46
    neck = _draw_top(canvas, rng, sleeve=sleeve, hem=0.90, wide=-0.015)
    canvas.polygon([(0.40, neck - 0.05), (0.5, neck + 0.07), (0.44, neck + 0.11)], 255)
    canvas.polygon([(0.60, neck - 0.05), (0.5, neck + 0.07), (0.56, neck + 0.11)], 255)
    for height in np.arange(neck + 0.15, 0.86, 0.12):
        canvas.line([(0.485, height), (0.515, height)], 40, 0.035)


def _draw_sneaker(canvas: Canvas, rng: np.random.Generator) -> None:
    ankle = rng.uniform(0.36, 0.44)
    upper = [(0.05, 0.64), (0.30, 0.55), (0.55, ankle), (0.88, ankle - 0.02), (0.95, 0.68), (0.05, 0.70)]
    canvas.polygon(upper, 200)
    canvas.line([(0.04, 0.70), (0.96, 0.68)], 255, 0.07)
    for step in range(3):
        canvas.line([(0.34 + 0.08 * step, 0.60 - 0.05 * step), (0.42 + 0.08 * step, 0.62 - 0.04 * step)], 90, 0.025)


def _draw_bag(canvas: Canvas, rng: np.random.Generator) -> None:
    top, left = rng.uniform(0.32, 0.45), rng.uniform(0.06, 0.16)
    canvas.polygon(_mirror([(left + 0.04, top), (left, rng.uniform(0.80, 0.90))]), 220)
    angles = np.linspace(np.pi, 0, 9)
    reach = rng.uniform(0.14, 0.26)
    handle = [(0.5 + reach * np.cos(angle), top - rng.uniform(0.16, 0.18) * np.sin(angle)) for angle in angles]
    canvas.line(handle, 190, 0.04)
    if rng.random() < 0.5:
        canvas.line([(left + 0.05, top + 0.14), (0.95 - left, top + 0.14)], 110, 0.03)


def _draw_boot(canvas: Canvas, rng: np.random.Generator) -> None:
    shaft, heel = rng.uniform(0.08, 0.26), rng.uniform(0.0, 0.07)
    upper = [(0.06, 0.72), (0.30, 0.60), (0.50, 0.48), (0.52, shaft), (0.88, shaft), (0.93, 0.80), (0.06, 0.80)]
    canvas.polygon(upper, 205)
    canvas.polygon([(0.70, 0.78), (0.93, 0.78), (0.92, 0.84 + heel), (0.72, 0.84 + heel)], 235)
    canvas.line([(0.05, 0.82), (0.72, 0.82)], 240, 0.04)


GARMENTS = [
    _draw_tshirt,
    _draw_trousers,
    _draw_pullover,
    _draw_dress,
    _draw_coat,
    _draw_sandal,
    _draw_shirt,
    _draw_sneaker,
    _draw_bag,
    _draw_boot,
]
