/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/file_format.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

typedef struct {
    const char *bytes;
    size_t count;
    const char *description;
} beginning;

#define BEGINNING(text) (text), sizeof(text) - 1

static const beginning BEGINNINGS[] = {
    {BEGINNING("PAR1"), "a Parquet file: write it as CSV first"},
    {BEGINNING("ARROW1"), "an Arrow file: write it as CSV first"},
    {BEGINNING("%PDF-"), "a PDF: write its table as CSV first"},
    {BEGINNING("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
     "a workbook of Excel (xls) or another document of Office: save it as CSV first"},
    {BEGINNING("BZh"), "compressed by bzip2: expand it with bunzip2 first"},
    {BEGINNING("\xfd"
               "7zXZ"),
     "compressed by xz: expand it with unxz first"},
    {BEGINNING("\x28\xb5\x2f\xfd"), "compressed by Zstandard: expand it with unzstd first"},
    {BEGINNING("7z\xbc\xaf\x27\x1c"), "an archive of 7-Zip: extract the table first"},
    {BEGINNING("Rar!\x1a\x07"), "a RAR archive: extract the table first"},
    {BEGINNING("SQLite format 3"), "a database of SQLite: write a table of it as CSV first"},
    {BEGINNING("\x89HDF\r\n\x1a\n"), "an HDF5 file: write its table as CSV first"},
    {BEGINNING("\x93NUMPY"),
     "an array of NumPy: nnblas train, predict and evaluate read it as --features FILE"},
    {BEGINNING("\x89PNG\r\n\x1a\n"), "a picture (PNG), not a table"},
    {BEGINNING("\xff\xd8\xff"), "a picture (JPEG), not a table"},
    {BEGINNING("\x7f"
               "ELF"),
     "a program, not a table"},
    {BEGINNING("\xff\xfe\0\0"), "a text in UTF-32: convert it to UTF-8 first, as by iconv"},
    {BEGINNING("\0\0\xfe\xff"), "a text in UTF-32: convert it to UTF-8 first, as by iconv"},
    {BEGINNING("{\""), "JSON: write it as CSV first"},
    {BEGINNING("[{"), "JSON: write it as CSV first"},
    {BEGINNING("<?xml"), "XML, not a table"},
};

static bool holds(const char *bytes, size_t count, const char *text) {
    return bytes && memmem(bytes, count, text, strlen(text));
}

static const char *name_zip(const char *bytes, size_t count) {
    if (holds(bytes, count, "[Content_Types].xml") || holds(bytes, count, "xl/"))
        return "a workbook of Excel (xlsx) or another document of Office: save it as CSV first";
    if (holds(bytes, count, "mimetypeapplication/vnd.oasis.opendocument"))
        return "a document of LibreOffice: save it as CSV first";
    return "a zip archive: extract the table with unzip first";
}

static bool is_html(const char *bytes, size_t count) {
    return (count >= 14 && strncasecmp(bytes, "<!doctype html", 14) == 0) ||
           (count >= 5 && strncasecmp(bytes, "<html", 5) == 0);
}

/* Every second byte is 0, as of the letters of most languages of Europe; first: where the first of
 * them is. */
static bool has_zeros_from(const char *bytes, size_t count, size_t first) {
    enum { COMPARED = 16 };
    for (size_t i = 0; i < COMPARED; i++)
        if (i >= count || (bytes[i] == '\0') != (i % 2 == first))
            return false;
    return true;
}

static const char *name_utf16(const char *bytes, size_t count) {
    if (has_zeros_from(bytes, count, 1))
        return "a text in UTF-16 without its mark: convert it first: iconv -f UTF-16LE -t UTF-8";
    if (has_zeros_from(bytes, count, 0))
        return "a text in UTF-16 without its mark: convert it first: iconv -f UTF-16BE -t UTF-8";
    return NULL;
}

const char *find_foreign_format(const char *bytes, size_t count) {
    for (size_t b = 0; b < sizeof BEGINNINGS / sizeof *BEGINNINGS; b++)
        if (count >= BEGINNINGS[b].count &&
            memcmp(bytes, BEGINNINGS[b].bytes, BEGINNINGS[b].count) == 0)
            return BEGINNINGS[b].description;
    if (count >= 4 && memcmp(bytes, "PK\3\4", 4) == 0)
        return name_zip(bytes, count);
    return is_html(bytes, count) ? "a page in HTML, not a table" : name_utf16(bytes, count);
}
