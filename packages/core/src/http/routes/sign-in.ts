import type { SignIn } from "../../auth/sign-in.ts";
import type { BffContext } from "../../context.ts";
import { AppError, isAppError } from "../../errors/app-error.ts";
import type { RouteHandler } from "../call.ts";
import { json } from "../respond.ts";

/** `POST /auth/signup` */
export const signUp: RouteHandler<"signUp"> = async ({ context, address, body }) =>
  json(202, await ask(context, (signIn) => signIn.signUp(body, { address })));

/** `POST /auth/login` */
export const logIn: RouteHandler<"logIn"> = async ({ context, address, body }) =>
  json(200, await ask(context, (signIn) => signIn.logIn(body, { address })));

/** What a sign-in throws beside codes of ours is an outage of it: a password might be in anything else that is said. */
async function ask<Answer>(
  { signIn }: BffContext,
  question: (signIn: SignIn) => Promise<Answer>,
): Promise<Answer> {
  if (signIn === undefined) throw new AppError("not_found");
  try {
    return await question(signIn);
  } catch (error) {
    throw isAppError(error) ? error : new AppError("unavailable", { cause: error });
  }
}
