"""TensorBoard event files by TensorBoard's own library.

Usage: python tools/reference/events.py             writes Tests/TrainingTests/Fixtures/events.tfevents
       python tools/reference/events.py RUN         prints the scalars that TensorBoard reads from a run directory
"""

import io
import json
import os
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter


def write(path):
    memory = io.BytesIO()
    writer = RecordWriter(memory)

    def scalars(wall_time, step, **values):
        summary = Summary(value=[Summary.Value(tag=tag.replace("__", "/"), simple_value=value)
                                 for tag, value in values.items()])
        writer.write(Event(wall_time=wall_time, step=step, summary=summary).SerializeToString())

    writer.write(Event(wall_time=1700000000.25, file_version="brain.Event:2").SerializeToString())
    writer.write(Event(wall_time=1700000000.25, step=101,
                       session_log=SessionLog(status=SessionLog.START)).SerializeToString())
    scalars(1700000001.5, 0, train__loss=8.25)
    scalars(1700000002.5, 1, train__loss=0.0, train__rate_text=1e-3)
    scalars(1700000003.5, 300, evaluation__loss=float("nan"), evaluation__findings_auroc=0.1)
    scalars(1700000004.5, 123456789, train__memory_bytes=2.0 ** 34)
    writer.flush()
    with open(path, "wb") as file:
        file.write(memory.getvalue())


def read(run):
    accumulator = EventAccumulator(run, size_guidance={"scalars": 0})
    accumulator.Reload()
    tags = accumulator.Tags()["scalars"]
    print(json.dumps({tag: [[event.step, event.value] for event in accumulator.Scalars(tag)] for tag in tags}))


if len(sys.argv) > 1:
    read(sys.argv[1])
else:
    write(os.path.join(os.path.dirname(__file__), "../../Tests/TrainingTests/Fixtures/events.tfevents"))
