#!/usr/bin/env bash
# spark-submit of the Spark that start.sh installed, for `sparkLauncher({ submit: "examples/spark/submit.sh" })`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
venv=${SPARK_VENV:-$here/../../.spark}
SPARK_HOME=$("$venv/bin/python" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')
export SPARK_HOME SPARK_LOCAL_IP=127.0.0.1 PYSPARK_PYTHON=$venv/bin/python
exec "$SPARK_HOME/bin/spark-submit" "$@"
