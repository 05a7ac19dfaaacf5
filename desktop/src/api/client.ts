import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];

/** The node's guard against requests of other pages: no form can set a header. */
const GUARD = { "X-Cornetta": "1" };

export const client = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: "same-origin",
  headers: GUARD,
});

/** What the node refused, with reason and remedy; or that it was not reached. */
export class Refusal extends Error {
  readonly problem: Problem | null;

  constructor(problem: Problem | null) {
    super(problem?.detail || problem?.title || "");
    this.problem = problem;
  }

  get code(): string {
    return this.problem?.code ?? "unreachable";
  }
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === "object" && value !== null && "code" in value && "status" in value;

/** The answer's body. Throws Refusal. */
export async function told<T>(asked: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch {
    throw new Refusal(null);
  }
  if (!answer.response.ok) {
    throw new Refusal(isProblem(answer.error) ? answer.error : null);
  }
  return answer.data as T;
}

/** A key by which a request that is sent again is carried out once. */
export const once = (): { header: { "Idempotency-Key": string } } => ({
  header: { "Idempotency-Key": crypto.randomUUID() },
});
