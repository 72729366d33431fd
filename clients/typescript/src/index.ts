import createClient, { type Client } from "openapi-fetch";
import { CreditsProblem } from "./problem.js";
import { retrying, type RetryOptions } from "./retries.js";
import type { components, paths } from "./schema.js";

export { CreditsProblem, type Problem } from "./problem.js";
export type { components, operations, paths } from "./schema.js";

/** The shapes of the API by name, such as `Schemas["Job"]`. */
export type Schemas = components["schemas"];

export interface CreditsOptions extends RetryOptions {
  /** Where CreditsAdmin runs, such as `https://credits.example.com`. */
  baseUrl: string;
  /** An API key (on your server only), or the user's own token. */
  key: string;
}

/** A client whose paths, inputs, answers and problems are typed. */
export function createCredits({ baseUrl, key, ...retries }: CreditsOptions): Client<paths> {
  return createClient<paths>({
    baseUrl: baseUrl.replace(/\/+$/, ""),
    headers: { Authorization: `Bearer ${key}` },
    fetch: retrying(retries),
  });
}

/**
 * The header that lets an action be carried out once however often it is sent. Use a key that your own records remember,
 * such as the id of the job in your database; without one, a new key is made, which protects the retries in here only.
 */
export function keyed(key: string = crypto.randomUUID()): { "Idempotency-Key": string } {
  return { "Idempotency-Key": key };
}

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** The body of a call that was carried out; throws {@link CreditsProblem} for one that was not. */
export async function take<Data>(call: Promise<Answer<Data>>): Promise<NonNullable<Data>> {
  const { data, error, response } = await call;
  if (data !== undefined && data !== null) return data;
  throw new CreditsProblem(error, response);
}
