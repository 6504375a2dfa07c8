"""How far apart colours look: CIECAM02 and its uniform space (CAM02-UCS), with three kinds of colour blindness.

Own arithmetic from the published formulas: CIE 159:2004 for the model, Luo, Cui and Li (2006)
for the uniform space, Machado, Oliveira and Fernandes (2009) for sight without one kind of cone.
Viewing conditions are those of sRGB: 64 lux, a grey of 20 around, average surround.
"""

from __future__ import annotations

import numpy as np

SIGHTS = ("normal", "protan", "deutan", "tritan")
_TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
_CAT02 = np.array([[0.7328, 0.4296, -0.1624], [-0.7036, 1.6975, 0.0061], [0.0030, 0.0136, 0.9834]])
_HPE = np.array([[0.38971, 0.68898, -0.07868], [-0.22981, 1.18340, 0.04641], [0.0, 0.0, 1.0]])
_WITHOUT = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
WHITE = np.array([95.05, 100.0, 108.9])


def rgb(text):
    """Give red, green and blue from 0 to 1 of ``#RRGGBB``."""
    return np.array([int(text[at : at + 2], 16) for at in (1, 3, 5)]) / 255


def over(text, share, ground):
    """Give what is seen where a colour lies over a ground with that opacity."""
    return share * rgb(text) + (1 - share) * rgb(ground)


def linear(colour):
    return np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)


def cam02(xyz, *, white=WHITE, adapting=4.07, background=20.0):
    """Give lightness J, colourfulness M and hue in degrees of XYZ, for an average surround."""
    surround, chroma_of, c = 1.0, 1.0, 0.69
    k = 1 / (5 * adapting + 1)
    level = 0.2 * k**4 * 5 * adapting + 0.1 * (1 - k**4) ** 2 * (5 * adapting) ** (1 / 3)
    n = background / white[1]
    nbb = 0.725 * (1 / n) ** 0.2
    z = 1.48 + np.sqrt(n)
    adapted = surround * (1 - np.exp((-adapting - 42) / 92) / 3.6)

    def cones(value):
        seen = _CAT02 @ value
        seen = (adapted * white[1] / (_CAT02 @ white) + 1 - adapted) * seen
        post = _HPE @ np.linalg.inv(_CAT02) @ seen
        part = (level * np.abs(post) / 100) ** 0.42
        return np.sign(post) * 400 * part / (part + 27.13) + 0.1

    def response(r):
        return (2 * r[0] + r[1] + r[2] / 20 - 0.305) * nbb

    r = cones(xyz)
    a = r[0] - 12 * r[1] / 11 + r[2] / 11
    b = (r[0] + r[1] - 2 * r[2]) / 9
    hue = np.arctan2(b, a)
    lightness = 100 * (response(r) / response(cones(white))) ** (c * z)
    eccentric = 0.25 * (np.cos(hue + 2) + 3.8)
    t = (50000 / 13 * chroma_of * nbb) * eccentric * np.hypot(a, b) / (r[0] + r[1] + 21 * r[2] / 20)
    chroma = t**0.9 * np.sqrt(lightness / 100) * (1.64 - 0.29**n) ** 0.73
    return lightness, chroma * level**0.25, np.degrees(hue) % 360


def ucs(colour, sight="normal"):
    """Give the place of a colour (0 to 1) in CAM02-UCS, as someone of that sight sees it."""
    light = linear(np.asarray(colour, dtype=float))
    if sight != "normal":
        light = np.clip(np.array(_WITHOUT[sight]) @ light, 0, 1)
    j, m, h = cam02(_TO_XYZ @ light * 100)
    bent = np.log(1 + 0.0228 * m) / 0.0228
    return np.array([1.7 * j / (1 + 0.007 * j), bent * np.cos(np.radians(h)), bent * np.sin(np.radians(h))])


def distance(one, other, sight="normal"):
    """Give how far apart two colours look."""
    return float(np.linalg.norm(ucs(one, sight) - ucs(other, sight)))


def lightness(colour):
    """Give how light a colour is on grey paper, 0 to 100 (CIE L*)."""
    y = float(_TO_XYZ[1] @ linear(np.asarray(colour, dtype=float)))
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y
