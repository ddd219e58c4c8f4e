/** The Python that spark-submit runs: one process per task of a barrier stage. */

/**
 * The script. Arguments: port, ranks, command. It ends with a status other than 0 if a rank does.
 *
 * Barrier tasks are the only ones that Spark starts all at once; they are reached from Python, Java and Scala only. A task whose job fails is
 * interrupted, which ends its process; a process whose task is gone is killed by the kernel (`prctl`) where there is one.
 */
export const LAUNCH_SCRIPT = `"""Starts one process per rank inside a Spark barrier stage: launch.py PORT RANKS COMMAND ..."""
import ctypes, os, re, signal, subprocess, sys
from pyspark import BarrierTaskContext
from pyspark.sql import SparkSession


def die_with_parent():
    os.setpgrp()
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    except (OSError, AttributeError):
        pass


def run(command, port):
    def task(_):
        context = BarrierTaskContext.get()
        hosts = [info.address.rsplit(":", 1)[0] for info in context.getTaskInfos()]
        rank = context.partitionId()
        env = dict(
            os.environ,
            RANK=str(rank),
            WORLD_SIZE=str(len(hosts)),
            LOCAL_RANK=str(hosts[:rank].count(hosts[rank])),
            MASTER_ADDR=hosts[0],
            MASTER_PORT=str(port),
        )
        context.barrier()
        child = subprocess.Popen(
            command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", preexec_fn=die_with_parent,
        )
        tail = []
        try:
            for line in child.stdout:
                print(f"[rank {rank}] {line}", end="", flush=True, file=sys.stderr)
                tail = (tail + [line])[-20:]
            code = child.wait()
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        if code:
            raise RuntimeError(f"rank {rank} ended with {code}: " + "".join(tail))
        context.barrier()
        yield rank, "".join(tail)

    return task


def main():
    port, ranks, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    spark = SparkSession.builder.appName("relgraph").getOrCreate()
    why = None
    try:
        ranked = spark.sparkContext.parallelize(range(ranks), ranks).barrier()
        for rank, text in sorted(ranked.mapPartitions(run(command, port)).collect()):
            print(f"[rank {rank}] {text.strip()}")
    except Exception as error:
        found = re.search("RuntimeError: (rank [0-9]+ ended with [^;]*?)(?:\\n\\tat |$)", str(error))
        why = found.group(1) if found else str(error)
    finally:
        spark.stop()
    if why is not None:
        sys.exit(why)


if __name__ == "__main__":
    main()
`;
