/* SPDX-License-Identifier: BSD-3-Clause */
/* Files of plans: what is saved is loaded, and anything else is refused with words and changes
 * nothing. */
#include "core/sizes.h"
#include "engine/plan_cache.h"
#include "engine/plan_search.h"
#include "file/disk.h"
#include "file/plans_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t SIZES[] = {30, 9, 7, 2};
static const nn_problem PROBLEM = {.sizes = SIZES, .n_layers = 3, .N = 4000, .purpose = NN_TRAIN};

static void add(const nn_problem *p, nn_plan plan) {
    nn_measured_plan measured = {.plan = plan, .nanoseconds = 5, .with_estimated_plan = 6};
    nn_set_measured_problem(&measured, p);
    ck_assert_ok(nn_add_measured_plans(&measured, 1));
}

/* The text of a file with the plans that the process has. */
static char *get_text(size_t *size) {
    nn_measured_plan *plans;
    size_t count;
    char *text;
    ck_assert_ok(nn_copy_measured_plans(&plans, &count));
    ck_assert_ok(nn_format_plans(plans, count, &text, size));
    free(plans);
    text = realloc(text, *size + 1);
    text[*size] = '\0';
    return text;
}

static void check_refused(nnblas_status expected, const char *words) {
    ck_assert_int_eq(nnblas_plans_load("plans"), expected);
    ck_assert_msg(strstr(nnblas_error_message(), words), "'%s' has no '%s'", nnblas_error_message(),
                  words);
    ck_assert_msg(strstr(nnblas_error_message(), "'plans'"), "%s", nnblas_error_message());
}

/* ---- saving and loading ---------------------------------------------------------------------- */

static nn_problem roll_problem(dice *d, size_t *sizes) {
    nn_problem p = {.sizes = sizes,
                    .n_layers = roll_between(d, 1, NN_MOST_MEASURED_LAYERS),
                    .N = roll_between(d, 1, INT_MAX),
                    .purpose = (nn_purpose)roll_between(d, NN_PREDICT, NN_TRAIN),
                    .has_bias = roll_between(d, 0, 1),
                    .row_major_outputs = roll_between(d, 0, 1),
                    .has_cross_entropy = roll_between(d, 0, 1)};
    if (roll_between(d, 0, 1))
        p.n_layers = roll_between(d, 1, 3);
    for (size_t l = 0; l <= p.n_layers; l++)
        sizes[l] = roll_size(d, 800);
    return p;
}

/* All plans of the planner for any problem. */
START_TEST(what_is_saved_is_loaded) {
    static nn_plan plans[NN_MOST_PLANS];
    dice d = {61};
    for (size_t i = 0; i < count_trials(60); i++) {
        size_t sizes[NN_MOST_MEASURED_LAYERS + 1], size, loaded_size;
        nn_problem p = roll_problem(&d, sizes);
        size_t count = nn_list_plans(&p, plans), first = roll_between(&d, 0, count - 1);
        for (size_t k = first; k < nn_min(count, first + 40); k++, p.N = nn_max(p.N - 1, 1)) {
            plans[k].tile_rows = nn_min(plans[k].tile_rows, p.N);
            plans[k].parts = nn_min(plans[k].parts, p.N);
            if (plans[k].strategy == NN_OWN_ROWS || plans[k].parts > 1)
                add(&p, plans[k]);
        }
        char *text = get_text(&size);
        ck_assert_ok(nnblas_plans_save("plans"));
        nnblas_plans_forget();
        ck_assert_msg(nnblas_plans_load("plans") == NNBLAS_OK, "%s", nnblas_error_message());
        char *loaded = get_text(&loaded_size);
        ck_assert_uint_eq(size, loaded_size);
        ck_assert_mem_eq(text, loaded, size);
        free(text);
        free(loaded);
        nnblas_plans_forget();
    }
}
END_TEST

START_TEST(the_file_reads_well) {
    size_t size;
    add(&PROBLEM, (nn_plan){.parts = 3,
                            .tile_rows = 50,
                            .padding = 8,
                            .transposed = 5,
                            .transposed_updates = 7,
                            .product_limit = 1000000});
    char *text = get_text(&size);
    static const char LINE[] =
        "plans=1\nsizes=30,9,7,2 rows=4000 purpose=train bias=no skip=no softmax=no "
        "cross_entropy=no "
        "strategy=rows parts=3 tile_rows=50 transposed=1,3 transposed_updates=1,2,3 padding=8 "
        "product_limit=1000000 nanoseconds=5 with_estimated_plan=6\n";
    ck_assert_str_eq(text + size - strlen(LINE), LINE);
    ck_assert_int_eq(strncmp(text, "nnblas plans 1\nlibrary=", 23), 0);
    free(text);
    nnblas_plans_forget();
}
END_TEST

/* Loading replaces the plan for the same calls, keeps the others, and reaches the calls. */
START_TEST(loading_adds_to_what_there_is) {
    nn_problem other = PROBLEM;
    other.N = 77;
    nn_plan plan = {.parts = 3, .tile_rows = 50, .padding = 1};
    add(&PROBLEM, plan);
    ck_assert_ok(nnblas_plans_save("plans"));
    nnblas_plans_forget();
    plan.tile_rows = 60;
    add(&PROBLEM, plan);
    add(&other, plan);
    ck_assert_uint_eq(nn_get_plan(&PROBLEM).tile_rows, 60);
    ck_assert_ok(nnblas_plans_load("plans"));
    ck_assert_uint_eq(nn_get_plan(&PROBLEM).tile_rows, 50);
    ck_assert_uint_eq(nn_get_plan(&other).tile_rows, 60);
    nnblas_plans_forget();
    ck_assert_ok(nnblas_plans_save("plans"));
    ck_assert_ok(nnblas_plans_load("plans"));
    ck_assert_uint_ne(nn_get_plan(&other).tile_rows, 60);
}
END_TEST

START_TEST(files_that_cannot_be_read_or_written) {
    ck_assert_int_eq(nnblas_plans_save(NULL), NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_plans_load(NULL), NNBLAS_ERROR_NULL);
    check_refused(NNBLAS_ERROR_FILE, "No such file");
    add(&PROBLEM, (nn_plan){.parts = 3, .tile_rows = 50, .padding = 1});
    ck_assert_ok(nnblas_plans_save("plans"));
    nnblas_plans_forget();
    fail_once("write", 0, ENOSPC);
    ck_assert_int_eq(nnblas_plans_save("plans"), NNBLAS_ERROR_FILE);
    fail_once("read", 0, EIO);
    check_refused(NNBLAS_ERROR_FILE, "could not read the file");
    /* The old one is still there. */
    ck_assert_ok(nnblas_plans_load("plans"));
    ck_assert_uint_eq(nn_get_plan(&PROBLEM).tile_rows, 50);
    nnblas_plans_forget();
}
END_TEST

/* ---- what is refused ------------------------------------------------------------------------- */

/* A good file, with one text in it replaced by another. */
static void write_changed(const char *from, const char *to) {
    size_t size;
    add(&PROBLEM, (nn_plan){.parts = 3, .tile_rows = 50, .padding = 1, .transposed_updates = 3});
    char *text = get_text(&size), *at = strstr(text, from), changed[4096];
    nnblas_plans_forget();
    ck_assert_msg(at, "there is no '%s' in %s", from, text);
    int length = snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, to,
                          at + strlen(from));
    write_file("plans", changed, (size_t)length);
    free(text);
}

static void check_nothing_is_known(void) {
    nn_measured_plan *plans;
    size_t count;
    ck_assert_ok(nn_copy_measured_plans(&plans, &count));
    ck_assert_uint_eq(count, 0);
}

typedef struct change {
    const char *from, *to, *words;
} change;

START_TEST(damaged_files_are_refused) {
    static const change CHANGES[] = {
        {"nnblas plans 1", "nnblas plans 2", "does not begin with the line 'nnblas plans 1'"},
        {"nnblas plans 1\n", "", "does not begin with"},
        {"blas=", "blast=", "line 3 is 'blast="},
        {"core=", "", "must begin with 'core='"},
        {"plans=1", "plans=2", "plans is 2, and 1 lines follow: the file is incomplete"},
        {"plans=1", "plans=0", "plans is 0, and 1 lines follow"},
        {"plans=1", "plans=4097", "plans is '4097'; it must be 0 to 4096"},
        {"plans=1", "plans=01", "plans is '01'"},
        {"plans=1", "plans=1 ", "line 7: there is '' behind the last field"},
        {"plans=1", "plans=-1", "plans is '-1'"},
        {"sizes=", "size=", "line 8: there is 'size=30,9,7,2' where 'sizes=' must be"},
        {"sizes=", " sizes=", "line 8: there is '' where 'sizes=' must be"},
        {"sizes=30,9,7,2", "sizes=30", "a network has two or more"},
        {"sizes=30,9,7,2", "sizes=none", "sizes is 'none'"},
        {"sizes=30,9,7,2", "sizes=30,0", "sizes is '0'; it must be 1 to 2147483647"},
        {"sizes=30,9,7,2", "sizes=30,,2", "sizes is ',2'"},
        {"sizes=30,9,7,2", "sizes=30,2,", "sizes is ''"},
        {"sizes=30,9,7,2", "sizes=30,2147483648", "sizes is '2147483648'"},
        {"sizes=30,9,7,2", "sizes=30,99999999999999999999", "it must be 1 to"},
        {"sizes=30,9,7,2", "sizes=30,18446744073709551617", "sizes is '18446744073709551617'"},
        {"sizes=30,9,7,2", "sizes=30,18446744073709551626", "sizes is '18446744073709551626'"},
        {"sizes=30", "sizes=30x", "sizes is '30x,9,7,2'"},
        {"rows=4000", "rows=0", "rows is '0'"},
        {"rows=4000", "rows=4000.0", "rows is '4000.0'"},
        {"rows=4000", "rows=", "rows is ''"},
        {"purpose=train", "purpose=learn",
         "purpose is 'learn'; it must be predict or gradient or train"},
        {"purpose=train", "purpose=trai", "purpose is 'trai'"},
        {"bias=no", "bias=0", "bias is '0'; it must be no or yes"},
        {"purpose=train", "purpose=predict", "must have transposed_updates=none"},
        {"strategy=rows", "strategy=columns", "it must be rows or shared"},
        {"parts=3", "parts=0", "line 8: parts is '0'; it must be 1 to 64"},
        {"parts=3", "parts=65", "parts is '65'"},
        {"tile_rows=50", "tile_rows=0", "tile_rows is '0'"},
        {"tile_rows=50", "tile_rows=4001", "it must be 1 to 4000"},
        {"transposed=none", "transposed=4", "transposed is '4'; it must be 1 to 3"},
        {"transposed=none", "transposed=0", "transposed is '0'"},
        {"transposed=none", "transposed=2,1", "transposed has layer 1 behind layer 2"},
        {"transposed=none", "transposed=2,2", "transposed has layer 2 behind layer 2"},
        {"transposed=none", "transposed=1,2,none", "transposed is 'none'"},
        {"transposed=none", "transposed=nonesuch", "transposed is 'nonesuch'"},
        {"transposed_updates=1,2", "transposed_updates=1,4", "it must be 1 to 3"},
        {"padding=1", "padding=4", "padding is '4'; it must be 1 or 8"},
        {"product_limit=0", "product_limit=9999", "it must be 0, or 10000 to 1000000000"},
        {"product_limit=0", "product_limit=1000000001", "product_limit is '1000000001'"},
        {"strategy=rows parts=3", "strategy=shared parts=1", "with parts=2 or more"},
        {"nanoseconds=5", "nanoseconds=0", "nanoseconds is '0'"},
        {"with_estimated_plan=6", "with_estimated_plan=6 more=1", "there is 'more=1' behind"},
        {" with_estimated_plan=6", "", "there is '' where 'with_estimated_plan=' must be"},
        {"with_estimated_plan=6\n", "with_estimated_plan=6", "the file ends in line 8"},
        {"with_estimated_plan=6\n", "with_estimated_plan=6\n\n", "plans is 1, and 2 lines follow"},
        {" rows=", "\trows=", "sizes is '2?rows=4000'"},
        {" rows=", "  rows=", "there is '' where 'rows=' must be"},
    };
    for (size_t i = 0; i < sizeof CHANGES / sizeof *CHANGES; i++) {
        write_changed(CHANGES[i].from, CHANGES[i].to);
        check_refused(NNBLAS_ERROR_FORMAT, CHANGES[i].words);
        check_nothing_is_known();
    }
}
END_TEST

START_TEST(plans_that_cannot_be_run_are_refused) {
    write_changed("strategy=rows parts=3 tile_rows=50 transposed=none",
                  "strategy=shared parts=3 tile_rows=50 transposed=1");
    check_refused(NNBLAS_ERROR_FORMAT, "must have transposed=none");
    write_changed("softmax=no cross_entropy=no strategy=rows parts=3 tile_rows=50 transposed=none",
                  "softmax=yes cross_entropy=no strategy=rows parts=3 tile_rows=50 transposed=3");
    check_refused(NNBLAS_ERROR_FORMAT, "softmax outputs are never transposed");
    write_changed("purpose=train bias=no skip=no softmax=no cross_entropy=no",
                  "purpose=predict bias=no skip=no softmax=no cross_entropy=yes");
    check_refused(NNBLAS_ERROR_FORMAT, "purpose=predict goes with cross_entropy=no");
    write_changed("sizes=30,9,7,2 rows=4000 purpose=train bias=no skip=no",
                  "sizes=30,9 rows=4000 purpose=train bias=no skip=yes");
    check_refused(NNBLAS_ERROR_FORMAT, "skip=yes goes with three sizes or more");
    /* 1.2 million parameters, three times over. */
    write_changed("sizes=30,9,7,2", "sizes=30,1000,1200,2");
    check_refused(NNBLAS_ERROR_FORMAT, "parts is 3; with these sizes it must be 1 at most");
    /* 100000 parameters, but 800000 where padded. */
    write_changed(
        "sizes=30,9,7,2 rows=4000 purpose=train bias=no skip=no softmax=no cross_entropy=no "
        "strategy=rows parts=3",
        "sizes=99999,1,2 rows=4000 purpose=train bias=no skip=no softmax=no cross_entropy=no "
        "strategy=rows parts=3");
    check_refused(NNBLAS_ERROR_FORMAT, "it must be 2 at most");
    write_changed("tile_rows=50", "tile_rows=1335");
    check_refused(NNBLAS_ERROR_FORMAT, "tile_rows is 1335, and a part has 1334 rows");
    /* 800 MB of activations a tile. */
    write_changed(
        "sizes=30,9,7,2 rows=4000 purpose=train bias=no skip=no softmax=no cross_entropy=no "
        "strategy=rows parts=3 tile_rows=50",
        "sizes=1,100000 rows=4000 purpose=train bias=no skip=no softmax=no cross_entropy=no "
        "strategy=rows parts=1 tile_rows=1000");
    check_refused(NNBLAS_ERROR_FORMAT, "tile_rows is '1000'; it must be 1 to 16");
}
END_TEST

START_TEST(the_same_calls_twice_are_refused) {
    size_t size;
    nn_problem other = PROBLEM;
    other.N++;
    add(&PROBLEM, (nn_plan){.parts = 3, .tile_rows = 50, .padding = 1});
    add(&other, (nn_plan){.parts = 3, .tile_rows = 50, .padding = 1});
    char *text = get_text(&size), *rows = strstr(text, "rows=4001");
    nnblas_plans_forget();
    rows[strlen("rows=400")] = '0';
    write_file("plans", text, size);
    check_refused(NNBLAS_ERROR_FORMAT, "lines 8 and 9 are for the same calls");
    free(text);
}
END_TEST

/* With what was found and what is expected, and what to do. */
START_TEST(files_of_another_machine_are_refused) {
    static const change CHANGES[] = {
        {"library=", "library=9.9.", "line 2: the plans were measured by version '9.9."},
        {"\nblas=", "\nblas=Other 1, ", "line 3: the plans were measured with the BLAS 'Other 1, "},
        {"core=", "core=Old", "line 4: the plans were measured with core type 'Old"},
        {"processor=", "processor=Other ", "line 5: the plans were measured on the processor 'Oth"},
        {"kernels=", "kernels=no_", "line 6: the plans were measured with the kernels 'no_"},
    };
    for (size_t i = 0; i < sizeof CHANGES / sizeof *CHANGES; i++) {
        write_changed(CHANGES[i].from, CHANGES[i].to);
        check_refused(NNBLAS_ERROR_VALUE, CHANGES[i].words);
        check_words("(measure anew, as with nnblas tune)");
    }
    write_changed("library=", "library=9.9.");
    char words[64];
    snprintf(words, sizeof words, "and here is '%s'", nnblas_version());
    check_refused(NNBLAS_ERROR_VALUE, words);
}
END_TEST

START_TEST(files_cut_anywhere_are_refused) {
    size_t size;
    add(&PROBLEM, (nn_plan){.parts = 3, .tile_rows = 50, .padding = 1});
    char *text = get_text(&size);
    nnblas_plans_forget();
    for (size_t length = 0; length < size; length++) {
        write_file("plans", text, length);
        ck_assert_int_ne(nnblas_plans_load("plans"), NNBLAS_OK);
    }
    free(text);
}
END_TEST

/* Each byte changed: refused, or another good file, which is written again as it was read. */
START_TEST(what_is_accepted_is_what_is_written) {
    static const char BYTES[] = "0129,= \nny\t\xff";
    size_t size, again;
    add(&PROBLEM, (nn_plan){.parts = 3, .tile_rows = 50, .padding = 1, .transposed = 2});
    char *text = get_text(&size), *copy = malloc(size + 1);
    for (size_t i = 0; i < size; i++)
        for (size_t k = 0; k < sizeof BYTES; k++) {
            nn_measured_plan *plans = NULL;
            size_t count;
            memcpy(copy, text, size + 1);
            copy[i] = BYTES[k]; /* 0 at last */
            if (nn_parse_plans(copy, size, &plans, &count) != NNBLAS_OK)
                continue;
            char *written;
            ck_assert_ok(nn_format_plans(plans, count, &written, &again));
            memcpy(copy, text, size + 1);
            copy[i] = BYTES[k];
            ck_assert_uint_eq(again, size);
            ck_assert_mem_eq(written, copy, size);
            free(written);
            free(plans);
        }
    free(copy);
    free(text);
    nnblas_plans_forget();
}
END_TEST

START_TEST(a_file_with_too_many_plans_changes_nothing) {
    nn_problem p = PROBLEM;
    const nn_plan plan = {.parts = 1, .tile_rows = 1, .padding = 1};
    add(&p, plan);
    ck_assert_ok(nnblas_plans_save("plans"));
    nnblas_plans_forget();
    for (p.N = 1; p.N <= NN_MOST_MEASURED_PLANS; p.N++)
        add(&p, plan);
    ck_assert_ok(nnblas_plans_load("plans")); /* PROBLEM is among them */
    /* The largest file that can be saved is loaded. */
    ck_assert_ok(nnblas_plans_save("plans"));
    nnblas_plans_forget();
    ck_assert_ok(nnblas_plans_load("plans"));
    p.N = 5001;
    nn_measured_plan more = {.plan = plan};
    nn_set_measured_problem(&more, &p);
    ck_assert_int_eq(nn_add_measured_plans(&more, 1), NNBLAS_ERROR_SIZE);
    nnblas_plans_forget();
    add(&p, plan);
    ck_assert_int_eq(nnblas_plans_load("plans"), NNBLAS_ERROR_SIZE);
    size_t size;
    char *text = get_text(&size);
    ck_assert_ptr_nonnull(strstr(text, "plans=1\n"));
    free(text);
    nnblas_plans_forget();
}
END_TEST

START_TEST(other_files_are_refused) {
    save_marked(1.0, "plans");
    check_refused(NNBLAS_ERROR_FORMAT, "byte ");
    write_file("plans", "", 0);
    check_refused(NNBLAS_ERROR_FORMAT, "does not begin with");
    enum { LARGE = 8 << 20 };
    char *large = malloc(LARGE);
    memset(large, 'x', LARGE);
    write_file("plans", large, LARGE);
    free(large);
    check_refused(NNBLAS_ERROR_FORMAT, "8388608 bytes are no file of plans");
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        what_is_saved_is_loaded,
        the_file_reads_well,
        loading_adds_to_what_there_is,
        files_that_cannot_be_read_or_written,
        damaged_files_are_refused,
        plans_that_cannot_be_run_are_refused,
        the_same_calls_twice_are_refused,
        files_of_another_machine_are_refused,
        files_cut_anywhere_are_refused,
        what_is_accepted_is_what_is_written,
        a_file_with_too_many_plans_changes_nothing,
        other_files_are_refused,
    };
    return run_in_folders("plans_file", tests, sizeof tests / sizeof *tests);
}
