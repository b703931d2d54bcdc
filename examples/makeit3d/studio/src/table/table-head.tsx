import { useEffect } from "react";
import { useStudio } from "../state/studio.tsx";
import { Shelf } from "./shelf.tsx";
import { tableTitle } from "./steps.ts";

/** What this table is about, and how it stands. */
export function TableHead() {
  const { steps } = useStudio();
  const title = tableTitle(steps);
  useEffect(() => {
    document.title = `${title} · Studio`;
    return () => {
      document.title = "Studio";
    };
  }, [title]);
  const working = steps.filter((step) => step.state === "processing").length;
  const waiting = steps.filter((step) => step.state === "pending").length;
  const status =
    [working && `${working} being made`, waiting && `${waiting} waiting`].filter(Boolean).join(", ") ||
    (steps.some((step) => step.kind !== "input") ? "Everything is ready" : "Nothing is made of it yet");
  return (
    <header className="table-head">
      <div>
        <p className="eyebrow">On your table</p>
        <h1>{title}</h1>
        <p className="sub">{status}. Your work is kept, also when you close the page.</p>
      </div>
      <Shelf />
    </header>
  );
}
