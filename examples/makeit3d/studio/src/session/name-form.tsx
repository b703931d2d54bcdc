import { useState } from "react";
import { openSession, type Session } from "./session.ts";
import { useEntrance } from "./use-entrance.ts";

/** One field, one button. */
export function NameForm({ onOpen }: { onOpen: (session: Session) => void }) {
  const [name, setName] = useState("Ada");
  const { busy, refusal, submit } = useEntrance(async () => onOpen(await openSession(name.trim())));
  return (
    <form onSubmit={submit}>
      <div className="field">
        <label htmlFor="who">Your name</label>
        <input
          id="who"
          type="text"
          value={name}
          onChange={(event) => setName(event.target.value)}
          autoComplete="username"
          required
          maxLength={40}
          pattern=".*\S.*"
        />
      </div>
      <button className="make" type="submit" disabled={busy}>
        Come in
      </button>
      {refusal ? (
        <p className="hint" role="alert">
          {refusal}
        </p>
      ) : null}
    </form>
  );
}
