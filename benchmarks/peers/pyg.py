"""RelBench's graph network of PyTorch Geometric on rel-f1's driver-position, as its official example trains it.

Usage: pyg.py FOLDER THREADS STEPS EPOCHS SEED

FOLDER holds what the caller wrote: nine Parquet files, schema.json and labels.csv (split, entity row, milliseconds, target).
Prints one JSON object a line: {"versions"}, {"step"} per timed step, {"gflop"}, {"epoch"} per epoch. The caller compares.

The recipe: ResNet encoder of 128 channels per table, time encoder, two layers of GraphSAGE with sums, fan-outs 128 and 64, batch
512, Adam with 0.005, L1 loss, predictions kept within the 2nd and 98th percentile of the training targets. One thing differs:
words get a fixed random vector of 300 numbers in place of GloVe, whose file no package registry holds.
"""

import json
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from relbench.base import Database, Table
from relbench.modeling.graph import AttachTargetTransform, make_pkey_fkey_graph
from relbench.modeling.nn import HeteroEncoder, HeteroGraphSAGE, HeteroTemporalEncoder
from relbench.modeling.utils import get_stype_proposal
from torch.utils.flop_counter import FlopCounterMode
from torch_frame.config.text_embedder import TextEmbedderConfig
from torch_geometric.loader import NeighborLoader
from torch_geometric.nn import MLP
from torch_geometric.seed import seed_everything

ENTITY = "drivers"
CHANNELS = 128
BATCH = 512
FAN_OUTS = [128, 64]
WARM_UP = 4
TEST_BEGINS = pd.Timestamp("2010-01-01")


def say(**values):
    print(json.dumps(values), flush=True)


def read_database(folder):
    """The files as RelBench serves them: nothing after the test begins, times in nanoseconds (its code assumes them)."""
    schema = json.loads((folder / "schema.json").read_text())["tables"]
    tables = {}
    for name, spec in schema.items():
        frame = pd.read_parquet(folder / f"{name}.parquet")
        for column in frame.columns:
            if pd.api.types.is_datetime64_any_dtype(frame[column]):
                frame[column] = frame[column].astype("datetime64[ns]")
        tables[name] = Table(frame, spec["foreignKeys"], spec["primaryKey"], spec["timeColumn"])
    return Database(tables).upto(TEST_BEGINS)


def embed_words(sentences):
    """Mean of one fixed random vector per word."""
    known, rows = {}, np.zeros((len(sentences), 300), np.float32)
    for row, sentence in enumerate(sentences):
        words = str(sentence).lower().split() or [""]
        for word in words:
            if word not in known:
                known[word] = np.random.default_rng(zlib.crc32(word.encode())).normal(0, 0.4, 300)
            rows[row] += known[word]
        rows[row] /= len(words)
    return torch.from_numpy(rows)


class Network(torch.nn.Module):
    def __init__(self, graph, statistics):
        super().__init__()
        columns = {name: graph[name].tf.col_names_dict for name in graph.node_types}
        timed = [name for name in graph.node_types if "time" in graph[name]]
        self.rows = HeteroEncoder(CHANNELS, columns, statistics)
        self.ages = HeteroTemporalEncoder(timed, CHANNELS)
        self.layers = HeteroGraphSAGE(
            graph.node_types, graph.edge_types, CHANNELS, aggr="sum", num_layers=len(FAN_OUTS)
        )
        self.head = MLP(CHANNELS, out_channels=1, norm="batch_norm", num_layers=1)
        for part in (self.rows, self.ages, self.layers, self.head):
            part.reset_parameters()

    def forward(self, batch):
        seed_time = batch[ENTITY].seed_time
        hidden = self.rows(batch.tf_dict)
        for name, age in self.ages(seed_time, batch.time_dict, batch.batch_dict).items():
            hidden[name] = hidden[name] + age
        hidden = self.layers(hidden, batch.edge_index_dict)
        return self.head(hidden[ENTITY][: seed_time.size(0)]).view(-1)


def make_loader(graph, labels, split):
    rows = labels[labels.split == split]
    target = torch.from_numpy(rows.target.to_numpy(float))
    return NeighborLoader(
        graph,
        num_neighbors=FAN_OUTS,
        time_attr="time",
        input_nodes=(ENTITY, torch.from_numpy(rows.row.to_numpy(np.int64))),
        input_time=torch.from_numpy(rows.time.to_numpy(np.int64) // 1000),
        transform=AttachTargetTransform(ENTITY, target),
        batch_size=BATCH,
        temporal_strategy="uniform",
        shuffle=split == "train",
    )


def main(folder, threads, step_count, epoch_count, seed):
    torch.set_num_threads(threads)
    seed_everything(seed)
    say(versions={"torch": torch.__version__, "threads": torch.get_num_threads()})
    database = read_database(folder)
    text = TextEmbedderConfig(text_embedder=embed_words, batch_size=4096)
    graph, statistics = make_pkey_fkey_graph(database, get_stype_proposal(database), text)
    labels = pd.read_csv(folder / "labels.csv")
    train, validation = (make_loader(graph, labels, split) for split in ("train", "val"))
    targets = labels.target[labels.split == "train"]
    low, high = np.percentile(targets, [2, 98])
    truth = labels.target[labels.split == "val"].to_numpy(float)
    network = Network(graph, statistics)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.005)

    def batches():
        while True:
            yield from train

    def step(batch):
        optimizer.zero_grad()
        loss = torch.nn.functional.l1_loss(network(batch), batch[ENTITY].y.float())
        loss.backward()
        optimizer.step()

    def full_batches():
        return (batch for batch in batches() if batch[ENTITY].seed_time.size(0) == BATCH)

    # Timed steps train a network that is thrown away; the first is counted, some more fill the memory that later ones use again.
    network.train()
    stream = full_batches()
    with FlopCounterMode(display=False) as counter:
        step(next(stream))
    say(gflop=counter.get_total_flops() / 1e9)
    for _ in range(WARM_UP):
        step(next(stream))
    for _ in range(step_count):
        begin, cpu = time.perf_counter(), time.process_time()
        step(next(stream))
        say(step=time.perf_counter() - begin, cpu=time.process_time() - cpu)

    seed_everything(seed)
    network = Network(graph, statistics)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
    begin = time.perf_counter()
    for epoch in range(1, epoch_count + 1):
        network.train()
        for batch in train:
            step(batch)
        network.eval()
        with torch.no_grad():
            found = torch.cat([network(batch).clamp(low, high) for batch in validation])
        score = float(np.abs(found.numpy() - truth).mean())
        say(epoch=epoch, seconds=time.perf_counter() - begin, score=score)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(int(text) for text in sys.argv[2:6]))
