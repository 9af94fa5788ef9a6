# SPDX-License-Identifier: BSD-3-Clause
# Trains networks by R's nnet: one line a seed, its seconds and the outputs for X_test, column by column.
# usage: Rscript nnet.R FOLDER classes|numbers HIDDEN STARTS ITERATIONS DECAY SEED...
# FOLDER has the matrices X, Y and X_test. Of the starts the one with the least cost counts.
library(nnet)
words <- commandArgs(TRUE)
read <- function(name) as.matrix(read.table(file.path(words[1], name)))
X <- read("X")
Y <- read("Y")
X_test <- read("X_test")
has_classes <- words[2] == "classes"
numbers <- as.numeric(words[-(1:2)])

fit <- function() nnet(X, Y, size = numbers[1], maxit = numbers[3], decay = numbers[4], linout = !has_classes,
                       softmax = has_classes, trace = FALSE, MaxNWts = 1e6)

for (seed in numbers[-(1:4)]) {
  set.seed(seed)
  begin <- as.numeric(Sys.time())
  nets <- lapply(seq_len(numbers[2]), function(start) fit())
  best <- nets[[which.min(sapply(nets, function(net) net$value))]]
  seconds <- as.numeric(Sys.time()) - begin
  cat(format(c(seconds, predict(best, X_test)), digits = 17), "\n")
}
