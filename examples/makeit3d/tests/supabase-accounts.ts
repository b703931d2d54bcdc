import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** The auth server of a project, as far as sign-ups and log-ins by password go. */
export interface Accounts {
  readonly url: string;
  /** Confirms an address, as whoever opens the letter does. */
  confirm(email: string): void;
  close(): Promise<void>;
}

interface Account {
  readonly id: string;
  readonly password: string;
  confirmed: boolean;
}

/** Answers by the OpenAPI document of https://github.com/supabase/auth, as a project that confirms addresses. */
export async function openAccounts(tokenOf: (userId: string) => Promise<string>): Promise<Accounts> {
  const accounts = new Map<string, Account>();

  async function answer(path: string, { email = "", password = "" }: Record<string, string>) {
    const known = accounts.get(email);
    if (path === "/auth/v1/signup") {
      const made = known ?? { id: randomUUID(), password, confirmed: false };
      accounts.set(email, made);
      return [200, { id: made.id, aud: "authenticated", email, confirmation_sent_at: new Date() }] as const;
    }
    if (path !== "/auth/v1/token?grant_type=password") return [404, {}] as const;
    if (known?.password !== password) return [400, { code: "invalid_credentials", message: "" }] as const;
    if (!known.confirmed) return [400, { code: "email_not_confirmed", message: "" }] as const;
    const tokens = { access_token: await tokenOf(known.id), refresh_token: "refresh", token_type: "bearer" };
    return [
      200,
      { ...tokens, expires_in: 600, user: { id: known.id, aud: "authenticated", email } },
    ] as const;
  }

  const server = createServer(async (request, response) => {
    const [status, body] = await answer(request.url ?? "", await readJson(request));
    const headers = { "content-type": "application/json", "x-supabase-api-version": "2024-01-01" };
    response.writeHead(status, headers).end(JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    confirm(email) {
      const account = accounts.get(email);
      if (account) account.confirmed = true;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function readJson(request: IncomingMessage): Promise<Record<string, string>> {
  const text = (await request.setEncoding("utf8").toArray()).join("");
  return JSON.parse(text) as Record<string, string>;
}
