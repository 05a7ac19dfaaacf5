import type { Schemas } from "../api/client";
import { heard } from "./clock";
import type { DeskEvent, DeskFact, Message } from "./messages";
import { type Connection, Socket } from "./socket";
import { Store } from "./store";

/** A fact as it is shown until it is put away. */
export interface Told {
  id: string;
  fact: DeskFact;
}

export interface Desk {
  connection: Connection;
  agent: Schemas["AgentView"] | null;
  interaction: Schemas["InteractionView"] | null;
  notices: Schemas["NoticeView"][];
  reasons: Schemas["ReasonView"][];
  told: Told[];
}

const EMPTY: Desk = { connection: "connecting", agent: null, interaction: null, notices: [], reasons: [], told: [] };
/** Facts that are shown at most; older ones go first. */
const TOLD_MOST = 5;

/** The agent's desk as the node tells it. */
export class DeskFeed {
  readonly store = new Store<Desk>(EMPTY);
  /** The node's time of what is shown: an answer that is older than an event that came first is dropped. */
  private shownAt = 0;
  private readonly socket = new Socket<Message<Schemas["DeskView"] | null, DeskEvent>>("/api/v1/events", {
    message: (message) => this.take(message),
    connection: (connection) => this.store.set({ connection }),
  });

  open(): void {
    this.socket.open();
  }

  close(): void {
    this.socket.close();
  }

  /** The desk after a command, as its answer has it. */
  answered(desk: Schemas["DeskView"]): void {
    heard(desk.at);
    if (desk.at >= this.shownAt) {
      this.show(desk, desk.at);
    }
  }

  putAway(id: string): void {
    this.store.set({ told: this.store.get().told.filter((each) => each.id !== id) });
  }

  private show(desk: Schemas["DeskView"], at: number): void {
    this.shownAt = at;
    const { agent, interaction, notices, reasons } = desk;
    this.store.set({ agent, interaction, notices, reasons });
  }

  private take(message: Message<Schemas["DeskView"] | null, DeskEvent>): void {
    heard("at" in message ? message.at : undefined);
    if (message.type === "snapshot") {
      if (message.body !== null) {
        this.show(message.body, message.at);
      }
    } else if (message.type === "event") {
      this.shownAt = Math.max(this.shownAt, message.at);
      this.event(message);
    }
  }

  private event(event: DeskEvent): void {
    switch (event.topic) {
      case "agent":
        if (event.body !== null) {
          this.store.set({ agent: event.body });
        }
        break;
      case "interaction":
        this.store.set({ interaction: event.body });
        break;
      case "notices":
        this.store.set({ notices: event.body?.notices ?? [] });
        break;
      default:
        this.store.set({
          told: [...this.store.get().told, { id: `${event.epoch}/${event.seq}`, fact: event }].slice(-TOLD_MOST),
        });
    }
  }
}
