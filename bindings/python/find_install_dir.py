# SPDX-License-Identifier: BSD-3-Clause
"""Prints where packages of this interpreter go under a prefix: to the folder there that it imports
from, if it has one.

Debian has another one under /usr/local than under /usr, and meson takes that of /usr for both.

usage: find_install_dir.py PREFIX
"""

import site
import sys
import sysconfig


def main():
    prefix = sys.argv[1]
    for path in site.getsitepackages():
        if path.startswith(prefix + "/lib/"):
            return path
    bases = {"base": prefix, "platbase": prefix}
    return sysconfig.get_path("purelib", "posix_prefix", vars=bases)


if __name__ == "__main__":
    print(main())
