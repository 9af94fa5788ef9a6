/* SPDX-License-Identifier: BSD-3-Clause */
/* What control groups of Linux let a process have of the processors' time. */
#ifndef NN_CPU_QUOTA_H
#define NN_CPU_QUOTA_H

/*
 * The smallest quota of the process's control group and the groups around it, in processors;
 * HUGE_VAL where there is none. Versions 1 and 2. The files are read below root: "" for the
 * system's own /proc/self/cgroup and /sys/fs/cgroup.
 */
double nn_read_cpu_quota(const char *root);

#endif
