import { useCallback, useMemo, useRef, useState } from "react";
import { createStudioClient } from "./api/client.ts";
import { closeSession, openSession, readSession, type Session } from "./session/session.ts";
import { SignIn } from "./session/sign-in.tsx";
import { LiveRegion } from "./shell/live-region.tsx";
import { StudioPage } from "./shell/studio-page.tsx";
import { StudioProvider } from "./state/studio.tsx";

export function App() {
  const [session, setSession] = useState(readSession);
  const [ended, setEnded] = useState(false);
  const open = useCallback((opened: Session) => {
    setEnded(false);
    setSession(opened);
  }, []);
  const leave = useCallback(() => {
    closeSession();
    history.replaceState(null, "", location.pathname);
    setEnded(false);
    setSession(null);
  }, []);
  /** Their place stays in the address: they come back to the table that they were at. */
  const end = useCallback(() => {
    closeSession();
    setEnded(true);
    setSession(null);
  }, []);
  return (
    <LiveRegion>
      {session ? (
        // Another person is another page: nothing of the last one stays.
        <SignedIn key={session.userId} session={session} onLeave={leave} onEnd={end} />
      ) : (
        <SignIn onOpen={open} ended={ended} />
      )}
    </LiveRegion>
  );
}

function SignedIn({ session, onLeave, onEnd }: { session: Session; onLeave: () => void; onEnd: () => void }) {
  const current = useRef(session);
  const client = useMemo(() => {
    if (session.expiresAt !== undefined) return createStudioClient(async () => session.accessToken, onEnd);
    return createStudioClient(async ({ refresh }) => {
      if (refresh) current.current = await openSession(current.current.name);
      return current.current.accessToken;
    });
  }, [session, onEnd]);
  return (
    <StudioProvider client={client}>
      <StudioPage name={session.name} onLeave={onLeave} />
    </StudioProvider>
  );
}
