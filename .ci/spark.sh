#!/usr/bin/env bash
# Runs the tests that need Spark, where Java and the package can be had: spark.sh FOLDER. Else it says why not. By hand: not part of `run`.
set -uo pipefail
cd "$(dirname "$0")/.."
folder=$1
export SPARK_VENV=$folder/venv SPARK_PORT=15113

skip() {
  echo "$1: the tests with Spark are skipped"
  exit 0
}
command -v java >/dev/null || skip "no Java"
timeout 240 examples/spark/start.sh --install >"$folder/install.txt" 2>&1 || skip "Spark's package is not to be had"

setsid examples/spark/start.sh >"$folder/server.txt" 2>&1 &
server=$!
trap 'kill -- -$server 2>/dev/null || true' EXIT
for _ in $(seq 90); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$SPARK_PORT") 2>/dev/null; then ready=yes; break; fi
  kill -0 $server 2>/dev/null || break
  sleep 1
done
[ "${ready:-no}" = yes ] || skip "Spark's server does not start here ($(tail -n 1 "$folder/server.txt"))"

export RELGRAPH_SPARK=sc://127.0.0.1:$SPARK_PORT RELGRAPH_SPARK_SUBMIT=$PWD/examples/spark/submit.sh
status=0
timeout 300 npx vitest run --testNamePattern Spark test/src/scale test/src/distributed || status=$?
[ $status -ne 124 ] || skip "not done in time"
exit $status
