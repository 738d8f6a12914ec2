/*
 * lab-stream PORT...: runs commands in a guest for a client outside, one at a time on each virtio-serial port, with bytes in and bytes out.
 * It goes to the background at once. A port that another instance serves already is left alone.
 * lab-stream -: the same for one client, on a socket that is its descriptor 3, and in the foreground.
 *
 * Both sides send frames: a type (1 byte), the payload's length (4 bytes, little endian), and the payload, of MAX_PAYLOAD bytes at most.
 * A byte 0 in place of a type is padding. src/qemu/stream/frames.ts is the client's side.
 *
 * A client that was killed may have left half a frame behind. So a client begins with padding that is longer than any frame, and with
 * HELLO and a nonce, which ends whatever still runs; it takes nothing for an answer before its nonce has come back. It greets again until then:
 * what comes while the port is opened anew for it is lost.
 */
#include "linux.h"

#define HEADER 5
/* With its header no more than one write to a virtio-serial port takes (port_fops_write of Linux's virtio_console.c). */
#define MAX_PAYLOAD (32 * 1024 - HEADER)
#define MAX_FRAME (HEADER + MAX_PAYLOAD)
/* Bytes of input that the client may send before it is told that they were taken. */
#define WINDOW (256 * 1024)
#define MAX_COMMAND (2 * 1024 * 1024)
#define MAX_ARGUMENTS 65536
#define MAX_PROCESSES 65536
#define NONCE 16
/* ms: what does not end by SIGTERM is killed after this. */
#define FORCE_MS 2000
/* ms: what a terminal's last bytes may take from the program that wrote them to here. */
#define TERMINAL_MS 100
/* ms: how often it is asked whether a client has come, should the kernel's signal be missed. */
#define IDLE_MS 1000

enum { HELLO = 'H', ARGUMENTS = 'A', RUN = 'R', INPUT = 'I', INPUT_END = 'E', WINDOW_SIZE = 'W', SIGNAL = 'K' };
enum { STDOUT = 'O', STDERR = 'S', TAKEN = 'C', ENDED = 'Z' };
/* In the payload of RUN, before the window's size. */
enum { WITH_INPUT = 1, WITH_TERMINAL = 2 };

static char **environment;
/* Of the port; null: it is a socket that was there from the beginning. */
static const char *path;
static int port = -1;
/* Readable when somebody connects or disconnects. */
static int changes;

/* What came from the client and is no whole frame yet, and what goes to it. */
static u8 received[MAX_FRAME];
static u64 received_bytes;
static u8 outgoing[4 * MAX_FRAME];
static u64 outgoing_start, outgoing_end;

/* The arguments so far, each ended by a zero byte. */
static char command[MAX_COMMAND];
static u64 command_bytes;
static char *argv[MAX_ARGUMENTS + 1];

/* The command that runs: the process that keeps it, its process group, the ends of its pipes here, and its input that it has not read. */
static int keeper, group;
static int status_pipe = -1, input = -1, output[2] = {-1, -1};
static int has_terminal, input_ends, has_ended;
static u8 exit_code;
static long last_bytes_until;
static u8 pending[WINDOW];
static u64 pending_start, pending_bytes;

static void close_end(int *fd) {
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

static void set_nonblocking(int fd) { fcntl(fd, F_SETFL, fcntl(fd, F_GETFL, 0) | O_NONBLOCK); }

static int is_for_later(long result) { return result == -EAGAIN || result == -EINTR; }

static void wait_ms(int ms) { poll(0, 0, ms); }

/* ---- what is sent ---- */

static int has_room(void) {
    if (outgoing_start == outgoing_end) outgoing_start = outgoing_end = 0;
    return sizeof outgoing - outgoing_end >= MAX_FRAME;
}

static void put_header(u8 type, u64 bytes) {
    u8 *at = outgoing + outgoing_end;
    at[0] = type;
    at[1] = bytes;
    at[2] = bytes >> 8;
    at[3] = bytes >> 16;
    at[4] = bytes >> 24;
    outgoing_end += HEADER;
}

/* The caller has looked whether there is room. */
static void put_frame(u8 type, const void *payload, u64 bytes) {
    put_header(type, bytes);
    memcpy(outgoing + outgoing_end, payload, bytes);
    outgoing_end += bytes;
}

static void send_outgoing(void) {
    while (outgoing_start < outgoing_end) {
        long sent = write(port, outgoing + outgoing_start, outgoing_end - outgoing_start);
        if (sent <= 0) return;
        outgoing_start += sent;
    }
}

/* ---- how a command is kept, and ended with all that it has started ---- */

static int processes[MAX_PROCESSES], parents[MAX_PROCESSES];
static int family[MAX_PROCESSES + 1];

/* The parent of a process, or 0. */
static int parent_of(int process) {
    char name[32], text[512];
    long bytes, at;
    int file;
    put_text(put_number(put_text(name, "/proc/"), process), "/stat");
    file = open(name, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    bytes = read(file, text, sizeof text - 1);
    close(file);
    if (bytes <= 0) return 0;
    text[bytes] = 0;
    /* `PID (NAME) STATE PARENT`, and the name may hold anything. */
    for (at = bytes - 1; at > 0 && text[at] != ')'; at--) {
    }
    return at > 0 && at + 4 < bytes ? (int)number_of(text + at + 4) : 0;
}

/* Fills `processes` and `parents`; returns how many there are. */
static int list_processes(void) {
    static char entries[16 * 1024];
    int count = 0, folder = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    long bytes, at;
    while (folder >= 0 && (bytes = getdents64(folder, entries, sizeof entries)) > 0) {
        for (at = 0; at < bytes;) {
            struct dirent64 *entry = (struct dirent64 *)(entries + at);
            int process = number_of(entry->name);
            at += entry->bytes;
            if (process == 0 || count == MAX_PROCESSES) continue;
            processes[count] = process;
            parents[count] = parent_of(process);
            count++;
        }
    }
    if (folder >= 0) close(folder);
    return count;
}

/* Sends a signal to all that this process has started, directly or not. */
static void signal_descendants(int signal) {
    int count = list_processes(), found = 1, next, i;
    family[0] = getpid();
    for (next = 0; next < found; next++)
        for (i = 0; i < count && found <= MAX_PROCESSES; i++)
            if (parents[i] == family[next]) family[found++] = processes[i];
    for (i = 1; i < found; i++) kill(family[i], signal);
}

/* Ends all that is below this process, which is the parent of whatever has lost its own. */
static void end_descendants(void) {
    long deadline = now_ms() + FORCE_MS;
    signal_descendants(SIGTERM);
    /* A stopped process does not end before it goes on. */
    signal_descendants(SIGCONT);
    for (;;) {
        int gone = wait4(-1, 0, WNOHANG);
        if (gone > 0) continue;
        if (gone == -ECHILD) return;
        if (now_ms() >= deadline) signal_descendants(SIGKILL);
        wait_ms(5);
    }
}

/* The code of a status of wait4, as a shell has it. */
static u8 code_of(int status) { return status & 0x7f ? 128 + (status & 0x7f) : status >> 8; }

/* The parent of the command, and of what the command leaves without one, as long as the command runs. */
static void keep(int child, int report) {
    int signals = signalfd(bit(SIGTERM) | bit(SIGCHLD));
    struct pollfd asked = {signals, POLLIN, 0};
    u8 notice[128];
    for (;;) {
        int status, gone;
        poll(&asked, 1, -1);
        while (read(signals, notice, sizeof notice) > 0)
            if (notice[0] == SIGTERM) {
                end_descendants();
                end(0);
            }
        while ((gone = wait4(-1, &status, WNOHANG)) > 0) {
            u8 code = code_of(status);
            if (gone != child) continue;
            write(report, &code, 1);
            /* What it has left running goes on without it, as it does in a shell. */
            end(0);
        }
    }
}

/* ---- the beginning and the end of a command ---- */

static int find_arguments(void) {
    u64 at;
    int count = 0;
    for (at = 0; at < command_bytes && count < MAX_ARGUMENTS; at += length(command + at) + 1) argv[count++] = command + at;
    argv[count] = 0;
    return count;
}

static void run_child(int in, int out, int error) {
    char text[64];
    int refusal;
    setsid();
    if (has_terminal) ioctl(in, TIOCSCTTY, 0);
    dup2(in, 0);
    dup2(out, 1);
    dup2(error, 2);
    set_signal(SIGHUP, SIG_DFL);
    set_signal(SIGPIPE, SIG_DFL);
    set_mask(0);
    refusal = execve(argv[0], argv, environment);
    put_text(put_number(put_text(text, "lab-stream: the command cannot be started: error "), -refusal), "\n");
    write(2, text, length(text));
    end(refusal == -ENOENT ? 127 : 126);
}

static void set_window(int terminal, const u8 *size) {
    struct winsize window = {size[0] | size[1] << 8, size[2] | size[3] << 8, 0, 0};
    ioctl(terminal, TIOCSWINSZ, &window);
}

/* Opens a terminal. Returns its master, or a negative error. */
static int open_terminal(int *slave) {
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC), locked = 0;
    u32 number = 0;
    char name[32];
    if (master < 0) return master;
    ioctl(master, TIOCSPTLCK, &locked);
    ioctl(master, TIOCGPTN, &number);
    put_number(put_text(name, "/dev/pts/"), number);
    *slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*slave >= 0) return master;
    close(master);
    return *slave;
}

/* Opens what a command is to have for its streams: its ends, and those here. Returns a negative error if that fails. */
static int open_streams(int with_input, const u8 *size, int theirs[3], int ours[3]) {
    int in[2], out[2], error[2], result;
    if (has_terminal) {
        int master = open_terminal(&theirs[0]);
        if (master < 0) return master;
        set_window(master, size);
        theirs[1] = theirs[2] = theirs[0];
        ours[0] = master;
        ours[1] = dup(master);
        return 0;
    }
    if ((result = pipe(out)) < 0 || (result = pipe(error)) < 0) return result;
    theirs[1] = out[1];
    theirs[2] = error[1];
    ours[1] = out[0];
    ours[2] = error[0];
    if (!with_input) {
        theirs[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        return theirs[0];
    }
    if ((result = pipe(in)) < 0) return result;
    theirs[0] = in[0];
    ours[0] = in[1];
    return 0;
}

/* Starts the command below a keeper. Returns its process, or a negative error. */
static int start_command(const int streams[3], int report) {
    int begun[2], child = 0, result = pipe(begun);
    if (result < 0) return result;
    keeper = fork();
    if (keeper == 0) {
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        set_mask(bit(SIGTERM) | bit(SIGCHLD));
        close(port);
        child = fork();
        if (child == 0) run_child(streams[0], streams[1], streams[2]);
        write(begun[1], &child, sizeof child);
        /* The command alone holds its streams: their end is its end. */
        for (result = 0; result < 64; result++)
            if (result != report) close(result);
        keep(child, report);
    }
    close(begun[1]);
    if (keeper > 0 && read(begun[0], &child, sizeof child) != sizeof child) child = -EAGAIN;
    close(begun[0]);
    return keeper < 0 ? keeper : child;
}

static void tell_failure(int error) {
    char text[80];
    put_text(put_number(put_text(text, "lab-stream: the guest cannot start the command: error "), -error), "\n");
    put_frame(STDERR, text, length(text));
    exit_code = 126;
    has_ended = 1;
    last_bytes_until = 0;
}

/* Whether there is a command that was begun and whose end has not been told. */
static int is_busy(void) { return keeper > 0 || has_ended; }

static void begin(const u8 *payload) {
    int theirs[3] = {-1, -1, -1}, ours[3] = {-1, -1, -1}, report[2] = {-1, -1}, result, i;
    has_terminal = (payload[0] & WITH_TERMINAL) != 0;
    input_ends = 0;
    pending_start = pending_bytes = 0;
    find_arguments();
    result = open_streams(payload[0] & WITH_INPUT, payload + 1, theirs, ours);
    if (result >= 0) result = pipe(report);
    if (result >= 0) result = start_command(theirs, report[1]);
    group = result;
    for (i = 0; i < 3; i++) {
        if (ours[i] >= 0) set_nonblocking(ours[i]);
        if (i == 0 || theirs[i] != theirs[0]) close_end(&theirs[i]);
    }
    close_end(&report[1]);
    input = ours[0];
    output[0] = ours[1];
    output[1] = ours[2];
    status_pipe = report[0];
    if (status_pipe >= 0) set_nonblocking(status_pipe);
    if (result >= 0) return;
    keeper = group = 0;
    close_end(&status_pipe);
    tell_failure(result);
}

/* Forgets the command that ran. */
static void forget(void) {
    close_end(&status_pipe);
    close_end(&input);
    close_end(&output[0]);
    close_end(&output[1]);
    keeper = group = has_terminal = has_ended = input_ends = 0;
    pending_start = pending_bytes = command_bytes = 0;
}

static void end_command(void) {
    if (keeper > 0) {
        kill(keeper, SIGTERM);
        wait4(keeper, 0, 0);
    }
    forget();
}

/* ---- what is received ---- */

static void take_arguments(const u8 *payload, u64 bytes) {
    if (command_bytes + bytes >= MAX_COMMAND) return;
    memcpy(command + command_bytes, payload, bytes);
    command_bytes += bytes;
    command[command_bytes] = 0;
}

static void take_input(const u8 *payload, u64 bytes) {
    u64 at = (pending_start + pending_bytes) % WINDOW, first = WINDOW - at;
    if (bytes > WINDOW - pending_bytes) return;
    if (first > bytes) first = bytes;
    memcpy(pending + at, payload, first);
    memcpy(pending, payload + first, bytes - first);
    pending_bytes += bytes;
}

static void take_frame(u8 type, const u8 *payload, u64 bytes) {
    switch (type) {
    case HELLO:
        if (bytes != NONCE) return;
        end_command();
        outgoing_start = outgoing_end = 0;
        put_frame(HELLO, payload, bytes);
        return;
    case ARGUMENTS:
        if (!is_busy()) take_arguments(payload, bytes);
        return;
    case RUN:
        if (bytes == 5 && !is_busy() && command_bytes > 0) begin(payload);
        return;
    case INPUT:
        take_input(payload, bytes);
        return;
    case INPUT_END:
        input_ends = 1;
        return;
    case WINDOW_SIZE:
        if (bytes == 4 && has_terminal && input >= 0) set_window(input, payload);
        return;
    case SIGNAL:
        if (bytes == 1 && group > 0) kill(-group, payload[0]);
        return;
    }
}

/* Takes whole frames off the beginning of what was received. */
static void take_frames(void) {
    u64 at = 0;
    while (at < received_bytes) {
        const u8 *frame = received + at;
        u64 bytes;
        if (frame[0] == 0) {
            at++;
            continue;
        }
        if (received_bytes - at < HEADER) break;
        bytes = frame[1] | frame[2] << 8 | (u64)frame[3] << 16 | (u64)frame[4] << 24;
        if (bytes > MAX_PAYLOAD) {
            /* No frame at all: what a client that is gone left behind. The next one begins with padding. */
            at++;
            continue;
        }
        if (received_bytes - at < HEADER + bytes) break;
        take_frame(frame[0], frame + HEADER, bytes);
        at += HEADER + bytes;
    }
    received_bytes -= at;
    move_down(received, received + at, received_bytes);
}

/* Returns 0 when nobody is connected on the other side. */
static int receive(void) {
    for (;;) {
        long bytes = read(port, received + received_bytes, sizeof received - received_bytes);
        if (bytes <= 0) return is_for_later(bytes);
        received_bytes += bytes;
        take_frames();
    }
}

/* ---- between the command and the port ---- */

static void tell_taken(u64 bytes) {
    u8 count[4] = {bytes, bytes >> 8, bytes >> 16, bytes >> 24};
    if (bytes > 0) put_frame(TAKEN, count, sizeof count);
}

/* A command that reads no more: what still comes is taken and dropped, as a pipe that is closed does. */
static void drop_input(void) {
    tell_taken(pending_bytes);
    pending_bytes = 0;
}

static void feed_input(void) {
    u64 taken = 0;
    while (pending_bytes > 0) {
        u64 piece = WINDOW - pending_start < pending_bytes ? WINDOW - pending_start : pending_bytes;
        long bytes = write(input, pending + pending_start, piece);
        if (is_for_later(bytes)) break;
        if (bytes <= 0) {
            close_end(&input);
            break;
        }
        pending_start = (pending_start + bytes) % WINDOW;
        pending_bytes -= bytes;
        taken += bytes;
    }
    tell_taken(taken);
    if (!input_ends || pending_bytes > 0) return;
    /* A terminal's input has no end; the line discipline makes one of ^D. */
    if (has_terminal) write(input, "\004", 1);
    else close_end(&input);
    input_ends = 0;
}

/* Reads once from the command's output. Returns whether there may be more. */
static int take_output(int which) {
    long bytes;
    if (output[which] < 0 || !has_room()) return 0;
    bytes = read(output[which], outgoing + outgoing_end + HEADER, MAX_PAYLOAD);
    if (is_for_later(bytes)) return 0;
    if (bytes <= 0) {
        close_end(&output[which]);
        return 0;
    }
    put_header(which == 0 ? STDOUT : STDERR, bytes);
    outgoing_end += bytes;
    return 1;
}

static void take_status(void) {
    long bytes = read(status_pipe, &exit_code, 1);
    if (is_for_later(bytes)) return;
    /* A keeper that ended without a word was killed. */
    if (bytes <= 0) exit_code = 128 + SIGKILL;
    close_end(&status_pipe);
    wait4(keeper, 0, 0);
    keeper = group = 0;
    has_ended = 1;
    last_bytes_until = now_ms() + TERMINAL_MS;
}

/* Tells how the command ended, once all that it wrote is on its way. What it left running may hold its output open: it is not awaited. */
static void tell_end(void) {
    int more = take_output(0);
    more |= take_output(1);
    if (more || !has_room()) return;
    if (has_terminal && output[0] >= 0 && now_ms() < last_bytes_until) return;
    put_frame(ENDED, &exit_code, 1);
    forget();
}

/* ---- the port ---- */

/* Opens it anew, which drops what an earlier client has left in it. */
static void open_port(void) {
    if (!path) end(0);
    close_end(&port);
    received_bytes = outgoing_start = outgoing_end = 0;
    port = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (port < 0) end(1);
    fcntl(port, F_SETOWN, getpid());
    fcntl(port, F_SETFL, fcntl(port, F_GETFL, 0) | O_ASYNC);
}

static void drain_changes(void) {
    u8 notices[512];
    while (read(changes, notices, sizeof notices) > 0) {
    }
}

static int is_connected(void) {
    struct pollfd asked = {port, POLLIN | POLLOUT, 0};
    poll(&asked, 1, 0);
    return (asked.revents & (POLLHUP | POLLERR)) == 0;
}

/* A port without a client says so all the time, so that it cannot be waited for; Linux sends SIGIO when one connects. */
static void await_client(void) {
    while (!is_connected()) {
        struct pollfd asked = {changes, POLLIN, 0};
        poll(&asked, 1, IDLE_MS);
        drain_changes();
    }
}

static int add(struct pollfd *all, int count, int fd, int events) {
    all[count].fd = fd;
    all[count].events = events;
    all[count].revents = 0;
    return count + 1;
}

static void wait_for_something(void) {
    struct pollfd all[6];
    int count = add(all, 0, changes, POLLIN), i;
    count = add(all, count, port, POLLIN | (outgoing_start < outgoing_end ? POLLOUT : 0));
    if (status_pipe >= 0) count = add(all, count, status_pipe, POLLIN);
    if (input >= 0 && pending_bytes > 0) count = add(all, count, input, POLLOUT);
    for (i = 0; i < 2; i++)
        if (output[i] >= 0 && has_room()) count = add(all, count, output[i], POLLIN);
    poll(all, count, has_ended ? 10 : -1);
    drain_changes();
}

static void serve(void) {
    for (;;) {
        if (!is_connected() || !receive()) {
            end_command();
            open_port();
            await_client();
            continue;
        }
        if (has_room()) {
            if (input >= 0) feed_input();
            if (input < 0) drop_input();
        }
        if (status_pipe >= 0) take_status();
        if (has_ended) tell_end();
        else {
            take_output(0);
            take_output(1);
        }
        send_outgoing();
        wait_for_something();
    }
}

static void prepare(void) {
    set_signal(SIGHUP, SIG_IGN);
    set_signal(SIGPIPE, SIG_IGN);
    set_mask(bit(SIGIO));
    changes = signalfd(bit(SIGIO));
}

static void serve_port(const char *name) {
    path = name;
    setsid();
    prepare();
    open_port();
    await_client();
    serve();
}

static void serve_socket(void) {
    port = dup(3);
    close(3);
    set_nonblocking(port);
    prepare();
    serve();
}

void start(long *stack) {
    int count = (int)stack[0], i, null = open("/dev/null", O_RDWR);
    char **arguments = (char **)(stack + 1);
    environment = arguments + count + 1;
    for (i = 0; i < 3; i++) dup2(null, i);
    if (count == 2 && arguments[1][0] == '-' && arguments[1][1] == 0) serve_socket();
    for (i = 3; i < 64; i++) close(i);
    chdir("/");
    for (i = 1; i < count; i++)
        if (fork() == 0) serve_port(arguments[i]);
    end(count > 1 ? 0 : 2);
}
