import type { Client } from "pg";

/** For the goodbye of a connection, which a mute server does not answer. */
const patienceMs = 1_000;

/** Ends a connection, and cuts it where the server does not end it too: it would keep this process alive. */
export async function sayGoodbye(client: Client): Promise<void> {
  const impatient = setTimeout(() => client.connection.stream.destroy(), patienceMs);
  try {
    await client.end();
  } finally {
    clearTimeout(impatient);
  }
}
