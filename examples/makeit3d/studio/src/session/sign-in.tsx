import { Brand, Loop } from "../shell/icon.tsx";
import { AccountForm } from "./account-form.tsx";
import { NameForm } from "./name-form.tsx";
import type { Session } from "./session.ts";
import { CupSketch } from "./sketch.tsx";
import { useWayIn } from "./use-way-in.ts";

/** The door. What it asks for is said by the server. */
export function SignIn({
  onOpen,
  ended,
}: {
  onOpen: (session: Session) => void;
  /** Whether a session has just ended by itself. */
  ended: boolean;
}) {
  const wayIn = useWayIn();
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
        {ended ? (
          <p className="lede" role="status">
            You were signed out, as it has been a while. Please come in again: everything is still on your
            table.
          </p>
        ) : (
          <p className="lede">See the price before. Watch it take shape. Pay only for what arrives.</p>
        )}
        {wayIn === "account" ? <AccountForm onOpen={onOpen} /> : null}
        {wayIn === "name" ? <NameForm onOpen={onOpen} /> : null}
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
