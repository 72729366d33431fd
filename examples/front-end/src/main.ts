import { createCredits, CreditsProblem, keyed, take } from "creditsadmin-client";
import { generate, wordsFor } from "./generate.js";

export type Credits = ReturnType<typeof createCredits>;

const credits = createCredits({ baseUrl: setting("CREDITS_URL"), key: setting("CREDITS_KEY") });
const user = setting("CREDITS_USER");

const start = await available();
say(`The user has ${start} credits.`);

const estimate = await take(credits.POST("/v1/estimates", { body: { user, operation: "image" } }));
say(`An image costs ${estimate.credits} credits; ${estimate.enough ? "that is enough" : `${estimate.shortfall} are missing`}.`);

const done = await generate(credits, {
  id: crypto.randomUUID(), user, prompt: "a cat", cost: estimate.credits, model: async () => ({ image: "cat.png", actualCost: 2 }),
});
say(`Generated: ${done.status}, charged ${done.cost}, ${done.refunded} came back.`);

const failed = await generate(credits, {
  id: crypto.randomUUID(), user, prompt: "a dog", cost: 2, model: () => Promise.reject(new Error("the model is down")),
});
say(`Not generated: ${failed.status}, ${failed.refunded} of ${failed.cost} came back.`);

await show(402, () => charge(crypto.randomUUID(), 1_000_000));
await show(409, () => take(credits.POST("/v1/jobs/{id}/complete", {
  params: { path: { id: failed.id }, header: keyed() },
})));
const key = crypto.randomUUID();
await charge(key, 1);
await show(422, () => charge(key, 2));

const end = await available();
say(`The user has ${end} credits; ${start - end} were spent.`);

// By itself the client waits as long as Retry-After says; this one does not.
const hasty = createCredits({ baseUrl: setting("CREDITS_URL"), key: setting("CREDITS_KEY"), retries: 0 });
await show(429, async () => {
  for (let i = 0; i < 100; i++) await take(hasty.GET("/v1/prices"));
});

async function available(): Promise<number> {
  const balance = await take(credits.GET("/v1/balances/{user}", { params: { path: { user } } }));
  return balance.available;
}

function charge(idempotencyKey: string, cost: number) {
  return take(credits.POST("/v1/jobs", {
    params: { header: keyed(idempotencyKey) },
    body: { user, operation: "image", cost },
  }));
}

/** Runs what is refused with this status, and says what the user would be told. */
async function show(status: number, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof CreditsProblem)) throw error;
    say(`${error.status} ${error.code}: ${wordsFor(error)}`);
    if (error.status === status) return;
  }
  throw new Error(`This should have been refused with ${status}.`);
}

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`Set ${name}.`);
  return value;
}

function say(line: string): void {
  console.log(line);
}
