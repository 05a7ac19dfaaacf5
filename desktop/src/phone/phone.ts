import type { UA, WebSocketInterface } from "jssip";
import type { RTCSession } from "jssip/lib/RTCSession";
import { client, Refusal, type Schemas, told } from "../api/client";
import { Store } from "../feed/store";
import { choose, type Devices, Meter, openMicrophone, pluggedIn } from "./devices";

type Account = Schemas["PhoneAccount"];
export type Failure = "insecure" | "microphone" | "noMicrophone" | "socket" | "registration" | "ice" | "replaced";

export interface PhoneState {
  /** What the agent's phone is; the page does nothing where it is none of its own. */
  kind: Schemas["PhoneView"]["kind"] | "unknown";
  stage: "off" | "asking" | "registering" | "up" | "call";
  failure: Failure | "";
  /** Why the node tells no account of a phone that is a page. */
  refusal: Refusal | null;
  devices: Devices;
}

/** Close codes of the node: another page is the phone, the log-in is over. */
const REPLACED = 4005;
const LOGGED_OUT = 4001;
const RETRY_MS = 3_000;
const REGISTER_S = 60;
/** A page that leaves a call is a lost phone (ITU-T Q.850, 27), not an agent who hangs up: the node rings it again. */
const LEFT = { extraHeaders: ['Reason: Q.850;cause=27;text="page left"'] };
const NO_DEVICES: Devices = { inputs: [], outputs: [], input: "", output: "" };

/** The page as the agent's phone: registers at the Asterisk through the node, and answers the node's calls at once. */
export class BrowserPhone {
  readonly store = new Store<PhoneState>({
    kind: "unknown",
    stage: "off",
    failure: "",
    refusal: null,
    devices: NO_DEVICES,
  });
  readonly microphone = new Meter();
  readonly contact = new Meter();
  private readonly audio = new Audio();
  private stream: MediaStream | null = null;
  private ua: UA | null = null;
  private socket: WebSocketInterface | null = null;
  private session: RTCSession | null = null;
  private closed = false;
  private retry = 0;

  open(): void {
    this.closed = false;
    this.audio.autoplay = true;
    window.addEventListener("pagehide", this.hidden);
    window.addEventListener("pageshow", this.shown);
    navigator.mediaDevices?.addEventListener("devicechange", this.plugged);
    void this.begin();
  }

  close(): void {
    this.closed = true;
    window.clearTimeout(this.retry);
    window.removeEventListener("pagehide", this.hidden);
    window.removeEventListener("pageshow", this.shown);
    navigator.mediaDevices?.removeEventListener("devicechange", this.plugged);
    this.silence();
    this.microphone.close();
    this.contact.close();
  }

  /** After a failure, or to take the phone back from another page. */
  again(): void {
    this.silence();
    void this.begin();
  }

  async choose(which: "input" | "output", id: string): Promise<void> {
    choose(which, id);
    if (which === "input") {
      await this.openMicrophone();
    }
    await this.plugged();
  }

  private async begin(): Promise<void> {
    window.clearTimeout(this.retry);
    let view: Schemas["PhoneView"];
    try {
      view = await told(client.GET("/api/v1/agent/phone"));
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(null);
      if (refusal.problem?.status === 409) {
        this.store.set({ kind: "browser", stage: "off", refusal });
      } else {
        this.later();
      }
      return;
    }
    this.store.set({ kind: view.kind, failure: "", refusal: null });
    if (view.account && !this.closed) {
      await this.start(view.account);
    }
  }

  private later(): void {
    window.clearTimeout(this.retry);
    this.retry = window.setTimeout(() => void this.begin(), RETRY_MS);
  }

  private async start(account: Account): Promise<void> {
    if (navigator.mediaDevices === undefined) {
      this.store.set({ failure: "insecure" });
      return;
    }
    this.store.set({ stage: "asking" });
    const sip = import("jssip");
    if (!(await this.openMicrophone())) {
      this.store.set({ stage: "off" });
      return;
    }
    await this.plugged();
    const { UA: Agent, WebSocketInterface: SipSocket } = await sip;
    if (this.closed || this.ua !== null) {
      return;
    }
    const url = new URL(account.path, window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    this.socket = new SipSocket(url.href);
    this.ua = new Agent({
      sockets: [this.socket],
      uri: account.uri,
      authorization_user: account.user,
      password: account.password,
      display_name: account.display_name,
      registrar_server: `sip:${account.registrar}`,
      register_expires: REGISTER_S,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 5,
    });
    this.follow(this.ua, account);
    this.store.set({ stage: "registering" });
    this.ua.start();
  }

  private follow(ua: UA, account: Account): void {
    const registering = (failure: Failure | ""): void => {
      if (this.ua === ua) {
        this.store.set({ failure, stage: this.session === null ? "registering" : "call" });
      }
    };
    ua.on("registered", () => this.store.set({ failure: "", stage: this.session === null ? "up" : "call" }));
    ua.on("unregistered", () => registering(""));
    ua.on("registrationFailed", () => {
      registering("registration");
      if (this.ua === ua && ua.isConnected()) {
        window.setTimeout(() => this.ua === ua && ua.register(), RETRY_MS);
      }
    });
    ua.on("disconnected", ({ code }) => {
      if (this.ua === ua && (code === REPLACED || code === LOGGED_OUT)) {
        window.setTimeout(() => this.silence(code === REPLACED ? "replaced" : ""));
      } else {
        registering("socket");
      }
    });
    ua.on("newRTCSession", ({ session }: { session: RTCSession }) => this.answer(session, account));
  }

  /** Every call of this registration is the node's. A call that is still up here was given up by it. */
  private answer(session: RTCSession, account: Account): void {
    this.leave();
    this.session = session;
    const servers = account.ice_servers.map(({ urls, username, credential }) =>
      username === "" ? { urls } : { urls, username, credential },
    );
    if (servers.length === 0) {
      // The Asterisk's addresses come with its offer: no reason to wait for all of ours.
      session.on("icecandidate", ({ ready }) => ready());
    }
    session.on("peerconnection", ({ peerconnection }) => this.hear(peerconnection, session));
    session.on("confirmed", () => this.store.set({ stage: "call", failure: "" }));
    session.on("ended", () => this.over(session));
    session.on("failed", () => this.over(session));
    session.answer({
      ...(this.stream === null ? {} : { mediaStream: this.stream }),
      pcConfig: { iceServers: servers },
    });
  }

  private hear(connection: RTCPeerConnection, session: RTCSession): void {
    connection.addEventListener("track", ({ streams, track }) => {
      const heard = streams[0] ?? new MediaStream([track]);
      this.audio.srcObject = heard;
      void this.audio.play().catch(() => undefined);
      this.contact.listen(heard);
    });
    connection.addEventListener("iceconnectionstatechange", () => {
      if (connection.iceConnectionState === "failed" && this.session === session) {
        this.leave();
        this.store.set({ failure: "ice" });
      }
    });
  }

  private over(session: RTCSession): void {
    if (this.session === session) {
      this.session = null;
      this.audio.srcObject = null;
      this.store.set({ stage: this.ua?.isRegistered() ? "up" : "registering" });
    }
  }

  private leave(): void {
    const session = this.session;
    if (session !== null) {
      this.over(session);
      if (!session.isEnded()) {
        session.terminate(LEFT);
      }
    }
  }

  /** The connection ends with the call: else the node might ring once more where nobody is. */
  private readonly hidden = (): void => {
    this.leave();
    this.socket?.disconnect();
  };

  /** Back from the browser's cache of pages, without a connection. */
  private readonly shown = ({ persisted }: PageTransitionEvent): void => {
    if (persisted) {
      this.again();
    }
  };

  /** The phone is off: no registration, no microphone. */
  private silence(failure: Failure | "" = ""): void {
    this.leave();
    const ua = this.ua;
    this.ua = null;
    this.socket = null;
    ua?.stop();
    this.drop();
    this.store.set({ stage: "off", failure });
  }

  private drop(): void {
    for (const track of this.stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.stream = null;
  }

  /** Whether there is a microphone now. A call that is up gets it at once. */
  private async openMicrophone(): Promise<boolean> {
    try {
      const stream = await openMicrophone();
      this.drop();
      this.stream = stream;
    } catch (error) {
      const refused = error instanceof DOMException && error.name === "NotAllowedError";
      this.store.set({ failure: refused ? "microphone" : "noMicrophone" });
      return false;
    }
    const [track] = this.stream.getAudioTracks();
    if (track !== undefined) {
      track.onended = () => void this.openMicrophone();
      const senders = this.session?.connection?.getSenders() ?? [];
      await Promise.all(senders.filter((each) => each.track?.kind === "audio").map((each) => each.replaceTrack(track)));
    }
    this.microphone.listen(this.stream);
    return true;
  }

  private readonly plugged = async (): Promise<void> => {
    const devices = await pluggedIn();
    this.store.set({ devices });
    await this.audio.setSinkId?.(devices.output).catch(() => undefined);
  };
}
