"""Outlines as a phone or map would send them."""

from typing import Any


def square(lon: float = 107.38, lat: float = 29.70, size: float = 0.01) -> list[list[float]]:
    return [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]


def polygon(*rings: list[list[float]], datum: str = "wgs84") -> dict[str, Any]:
    return {"type": "Polygon", "datum": datum, "coordinates": list(rings)}
