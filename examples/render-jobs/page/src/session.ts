let session: Promise<string> | undefined;

/** The token of the one user of a laptop. Your app has a sign-in in its place. */
export function getAccessToken({ refresh }: { refresh: boolean } = { refresh: false }): Promise<string> {
  if (refresh) session = undefined;
  session ??= open();
  session.catch(() => {
    session = undefined;
  });
  return session;
}

async function open(): Promise<string> {
  const response = await fetch("/dev/session", { method: "POST" });
  if (!response.ok) throw new Error("This server has users of its own: sign in there.");
  return ((await response.json()) as { access_token: string }).access_token;
}
