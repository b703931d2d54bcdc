/** What was found of one thing, for operators. */
export interface Finding {
  /** `warning`: it works, and something is worth knowing. `problem`: it does not, until somebody mends it. */
  readonly status: "ok" | "warning" | "problem";
  /** What is so; where something is wrong, also how to mend it. Holds no secret. */
  readonly message: string;
}

/** Works. */
export const ok = (message: string): Finding => ({ status: "ok", message });
/** Works, but. */
export const warning = (message: string): Finding => ({ status: "warning", message });
/** Does not work. */
export const problem = (message: string): Finding => ({ status: "problem", message });
