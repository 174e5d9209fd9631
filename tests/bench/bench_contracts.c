/* bench_contracts [--small] FIRST COUNT FOLDER: writes contracts as files, for benches that publish with the
 * real program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contracts.h"

int main(int argc, char **argv)
{
    bool small = argc > 1 && strcmp(argv[1], "--small") == 0;
    argv += small;
    if (argc - small != 4) {
        fprintf(stderr, "usage: bench_contracts [--small] FIRST COUNT FOLDER\n");
        return 2;
    }
    uint32_t first = (uint32_t)strtoul(argv[1], NULL, 10);
    uint32_t count = (uint32_t)strtoul(argv[2], NULL, 10);
    struct hanse_buffer text, path;
    hanse_buffer_init(&text);
    hanse_buffer_init(&path);
    for (uint32_t i = first; i < first + count; i++) {
        if (small)
            contract_make_small(i, &text);
        else
            contract_make(i, &text);
        hanse_buffer_reset(&path);
        hanse_buffer_printf(&path, "%s/%06u.odcs.yaml", argv[3], i);
        FILE *file = fopen(path.data, "w");
        if (file == NULL || fwrite(text.data, 1, text.size, file) != text.size || fclose(file) != 0) {
            perror(path.data);
            return 1;
        }
    }
    hanse_buffer_release(&text);
    hanse_buffer_release(&path);
    return 0;
}
