// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Connection, type Numbered, Socket } from "./socket";

/** The sockets that were opened, in order. */
let opened: FakeSocket[] = [];

class FakeSocket {
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onopen: (() => void) | null = null;
  closed = false;

  constructor(readonly url: URL) {
    opened.push(this);
  }

  close(): void {
    this.closed = true;
  }

  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

let told: Numbered[] = [];
let states: Connection[] = [];
let socket: Socket<Numbered>;

beforeEach(() => {
  opened = [];
  told = [];
  states = [];
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  socket = new Socket("/api/v1/events", {
    message: (message) => told.push(message),
    connection: (state) => states.push(state),
  });
  socket.open();
});

afterEach(() => {
  socket.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const last = (): FakeSocket => opened[opened.length - 1] as FakeSocket;
const snapshot = { type: "snapshot", epoch: "e", seq: 7, at: 1, body: null };
const event = (seq: number) => ({ type: "event", epoch: "e", seq, at: 2, topic: "agent", key: "a", body: null });

test("a lost connection is made anew and goes on after the last event", () => {
  last().say(snapshot);
  last().say(event(8));
  last().onclose?.({ code: 1006 });
  expect(states.at(-1)).toBe("lost");
  vi.advanceTimersByTime(500);
  expect(opened).toHaveLength(2);
  expect(last().url.searchParams.get("epoch")).toBe("e");
  expect(last().url.searchParams.get("seq")).toBe("8");
  last().say({ type: "resumed", epoch: "e", seq: 8 });
  expect(states.at(-1)).toBe("open");
});

test("an event that comes twice is taken once", () => {
  last().say(snapshot);
  last().say(event(8));
  last().say(event(8));
  expect(told.filter((each) => each.type === "event")).toHaveLength(1);
});

test("a node that says nothing for twenty seconds is taken for lost", () => {
  last().say(snapshot);
  vi.advanceTimersByTime(19_000);
  last().say({ type: "heartbeat", epoch: "e", seq: 7, at: 3 });
  vi.advanceTimersByTime(19_000);
  expect(opened).toHaveLength(1);
  vi.advanceTimersByTime(2_000);
  expect(states).toContain("lost");
  expect(opened[0]?.closed).toBe(true);
});

test("a log-in that is over is not tried again", () => {
  last().say(snapshot);
  last().onclose?.({ code: 4001 });
  vi.advanceTimersByTime(60_000);
  expect(states.at(-1)).toBe("refused");
  expect(opened).toHaveLength(1);
});

test("waits grow, up to five seconds", () => {
  for (let round = 0; round < 8; round++) {
    last().onclose?.({ code: 1006 });
    vi.advanceTimersByTime(5_000);
  }
  expect(opened).toHaveLength(9);
});
