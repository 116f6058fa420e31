EXTRA_DIST += pipelines/demo.sh pipelines/cohort.sh
