/* Runs a fuzz target over files instead of a fuzzer: `replay_<target> FOLDER`, every file in it once and the
 * empty input first. This makes the corpora a regression test under any compiler. Each input is copied to
 * memory of exactly its size, so that AddressSanitizer sees a read past its end. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECONDS_MAX = 30 }; /* for one input; the fuzzer allows 5 on an idle machine */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(const char *what, const char *name)
{
    fprintf(stderr, "replay: %s: ", name);
    perror(what);
    exit(1);
}

static uint8_t *read_whole(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail("open", path);
    if (fseek(file, 0, SEEK_END) != 0)
        fail("seek", path);
    long size = ftell(file);
    if (size < 0)
        fail("tell", path);
    rewind(file);
    uint8_t *data = malloc(size == 0 ? 1 : (size_t)size);
    if (data == NULL || fread(data, 1, (size_t)size, file) != (size_t)size)
        fail("read", path);
    fclose(file);
    *ret_size = (size_t)size;
    return data;
}

static void run(const char *path)
{
    size_t size = 0;
    uint8_t *data = read_whole(path, &size);
    printf("%s\n", path); /* before it runs: whatever kills us is this one */
    fflush(stdout);
    alarm(SECONDS_MAX);
    LLVMFuzzerTestOneInput(data, size);
    alarm(0);
    free(data);
}

static int is_input(const struct dirent *file)
{
    return file->d_name[0] != '.';
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    struct dirent **files = NULL;
    int count = scandir(argv[1], &files, is_input, alphasort);
    if (count < 0)
        fail("list", argv[1]);
    run("/dev/null");
    for (int i = 0; i < count; i++) {
        char path[4096];
        int length = snprintf(path, sizeof path, "%s/%s", argv[1], files[i]->d_name);
        if (length < 0 || (size_t)length >= sizeof path)
            fail("too long a path", argv[1]);
        run(path);
        free(files[i]);
    }
    free(files);
    printf("%d inputs\n", count);
    if (count == 0)
        fprintf(stderr, "replay: %s has no inputs: nothing was tested\n", argv[1]);
    return count == 0 ? 1 : 0;
}
