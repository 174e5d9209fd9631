#!/usr/bin/python3
"""proto/ has no clock, entropy, socket, file, logger, thread or mutable global.

Compiles proto's sources itself and reads the objects with nm, so that no preset's sanitizers, coverage or
hardening add symbols of their own. Without position independence, because that moves constant tables that
hold pointers to a writable section (.data.rel.ro), where nm cannot tell them from variables.
"""

import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile

import tree

FLAGS = "-std=c17 -O1 -w -fno-pie -fno-pic -fno-common -D_GNU_SOURCE -DHANSE_VERSION=\"tidy\"".split()

# What an object may not ask for. Names as nm gives them, less what PLAIN takes off.
FORBIDDEN = {
    "a clock": r"clock(_\w+)?|gettimeofday|time|ftime|timespec_get|localtime(_r)?|gmtime(_r)?|timer_\w+|timerfd_\w+"
               r"|nanosleep|usleep|sleep|alarm|setitimer",
    "a socket": r"socket|socketpair|connect|bind|listen|accept4?|send(to|msg|mmsg|file)?|recv(from|msg|mmsg)?|shutdown"
                r"|getaddrinfo|gethostby\w+|poll|ppoll|select|pselect|epoll_\w+|eventfd",
    "a file": r"open(at)?|creat|close|fopen|fdopen|freopen|fclose|fread|fwrite|fseeko?|ftello?|fgets|fgetc|getc|getline"
              r"|p?read(v|v2)?|p?write(v|v2)?|fsync|fdatasync|rename(at2?)?|unlink(at)?|l?stat|fstat(at)?|access|mkdir|rmdir"
              r"|opendir|readdir|mkstemp|mkdtemp|tmpfile|ftruncate|truncate|mmap|ioctl|fcntl|flock|pipe2?",
    "a logger": r"v?f?printf|vprintf|v?dprintf|f?puts|f?putc|putchar|perror|stdin|stdout|stderr|v?syslog|openlog",
    "a thread": r"pthread_\w+|thrd_\w+|mtx_\w+|cnd_\w+|sem_\w+|call_once",
    "the environment": r"(secure_)?getenv|setenv|putenv|setlocale|getpid|gethostname|getuid|uname|sysconf",
    "entropy": r"getrandom|getentropy|s?rand(om)?(_r)?|[a-z]?rand48(_r)?|arc4random\w*|randombytes\w*|crypto_\w*_keygen"
               r"|crypto_(?!\w*_seed_keypair)\w*_keypair|sodium_init",  # a key pair made from a seed draws none
    "a process": r"system|popen|exec\w+|v?fork|posix_spawnp?|exit|_exit|_Exit|quick_exit|atexit|kill|raise|signal|sigaction",
    "another library": r"sqlite3_\w+|zmq_\w+|z(sock|msg|frame|actor|poller|loop|str|sys|clock|cert)_\w+|event_\w+|evhttp_\w+"
                       r"|json_\w+|yaml_\w+|malloc_usable_size|dlopen|dlsym",
}
# What the C library decorates names with: __printf_chk, fopen64, __isoc99_sscanf, memcpy@GLIBC_2.14.
PLAIN = re.compile(r"^(?:__isoc\d+_|_IO_|__)?(\w+?)(?:64)?(?:_chk|_2)?(?:@.*)?$")
MUTABLE = "bBdDsSgGC"

# (object, symbol): why it may stand.
LISTED = {}


def compile_to(folder, compiler, flags, top, source):
    """What the compiler complains of, or None."""
    made = os.path.join(folder, source.replace("/", "-")[: -len(".c")] + ".o")
    command = [compiler, *FLAGS, "-Iinclude", "-Iproto", *flags, "-c", source, "-o", made]
    run = subprocess.run(command, cwd=top, capture_output=True, text=True, check=False)
    return f"{source} does not compile:\n{run.stderr}" if run.returncode else None


def judge(kind, symbol):
    """What is wrong with a symbol of that nm type, or None."""
    if kind in MUTABLE:
        return f"{symbol} is a mutable global"
    if kind in "Uwv":
        plain = PLAIN.match(symbol)
        for what, names in FORBIDDEN.items():
            if re.fullmatch(names, symbol) or (plain and re.fullmatch(names, plain.group(1))):
                return f"asks for {what}: {symbol}"
    return None


def main():
    top = tree.root()
    compiler = shutil.which("gcc") or shutil.which("cc")
    if not compiler or not shutil.which("nm"):
        print("no C compiler or no nm here")
        sys.exit(tree.SKIP)
    listed = [f for f in tree.files(top) if f.startswith("proto/") and f.endswith(".c")]
    flags = subprocess.run(["pkg-config", "--cflags", "libsodium", "nettle", "msgpack"], capture_output=True, text=True, check=True)
    findings = [] if listed else ["proto/ has no sources: nothing was judged"]
    with tempfile.TemporaryDirectory() as folder:
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            runs = pool.map(lambda source: compile_to(folder, compiler, flags.stdout.split(), top, source), listed)
            findings += [complaint for complaint in runs if complaint]
        objects = sorted(os.listdir(folder))
        names = subprocess.run(["nm", "-A", *objects], cwd=folder, capture_output=True, text=True, check=True) if objects else None
        for line in names.stdout.splitlines() if names else []:
            made, rest = line.split(":", 1)
            kind, symbol = rest.split()[-2:]
            wrong = judge(kind, symbol)
            if wrong and (made, symbol) not in LISTED:
                findings.append(f"{made}: {wrong}")
    tree.finish(findings)


main()
