"""Learning rates as transformers and torch step them: Tests/TrainingTests/Fixtures/schedules.json.

Usage: python tools/reference/schedules.py
"""

import json
import os
import warnings

import torch
import transformers

warnings.simplefilter("ignore")


def rates(make, steps):
    """The rate at step 0, 1, ... `steps`, for a highest rate of 1."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = make(optimizer)
    values = [scheduler.get_last_lr()[0]]
    for _ in range(steps):
        optimizer.step()
        scheduler.step()
        values.append(scheduler.get_last_lr()[0])
    return values


def main():
    cases = []

    def case(kind, warmup, total, floor, make):
        cases.append({"kind": kind, "warmup": warmup, "total": total, "floor": floor, "factors": rates(make, total)})

    for warmup, total in [(0, 20), (3, 20), (1, 7), (20, 20), (10, 40)]:
        case("constant", warmup, total, 0.3,
             lambda o: transformers.get_constant_schedule_with_warmup(o, warmup))
        case("linear", warmup, total, 0.0,
             lambda o: transformers.get_linear_schedule_with_warmup(o, warmup, total))
        case("cosine", warmup, total, 0.0,
             lambda o: transformers.get_cosine_schedule_with_warmup(o, warmup, total))
        case("cosine", warmup, total, 0.05,
             lambda o: transformers.get_cosine_with_min_lr_schedule_with_warmup(o, warmup, total, min_lr_rate=0.05))
    case("linear", 0, 20, 0.2,
         lambda o: torch.optim.lr_scheduler.LinearLR(o, start_factor=1.0, end_factor=0.2, total_iters=20))
    case("cosine", 0, 20, 0.1,
         lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, T_max=20, eta_min=0.1))
    path = os.path.join(os.path.dirname(__file__), "../../Tests/TrainingTests/Fixtures/schedules.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(cases, file, separators=(",", ":"))
        file.write("\n")


main()
