import * as z from "zod";

/** What no sign-in can store or compare. */
const isWriting = (text: string) => text.isWellFormed() && !text.includes("\u0000");

/** What somebody signs in with. Whether a password is good enough is the sign-in's to say. */
export const credentials = z.strictObject({
  email: z.email().max(254),
  password: z
    .string()
    .min(1)
    .max(256)
    .refine(isWriting, "U+0000 or lone surrogates.")
    .meta({ format: "password" }),
  captcha_token: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .meta({ description: "Where the sign-in asks for one." }),
});
export type Credentials = z.output<typeof credentials>;

/** The same whether the address was new or not: nobody learns here who has an account. */
export const signedUp = z.object({
  next: z.enum(["confirm_email", "log_in"]).meta({
    description:
      "Open the letter that was sent there, or log in. Says what is asked of everybody, not of whom.",
  }),
});
export type SignedUp = z.output<typeof signedUp>;

/** A session of somebody who is signed in. */
export const session = z.object({
  access_token: z.string().meta({ description: "For `Authorization: Bearer`." }),
  refresh_token: z
    .string()
    .nullable()
    .meta({ description: "For the sign-in itself, to get the next one; null: it has none, log in again." }),
  token_type: z.literal("bearer"),
  expires_at: z.iso.datetime({ offset: true }),
  user_id: z.string(),
});
export type Session = z.output<typeof session>;
