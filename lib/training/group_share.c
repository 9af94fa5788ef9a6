/* SPDX-License-Identifier: BSD-3-Clause */
/* Which rows a rank of a group takes. */
#include "core/arguments.h"
#include "core/sizes.h"
#include "training/training.h"

nnblas_status nnblas_group_share(const nnblas_net *net, size_t N, int weighted,
                                 const nnblas_group *group, size_t *first, size_t *count) {
    if (nn_check_pointer("group", group) || nn_check_pointer("first", first) ||
        nn_check_pointer("count", count))
        return NNBLAS_ERROR_NULL;
    if (group->rank >= group->ranks)
        return nn_fail(NNBLAS_ERROR_VALUE, "rank is %zu; it must be below ranks, which is %zu",
                       group->rank, group->ranks);
    (void)net, (void)weighted;
    size_t each = N / group->ranks, more = N % group->ranks;
    *first = group->rank * each + nn_min(group->rank, more);
    *count = each + (group->rank < more);
    return NNBLAS_OK;
}
