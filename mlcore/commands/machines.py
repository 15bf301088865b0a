"""What a command runs on, in words, for figures that depend on it."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import numpy as np

CPUS = Path("/proc/cpuinfo")


def machine() -> str:
    """Return the processor, how many of them there are, and the versions that matter."""
    return f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, numpy {np.__version__}"


def _processor() -> str:
    named = [line.partition(":")[2].strip() for line in _lines() if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def _lines() -> list[str]:
    return CPUS.read_text(encoding="utf-8").splitlines() if CPUS.exists() else []
