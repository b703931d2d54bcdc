import { useStudio } from "../state/studio.tsx";
import { Icon } from "./icon.tsx";

/** Tells that the line is broken, when it is tried again, and that nothing was missed. */
export function Banner() {
  const { line, client } = useStudio();
  if (line.state === "open") return null;
  if (line.state === "back")
    return (
      <div className="banner back">
        <Icon name="check" />
        <p>
          <strong>You are back.</strong> Nothing was missed.
        </p>
      </div>
    );
  return (
    <div className="banner">
      <span className="pulse" aria-hidden="true" />
      <p>
        <strong>Your work goes on; reconnecting…</strong>{" "}
        <span className="quiet">
          {line.seconds === null ? "Trying now" : `Next try in ${line.seconds} s`}
        </span>
      </p>
      <button type="button" className="button small" onClick={() => client.connection.retryNow()}>
        Try now
      </button>
    </div>
  );
}
