"""Runs of the simulator, for `soak` and `mutants`: builds it for speed, starts runs, reads their verdicts."""

import os
import pathlib
import re
import signal
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
FLAGS = "-O3 -g -march=native -flto=auto"  # all checks of the program stay; no sanitizer


def build(source, folder):
    """The simulator of a source tree; None, with the compiler's words in FOLDER.log, when it does not build."""
    folder.mkdir(parents=True, exist_ok=True)
    configure = ["cmake", "-S", source, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                 "-DCMAKE_C_FLAGS_RELEASE=" + FLAGS]
    if any((pathlib.Path(p) / "ccache").exists() for p in os.environ["PATH"].split(":")):
        configure.append("-DCMAKE_C_COMPILER_LAUNCHER=ccache")
    commands = [["cmake", "--build", folder, "--target", "sim", "-j", str(os.cpu_count())]]
    if not (folder / "build.ninja").exists():
        commands.insert(0, configure)
    with open(str(folder) + ".log", "wb") as out:
        for command in commands:
            if subprocess.run(command, stdout=out, stderr=out).returncode != 0:
                return None
    return folder / "tests" / "sim" / "sim"


def nodes_of(seed, least, most):
    return least + seed * 0x9E3779B97F4A7C15 % 2**64 // 65536 % (most - least + 1)


class Run:
    """One seed, in a process of its own."""

    def __init__(self, program, seed, options):
        self.seed = seed
        self.options = options
        self.command = [str(program), "--seed", str(seed), *options]
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def finish(self):
        """Reads the verdict: self.numbers, and self.broken: None or (property, words)."""
        out, err = self.process.communicate()
        verdict = next((line for line in out.splitlines() if line.startswith(("ok ", "VIOLATION "))), "")
        self.numbers = {k: float(v) for k, v in re.findall(r"([a-z-]+)=([0-9.]+)(?=s? |s?$)", verdict)}
        self.text = out + err
        self.broken = None
        found = re.search(r"^property ([a-z-]+).*", out, re.M)
        if found:
            self.broken = (found.group(1), found.group(0))
        elif self.process.returncode != 0 or not verdict:
            last = (err.strip().splitlines() or ["no word"])[-1]
            how = ("signal " + signal.Signals(-self.process.returncode).name if self.process.returncode < 0
                   else "exit code %d" % self.process.returncode)
            self.broken = ("abort", "%s: %s" % (how, last))
        return self

    def replay(self):
        return "build/soak/tests/sim/sim " + " ".join(self.command[1:])
