import { type Request, type Response, Router } from "express";
import { SignJWT } from "jose";

/** The one user of a laptop. */
const user = "ada";

/** `POST /dev/session`: a token for everybody. Exists only where no `AUTH_JWT_SECRET` is set. */
export function localSession(secret: string): Router {
  const router = Router();
  router.post("/dev/session", async (_request: Request, response: Response) => {
    const token = await new SignJWT({ role: "authenticated" })
      .setProtectedHeader({ alg: "HS256" })
      .setSubject(user)
      .setIssuedAt()
      .setExpirationTime("1 day")
      .sign(new TextEncoder().encode(secret));
    response.json({ access_token: token, user_id: user });
  });
  return router;
}
