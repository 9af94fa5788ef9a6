% SPDX-License-Identifier: BSD-3-Clause
% A network learns which points of a square lie within a circle.

% The points of a grid, and for each a 1 where it lies within the circle, else a 0.
e = (0:255)';
x = 2 * mod (e, 16) - 15;
y = 2 * floor (e / 16) - 15;
X = [x, y] / 16;
Y = x .^ 2 + y .^ 2 < 100;

settings = struct ("hidden", 8, "learning_rate", 0.01, "batch_size", 32, "epochs", 300, "seed", 1);
[parameters, mse] = nnblas_train (X, double (Y), settings);
printf ("mse %.18f\n", mse);
