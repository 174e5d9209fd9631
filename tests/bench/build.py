"""Builds the release preset and names its programs; says on what machine a bench ran."""

import datetime
import pathlib
import platform
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / "build" / "release"


def programs(*targets):
    log = TOP / "build" / "bench.log"
    log.parent.mkdir(exist_ok=True)
    with open(log, "wb") as out:
        for command in (["cmake", "--preset", "release"], ["cmake", "--build", "--preset", "release", "--target", *targets]):
            if subprocess.run(command, cwd=TOP, stdout=out, stderr=out).returncode != 0:
                raise SystemExit("the release build failed: %s" % log)
    return {t: next(p for p in BUILD.rglob(t) if p.is_file() and p.stat().st_mode & 0o111) for t in targets}


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    cores = sum(1 for line in open("/proc/cpuinfo") if line.startswith("processor"))
    return "%s, %d cores, Linux %s, %s" % (model, cores, platform.release(), datetime.date.today().isoformat())
