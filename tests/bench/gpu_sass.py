#!/usr/bin/env python3
"""Instructions of each kernel's inner loop, from compiled code.

gpu_sass.py OBJECT... : objects made by nvcc (cuda/*.nv.o); needs cuobjdump (env CUOBJDUMP) of the
CUDA Toolkit. For every kernel: the loop over columns, all its instructions (the branches that are
rarely taken included), how many a cell that is, and which they are.
"""
import collections
import os
import re
import subprocess
import sys

LOCAL_STEPS, HMM_STEPS, THREAD_STEPS = 4, 2, 2  # columns a turn, as extend_local.cu, pairhmm.cu and thread.cu have it

# what one turn of the loop does, by name and template arguments, and an operation that shows that a
# loop is the whole one: at least so many of it
KERNELS = [
    (r"local_kernelILi\d+ELi(\d+)ELb0", lambda r: LOCAL_STEPS * 2 * r, "cells, 16 bit", "VIADDMNMX", lambda r: 3 * LOCAL_STEPS * r),
    (r"local_kernelILi\d+ELi(\d+)ELb1", lambda r: LOCAL_STEPS * r, "cells, 32 bit", "VIADDMNMX", lambda r: 3 * LOCAL_STEPS * r),
    (r"gapless_kernelILi\d+ELi(\d+)ELb0", lambda r: LOCAL_STEPS * 2 * r, "cells, 16 bit", "VIADDMNMX", lambda r: LOCAL_STEPS * r),
    (r"gapless_kernelILi\d+ELi(\d+)ELb1", lambda r: LOCAL_STEPS * r, "cells, 32 bit", "VIADDMNMX", lambda r: LOCAL_STEPS * r),
    (r"forward_kernelIfLi\d+ELi(\d+)", lambda r: HMM_STEPS * r, "cells", "FFMA", lambda r: 4 * HMM_STEPS * r),
    (r"forward_kernelIdLi\d+ELi(\d+)", lambda r: HMM_STEPS * r, "cells", "DFMA", lambda r: 4 * HMM_STEPS * r),
    (r"global_kernel()", lambda r: 1, "cells", "SHFL", lambda r: 3),
    (r"pair_kernelILi(\d+)", lambda r: THREAD_STEPS * 2 * r, "cells, 16 bit", "IMMA", lambda r: THREAD_STEPS * 3 * r // 2),
    (r"wide_kernel()", lambda r: 4, "cells, 32 bit", "IDP", lambda r: 40),
    (r"bits_kernel()", lambda r: 512, "genotype pairs", "POPC", lambda r: 5 * 16),
    (r"square_kernel()", lambda r: 16, "products", "DMUL", lambda r: 16),
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


def loop_with(code, key, least):
    """The shortest loop that has `least` operations `key`, as a list of operations."""
    best = []
    for at, op, args in code:
        m = re.search(r"0x([0-9a-f]+)\s*$", args)
        if not op.startswith("BRA") or not m or int(m[1], 16) >= at:
            continue
        body = [o for a, o, _ in code if int(m[1], 16) <= a <= at and not o.startswith("NOP")]
        if sum(o.startswith(key) for o in body) >= least and (not best or len(body) < len(best)):
            best = body
    return best


def main():
    arch = os.environ.get("ARCH", "sm_90")
    print("kernel\tper turn\tinstructions\tper cell\tmost frequent (%s)" % arch)
    for path in sys.argv[1:]:
        for name, code in functions(path, arch):
            for pattern, cells, what, key, least in KERNELS:
                m = re.search(pattern, name)
                if not m:
                    continue
                r = int(m[1] or 1)
                body = loop_with(code, key, least(r))
                count = collections.Counter(op.split(".")[0] for op in body)
                top = ", ".join("%s %d" % x for x in count.most_common(8))
                n = cells(r)
                print("%s\t%d %s\t%d\t%.2f\t%s" % (name, n, what, len(body), len(body) / n, top))
                break


main()
