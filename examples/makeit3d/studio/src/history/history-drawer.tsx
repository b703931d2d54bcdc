import type { Movement } from "@genbff/client-sdk";
import { useCallback, useEffect, useRef, useState } from "react";
import { sentenceOf } from "../api/sentence.ts";
import { titleOfOperation } from "../composer/wishes.ts";
import { Icon } from "../shell/icon.tsx";
import { Radios } from "../shell/radios.tsx";
import { useStudio } from "../state/studio.tsx";
import { dayOf, type Entry, entriesOf, fateWord } from "./ledger.ts";

type Filter = "all" | "held" | "paid" | "back";
const filters = [
  { value: "all", label: "All" },
  { value: "held", label: "Set aside" },
  { value: "paid", label: "Paid" },
  { value: "back", label: "Came back" },
];

/** Where the credits are, and where they went. */
export function HistoryDrawer({ onClose }: { onClose: () => void }) {
  const { money, catalogue } = useStudio();
  const dialog = useRef<HTMLDialogElement>(null);
  const [filter, setFilter] = useState<Filter>("all");
  const { movements, more, problem } = useMovements();
  useEffect(() => dialog.current?.showModal(), []);
  const shut = () => dialog.current?.close();
  const entries = entriesOf(
    movements ?? [],
    (operation) => titleOfOperation(operation, catalogue?.operations ?? []) ?? "Something made for you",
  ).filter((entry) => matches(entry, filter));
  const days = [...Map.groupBy(entries, (entry) => dayOf(entry.at))];
  const { balance } = money;
  return (
    <dialog
      ref={dialog}
      className="drawer"
      aria-labelledby="history-title"
      // A press beside it shuts it too, where the browser knows how; the button and Escape always do.
      closedby="any"
      onClose={onClose}
    >
      <button type="button" className="ghost shut" onClick={shut}>
        <Icon name="close" />
        <span className="sr">Close</span>
      </button>
      <p className="eyebrow">Your credits</p>
      <h2 id="history-title">Where they are</h2>
      <dl className="sums">
        <Sum name="Free" value={balance?.available} />
        <Sum name="Set aside" value={balance?.held} />
        <Sum name="Paid so far" value={balance?.lifetime_spent} />
      </dl>
      <p className="explain">
        When you press Make, the price is set aside. What arrives is paid from it. The rest comes back by
        itself, at once.
      </p>
      <p className="key" aria-hidden="true">
        <span>
          <i className="paid" />
          paid
        </span>
        <span>
          <i className="wait" />
          set aside
        </span>
        <span>
          <i className="back" />
          came back
        </span>
      </p>
      <Radios
        name="filter"
        legend="Show"
        look="seg-small"
        options={filters}
        value={filter}
        onChange={(value) => setFilter(value as Filter)}
      />
      {problem ? (
        <p className="explain" role="alert">
          {problem}
        </p>
      ) : null}
      {movements === null && !problem ? <span className="skeleton line" /> : null}
      {days.map(([day, list]) => (
        <section key={day}>
          <h3>{day}</h3>
          <ol className="ledger">
            {list.map((entry) => (
              <Line key={entry.id} entry={entry} />
            ))}
          </ol>
        </section>
      ))}
      {movements !== null && entries.length === 0 ? (
        <p className="explain nothing">Nothing here yet. What you make will appear here.</p>
      ) : null}
      {more ? (
        <button type="button" className="button small older" onClick={more}>
          Show older ones
        </button>
      ) : null}
    </dialog>
  );
}

/** The movements so far, and the way to more. Read anew when the wallet changes. */
function useMovements() {
  const { client, money } = useStudio();
  const [movements, setMovements] = useState<Movement[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const read = useCallback(
    async (from: string | null) => {
      try {
        const page = await client.credits.history({ limit: 100, cursor: from });
        setMovements((before) => (from === null ? page.items : [...(before ?? []), ...page.items]));
        setCursor(page.next_cursor);
        setProblem(null);
      } catch (error) {
        setProblem(sentenceOf(error));
      }
    },
    [client],
  );
  const changes = `${money.balance?.available} ${money.balance?.held}`;
  useEffect(() => {
    void changes;
    void read(null);
  }, [read, changes]);
  return { movements, problem, more: cursor === null ? null : () => void read(cursor) };
}

function matches(entry: Entry, filter: Filter): boolean {
  if (filter === "all") return true;
  if (filter === "back") return entry.fate === "back" || entry.back > 0;
  return entry.fate === filter;
}

function Sum({ name, value }: { name: string; value: number | undefined }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value ?? "–"}</dd>
    </div>
  );
}

function Line({ entry }: { entry: Entry }) {
  return (
    <li className={entry.fate}>
      <div>
        <p className="what">{entry.what}</p>
        <p className="note">{entry.note}</p>
        <Squares entry={entry} />
      </div>
      <p className="sum">
        <b>
          {entry.fate === "added" ? "+" : ""}
          {entry.amount}
        </b>
        <span>{fateWord(entry.fate)}</span>
      </p>
    </li>
  );
}

const squaresAtMost = 60;

/** One square per credit: filled is paid, accent is set aside, hollow came back. */
function Squares({ entry }: { entry: Entry }) {
  if (entry.held === 0 || entry.held > squaresAtMost) return null;
  const kind = (position: number) =>
    entry.fate === "held" ? "wait" : position < entry.paid ? "paid" : "back";
  return (
    <span className="pips" aria-hidden="true">
      {Array.from({ length: entry.held }, (_, position) => position).map((position) => (
        <i className={kind(position)} key={position} />
      ))}
    </span>
  );
}
