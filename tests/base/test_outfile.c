#include <config.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/outfile.h"
#include "tests/check_main.h"

static char dir[] = "/tmp/gw-test-outfile-XXXXXX";

static void enter(void)
{
    strcpy(dir, "/tmp/gw-test-outfile-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(chdir(dir), 0);
}

static int files(void)
{
    int n = 0;
    DIR *d = opendir(".");
    for (struct dirent *e; (e = readdir(d));)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

static void leave(void)
{
    char cmd[64];
    ck_assert_int_eq(chdir("/"), 0);
    snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
    ck_assert_int_eq(system(cmd), 0);
}

START_TEST(commit_and_discard)
{
    gw_outfile_t o;
    gw_err_t e = {0};
    struct stat st;
    umask(022);
    ck_assert_int_eq(gw_outfile_fopen(&o, "x.txt", &e), GW_OK);
    ck_assert_int_ne(stat("x.txt", &st), 0); /* nothing under the final name yet */
    ck_assert_int_eq(stat(o.write, &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0600);
    fputs("hello", o.file);
    ck_assert_int_eq(gw_outfile_commit(&o, &e), GW_OK);
    ck_assert_int_eq(stat("x.txt", &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0644);
    ck_assert_int_eq(st.st_size, 5);
    ck_assert_int_eq(gw_outfile_fopen(&o, "x.txt", &e), GW_OK);
    fputs("other text", o.file);
    gw_outfile_discard(&o);
    gw_outfile_discard(&o); /* harmless */
    ck_assert_int_eq(stat("x.txt", &st), 0);
    ck_assert_int_eq(st.st_size, 5); /* the old one stands */
    ck_assert_int_eq(files(), 1);
}
END_TEST

START_TEST(refusals)
{
    gw_outfile_t o;
    gw_err_t e = {0};
    ck_assert_int_eq(gw_outfile_fopen(&o, "no/such/x", &e), GW_ECREATE);
    ck_assert_ptr_nonnull(strstr(e.msg, "no/such/x"));
    ck_assert_int_eq(gw_outfile_fopen(&o, ".", &e), GW_ECREATE);
    ck_assert_ptr_nonnull(strstr(e.msg, "folder"));
    int fd;
    ck_assert_int_eq(gw_tmpfile_open("no/such", &fd, &e), GW_ECREATE);
}
END_TEST

START_TEST(full_disk)
{
    gw_outfile_t o;
    gw_err_t e = {0};
    if (access("/dev/full", W_OK) != 0)
        return;
    ck_assert_int_eq(gw_outfile_fopen(&o, "/dev/full", &e), GW_OK);
    fputs("hello", o.file);
    ck_assert_int_eq(gw_outfile_commit(&o, &e), GW_EIO);
    ck_assert_ptr_nonnull(strstr(e.msg, "/dev/full"));
}
END_TEST

START_TEST(temporary)
{
    int fd;
    gw_err_t e = {0};
    struct stat st;
    ck_assert_int_eq(gw_tmpfile_open(".", &fd, &e), GW_OK);
    ck_assert_int_eq(files(), 0);
    ck_assert_int_eq(fstat(fd, &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0600);
    ck_assert_int_eq(write(fd, "abc", 3), 3);
    close(fd);
}
END_TEST

static const int sigs[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};

START_TEST(a_signal_cleans)
{
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        gw_outfile_t o;
        signal(sigs[_i], SIG_DFL);
        gw_outfile_catch_signals();
        if (gw_outfile_fopen(&o, "y.txt", NULL) != GW_OK || files() != 1)
            _exit(1);
        raise(sigs[_i]);
        _exit(2);
    }
    int st;
    waitpid(pid, &st, 0);
    ck_assert(WIFSIGNALED(st));
    ck_assert_int_eq(WTERMSIG(st), sigs[_i]);
    ck_assert_int_eq(files(), 0);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("outfile");
    TCase *t = tcase_create("outfile");
    tcase_add_checked_fixture(t, enter, leave);
    tcase_add_test(t, commit_and_discard);
    tcase_add_test(t, refusals);
    tcase_add_test(t, full_disk);
    tcase_add_test(t, temporary);
    tcase_add_loop_test(t, a_signal_cleans, 0, 4);
    suite_add_tcase(s, t);
    return s;
}

GW_CHECK_MAIN(make)
