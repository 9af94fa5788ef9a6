# SPDX-License-Identifier: BSD-3-Clause
"""A network learns which points of a square lie within a circle."""
import numpy

import nnblas

# The points of a grid, and for each a 1 where it lies within the circle, else a 0.
y, x = numpy.mgrid[-15:16:2, -15:16:2]
X = numpy.column_stack([x.ravel(), y.ravel()]) / 16
Y = (x**2 + y**2 < 100).reshape(-1, 1).astype(float)

net = nnblas.Net([2, 8, 1], hidden="tanh", seed=1)
trainer = nnblas.Trainer(net, optimizer="adam", learning_rate=0.01, batch_size=32, epochs=300, seed=1)
trainer.fit(X, Y)
print(f"mse {net.evaluate(X, Y):.18f}")
