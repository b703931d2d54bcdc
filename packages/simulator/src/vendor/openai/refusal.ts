/** Thrown where the vendor refuses a request; becomes its error body. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: string | null;
  readonly param: string | null;
  readonly type: string;
  readonly extra: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    message: string,
    detail: {
      code?: string;
      param?: string;
      type?: string;
      extra?: Record<string, unknown>;
      headers?: Record<string, string>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.code = detail.code ?? null;
    this.param = detail.param ?? null;
    this.type = detail.type ?? "invalid_request_error";
    this.extra = detail.extra ?? {};
    this.headers = detail.headers ?? {};
  }
}

/** A parameter whose value will not do. */
export function invalidValue(param: string, message: string): Refusal {
  return new Refusal(400, message, { code: "invalid_value", param });
}

/** A required parameter that is not there. */
export function missing(param: string): Refusal {
  return new Refusal(400, `Missing required parameter: '${param}'.`, {
    code: "missing_required_parameter",
    param,
  });
}

/** A parameter the endpoint does not have. */
export function unknownParameter(param: string): Refusal {
  return new Refusal(400, `Unknown parameter: '${param}'.`, { code: "unknown_parameter", param });
}

/** An unknown or retired model. */
export function modelNotFound(model: string): Refusal {
  return new Refusal(404, `The model '${model}' does not exist or you do not have access to it.`, {
    code: "model_not_found",
    param: "model",
  });
}
