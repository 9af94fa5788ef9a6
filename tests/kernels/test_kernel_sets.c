/* SPDX-License-Identifier: BSD-3-Clause */
/* Which sets of kernels there are, and that none touches the floating-point mode. */
#include "kernels/kernel_table.h"
#include "support/support.h"

START_TEST(sets_come_fastest_first_and_end_with_baseline) {
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    ck_assert_uint_ge(n_sets, 1);
    ck_assert_str_eq(sets[n_sets - 1]->name, "baseline");
    ck_assert_ptr_eq(nn_get_kernels(), sets[0]);
}
END_TEST

#if defined(__x86_64__)
#include <xmmintrin.h>

enum { N = 67 };

/* The mode bits; the low six are the flags that every operation may raise. */
static unsigned get_mode(void) {
    return _mm_getcsr() & ~0x3fU;
}

START_TEST(the_floating_point_mode_stays) {
    double a[N], b[N], w[N], c[N], d[N], e[N];
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    unsigned kept = _mm_getcsr();
    for (unsigned rounding = 0; rounding < 4; rounding++) {
        _mm_setcsr((kept & ~(unsigned)_MM_ROUND_MASK) | rounding << 13);
        unsigned mode = get_mode();
        for (size_t s = 0; s < n_sets; s++)
            for (size_t k = 0; k < N_KERNELS; k++) {
                fill(N, a, 0.25);
                fill(N, b, 0.5);
                fill(N, w, 2.0);
                fill(N, c, -1.0);
                fill(N, d, 0.75);
                fill(N, e, 1.0);
                call_kernel(sets[s], &KERNELS[k], &(operands){N, 1, N, a, b, w, c, d, e});
                ck_assert_uint_eq(get_mode(), mode);
            }
    }
    _mm_setcsr(kept);
}
END_TEST
#endif

int main(void) {
    const TTest *const tests[] = {
        sets_come_fastest_first_and_end_with_baseline,
#if defined(__x86_64__)
        the_floating_point_mode_stays,
#endif
    };
    return run_tests("kernel_sets", tests, sizeof tests / sizeof *tests);
}
