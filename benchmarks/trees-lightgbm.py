"""LightGBM for the benchmark `trees`: reads a task per line from stdin, answers with a line of JSON.

A task: {"x": file of float32, column after column, "y": file of float64, "rows", "features", "held": last rows kept for
scoring, "params", "rounds", "out": file for predictions of the held rows}.
An answer: {"binning": seconds, "training": seconds, "cpu": seconds of the processor}.
"""
import json
import sys
import time

import lightgbm as lgb
import numpy as np

print(json.dumps({"version": lgb.__version__}), flush=True)
known = {}
for line in sys.stdin:
    task = json.loads(line)
    key = task["x"]
    if key not in known:
        columns = np.fromfile(key, dtype="<f4").reshape(task["features"], task["rows"])
        known = {key: (np.ascontiguousarray(columns.T), np.fromfile(task["y"], dtype="<f8"))}
    x, y = known[key]
    cut = task["rows"] - task["held"]
    params = task["params"]
    cpu, start = time.process_time(), time.perf_counter()
    data = lgb.Dataset(x[:cut], y[:cut], params=params).construct()
    binned = time.perf_counter()
    model = lgb.train(params, data, num_boost_round=task["rounds"])
    answer = {
        "binning": binned - start,
        "training": time.perf_counter() - binned,
        "cpu": time.process_time() - cpu,
    }
    if task["held"]:
        model.predict(x[cut:]).astype("<f8").tofile(task["out"])
    print(json.dumps(answer), flush=True)
