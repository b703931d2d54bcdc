import { json, type Request, type Response, Router } from "express";
import { SignJWT } from "jose";

/** Signs anybody in by a name alone: for a laptop, and mounted nowhere else. */
export function localSession(secret: string): Router {
  const router = Router();
  const key = new TextEncoder().encode(secret);
  router.post("/session", json({ limit: "1kb" }), async (request: Request, response: Response) => {
    const user: unknown = (request.body as { user?: unknown } | undefined)?.user;
    if (typeof user !== "string" || !/^[\p{L}\p{N}_.@-]{1,64}$/u.test(user)) {
      response.status(400).json({ error: "validation_failed", message: "A name has 1 to 64 letters." });
      return;
    }
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: "HS256" })
      .setSubject(user)
      .setIssuedAt()
      .setExpirationTime("1d")
      .sign(key);
    response.json({ access_token: token });
  });
  return router;
}
