import type { components } from "./schema.js";

/** Why a request was not carried out (RFC 9457). */
export type Problem = components["schemas"]["Problem"];

/** A problem as something to throw. Branch on {@link code}. */
export class CreditsProblem extends Error {
  override readonly name = "CreditsProblem";

  /** What the API said; undefined when something before it answered, such as a proxy. */
  readonly problem: Problem | undefined;

  /** Such as `insufficient_credits`; `unknown` when the answer was no problem. */
  readonly code: string;

  readonly status: number;

  /** Names the request in logs. Tell it when you ask for help. */
  readonly requestId: string | undefined;

  constructor(error: unknown, response: Response) {
    const problem = isProblem(error) ? error : undefined;
    super(problem?.detail ?? `CreditsAdmin answered ${response.status}.`);
    this.problem = problem;
    this.code = problem?.code ?? "unknown";
    this.status = response.status;
    this.requestId = problem?.request_id ?? response.headers.get("X-Request-Id") ?? undefined;
  }
}

function isProblem(error: unknown): error is Problem {
  return typeof error === "object" && error !== null && "code" in error && "request_id" in error;
}
