import type { Schemas } from "../api/client";
import { heard } from "./clock";
import type { FloorEvent, Message } from "./messages";
import { type Connection, Socket } from "./socket";
import { Store } from "./store";

export interface Floor {
  connection: Connection;
  storeProblem: string;
  agents: ReadonlyMap<string, Schemas["AgentSummary"]>;
  interactions: ReadonlyMap<string, Schemas["InteractionSummary"]>;
  campaigns: ReadonlyMap<string, Schemas["CampaignView"]>;
  trunks: ReadonlyMap<string, Schemas["TrunkView"]>;
  engines: Schemas["EngineSummary"][];
  /** Agents who asked for help, until it is put away. */
  help: { id: string; body: Schemas["HelpWanted"] }[];
}

const EMPTY: Floor = {
  connection: "connecting",
  storeProblem: "",
  agents: new Map(),
  interactions: new Map(),
  campaigns: new Map(),
  trunks: new Map(),
  engines: [],
  help: [],
};

const byName = <T extends { name: string }>(all: T[]): Map<string, T> => new Map(all.map((each) => [each.name, each]));

function changed<T>(all: ReadonlyMap<string, T>, key: string, body: T | null): Map<string, T> {
  const next = new Map(all);
  if (body === null) {
    next.delete(key);
  } else {
    next.set(key, body);
  }
  return next;
}

/** What a supervisor sees of the whole floor. */
export class FloorFeed {
  readonly store = new Store<Floor>(EMPTY);
  private readonly socket = new Socket<Message<Schemas["OverviewView"], FloorEvent>>("/api/v1/events", {
    message: (message) => this.take(message),
    connection: (connection) => this.store.set({ connection }),
  });

  open(): void {
    this.socket.open();
  }

  close(): void {
    this.socket.close();
  }

  readonly putAway = (id: string): void => {
    this.store.set({ help: this.store.get().help.filter((each) => each.id !== id) });
  };

  private take(message: Message<Schemas["OverviewView"], FloorEvent>): void {
    heard("at" in message ? message.at : undefined);
    if (message.type === "snapshot") {
      const { body } = message;
      this.store.set({
        storeProblem: body.store_problem,
        agents: byName(body.agents),
        interactions: new Map(body.interactions.map((each) => [each.id, each])),
        campaigns: byName(body.campaigns),
        trunks: byName(body.trunks),
        engines: body.engines,
      });
    } else if (message.type === "event") {
      this.event(message);
    }
  }

  private event(event: FloorEvent): void {
    const floor = this.store.get();
    switch (event.topic) {
      case "agent":
        this.store.set({ agents: changed(floor.agents, event.key, event.body) });
        break;
      case "interaction":
        this.store.set({ interactions: changed(floor.interactions, event.key, event.body) });
        break;
      case "campaign":
        this.store.set({ campaigns: changed(floor.campaigns, event.key, event.body) });
        break;
      case "help_wanted":
        this.store.set({ help: [...floor.help, { id: `${event.epoch}/${event.seq}`, body: event.body }] });
        break;
      case "trunk":
        this.store.set({ trunks: changed(floor.trunks, event.key, event.body) });
        break;
    }
  }
}
