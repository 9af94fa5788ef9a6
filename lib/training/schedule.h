/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_SCHEDULE_H
#define NN_SCHEDULE_H

#include "training/training.h"

/* The learning rate of the epoch that is next. */
double nn_get_rate(const nn_fit *fit);

/* Whether the schedule reduces the rate on plateaus. */
bool nn_has_plateaus(const nn_schedule *schedule);

/* Reduces the rate where a plateau has lasted long enough, if the schedule has a lower one. */
void nn_follow_plateau(nn_fit *fit);

/* Whether an adaptive schedule had no lower rate at the end of the last plateau. */
bool nn_has_used_up_rates(const nn_settings *settings, const nn_progress *progress);

#endif
