import { createContext, useContext } from "react";
import { client, once, type Schemas, told } from "../api/client";
import { type Floor, FloorFeed } from "../feed/floor";
import { usePart } from "../feed/store";

export const FloorContext = createContext<FloorFeed>(new FloorFeed());

export function useFloor<P>(part: (floor: Floor) => P): P {
  return usePart(useContext(FloorContext).store, part);
}

export const useFloorFeed = (): FloorFeed => useContext(FloorContext);

export type Step = "load" | "start" | "stop";

/** What a supervisor orders. Each throws Refusal. */
export const orders = {
  step: (campaign: string, step: Step) =>
    told(client.POST(`/api/v1/campaigns/{campaign}/${step}`, { params: { ...once(), path: { campaign } } })),
  unload: (campaign: string, force: boolean) =>
    told(
      client.POST("/api/v1/campaigns/{campaign}/unload", {
        params: { ...once(), path: { campaign } },
        body: { force },
      }),
    ),
  mode: (campaign: string, mode: Schemas["ModeRequest"]["mode"]) =>
    told(
      client.POST("/api/v1/campaigns/{campaign}/mode", { params: { ...once(), path: { campaign } }, body: { mode } }),
    ),
  close: (interaction: string, reason: string) =>
    told(
      client.POST("/api/v1/interactions/{interaction}/close", {
        params: { ...once(), path: { interaction } },
        body: { reason } as Schemas["CloseRequest"],
      }),
    ),
};
