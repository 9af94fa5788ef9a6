/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/draw.h"

#include "cli/memory.h"
#include "core/random.h"
#include "core/sizes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

row_draw start_draw(const draw_request *request) {
    return (row_draw){.request = *request, .limit = 1.0};
}

static double get_number_of(const row_draw *d, size_t place) {
    uint64_t state = d->request.seed;
    state = nn_splitmix_bits(&state) ^ place;
    return nn_unit_of_bits(nn_splitmix_bits(&state));
}

/* Of the first N rows. The share of the rows with such a number differs from it by chance: of one
 * in a million draws by more than five deviations. */
static double get_limit(const row_draw *d, size_t N) {
    const draw_request *r = &d->request;
    double share = r->fraction > 0.0 ? r->fraction : (double)r->rows / (double)N;
    return fmin(d->limit, share + 5.0 * sqrt(share / (double)N));
}

/* ---- what is kept ---------------------------------------------------------------------------- */

/* The values of a row are contiguous. */
static size_t count_text_bytes(const csv_row *row) {
    const char *last = get_value(row, row->count - 1);
    return (size_t)(last - row->text) + strlen(last) + 1;
}

static size_t count_bytes(const csv_row *row) {
    return sizeof(drawn_row) + row->count * (sizeof *row->numbers + sizeof *row->starts) +
           count_text_bytes(row);
}

static drawn_row copy_row(const csv_row *row, size_t place, double number) {
    const size_t text_bytes = count_text_bytes(row);
    double *numbers = resize_array(NULL, count_bytes(row), 1);
    uint32_t *starts = (uint32_t *)(numbers + row->count);
    char *text = (char *)(starts + row->count);
    memcpy(numbers, row->numbers, row->count * sizeof *numbers);
    memcpy(starts, row->starts, row->count * sizeof *starts);
    memcpy(text, row->text, text_bytes);
    return (drawn_row){number, place, {text, starts, numbers, row->count, row->line}, numbers};
}

static void keep(row_draw *d, const csv_row *row, size_t place, double number) {
    d->kept = reserve_array(d->kept, &d->capacity, d->count + 1, sizeof *d->kept);
    d->kept[d->count++] = copy_row(row, place, number);
    d->bytes += count_bytes(row);
}

static int compare_numbers(const void *a, const void *b) {
    const drawn_row *left = a, *right = b;
    if (left->number != right->number)
        return left->number < right->number ? -1 : 1;
    return (left->place > right->place) - (left->place < right->place);
}

static int compare_places(const void *a, const void *b) {
    const drawn_row *left = a, *right = b;
    return (left->place > right->place) - (left->place < right->place);
}

/* Those with the least numbers stay; no row is drawn later that has a larger one. */
static void keep_least(row_draw *d, size_t count) {
    if (count >= d->count)
        return;
    qsort(d->kept, d->count, sizeof *d->kept, compare_numbers);
    d->limit = d->kept[count].number;
    if (d->release)
        d->release(d->context, d->kept + count, d->count - count);
    while (d->count > count) {
        drawn_row *last = &d->kept[--d->count];
        d->bytes -= count_bytes(&last->row);
        free(last->memory);
    }
}

bool draw_row(row_draw *d, const csv_row *row, size_t place) {
    const size_t wanted = d->request.rows;
    double number = get_number_of(d, place);
    if (number >= get_limit(d, place + 1))
        return false;
    keep(d, row, place, number);
    if (d->request.fraction == 0.0 && d->count > 2 * wanted)
        keep_least(d, wanted);
    if (d->bytes / 2 > d->request.most_bytes)
        keep_least(d, nn_max(d->count - d->count / 8, 1));
    return true;
}

void end_draw(row_draw *d, size_t N, size_t most) {
    const draw_request *r = &d->request;
    double wanted = r->fraction > 0.0 ? fmax(round(r->fraction * (double)N), 1.0) : (double)r->rows;
    keep_least(d, nn_min(most, (size_t)fmin(wanted, (double)N)));
    qsort(d->kept, d->count, sizeof *d->kept, compare_places);
}

void free_draw(row_draw *d) {
    for (size_t i = 0; i < d->count; i++)
        free(d->kept[i].memory);
    free(d->kept);
    *d = (row_draw){.count = 0};
}
