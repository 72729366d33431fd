import { CreditsProblem, keyed, take, type Schemas } from "creditsadmin-client";
import type { Credits } from "./main.js";

/** What a generation costs before it runs, and how it is done. The model stands for yours. */
export interface Generation {
  id: string;
  user: string;
  prompt: string;
  cost: number;
  model: (prompt: string) => Promise<{ image: string; actualCost: number }>;
}

/**
 * The whole cycle: charge, run, then complete with what it cost, or fail and give the credits back. The generation's own
 * id is in every key, so whoever runs this again after a crash charges nothing twice.
 */
export async function generate(credits: Credits, generation: Generation): Promise<Schemas["Job"]> {
  const { id, user, prompt, cost, model } = generation;
  const job = await take(credits.POST("/v1/jobs", {
    params: { header: keyed(`charge-${id}`) },
    body: { user, operation: "image", cost, metadata: { prompt } },
  }));
  try {
    const { actualCost } = await model(prompt);
    return await take(credits.POST("/v1/jobs/{id}/complete", {
      params: { path: { id: job.id }, header: keyed(`complete-${id}`) },
      body: { actual_cost: actualCost },
    }));
  } catch (error) {
    // A problem of ours says that nothing was decided: the job stays as it is and expires by itself.
    if (error instanceof CreditsProblem) throw error;
    return await take(credits.POST("/v1/jobs/{id}/fail", {
      params: { path: { id: job.id }, header: keyed(`fail-${id}`) },
      body: { error: String(error) },
    }));
  }
}

/** What to tell a user whose generation did not run. */
export function wordsFor(problem: CreditsProblem): string {
  switch (problem.code) {
    case "insufficient_credits":
      return `You need ${problem.problem?.shortfall} more credits.`;
    case "job_already_finished":
      return "This generation has ended already.";
    case "idempotency_key_reuse":
      return "This generation was started with other settings.";
    case "rate_limited":
      return "That was a lot at once. Try again in a moment.";
    default:
      return `Something went wrong. Our support can look it up: ${problem.requestId}`;
  }
}
