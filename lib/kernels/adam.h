/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_ADAM_H
#define NN_ADAM_H

/* The constants of one step of Adam; rate and epsilon include the corrections of the bias. */
typedef struct nn_adam {
    double rate, beta1, beta2, epsilon;
} nn_adam;

#endif
