export interface RetryOptions {
  /** How often a request is sent again when it may succeed later; 4 when it is left out. */
  retries?: number;
  /** A request that would have to wait longer is given back as it is; 30 when it is left out. */
  longestWaitSeconds?: number;
  /** Sends requests; the global fetch when it is left out. */
  fetch?: (request: Request) => Promise<Response>;
}

/**
 * Sends a request again when the answer says that it may succeed later: 429, 503, and 409 while the same request is under
 * way. It is the same request with the same Idempotency-Key, so it is carried out once.
 */
export function retrying(options: RetryOptions): (request: Request) => Promise<Response> {
  const { retries = 4, longestWaitSeconds = 30, fetch: send = (request: Request) => fetch(request) } = options;
  return async (request) => {
    for (let tries = 0; ; tries++) {
      const isLast = tries >= retries;
      const response = await sendOnce(send, request, isLast);
      if (response !== undefined && (isLast || !(await mayComeGood(response)))) return response;
      const seconds = Number(response?.headers.get("Retry-After") ?? Math.min(2 ** tries / 4, 8));
      if (response !== undefined && !(seconds <= longestWaitSeconds)) return response;
      await response?.body?.cancel();
      await pause(seconds * 1000, request.signal);
    }
  };
}

// Undefined when the connection broke and it is safe to try again.
async function sendOnce(
  send: (request: Request) => Promise<Response>, request: Request, isLast: boolean,
): Promise<Response | undefined> {
  try {
    return await send(request.clone());
  } catch (error) {
    const isSafe = request.method === "GET" || request.headers.has("Idempotency-Key");
    if (isLast || !isSafe || request.signal.aborted) throw error;
    return undefined;
  }
}

async function mayComeGood(response: Response): Promise<boolean> {
  if (response.status === 429 || response.status === 503) return response.headers.has("Retry-After");
  if (response.status !== 409) return false;
  const problem: unknown = await response.clone().json().catch(() => undefined);
  return typeof problem === "object" && problem !== null && "code" in problem && problem.code === "request_in_progress";
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
}
