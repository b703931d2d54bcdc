import type { TaskSummary } from "@genbff/client-sdk";
import { useCallback, useEffect, useState } from "react";
import type { StudioClient } from "../api/client.ts";

export interface Shelf {
  /** `null` until the server has said it once. */
  tasks: TaskSummary[] | null;
  refresh: () => Promise<void>;
}

/** My pieces of work, newest first: enough for a row of small prints. */
export function useShelf(client: StudioClient): Shelf {
  const [tasks, setTasks] = useState<TaskSummary[] | null>(null);
  const refresh = useCallback(async () => {
    try {
      const page = await client.tasks({ limit: 12 });
      setTasks(page.items.filter((task) => task.generations > 0));
    } catch {
      // The row is a convenience: without it the table still works, and the next change asks again.
      setTasks((before) => before ?? []);
    }
  }, [client]);
  useEffect(() => {
    void refresh();
  }, [refresh]);
  return { tasks, refresh };
}
