/** Thrown where the vendor refuses a request; becomes its error body. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: string;
  readonly headers: Record<string, string>;

  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** A parameter that will not do. The vendor publishes no codes; this one stands for all of them. */
export function invalid(param: string, message: string): Refusal {
  return new Refusal(400, "invalid_parameter", `${param}: ${message}`);
}

/** A model that the endpoint cannot use. */
export function wrongModel(id: string): Refusal {
  return new Refusal(400, "invalid_model", `model: ${id} is not supported by this endpoint`);
}
