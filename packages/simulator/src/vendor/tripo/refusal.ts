/** Thrown where the vendor refuses; becomes its error envelope. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: number;
  readonly suggestion: string;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    code: number,
    message: string,
    suggestion = "Please check your request.",
    headers: Record<string, string> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.suggestion = suggestion;
    this.headers = headers;
  }
}

/** A parameter that is missing, of the wrong type or out of range. */
export function invalid(parameter: string, reason: string): Refusal {
  return new Refusal(400, 1004, `One or more of your parameter is invalid: ${parameter} ${reason}`);
}

/** No such task, or another key's. */
export function taskNotFound(): Refusal {
  return new Refusal(404, 2001, "Task not found", "Please check the task id.");
}
