# SPDX-License-Identifier: BSD-3-Clause
# A network learns which points of a square lie within a circle.
dyn.load(paste0("nnblas_train", .Platform$dynlib.ext))

# Trains a network with one layer of tanh units and sigmoid outputs on the rows of X and Y, by Adam.
# R keeps columns together, the library rows.
nnblas_train <- function(X, Y, hidden, learning_rate, batch_size, epochs, seed) {
  stopifnot(is.matrix(X), is.matrix(Y), nrow(X) == nrow(Y))
  storage.mode(X) <- storage.mode(Y) <- "double"
  .Call("nnblas_train", t(X), t(Y), as.integer(hidden), as.double(learning_rate),
        as.integer(batch_size), as.integer(epochs), as.integer(seed))
}

# The points of a grid, and for each a 1 where it lies within the circle, else a 0.
e <- 0:255
x <- 2 * (e %% 16) - 15
y <- 2 * (e %/% 16) - 15
X <- cbind(x, y) / 16
Y <- cbind(x^2 + y^2 < 100)

trained <- nnblas_train(X, Y, hidden = 8, learning_rate = 0.01, batch_size = 32, epochs = 300, seed = 1)
cat(sprintf("mse %.18f\n", trained$mse))
