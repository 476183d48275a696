#include "process.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TREE_MAX = 256, PROCESSES_MAX = 4096 };

struct relation {
    pid_t child, parent;
};

static pid_t parent_of(pid_t pid) {
    char path[64], line[512];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file) return -1;
    size_t length = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[length] = 0;
    // The command name may hold anything, parentheses too: the fields begin after the last one.
    const char *after = strrchr(line, ')');
    int parent;
    return after && sscanf(after + 1, " %*c %d", &parent) == 1 ? parent : -1;
}

/// `root` and its descendants, breadth first.
static size_t process_tree(pid_t root, pid_t tree[TREE_MAX]) {
    static struct relation all[PROCESSES_MAX];
    size_t known = 0, count = 1;
    tree[0] = root;
    DIR *proc = opendir("/proc");
    if (!proc) return count;
    for (struct dirent *entry; (entry = readdir(proc)) && known < PROCESSES_MAX;) {
        if (!isdigit((unsigned char)entry->d_name[0])) continue;
        pid_t pid = (pid_t)atoi(entry->d_name);
        all[known++] = (struct relation){pid, parent_of(pid)};
    }
    closedir(proc);
    for (size_t at = 0; at < count; at++)
        for (size_t i = 0; i < known && count < TREE_MAX; i++)
            if (all[i].parent == tree[at]) tree[count++] = all[i].child;
    return count;
}

static bool add_cpu(pid_t pid, struct process_sample *sample) {
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) return false;
    sample->cpu_ns += (uint64_t)used.tv_sec * 1000000000ull + (uint64_t)used.tv_nsec;
    sample->processes++;
    return true;
}

static void add_memory(pid_t pid, struct process_sample *sample) {
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
    FILE *file = fopen(path, "r");
    if (!file) return;
    while (fgets(line, sizeof line, file)) {
        unsigned long long kilobytes;
        if (sscanf(line, "Rss: %llu kB", &kilobytes) == 1) sample->rss += kilobytes * 1024;
        if (sscanf(line, "Pss: %llu kB", &kilobytes) == 1) sample->pss += kilobytes * 1024;
    }
    fclose(file);
}

static bool sample_tree(pid_t root, bool memory, struct process_sample *sample) {
    pid_t tree[TREE_MAX];
    size_t count = process_tree(root, tree);
    *sample = (struct process_sample){0};
    if (!add_cpu(root, sample)) return false;
    // A descendant may end while it is looked at; only the root has to be there.
    for (size_t i = 1; i < count; i++) add_cpu(tree[i], sample);
    for (size_t i = 0; memory && i < count; i++) add_memory(tree[i], sample);
    return true;
}

bool sample_cpu(pid_t root, struct process_sample *sample) { return sample_tree(root, false, sample); }

bool sample_cpu_and_memory(pid_t root, struct process_sample *sample) { return sample_tree(root, true, sample); }
