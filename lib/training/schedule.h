/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_SCHEDULE_H
#define NN_SCHEDULE_H

#include "training/training.h"

/* The learning rate of the epoch that is next. */
double nn_get_rate(const nn_fit *fit);

#endif
