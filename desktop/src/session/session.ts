import { useQuery, useQueryClient } from "@tanstack/react-query";
import { client, Refusal, type Schemas, told } from "../api/client";

export type Me = Schemas["Me"];
type State = "asking" | "known" | "unreachable";

const KEY = ["me"];

async function whoAmI(): Promise<Me | null> {
  try {
    return await told(client.GET("/api/v1/me"));
  } catch (error) {
    if (error instanceof Refusal && error.problem?.status === 401) {
      return null;
    }
    throw error;
  }
}

/** Who is logged in; null: nobody. */
export function useSession(): { me: Me | null; state: State; again: () => void } {
  const asked = useQuery({ queryKey: KEY, queryFn: whoAmI, staleTime: Number.POSITIVE_INFINITY });
  const state = asked.isPending ? "asking" : asked.isError ? "unreachable" : "known";
  return { me: asked.data ?? null, state, again: () => void asked.refetch() };
}

export function useLogIn(): { logIn: (user: string, password: string) => Promise<void>; forget: () => void } {
  const queries = useQueryClient();
  return {
    logIn: async (user, password) => {
      const me = await told(client.POST("/api/v1/sessions", { body: { user, password, proof: "cookie" } }));
      queries.setQueryData(KEY, me);
    },
    forget: () => queries.setQueryData(KEY, null),
  };
}

/** Log out. `pending`: a conversation or after-call work goes on first. */
export const logOut = (): Promise<Schemas["LoggedOut"]> => told(client.DELETE("/api/v1/sessions/current"));
