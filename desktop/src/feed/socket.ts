/** The WebSocket of events: connects, resumes after the last event, and connects anew when the node is silent. */

export type Connection = "connecting" | "open" | "lost" | "refused";

export interface Numbered {
  type: string;
  epoch: string;
  seq: number;
  at?: number;
}

interface Listener<M> {
  message(message: M): void;
  connection(state: Connection): void;
}

/** Without any message for so long the connection is dead: the node sends a heartbeat every 10 s. */
const SILENT_MS = 20_000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5_000;
/** Close codes of the node after which connecting again is no use: the log-in is over; a message was not understood. */
const OVER = new Set([4001, 4002]);

export class Socket<M extends Numbered> {
  private socket: WebSocket | null = null;
  private epoch = "";
  private seq = -1;
  private retryMs = FIRST_RETRY_MS;
  private retry = 0;
  private silence = 0;
  private closed = false;

  constructor(
    private readonly path: string,
    private readonly listener: Listener<M>,
  ) {}

  open(): void {
    window.addEventListener("online", this.hurry);
    document.addEventListener("visibilitychange", this.hurry);
    this.connect();
  }

  close(): void {
    this.closed = true;
    window.removeEventListener("online", this.hurry);
    document.removeEventListener("visibilitychange", this.hurry);
    window.clearTimeout(this.retry);
    window.clearTimeout(this.silence);
    this.drop();
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (socket !== null) {
      socket.onmessage = socket.onclose = socket.onopen = null;
      socket.close();
    }
  }

  /** The network is back, or the page is looked at again: no reason to wait. */
  private readonly hurry = (): void => {
    if (this.socket === null && !this.closed && document.visibilityState === "visible") {
      this.connect();
    }
  };

  private connect(): void {
    window.clearTimeout(this.retry);
    this.drop();
    this.listener.connection("connecting");
    const url = new URL(this.path, window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    if (this.epoch !== "") {
      url.searchParams.set("epoch", this.epoch);
      url.searchParams.set("seq", String(this.seq));
    }
    const socket = new WebSocket(url);
    this.socket = socket;
    this.listen();
    socket.onmessage = (event) => this.take(JSON.parse(String(event.data)) as M);
    socket.onclose = (event) => this.lost(event.code);
  }

  private listen(): void {
    window.clearTimeout(this.silence);
    this.silence = window.setTimeout(() => this.lost(0), SILENT_MS);
  }

  private take(message: M): void {
    this.listen();
    if (message.type === "event" && message.epoch === this.epoch && message.seq <= this.seq) {
      return;
    }
    this.epoch = message.epoch;
    this.seq = message.seq;
    if (this.retryMs !== FIRST_RETRY_MS || message.type !== "event") {
      this.retryMs = FIRST_RETRY_MS;
      this.listener.connection("open");
    }
    this.listener.message(message);
  }

  private lost(code: number): void {
    window.clearTimeout(this.silence);
    this.drop();
    if (this.closed) {
      return;
    }
    if (OVER.has(code)) {
      this.listener.connection("refused");
      return;
    }
    this.listener.connection("lost");
    // Full jitter: a thousand desktops do not come back in the same instant.
    const waitMs = this.retryMs * (0.5 + Math.random() / 2);
    this.retryMs = Math.min(LAST_RETRY_MS, this.retryMs * 2);
    this.retry = window.setTimeout(() => this.connect(), waitMs);
  }
}
