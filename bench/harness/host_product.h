/* SPDX-License-Identifier: BSD-3-Clause */
/* A product of the process that hosts the library, on all threads of its BLAS. */
#ifndef HOST_PRODUCT_H
#define HOST_PRODUCT_H

typedef struct host_product {
    double *A, *B, *C; /* one allocation, which begins at A */
} host_product;

host_product make_host_product(void);
void free_host_product(host_product *p);
void compute_host_product(const host_product *p);

/* Sleeps for as long as OpenBLAS's threads spin after a product: 2^28 cycles. */
void wait_for_blas_threads(void);

#endif
