EXTRA_DIST += pipelines/demo.sh
