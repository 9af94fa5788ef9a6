/* SPDX-License-Identifier: BSD-3-Clause */
/* The functions of the C source that is written. NAME is replaced by the name of the model. */
#ifndef NNBLAS_EXPORT_C_TEMPLATES_H
#define NNBLAS_EXPORT_C_TEMPLATES_H

static const char SCALE_NUMBER[] =
    "\n"
    "/* The second form is for a difference that overflows. */\n"
    "static double NAME_scale(double value, double mean, double deviation) {\n"
    "    double difference = value - mean;\n"
    "    if (isnan(value) || !(deviation > 0.0))\n"
    "        return 0.0;\n"
    "    return isfinite(difference) ? difference / deviation\n"
    "                                : value / deviation - mean / deviation;\n"
    "}\n";

/* ---- the inputs of the network --------------------------------------------------------------- */

static const char ENCODE_CATEGORY[] =
    "\n"
    "/* 1 for the category with the index value, 0 for the others. */\n"
    "static void NAME_encode_category(double value, int count, double *units) {\n"
    "    for (int k = 0; k < count; k++)\n"
    "        units[k] = 0.0;\n"
    "    if (value >= 0.0 && value < count)\n"
    "        units[(int)value] = 1.0;\n"
    "}\n";

static const char FIND_PHASES[] =
    "\n"
    "static const double NAME_TURN = 6.283185307179586;\n"
    "\n"
    "/* Days of the first years after a February of the Gregorian calendar. */\n"
    "static double NAME_count_days(double years) {\n"
    "    return 365.0 * years + floor(years / 4.0) - floor(years / 100.0) + floor(years / 400.0);\n"
    "}\n"
    "\n"
    "/* How much of the year, week and day is over, from 0 to below 1: the first two by whole "
    "days. */\n"
    "static void NAME_find_phases(double seconds, double *phases) {\n"
    "    double day = floor(seconds / 86400.0), since_monday = day + 3.0;\n"
    "    double since_march = day + 719468.0; /* of the year 0 */\n"
    "    double of_era = since_march - 146097.0 * floor(since_march / 146097.0);\n"
    "    double leaps = floor(of_era / 1460.0) - floor(of_era / 36524.0) + floor(of_era / "
    "146096.0);\n"
    "    double year = floor((of_era - leaps) / 365.0);\n"
    "    double of_year = of_era - NAME_count_days(year);\n"
    "    double month = floor((5.0 * of_year + 2.0) / 153.0); /* 0 is March */\n"
    "    double first = floor((153.0 * month + 2.0) / 5.0);\n"
    "    double days = NAME_count_days(year + 1.0) - NAME_count_days(year);\n"
    "    double next = fmin(floor((153.0 * month + 155.0) / 5.0), days);\n"
    "    double past = (of_year - first) / (next - first); /* of the month */\n"
    "    phases[0] = ((month < 10.0 ? month + 2.0 : month - 10.0) + past) / 12.0;\n"
    "    phases[1] = (since_monday - 7.0 * floor(since_monday / 7.0)) / 7.0;\n"
    "    phases[2] = (seconds - 86400.0 * day) / 86400.0;\n"
    "}\n"
    "\n"
    "/* The sine and cosine of each part of a date; parts has them as bits. */\n"
    "static void NAME_encode_date(double seconds, int parts, double *units) {\n"
    "    double phases[3];\n"
    "    NAME_find_phases(seconds, phases);\n"
    "    for (int p = 0; p < 3; p++) {\n"
    "        if (!(parts >> p & 1))\n"
    "            continue;\n"
    "        *units++ = isnan(seconds) ? 0.0 : sin(NAME_TURN * phases[p]);\n"
    "        *units++ = isnan(seconds) ? 0.0 : cos(NAME_TURN * phases[p]);\n"
    "    }\n"
    "}\n";

static const char BEGIN_ENCODE[] =
    "\n"
    "/* Writes what the network takes. */\n"
    "static void NAME_encode(const double *x, double *units) {\n"
    "    for (int i = 0; i < NAME_INPUTS; units += NAME_widths[i++]) {\n";

static const char CALL_ENCODE_CATEGORY[] =
    "        if (NAME_category_counts[i] > 0)\n"
    "            NAME_encode_category(x[i], NAME_category_counts[i], units);\n";

static const char ELSE[] = "        else\n"
                           "    ";

static const char ENCODE_NUMBER[] =
    "        units[0] = NAME_scale(x[i], NAME_means[i], NAME_deviations[i]);\n";

static const char CALL_ENCODE_DATE[] =
    "        if (NAME_date_parts[i])\n"
    "            NAME_encode_date(x[i], NAME_date_parts[i], units + 1);\n";

static const char ENCODE_GAP[] =
    "        if (NAME_gaps[i])\n"
    "            units[NAME_widths[i] - 1] = isnan(x[i]) ? 1.0 : 0.0;\n";

static const char ENCODE_PLAIN[] = "\n"
                                   "static void NAME_encode(const double *x, double *units) {\n"
                                   "    for (int i = 0; i < NAME_INPUTS; i++)\n"
                                   "        units[i] = x[i];\n"
                                   "}\n";

static const char END_LOOP[] = "    }\n"
                               "}\n";

/* ---- activations ----------------------------------------------------------------------------- */

static const char SOFTMAX[] = "\n"
                              "/* The largest is subtracted, so that nothing overflows. */\n"
                              "static void NAME_softmax(double *a) {\n"
                              "    double largest = a[0], sum = 0.0;\n"
                              "    for (int k = 1; k < NAME_OUTPUTS; k++)\n"
                              "        largest = a[k] > largest ? a[k] : largest;\n"
                              "    for (int k = 0; k < NAME_OUTPUTS; k++) {\n"
                              "        a[k] = exp(a[k] - largest);\n"
                              "        sum += a[k];\n"
                              "    }\n"
                              "    for (int k = 0; k < NAME_OUTPUTS; k++)\n"
                              "        a[k] /= sum;\n"
                              "}\n";

/* ---- the layers ------------------------------------------------------------------------------ */

static const char LAYER_TYPE[] = "\n"
                                 "/* weights: inputs x outputs, row by row. */\n"
                                 "typedef struct {\n"
                                 "    int inputs, outputs;\n"
                                 "    const double *weights, *biases;\n"
                                 "} NAME_layer;\n"
                                 "\n";

static const char MULTIPLY[] =
    "\n"
    "static void NAME_multiply(const NAME_layer *layer, const double *in, double *out) {\n"
    "    const double *weights = layer->weights;\n"
    "    for (int j = 0; j < layer->outputs; j++)\n"
    "        out[j] = layer->biases ? layer->biases[j] : 0.0;\n"
    "    for (int i = 0; i < layer->inputs; i++, weights += layer->outputs)\n"
    "        for (int j = 0; j < layer->outputs; j++)\n"
    "            out[j] += in[i] * weights[j];\n"
    "}\n";

static const char MULTIPLY_SKIP[] =
    "\n"
    "/* Skip connections: the outputs take the inputs x of the network too, by the rows of "
    "weights\n"
    " * behind those of the last hidden layer. */\n"
    "static void NAME_multiply_skip(const NAME_layer *layers, const double *x, double *out) {\n"
    "    const NAME_layer *last = layers + NAME_LAYERS - 1;\n"
    "    const double *weights = last->weights + last->inputs * last->outputs;\n"
    "    for (int i = 0; i < layers[0].inputs; i++, weights += last->outputs)\n"
    "        for (int j = 0; j < last->outputs; j++)\n"
    "            out[j] += x[i] * weights[j];\n"
    "}\n";

static const char BEGIN_FORWARD[] =
    "\n"
    "/* units: the inputs of the network, and behind them the outputs of each layer. */\n"
    "static void NAME_forward(const NAME_layer *layers, double *units) {\n";

static const char BEGIN_FORWARD_TO_SLOPES[] =
    "\n"
    "/* units: the inputs of the network, and behind them the outputs of each layer; slopes, which "
    "may\n"
    " * be null: the derivatives of their activations. */\n"
    "static void NAME_forward(const NAME_layer *layers, double *units, double *slopes) {\n";

static const char KEEP_INPUTS[] = "    const double *x = units;\n";

static const char FORWARD[] = "    for (int l = 0; l < NAME_LAYERS; l++) {\n"
                              "        double *out = units + layers[l].inputs;\n"
                              "        NAME_multiply(&layers[l], units, out);\n";

static const char CALL_MULTIPLY_SKIP[] = "        if (l == NAME_LAYERS - 1)\n"
                                         "            NAME_multiply_skip(layers, x, out);\n";

static const char FIND_SLOPES[] =
    "        if (slopes) {\n"
    "            slopes += layers[l].inputs;\n"
    "            NAME_differentiate(l, layers[l].outputs, out, slopes);\n"
    "        }\n";

static const char ACTIVATE[] = "        NAME_activate(l, layers[l].outputs, out);\n";

static const char END_FORWARD[] = "        units = out;\n"
                                  "    }\n";

static const char FINISH_SOFTMAX[] = "    NAME_softmax(units);\n";

/* ---- predict --------------------------------------------------------------------------------- */

static const char BEGIN_PREDICT[] = "\n"
                                    "void NAME_predict(const double *x, double *y) {\n"
                                    "    const NAME_layer *layers = NAME_layers;\n";

static const char BEGIN_PREDICT_MEMBER[] =
    "\n"
    "static void NAME_predict_member(const NAME_layer *layers, const double *x, double *y) {\n";

static const char PREDICT[] = "    double units[NAME_UNITS];\n"
                              "    const double *outputs = units + NAME_UNITS - NAME_OUTPUTS;\n"
                              "    NAME_encode(x, units);\n";

static const char CALL_FORWARD[] = "    NAME_forward(layers, units);\n";
static const char CALL_FORWARD_ALONE[] = "    NAME_forward(layers, units, 0);\n";
static const char CALL_FORWARD_TO_SLOPES[] = "    NAME_forward(layers, units, slopes);\n";

static const char EACH_OUTPUT[] = "    for (int k = 0; k < NAME_OUTPUTS; k++)\n";

static const char AVERAGE_PREDICTIONS[] =
    "\n"
    "void NAME_predict(const double *x, double *y) {\n"
    "    double of_member[NAME_OUTPUTS];\n"
    "    for (int k = 0; k < NAME_OUTPUTS; k++)\n"
    "        y[k] = 0.0;\n"
    "    for (int m = 0; m < NAME_MEMBERS; m++) {\n"
    "        NAME_predict_member(NAME_members[m], x, of_member);\n"
    "        for (int k = 0; k < NAME_OUTPUTS; k++)\n"
    "            y[k] += of_member[k] / NAME_MEMBERS;\n"
    "    }\n"
    "}\n";

static const char RESTORED[] =
    "        y[k] = NAME_output_means[k] + outputs[k] * NAME_output_deviations[k];\n"
    "}\n";

static const char PLAIN[] = "        y[k] = outputs[k];\n"
                            "}\n";

static const char FIND_CATEGORY[] =
    "\n"
    "int NAME_find_category(int input, const char *text) {\n"
    "    for (int c = 0; c < NAME_category_counts[input]; c++) {\n"
    "        const char *name = NAME_categories[input][c], *t = text;\n"
    "        while (*name && *name == *t) {\n"
    "            name++;\n"
    "            t++;\n"
    "        }\n"
    "        if (*name == *t)\n"
    "            return c;\n"
    "    }\n"
    "    return -1;\n"
    "}\n";

/* ---- the Jacobian: backpropagation of each output -------------------------------------------- */

static const char MULTIPLY_BACK[] =
    "\n"
    "/* before = weights delta: the derivatives by the inputs of a layer. */\n"
    "static void NAME_multiply_back(const NAME_layer *layer, const double *delta, double *before) "
    "{\n"
    "    const double *weights = layer->weights;\n"
    "    for (int i = 0; i < layer->inputs; i++, weights += layer->outputs) {\n"
    "        before[i] = 0.0;\n"
    "        for (int j = 0; j < layer->outputs; j++)\n"
    "            before[i] += weights[j] * delta[j];\n"
    "    }\n"
    "}\n";

static const char MULTIPLY_SKIP_BACK[] =
    "\n"
    "/* The same of skip connections, added to the derivatives by the inputs of the network. */\n"
    "static void NAME_multiply_skip_back(\n"
    "    const NAME_layer *layers, const double *delta, double *before) {\n"
    "    const NAME_layer *last = layers + NAME_LAYERS - 1;\n"
    "    const double *weights = last->weights + last->inputs * last->outputs;\n"
    "    for (int i = 0; i < layers[0].inputs; i++, weights += last->outputs)\n"
    "        for (int j = 0; j < last->outputs; j++)\n"
    "            before[i] += weights[j] * delta[j];\n"
    "}\n";

static const char BEGIN_BACKWARD[] =
    "\n"
    "/* deltas: as units; on entry those of the outputs. */\n"
    "static void NAME_backward(const NAME_layer *layers, double *deltas) {\n";

static const char BEGIN_BACKWARD_BY_SLOPES[] =
    "\n"
    "/* deltas: as units; on entry those of the outputs. */\n"
    "static void NAME_backward(const NAME_layer *layers, const double *slopes, double *deltas) {\n";

static const char BACKWARD[] =
    "    int first = NAME_UNITS - NAME_OUTPUTS;\n"
    "    for (int l = NAME_LAYERS - 1; l >= 0; l--) {\n"
    "        int inputs = layers[l].inputs;\n"
    "        NAME_multiply_back(&layers[l], deltas + first, deltas + first - inputs);\n"
    "        first -= inputs;\n";

static const char SLOPE[] = "        for (int i = first; l > 0 && i < first + inputs; i++)\n"
                            "            deltas[i] *= slopes[i];\n";

static const char END_BACKWARD_WITH_SKIP[] =
    "    }\n"
    "    NAME_multiply_skip_back(layers, deltas + NAME_UNITS - NAME_OUTPUTS, deltas);\n"
    "}\n";

static const char BEGIN_JACOBIAN[] = "\n"
                                     "void NAME_jacobian(const double *x, double *J) {\n"
                                     "    const NAME_layer *layers = NAME_layers;\n";

static const char BEGIN_JACOBIAN_MEMBER[] =
    "\n"
    "static void NAME_jacobian_member(const NAME_layer *layers, const double *x, double *J) {\n";

static const char UNITS_AND_DELTAS[] = "    double units[NAME_UNITS], deltas[NAME_UNITS];\n";
static const char SLOPES[] = "    double slopes[NAME_UNITS];\n";

static const char AVERAGE_JACOBIANS[] =
    "\n"
    "void NAME_jacobian(const double *x, double *J) {\n"
    "    double of_member[NAME_OUTPUTS * NAME_INPUTS];\n"
    "    for (int i = 0; i < NAME_OUTPUTS * NAME_INPUTS; i++)\n"
    "        J[i] = 0.0;\n"
    "    for (int m = 0; m < NAME_MEMBERS; m++) {\n"
    "        NAME_jacobian_member(NAME_members[m], x, of_member);\n"
    "        for (int i = 0; i < NAME_OUTPUTS * NAME_INPUTS; i++)\n"
    "            J[i] += of_member[i] / NAME_MEMBERS;\n"
    "    }\n"
    "}\n";

static const char OUTPUTS[] = "    const double *outputs = units + NAME_UNITS - NAME_OUTPUTS;\n";

static const char OUTPUT_SLOPES[] =
    "    const double *output_slopes = slopes + NAME_UNITS - NAME_OUTPUTS;\n";

static const char ENCODE_ROW[] = "    double *output_deltas = deltas + NAME_UNITS - NAME_OUTPUTS;\n"
                                 "    NAME_encode(x, units);\n";

static const char BEGIN_ROWS[] = "    for (int k = 0; k < NAME_OUTPUTS; k++, J += NAME_INPUTS) {\n"
                                 "        for (int j = 0; j < NAME_OUTPUTS; j++)\n"
                                 "            output_deltas[j] = ";

static const char CALL_BACKWARD[] = "        NAME_backward(layers, deltas);\n";
static const char CALL_BACKWARD_BY_SLOPES[] = "        NAME_backward(layers, slopes, deltas);\n";

static const char END_JACOBIAN[] = "        NAME_decode(x, deltas, J);\n"
                                   "    }\n"
                                   "}\n";

static const char DATE_SLOPE[] =
    "\n"
    "/* By the day alone: the phases of year and week change from day to day. */\n"
    "static double NAME_date_slope(double seconds, int parts, const double *deltas) {\n"
    "    int place = 2 * ((parts & 1) + (parts >> 1 & 1));\n"
    "    double phases[3], slope;\n"
    "    NAME_find_phases(seconds, phases);\n"
    "    slope = deltas[place] * cos(NAME_TURN * phases[2]) -\n"
    "            deltas[place + 1] * sin(NAME_TURN * phases[2]);\n"
    "    return NAME_TURN / 86400.0 * slope;\n"
    "}\n";

static const char BEGIN_DECODE[] =
    "\n"
    "/* From the derivatives by the inputs of the network to those by x. */\n"
    "static void NAME_decode(const double *x, const double *deltas, double *J) {\n"
    "    for (int i = 0; i < NAME_INPUTS; deltas += NAME_widths[i++]) {\n"
    "        double deviation = NAME_deviations[i];\n"
    "        J[i] = isnan(x[i]) || !(deviation > 0.0) ? 0.0 : deltas[0] / deviation;\n";

static const char DECODE_DATE[] =
    "        if ((NAME_date_parts[i] & 4) && !isnan(x[i]))\n"
    "            J[i] += NAME_date_slope(x[i], NAME_date_parts[i], deltas + 1);\n";

static const char DECODE_PLAIN[] =
    "\n"
    "static void NAME_decode(const double *x, const double *deltas, double *J) {\n"
    "    (void)x;\n"
    "    for (int i = 0; i < NAME_INPUTS; i++)\n"
    "        J[i] = deltas[i];\n"
    "}\n";

static const char DECODE_NOTHING[] =
    "\n"
    "/* x has no numbers. */\n"
    "static void NAME_decode(const double *x, const double *deltas, double *J) {\n"
    "    (void)x;\n"
    "    (void)deltas;\n"
    "    for (int i = 0; i < NAME_INPUTS; i++)\n"
    "        J[i] = 0.0;\n"
    "}\n";

#endif
