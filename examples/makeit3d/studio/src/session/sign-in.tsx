import { type FormEvent, useState } from "react";
import { Brand, Loop } from "../shell/icon.tsx";
import { openSession, type Session } from "./session.ts";
import { CupSketch } from "./sketch.tsx";

/** One field, one button. */
export function SignIn({ onOpen }: { onOpen: (session: Session) => void }) {
  const [name, setName] = useState("Ada");
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const enter = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setRefusal(null);
    try {
      onOpen(await openSession(name.trim()));
    } catch (error) {
      // A broken line has no sentence of its own.
      const told = error instanceof Error && !(error instanceof TypeError);
      setRefusal(told ? error.message : "The studio cannot be reached just now. Please try again soon.");
      setBusy(false);
    }
  };
  return (
    <main className="signin">
      <div className="signin-form">
        <p className="brand">
          <Brand />
        </p>
        <h1>
          Pictures and models, <br />
          <em>laid out on your table.</em>
        </h1>
        <p className="lede">See the price before. Watch it take shape. Pay only for what arrives.</p>
        <form onSubmit={(event) => void enter(event)}>
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
        <p className="hint">New here? 100 credits are waiting, once. No card needed.</p>
      </div>
      <Prints />
    </main>
  );
}

function Prints() {
  return (
    <div className="signin-table" aria-hidden="true">
      <figure className="f1">
        <div>
          <CupSketch />
        </div>
        <figcaption>1</figcaption>
      </figure>
      <figure className="f2">
        <img src="/samples/cup-painted.jpg" alt="" />
        <figcaption>
          2a
          <Loop />
        </figcaption>
      </figure>
      <figure className="f4">
        <img src="/samples/cup-teal.jpg" alt="" />
        <figcaption>2b</figcaption>
      </figure>
      <figure className="f3">
        <img className="cut-out" src="/samples/cup-model.webp" alt="" />
        <figcaption>3</figcaption>
      </figure>
      <figure className="f5">
        <img src="/samples/cat-painted.jpg" alt="" />
        <figcaption>7</figcaption>
      </figure>
    </div>
  );
}
