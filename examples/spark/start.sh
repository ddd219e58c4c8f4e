#!/usr/bin/env bash
# Spark on this machine, to try relgraph with: installs it (Java 17 and python3-venv must be there), then starts a Connect server
# in the foreground, which listens on this machine only.
#
#   examples/spark/start.sh                              on sc://127.0.0.1:15002, two cores
#   examples/spark/start.sh "local-cluster[2,1,1024]"    two executors in processes of their own
#   examples/spark/start.sh --install                    installs only
#
# SPARK_VENV says where (default: .spark beside package.json, 0.5 GB), SPARK_PORT on which port.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
venv=${SPARK_VENV:-$here/../../.spark}
port=${SPARK_PORT:-15002}

if [ ! -x "$venv/bin/spark-submit" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check pyspark==4.3.0
fi
[ "${1:-}" != --install ] || exit 0

SPARK_HOME=$("$venv/bin/python" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')
export SPARK_HOME SPARK_NO_DAEMONIZE=1 SPARK_LOCAL_IP=127.0.0.1 PYSPARK_PYTHON=$venv/bin/python
exec "$SPARK_HOME/sbin/start-connect-server.sh" \
  --master "${1:-local[2]}" \
  --driver-memory 2g \
  --conf spark.connect.grpc.binding.address=127.0.0.1 \
  --conf spark.connect.grpc.binding.port="$port" \
  --conf spark.ui.enabled=false \
  --conf spark.sql.shuffle.partitions=4 \
  --conf spark.sql.warehouse.dir="$venv/warehouse" \
  --conf spark.sql.session.timeZone=UTC
