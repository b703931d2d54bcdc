import { useCallback, useMemo, useRef, useState } from "react";
import { createStudioClient } from "./api/client.ts";
import { closeSession, openSession, readSession, type Session } from "./session/session.ts";
import { SignIn } from "./session/sign-in.tsx";
import { LiveRegion } from "./shell/live-region.tsx";
import { StudioPage } from "./shell/studio-page.tsx";
import { StudioProvider } from "./state/studio.tsx";

export function App() {
  const [session, setSession] = useState(readSession);
  const leave = useCallback(() => {
    closeSession();
    history.replaceState(null, "", location.pathname);
    setSession(null);
  }, []);
  return (
    <LiveRegion>
      {session ? (
        // Another person is another page: nothing of the last one stays.
        <SignedIn key={session.userId} session={session} onLeave={leave} />
      ) : (
        <SignIn onOpen={setSession} />
      )}
    </LiveRegion>
  );
}

function SignedIn({ session, onLeave }: { session: Session; onLeave: () => void }) {
  const current = useRef(session);
  const client = useMemo(
    () =>
      createStudioClient(async ({ refresh }) => {
        if (refresh) current.current = await openSession(current.current.name);
        return current.current.accessToken;
      }),
    [],
  );
  return (
    <StudioProvider client={client}>
      <StudioPage name={session.name} onLeave={onLeave} />
    </StudioProvider>
  );
}
