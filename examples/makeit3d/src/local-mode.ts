import { json, type Request, type Response, Router } from "express";
import { SignJWT } from "jose";

const weekS = 7 * 24 * 3600;

/**
 * What exists on a laptop only: signing in with nothing but a name, and the address of the simulator.
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
  router.get("/dev/simulator", (_request: Request, response: Response) => {
    if (options.simulatorUrl === undefined)
      response.status(404).json({ error: "not_found", message: "There is no simulator." });
    else response.json({ url: options.simulatorUrl });
  });
  return router;
}
