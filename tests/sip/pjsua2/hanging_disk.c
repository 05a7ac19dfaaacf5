/* A disk that hangs: pwrite() to FILE waits as long as there is a file FILE.hangs.
 *
 * Linked into a program, or preloaded into one as a library (LD_PRELOAD).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SUFFIX ".hangs"

/* Writes the sign for the file behind `file`; whether it has a name at all. */
static int sign_of(int file, char *sign, size_t size)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    const ssize_t length = readlink(link, sign, size - sizeof SUFFIX);
    if (length < 0)
        return 0;
    memcpy(sign + length, SUFFIX, sizeof SUFFIX);
    return 1;
}

ssize_t pwrite(int file, const void *data, size_t size, off_t at)
{
    const struct timespec look = {0, 1000000};
    char sign[PATH_MAX + sizeof SUFFIX];
    if (sign_of(file, sign, sizeof sign))
        while (access(sign, F_OK) == 0)
            nanosleep(&look, NULL);
    return syscall(SYS_pwrite64, file, data, size, at);
}
