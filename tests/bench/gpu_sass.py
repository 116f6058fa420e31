#!/usr/bin/env python3
"""Instructions of each kernel's inner loop, from compiled code.

gpu_sass.py OBJECT... : objects made by nvcc (cuda/*.nv.o); needs cuobjdump (env CUOBJDUMP) of the
CUDA Toolkit. For every kernel: the loop (a backward branch with no other inside) that has most
instructions, how many a cell that is, and which they are.
"""
import collections
import os
import re
import subprocess
import sys

STEPS = 4  # columns a turn, as extend_local.cu has it

# cells, or what the kernel counts, that one turn of the loop does, by name and template arguments
CELLS = [
    (r"local_kernelILi\d+ELi(\d+)ELb0", lambda m: STEPS * 2 * int(m[1]), "cells, 16 bit"),
    (r"local_kernelILi\d+ELi(\d+)ELb1", lambda m: STEPS * int(m[1]), "cells, 32 bit"),
    (r"forward_kernelI[fd]Li\d+ELi(\d+)", lambda m: int(m[1]), "cells"),
    (r"global_kernel", lambda m: 1, "cells"),
    (r"score_kernel", lambda m: 4, "cells"),
    (r"square_kernel", lambda m: 16, "genotype products"),
]


def functions(path, arch):
    tool = os.environ.get("CUOBJDUMP", "cuobjdump")
    text = subprocess.run([tool, "-sass", "-arch", arch, path], capture_output=True, text=True, check=True).stdout
    name, code = None, []
    for line in text.splitlines():
        m = re.match(r"\s*Function : (\S+)", line)
        if m:
            if name:
                yield name, code
            name, code = m[1], []
        m = re.match(r"\s*/\*([0-9a-f]+)\*/\s+(?:@!?U?P\w+\s+)?([A-Z0-9_.]+)\s*([^;]*);", line)
        if m:
            code.append((int(m[1], 16), m[2], m[3]))
    if name:
        yield name, code


def inner_loop(code):
    loops = []
    for at, op, args in code:
        m = re.search(r"0x([0-9a-f]+)\s*$", args)
        if op.startswith("BRA") and m and int(m[1], 16) < at:
            loops.append((int(m[1], 16), at))
    inner = [l for l in loops if not any(o != l and o[0] >= l[0] and o[1] <= l[1] for o in loops)]
    bodies = [[op for at, op, _ in code if lo <= at <= hi] for lo, hi in inner]
    return max(bodies, key=len, default=[])


def main():
    arch = os.environ.get("ARCH", "sm_90")
    print("kernel\tper turn\tinstructions\tper cell\tmost frequent (%s)" % arch)
    for path in sys.argv[1:]:
        for name, code in functions(path, arch):
            for pattern, cells, what in CELLS:
                m = re.search(pattern, name)
                if not m:
                    continue
                body = [op for op in inner_loop(code) if not op.startswith("NOP")]
                count = collections.Counter(op.split(".")[0] for op in body)
                top = ", ".join("%s %d" % x for x in count.most_common(8))
                n = cells(m)
                print("%s\t%d %s\t%d\t%.2f\t%s" % (name, n, what, len(body), len(body) / n, top))
                break


main()
