"""A simulated operator: what really happened, before any vendor's system recorded it."""

from sandbox.world.build import DEFAULT_HOUSEHOLDS, DEFAULT_MONTHS, DEFAULT_NOW, build_world
from sandbox.world.model import World
from sandbox.world.noise import Noise

__all__ = ["DEFAULT_HOUSEHOLDS", "DEFAULT_MONTHS", "DEFAULT_NOW", "Noise", "World", "build_world"]
