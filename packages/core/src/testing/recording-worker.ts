import type { Worker } from "../engine/port.ts";

/** A worker that only remembers; `due` is what its next sweep finds. */
export class RecordingWorker implements Worker {
  readonly advanced: string[] = [];
  readonly due: string[] = [];
  running = 0;
  mostAtOnce = 0;
  failNext = false;
  takesMs = 0;
  /** What every look waits for. */
  until: Promise<void> = Promise.resolve();

  async advance(generationId: string): Promise<void> {
    this.advanced.push(generationId);
    this.running += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
    try {
      await this.until;
      if (this.takesMs > 0) await new Promise((resolve) => setTimeout(resolve, this.takesMs));
      if (this.failNext) {
        this.failNext = false;
        throw new Error("the database went away");
      }
    } finally {
      this.running -= 1;
    }
  }

  async sweep(): Promise<readonly string[]> {
    return this.due.splice(0);
  }
}
