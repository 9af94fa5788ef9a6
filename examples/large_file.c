/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rows that need not fit in memory: a network learns sin(2 u) cos(v) from a file of rows, which is
 * read in blocks, each while the last one is computed with. The file is made first.
 *
 *   cc -o large_file examples/large_file.c $(pkg-config --cflags --libs nnblas) -lm
 *   ./large_file
 */
#include <nnblas.h>

#include <math.h>
#include <stdio.h>

enum { INPUTS = 2, LABELS = 1, COLUMNS = INPUTS + LABELS, N = 200000 };

/* As many numbers between -2 and 2 as are wanted, the same each time. */
static double draw(void) {
    static unsigned long long state = 1;
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return 4.0 * (double)(state >> 11) * 0x1p-53 - 2.0;
}

static FILE *make_file(void) {
    FILE *file = tmpfile();
    for (size_t e = 0; file && e < N; e++) {
        double row[COLUMNS] = {draw(), draw()};
        row[2] = sin(2.0 * row[0]) * cos(row[1]);
        if (fwrite(row, sizeof row, 1, file) != 1) {
            fclose(file);
            return NULL;
        }
    }
    return file;
}

/* ---- the source: where the number of rows is not known, reading shows the end ---------------- */

static int next_block(void *user, nnblas_block *block) {
    size_t rows = 0;
    double row[COLUMNS];
    for (; rows < block->N && fread(row, sizeof row, 1, user) == 1; rows++) {
        for (size_t i = 0; i < INPUTS; i++)
            block->X[rows * block->ldx + i] = row[i];
        block->Y[rows * block->ldy] = row[INPUTS];
    }
    block->N = rows; /* 0 at the end */
    return ferror(user);
}

static int restart(void *user) {
    return fseek(user, 0, SEEK_SET);
}

/* So that blocks are taken in another order in each epoch. */
static int seek(void *user, size_t row) {
    return fseek(user, (long)(row * COLUMNS * sizeof(double)), SEEK_SET);
}

int main(void) {
    nnblas_net *net = NULL;
    nnblas_trainer *trainer = NULL;
    nnblas_source *source = NULL;
    FILE *file = make_file();
    double cost = 1.0;
    int failed =
        !file || nnblas_net_create((const size_t[]){INPUTS, 20, LABELS}, 3, NNBLAS_BIAS, &net) ||
        nnblas_net_set_hidden(net, NNBLAS_TANH) ||
        nnblas_net_set_output(net, NNBLAS_IDENTITY, NNBLAS_MSE) || nnblas_net_init(net, 1) ||
        nnblas_trainer_create(net, &trainer) ||
        nnblas_trainer_set_optimizer(trainer, NNBLAS_ADAM) ||
        nnblas_trainer_set_learning_rate(trainer, 0.01) ||
        nnblas_trainer_set_batch_size(trainer, 100) || nnblas_trainer_set_epochs(trainer, 10) ||
        nnblas_source_create(INPUTS, LABELS, next_block, restart, file, &source) ||
        nnblas_source_set_seek(source, seek) || nnblas_source_set_block_rows(source, 10000) ||
        nnblas_source_set_rows(source, N) || /* known here: one pass less */
        nnblas_trainer_fit_source(trainer, source) ||
        nnblas_net_evaluate_source(net, source, &cost);
    if (failed)
        fprintf(stderr, "%s\n", file ? nnblas_error_message() : "no file could be made");
    else
        printf("cost %.1g after 10 epochs of %d rows, of which 2 times %zu are in memory\n", cost,
               N, nnblas_source_block_rows(source));
    nnblas_source_destroy(source);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    if (file)
        fclose(file);
    return failed || cost > 2e-3;
}
