import { useState } from "react";
import { Composer } from "../composer/composer.tsx";
import { HistoryDrawer } from "../history/history-drawer.tsx";
import { LoupeProvider } from "../loupe/loupe-place.tsx";
import { FaultPanel } from "../simulator/fault-panel.tsx";
import { useSimulator } from "../simulator/use-simulator.ts";
import { useStudio } from "../state/studio.tsx";
import { Table } from "../table/table.tsx";
import { Topbar } from "./topbar.tsx";

/** The page of somebody who is signed in. */
export function StudioPage({ name, onLeave }: { name: string; onLeave: () => void }) {
  const { sheet } = useStudio();
  const [history, setHistory] = useState(false);
  const simulator = useSimulator();
  const [panel, setPanel] = useState(false);
  return (
    <LoupeProvider>
      <button
        type="button"
        className="skip"
        onClick={() => document.querySelector<HTMLElement>("#board")?.focus()}
      >
        Skip to your table
      </button>
      <Topbar
        name={name}
        onHistory={() => setHistory(true)}
        onLeave={onLeave}
        simulator={simulator ? { open: panel, toggle: () => setPanel((open) => !open) } : null}
      />
      <div className="shell">
        <Composer />
        <Table />
      </div>
      <div className="dock" inert={sheet.open}>
        <button type="button" className="make" onClick={sheet.show}>
          <span>Make something</span>
        </button>
      </div>
      <div className="scrim" onPointerDown={sheet.hide} />
      {history ? <HistoryDrawer onClose={() => setHistory(false)} /> : null}
      {simulator && panel ? <FaultPanel simulator={simulator} onClose={() => setPanel(false)} /> : null}
    </LoupeProvider>
  );
}
