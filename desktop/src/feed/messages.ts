import type { Schemas } from "../api/client";

export type DeskEvent =
  | Schemas["DeskAgentEvent"]
  | Schemas["DeskInteractionEvent"]
  | Schemas["DeskNoticesEvent"]
  | DeskFact;

/** Told once, and shown as a message. */
export type DeskFact =
  | Schemas["DeskNoticeEvent"]
  | Schemas["DeskOfferWithdrawnEvent"]
  | Schemas["DeskPhoneFailedEvent"]
  | Schemas["DeskCallAgainFailedEvent"]
  | Schemas["DeskNotReachedEvent"]
  | Schemas["DeskNoRecordEvent"]
  | Schemas["DeskInteractionClosedEvent"]
  | Schemas["DeskInteractionReassignedEvent"]
  | Schemas["DeskInteractionAssignedEvent"]
  | Schemas["DeskTelephonyEvent"];

export type FloorEvent =
  | Schemas["TeamAgentEvent"]
  | Schemas["TeamInteractionEvent"]
  | Schemas["FloorCampaignEvent"]
  | Schemas["FloorTrunkEvent"]
  | Schemas["TeamHelpWantedEvent"];

export type Snapshot<Body> = { type: "snapshot"; epoch: string; seq: number; at: number; body: Body };
export type Message<Body, Event> = Snapshot<Body> | Event | Schemas["Resumed"] | Schemas["Heartbeat"];
