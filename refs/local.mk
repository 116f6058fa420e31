EXTRA_DIST += refs/demo
