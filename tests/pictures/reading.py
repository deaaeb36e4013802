"""Pictures read back as a person sees them: by place and colour."""

import io

import numpy as np
from PIL import Image, ImageColor, ImageFont

from audiopod_mcp.pictures.plot import MARGIN, WIDTH

PEAK, RMS, SECTION, CURVE = "#93b4f5", "#2563eb", "#b42318", "#f79009"


def pixels(png):
    """Red, green and blue, shape (rows, columns, 3)."""
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.format == "PNG"
        assert picture.width == WIDTH
        return np.asarray(picture.convert("RGB")).astype(int)


def plot_of(picture):
    """What is right of the scales."""
    return picture[:, MARGIN:]


def is_color(picture, *colors):
    return np.any([(picture == ImageColor.getrgb(color)).all(-1) for color in colors], axis=0)


def places(picture, text, size=14):
    """Row and column of wherever ``text`` is written in the picture."""
    mask = ImageFont.load_default(size).getmask(text, "L")
    stencil = np.asarray(mask).reshape(mask.size[::-1]) >= 96
    dark = picture.mean(-1) < 180
    rows, columns = np.subtract(dark.shape, stencil.shape) + 1
    found = np.ones((rows, columns), bool)
    for (row, column), ink in np.ndenumerate(stencil):
        found &= dark[row : row + rows, column : column + columns] == ink
    return [tuple(place) for place in np.argwhere(found)]
