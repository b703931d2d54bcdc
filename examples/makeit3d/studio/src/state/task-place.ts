import { useCallback, useSyncExternalStore } from "react";

const letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

/** A new name for a piece of work. The client makes it, so that it can be used before the server knows it. */
export function newTaskId(): string {
  const random = crypto.getRandomValues(new Uint8Array(16));
  const taskId = `work-${Array.from(random, (value) => letters[value % letters.length]).join("")}`;
  unused.add(taskId);
  return taskId;
}

const unused = new Set<string>();

/** Whether a name was made here and nothing was sent under it yet: then there is nothing to ask for. */
export function isUnused(taskId: string): boolean {
  return unused.has(taskId);
}

/** From now on the server may know it. */
export function markUsed(taskId: string): void {
  unused.delete(taskId);
}

function fromAddress(): string | null {
  return /(?:^#|[&,])task=([A-Za-z0-9_-]{1,128})/.exec(location.hash)?.[1] ?? null;
}

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}

/** Which piece of work is on the table. It stands in the address, so that a reload finds it. */
export function useTaskPlace(): [string | null, (taskId: string, how?: "replace") => void] {
  const taskId = useSyncExternalStore(subscribe, fromAddress);
  const go = useCallback((next: string, how?: "replace") => {
    const address = `#task=${next}`;
    if (how === "replace") {
      history.replaceState(null, "", address);
      dispatchEvent(new HashChangeEvent("hashchange"));
    } else location.hash = address;
  }, []);
  return [taskId, go];
}
