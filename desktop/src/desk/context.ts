import { createContext, useContext } from "react";
import { client, once, type Schemas, told } from "../api/client";
import { type Desk, DeskFeed } from "../feed/desk";
import { usePart } from "../feed/store";

export const DeskContext = createContext<DeskFeed>(new DeskFeed());

export const useFeed = (): DeskFeed => useContext(DeskContext);

export function useDesk<P>(part: (desk: Desk) => P): P {
  return usePart(useFeed().store, part);
}

type Interaction = Schemas["InteractionView"];
export type Then = NonNullable<Schemas["DoneRequest"]["then"]>;
type Plain = "dial" | "return" | "cancel" | "hold" | "resume" | "end" | "call-again" | "extend";

/** Commands of the agent. Each shows the desk of its answer; each throws Refusal. */
export function useCommands() {
  const feed = useFeed();
  const shown = async (asked: Promise<Schemas["DeskView"]>): Promise<void> => feed.answered(await asked);
  const at = (interaction: string) => ({ ...once(), path: { interaction } });
  return {
    ready: () => shown(told(client.POST("/api/v1/agent/ready", { params: once() }))),
    notReady: (reason: string) =>
      shown(told(client.POST("/api/v1/agent/not-ready", { params: once(), body: { reason } }))),
    ok: (notice: string) =>
      shown(told(client.POST("/api/v1/agent/notices/{notice}/ok", { params: { ...once(), path: { notice } } }))),
    getRecord: (campaign: string) =>
      shown(
        told(
          client.POST("/api/v1/agent/campaigns/{campaign}/get-record", { params: { ...once(), path: { campaign } } }),
        ),
      ),
    plain: ({ id }: Interaction, command: Plain) =>
      shown(told(client.POST(`/api/v1/interactions/{interaction}/${command}`, { params: at(id) }))),
    accept: ({ id }: Interaction, offer: string) =>
      shown(told(client.POST("/api/v1/interactions/{interaction}/accept", { params: at(id), body: { offer } }))),
    reject: ({ id }: Interaction, offer: string) =>
      shown(told(client.POST("/api/v1/interactions/{interaction}/reject", { params: at(id), body: { offer } }))),
    mute: ({ id }: Interaction, on: boolean) =>
      shown(told(client.POST("/api/v1/interactions/{interaction}/mute", { params: at(id), body: { on } }))),
    digits: ({ id }: Interaction, digits: string) =>
      shown(told(client.POST("/api/v1/interactions/{interaction}/digits", { params: at(id), body: { digits } }))),
    volume: ({ id }: Interaction, db: number) =>
      shown(told(client.POST("/api/v1/interactions/{interaction}/volume", { params: at(id), body: { db } }))),
    help: ({ id }: Interaction, text: string) =>
      shown(told(client.POST("/api/v1/interactions/{interaction}/help", { params: at(id), body: { text } }))),
    outcome: (interaction: string, said: Partial<Schemas["OutcomeRequest"]>) =>
      shown(
        told(
          client.POST("/api/v1/interactions/{interaction}/outcome", {
            params: at(interaction),
            body: said as Schemas["OutcomeRequest"],
          }),
        ),
      ),
    done: ({ id }: Interaction, then: Then) =>
      shown(told(client.POST("/api/v1/interactions/{interaction}/done", { params: at(id), body: { then } }))),
  };
}

/** What the node says of a command; undefined where it does not name it. */
export const allowed = (actions: Schemas["Allowed"][] | undefined, command: string): Schemas["Allowed"] | undefined =>
  actions?.find((each) => each.command === command);
