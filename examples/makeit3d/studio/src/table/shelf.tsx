import type { TaskSummary } from "@genbff/client-sdk";
import { Icon } from "../shell/icon.tsx";
import { plural } from "../shell/words.ts";
import { useStudio } from "../state/studio.tsx";

const shownAtMost = 6;

/** My pieces of work, to go from one to another. */
export function Shelf() {
  const { shelf, taskId, goTo, newTable } = useStudio();
  const tasks = (shelf.tasks ?? []).slice(0, shownAtMost);
  return (
    <nav className="shelf" aria-label="Your tables">
      {tasks.map((task) => (
        <button
          type="button"
          key={task.task_id}
          aria-current={task.task_id === taskId || undefined}
          onClick={() => goTo(task.task_id)}
        >
          {task.thumbnail_url ? (
            <img src={task.thumbnail_url} alt="" width="48" height="48" />
          ) : (
            <Icon
              name={task.open > 0 ? "clock" : task.latest?.operation.endsWith("model") ? "wire" : "picture"}
            />
          )}
          <span>{nameOf(task)}</span>
        </button>
      ))}
      <button type="button" className="new" onClick={newTable}>
        <Icon name="plus" />
        <span>New table</span>
      </button>
    </nav>
  );
}

function nameOf(task: TaskSummary): string {
  const day = new Date(task.created_at).toLocaleString("en-GB", {
    day: "numeric",
    month: "long",
    hour: "numeric",
    minute: "2-digit",
  });
  const open = task.open > 0 ? `, ${task.open} being made` : "";
  return `Table of ${day}, ${plural(task.generations, "piece")}${open}`;
}
