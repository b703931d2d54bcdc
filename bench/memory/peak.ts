import { readFileSync, writeFileSync } from "node:fs";

/** The most that was resident since somebody began to watch. */
export interface Peak {
  /** Until now. */
  bytes(): number;
  stop(): void;
}

const sampleMs = 20;

/**
 * Watches another process.
 *
 * Linux keeps the peak itself and forgets it on demand, so that no moment is missed; where it does not (a container may
 * forbid it), the process is looked at every 20 ms.
 */
export function watchPeak(pid: number): Peak {
  let most = residentBytes(pid);
  const exact = forgetPeak(pid);
  const sample = () => {
    most = Math.max(most, residentBytes(pid));
  };
  const timer = setInterval(sample, sampleMs);
  return {
    bytes() {
      sample();
      return exact ? statusBytes(pid, "VmHWM") : most;
    },
    stop: () => clearInterval(timer),
  };
}

/** What is resident now, in bytes. */
export function residentBytes(pid: number): number {
  return statusBytes(pid, "VmRSS");
}

/** Makes the kernel's peak what is resident now; `false` where it does not. */
function forgetPeak(pid: number): boolean {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, "5");
  } catch {
    return false;
  }
  const slackBytes = 1_000_000;
  return statusBytes(pid, "VmHWM") <= residentBytes(pid) + slackBytes;
}

/** @throws Error - this is no Linux, or the process is gone. */
function statusBytes(pid: number, field: "VmRSS" | "VmHWM"): number {
  const [, kibibytes] =
    new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  if (kibibytes === undefined) throw new Error(`process ${pid} has no ${field}`);
  return Number(kibibytes) * 1024;
}
