import { json, type Request, type Response, Router, text } from "express";
import { SignJWT } from "jose";

const weekS = 7 * 24 * 3600;

/**
 * What exists on a laptop only: signing in with nothing but a name, and the desk of the simulator.
 * Not mounted where the example is given a token secret of its own.
 */
export function localMode(options: { tokenSecret: string; simulatorUrl: string | undefined }): Router {
  const router = Router();
  const key = new TextEncoder().encode(options.tokenSecret);
  router.post(
    "/dev/session",
    json({ limit: "1kb", type: () => true }),
    async (request: Request, response: Response) => {
      const user: unknown = (request.body as { user?: unknown } | undefined)?.user;
      if (typeof user !== "string" || !/^[\p{L}\p{N}_.@-]{1,64}$/u.test(user)) {
        response
          .status(400)
          .json({ error: "validation_failed", message: "A name has 1 to 64 letters or digits." });
        return;
      }
      const token = await new SignJWT({ role: "authenticated" })
        .setProtectedHeader({ alg: "HS256" })
        .setSubject(user)
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + weekS)
        .sign(key);
      response.json({ access_token: token, user_id: user });
    },
  );
  if (options.simulatorUrl !== undefined) router.use(simulatorDesk(options.simulatorUrl));
  return router;
}

const desk = "/dev/simulator";

/**
 * The simulator's faults, purchases and traffic on the page's own host, as the simulator answers them: the studio asks
 * no other. Without a simulator there is nothing here, and no panel on the page.
 */
function simulatorDesk(simulatorUrl: string): Router {
  const router = Router();
  router.get(desk, (_request: Request, response: Response) => {
    response.json({ admin: desk, url: simulatorUrl });
  });
  router.all(
    [`${desk}/faults`, `${desk}/purchases`, `${desk}/traffic`],
    text({ limit: "16kb", type: () => true }),
    async (request: Request, response: Response) => {
      const { pathname, search } = new URL(request.url, simulatorUrl);
      const body = typeof request.body === "string" && request.body !== "" ? { body: request.body } : {};
      try {
        const url = `${simulatorUrl}/_${pathname.slice(desk.length)}${search}`;
        const answer = await fetch(url, { method: request.method, ...body });
        response.status(answer.status).json(await answer.json());
      } catch {
        // A fault of its own closes its port for a while.
        response.status(503).json({ error: "provider_unavailable", message: "The simulator is away." });
      }
    },
  );
  return router;
}
