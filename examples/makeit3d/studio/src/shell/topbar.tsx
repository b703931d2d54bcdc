import { useStudio } from "../state/studio.tsx";
import { BalanceButton } from "./balance.tsx";
import { Brand, Icon } from "./icon.tsx";
import { switchTheme, useTheme } from "./theme.ts";

export function Topbar({
  name,
  onHistory,
  onLeave,
  simulator,
}: {
  name: string;
  onHistory: () => void;
  onLeave: () => void;
  /** The developers' panel, where the server offers one. */
  simulator: { open: boolean; toggle: () => void } | null;
}) {
  const { sheet } = useStudio();
  const theme = useTheme();
  return (
    <header className="topbar" inert={sheet.open}>
      <p className="brand">
        <Brand />
      </p>
      <div className="tools">
        <BalanceButton onPress={onHistory} />
        <button type="button" className="ghost history-button" aria-haspopup="dialog" onClick={onHistory}>
          <Icon name="ledger" />
          <span>History</span>
        </button>
        {simulator ? (
          <button
            type="button"
            className="ghost dev"
            aria-expanded={simulator.open}
            onClick={simulator.toggle}
          >
            <Icon name="flask" />
            <span className="sr">Simulator panel for developers</span>
          </button>
        ) : null}
        <button type="button" className="ghost" onClick={switchTheme}>
          <Icon name={theme === "dark" ? "sun" : "moon"} />
          <span className="sr">Switch to {theme === "dark" ? "light" : "dark"}</span>
        </button>
        <button type="button" className="ghost who" aria-label={`${name}, sign out`} onClick={onLeave}>
          <span aria-hidden="true">{name.trim().charAt(0).toUpperCase()}</span>
        </button>
      </div>
    </header>
  );
}
