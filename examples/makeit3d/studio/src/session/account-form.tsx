import { useState } from "react";
import { logIn, signUp } from "./account.ts";
import type { Session } from "./session.ts";
import { useEntrance } from "./use-entrance.ts";

/** An address and a password, for those who have an account and for those who want one. */
export function AccountForm({ onOpen }: { onOpen: (session: Session) => void }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [isNew, setNew] = useState(false);
  /** Where a letter was sent. */
  const [letterTo, setLetterTo] = useState<string | null>(null);
  const { busy, refusal, submit } = useEntrance(async () => {
    if (isNew && (await signUp({ email, password })) === "confirm_email") {
      setLetterTo(email.trim());
      setNew(false);
      return;
    }
    onOpen(await logIn({ email, password }));
  });
  return (
    <form onSubmit={submit}>
      {letterTo ? (
        <p className="hint" role="status">
          A letter is on its way to {letterTo}. Open it, and come in.
        </p>
      ) : null}
      <div className="field">
        <label htmlFor="email">Your e-mail address</label>
        <input
          id="email"
          type="email"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          autoComplete="username"
          required
          maxLength={254}
        />
      </div>
      <div className="field">
        <label htmlFor="password">Password</label>
        <input
          id="password"
          type="password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          autoComplete={isNew ? "new-password" : "current-password"}
          required
          maxLength={256}
        />
      </div>
      <button className="make" type="submit" disabled={busy}>
        {isNew ? "Make an account" : "Come in"}
      </button>
      {refusal ? (
        <p className="hint" role="alert">
          {refusal}
        </p>
      ) : null}
      <button type="button" className="link" disabled={busy} onClick={() => setNew(!isNew)}>
        {isNew ? "I have an account" : "I am new here"}
      </button>
    </form>
  );
}
