"""``python -m tests.bench [NAME…] [--json FILE]``: each ``bench_*.py`` in a process of its own, then one table."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from tests.bench.report import Figure, machine, read_figures, table


def main() -> int:
    """Run the benches whose name holds one of the words given; all when none is. 1: one failed, 2: wrong use.

    A missed target is shown and fails nothing: figures move between machines.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help="part of a bench's name")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    given = parser.parse_args()
    names = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    chosen = [name for name in names if any(word in name for word in given.names or [""])]
    if not chosen:
        parser.error(f"no such bench; there are: {', '.join(names) or 'none'}")
    figures, failed = _measure(chosen)
    print(f"\n{table(figures)}\n\n{machine()}")
    if given.json is not None:
        whole = {"machine": machine(), "figures": figures}
        given.json.write_bytes(msgspec.json.format(msgspec.json.encode(whole)))
    return int(failed)


def _measure(names: list[str]) -> tuple[list[Figure], bool]:
    figures: list[Figure] = []
    failed = False
    with tempfile.TemporaryDirectory(prefix="rbm-bench-") as folder:
        for name in names:
            print(f"measuring {name} …", file=sys.stderr, flush=True)
            found = Path(folder) / f"{name}.json"
            command = (sys.executable, "-m", f"tests.bench.{name}", "--json", str(found))
            if subprocess.run(command, check=False).returncode:
                failed = True
            else:
                figures += read_figures(found)
    return figures, failed


if __name__ == "__main__":
    sys.exit(main())
