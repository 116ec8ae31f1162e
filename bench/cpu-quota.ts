import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';

/** How long the kernel counts before it gives a group its time anew: short, so that a request waits little for its group's turn. */
const PERIOD_US = 40_000;
/** Less than a millisecond of a period is refused by the kernel. */
const LEAST_SHARE = 0.025;

/** A control group of Linux that may use so much of a core, and what is in it. */
export interface CpuQuota {
  /** Takes processes in; what they start from then on is in it too. */
  add(pids: readonly number[]): void;
  /** Removes the group, whose processes have ended. */
  remove(): void;
}

const V1 = '/sys/fs/cgroup/cpu';
const V2 = '/sys/fs/cgroup';

/** A share of a core as it was asked for. @throws Error where it is none, or too small a one */
export function shareOf(option: string, text: string): number {
  const share = Number(text);
  if (!(share >= LEAST_SHARE && share < Infinity))
    throw new Error(`${option} ${text}: must be how much of a core, at least ${LEAST_SHARE}`);
  return share;
}

/**
 * Makes a group of processes that together may use `cores` (0.2: a fifth of one).
 * @throws Error where this machine has no control groups that may be written (Linux, as root, not in an unprivileged container)
 */
export function cpuQuota(name: string, cores: number): CpuQuota {
  const isV1 = existsSync(`${V1}/cpu.cfs_quota_us`);
  const root = isV1 ? V1 : V2;
  const group = `${root}/plinth-bench-${process.pid}-${name}`;
  const quota = Math.round(PERIOD_US * cores);
  try {
    if (!isV1 && !readFileSync(`${root}/cgroup.subtree_control`, 'utf8').split(/\s/).includes('cpu'))
      writeFileSync(`${root}/cgroup.subtree_control`, '+cpu');
    mkdirSync(group);
    if (isV1) {
      writeFileSync(`${group}/cpu.cfs_period_us`, String(PERIOD_US));
      writeFileSync(`${group}/cpu.cfs_quota_us`, String(quota));
    } else writeFileSync(`${group}/cpu.max`, `${quota} ${PERIOD_US}`);
  } catch (error) {
    if (existsSync(group)) rmdirSync(group);
    const reason = (error as Error).message;
    throw new Error(`Shares of a core need Linux's control groups, as root: ${reason}`, { cause: error });
  }
  return {
    add: (pids) => {
      for (const pid of pids) {
        try {
          writeFileSync(`${group}/cgroup.procs`, String(pid));
        } catch (error) {
          // It has ended meanwhile.
          if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
        }
      }
    },
    remove: () => rmdirSync(group),
  };
}
