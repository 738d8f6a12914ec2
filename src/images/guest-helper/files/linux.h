/*
 * The little of Linux (x86-64) that lab-stream.c needs, without a C library: the program then runs on every distribution, and its compiler
 * is all that has to be fetched to build it. Calls return what the kernel returns: an error is a negative errno. The numbers and
 * structures are those of Linux's asm/unistd_64.h and include/uapi.
 */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

__asm__(".text\n"
        ".globl _start\n"
        "_start:\n"
        "    mov %rsp, %rdi\n"
        "    and $-16, %rsp\n"
        "    call start\n"
        ".globl linux_call\n"
        "linux_call:\n"
        "    mov %rdi, %rax\n"
        "    mov %rsi, %rdi\n"
        "    mov %rdx, %rsi\n"
        "    mov %rcx, %rdx\n"
        "    mov %r8, %r10\n"
        "    mov %r9, %r8\n"
        "    syscall\n"
        "    ret\n");

long linux_call(long number, long a, long b, long c, long d, long e);

enum { EINTR = 4, ECHILD = 10, EAGAIN = 11, ENOENT = 2 };
enum { O_RDONLY = 0, O_RDWR = 2, O_NOCTTY = 0400, O_NONBLOCK = 04000, O_ASYNC = 020000, O_DIRECTORY = 0200000, O_CLOEXEC = 02000000 };
enum { F_GETFL = 3, F_SETFL = 4, F_SETOWN = 8, F_DUPFD_CLOEXEC = 1030 };
enum { POLLIN = 1, POLLOUT = 4, POLLERR = 8, POLLHUP = 16 };
enum { WNOHANG = 1 };
enum { SIGHUP = 1, SIGKILL = 9, SIGPIPE = 13, SIGTERM = 15, SIGCHLD = 17, SIGCONT = 18, SIGIO = 29 };
enum { SIG_DFL = 0, SIG_IGN = 1 };
enum { SIG_SETMASK = 2 };
enum { PR_SET_PDEATHSIG = 1, PR_SET_CHILD_SUBREAPER = 36 };
enum { TIOCSCTTY = 0x540E, TIOCSWINSZ = 0x5414, TIOCSPTLCK = 0x40045431 };
#define TIOCGPTN 0x80045430UL

struct pollfd {
    int fd;
    short events, revents;
};

struct winsize {
    u16 rows, columns, x, y;
};

struct dirent64 {
    u64 inode, offset;
    u16 bytes;
    u8 type;
    char name[1];
};

static long read(int fd, void *to, u64 bytes) { return linux_call(0, fd, (long)to, bytes, 0, 0); }
static long write(int fd, const void *from, u64 bytes) { return linux_call(1, fd, (long)from, bytes, 0, 0); }
static int open(const char *path, int flags) { return linux_call(2, (long)path, flags, 0, 0, 0); }
static int close(int fd) { return linux_call(3, fd, 0, 0, 0, 0); }
static int poll(struct pollfd *all, int count, int ms) { return linux_call(7, (long)all, count, ms, 0, 0); }
static int set_mask(u64 signals) { return linux_call(14, SIG_SETMASK, (long)&signals, 0, 8, 0); }
static int ioctl(int fd, u64 request, const void *argument) { return linux_call(16, fd, request, (long)argument, 0, 0); }
static int dup(int fd) { return linux_call(72, fd, F_DUPFD_CLOEXEC, 3, 0, 0); }
static int dup2(int fd, int to) { return linux_call(33, fd, to, 0, 0, 0); }
static int getpid(void) { return linux_call(39, 0, 0, 0, 0, 0); }
static int fork(void) { return linux_call(57, 0, 0, 0, 0, 0); }
static int execve(const char *path, char **argv, char **env) { return linux_call(59, (long)path, (long)argv, (long)env, 0, 0); }
static void end(int code) {
    for (;;) linux_call(231, code, 0, 0, 0, 0);
}
static int wait4(int process, int *status, int options) { return linux_call(61, process, (long)status, options, 0, 0); }
static int kill(int process, int signal) { return linux_call(62, process, signal, 0, 0, 0); }
static int fcntl(int fd, int what, long argument) { return linux_call(72, fd, what, argument, 0, 0); }
static int chdir(const char *path) { return linux_call(80, (long)path, 0, 0, 0, 0); }
static int setsid(void) { return linux_call(112, 0, 0, 0, 0, 0); }
static int prctl(int what, long argument) { return linux_call(157, what, argument, 0, 0, 0); }
static long getdents64(int fd, void *to, u64 bytes) { return linux_call(217, fd, (long)to, bytes, 0, 0); }
static int signalfd(u64 signals) { return linux_call(289, -1, (long)&signals, 8, O_NONBLOCK | O_CLOEXEC, 0); }
static int pipe(int ends[2]) { return linux_call(293, (long)ends, O_CLOEXEC, 0, 0, 0); }

static u64 bit(int signal) { return 1UL << (signal - 1); }

/* What becomes of a signal: SIG_IGN or SIG_DFL. */
static void set_signal(int signal, long what) {
    long action[4] = {what, 0, 0, 0};
    linux_call(13, signal, (long)action, 0, 8, 0);
}

static long now_ms(void) {
    long time[2];
    linux_call(228, 1, (long)time, 0, 0, 0);
    return time[0] * 1000 + time[1] / 1000000;
}

/* Compilers call these by themselves, too. */
void *memcpy(void *to, const void *from, u64 bytes) {
    void *start = to;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
    return start;
}

void *memset(void *to, int value, u64 bytes) {
    u8 *at = to;
    while (bytes-- > 0) *at++ = value;
    return to;
}

/* Of memory that may overlap, towards its beginning. */
static void move_down(u8 *to, const u8 *from, u64 bytes) {
    if (to != from) memcpy(to, from, bytes);
}

static u64 length(const char *text) {
    u64 count = 0;
    while (text[count]) count++;
    return count;
}

/* Appends text, or a number, at `at`; returns the end. */
static char *put_text(char *at, const char *text) {
    while (*text) *at++ = *text++;
    *at = 0;
    return at;
}

static char *put_number(char *at, u32 number) {
    char digits[12];
    int count = 0;
    do digits[count++] = '0' + number % 10;
    while ((number /= 10) > 0);
    while (count > 0) *at++ = digits[--count];
    *at = 0;
    return at;
}

/* The number that a text begins with; 0 if with none. */
static u32 number_of(const char *text) {
    u32 number = 0;
    while (*text >= '0' && *text <= '9') number = number * 10 + (*text++ - '0');
    return number;
}
