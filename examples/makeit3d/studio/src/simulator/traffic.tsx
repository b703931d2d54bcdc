import type { Passed } from "./use-simulator.ts";

/** The last requests between the server and the vendors that the simulator plays. */
export function Traffic({ passed, url }: { passed: readonly Passed[]; url: string }) {
  return (
    <section className="traffic" aria-labelledby="traffic-title">
      <h3 id="traffic-title">What passed last</h3>
      {passed.length === 0 ? (
        <p className="hint">Nothing yet.</p>
      ) : (
        <ol>
          {passed.map((one) => (
            <li key={`${one.at} ${one.path} ${one.ms}`}>
              <code className="where">
                {one.method} <bdi>{one.path}</bdi>
              </code>
              <code>{one.status === 0 ? "cut" : one.status}</code>
              <small>
                {one.ms} ms{one.fault ? ` · ${one.fault}` : ""}
              </small>
            </li>
          ))}
        </ol>
      )}
      <p className="hint">
        <a className="link" href={url} target="_blank" rel="noreferrer">
          All faults and all traffic
        </a>
      </p>
    </section>
  );
}
