/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/class_list.h"

#include "cli/text.h"

#include <stdio.h>
#include <string.h>

enum { ROOM_FOR_END = 40 };

void add_class(class_list *list, const char *name) {
    size_t used = strlen(list->names);
    shown_text shown = show_text(name);
    bool has_room = used + strlen(shown.text) + ROOM_FOR_END < sizeof list->names;
    if (list->n_named == list->count && has_room) {
        snprintf(list->names + used, sizeof list->names - used, "%s'%s'", used > 0 ? ", " : "",
                 shown.text);
        list->n_named++;
    }
    list->count++;
}

void end_classes(class_list *list) {
    size_t used = strlen(list->names);
    if (list->n_named < list->count)
        snprintf(list->names + used, sizeof list->names - used, " and %zu more",
                 list->count - list->n_named);
}

const char *end_class(const class_list *list) {
    return list->count == 1 ? "" : "es";
}
