import { Banner } from "../shell/banner.tsx";
import { useStudio } from "../state/studio.tsx";
import { Board } from "./board.tsx";
import { Skeletons } from "./skeletons.tsx";
import { TableHead } from "./table-head.tsx";
import { Welcome } from "./welcome.tsx";

/** The right side: everything that lies on this table. */
export function Table() {
  const { sheet } = useStudio();
  return (
    <main className="table" inert={sheet.open}>
      <Banner />
      <div className="sheet-of-light">
        <Content />
      </div>
    </main>
  );
}

function Content() {
  const { table, steps, catalogue } = useStudio();
  if (table.state === "unreachable")
    return (
      <div className="welcome" id="board" tabIndex={-1}>
        <p className="eyebrow">Your table is safe</p>
        <h1>It cannot be fetched just now.</h1>
        <p className="lede">{table.sentence} We keep trying.</p>
      </div>
    );
  if (table.state === "loading" || !catalogue) return <Skeletons />;
  if (steps.length === 0) return <Welcome />;
  return (
    <>
      <TableHead />
      <Board />
    </>
  );
}
