// The Linux calls that Swift's Glibc module lacks or imports with awkward types.
// Header-only: every function here is a thin, static wrapper without state.

#ifndef CLINUX_SHIM_H
#define CLINUX_SHIM_H

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

// Declared here, since _GNU_SOURCE would make the headers differ from those in Swift's Glibc module.
extern int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags);
extern int pipe2(int descriptors[2], int flags);
extern int close_range(unsigned int first, unsigned int last, int flags);

// epoll's flags are an enum in glibc, and EPOLLET is a negative int in it.
static const uint32_t clinux_EPOLLIN = 0x001;
static const uint32_t clinux_EPOLLOUT = 0x004;
static const uint32_t clinux_EPOLLERR = 0x008;
static const uint32_t clinux_EPOLLHUP = 0x010;
static const uint32_t clinux_EPOLLRDHUP = 0x2000;
static const uint32_t clinux_EPOLLET = 0x80000000u;

// epoll_event is packed and its data a union: Swift sees neither well.
static inline int clinux_epoll_ctl(int epoll, int operation, int fd, uint32_t events, uint64_t data) {
    struct epoll_event event = {.events = events, .data = {.u64 = data}};
    return epoll_ctl(epoll, operation, fd, &event);
}

static inline uint64_t clinux_event_data(struct epoll_event event) { return event.data.u64; }

// Accepts one connection, non-blocking and close-on-exec.
static inline int clinux_accept(int listener, struct sockaddr *address, socklen_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

// Up to 256 bytes come whole once the kernel has any.
static inline long clinux_random(void *bytes, size_t count) {
    return getrandom(bytes, count, 0);
}

// Unix sockets: a path too long for sun_path fails with ENAMETOOLONG.
static inline int clinux_unix_address(const char *path, struct sockaddr_un *address) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address->sun_path, path);
    return 0;
}

static inline int clinux_bind_unix(int fd, const char *path) {
    struct sockaddr_un address;
    if (clinux_unix_address(path, &address) != 0) return -1;
    return bind(fd, (struct sockaddr *)&address, sizeof address);
}

static inline int clinux_connect_unix(int fd, const char *path) {
    struct sockaddr_un address;
    if (clinux_unix_address(path, &address) != 0) return -1;
    return connect(fd, (struct sockaddr *)&address, sizeof address);
}

// How many bytes the peer of a TCP connection has acknowledged since it was made; -1 for any other socket. The field's place in the kernel's
// struct tcp_info, which glibc's own copy ends before, is part of its ABI (linux/tcp.h, tcpi_bytes_acked).
static inline int64_t clinux_acknowledged_bytes(int fd) {
    unsigned char info[256];
    socklen_t length = sizeof info;
    uint64_t acknowledged;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &length) != 0 || length < 128) return -1;
    memcpy(&acknowledged, info + 120, sizeof acknowledged);
    return (int64_t)acknowledged;
}

// How many bytes were written to a socket that its peer has not acknowledged (tcp(7), SIOCOUTQ).
static inline int clinux_unacknowledged_bytes(int fd) {
    int count = 0;
    return ioctl(fd, SIOCOUTQ, &count) == 0 ? count : 0;
}

// Whether the peer of a stream socket has closed it.
static inline _Bool clinux_is_hung_up(int fd) {
    struct pollfd socket = {.fd = fd, .events = 0};
    return poll(&socket, 1, 0) > 0;
}

static inline int clinux_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

static inline int clinux_signalfd(const sigset_t *signals) { return signalfd(-1, signals, SFD_NONBLOCK | SFD_CLOEXEC); }

// Names the calling thread, as shown by `top -H`; the kernel keeps 15 bytes.
static inline void clinux_name_thread(const char *name) { prctl(PR_SET_NAME, name); }

// One heap for all threads: an arena a thread costs megabytes and gains nothing with five of them.
static inline void clinux_use_one_heap(void) { mallopt(M_ARENA_MAX, 1); }

// A pipe whose first descriptor, the one to read from, does not block.
static inline int clinux_pipe(int descriptors[2]) {
    if (pipe2(descriptors, O_CLOEXEC) != 0) return -1;
    fcntl(descriptors[0], F_SETFL, O_NONBLOCK);
    return 0;
}

// A descriptor that is readable once the child has ended (pidfd_open(2)), or -1.
static inline int clinux_pidfd(pid_t child) { return (int)syscall(SYS_pidfd_open, child, 0); }

// Tells the parent over `failure` why the child's program does not run, and ends the child.
static inline void clinux_give_up(int failure) {
    int code = errno;
    if (write(failure, &code, sizeof code) < 0) _exit(126);
    _exit(127);
}

// Makes the program out of the child that was forked for it; does not return.
static inline void clinux_become(const char *path, char *const arguments[], char *const environment[], int output,
                                 int errors, rlim_t files, pid_t parent, int failure) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(127);
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = files;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    int null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(errors, 2) < 0) clinux_give_up(failure);
    if (failure != 3 && dup2(failure, 3) < 0) clinux_give_up(failure);
    fcntl(3, F_SETFD, FD_CLOEXEC);
    close_range(4, ~0u, 0);
    execve(path, arguments, environment);
    clinux_give_up(3);
}

// Starts a child in a session of its own, with no signal blocked and only descriptors 0-2 open, that gets SIGTERM when
// the calling thread ends; what it has started itself does not. `output` and `errors` become its standard output and
// error; its standard input is /dev/null; `files` is its soft limit on open files. Returns its pid, or -1 with errno,
// also where the program cannot be run. A program that takes more than a second to load counts as running.
static inline pid_t clinux_spawn(const char *path, char *const arguments[], char *const environment[], int output,
                                 int errors, rlim_t files) {
    int failure[2];
    int code = 0;
    if (clinux_pipe(failure) != 0) return -1;
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) clinux_become(path, arguments, environment, output, errors, files, parent, failure[1]);
    if (child < 0) code = errno;
    close(failure[1]);
    struct pollfd answer = {.fd = failure[0], .events = POLLIN};
    if (child > 0 && (poll(&answer, 1, 1000) <= 0 || read(failure[0], &code, sizeof code) != sizeof code)) code = 0;
    close(failure[0]);
    if (code == 0) return child;
    if (child > 0) waitpid(child, NULL, 0);
    errno = code;
    return -1;
}

#endif
