/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_ADAM_H
#define NN_ADAM_H

/* One step of Adam: rate and epsilon come with the corrections of the early steps' bias. */
typedef struct nn_adam {
    double rate, beta1, beta2, epsilon;
} nn_adam;

#endif
