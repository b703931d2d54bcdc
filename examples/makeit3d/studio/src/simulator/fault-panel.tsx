import { useEffect, useRef } from "react";
import { Icon } from "../shell/icon.tsx";
import { Traffic } from "./traffic.tsx";
import { type Fault, type Simulator, useDesk } from "./use-simulator.ts";

const faults: readonly { name: string; text: string; code: string; fault: Fault | null }[] = [
  { name: "Nothing unusual", text: "All goes well", code: "", fault: null },
  {
    name: "Too many at once",
    text: "The vendor refuses, and takes it a little later",
    code: "429",
    fault: { kind: "rate_limited", retryAfter: 5 },
  },
  { name: "Declined", text: "The safety check stops it", code: "moderated", fault: { kind: "moderated" } },
  {
    name: "Line drops",
    text: "Cut after the vendor accepted",
    code: "drop",
    fault: { kind: "drop_after_accept" },
  },
  { name: "Broken", text: "The vendor has trouble of its own", code: "500", fault: { kind: "server_error" } },
  {
    name: "Slow",
    text: "The answer takes 15 s",
    code: "+15 s",
    fault: { kind: "latency", latencyMs: 15_000 },
  },
];

/** For developers: what the next request meets, what passed, and proof that nothing is bought twice. */
export function FaultPanel({ simulator, onClose }: { simulator: Simulator; onClose: () => void }) {
  const title = useRef<HTMLHeadingElement>(null);
  const { desk, refresh } = useDesk(simulator);
  const armed = faults.find(({ fault }) => (fault?.kind ?? null) === (desk?.armed ?? null))?.name;
  useEffect(() => title.current?.focus(), []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") onClose();
    };
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("keydown", onKey);
      document.querySelector<HTMLElement>(".dev")?.focus();
    };
  }, [onClose]);
  const arm = async (fault: Fault | null) => {
    await simulator.arm(fault);
    refresh();
  };
  return (
    <aside className="faults" aria-labelledby="fault-title">
      <header>
        <div>
          <p className="eyebrow">For developers</p>
          <h2 id="fault-title" tabIndex={-1} ref={title}>
            Simulator
          </h2>
        </div>
        <button type="button" className="ghost" onClick={onClose}>
          <Icon name="close" />
          <span className="sr">Close the simulator panel</span>
        </button>
      </header>
      <fieldset>
        <legend>What the next purchase meets</legend>
        {faults.map(({ name, text, code, fault }) => (
          <label className="fault" key={name}>
            <input type="radio" name="fault" checked={armed === name} onChange={() => void arm(fault)} />
            <span>
              <b>{name}</b>
              <code>{code}</code>
              <small>{text}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <dl className="counter">
        <Figure name="Bought" value={desk?.bought} />
        <Figure name="Asked for" value={desk?.asked} />
        <Figure name="Bought twice" value={desk?.twice} />
      </dl>
      <Traffic passed={desk?.passed ?? []} url={simulator.url} />
    </aside>
  );
}

function Figure({ name, value }: { name: string; value: number | undefined }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value ?? "–"}</dd>
    </div>
  );
}
