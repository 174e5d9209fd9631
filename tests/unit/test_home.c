/* The home: its rights, its files, its keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hanse/home.h"
#include "hanse/service.h"

struct fixture {
    char folder[64];
    char path[96];
    struct hanse_home *home;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    snprintf(f->folder, sizeof f->folder, "/tmp/hanse-home-XXXXXX");
    if (mkdtemp(f->folder) == NULL)
        return -1;
    snprintf(f->path, sizeof f->path, "%s/deep/home", f->folder);
    *state = f;
    return 0;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)about, (void)kind, (void)place;
    return remove(path);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    hanse_home_close(&f->home);
    nftw(f->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(f);
    return 0;
}

static mode_t rights(const char *path)
{
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    return about.st_mode & 0777;
}

static void making_a_home_gives_it_a_key_and_a_token_that_only_its_owner_reads(void **state)
{
    struct fixture *f = *state;
    char token[HANSE_TOKEN_SIZE], again[HANSE_TOKEN_SIZE];
    uint8_t secret[32];
    assert_int_equal(hanse_home_open(f->path, &f->home), HANSE_E_NOT_FOUND);
    assert_int_equal(hanse_home_create(f->path, &f->home), HANSE_OK);
    assert_string_equal(hanse_home_path(f->home), f->path);
    assert_int_equal(rights(f->path), 0700);
    assert_int_equal(rights(hanse_home_file(f->home, "node.key")), 0600);
    assert_int_equal(rights(hanse_home_file(f->home, "token")), 0600);
    assert_int_equal(hanse_keyfile_read(hanse_home_file(f->home, "node.key"), "curve", secret), HANSE_OK);
    assert_int_equal(hanse_keyfile_read(hanse_home_file(f->home, "node.key"), "signing", secret),
                     HANSE_E_INVALID);
    assert_int_equal(hanse_home_token(f->home, token), HANSE_OK);
    assert_int_equal(strlen(token), 64);
    hanse_home_close(&f->home);
    assert_int_equal(hanse_home_create(f->path, &f->home), HANSE_OK);
    assert_int_equal(hanse_home_token(f->home, again), HANSE_OK);
    assert_string_equal(token, again);
}

static void a_home_that_others_may_enter_is_refused(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(hanse_home_create(f->path, &f->home), HANSE_OK);
    hanse_home_close(&f->home);
    assert_int_equal(chmod(f->path, 0750), 0);
    assert_int_equal(hanse_home_open(f->path, &f->home), HANSE_E_NOT_ALLOWED);
    assert_int_equal(hanse_home_create(f->path, &f->home), HANSE_E_NOT_ALLOWED);
    assert_null(f->home);
}

static void a_secret_file_that_others_may_read_is_refused(void **state)
{
    struct fixture *f = *state;
    char token[HANSE_TOKEN_SIZE];
    uint8_t secret[32];
    assert_int_equal(hanse_home_create(f->path, &f->home), HANSE_OK);
    assert_int_equal(chmod(hanse_home_file(f->home, "token"), 0640), 0);
    assert_int_equal(chmod(hanse_home_file(f->home, "node.key"), 0604), 0);
    assert_int_equal(hanse_home_token(f->home, token), HANSE_E_NOT_ALLOWED);
    assert_int_equal(hanse_keyfile_read(hanse_home_file(f->home, "node.key"), "curve", secret),
                     HANSE_E_NOT_ALLOWED);
}

static void a_half_made_home_is_finished(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(hanse_home_create(f->path, &f->home), HANSE_OK);
    hanse_home_remove(f->home, "node.key");
    hanse_home_close(&f->home);
    assert_int_equal(hanse_home_open(f->path, &f->home), HANSE_E_NOT_FOUND);
    assert_int_equal(hanse_home_create(f->path, &f->home), HANSE_OK);
}

static void key_files_are_never_overwritten_and_read_back(void **state)
{
    struct fixture *f = *state;
    char path[128];
    uint8_t made[32], read[32];
    snprintf(path, sizeof path, "%s/a.key", f->folder);
    assert_int_equal(hanse_keyfile_create(path, "signing", made), HANSE_OK);
    assert_int_equal(rights(path), 0600);
    assert_int_equal(hanse_keyfile_create(path, "signing", read), HANSE_E_EXISTS);
    assert_int_equal(hanse_keyfile_read(path, "signing", read), HANSE_OK);
    assert_memory_equal(made, read, sizeof made);
    snprintf(path, sizeof path, "%s/none/a.key", f->folder);
    assert_int_equal(hanse_keyfile_create(path, "signing", made), HANSE_E_NOT_FOUND);
    assert_int_equal(hanse_keyfile_read(path, "signing", made), HANSE_E_NOT_FOUND);
}

static void write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void what_is_no_key_is_told_from_one(void **state)
{
    static const char *const NONE[] = {
        "",
        "hanse-signing-key:",
        "hanse-signing-key:AAAA\n",
        "hanse-signing-key:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=x\n",
        "hanse-curve-key:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
    };
    struct fixture *f = *state;
    char path[128];
    uint8_t secret[32];
    snprintf(path, sizeof path, "%s/b.key", f->folder);
    for (size_t i = 0; i < sizeof NONE / sizeof NONE[0]; i++) {
        write_text(path, NONE[i]);
        assert_int_equal(hanse_keyfile_read(path, "signing", secret), HANSE_E_INVALID);
    }
    write_text(path, "hanse-signing-key:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n");
    assert_int_equal(hanse_keyfile_read(path, "signing", secret), HANSE_OK);
}

static void settings_have_defaults_and_are_kept(void **state)
{
    struct fixture *f = *state;
    struct hanse_home_settings settings;
    assert_int_equal(hanse_home_create(f->path, &f->home), HANSE_OK);
    assert_int_equal(hanse_home_settings(f->home, &settings), HANSE_OK);
    assert_string_equal(settings.listen, HANSE_DEFAULT_LISTEN);
    assert_string_equal(settings.http, HANSE_DEFAULT_HTTP);
    assert_string_equal(settings.advertise, "");
    snprintf(settings.listen, sizeof settings.listen, "tcp://127.0.0.1:7999");
    assert_int_equal(hanse_home_set(f->home, &settings), HANSE_OK);
    memset(&settings, 0, sizeof settings);
    assert_int_equal(hanse_home_settings(f->home, &settings), HANSE_OK);
    assert_string_equal(settings.listen, "tcp://127.0.0.1:7999");
    assert_int_equal(hanse_home_write(f->home, "hanse.json", hanse_bytes_of("{\"listen\":1,")), HANSE_OK);
    assert_int_equal(hanse_home_settings(f->home, &settings), HANSE_E_INVALID);
}

static void files_are_replaced_whole_and_leave_nothing_behind(void **state)
{
    struct fixture *f = *state;
    struct hanse_buffer content;
    assert_int_equal(hanse_home_create(f->path, &f->home), HANSE_OK);
    assert_int_equal(hanse_home_read(f->home, "node.json", &content), HANSE_E_NOT_FOUND);
    assert_int_equal(hanse_home_write(f->home, "node.json", hanse_bytes_of("first, and longer")), HANSE_OK);
    assert_int_equal(hanse_home_write(f->home, "node.json", hanse_bytes_of("second")), HANSE_OK);
    assert_int_equal(hanse_home_read(f->home, "node.json", &content), HANSE_OK);
    assert_string_equal(content.data, "second");
    hanse_buffer_release(&content);
    hanse_home_remove(f->home, "node.json");
    hanse_home_remove(f->home, "node.json");
    hanse_home_remove(f->home, "node.key");
    hanse_home_remove(f->home, "token");
    hanse_home_close(&f->home);
    assert_int_equal(rmdir(f->path), 0);
}

static void an_empty_home_has_no_domains_and_a_mesh_configuration_of_its_own(void **state)
{
    struct fixture *f = *state;
    struct hanse_home_domain *domains;
    struct hanse_mesh_config config;
    size_t count = 9;
    assert_int_equal(hanse_home_create(f->path, &f->home), HANSE_OK);
    assert_int_equal(hanse_home_domains(f->home, &domains, &count), HANSE_OK);
    assert_int_equal(count, 0);
    free(domains);
    assert_int_equal(hanse_service_mesh_config(f->home, true, &config), HANSE_OK);
    assert_string_equal(config.bind, HANSE_DEFAULT_LISTEN);
    assert_int_equal(config.writer_count, 0);
    assert_true(hanse_hash_is_zero(&config.engine.pin.mesh));
    assert_int_equal(hanse_service_mesh_config(f->home, false, &config), HANSE_OK);
    assert_null(config.bind);
}

static void a_path_that_is_too_long_or_nowhere_is_refused(void **state)
{
    struct fixture *f = *state;
    char path[500];
    memset(path, 'x', sizeof path);
    path[0] = '/';
    path[sizeof path - 1] = '\0';
    assert_int_equal(hanse_home_open(path, &f->home), HANSE_E_INVALID);
    assert_int_equal(hanse_home_create(path, &f->home), HANSE_E_INVALID);
    assert_int_equal(hanse_home_open("", &f->home), HANSE_E_INVALID);
    assert_string_equal(hanse_home_place("/somewhere"), "/somewhere");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(making_a_home_gives_it_a_key_and_a_token_that_only_its_owner_reads),
        TEST(a_home_that_others_may_enter_is_refused),
        TEST(a_secret_file_that_others_may_read_is_refused),
        TEST(a_half_made_home_is_finished),
        TEST(key_files_are_never_overwritten_and_read_back),
        TEST(what_is_no_key_is_told_from_one),
        TEST(settings_have_defaults_and_are_kept),
        TEST(files_are_replaced_whole_and_leave_nothing_behind),
        TEST(an_empty_home_has_no_domains_and_a_mesh_configuration_of_its_own),
        TEST(a_path_that_is_too_long_or_nowhere_is_refused),
    };
    return cmocka_run_group_tests_name("home", tests, NULL, NULL);
}
