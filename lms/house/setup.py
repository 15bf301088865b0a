"""Make a virtual environment with everything Adept needs, on a bare Python 3.11+. Quick when it is done already."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKS = (ROOT / "requirements.lock", ROOT / "requirements-dev.lock")
UV = "uv==0.13.9"
TORCH = "torch==2.13.0"
Command = list[str | Path]
NEEDS_VENV = "Python cannot make a virtual environment here. On Debian or Ubuntu: sudo apt-get install python3-venv"


def main() -> None:
    venv = ROOT / (sys.argv[1] if len(sys.argv) > 1 else ".venv")
    stamp = venv / ".adept-setup"
    if sys.version_info < (3, 11):  # noqa: UP036 - it runs on whatever Python there is
        sys.exit(f"Adept needs Python 3.11 or newer; this is {sys.version.split()[0]}. Use make BASE_PYTHON=...")
    if not (stamp.exists() and stamp.read_text() == fingerprint()):
        say("Setting up; the first time takes a minute or two.")
        make_environment(venv)
        install_packages(venv)
        stamp.write_text(fingerprint())
    run([venv / "bin" / "python", ROOT / "lms" / "frontend" / "install.py"])


def fingerprint() -> str:
    """What the environment was made from."""
    made_by = f"{UV} {TORCH} {sys.version} {ROOT}"
    return hashlib.sha256(b"".join(lock.read_bytes() for lock in LOCKS) + made_by.encode()).hexdigest()


def make_environment(venv: Path) -> None:
    if (venv / "bin" / "python").exists() and (venv / "bin" / "pip").exists():
        return
    shutil.rmtree(venv, ignore_errors=True)
    if subprocess.run([sys.executable, "-m", "venv", venv], capture_output=True, check=False).returncode == 0:
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("Installing python3-venv.")
        version = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", version], check=False, stdout=subprocess.DEVNULL)
    shutil.rmtree(venv, ignore_errors=True)
    if subprocess.run([sys.executable, "-m", "venv", venv], capture_output=True, check=False).returncode != 0:
        sys.exit(NEEDS_VENV)


def install_packages(venv: Path) -> None:
    python, uv = venv / "bin" / "python", venv / "bin" / "uv"
    run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV])
    install_torch(python, uv)
    run([uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", *(f"-r{lock}" for lock in LOCKS)])


def install_torch(python: Path, uv: Path) -> None:
    """Torch stands outside the lock: machines need different builds. TORCH_BACKEND=auto takes one for the GPU here."""
    asked = subprocess.run(
        [python, "-m", "pip", "config", "get", "global.find-links"], capture_output=True, text=True, check=False
    )
    links = os.environ.get("UV_FIND_LINKS") or os.environ.get("PIP_FIND_LINKS") or asked.stdout.strip()
    environment = {**os.environ, **({"UV_FIND_LINKS": links} if links else {})}
    install: Command = [uv, "pip", "install", "--quiet", "--python", python, TORCH]
    at_hand = links and succeeds([*install, "--no-index", "--no-deps"], environment)
    backend = [] if at_hand else [f"--torch-backend={os.environ.get('TORCH_BACKEND', 'cpu')}"]
    if not succeeds([*install, *backend], environment):
        run([python, "-m", "pip", "install", "--quiet", TORCH])


def succeeds(command: Command, environment: dict[str, str]) -> bool:
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0


def run(command: Command) -> None:
    """Run it, or stop with what it said."""
    if (code := subprocess.run(command, check=False, cwd=ROOT).returncode) != 0:
        sys.exit(f"Setting up stopped at: {' '.join(str(part) for part in command)} (exit {code})")


def say(message: str) -> None:
    sys.stderr.write(message + "\n")


if __name__ == "__main__":
    main()
