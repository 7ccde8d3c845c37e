"""What the two explorers of walks by mini-batches share."""

from dataclasses import dataclass

import numpy as np

from gdlib.explore import pictures, tables, widgets
from gdlib.minibatch import sgd


@dataclass(frozen=True)
class BatchWalks:
    """`gdlib.sgd` from one start, once for each rate, batch size and seed.

    `points` are (rates, sizes, seeds, T + 1[, 2]), NaN after the end of a walk; `now` is the place of the rate
    that the slider starts at.
    """

    loss: object
    T: int
    batch_sizes: tuple
    seeds: tuple
    rates: np.ndarray
    points: np.ndarray
    steps: list
    now: int

    @classmethod
    def of(cls, loss, start, lr, lr_range, T, batch_sizes, seeds, width):
        """As many rates as the table has room for, where a point takes `width` numbers."""
        each = len(batch_sizes) * len(seeds) * (T + 1) * width
        most = min(40, max(5, tables.TABLE_BYTES // (4 * each)))
        rates = tables.around(lr_range or (lr / 20, 4 * lr), lr, "lr_range", most)
        runs = [sgd(loss, start, r, T, b, s) for r in rates for b in batch_sizes for s in seeds]
        points = np.full((len(runs), T + 1, *np.shape(start)), np.nan)
        for walk, run in zip(points, runs, strict=True):
            walk[: len(run.points)] = run.points
        points = points.reshape(len(rates), len(batch_sizes), len(seeds), *points.shape[1:])
        steps = [run.steps for run in runs]
        return cls(loss, T, batch_sizes, seeds, rates, points, steps, tables.nearest(rates, lr))

    def heights(self):
        """The loss of all rows at each point: (r, sizes, seeds, T + 1)."""
        shape = self.points.shape[:4]
        return tables.values_at(self.loss, self.points.reshape(np.prod(shape), *self.points.shape[4:])).reshape(shape)

    def spec(self, lr):
        """The part of the spec about lr, T, batch size and seed."""
        return {
            "n": int(self.loss.n),
            "rates": self.rates.tolist(),
            "steps": self.steps,
            "batch_sizes": [int(b) for b in self.batch_sizes],
            "seeds": [int(s) for s in self.seeds],
            "T_max": self.T,
            "initial": {"lr": float(lr), "T": self.T, "b": 0, "seed": 0},
            "play": pictures.play("T", 0, self.T, self.T),
        }

    def sliders(self, lr, T, label="updates T"):
        """Those of a walk, and the batch size and the seed."""
        return widgets.walk_sliders(self.rates, lr, T, self.T, label) | {
            "b": widgets.choice("batch size b", self.batch_sizes[0], self.batch_sizes),
            "seed": widgets.choice("seed", self.seeds[0], self.seeds),
        }
