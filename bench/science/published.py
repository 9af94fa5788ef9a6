# SPDX-License-Identifier: BSD-3-Clause
"""Results that others published. Those of NNbenchmark are in its folder."""

# L. Prechelt, "PROBEN1: a set of neural network benchmark problems and benchmarking rules" (1994): percent
# of the test examples that are classified wrongly, mean of 60 runs of RPROP without shortcut connections.
PROBEN1_ERRORS = {
    "cancer1": 1.38,
    "card1": 14.05,
    "diabetes1": 24.10,
    "glass1": 32.70,
    "heart1": 19.72,
    "horse1": 29.19,
    "soybean1": 29.40,
    "thyroid1": 2.38,
}

# Y. Gal, Z. Ghahramani, "Dropout as a Bayesian approximation" (2016), and later code of the first author:
# root of the mean squared error on the test rows, one hidden layer of 50 units, dropout and MC dropout,
# on the splits of J. M. Hernandez-Lobato, R. P. Adams (2015).
UCI_ERRORS = {"concrete": (5.23, 4.83), "energy": (1.66, 0.54), "yacht": (1.11, 0.67)}
