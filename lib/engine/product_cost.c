/* SPDX-License-Identifier: BSD-3-Clause */
/* Which kernel OpenBLAS uses for which sizes, in which blocks it goes over the matrices and what it
 * does with a rest is read from its source (0.3.21: kernel/x86_64,
 * dgemm_small_kernel_*_skylakex.c). The prices are measured. */
#include "engine/product_cost.h"
#include "core/sizes.h"

enum { VECTOR = 8 }; /* doubles of AVX-512 */

/* How many passes count elements take: most at a time, then half as many, and so on. */
static double count_walks(size_t count, size_t most) {
    size_t walks = 0;
    for (; most > 0; count %= most, most /= 2)
        walks += count / most;
    return (double)walks;
}

/* The price of walking along the factor that is read again and again: it stays in the first cache,
 * or comes from the second. */
static double get_walk(const nn_prices *prices, const nn_product *p, nn_price walk,
                       nn_price far_walk) {
    enum { CACHED = 4096 };
    return prices->of[p->N * p->K > CACHED ? far_walk : walk];
}

/* Vectors along M, up to four at a time, each time with all of B. */
static double price_vectors(const nn_prices *prices, size_t whole, size_t masked,
                            const nn_product *p) {
    double N = (double)p->N, K = (double)p->K, vectors = (double)(whole + masked);
    double walks = count_walks(whole, 4) + (double)masked;
    return vectors * (prices->of[NN_VECTORS_MULTIPLY] * N * K + prices->of[NN_VECTORS_COLUMN] * N +
                      prices->of[NN_VECTORS_STEP] * K) +
           walks * get_walk(prices, p, NN_VECTORS_WALK, NN_VECTORS_FAR_WALK) * N * K;
}

/* M of its rows, with vectors along K, whose elements are added up in the end. */
static double price_dots(const nn_prices *prices, size_t M, const nn_product *p) {
    double m = (double)M, N = (double)p->N, K = (double)nn_divide_up(p->K, VECTOR);
    return m * (prices->of[NN_DOTS_MULTIPLY] * N * K + prices->of[NN_DOTS_COLUMN] * N +
                prices->of[NN_DOTS_STEP] * K) +
           count_walks(M, 4) * get_walk(prices, p, NN_DOTS_WALK, NN_DOTS_FAR_WALK) * N * K;
}

/* M of its rows, with vectors along N, which have to be scattered into C. */
static double price_rows(const nn_prices *prices, size_t M, const nn_product *p) {
    double m = (double)M, N = (double)nn_divide_up(p->N, VECTOR), K = (double)p->K;
    return m * K * (prices->of[NN_ROWS_MULTIPLY] * N + prices->of[NN_ROWS_STEP]) +
           count_walks(M, 8) * get_walk(prices, p, NN_ROWS_WALK, NN_ROWS_FAR_WALK) * N * K;
}

static double price_scatter(const nn_prices *prices, size_t M, const nn_product *p) {
    return prices->of[NN_ROWS_SCATTER] * (double)M * (double)nn_divide_up(p->N, VECTOR);
}

/* If few elements of M are left, they are copied and multiplied along K. */
static double price_small_nn(const nn_prices *prices, const nn_product *p) {
    size_t whole = p->M / VECTOR, rest = p->M % VECTOR;
    double call = prices->of[NN_VECTORS_CALL];
    if (rest == 0 || rest > 4 || p->K < 16)
        return call + price_vectors(prices, whole, rest > 0, p);
    double copy = prices->of[NN_REST_CALL] + prices->of[NN_REST_COPY] * (double)rest * (double)p->K;
    return call + price_vectors(prices, whole, 0, p) + copy + price_dots(prices, rest, p);
}

static double price_small_nt(const nn_prices *prices, const nn_product *p) {
    size_t whole = p->M / VECTOR, rest = p->M % VECTOR;
    if (rest == 0 || rest > 5)
        return prices->of[NN_VECTORS_CALL] + price_vectors(prices, whole, rest > 0, p);
    return prices->of[NN_ROWS_CALL] + price_vectors(prices, whole, 0, p) +
           price_rows(prices, rest, p) + price_scatter(prices, rest, p);
}

static double price_small_tn(const nn_prices *prices, const nn_product *p) {
    return prices->of[NN_DOTS_CALL] + price_dots(prices, p->M, p);
}

/* Four at a time are transposed into C. */
static double price_small_tt(const nn_prices *prices, const nn_product *p) {
    return prices->of[NN_ROWS_CALL] + price_rows(prices, p->M, p) +
           prices->of[NN_ROWS_STORE] * (double)p->M * (double)p->N +
           price_scatter(prices, p->M % 4, p);
}

/* A product that packs both factors first. The kernel works on blocks of C: of M up to rows at a
 * time, then half as many, and so on, and of N columns likewise. */
static double price_packed(const nn_prices *prices, nn_price first, const nn_product *p) {
    const double *of = &prices->of[first];
    double M = (double)p->M, N = (double)p->N, K = (double)p->K;
    double along_M = count_walks(p->M, prices->packed_rows);
    double along_N = count_walks(p->N, prices->packed_columns);
    return of[NN_OF_CALL] + along_M * K * (of[NN_OF_WALK] * N + of[NN_OF_BLOCK] * along_N) +
           of[NN_OF_STORE] * M * N +
           of[p->first_turned ? NN_OF_FIRST_TURNED : NN_OF_FIRST] * M * K +
           of[p->second_turned ? NN_OF_SECOND_TURNED : NN_OF_SECOND] * N * K + of[NN_OF_ROW] * N +
           of[NN_OF_STEP] * K;
}

double nn_price_product(const nn_prices *prices, const nn_product *p) {
    typedef double price_small(const nn_prices *prices, const nn_product *p);
    static price_small *const SMALL[2][2] = {{price_small_nn, price_small_nt},
                                             {price_small_tn, price_small_tt}};
    static const double LARGE = 1e6;
    double multiplications = (double)p->M * (double)p->N * (double)p->K;
    /* The small kernel of A^T B is only for small results of long sums. */
    bool is_refused = p->first_turned && !p->second_turned && (p->M * p->N > 1200 || p->K < 32);
    if (multiplications <= prices->small_limit && !is_refused)
        return SMALL[p->first_turned][p->second_turned](prices, p);
    return price_packed(prices, multiplications > LARGE ? NN_PACKED_LARGE : NN_PACKED, p);
}
